import CallKit
import Foundation
import IpelyaLiveApple
import IpelyaLivePhone
import PushKit
import XCTest

/// An iPhone: the real adapters and the desk between the simulated system and the core.
final class Handset {
    let system = SimulatedPhone()
    let core = TableCore()
    let calls: CallKitCalls
    let audio: PhoneAudio
    let desk: CallDesk
    let pushes: VoipPushes
    let registry: PKPushRegistry
    private(set) var isEngineRunning = false

    init() {
        SimulatedPhone.current = system
        let (system, core) = (system, core)
        let calls = CallKitCalls()
        var running: (Bool) -> Void = { _ in }
        let audio = PhoneAudio { running($0) }
        let desk = CallDesk(core: core, system: calls, audio: audio)
        calls.tell = { [weak desk] in desk?.tell($0) }
        pushes = VoipPushes(receive: { [weak desk] in desk?.receive(push: $0) }, tokenChanged: core.pushTokenChanged)
        registry = PKPushRegistry.latest!
        (self.calls, self.audio, self.desk) = (calls, audio, desk)
        running = { [unowned self] on in
            isEngineRunning = on
            if on { system.engineStarted() }
        }
    }

    /// A push arrives, of a call or of none.
    func push(_ kind: String, _ id: UUID? = nil) {
        var payload: [AnyHashable: Any] = ["kind": kind]
        if let id { payload["call_id"] = id.uuidString }
        system.push { registry.deliver(payload) }
    }

    /// What must hold between any two events.
    func check(_ story: @autoclosure () -> String, file: StaticString = #filePath, line: UInt = #line) {
        if !system.violations.isEmpty { XCTFail("\(system.violations) after \(story())", file: file, line: line) }
        if isEngineRunning, !system.isAudioActive { XCTFail("sound without activation after \(story())", file: file, line: line) }
    }
}
