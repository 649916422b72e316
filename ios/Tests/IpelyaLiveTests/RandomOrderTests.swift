import CallKit
import Foundation
import IpelyaLive
import XCTest

/// SplitMix64: the same order for the same seed, on every machine.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

final class RandomOrderTests: XCTestCase {
    private static let orders: UInt64 = 10_000

    /// Complaints 1 to 6, in whatever order things happen.
    func testInNoOrderOfEventsIsAPushUnreportedSoundTooEarlyOrACallStuck() throws {
        var seen: Set<String> = []
        for seed in 0..<Self.orders {
            var random = Seeded(state: seed)
            let phone = try Handset()
            let ids = [UUID(), UUID(), UUID()]
            var story: [String] = []
            for _ in 0..<20 {
                let (name, event) = Self.events.randomElement(using: &random)!
                story.append(name)
                event(phone, ids.randomElement(using: &random)!)
                if Bool.random(using: &random) { phone.system.settle() }
                phone.system.timeOut()
                phone.check("seed \(seed): \(story)")
                seen.insert(phone.state)
            }
            phone.system.settle()
            phone.happens { $0.ended(call: $1, reason: .hungUp) }
            phone.system.settle()
            phone.check("the end of seed \(seed): \(story)")
            XCTAssertEqual(phone.state, "Idle", "seed \(seed): \(story)")
            XCTAssertTrue(phone.system.calls.isEmpty, "a call is stuck, seed \(seed): \(story)")
            XCTAssertFalse(phone.isEngineRunning, "sound without a call, seed \(seed): \(story)")
            if let run = testRun, run.totalFailureCount > 0 { return }
        }
        XCTAssertEqual(seen, ["Idle", "Ringing", "Answering", "Dialing", "Active", "Held"])
    }

    private typealias Event = (name: String, run: (Handset, UUID) -> Void)

    nonisolated(unsafe) private static let events: [Event] = {
        var events: [Event] = ["ring", "late", "stop"].map { kind in ("push \(kind)", { $0.push(kind, $1) }) }
        events += [
            ("push malformed", { phone, _ in phone.push("nonsense") }),
            ("answer", { phone, _ in phone.system.user { CXAnswerCallAction(call: $0) } }),
            ("end", { phone, _ in phone.system.user { CXEndCallAction(call: $0) } }),
            ("hold", { phone, _ in phone.system.user { CXSetHeldCallAction(call: $0, onHold: true) } }),
            ("take back", { phone, _ in phone.system.user { CXSetHeldCallAction(call: $0, onHold: false) } }),
            ("mute", { phone, _ in phone.system.user { CXSetMutedCallAction(call: $0, muted: true) } }),
            ("recents", { phone, id in phone.system.recents(UUID(), callee: id.uuidString) }),
            ("a number in recents", { phone, _ in phone.system.recents(UUID(), callee: "+90 555 000 00 00") }),
            ("dial", { phone, _ in phone.wish { _ = try $0.dial(calleeId: Handset.other, callType: .videoCall) } }),
            ("sound taken", { phone, _ in phone.system.interrupt(true) }),
            ("sound given", { phone, _ in phone.system.interrupt(false) }),
            ("media services reset", { phone, _ in phone.desk.tell(.mediaServicesReset) }),
            ("reset", { phone, _ in phone.system.reset() }),
            ("do-not-disturb", { phone, _ in phone.system.filters.toggle() }),
        ]
        let wishes: [(String, (any PhoneProtocol) throws -> Void)] = [
            ("accept", { try $0.accept() }),
            ("hang up", { try $0.hangUp() }),
            ("hold, in the app", { try $0.setHeld(on: true) }),
            ("mute, in the app", { try $0.setMuted(on: true) }),
        ]
        events += wishes.map { name, wish in (name, { phone, _ in phone.wish(wish) }) }
        let happenings: [(String, (PhoneScript, UUID) throws -> Void)] = [
            ("connected", { $0.connected(call: $1) }),
            ("dialed", { try $0.dialed(call: $1, callId: UUID().uuidString) }),
            ("ring over", { $0.ringOver(call: $1) }),
            ("video", { $0.typeChanged(call: $1, callType: .videoCall) }),
            ("answered elsewhere", { $0.ended(call: $1, reason: .answeredElsewhere) }),
            ("signed out", { script, _ in script.signedOut() }),
        ]
        events += happenings.map { name, happening in (name, { phone, _ in phone.happens(happening) }) }
        return events
    }()
}
