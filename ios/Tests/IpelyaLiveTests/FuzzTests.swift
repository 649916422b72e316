import CallKit
import Foundation
import IpelyaLiveApple
import XCTest

/// Pushes that somebody made up: nothing crashes, each is reported and what rings nothing is ended.
final class FuzzTests: XCTestCase {
    private let fields = [
        "event", "call_id", "caller_id", "caller_name", "callee_id", "call_type", "answer_ticket", "ring_expires_at",
    ]

    private let values: [Any] = [
        NSNull(), "", "x", 7, -1.5, true, [1, 2], ["a": ["b": NSNull()]], String(repeating: "ü", count: 10_000), "ring", "video_call",
        Handset.other, "2999-01-01T00:00:00Z", "not a time", "\u{0}", Date(), Data([0xFF]),
    ]

    func testPushesThatSomebodyMadeUpAreReportedAndCrashNothing() throws {
        var rang = 0
        for seed in 0..<2_000 as Range<UInt64> {
            var random = Seeded(state: seed)
            let phone = try Handset()
            for _ in 0..<3 {
                var payload: [AnyHashable: Any] = Handset.payload(Bool.random(using: &random) ? "ring" : "stop", UUID())
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let field = fields.randomElement(using: &random)!
                    payload[field] = Bool.random(using: &random) ? nil : values.randomElement(using: &random)!
                }
                if Int.random(in: 0..<10, using: &random) == 0 { payload[3] = "a key that is no text" }
                let before = phone.system.reports
                phone.deliver(payload)
                XCTAssertEqual(phone.system.reports, before + 1, "seed \(seed): \(payload)")
            }
            phone.check("seed \(seed)")
            XCTAssertLessThanOrEqual(phone.system.calls.count, 1, "seed \(seed)")
            if phone.state == "Ringing" { rang += 1 } else { XCTAssertTrue(phone.system.calls.isEmpty, "seed \(seed)") }
        }
        XCTAssertGreaterThan(rang, 100, "good ones ring among them")
    }

    func testAnothersAnExpiredAReplayedAndANamelessPushRingNothing() throws {
        let phone = try Handset()
        let call = UUID()
        for change: (inout [String: Any]) -> Void in [
            { $0["callee_id"] = Handset.other },
            { $0["caller_id"] = Handset.user },
            { $0["ring_expires_at"] = "2001-01-01T00:00:00Z" },
            { $0["call_id"] = "not-an-id" },
            { $0["call_type"] = "hologram" },
            { $0["caller_name"] = String(repeating: "x", count: 9_000) },
        ] {
            var payload = Handset.payload("ring", UUID())
            change(&payload)
            phone.deliver(payload)
            XCTAssertTrue(phone.system.calls.isEmpty, "\(payload)")
        }
        phone.push("ring", call)
        phone.happens { $0.ended(call: $1, reason: .hungUp) }
        phone.push("ring", call)
        XCTAssertTrue(phone.system.calls.isEmpty, "a replay")
        XCTAssertEqual(phone.system.reports, 8)
        phone.check("made-up pushes")
    }
}
