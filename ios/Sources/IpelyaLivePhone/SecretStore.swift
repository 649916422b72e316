import Foundation

/// Keeps bytes that a locked phone can read. Throws what the store says.
public protocol SecretStore {
    func read(_ name: String) throws -> Data?
    /// `nil` removes it.
    func write(_ data: Data?, _ name: String) throws
}

extension SecretStore {
    private var name: String { "phone" }

    /// What the core's phone was told to keep, for `Phone.open`; `nil` where nothing is, or it can't be read.
    public func phoneState() -> String? {
        (try? read(name)).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Keeps it, in place of what was kept before. A store that says no keeps the phone from ringing in the next process, and
    /// nothing else: the app signs in again at its next start.
    public func setPhoneState(_ state: String?) {
        try? write(state.map { Data($0.utf8) }, name)
    }
}
