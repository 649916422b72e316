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
