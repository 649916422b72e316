import IpelyaLive

/// The app's own Supabase session.
protocol Supabase: Sendable {
    func accessToken(refresh: Bool) async throws -> String?
}

// What docs/mobile-integration.md shows, compiled.

final class Tokens: TokenProvider {
    private let supabase: any Supabase
    init(_ supabase: any Supabase) { self.supabase = supabase }

    func accessToken(rejected: String?) async throws -> String {
        guard let token = try await supabase.accessToken(refresh: rejected != nil) else { throw TokenFailure.SignedOut }
        return token
    }
}

func signIn(_ supabase: any Supabase, _ devices: any MediaCapture) async throws -> LiveClient {
    let config = ClientConfig(supabaseUrl: "https://xyz.supabase.co", anonKey: "the anon key")
    return try await LiveClient.connect(config: config, tokens: Tokens(supabase), capture: devices)
}

func goLive(_ client: LiveClient) async throws -> LiveSession {
    let wish = NewSession(sessionType: .videoLive, title: "Merhaba", access: .public, priceCoins: nil)
    let session = try await client.createSession(session: wish)
    try await session.setCamera(on: true)
    try await session.setMicrophone(on: true)
    try await session.goLive()
    return session
}

func watch(_ client: LiveClient, _ id: SessionId, _ host: UserId, _ screen: any VideoSink, ask: (UInt32) async -> Bool) async throws {
    let session: LiveSession
    do {
        session = try await client.joinSession(sessionId: id)
    } catch let failure as LiveFailure where failure.code == .paymentRequired {
        guard let price = failure.error.details.priceCoins, await ask(price) else { throw failure }
        session = try await client.joinSession(sessionId: id, acceptPrice: price)
    }
    let pictures = try session.videoOf(user: host, sink: screen)
    for try await now in session.snapshots {
        print("\(now.state), \(now.members.count) others")
    }
    pictures.stop()
}

func answerCalls(_ client: LiveClient, isWanted: (Call) -> Bool) async throws {
    for try await call in client.incoming {
        if isWanted(call) { try await call.accept() } else { call.decline() }
    }
}

func call(_ client: LiveClient, _ friend: UserId) async throws {
    let call = try await client.startCall(calleeId: friend, callType: .videoCall)
    try await call.active()
    call.hangUp()
    print("over: \(try await call.ended())")
}

func listen(_ call: Call, _ speaker: any AudioSink, _ screen: any VideoSink) async throws {
    let (sound, pictures) = (call.audio(sink: speaker), call.video(sink: screen))
    _ = try await call.ended()
    sound.stop()
    pictures.stop()
}

/// What CallKit's delegate and the audio session's notifications say of the sound of a call.
final class SoundOfCalls {
    private let sound: AudioEngine
    init(_ client: LiveClient) { sound = client.audio() }

    func isReported() { sound.prepared() }
    func didActivate() { sound.activated() }
    func wasInterrupted() { sound.interrupted() }
    func interruptionEnded() { sound.resumed() }
    func isOver() { sound.released() }
}

func record(_ session: LiveSession) async throws {
    let recording = try await session.startRecording()
    var minutes = 0
    for try await tracks in session.measured(every: 60) {
        for track in tracks { print("\(track.stats.source): \(track.rates?.kbps ?? 0) kbps, \(track.rates?.loss ?? 0) lost") }
        minutes += 1
        if minutes == 10 { break }
    }
    _ = try await session.stopRecording()
    print("recorded as \(recording.id)")
}

func lookAfter(_ client: LiveClient, _ nuisance: UserId, _ voipToken: String) async throws {
    try await client.registerDevice(platform: .ios, kind: .apnsVoip, token: voipToken)
    try await client.setDoNotDisturb(wish: .on)
    try await client.report(report: Report(reportedId: nuisance, category: .harassment, details: "again and again"))
    try await client.block(user: nuisance)
    print("\(try await client.balance()) coins, \(try await client.blocked().count) blocked")
}

func bridge(_ devices: any MediaCapture, emit: @escaping @Sendable (String) -> Void) throws -> Bridge {
    let config = BridgeConfig(supabaseUrl: "https://xyz.supabase.co", anonKey: "the anon key")
    let bridge = try Bridge(config: config, capture: devices)
    Task { for try await update in bridge.updates { emit(update) } }
    return bridge
}
