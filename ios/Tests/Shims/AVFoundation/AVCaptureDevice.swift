import Foundation

// avfoundation/avmediatype
public struct AVMediaType: Hashable, Sendable {
    let name: String
    public static let audio = AVMediaType(name: "soun")
    public static let video = AVMediaType(name: "vide")
}

// avfoundation/avauthorizationstatus
public enum AVAuthorizationStatus: Int, Sendable { case notDetermined = 0, restricted, denied, authorized }

// avfoundation/avcapturedevice
public final class AVCaptureDevice: NSObject {
    /// Simulation: what the user decided.
    nonisolated(unsafe) public static var simulated: [AVMediaType: AVAuthorizationStatus] = [:]
    // avfoundation/avcapturedevice/authorizationstatus(for:)
    public class func authorizationStatus(for type: AVMediaType) -> AVAuthorizationStatus { simulated[type] ?? .notDetermined }
}
