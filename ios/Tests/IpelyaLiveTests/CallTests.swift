import AVFoundation
import CallKit
import Foundation
import IpelyaLive
import IpelyaLivePhone
import XCTest

final class CallTests: XCTestCase {
    /// Complaint 3: iOS ends an app for a VoIP push that wasn't reported.
    func testEveryPushIsReportedInItsTurnAndOnlyACallRings() throws {
        let phone = try Handset()
        let call = UUID()
        for (kind, id) in [("nonsense", UUID()), ("late", UUID()), ("stop", UUID()), ("ring", call), ("ring", call), ("ring", UUID())] {
            phone.push(kind, id)
        }
        phone.check("six pushes")
        XCTAssertEqual(phone.system.reports, 6)
        XCTAssertEqual(Array(phone.system.calls.keys), [call])
    }

    func testAPushThatTheCoreFailsToReadIsReportedAndEnded() throws {
        let phone = try Handset(phone: BrokenPhone())
        phone.push("ring", UUID())
        phone.check("a push without a core")
        XCTAssertEqual(phone.system.endings.values.map(\.self), [.failed])
        XCTAssertTrue(phone.system.calls.isEmpty)
    }

    /// Complaint 1: no audio after answering through CallKit. Complaint 4: answered without JavaScript.
    func testAnAnsweredCallIsHeardFromTheActivationOn() throws {
        let phone = try Handset()
        phone.push("ring", UUID())
        phone.system.user { CXAnswerCallAction(call: $0) }
        XCTAssertEqual(phone.state, "Answering")
        XCTAssertEqual(AVAudioSession.sharedInstance().mode, .voiceChat)
        XCTAssertFalse(phone.isEngineRunning)
        phone.system.settle()
        XCTAssertTrue(phone.isEngineRunning)
        phone.happens { $0.connected(call: $1) }
        XCTAssertEqual(phone.state, "Active")
        phone.system.user { CXEndCallAction(call: $0) }
        phone.system.settle()
        XCTAssertFalse(phone.isEngineRunning)
        phone.check("a call")
    }

    func testTheAppNeverActivatesTheSoundOfACall() throws {
        let phone = try Handset()
        AVAudioSession.sharedInstance().activations.removeAll()
        phone.push("ring", UUID())
        phone.wish { try $0.accept() }
        phone.system.settle()
        XCTAssertTrue(phone.isEngineRunning)
        XCTAssertEqual(AVAudioSession.sharedInstance().activations, [])
    }

    /// Complaint 2: the microphone is dead after hold, a GSM call or Siri.
    func testTheSoundComesBackAfterAnInterruptionAHoldAndAReset() throws {
        let phone = try Handset()
        phone.push("ring", UUID())
        phone.system.user { CXAnswerCallAction(call: $0) }
        phone.system.settle()
        phone.happens { $0.connected(call: $1) }
        phone.system.interrupt(true)
        XCTAssertFalse(phone.isEngineRunning)
        phone.system.interrupt(false)
        XCTAssertTrue(phone.isEngineRunning)
        phone.system.user { CXSetHeldCallAction(call: $0, onHold: true) }
        XCTAssertFalse(phone.isEngineRunning)
        phone.system.settle()
        phone.system.user { CXSetHeldCallAction(call: $0, onHold: false) }
        phone.system.settle()
        XCTAssertTrue(phone.isEngineRunning)
        phone.desk.tell(.mediaServicesReset)
        XCTAssertTrue(phone.isEngineRunning)
        phone.check("interruptions")
    }

    /// Complaint 5: it rings on after it was cancelled. Complaint 6: it rings on though it was answered elsewhere.
    func testACallThatIsOverElsewhereStopsRingingWithItsReason() throws {
        typealias Happening = (PhoneScript, UUID) -> Void
        let happenings: [(String, Happening, CXCallEndedReason)] = [
            ("hung up", { $0.ended(call: $1, reason: .hungUp) }, .remoteEnded),
            ("answered elsewhere", { $0.ended(call: $1, reason: .answeredElsewhere) }, .answeredElsewhere),
            ("declined", { $0.ended(call: $1, reason: .declined) }, .declinedElsewhere),
            ("the ring over", { $0.ringOver(call: $1) }, .unanswered),
            ("failed", { $0.ended(call: $1, reason: .failed) }, .failed),
        ]
        for (input, happening, reason) in happenings {
            let phone = try Handset()
            let call = UUID()
            phone.push("ring", call)
            phone.happens(happening)
            XCTAssertEqual(phone.system.endings[call], reason, input)
            phone.push("ring", call)
            XCTAssertTrue(phone.system.calls.isEmpty, "a late push after \(input)")
            phone.check(input)
        }
    }

    func testAnOutgoingCallIsRegisteredAndItsProgressTold() throws {
        let phone = try Handset()
        phone.wish { _ = try $0.dial(calleeId: Handset.other, callType: .audioCall) }
        phone.system.settle()
        XCTAssertEqual(phone.state, "Dialing")
        phone.happens { try $0.dialed(call: $1, callId: UUID().uuidString) }
        phone.happens { $0.connected(call: $1) }
        XCTAssertTrue(phone.isEngineRunning)
        phone.wish { try $0.hangUp() }
        phone.system.settle()
        XCTAssertEqual(phone.state, "Idle")
        XCTAssertTrue(phone.system.calls.isEmpty)
        phone.check("an outgoing call")
    }

    func testACallThatDoNotDisturbHidesDoesNotRingOn() throws {
        let phone = try Handset()
        phone.system.filters = true
        phone.push("ring", UUID())
        XCTAssertEqual(phone.state, "Idle")
        phone.check("do-not-disturb")
    }

    func testTheTokenIsToldAsTheServerNeedsIt() throws {
        let core = BrokenPhone()
        let phone = try Handset(phone: core)
        phone.pushes.pushRegistry(phone.registry, didUpdate: .init(simulating: Data([0, 0xAB, 0x1F])), for: .voIP)
        phone.pushes.pushRegistry(phone.registry, didInvalidatePushTokenFor: .voIP)
        XCTAssertEqual(core.tokens, ["00ab1f", nil])
    }
}
