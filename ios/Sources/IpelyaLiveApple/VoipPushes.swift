import Foundation
import IpelyaLivePhone
import PushKit

/// PushKit: hands every VoIP push to the desk in the turn in which it arrives, and every token to the core. One in a
/// process, made at its start.
public final class VoipPushes: NSObject, PKPushRegistryDelegate {
    private let registry = PKPushRegistry(queue: .main)
    private let receive: (Data) -> Void
    private let tokenChanged: (String?) -> Void

    /// `receive` is the desk's `receive(push:)`, `tokenChanged` the core's `pushTokenChanged`. Both are called on the main
    /// queue.
    public init(receive: @escaping (Data) -> Void, tokenChanged: @escaping (String?) -> Void) {
        self.receive = receive
        self.tokenChanged = tokenChanged
        super.init()
        registry.delegate = self
        registry.desiredPushTypes = [.voIP]
    }

    public func pushRegistry(_: PKPushRegistry, didUpdate credentials: PKPushCredentials, for type: PKPushType) {
        guard type == .voIP else { return }
        tokenChanged(credentials.token.map { String(format: "%02x", $0) }.joined())
    }

    public func pushRegistry(_: PKPushRegistry, didInvalidatePushTokenFor type: PKPushType) {
        guard type == .voIP else { return }
        tokenChanged(nil)
    }

    public func pushRegistry(
        _: PKPushRegistry,
        didReceiveIncomingPushWith payload: PKPushPayload,
        for type: PKPushType,
        completion: @escaping () -> Void
    ) {
        if type == .voIP { receive(Self.json(payload.dictionaryPayload)) }
        completion()
    }

    /// The payload as the core reads it; an empty object, which the core finds malformed, where it can't be written.
    static func json(_ payload: [AnyHashable: Any]) -> Data {
        let named = payload.reduce(into: [String: Any]()) { named, entry in
            if let name = entry.key as? String { named[name] = entry.value }
        }
        guard JSONSerialization.isValidJSONObject(named),
              let data = try? JSONSerialization.data(withJSONObject: named)
        else { return Data("{}".utf8) }
        return data
    }
}
