import AVFoundation
import CallKit
import Foundation
import IpelyaLivePhone
import XCTest

final class CallTests: XCTestCase {
    func testTheTableOfTheCoreIsRead() {
        XCTAssertEqual(Set(TableCore.table.keys), ["Idle", "Ringing", "Answering", "Dialing", "Active", "Held"])
    }

    /// Complaint 3: iOS ends an app for a VoIP push that wasn't reported.
    func testEveryPushIsReportedInItsTurnAndOnlyACallRings() {
        let phone = Handset()
        let call = UUID()
        for (kind, id) in [("nonsense", nil), ("late", UUID()), ("stop", UUID()), ("ring", call), ("ring", call), ("ring", UUID())] {
            phone.push(kind, id)
        }
        phone.check("six pushes")
        XCTAssertEqual(phone.system.reports, 6)
        XCTAssertEqual(Array(phone.system.calls.keys), [call])
    }

    func testAPushThatTheCoreFailsToReadIsReportedAndEnded() {
        let phone = Handset()
        phone.core.isBroken = true
        phone.push("ring", UUID())
        phone.check("a push without a core")
        XCTAssertEqual(phone.system.endings.values.map(\.self), [.failed])
        XCTAssertTrue(phone.system.calls.isEmpty)
    }

    /// Complaint 1: no audio after answering through CallKit. Complaint 4: answered without JavaScript.
    func testAnAnsweredCallIsHeardFromTheActivationOn() {
        let phone = Handset()
        phone.push("ring", UUID())
        phone.system.user { CXAnswerCallAction(call: $0) }
        XCTAssertEqual(phone.core.state, "Answering")
        XCTAssertEqual(AVAudioSession.sharedInstance().mode, .voiceChat)
        XCTAssertFalse(phone.isEngineRunning)
        phone.system.settle()
        XCTAssertTrue(phone.isEngineRunning)
        phone.core.happens("Connected")
        XCTAssertEqual(phone.core.state, "Active")
        phone.system.user { CXEndCallAction(call: $0) }
        phone.system.settle()
        XCTAssertFalse(phone.isEngineRunning)
        phone.check("a call")
    }

    func testTheAppNeverActivatesTheSoundOfACall() throws {
        let phone = Handset()
        AVAudioSession.sharedInstance().activations.removeAll()
        phone.push("ring", UUID())
        phone.core.happens("Accept")
        phone.system.settle()
        XCTAssertTrue(phone.isEngineRunning)
        XCTAssertEqual(AVAudioSession.sharedInstance().activations, [])
    }

    /// Complaint 2: the microphone is dead after hold, a GSM call or Siri.
    func testTheSoundComesBackAfterAnInterruptionAHoldAndAReset() {
        let phone = Handset()
        phone.push("ring", UUID())
        phone.system.user { CXAnswerCallAction(call: $0) }
        phone.system.settle()
        phone.core.happens("Connected")
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
    func testACallThatIsOverElsewhereStopsRingingWithItsReason() {
        for (input, reason) in [
            ("Ended: hung up", CXCallEndedReason.remoteEnded), ("Ended: answered elsewhere", .answeredElsewhere),
            ("Ended: declined", .declinedElsewhere), ("RingOver", .unanswered), ("Ended: failed", .failed),
        ] {
            let phone = Handset()
            let call = UUID()
            phone.push("ring", call)
            phone.core.happens(input)
            XCTAssertEqual(phone.system.endings[call], reason, input)
            phone.push("ring", call)
            XCTAssertTrue(phone.system.calls.isEmpty, "a late push after \(input)")
            phone.check(input)
        }
    }

    func testAnOutgoingCallIsRegisteredAndItsProgressTold() {
        let phone = Handset()
        let call = UUID()
        phone.core.dial(call)
        phone.system.settle()
        XCTAssertEqual(phone.core.state, "Dialing")
        phone.core.happens("Dialed")
        phone.core.happens("Connected")
        XCTAssertTrue(phone.isEngineRunning)
        phone.core.happens("HangUp")
        phone.system.settle()
        XCTAssertEqual(phone.core.state, "Idle")
        XCTAssertTrue(phone.system.calls.isEmpty)
        phone.check("an outgoing call")
    }

    func testACallThatDoNotDisturbHidesDoesNotRingOn() {
        let phone = Handset()
        phone.system.filters = true
        phone.push("ring", UUID())
        XCTAssertEqual(phone.core.state, "Idle")
        phone.check("do-not-disturb")
    }

    func testTheTokenIsToldAsTheServerNeedsIt() {
        let phone = Handset()
        phone.pushes.pushRegistry(phone.registry, didUpdate: .init(simulating: Data([0, 0xAB, 0x1F])), for: .voIP)
        phone.pushes.pushRegistry(phone.registry, didInvalidatePushTokenFor: .voIP)
        XCTAssertEqual(phone.core.tokens, ["00ab1f", nil])
    }
}
