import Foundation
import IpelyaLive

func setting(_ name: String) -> String {
    guard let value = ProcessInfo.processInfo.environment["IPELYA_\(name)"] else {
        fatalError("IPELYA_\(name) isn't set: run this with cargo xtask bindings call")
    }
    return value
}

func say(_ line: String) { print(line) }

/// The next line of the input, read where waiting holds nobody up.
func nextLine() async -> String? {
    await withCheckedContinuation { waiting in
        DispatchQueue.global().async { waiting.resume(returning: readLine()) }
    }
}

/// Who this process is.
final class Person: TokenProvider {
    func accessToken(rejected: String?) async throws -> String { setting("TOKEN_\(setting("PERSON").uppercased())") }
}

/// The call that commands are about.
final class Current: @unchecked Sendable {
    private let lock = NSLock()
    private var followed: Call?

    var call: Call? { lock.withLock { followed } }

    /// Says what comes of a call, until it is over.
    func follow(_ call: Call) {
        lock.withLock { followed = call }
        Task {
            let (eye, ear) = (Eye(), Ear())
            let (pictures, sound) = (call.video(sink: eye), call.audio(sink: ear))
            if (try? await call.active()) != nil { say("active") }
            say("ended \(name(try await call.ended()))")
            pictures.stop()
            sound.stop()
        }
    }
}

private func name(_ reason: CallEndReason) -> String {
    // As Kotlin's names are, and the contract's.
    "\(reason)".reduce(into: "") { name, letter in name += letter.isUppercase ? "_\(letter.lowercased())" : "\(letter)" }
}

/// Says something once.
private final class Once: @unchecked Sendable {
    private let lock = NSLock()
    private var line: String?
    init(_ line: String) { self.line = line }

    func now() {
        lock.withLock {
            line.map(say)
            line = nil
        }
    }
}

private final class Eye: VideoSink {
    private let frame = Once("frame")
    func onFrame(frame picture: VideoFrame) throws {
        if decodeTestCard(frame: picture) != nil { frame.now() }
    }
}

private final class Ear: AudioSink {
    private let audio = Once("audio")
    private let listener = ToneListener()
    func onFrame(frame: AudioFrame) throws {
        if listener.listen(frame: frame) == .tone { audio.now() }
    }
}
