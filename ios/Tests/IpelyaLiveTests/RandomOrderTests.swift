import CallKit
import Foundation
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
    func testInNoOrderOfEventsIsAPushUnreportedSoundTooEarlyOrACallStuck() {
        var seen: Set<String> = []
        for seed in 0..<Self.orders {
            var random = Seeded(state: seed)
            let phone = Handset()
            let ids = [UUID(), UUID(), UUID()]
            var story: [String] = []
            for _ in 0..<20 {
                let (name, event) = Self.events.randomElement(using: &random)!
                story.append(name)
                event(phone, ids.randomElement(using: &random)!)
                if Bool.random(using: &random) { phone.system.settle() }
                phone.system.timeOut()
                phone.check("seed \(seed): \(story)")
                seen.insert(phone.core.state)
            }
            phone.system.settle()
            phone.core.happens("Ended: hung up")
            phone.system.settle()
            phone.check("the end of seed \(seed): \(story)")
            XCTAssertEqual(phone.core.state, "Idle", "seed \(seed): \(story)")
            XCTAssertTrue(phone.system.calls.isEmpty, "a call is stuck, seed \(seed): \(story)")
            XCTAssertFalse(phone.isEngineRunning, "sound without a call, seed \(seed): \(story)")
            if let run = testRun, run.totalFailureCount > 0 { return }
        }
        XCTAssertEqual(seen, Set(TableCore.table.keys))
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
            ("dial", { phone, _ in phone.core.dial(UUID()) }),
            ("sound taken", { phone, _ in phone.system.interrupt(true) }),
            ("sound given", { phone, _ in phone.system.interrupt(false) }),
            ("media services reset", { phone, _ in phone.desk.tell(.mediaServicesReset) }),
            ("reset", { phone, _ in phone.system.reset() }),
            ("do-not-disturb", { phone, _ in phone.system.filters.toggle() }),
        ]
        for input in ["Accept", "HangUp", "Connected", "Dialed", "RingOver", "TypeChanged", "SetHeld", "Ended: answered elsewhere", "SignedOut"] {
            events.append((input, { phone, _ in phone.core.happens(input) }))
        }
        return events
    }()
}
