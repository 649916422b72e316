import AVFoundation
import Foundation
import IpelyaLive
import IpelyaLivePhone
import MediaPlayer
import Security
import UserNotifications
import XCTest

@testable import IpelyaLiveApple

final class PhoneTests: XCTestCase {
    func testAViewerIsHeardWithTheSilentSwitchOnAndNeedsNoMicrophone() throws {
        let audio = PhoneAudio { _ in }
        try audio.configure(for: .listening)
        XCTAssertEqual(AVAudioSession.sharedInstance().category, .playback)
        for use in [AudioUse.broadcasting, .speaking, .audioCall, .videoCall] {
            try audio.configure(for: use)
            XCTAssertEqual(AVAudioSession.sharedInstance().category, .playAndRecord)
            XCTAssertTrue(AVAudioSession.sharedInstance().categoryOptions.contains(.allowBluetooth))
        }
    }

    func testOnlyAVideoCallStartsOnTheLoudspeaker() {
        XCTAssertFalse(AudioPlan.plan(for: .audioCall).usesSpeaker)
        XCTAssertTrue(AudioPlan.plan(for: .videoCall).usesSpeaker)
        let bySystem = AudioUse.allCases.filter { AudioPlan.plan(for: $0).isActivatedBySystem }
        XCTAssertEqual(bySystem, [.audioCall, .videoCall])
    }

    func testAnInterruptionSaysWhetherItMayGoOn() {
        let note = { (info: [AnyHashable: Any]) in
            PhoneAudio.event(of: Notification(name: AVAudioSession.interruptionNotification, object: nil, userInfo: info))
        }
        XCTAssertEqual(note([AVAudioSessionInterruptionTypeKey: UInt(1)]), .interrupted)
        XCTAssertEqual(note([AVAudioSessionInterruptionTypeKey: UInt(0)]), .interruptionEnded(mayResume: false))
        let resumes: [AnyHashable: Any] = [AVAudioSessionInterruptionTypeKey: UInt(0), AVAudioSessionInterruptionOptionKey: UInt(1)]
        XCTAssertEqual(note(resumes), .interruptionEnded(mayResume: true))
        XCTAssertNil(note([:]))
    }

    /// Complaint 20: the previous user's calls after logout.
    func testWhatAColdStartNeedsIsKeptAndForgottenAtSignOut() async throws {
        SimulatedKeychain.items.removeAll()
        let store = KeychainStore()
        let before = try Phone.open(system: .callKit, stored: store.phoneState(), capture: nil)
        before.signIn(coldStart: Handset.coldStart)
        keep(before.take(), store)
        let item = try XCTUnwrap(SimulatedKeychain.items.values.first)
        XCTAssertEqual(item[kSecAttrAccessible] as? String, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly)

        // The next process knows whose phone it is.
        let after = try Phone.open(system: .callKit, stored: store.phoneState(), capture: nil)
        let ring = Handset.payload("ring", UUID())
        _ = after.push(payload: String(decoding: VoipPushes.json(ring), as: UTF8.self))
        guard case .ringing = after.state() else { return XCTFail("it doesn't ring") }
        try await after.signOut()
        keep(after.take(), store)
        XCTAssertEqual(after.state(), .idle)
        XCTAssertNil(store.phoneState())
    }

    private func keep(_ effects: [SystemEffect], _ store: KeychainStore) {
        for case let .store(state) in effects { store.setPhoneState(state) }
    }

    func testTheLockScreensButtonsActOnceAndGoWithTheSession() {
        let playing = NowPlaying()
        var paused = 0
        for title in ["first", "second"] { playing.show(title: title, host: "host", play: {}, pause: { paused += 1 }) }
        XCTAssertEqual(MPNowPlayingInfoCenter.default().nowPlayingInfo?[MPMediaItemPropertyTitle] as? String, "second")
        XCTAssertEqual(MPRemoteCommandCenter.shared().pauseCommand.press(), 1)
        XCTAssertEqual(paused, 1)
        playing.clear()
        XCTAssertEqual(MPRemoteCommandCenter.shared().pauseCommand.press(), 0)
    }

    func testReadinessSaysWhatCanBeMended() {
        let ready = CallReadiness(PhoneFacts(
            microphone: .undecided, camera: .denied, notifications: .granted, hasPushToken: false, hasCallKit: false
        ))
        XCTAssertEqual(ready.microphone, .fixable(.ask))
        XCTAssertEqual(ready.camera, .fixable(.openSettings))
        XCTAssertEqual(ready.notifications, .ok)
        XCTAssertEqual(ready.pushToken, .fixable(.registerPush))
        XCTAssertEqual(ready.callKit, .blocked(.callKitUnavailable))
    }

    func testAPhoneSaysOfItselfWhatItsUserDecided() async {
        AVCaptureDevice.simulated = [.audio: .authorized, .video: .restricted]
        UNUserNotificationCenter.current().simulated = .denied
        let facts = await PhoneFacts.current(hasPushToken: true, region: "TR")
        XCTAssertEqual(facts, PhoneFacts(
            microphone: .granted, camera: .restricted, notifications: .denied, hasPushToken: true, hasCallKit: true
        ))
        let inChina = await PhoneFacts.current(hasPushToken: true, region: "CN")
        XCTAssertFalse(inChina.hasCallKit)
    }

    func testAPayloadThatIsNoJsonIsMalformedAndCrashesNothing() {
        XCTAssertEqual(VoipPushes.json([1: "x", "date": Date()]), Data("{}".utf8))
        XCTAssertEqual(VoipPushes.json(["a": 1, 2: "dropped"]), Data(#"{"a":1}"#.utf8))
    }

    func testWithoutCallKitTheAppRingsAnswersAndActivatesTheSoundItself() throws {
        var active: [Bool] = []
        let calls = InAppCalls { active.append($0); return true }
        let script = try PhoneScript.open(system: .callKit, coldStart: Handset.coldStart)
        var engine = false
        let desk = CallDesk(phone: script.phone(), system: calls, audio: PhoneAudio { engine = $0 }, store: { _ in })
        calls.tell = { [weak desk] in desk?.tell($0) }
        let call = UUID()
        desk.receive(push: VoipPushes.json(Handset.payload("ring", call)))
        XCTAssertEqual(calls.incoming?.call, call)
        calls.request(.answer(call: call)) {}
        XCTAssertNil(calls.incoming)
        XCTAssertTrue(engine)
        script.connected(call: call)
        script.ended(call: call, reason: .hungUp)
        desk.catchUp()
        XCTAssertFalse(engine)
        XCTAssertEqual(active, [true, false])
    }

    func testWhatComesUpInTheCoreIsCarriedOutByItself() async throws {
        let script = try PhoneScript.open(system: .callKit, coldStart: Handset.coldStart)
        let calls = InAppCalls { _ in true }
        let desk = CallDesk(phone: script.phone(), system: calls, audio: PhoneAudio { _ in }, store: { _ in })
        let call = UUID()
        desk.receive(push: VoipPushes.json(Handset.payload("ring", call)))
        let gone = expectation(description: "it rings no more")
        calls.changed = { if $0 == nil { gone.fulfill() } }
        desk.follow()
        script.ended(call: call, reason: .cancelled)
        await fulfillment(of: [gone], timeout: 10)
    }
}
