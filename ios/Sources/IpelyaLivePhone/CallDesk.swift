import Foundation
import IpelyaLive

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
    func reportIncoming(_ report: IncomingReport, refused: @escaping (ReportRefusal) -> Void)
    func reportEnded(_ call: UUID, _ end: SystemEnd)
    func reportConnecting(_ call: UUID)
    func reportConnected(_ call: UUID)
    func update(_ call: UUID, _ callType: CallType)
    /// Asks for an action, which comes back as `SystemInput.perform`. `refused` is called, on the main queue, where it won't.
    func request(_ action: SystemAction, refused: @escaping () -> Void)
    /// Settles an action that was to be performed.
    func settle(action: UUID, done: Bool)
}

/// The sound of a call. Called on the main queue.
public protocol CallAudio: AnyObject {
    /// Chooses category and mode; activates nothing.
    func prepare(for callType: CallType)
    /// The core records and plays.
    func start()
    /// It does neither.
    func stop()
}

/// Carries the effects of the core's phone to the system, and what the system says to it: each input and all that comes of it in
/// one turn, and one after the other. Used on the main queue alone.
public final class CallDesk: @unchecked Sendable {
    private let phone: any PhoneProtocol
    private let system: any CallSystem
    private let audio: any CallAudio
    private let store: (String?) -> Void
    private var waiting: [() -> [SystemEffect]] = []
    private var isInTurn = false
    private var reported = 0
    private var callType = CallType.audioCall
    private var following: Task<Void, Never>?

    /// `store` keeps a text for the next process, on this device and readable while the phone is locked (`KeychainStore`), in place
    /// of the one before; `nil` keeps nothing.
    public init(phone: any PhoneProtocol, system: any CallSystem, audio: any CallAudio, store: @escaping (String?) -> Void) {
        self.phone = phone
        self.system = system
        self.audio = audio
        self.store = store
    }

    deinit { following?.cancel() }

    /// Carries out what comes up in the core by itself, from now on and until this desk is released.
    public func follow() {
        let phone = phone
        following = Task { [weak self] in
            while !Task.isCancelled, await (try? phone.waiting()) != nil {
                await Self.onMainQueue { [weak self] in self?.catchUp() }
            }
        }
    }

    private static func onMainQueue(_ act: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { done in
            DispatchQueue.main.async {
                act()
                done.resume()
            }
        }
    }

    /// Once, at the start of the process, before anything else: a call that a process before died in goes on, or is over.
    public func restarted() { turn { [phone] in phone.restarted() } }

    /// Carries out what came up in the core since the last turn.
    public func catchUp() { turn { [phone] in phone.take() } }

    /// A VoIP push arrived. Whatever becomes of it, the system has been told of a call when this returns: also where the
    /// core answered nothing, because iOS ends an app that doesn't.
    public func receive(push payload: Data) {
        let before = reported
        turn { [phone] in phone.push(payload: String(decoding: payload, as: UTF8.self)) }
        guard reported == before else { return }
        let spare = UUID()
        carryOut(.reportIncoming(report: IncomingReport(call: spare, caller: nil, name: nil, callType: .audioCall)))
        carryOut(.reportEnded(call: spare, end: .failed))
    }

    /// The system says something. What it says while a turn is on comes after it.
    public func tell(_ input: SystemInput) {
        if case let .perform(_, .start(_, _, callType)) = input { self.callType = callType }
        turn { [phone] in phone.handle(input: input) }
    }

    private func turn(_ effects: @escaping () -> [SystemEffect]) {
        waiting.append(effects)
        guard !isInTurn else { return }
        isInTurn = true
        defer { isInTurn = false }
        while !waiting.isEmpty { waiting.removeFirst()().forEach(carryOut) }
    }

    /// A call that can't be started, taken or ended isn't one that the system shows; holding and muting only make no sense yet.
    private func refused(_ action: SystemAction) {
        switch action {
        case let .start(call, _, _), let .answer(call), let .end(call): tell(.notShown(call: call))
        case .hold, .mute: break
        }
    }

    private func carryOut(_ effect: SystemEffect) {
        switch effect {
        case let .reportIncoming(report):
            reported += 1
            callType = report.callType
            system.reportIncoming(report) { [weak self] refusal in
                // A second report of a call that is shown is refused, and changes nothing.
                if refusal == .notShown { self?.tell(.notShown(call: report.call)) }
            }
        case let .reportEnded(call, end): system.reportEnded(call, end)
        case let .reportConnecting(call): system.reportConnecting(call)
        case let .reportConnected(call): system.reportConnected(call)
        case let .update(call, callType):
            self.callType = callType
            system.update(call, callType)
        case let .request(wanted):
            system.request(wanted) { [weak self] in self?.refused(wanted) }
        case let .fulfill(action): system.settle(action: action, done: true)
        case let .fail(action): system.settle(action: action, done: false)
        case .audio(.prepare): audio.prepare(for: callType)
        case .audio(.start): audio.start()
        case .audio(.stop): audio.stop()
        // CallKit counts no ring.
        case .startRing, .stopRing: break
        case let .store(state): store(state)
        }
    }
}
