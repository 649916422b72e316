#if canImport(Observation)
import Observation

/// A session as a view shows it: observe it, and give it to the environment. Follows the session until it is released.
@available(iOS 17, macOS 14, *)
@MainActor @Observable
public final class SessionModel {
    /// The session now.
    public private(set) var snapshot: SessionSnapshot
    /// What the session may be asked to do.
    public let session: LiveSession
    @ObservationIgnored private var following: Task<Void, Never>?

    public init(_ session: LiveSession) {
        self.session = session
        snapshot = session.snapshot()
        following = Task { [weak self] in
            do {
                for try await snapshot in session.snapshots {
                    guard let self else { return }
                    self.snapshot = snapshot
                }
            } catch {
                // Cancelled, or the client is shut down: the last snapshot stays.
            }
        }
    }

    deinit {
        following?.cancel()
    }
}
#endif
