import Foundation
import XCTest

@testable import IpelyaLive

/// What bindings/tests/behaviour.md lists.
final class BehaviourTests: XCTestCase {
    func test_a_broadcast_is_seen_by_who_joins() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift films a card") { live, id in
                try await live.setCamera(on: true)
                try await asPerson("viewer") { viewer in
                    let seen = try await viewer.joinSession(sessionId: id)
                    try await seen.until { $0.state == .live }
                    let read = Signal<UInt64>()
                    let sink = Sink { frame in
                        let (count, brightest) = frame.withUnsafeBytes { ($0.count, $0.max() ?? 0) }
                        XCTAssertEqual(count, Int(frame.byteCount()))
                        XCTAssertGreaterThan(brightest, 100, "the bars aren't dark")
                        if let made = decodeTestCard(frame: frame) { read.send(made) }
                    }
                    let track = try seen.videoOf(user: creator.userId(), sink: sink)
                    let made = try await read.first(within: 20)
                    let age = Date().timeIntervalSince1970 - Double(made) / 1_000
                    XCTAssertTrue((0...10).contains(age), "the card's time is of this minute")
                    track.stop()
                    try await seen.leave()
                }
            }
        }
    }

    func test_a_guest_is_promoted_and_chats() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift has a guest") { live, id in
                try await asPerson("viewer") { viewer in
                    let (guest, user) = (try await viewer.joinSession(sessionId: id), viewer.userId())
                    try await guest.until { $0.state == .live }
                    try await guest.raiseHand()
                    try await live.until { $0.stageRequests.contains { $0.userId == user } }
                    _ = try await live.promote(user: user, role: .coHost)
                    let promoted = try await guest.until { $0.role == .coHost && $0.grants.video }
                    XCTAssertTrue(promoted.grants.audio)
                    _ = try await live.chat().send(body: "Merhaba")
                    let heard = try await within(20) {
                        for try await chat in guest.messages where !chat.messages.isEmpty { return chat }
                        throw TooLate()
                    }
                    XCTAssertEqual(heard.messages.map(\.body), ["Merhaba"])
                    XCTAssertEqual(heard.messages.map(\.userId), [creator.userId()])
                    try await guest.leave()
                }
            }
        }
    }

    func test_a_call_rings_and_is_answered() async throws {
        try await asPerson("subscriber") { caller in
            try await asPerson("viewer") { callee in
                async let ring = within(20) {
                    for try await call in callee.incoming { return call }
                    throw TooLate()
                }
                let calling = try await caller.startCall(calleeId: callee.userId(), callType: .audioCall)
                let ringing = try await ring
                try await ringing.accept()
                try await calling.active()
                XCTAssertEqual(ringing.snapshot().state, .active)
                ringing.hangUp()
                let ends = (try await calling.ended(), try await ringing.ended())
                XCTAssertTrue(ends == (.hungUp, .hungUp), "\(ends)")
            }
        }
    }

    func test_a_join_that_is_cancelled_is_given_up() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift changes its mind") { _, id in
                try await asPerson("viewer") { viewer in
                    let joining = Task { try await viewer.joinSession(sessionId: id) }
                    joining.cancel()
                    do {
                        _ = try await joining.value
                        XCTFail("it was cancelled before it could join")
                    } catch is CancellationError {}
                    let seen = try await viewer.joinSession(sessionId: id)
                    try await seen.until { $0.state == .live }
                    try await seen.leave()
                }
            }
        }
    }

    func test_a_panic_is_an_error() async throws {
        try await asPerson("viewer") { viewer in
            let error = try await refused(as: .internal) { try await viewer.panicForTest() }
            XCTAssertTrue(error.message.contains("asked for by a test"), error.message)
            try await refused(as: .notFound) {
                _ = try await viewer.joinSession(sessionId: "00000000-0000-4000-8000-000000000000")
            }
        }
    }

    func test_a_sink_that_throws_gets_the_next_picture() async throws {
        struct Defect: Error {}
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift throws") { live, id in
                try await live.setCamera(on: true)
                try await asPerson("viewer") { viewer in
                    let seen = try await viewer.joinSession(sessionId: id)
                    let calls = Signal<Void>()
                    let track = try seen.videoOf(user: creator.userId(), sink: Sink { _ in
                        calls.send(())
                        throw Defect()
                    })
                    for _ in 0..<3 { try await calls.first(within: 20) }
                    track.stop()
                    try await seen.leave()
                }
            }
        }
    }

    func test_a_token_provider_that_hangs_or_throws_is_an_error() async throws {
        final class Provider: TokenProvider {
            private let answer: @Sendable () async throws -> String
            init(_ answer: @escaping @Sendable () async throws -> String) { self.answer = answer }
            func accessToken(rejected: String?) async throws -> String { try await answer() }
        }
        struct Defect: Error {}
        let hangs = Provider {
            try await Task.sleep(nanoseconds: 3_600_000_000_000)
            return ""
        }
        let began = Date()
        try await refused(as: .internal) {
            _ = try await LiveClient.connect(config: config(requestTimeoutMs: 500), tokens: hangs, capture: nil)
        }
        XCTAssertLessThan(Date().timeIntervalSince(began), 5)
        try await refused(as: .internal) {
            _ = try await LiveClient.connect(config: config(), tokens: Provider { throw Defect() }, capture: nil)
        }
        let signedOut = Provider { throw TokenFailure.SignedOut }
        try await refused(as: .notAuthenticated) {
            _ = try await LiveClient.connect(config: config(), tokens: signedOut, capture: nil)
        }
    }

    func test_what_comes_after_the_shut_down_is_refused() async throws {
        let client = try await LiveClient.connect(config: config(), tokens: Person("viewer"), capture: nil)
        let calls = client.incomingCalls()
        try await client.shutDown()
        try await client.shutDown()
        try await refused(as: .conflict) { _ = try await client.createSession(session: broadcast("too late")) }
        try await refused(as: .conflict) { _ = try await client.startCall(calleeId: client.userId(), callType: .audioCall) }
        try await refused(as: .conflict) { _ = try client.handlePush(payload: "{}") }
        try await refused(as: .conflict) { _ = try await calls.next() }
    }

    func test_wrong_input_is_refused_and_named() async throws {
        let wrongUrl = try await refused(as: .invalidArgument) {
            _ = try await LiveClient.connect(config: config(url: "not a url"), tokens: Person("viewer"), capture: nil)
        }
        XCTAssertEqual(wrongUrl.details.field, "url")
        try await asPerson("viewer") { viewer in
            let wrongId = try await refused(as: .invalidArgument) { _ = try await viewer.joinSession(sessionId: "null") }
            XCTAssertEqual(wrongId.details.field, "session_id")
            try await refused(as: .invalidArgument) { _ = try await viewer.startCall(calleeId: "", callType: .audioCall) }
            try await refused(as: .invalidArgument) {
                _ = try viewer.handlePush(payload: String(repeating: "x", count: 1_000_000))
            }
        }
        try await asPerson("creator") { creator in
            let title = try await refused(as: .invalidArgument) {
                _ = try await creator.createSession(session: broadcast(String(repeating: "x", count: 1_000)))
            }
            XCTAssertEqual(title.details.field, "title")
        }
    }

    func test_every_error_has_a_text_in_both_languages() {
        let codes = errorCodes()
        for language in ["en", "tr-TR"] {
            XCTAssertEqual(Set(codes.map { localizedMessage(code: $0, language: language) }).count, codes.count, language)
        }
        XCTAssertEqual(localizedMessage(code: .busy, language: "tr"), "Hat meşgul.")
        XCTAssertEqual(codes.map { "live.error.\(errorCodeName(code: $0))" }, codes.map { messageKey(code: $0) })
    }

    func test_what_is_released_is_gone() async throws {
        try await asPerson("viewer") { viewer in
            func cycle() { for _ in 0..<1_000 { _ = viewer.incomingCalls() } }
            cycle()
            let before = try residentKb()
            for _ in 0..<3 { cycle() }
            let grown = try residentKb() - before
            XCTAssertLessThan(grown, 16_000, "3,000 objects later \(grown) kB more")
        }
    }
}
