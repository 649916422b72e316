import Foundation

/// Why the system doesn't take a report of an incoming call.
public enum ReportRefusal: Equatable, Sendable {
    /// It shows this call already.
    case alreadyShown
    /// It doesn't show it: do-not-disturb, a blocked caller, no more calls, no entitlement.
    case notShown
}

/// Where calls are shown: CallKit, or the app itself where CallKit may not be used. Called on the main queue.
public protocol CallSystem: AnyObject {
    /// Shows that somebody calls. `refused` is called, on the main queue, where it isn't shown.
    func reportIncoming(_ call: IncomingCall, refused: @escaping (ReportRefusal) -> Void)
    func reportEnded(_ call: UUID, _ end: SystemEnd)
    func reportConnecting(_ call: UUID)
    func reportConnected(_ call: UUID)
    func update(_ call: UUID, hasVideo: Bool)
    /// Asks for an action, which comes back as `Input.perform`. `refused` is called, on the main queue, where it won't.
    func request(_ action: SystemAction, refused: @escaping () -> Void)
    /// Settles an action that was to be performed.
    func settle(action: UUID, done: Bool)
}

/// The sound of a call. Called on the main queue.
public protocol CallAudio: AnyObject {
    /// Chooses category and mode; activates nothing.
    func prepare()
    /// Records and plays.
    func start()
    /// Does neither.
    func stop()
}

/// Carries the core's effects to the system, and what the system says to the core: each input and all that comes of it in
/// one turn, and one after the other. Used on the main queue alone.
public final class CallDesk {
    private let core: any TelephonyCore
    private let system: any CallSystem
    private let audio: any CallAudio
    private var waiting: [Input] = []
    private var isInTurn = false
    private var reported = 0

    public init(core: any TelephonyCore, system: any CallSystem, audio: any CallAudio) {
        self.core = core
        self.system = system
        self.audio = audio
        core.listen { [weak self] effects in self?.carryOut(effects) }
    }

    /// A VoIP push arrived. Whatever becomes of it, the system has been told of a call when this returns: also where the
    /// core answered nothing, because iOS ends an app that doesn't.
    public func receive(push payload: Data) {
        let spare = UUID()
        let before = reported
        tell(.pushed(payload: payload, spare: spare))
        guard reported == before else { return }
        carryOut([.reportIncoming(IncomingCall(id: spare)), .reportEnded(spare, .failed)])
    }

    /// The system says something. What it says while a turn is on comes after it.
    public func tell(_ input: Input) {
        waiting.append(input)
        guard !isInTurn else { return }
        isInTurn = true
        defer { isInTurn = false }
        while !waiting.isEmpty {
            let next = waiting.removeFirst()
            carryOut(core.handle(next))
        }
    }

    /// A call that can't be started, taken or ended isn't one that the system shows; holding and muting only make no sense yet.
    private func refused(_ action: SystemAction) {
        switch action {
        case .start, .answer, .end: tell(.notShown(action.call))
        case .hold, .mute: break
        }
    }

    private func carryOut(_ effects: [Effect]) {
        effects.forEach(carryOut)
    }

    private func carryOut(_ effect: Effect) {
        switch effect {
        case let .reportIncoming(call):
            reported += 1
            system.reportIncoming(call) { [weak self] refusal in
                // A second report of a call that is shown is refused, and changes nothing.
                if refusal == .notShown { self?.tell(.notShown(call.id)) }
            }
        case let .reportEnded(call, end): system.reportEnded(call, end)
        case let .reportConnecting(call): system.reportConnecting(call)
        case let .reportConnected(call): system.reportConnected(call)
        case let .update(call, hasVideo): system.update(call, hasVideo: hasVideo)
        case let .request(action):
            system.request(action) { [weak self] in self?.refused(action) }
        case let .fulfill(action): system.settle(action: action, done: true)
        case let .fail(action): system.settle(action: action, done: false)
        case .audio(.prepare): audio.prepare()
        case .audio(.start): audio.start()
        case .audio(.stop): audio.stop()
        }
    }
}
