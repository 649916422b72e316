import Foundation
import IpelyaLive

/// Shows calls within the app where CallKit may not be used (mainland China): the app's own screen and its notification
/// ring, and what the user taps there is performed at once. The sound is the app's own to activate.
public final class InAppCalls: CallSystem {
    /// The call that the app's screen shows; `nil` for none.
    public private(set) var incoming: IncomingReport?
    /// Is told when `incoming` changed.
    public var changed: (IncomingReport?) -> Void = { _ in }
    /// Where what happens goes: the desk's `tell`.
    public var tell: (SystemInput) -> Void = { _ in }

    private let setAudioActive: (Bool) -> Bool
    private var unsettled: [UUID: SystemAction] = [:]
    private var talking: UUID?

    /// `setAudioActive` activates or deactivates the app's audio session, and says whether the system let it.
    public init(setAudioActive: @escaping (Bool) -> Bool) {
        self.setAudioActive = setAudioActive
    }

    public func reportIncoming(_ report: IncomingReport, refused: @escaping (ReportRefusal) -> Void) {
        guard incoming?.call != report.call, talking != report.call else { return refused(.alreadyShown) }
        guard incoming == nil, talking == nil else { return refused(.notShown) }
        show(report)
    }

    public func reportEnded(_ call: UUID, _: SystemEnd) { over(call) }
    public func reportConnecting(_: UUID) {}
    public func reportConnected(_: UUID) {}

    public func update(_ call: UUID, _ callType: CallType) {
        guard var shown = incoming, shown.call == call else { return }
        shown.callType = callType
        show(shown)
    }

    public func request(_ action: SystemAction, refused _: @escaping () -> Void) {
        let id = UUID()
        unsettled[id] = action
        tell(.perform(action: id, wanted: action))
    }

    public func settle(action id: UUID, done: Bool) {
        guard let action = unsettled.removeValue(forKey: id), done else { return }
        switch action {
        case let .start(call, _, _), let .answer(call):
            if incoming?.call == call { show(nil) }
            talking = call
            if setAudioActive(true) { tell(.audioActivated) }
        case let .end(call): over(call)
        case .hold, .mute: break
        }
    }

    private func over(_ call: UUID) {
        if incoming?.call == call { show(nil) }
        guard talking == call else { return }
        talking = nil
        tell(.audioDeactivated)
        _ = setAudioActive(false)
    }

    private func show(_ call: IncomingReport?) {
        incoming = call
        changed(call)
    }
}
