import Foundation

/// Shows calls within the app where CallKit may not be used (mainland China): the app's own screen and its notification
/// ring, and what the user taps there is performed at once. The sound is the app's own to activate.
public final class InAppCalls: CallSystem {
    /// The call that the app's screen shows; `nil` for none.
    public private(set) var incoming: IncomingCall?
    /// Is told when `incoming` changed.
    public var changed: (IncomingCall?) -> Void = { _ in }
    /// Where what happens goes: the desk's `tell`.
    public var tell: (Input) -> Void = { _ in }

    private let setAudioActive: (Bool) -> Bool
    private var unsettled: [UUID: SystemAction] = [:]
    private var talking: UUID?

    /// `setAudioActive` activates or deactivates the app's audio session, and says whether the system let it.
    public init(setAudioActive: @escaping (Bool) -> Bool) {
        self.setAudioActive = setAudioActive
    }

    public func reportIncoming(_ call: IncomingCall, refused: @escaping (ReportRefusal) -> Void) {
        guard incoming?.id != call.id, talking != call.id else { return refused(.alreadyShown) }
        guard incoming == nil, talking == nil else { return refused(.notShown) }
        show(call)
    }

    public func reportEnded(_ call: UUID, _: SystemEnd) { over(call) }
    public func reportConnecting(_: UUID) {}
    public func reportConnected(_: UUID) {}

    public func update(_ call: UUID, hasVideo: Bool) {
        guard var shown = incoming, shown.id == call else { return }
        shown.hasVideo = hasVideo
        show(shown)
    }

    public func request(_ action: SystemAction, refused _: @escaping () -> Void) {
        let id = UUID()
        unsettled[id] = action
        tell(.perform(action: id, action))
    }

    public func settle(action id: UUID, done: Bool) {
        guard let action = unsettled.removeValue(forKey: id), done else { return }
        switch action {
        case let .start(call, _, _), let .answer(call):
            if incoming?.id == call { show(nil) }
            talking = call
            if setAudioActive(true) { tell(.audioActivated) }
        case let .end(call): over(call)
        case .hold, .mute: break
        }
    }

    private func over(_ call: UUID) {
        if incoming?.id == call { show(nil) }
        guard talking == call else { return }
        talking = nil
        tell(.audioDeactivated)
        _ = setAudioActive(false)
    }

    private func show(_ call: IncomingCall?) {
        incoming = call
        changed(call)
    }
}
