import Foundation

/// What a process needs that a push started, without any JavaScript: no session of the user's, whose refresh token belongs
/// to JavaScript; the push's ticket answers.
public struct ColdStart: Codable, Equatable, Sendable {
    /// Where Supabase serves, e.g. `https://abc.supabase.co`.
    public var supabaseURL: URL
    /// The project's public key.
    public var anonKey: String
    /// The user who is signed in.
    public var userID: UUID
    /// This device, as it was registered.
    public var deviceID: String

    public init(supabaseURL: URL, anonKey: String, userID: UUID, deviceID: String) {
        self.supabaseURL = supabaseURL
        self.anonKey = anonKey
        self.userID = userID
        self.deviceID = deviceID
    }
}

/// Keeps bytes that a locked phone can read. Throws what the store says.
public protocol SecretStore {
    func read(_ name: String) throws -> Data?
    /// `nil` removes it.
    func write(_ data: Data?, _ name: String) throws
}

extension SecretStore {
    private var name: String { "cold-start" }

    /// What was stored when somebody signed in; `nil` where nobody is, or what is stored can't be read.
    public func coldStart() throws -> ColdStart? {
        try read(name).flatMap { try? JSONDecoder().decode(ColdStart.self, from: $0) }
    }

    /// Stores it at sign-in; `nil` at sign-out, so that no call of the user before rings.
    public func setColdStart(_ value: ColdStart?) throws {
        try write(value.map { try JSONEncoder().encode($0) }, name)
    }
}
