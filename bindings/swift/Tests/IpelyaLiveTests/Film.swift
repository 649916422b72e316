import Dispatch
import Foundation

@testable import IpelyaLive

private let width = 640
private let height = 360

/// A camera that sees a dark half and a bright half, and a microphone that hears a loud buzz: devices as an app has them.
final class Film: MediaCapture, @unchecked Sendable {
    struct Counts: Equatable {
        var microphoneStarts = 0
        var microphoneStops = 0
        var cameraStops = 0
    }

    private let lock = NSLock()
    private var counted = Counts()
    private var camera: DispatchSourceTimer?
    private var microphone: DispatchSourceTimer?

    /// How often what was started and stopped.
    var counts: Counts { lock.withLock { counted } }

    func startCamera(output: VideoInput) throws {
        let row = Data(repeating: 40, count: width / 2) + Data(repeating: 220, count: width / 2)
        let luma = (0..<height).reduce(into: Data()) { picture, _ in picture += row }
        let picture = luma + Data(repeating: 128, count: width * height / 2)
        var time: Int64 = 0
        let timer = every(.milliseconds(50)) {
            time += 50_000
            // The track may be gone before the device is stopped.
            try? output.push(width: UInt32(width), height: UInt32(height), data: picture, timestampUs: time)
        }
        lock.withLock { camera = timer }
    }

    func stopCamera() throws {
        lock.withLock {
            counted.cameraStops += 1
            camera?.cancel()
            camera = nil
        }
    }

    func startMicrophone(output: AudioInput) throws {
        let buzz: [Int16] = (0..<480).map { $0 / 60 % 2 == 0 ? 8_000 : -8_000 }
        let timer = every(.milliseconds(10)) { try? output.push(samples: buzz) }
        lock.withLock {
            counted.microphoneStarts += 1
            microphone = timer
        }
    }

    func stopMicrophone() throws {
        lock.withLock {
            counted.microphoneStops += 1
            microphone?.cancel()
            microphone = nil
        }
    }

    func startScreen(output: VideoInput) throws { throw CaptureFailure.NotPermitted(reason: "no screen here") }
    func stopScreen() throws {}
    func flipCamera() async throws -> Bool { true }

    private func every(_ interval: DispatchTimeInterval, _ act: @escaping () -> Void) -> DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: .init(label: "film"))
        timer.schedule(deadline: .now(), repeating: interval)
        timer.setEventHandler(handler: act)
        timer.resume()
        return timer
    }
}

extension VideoFrame {
    /// Whether this picture is the film's.
    var isOfFilm: Bool {
        withUnsafeBytes { planes in
            let row = planes[(Int(width()) * Int(height() / 2))...]
            let (dark, bright) = (row[row.startIndex + Int(width()) / 4], row[row.startIndex + Int(width()) * 3 / 4])
            return dark < 90 && bright > 160
        }
    }
}

extension AudioFrame {
    /// Whether this is the film's buzz.
    var isLoud: Bool { samples.contains { $0.magnitude > 2_000 } }
}

/// A sink that is a closure.
final class Ear: AudioSink {
    private let play: @Sendable (AudioFrame) throws -> Void
    init(_ play: @escaping @Sendable (AudioFrame) throws -> Void) { self.play = play }
    func onFrame(frame: AudioFrame) throws { try play(frame) }
}
