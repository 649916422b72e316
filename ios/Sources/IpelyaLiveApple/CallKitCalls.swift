import AVFoundation
import CallKit
import Foundation
import IpelyaLive
import IpelyaLivePhone

/// CallKit. One in a process, made at its start, before the push registry: used on the main queue alone.
public final class CallKitCalls: NSObject, CallSystem, CXProviderDelegate {
    /// Where what happens goes: the desk's `tell`.
    public var tell: (SystemInput) -> Void = { _ in }

    private let provider: CXProvider
    private let controller = CXCallController(queue: .main)
    private var unsettled: [UUID: CXAction] = [:]

    /// `icon` is a template image of 40 points as PNG; `ringtone` the name of a sound file of the app's bundle.
    public init(icon: Data? = nil, ringtone: String? = nil) {
        let configuration = CXProviderConfiguration()
        configuration.supportsVideo = true
        configuration.maximumCallsPerCallGroup = 1
        // One call at a time is the core's rule; a second one is shown, and ended, so there is room for its report.
        configuration.maximumCallGroups = 2
        configuration.supportedHandleTypes = [.generic]
        configuration.iconTemplateImageData = icon
        configuration.ringtoneSound = ringtone
        provider = CXProvider(configuration: configuration)
        super.init()
        provider.setDelegate(self, queue: .main)
    }

    public func reportIncoming(_ report: IncomingReport, refused: @escaping (ReportRefusal) -> Void) {
        let update = CXCallUpdate()
        update.remoteHandle = report.caller.map { CXHandle(type: .generic, value: $0) }
        update.localizedCallerName = report.name
        update.hasVideo = report.callType == .videoCall
        update.supportsHolding = true
        update.supportsGrouping = false
        update.supportsUngrouping = false
        update.supportsDTMF = false
        provider.reportNewIncomingCall(with: report.call, update: update) { error in
            guard let error else { return }
            let isShown = (error as? CXErrorCodeIncomingCallError)?.code == .callUUIDAlreadyExists
            refused(isShown ? .alreadyShown : .notShown)
        }
    }

    public func reportEnded(_ call: UUID, _ end: SystemEnd) {
        let reason: CXCallEndedReason = switch end {
        case .failed: .failed
        case .remoteEnded: .remoteEnded
        case .unanswered: .unanswered
        case .answeredElsewhere: .answeredElsewhere
        case .declinedElsewhere: .declinedElsewhere
        }
        provider.reportCall(with: call, endedAt: nil, reason: reason)
    }

    public func reportConnecting(_ call: UUID) {
        provider.reportOutgoingCall(with: call, startedConnectingAt: nil)
    }

    public func reportConnected(_ call: UUID) {
        provider.reportOutgoingCall(with: call, connectedAt: nil)
    }

    public func update(_ call: UUID, _ callType: CallType) {
        let update = CXCallUpdate()
        update.hasVideo = callType == .videoCall
        provider.reportCall(with: call, updated: update)
    }

    public func request(_ action: SystemAction, refused: @escaping () -> Void) {
        let wanted: CXCallAction
        switch action {
        case let .start(call, callee, callType):
            let start = CXStartCallAction(call: call, handle: CXHandle(type: .generic, value: callee))
            start.isVideo = callType == .videoCall
            wanted = start
        case let .answer(call): wanted = CXAnswerCallAction(call: call)
        case let .end(call): wanted = CXEndCallAction(call: call)
        case let .hold(call, on): wanted = CXSetHeldCallAction(call: call, onHold: on)
        case let .mute(call, on): wanted = CXSetMutedCallAction(call: call, muted: on)
        }
        controller.request(CXTransaction(action: wanted)) { error in
            if error != nil { refused() }
        }
    }

    public func settle(action id: UUID, done: Bool) {
        guard let action = unsettled.removeValue(forKey: id) else { return }
        if done { action.fulfill() } else { action.fail() }
    }

    // MARK: CXProviderDelegate

    public func providerDidReset(_: CXProvider) {
        unsettled.removeAll()
        tell(.systemReset)
    }

    public func provider(_: CXProvider, perform action: CXStartCallAction) {
        let callType = action.isVideo ? CallType.videoCall : .audioCall
        perform(action, .start(call: action.callUUID, callee: action.handle.value, callType: callType))
    }

    public func provider(_: CXProvider, perform action: CXAnswerCallAction) {
        perform(action, .answer(call: action.callUUID))
    }

    public func provider(_: CXProvider, perform action: CXEndCallAction) {
        perform(action, .end(call: action.callUUID))
    }

    public func provider(_: CXProvider, perform action: CXSetHeldCallAction) {
        perform(action, .hold(call: action.callUUID, on: action.isOnHold))
    }

    public func provider(_: CXProvider, perform action: CXSetMutedCallAction) {
        perform(action, .mute(call: action.callUUID, on: action.isMuted))
    }

    public func provider(_: CXProvider, timedOutPerforming action: CXAction) {
        unsettled.removeValue(forKey: action.uuid)
    }

    public func provider(_: CXProvider, didActivate _: AVAudioSession) {
        tell(.audioActivated)
    }

    public func provider(_: CXProvider, didDeactivate _: AVAudioSession) {
        tell(.audioDeactivated)
    }

    private func perform(_ action: CXAction, _ wanted: SystemAction) {
        unsettled[action.uuid] = action
        tell(.perform(action: action.uuid, wanted: wanted))
    }
}
