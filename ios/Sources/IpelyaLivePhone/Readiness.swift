/// Whether one thing that a ringing call needs is in order.
public enum Readiness: Equatable, Sendable {
    case ok
    /// Not yet; the user can mend it so.
    case fixable(Fix)
    /// It can't be had on this phone.
    case blocked(Reason)

    public enum Fix: String, Sendable { case ask, openSettings, registerPush }
    public enum Reason: String, Sendable { case restricted, callKitUnavailable }
}

/// A permission, as the system has it.
public enum Permission: Sendable { case undecided, granted, denied, restricted }

/// What a phone says of itself.
public struct PhoneFacts: Equatable, Sendable {
    public var microphone: Permission
    public var camera: Permission
    public var notifications: Permission
    public var hasPushToken: Bool
    public var hasCallKit: Bool

    public init(microphone: Permission, camera: Permission, notifications: Permission, hasPushToken: Bool, hasCallKit: Bool) {
        self.microphone = microphone
        self.camera = camera
        self.notifications = notifications
        self.hasPushToken = hasPushToken
        self.hasCallKit = hasCallKit
    }
}

/// What `useCallReadiness` shows of an iPhone.
public struct CallReadiness: Equatable, Sendable {
    public var microphone: Readiness
    public var camera: Readiness
    public var notifications: Readiness
    public var pushToken: Readiness
    public var callKit: Readiness

    public init(_ facts: PhoneFacts) {
        microphone = Self.of(facts.microphone)
        camera = Self.of(facts.camera)
        notifications = Self.of(facts.notifications)
        pushToken = facts.hasPushToken ? .ok : .fixable(.registerPush)
        callKit = facts.hasCallKit ? .ok : .blocked(.callKitUnavailable)
    }

    private static func of(_ permission: Permission) -> Readiness {
        switch permission {
        case .granted: .ok
        case .undecided: .fixable(.ask)
        case .denied: .fixable(.openSettings)
        case .restricted: .blocked(.restricted)
        }
    }
}
