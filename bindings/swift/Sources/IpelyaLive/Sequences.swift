import Foundation

/// Reads one thing after the other, until there is none or the reading task is cancelled.
public struct LiveSequence<Element: Sendable>: AsyncSequence, Sendable {
    fileprivate let start: @Sendable () -> Iterator

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var read: () async throws -> Element?

        public mutating func next() async throws -> Element? { try await read() }

        /// One after the other of what comes together; ends with a batch that is empty.
        fileprivate static func batches(_ next: @escaping () async throws -> [Element]) -> Self {
            var waiting: ArraySlice<Element> = []
            return .init {
                if waiting.isEmpty { waiting = try await next()[...] }
                return waiting.popFirst()
            }
        }
    }

    public func makeAsyncIterator() -> Iterator { start() }
}

extension LiveSession {
    /// Snapshots as they change; each reader gets the newest, a slow one skips what was between. Ends with the session.
    public var snapshots: LiveSequence<SessionSnapshot> {
        LiveSequence {
            var last: UInt64 = 0
            return .init {
                let snapshot = try await self.nextSnapshot(after: last)
                last = snapshot?.seq ?? last
                return snapshot
            }
        }
    }

    /// Everything that happens, in order, each thing once: for one reader. Ends with the session.
    public var updates: LiveSequence<SessionUpdate> {
        LiveSequence { .batches { try await self.nextEvents() } }
    }

    /// What the tracks take and lose, every so many seconds while it is read.
    public func measured(every seconds: TimeInterval) -> LiveSequence<[TrackReport]> {
        LiveSequence { measurements(self.stats(intervalMs: milliseconds(seconds))) }
    }

    /// The chat as it changes, the present one first.
    public var messages: LiveSequence<ChatSnapshot> {
        LiveSequence {
            let chat = self.chat()
            return .init { try await chat.nextSnapshot() }
        }
    }
}

extension Call {
    /// Snapshots as they change, as those of a session.
    public var snapshots: LiveSequence<CallSnapshot> {
        LiveSequence {
            var last: UInt64 = 0
            return .init {
                let snapshot = try await self.nextSnapshot(after: last)
                last = snapshot?.seq ?? last
                return snapshot
            }
        }
    }

    /// Everything that happens in the call, as with a session.
    public var updates: LiveSequence<CallUpdate> {
        LiveSequence { .batches { try await self.nextEvents() } }
    }

    /// What the tracks take and lose, as with a session.
    public func measured(every seconds: TimeInterval) -> LiveSequence<[TrackReport]> {
        LiveSequence { measurements(self.stats(intervalMs: milliseconds(seconds))) }
    }
}

extension Bridge {
    /// What the bridge says, in order: for one reader. Ends once the command `close` was answered.
    public var updates: LiveSequence<String> {
        LiveSequence { .init { try await self.nextUpdate() } }
    }
}

private func measurements(_ stats: Stats) -> LiveSequence<[TrackReport]>.Iterator {
    .init { try await stats.next() }
}

private func milliseconds(_ seconds: TimeInterval) -> UInt32 {
    UInt32(max(0, min(seconds * 1_000, TimeInterval(UInt32.max))))
}

extension LiveClient {
    /// Calls that ring here, those that ring already first. Ends when the client is shut down.
    public var incoming: LiveSequence<Call> {
        LiveSequence {
            let calls = self.incomingCalls()
            return .init { try await calls.next() }
        }
    }
}

extension VideoTrack {
    /// The size of the first picture, once the sink has it, then each that is different: for one reader. Ends with the pictures.
    public var sizes: LiveSequence<VideoSize> {
        LiveSequence { .init { try await self.nextSize() } }
    }
}
