import Foundation
import IpelyaLivePhone
import Security

/// The Keychain said no: its `OSStatus`.
public struct KeychainError: Error, Equatable {
    public var status: OSStatus
}

/// The Keychain: readable once the phone was unlocked after it started, so that a push finds it on a locked phone; on this
/// device alone, in no backup.
public struct KeychainStore: SecretStore {
    private let service: String

    public init(service: String = "com.ipelya.live") {
        self.service = service
    }

    public func read(_ name: String) throws -> Data? {
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query(name, [kSecReturnData as String: true]), &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess else { throw KeychainError(status: status) }
        return (found as? NSData).map { Data(referencing: $0) }
    }

    public func write(_ data: Data?, _ name: String) throws {
        let removed = SecItemDelete(query(name))
        guard removed == errSecSuccess || removed == errSecItemNotFound else { throw KeychainError(status: removed) }
        guard let data else { return }
        let added = SecItemAdd(query(name, [
            kSecValueData as String: NSData(data: data),
            kSecAttrAccessible as String: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]), nil)
        guard added == errSecSuccess else { throw KeychainError(status: added) }
    }

    private func query(_ name: String, _ more: [String: Any] = [:]) -> CFDictionary {
        let item: [String: Any] = [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: service,
            kSecAttrAccount as String: name,
        ]
        return NSDictionary(dictionary: item.merging(more) { $1 }) as CFDictionary
    }
}
