import Foundation
import XCTest

@testable import IpelyaLive

/// From `initiate-call` over FCM's double to two pictures: a phone whose app isn't running, and no JavaScript anywhere. FCM's
/// token may be any text; APNs' double delivers to `core/tests/live_client/phone.rs`.
final class PhoneTests: XCTestCase {
    private let token = UUID().uuidString.lowercased()

    /// The pushes to this phone so far, eldest first.
    private func delivered() throws -> [URL] {
        let folder = URL(fileURLWithPath: setting("PUSHES"))
        let number = { (file: URL) in Int(file.deletingPathExtension().pathExtension) ?? 0 }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(token) && $0.pathExtension == "json" }
            .sorted { number($0) < number($1) }
    }

    private func pushed() async throws -> String {
        for _ in 0..<10_000 {
            if let first = try delivered().first { return try String(contentsOf: first, encoding: .utf8) }
            try await Task.sleep(nanoseconds: 2_000_000)
        }
        throw TooLate()
    }

    private func open(_ stored: String?) throws -> Phone {
        try Phone.openWithTestSignal(system: .telecom, stored: stored, mediaLibrary: setting("LIVEKIT_FFI"))
    }

    /// Who is called, and what their phone stored when the app signed in and the process ended.
    private func asleep() async throws -> (UserId, String) {
        var found: (UserId, String)?
        try await asPerson("viewer") { app in
            let phone = try open(nil)
            phone.signIn(coldStart: ColdStart(
                supabaseUrl: setting("SUPABASE_URL"), anonKey: setting("ANON_KEY"), userId: app.userId(), deviceId: "swift"
            ))
            phone.pushTokenChanged(token: token)
            try await phone.attach(client: app)
            for case let .store(state?) in phone.take() { found = (app.userId(), state) }
        }
        return try XCTUnwrap(found)
    }

    private func perform(_ phone: Phone, _ wanted: SystemAction) {
        let action = UUID()
        let effects = phone.handle(input: .perform(action: action, wanted: wanted))
        XCTAssertTrue(effects.contains(.fulfill(action: action)), "\(wanted): \(effects)")
    }

    private func rings(_ phone: Phone, _ payload: String) throws -> UUID {
        let effects = phone.push(payload: payload)
        guard case let .reportIncoming(report) = effects.first else {
            XCTFail("\(effects)")
            throw TooLate()
        }
        return report.call
    }

    private func isSeen(_ call: Call) async throws {
        let seen = Signal<Void>()
        let track = call.video(sink: Sink { if decodeTestCard(frame: $0) != nil { seen.send(()) } })
        defer { track.stop() }
        try await seen.first(within: 20)
    }

    func test_a_phone_that_a_push_woke_answers_and_both_see_each_other() async throws {
        let (user, stored) = try await asleep()
        try await asPerson("subscriber") { caller in
            let phone = try open(stored)
            let clock = ContinuousClock()
            let began = clock.now
            let calling = try await caller.startCall(calleeId: user, callType: .videoCall)
            let payload = try await pushed()
            let arrived = clock.now - began
            let turn = clock.now
            let id = try rings(phone, payload)
            let reported = clock.now - turn
            let tapped = clock.now
            perform(phone, .answer(call: id))
            _ = phone.handle(input: .audioActivated)
            let found = try await phone.call(call: id)
            let here = try XCTUnwrap(found)
            try await here.active()
            try await calling.active()
            let connected = clock.now - tapped
            try await isSeen(here)
            try await isSeen(calling)
            print("Swift: initiate-call to push \(arrived), push to report \(reported), tap to connected \(connected), to both seen \(clock.now - tapped)")
            perform(phone, .end(call: id))
            let reason = try await calling.ended()
            XCTAssertEqual(reason, .hungUp)
            XCTAssertEqual(phone.state(), .idle)
        }
    }

    func test_a_call_that_was_cancelled_while_its_push_was_in_flight_is_no_ghost() async throws {
        let (user, stored) = try await asleep()
        try await asPerson("subscriber") { caller in
            let phone = try open(stored)
            let calling = try await caller.startCall(calleeId: user, callType: .audioCall)
            let ring = try await pushed()
            calling.hangUp()
            let reason = try await calling.ended()
            XCTAssertEqual(reason, .cancelled)
            let id = try rings(phone, ring)
            let ended: [SystemEffect] = try await within(20) {
                var told: [SystemEffect] = []
                while !told.contains(.reportEnded(call: id, end: .remoteEnded)) {
                    try await phone.waiting()
                    told += phone.take()
                }
                return told
            }
            XCTAssertFalse(ended.isEmpty)
            XCTAssertEqual(phone.push(payload: ring), [], "late")
        }
    }
}
