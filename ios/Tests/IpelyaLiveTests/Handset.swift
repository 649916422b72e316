import CallKit
import Foundation
import IpelyaLive
import IpelyaLiveApple
import IpelyaLivePhone
import PushKit
import XCTest

/// An iPhone: the real adapters and the desk between the simulated system and the core's own phone. What the backend, the room
/// and the clock would say, a test does.
final class Handset {
    static let user = "0192f0c1-1111-7000-8000-000000000001"
    static let other = "0192f0c1-1111-7000-8000-000000000002"
    static let coldStart = ColdStart(supabaseUrl: "http://127.0.0.1:1", anonKey: "key", userId: user, deviceId: "phone")

    let system = SimulatedPhone()
    let script: PhoneScript
    let phone: any PhoneProtocol
    let calls: CallKitCalls
    let audio: PhoneAudio
    let desk: CallDesk
    let pushes: VoipPushes
    let registry: PKPushRegistry
    private(set) var isEngineRunning = false
    private(set) var stored: String?

    /// `phone` takes the place of the core's.
    init(phone other: (any PhoneProtocol)? = nil) throws {
        SimulatedPhone.current = system
        script = try PhoneScript.open(system: .callKit, coldStart: Self.coldStart)
        phone = other ?? script.phone()
        let calls = CallKitCalls()
        var running: (Bool) -> Void = { _ in }
        var keep: (String?) -> Void = { _ in }
        let audio = PhoneAudio { running($0) }
        let desk = CallDesk(phone: phone, system: calls, audio: audio, store: { keep($0) })
        calls.tell = { [weak desk] in desk?.tell($0) }
        let phone = phone
        pushes = VoipPushes(receive: { [weak desk] in desk?.receive(push: $0) }, tokenChanged: { phone.pushTokenChanged(token: $0) })
        registry = PKPushRegistry.latest!
        (self.calls, self.audio, self.desk) = (calls, audio, desk)
        let system = system
        running = { [unowned self] on in
            isEngineRunning = on
            if on { system.engineStarted() }
        }
        keep = { [unowned self] in stored = $0 }
    }

    /// A push arrives, of a call or of none.
    func push(_ kind: String, _ id: UUID = UUID()) {
        deliver(Self.payload(kind, id))
    }

    func deliver(_ payload: [AnyHashable: Any]) {
        system.push { registry.deliver(payload) }
    }

    /// A ring, a late one, the end of one, or nonsense.
    static func payload(_ kind: String, _ id: UUID) -> [String: Any] {
        let expires = Date().addingTimeInterval(kind == "late" ? -1 : 45)
        switch kind {
        case "ring", "late":
            return [
                "aps": [String: String](), "event": "ring", "call_id": id.uuidString, "caller_id": other, "caller_name": "Deniz",
                "callee_id": user, "call_type": "audio_call", "answer_ticket": "a ticket",
                "ring_expires_at": ISO8601DateFormatter().string(from: expires),
            ]
        case "stop": return ["event": "stop_ringing", "call_id": id.uuidString, "callee_id": user, "reason": "cancelled"]
        default: return ["kind": kind]
        }
    }

    /// The call that the core has; a fresh id where it has none.
    var call: UUID {
        switch phone.state() {
        case .idle: UUID()
        case let .ringing(call), let .answering(call), let .dialing(call), let .active(call), let .held(call): call
        }
    }

    /// Where the core stands.
    var state: String {
        switch phone.state() {
        case .idle: "Idle"
        case .ringing: "Ringing"
        case .answering: "Answering"
        case .dialing: "Dialing"
        case .active: "Active"
        case .held: "Held"
        }
    }

    /// Something happens beside the system, and its turn comes. The app's wishes may be refused.
    func happens(_ what: (PhoneScript, UUID) throws -> Void) {
        try? what(script, call)
        desk.catchUp()
    }

    /// The app wants something.
    func wish(_ what: (any PhoneProtocol) throws -> Void) {
        happens { _, _ in try what(phone) }
    }

    /// What must hold between any two events.
    func check(_ story: @autoclosure () -> String, file: StaticString = #filePath, line: UInt = #line) {
        if !system.violations.isEmpty { XCTFail("\(system.violations) after \(story())", file: file, line: line) }
        if isEngineRunning, !system.isAudioActive { XCTFail("sound without activation after \(story())", file: file, line: line) }
    }
}

/// A core that fails: nothing comes of anything.
final class BrokenPhone: PhoneProtocol, @unchecked Sendable {
    private(set) var tokens: [String?] = []

    func push(payload _: String) -> [SystemEffect] { [] }
    func handle(input _: SystemInput) -> [SystemEffect] { [] }
    func restarted() -> [SystemEffect] { [] }
    func take() -> [SystemEffect] { [] }
    func waiting() async throws { throw CancellationError() }
    func signIn(coldStart _: ColdStart) {}
    func signOut() async throws {}
    func attach(client _: LiveClient) async throws {}
    func pushTokenChanged(token: String?) { tokens.append(token) }
    func networkChanged() {}
    func dial(calleeId _: UserId, callType _: CallType) throws -> SystemCallId { UUID() }
    func accept() throws {}
    func hangUp() throws {}
    func setHeld(on _: Bool) throws {}
    func setMuted(on _: Bool) throws {}
    func state() -> PhoneState { .idle }
    func call(call _: SystemCallId) async throws -> Call? { nil }
}
