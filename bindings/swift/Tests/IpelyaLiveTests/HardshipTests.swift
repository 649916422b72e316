import Foundation
import XCTest

@testable import IpelyaLive

private let nowhere = "00000000-0000-4000-8000-000000000000"

/// What bindings/tests/behaviour.md lists of what goes wrong: refusals, silence, other threads, coming and going without end.
final class HardshipTests: XCTestCase {
    func test_every_code_arrives_typed() async throws {
        let codes = errorCodes()
        XCTAssertGreaterThan(codes.count, 20, "every code")
        for code in codes {
            let url = "\(setting("REFUSALS"))/\(errorCodeName(code: code))"
            try await asPerson("viewer", config: config(url: url)) { client in
                do {
                    try await client.registerDevice(platform: .android, kind: .fcm, token: "token")
                    XCTFail("\(code) wasn't refused")
                } catch let refusal as LiveFailure {
                    XCTAssertEqual(refusal.code, code)
                    XCTAssertTrue(refusal.error.message.hasSuffix("retryable: \(refusal.isRetryable)"), refusal.error.message)
                    XCTAssertEqual(refusal.retryAfter, 61)
                    XCTAssertEqual(refusal.error.details.priceCoins, 7)
                }
            }
        }
    }

    func test_a_server_that_never_answers_is_an_error_in_time() async throws {
        for url in ["\(setting("REFUSALS"))/silence", "http://127.0.0.1:9"] {
            try await asPerson("viewer", config: config(url: url, requestTimeoutMs: 500)) { client in
                let began = Date()
                try await refused(as: .internal) { _ = try await client.joinSession(sessionId: nowhere) }
                XCTAssertLessThan(Date().timeIntervalSince(began), 5)
            }
        }
    }

    func test_a_wrong_key_and_an_expired_token_are_refused() async throws {
        try await asPerson("viewer", config: config(anonKey: "another-projects-key")) { client in
            try await refused(as: .notAuthenticated) { _ = try await client.balance() }
        }
        let cases: [(String?, ErrorCode)] = [(setting("TOKEN_VIEWER"), .notFound), (nil, .notAuthenticated)]
        for (renewed, code) in cases {
            let late = Late(expired: setting("TOKEN_EXPIRED"), renewed: renewed)
            let client = try await LiveClient.connect(config: config(), tokens: late, capture: nil)
            try await refused(as: code) { _ = try await client.joinSession(sessionId: nowhere) }
            XCTAssertTrue(late.rejections.contains(late.expired), "the app is told which one")
            try await client.shutDown()
        }
    }

    func test_callbacks_come_from_many_threads_at_once() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift is watched four times") { live, id in
                try await live.setCamera(on: true)
                try await asPerson("viewer") { viewer in
                    let seen = try await viewer.joinSession(sessionId: id)
                    let meeting = Meeting(of: 4)
                    let sink = Sink { _ in meeting.attend() }
                    let tracks = try (0..<4).map { _ in try seen.videoOf(user: creator.userId(), sink: sink) }
                    try await meeting.met.first(within: 20)
                    tracks.forEach { $0.stop() }
                    try await seen.leave()
                }
            }
        }
    }

    func test_clients_come_and_go_without_a_trace() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift comes and goes") { live, id in
                try await live.setCamera(on: true)
                for _ in 0..<3 { try await comesAndGoes(id, creator.userId()) }
                let (before, resident) = (try Held.now(), try residentKb())
                for _ in 0..<cycles { try await comesAndGoes(id, creator.userId()) }
                // Threads end and sockets close in the background.
                try await within(20) {
                    while try !Held.now().isWithin(before) { try await Task.sleep(nanoseconds: 20_000_000) }
                }
                let grown = try residentKb() - resident
                print("\(cycles) clients came and went: \(grown) kB more")
                XCTAssertLessThan(grown, mostGrownKb, "\(cycles) clients later \(grown) kB more")
            }
        }
    }

    private func comesAndGoes(_ session: SessionId, _ host: UserId) async throws {
        try await asPerson("viewer") { viewer in
            let calls = viewer.incomingCalls()
            let seen = try await viewer.joinSession(sessionId: session)
            try await seen.until { $0.state == .live }
            let first = Signal<Void>()
            let track = try seen.videoOf(user: host, sink: Sink { _ in first.send(()) })
            try await first.first(within: 20)
            track.stop()
            withExtendedLifetime(calls) {}
        }
    }

    func test_what_is_released_in_flight_ends_as_it_would() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift lets go") { _, id in
                var viewer: LiveClient? = try await LiveClient.connectWithTestSignal(config: config(), tokens: Person("viewer"))
                let joining = Task { [viewer] in try await XCTUnwrap(viewer).joinSession(sessionId: id) }
                viewer = nil
                let seen = try await joining.value
                try await seen.until { $0.state == .live }
                try await seen.leave()
            }
        }
    }
}

/// Gives an expired token, until it is told that it was rejected and there is a renewed one.
private final class Late: TokenProvider, @unchecked Sendable {
    let expired: String
    private let renewed: String?
    private let lock = NSLock()
    private var rejected: Set<String> = []

    init(expired: String, renewed: String?) { (self.expired, self.renewed) = (expired, renewed) }

    var rejections: Set<String> { lock.withLock { rejected } }

    func accessToken(rejected token: String?) async throws -> String {
        guard let token else { return expired }
        lock.withLock { _ = rejected.insert(token) }
        return renewed ?? expired
    }
}

/// Holds threads until so many are in it at once.
private final class Meeting: @unchecked Sendable {
    let met = Signal<Void>()
    private let condition = NSCondition()
    private let size: Int
    private var present = 0

    init(of size: Int) { self.size = size }

    func attend() {
        condition.withLock {
            present += 1
            let deadline = Date(timeIntervalSinceNow: 20)
            while present < size, condition.wait(until: deadline) {}
            if present >= size {
                condition.broadcast()
                met.send(())
            }
        }
    }
}

/// What a process holds. Swift's own threads come and go, so the core's are counted.
private struct Held {
    let threads: Int
    let files: Int
    let mediaHandles: UInt64

    static func now() throws -> Held {
        let folders = FileManager.default
        let tasks = try folders.contentsOfDirectory(atPath: "/proc/self/task")
        let names = tasks.map { (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) ?? "" }
        return Held(
            threads: names.filter { $0.hasPrefix("ipelya") }.count,
            files: try folders.contentsOfDirectory(atPath: "/proc/self/fd").count,
            mediaHandles: liveMediaHandles())
    }

    func isWithin(_ before: Held) -> Bool {
        threads <= before.threads && files <= before.files && mediaHandles <= before.mediaHandles
    }
}
