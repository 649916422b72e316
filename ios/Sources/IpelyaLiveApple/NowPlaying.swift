import Foundation
import IpelyaLivePhone
import MediaPlayer

/// What the lock screen shows of a broadcast or a room that goes on in the background, and its two buttons.
public final class NowPlaying {
    private var targets: [(MPRemoteCommand, Any)] = []

    public init() {}

    /// Shows a live session. `play` and `pause` are called on the main queue; pausing means that this phone is silent, and the
    /// session stays joined.
    public func show(title: String, host: String, play: @escaping () -> Void, pause: @escaping () -> Void) {
        clear()
        MPNowPlayingInfoCenter.default().nowPlayingInfo = [
            MPMediaItemPropertyTitle: title,
            MPMediaItemPropertyArtist: host,
            MPNowPlayingInfoPropertyIsLiveStream: true,
        ]
        let commands = MPRemoteCommandCenter.shared()
        for (command, action) in [(commands.playCommand, play), (commands.pauseCommand, pause)] {
            targets.append((command, command.addTarget { _ in
                action()
                return .success
            }))
        }
    }

    /// Shows nothing any more.
    public func clear() {
        for (command, target) in targets { command.removeTarget(target) }
        targets.removeAll()
        MPNowPlayingInfoCenter.default().nowPlayingInfo = nil
    }
}
