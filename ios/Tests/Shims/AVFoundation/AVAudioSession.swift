import Foundation

// avfaudio/avaudiosession
public final class AVAudioSession: NSObject, @unchecked Sendable {
    // avfaudio/avaudiosession/category-swift.struct
    public struct Category: Equatable, Sendable {
        let name: String
        public static let playback = Category(name: "playback")
        public static let playAndRecord = Category(name: "playAndRecord")
    }

    // avfaudio/avaudiosession/mode-swift.struct
    public struct Mode: Equatable, Sendable {
        let name: String
        public static let moviePlayback = Mode(name: "moviePlayback")
        public static let videoRecording = Mode(name: "videoRecording")
        public static let voiceChat = Mode(name: "voiceChat")
        public static let videoChat = Mode(name: "videoChat")
    }

    // avfaudio/avaudiosession/categoryoptions-swift.struct
    public struct CategoryOptions: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let allowBluetooth = CategoryOptions(rawValue: 0x4)
        public static let defaultToSpeaker = CategoryOptions(rawValue: 0x8)
        public static let allowBluetoothA2DP = CategoryOptions(rawValue: 0x20)
    }

    // avfaudio/avaudiosession/setactiveoptions
    public struct SetActiveOptions: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let notifyOthersOnDeactivation = SetActiveOptions(rawValue: 1)
    }

    // avfaudio/avaudiosession/portoverride
    public enum PortOverride: UInt, Sendable { case none = 0, speaker = 0x7370_6B72 }

    // avfaudio/avaudiosession/interruptiontype
    public enum InterruptionType: UInt, Sendable { case ended = 0, began = 1 }

    // avfaudio/avaudiosession/interruptionoptions
    public struct InterruptionOptions: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let shouldResume = InterruptionOptions(rawValue: 1)
    }

    // avfaudio/avaudiosession/interruptionnotification
    public static let interruptionNotification = Notification.Name("AVAudioSessionInterruptionNotification")
    // avfaudio/avaudiosession/routechangenotification
    public static let routeChangeNotification = Notification.Name("AVAudioSessionRouteChangeNotification")
    // avfaudio/avaudiosession/mediaserviceswereresetnotification
    public static let mediaServicesWereResetNotification = Notification.Name("AVAudioSessionMediaServicesWereResetNotification")

    private static let shared = AVAudioSession()
    // avfaudio/avaudiosession/sharedinstance()
    public static func sharedInstance() -> AVAudioSession { shared }

    public private(set) var category = Category(name: "soloAmbient")
    public private(set) var mode = Mode(name: "default")
    public private(set) var categoryOptions: CategoryOptions = []

    // avfaudio/avaudiosession/setcategory(_:mode:options:)
    public func setCategory(_ category: Category, mode: Mode, options: CategoryOptions = []) throws {
        // avfaudio/avaudiosession/categoryoptions-swift.struct/defaulttospeaker: with playAndRecord alone.
        if options.contains(.defaultToSpeaker), category != .playAndRecord { throw NSError(domain: NSOSStatusErrorDomain, code: -50) }
        (self.category, self.mode, categoryOptions) = (category, mode, options)
    }

    /// Simulation: how often the app itself switched the session on or off.
    public var activations: [Bool] = []

    // avfaudio/avaudiosession/setactive(_:options:)
    public func setActive(_ active: Bool, options _: SetActiveOptions = []) throws { activations.append(active) }

    public private(set) var override = PortOverride.none
    // avfaudio/avaudiosession/overrideoutputaudioport(_:)
    public func overrideOutputAudioPort(_ port: PortOverride) throws { override = port }
}

// foundation/nsosstatuserrordomain
public let NSOSStatusErrorDomain = "NSOSStatusErrorDomain"
// avfaudio/avaudiosessioninterruptiontypekey
public let AVAudioSessionInterruptionTypeKey = "AVAudioSessionInterruptionTypeKey"
// avfaudio/avaudiosessioninterruptionoptionkey
public let AVAudioSessionInterruptionOptionKey = "AVAudioSessionInterruptionOptionKey"
