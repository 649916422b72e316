import Dispatch
import Foundation

// pushkit/pkpushtype
public struct PKPushType: Hashable, Sendable {
    let name: String
    public static let voIP = PKPushType(name: "PushKitVoIP")
}

// pushkit/pkpushcredentials
public final class PKPushCredentials: NSObject {
    public let token: Data
    public init(simulating token: Data) { self.token = token }
}

// pushkit/pkpushpayload
public final class PKPushPayload: NSObject {
    public let dictionaryPayload: [AnyHashable: Any]
    public init(simulating payload: [AnyHashable: Any]) { dictionaryPayload = payload }
}

// pushkit/pkpushregistrydelegate
public protocol PKPushRegistryDelegate: NSObjectProtocol {
    // pushkit/pkpushregistrydelegate/pushregistry(_:didupdate:for:)
    func pushRegistry(_ registry: PKPushRegistry, didUpdate pushCredentials: PKPushCredentials, for type: PKPushType)
    // pushkit/pkpushregistrydelegate/pushregistry(_:didinvalidatepushtokenfor:)
    func pushRegistry(_ registry: PKPushRegistry, didInvalidatePushTokenFor type: PKPushType)
    // pushkit/pkpushregistrydelegate/pushregistry(_:didreceiveincomingpushwith:for:completion:)
    func pushRegistry(
        _ registry: PKPushRegistry,
        didReceiveIncomingPushWith payload: PKPushPayload,
        for type: PKPushType,
        completion: @escaping () -> Void
    )
}

// pushkit/pkpushregistry
public final class PKPushRegistry: NSObject {
    // pushkit/pkpushregistry/init(queue:)
    public init(queue _: DispatchQueue?) {
        super.init()
        Self.latest = self
    }
    // pushkit/pkpushregistry/delegate
    public weak var delegate: (any PKPushRegistryDelegate)?
    // pushkit/pkpushregistry/desiredpushtypes
    public var desiredPushTypes: Set<PKPushType>?

    /// Simulation: the one that was made last.
    nonisolated(unsafe) public static weak var latest: PKPushRegistry?

    /// Simulation: a push arrives. Whether its completion was called in the same turn.
    public func deliver(_ payload: [AnyHashable: Any]) -> Bool {
        var completed = false
        delegate?.pushRegistry(self, didReceiveIncomingPushWith: PKPushPayload(simulating: payload), for: .voIP) { completed = true }
        return completed
    }
}
