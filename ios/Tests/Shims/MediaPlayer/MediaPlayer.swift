import Foundation

// mediaplayer/mpnowplayinginfocenter
public final class MPNowPlayingInfoCenter: NSObject, @unchecked Sendable {
    private static let shared = MPNowPlayingInfoCenter()
    // mediaplayer/mpnowplayinginfocenter/default()
    public class func `default`() -> MPNowPlayingInfoCenter { shared }
    // mediaplayer/mpnowplayinginfocenter/nowplayinginfo
    public var nowPlayingInfo: [String: Any]?
}

// mediaplayer/mpmediaitempropertytitle
public let MPMediaItemPropertyTitle = "title"
// mediaplayer/mpmediaitempropertyartist
public let MPMediaItemPropertyArtist = "artist"
// mediaplayer/mpnowplayinginfopropertyislivestream
public let MPNowPlayingInfoPropertyIsLiveStream = "MPNowPlayingInfoPropertyIsLiveStream"

// mediaplayer/mpremotecommandhandlerstatus
public enum MPRemoteCommandHandlerStatus: Int, Sendable { case success = 0 }
// mediaplayer/mpremotecommandevent
public final class MPRemoteCommandEvent: NSObject {}

// mediaplayer/mpremotecommand
public final class MPRemoteCommand: NSObject, @unchecked Sendable {
    private var handlers: [ObjectIdentifier: (MPRemoteCommandEvent) -> MPRemoteCommandHandlerStatus] = [:]
    // mediaplayer/mpremotecommand/addtarget(handler:)
    public func addTarget(handler: @escaping (MPRemoteCommandEvent) -> MPRemoteCommandHandlerStatus) -> Any {
        let target = NSObject()
        handlers[ObjectIdentifier(target)] = handler
        return target
    }
    // mediaplayer/mpremotecommand/removetarget(_:)
    public func removeTarget(_ target: Any?) {
        if let target = target as? NSObject { handlers[ObjectIdentifier(target)] = nil }
    }
    /// Simulation: the user presses the button. How many listened.
    public func press() -> Int {
        handlers.values.forEach { _ = $0(MPRemoteCommandEvent()) }
        return handlers.count
    }
}

// mediaplayer/mpremotecommandcenter
public final class MPRemoteCommandCenter: NSObject, @unchecked Sendable {
    private static let center = MPRemoteCommandCenter()
    // mediaplayer/mpremotecommandcenter/shared()
    public class func shared() -> MPRemoteCommandCenter { center }
    // mediaplayer/mpremotecommandcenter/playcommand
    public let playCommand = MPRemoteCommand()
    // mediaplayer/mpremotecommandcenter/pausecommand
    public let pauseCommand = MPRemoteCommand()
}
