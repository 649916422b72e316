import Foundation

/// What the system wants done with a call, or is asked to do: CallKit's actions. A call is named by its UUID; an incoming
/// one by `calls.id`.
public enum SystemAction: Equatable, Sendable {
    /// Call the user `callee`.
    case start(call: UUID, callee: String, hasVideo: Bool)
    /// Take the call.
    case answer(UUID)
    /// Decline, cancel or hang up, whatever fits.
    case end(UUID)
    /// Put the call on hold, or take it back.
    case hold(UUID, Bool)
    /// Switch the microphone off, or on again.
    case mute(UUID, Bool)

    /// The call it is about.
    public var call: UUID {
        switch self {
        case let .start(call, _, _), let .answer(call), let .end(call), let .hold(call, _), let .mute(call, _): call
        }
    }
}

/// What the system tells the core: the inputs of `core/src/telephony`, as far as iOS has them.
public enum Input: Equatable, Sendable {
    /// A VoIP push arrived: its JSON object, malformed or not. `spare` is an id that no call has.
    case pushed(payload: Data, spare: UUID)
    /// The system wants something done; answered by `Effect.fulfill` or `Effect.fail` with the same id.
    case perform(action: UUID, SystemAction)
    /// The system doesn't show the call: do-not-disturb, a blocked number, no more calls.
    case notShown(UUID)
    /// The system gave the sound to this app.
    case audioActivated
    /// The system took the sound away: a GSM call, Siri, the end.
    case audioDeactivated
    /// The system's audio server began anew.
    case mediaServicesReset
    /// The system forgot all calls.
    case systemReset
}

/// Why a call is over, as the system is told.
public enum SystemEnd: String, Equatable, Sendable {
    case failed = "Failed"
    case remoteEnded = "RemoteEnded"
    case unanswered = "Unanswered"
    case answeredElsewhere = "AnsweredElsewhere"
    case declinedElsewhere = "DeclinedElsewhere"
}

/// An incoming call, as the system shows it.
public struct IncomingCall: Equatable, Sendable {
    public var id: UUID
    /// The user who calls, for the list of recent calls; none where the push didn't say.
    public var caller: String?
    /// The name to show; none where the push didn't say.
    public var name: String?
    public var hasVideo: Bool

    public init(id: UUID, caller: String? = nil, name: String? = nil, hasVideo: Bool = false) {
        self.id = id
        self.caller = caller
        self.name = name
        self.hasVideo = hasVideo
    }
}

/// What is done about the sound of a call.
public enum AudioEffect: String, Equatable, Sendable {
    /// Choose the category and mode of a call; the system activates it.
    case prepare = "Prepare"
    /// Record and play.
    case start = "Start"
    /// Neither record nor play.
    case stop = "Stop"
}

/// What the core wants of the system: those effects of `core/src/telephony` that concern it; carried out in order.
public enum Effect: Equatable, Sendable {
    case reportIncoming(IncomingCall)
    /// Over, other than by an action of the system.
    case reportEnded(UUID, SystemEnd)
    /// The outgoing call found its way.
    case reportConnecting(UUID)
    /// The outgoing call was answered.
    case reportConnected(UUID)
    /// It is a call with pictures now, or one without.
    case update(UUID, hasVideo: Bool)
    /// The app wants it: the system is asked, and answers with `Input.perform`.
    case request(SystemAction)
    /// The action is done.
    case fulfill(action: UUID)
    /// The action can't be done.
    case fail(action: UUID)
    case audio(AudioEffect)
}

/// The core's telephony machine: everything that is decided about calls on this phone. It is called on the main queue,
/// never waits, and never throws.
public protocol TelephonyCore: AnyObject {
    /// Takes `input`, and answers with what the system must be told for it, in order.
    func handle(_ input: Input) -> [Effect]

    /// Sends what comes up later (the other one hung up, the ring ran out, the app calls somebody) to `listener`, in order,
    /// on the main queue.
    func listen(_ listener: @escaping ([Effect]) -> Void)

    /// Apple gave this phone another VoIP token, to be registered with the backend (`register-device`, kind `apns_voip`):
    /// lower-case hexadecimal; `nil` when the old one is void.
    func pushTokenChanged(_ token: String?)
}
