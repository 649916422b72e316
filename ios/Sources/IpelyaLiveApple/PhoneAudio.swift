import AVFoundation
import Foundation
import IpelyaLive
import IpelyaLivePhone

/// Where the sound goes.
public enum AudioOutput: Sendable { case automatic, speaker }

/// What the system does to the sound of a session that isn't a call: of a call CallKit tells.
public enum AudioEvent: Equatable, Sendable {
    case interrupted
    /// Over; whether the session may go on by itself.
    case interruptionEnded(mayResume: Bool)
    case routeChanged
    /// Everything of the audio server is void: it is set up anew.
    case mediaServicesReset
}

/// The app's audio session, and its one owner. Used on the main queue.
public final class PhoneAudio: CallAudio {
    private let session = AVAudioSession.sharedInstance()
    private let setEngineRunning: (Bool) -> Void
    private var observers: [any NSObjectProtocol] = []

    /// `setEngineRunning` is told when the core records and plays, and when it stops.
    public init(setEngineRunning: @escaping (Bool) -> Void) {
        self.setEngineRunning = setEngineRunning
    }

    deinit { observers.forEach(NotificationCenter.default.removeObserver) }

    public func prepare(for callType: CallType) { try? configure(for: callType == .videoCall ? .videoCall : .audioCall) }
    public func start() { setEngineRunning(true) }
    public func stop() { setEngineRunning(false) }

    /// Sets the session up for a use; activates it where the app may. Throws what the system says: without the background
    /// mode `audio`, or during a GSM call, it refuses.
    public func configure(for use: AudioUse) throws {
        let plan = AudioPlan.plan(for: use)
        let category: AVAudioSession.Category = switch plan.category {
        case .playback: .playback
        case .playAndRecord: .playAndRecord
        }
        let mode: AVAudioSession.Mode = switch plan.mode {
        case .moviePlayback: .moviePlayback
        case .videoRecording: .videoRecording
        case .voiceChat: .voiceChat
        case .videoChat: .videoChat
        }
        var options: AVAudioSession.CategoryOptions = []
        if plan.usesSpeaker { options.insert(.defaultToSpeaker) }
        if plan.allowsBluetoothHeadset { options.insert(.allowBluetooth) }
        if plan.category == .playAndRecord { options.insert(.allowBluetoothA2DP) }
        try session.setCategory(category, mode: mode, options: options)
        if !plan.isActivatedBySystem { try session.setActive(true, options: []) }
    }

    /// Gives the sound back to other apps, which are told that they may go on.
    public func release() throws {
        try session.setActive(false, options: .notifyOthersOnDeactivation)
    }

    /// Sends the sound to the loudspeaker, or wherever the system thinks best.
    public func route(to output: AudioOutput) throws {
        try session.overrideOutputAudioPort(output == .speaker ? .speaker : .none)
    }

    /// Tells `listener`, on the main queue, what the system does to the sound.
    public func observe(_ listener: @escaping @Sendable (AudioEvent) -> Void) {
        let names: [Notification.Name] = [
            AVAudioSession.interruptionNotification,
            AVAudioSession.routeChangeNotification,
            AVAudioSession.mediaServicesWereResetNotification,
        ]
        for name in names {
            observers.append(NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { note in
                if let event = Self.event(of: note) { listener(event) }
            })
        }
    }

    /// What a notification of the session says; `nil` for one that says nothing that is known.
    static func event(of note: Notification) -> AudioEvent? {
        switch note.name {
        case AVAudioSession.routeChangeNotification: return .routeChanged
        case AVAudioSession.mediaServicesWereResetNotification: return .mediaServicesReset
        case AVAudioSession.interruptionNotification:
            guard let raw = note.userInfo?[AVAudioSessionInterruptionTypeKey] as? UInt,
                  let type = AVAudioSession.InterruptionType(rawValue: raw)
            else { return nil }
            if type == .began { return .interrupted }
            let bits = note.userInfo?[AVAudioSessionInterruptionOptionKey] as? UInt ?? 0
            return .interruptionEnded(mayResume: AVAudioSession.InterruptionOptions(rawValue: bits).contains(.shouldResume))
        default: return nil
        }
    }
}
