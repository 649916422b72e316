import Foundation

// corefoundation: toll-free bridged to these.
public typealias CFDictionary = NSDictionary
public typealias CFString = String
public typealias CFTypeRef = AnyObject
// kernel/osstatus
public typealias OSStatus = Int32

// security/errsecsuccess, errsecitemnotfound, errsecduplicateitem
public let errSecSuccess: OSStatus = 0
public let errSecItemNotFound: OSStatus = -25300
public let errSecDuplicateItem: OSStatus = -25299

// security/ksecclass and the pages of the others
public let kSecClass: CFString = "class"
public let kSecClassGenericPassword: CFString = "genp"
public let kSecAttrService: CFString = "svce"
public let kSecAttrAccount: CFString = "acct"
public let kSecAttrAccessible: CFString = "pdmn"
public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly: CFString = "cku"
public let kSecValueData: CFString = "v_Data"
public let kSecReturnData: CFString = "r_Data"

/// Simulation: the items, by service and account.
public enum SimulatedKeychain {
    nonisolated(unsafe) public static var items: [String: NSDictionary] = [:]
    static func key(_ query: CFDictionary) -> String { "\(query[kSecAttrService] ?? "")/\(query[kSecAttrAccount] ?? "")" }
}

// security/secitemcopymatching(_:_:)
public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    guard let item = SimulatedKeychain.items[SimulatedKeychain.key(query)] else { return errSecItemNotFound }
    result?.pointee = item[kSecValueData] as? NSData
    return errSecSuccess
}

// security/secitemadd(_:_:)
public func SecItemAdd(_ attributes: CFDictionary, _: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    let key = SimulatedKeychain.key(attributes)
    guard SimulatedKeychain.items[key] == nil else { return errSecDuplicateItem }
    SimulatedKeychain.items[key] = attributes
    return errSecSuccess
}

// security/secitemdelete(_:)
public func SecItemDelete(_ query: CFDictionary) -> OSStatus {
    SimulatedKeychain.items.removeValue(forKey: SimulatedKeychain.key(query)) == nil ? errSecItemNotFound : errSecSuccess
}
