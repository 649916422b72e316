/// What the phone's sound is used for.
public enum AudioUse: Equatable, Sendable, CaseIterable {
    /// Watches a broadcast, or listens in an audio room.
    case listening
    /// Presents a broadcast, or speaks in one.
    case broadcasting
    /// Speaks in an audio room.
    case speaking
    /// A call without pictures: at the ear.
    case audioCall
    /// A call with pictures: in the hand.
    case videoCall
}

/// How the audio session is set up for a use.
public struct AudioPlan: Equatable, Sendable {
    public enum Category: Sendable { case playback, playAndRecord }
    public enum Mode: Sendable { case moviePlayback, videoRecording, voiceChat, videoChat }

    public var category: Category
    public var mode: Mode
    /// From the loudspeaker where nothing is plugged in or paired.
    public var usesSpeaker: Bool
    /// Headsets that can listen as well.
    public var allowsBluetoothHeadset: Bool
    /// The system activates the session (CallKit), never the app.
    public var isActivatedBySystem: Bool

    /// `playback` sounds also with the silent switch on, and goes on in the background; whoever is heard records; a call has
    /// the system's echo canceller.
    public static func plan(for use: AudioUse) -> Self {
        switch use {
        case .listening:
            Self(category: .playback, mode: .moviePlayback, usesSpeaker: false, allowsBluetoothHeadset: false, isActivatedBySystem: false)
        case .broadcasting:
            Self(category: .playAndRecord, mode: .videoRecording, usesSpeaker: true, allowsBluetoothHeadset: true, isActivatedBySystem: false)
        case .speaking:
            Self(category: .playAndRecord, mode: .voiceChat, usesSpeaker: true, allowsBluetoothHeadset: true, isActivatedBySystem: false)
        case .audioCall:
            Self(category: .playAndRecord, mode: .voiceChat, usesSpeaker: false, allowsBluetoothHeadset: true, isActivatedBySystem: true)
        case .videoCall:
            Self(category: .playAndRecord, mode: .videoChat, usesSpeaker: true, allowsBluetoothHeadset: true, isActivatedBySystem: true)
        }
    }
}
