import Foundation
import XCTest

@testable import IpelyaLive

/// A variable of the suite: `cargo xtask bindings swift --test` sets them.
func setting(_ name: String) -> String {
    guard let value = ProcessInfo.processInfo.environment["IPELYA_\(name)"] else {
        fatalError("IPELYA_\(name) isn't set: run the suite with cargo xtask")
    }
    return value
}

/// Somebody of the stack's, signed in by the app.
final class Person: TokenProvider {
    private let name: String
    init(_ name: String) { self.name = name }
    func accessToken(rejected: String?) async throws -> String { setting("TOKEN_\(name.uppercased())") }
}

func config(
    url: String = setting("SUPABASE_URL"), anonKey: String = setting("ANON_KEY"), requestTimeoutMs: UInt64? = nil
) -> ClientConfig {
    ClientConfig(supabaseUrl: url, anonKey: anonKey, requestTimeoutMs: requestTimeoutMs)
}

/// A client of that person, shut down in the end; with a test card for a camera where it has no devices of its own.
func asPerson(
    _ name: String, devices: (any MediaCapture)? = nil, config: ClientConfig = config(),
    _ act: (LiveClient) async throws -> Void
) async throws {
    let client = if let devices {
        try await LiveClient.connect(config: config, tokens: Person(name), capture: devices)
    } else {
        try await LiveClient.connectWithTestSignal(config: config, tokens: Person(name))
    }
    do {
        try await act(client)
    } catch {
        try? await client.shutDown()
        throw error
    }
    try await client.shutDown()
}

/// A broadcast that is live while `act` runs.
func onAir(_ creator: LiveClient, _ title: String, _ act: (LiveSession, SessionId) async throws -> Void) async throws {
    let session = try await creator.createSession(session: broadcast(title))
    try await session.goLive()
    do {
        try await act(session, try XCTUnwrap(session.snapshot().session?.id))
    } catch {
        try? await session.end()
        throw error
    }
    try await session.end()
}

func broadcast(_ title: String) -> NewSession {
    NewSession(sessionType: .videoLive, title: title, access: .public, priceCoins: nil)
}

struct TooLate: Error {}

/// How often whole clients come and go: a few times, or `IPELYA_CYCLES` times.
let cycles = ProcessInfo.processInfo.environment["IPELYA_CYCLES"].flatMap(Int.init) ?? 10

/// What memory may grow by in all those cycles: what an allocator keeps, and what LiveKit's library keeps of each room that was left.
let mostGrownKb = 48_000 + 900 * cycles

/// What this process has in memory.
func residentKb() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try XCTUnwrap(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
    return try XCTUnwrap(Int(line.filter(\.isNumber)))
}

/// What `work` answers within so many seconds; it is cancelled then.
func within<T: Sendable>(_ seconds: Double, _ work: @escaping @Sendable () async throws -> T) async throws -> T {
    try await withThrowingTaskGroup(of: T.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(nanoseconds: UInt64(seconds * 1e9))
            throw TooLate()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TooLate() }
        return first
    }
}

extension LiveSession {
    /// The first snapshot that is so.
    @discardableResult
    func until(_ condition: @escaping @Sendable (SessionSnapshot) -> Bool) async throws -> SessionSnapshot {
        try await within(20) {
            for try await snapshot in self.snapshots where condition(snapshot) { return snapshot }
            throw TooLate()
        }
    }
}

/// The refusal of what must be refused as `code`.
@discardableResult
func refused(as code: ErrorCode, line: UInt = #line, _ act: () async throws -> Void) async throws -> LiveError {
    do {
        try await act()
    } catch let failure as LiveFailure {
        XCTAssertEqual(failure.code, code, failure.error.message, line: line)
        return failure.error
    }
    XCTFail("it wasn't refused", line: line)
    throw TooLate()
}

/// A sink that is a closure.
final class Sink: VideoSink {
    private let show: @Sendable (VideoFrame) throws -> Void
    init(_ show: @escaping @Sendable (VideoFrame) throws -> Void) { self.show = show }
    func onFrame(frame: VideoFrame) throws { try show(frame) }
}

/// Says something once to whoever waits.
final class Signal<Value: Sendable>: @unchecked Sendable {
    private let stream: AsyncStream<Value>
    private let feed: AsyncStream<Value>.Continuation
    init() { (stream, feed) = AsyncStream.makeStream() }
    func send(_ value: Value) { feed.yield(value) }
    func first(within seconds: Double) async throws -> Value {
        try await IpelyaLiveTests.within(seconds) { [stream] in
            for await value in stream { return value }
            throw TooLate()
        }
    }
}
