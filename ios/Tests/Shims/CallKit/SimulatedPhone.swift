import AVFoundation
import Foundation

/// What iOS does around CallKit, as documented: it shows calls, asks for actions and waits for them, gives and takes the
/// sound, and ends an app that doesn't report its push.
public final class SimulatedPhone: @unchecked Sendable {
    nonisolated(unsafe) public static var current = SimulatedPhone()

    /// A call that the user sees.
    public struct Call: Equatable { public var isIncoming = false, isTalking = false, isHeld = false, isMuted = false }

    public private(set) var calls: [UUID: Call] = [:]
    public private(set) var endings: [UUID: CXCallEndedReason] = [:]
    /// What iOS would have ended the app for, or documents as wrong.
    public private(set) var violations: [String] = []
    public private(set) var isAudioActive = false
    public private(set) var reports = 0
    public private(set) var failedActions = 0
    public private(set) var doneActions = 0
    /// Do-not-disturb: a report is refused.
    public var filters = false
    weak var provider: CXProvider?
    private var asked: [CXCallAction] = []
    private var open: [CXCallAction] = []

    public init() {}

    public func violated(_ rule: String) { violations.append(rule) }

    /// A push is delivered by `deliver`, which says whether it was completed; iOS looks when its turn is over.
    public func push(_ deliver: () -> Bool) {
        let before = reports
        if !deliver() { violated("a push wasn't completed") }
        if reports == before { violated("killed: a push wasn't reported in its turn") }
    }

    /// The user, or another app, wants something of the first call that is shown.
    public func user(_ make: (UUID) -> CXCallAction) {
        guard let call = calls.keys.min(by: { $0.uuidString < $1.uuidString }) else { return }
        let action = make(call)
        if isOffered(action) { perform(action) }
    }

    /// Someone is called from the list of recent calls.
    public func recents(_ call: UUID, callee: String) {
        perform(CXStartCallAction(call: call, handle: CXHandle(type: .generic, value: callee)))
    }

    /// The actions that were requested are performed, and the sound follows the calls.
    public func settle() {
        while !asked.isEmpty { perform(asked.removeFirst()) }
        followAudio()
    }

    /// An action that was left open times out.
    public func timeOut() {
        for action in open where !action.isComplete {
            violated("timed out: \(type(of: action))")
            provider.map { $0.delegate?.provider($0, timedOutPerforming: action) }
        }
        open.removeAll()
    }

    /// A GSM call or Siri takes the sound, or gives it back.
    public func interrupt(_ begins: Bool) { setAudio(!begins && wantsAudio) }

    /// The call service died.
    public func reset() {
        calls.removeAll()
        asked.removeAll()
        isAudioActive = false
        provider.map { $0.delegate?.providerDidReset($0) }
    }

    /// The engine records: only while the sound is the app's.
    public func engineStarted() {
        if !isAudioActive { violated("the engine ran without the sound being activated") }
    }

    func reported(_ id: UUID) -> (any Error)? {
        reports += 1
        if calls[id] != nil { return CXErrorCodeIncomingCallError(.callUUIDAlreadyExists) }
        if filters { return CXErrorCodeIncomingCallError(.filteredByDoNotDisturb) }
        calls[id] = Call(isIncoming: true)
        return nil
    }

    func ended(_ id: UUID, _ reason: CXCallEndedReason) {
        calls[id] = nil
        endings[id] = reason
    }

    func mustKnow(_ id: UUID, _ what: String) {
        if calls[id] == nil { violated("a call that isn't shown was reported as \(what)") }
    }

    func requested(_ action: CXCallAction, _ completion: @escaping ((any Error)?) -> Void) {
        guard action is CXStartCallAction || calls[action.callUUID] != nil else {
            // callkit/cxerrorcoderequesttransactionerror-swift.struct/code/unknowncalluuid
            return completion(NSError(domain: "com.apple.CallKit.error.requesttransaction", code: 4))
        }
        // callkit/cxerrorcoderequesttransactionerror-swift.struct/code/invalidaction
        guard action is CXStartCallAction || isOffered(action) else {
            return completion(NSError(domain: "com.apple.CallKit.error.requesttransaction", code: 6))
        }
        asked.append(action)
        completion(nil)
    }

    /// Whether the action makes sense of its call: what rings is answered, what was taken is held.
    private func isOffered(_ action: CXCallAction) -> Bool {
        guard let call = calls[action.callUUID] else { return false }
        switch action {
        case is CXAnswerCallAction: return call.isIncoming && !call.isTalking
        case is CXSetHeldCallAction, is CXSetMutedCallAction: return call.isTalking
        default: return true
        }
    }

    private func perform(_ action: CXCallAction) {
        guard let provider, let delegate = provider.delegate else { return }
        action.settled = { [unowned self, unowned action] done in settled(action, done) }
        open.append(action)
        switch action {
        case let action as CXStartCallAction:
            calls[action.callUUID] = Call()
            delegate.provider(provider, perform: action)
        case let action as CXAnswerCallAction: delegate.provider(provider, perform: action)
        case let action as CXEndCallAction: delegate.provider(provider, perform: action)
        case let action as CXSetHeldCallAction: delegate.provider(provider, perform: action)
        case let action as CXSetMutedCallAction: delegate.provider(provider, perform: action)
        default: violated("an action that nobody knows")
        }
    }

    private func settled(_ action: CXCallAction, _ done: Bool) {
        if done { doneActions += 1 } else { failedActions += 1 }
        let id = action.callUUID
        switch action {
        case is CXStartCallAction, is CXAnswerCallAction:
            // A second answer of a call that was taken fails, and the call goes on: undocumented, so it is on the checklist.
            if done { calls[id]?.isTalking = true } else if calls[id]?.isTalking == false { calls[id] = nil }
        case is CXEndCallAction: if done { calls[id] = nil }
        case let hold as CXSetHeldCallAction: if done { calls[id]?.isHeld = hold.isOnHold }
        case let mute as CXSetMutedCallAction: if done { calls[id]?.isMuted = mute.isMuted }
        default: break
        }
    }

    private var wantsAudio: Bool { calls.values.contains { $0.isTalking && !$0.isHeld } }

    private func followAudio() { if wantsAudio != isAudioActive { setAudio(wantsAudio) } }

    private func setAudio(_ active: Bool) {
        guard active != isAudioActive, let provider else { return }
        isAudioActive = active
        let session = AVAudioSession.sharedInstance()
        if active {
            provider.delegate?.provider(provider, didActivate: session)
        } else {
            provider.delegate?.provider(provider, didDeactivate: session)
        }
    }
}
