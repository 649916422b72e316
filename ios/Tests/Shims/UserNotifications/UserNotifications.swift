import Foundation

// usernotifications/unauthorizationstatus
public enum UNAuthorizationStatus: Int, Sendable { case notDetermined = 0, denied, authorized, provisional, ephemeral }

// usernotifications/unnotificationsettings
public final class UNNotificationSettings: NSObject, @unchecked Sendable {
    public let authorizationStatus: UNAuthorizationStatus
    init(_ status: UNAuthorizationStatus) { authorizationStatus = status }
}

// usernotifications/unusernotificationcenter
public final class UNUserNotificationCenter: NSObject, @unchecked Sendable {
    private static let center = UNUserNotificationCenter()
    // usernotifications/unusernotificationcenter/current()
    public class func current() -> UNUserNotificationCenter { center }
    /// Simulation: what the user decided.
    public var simulated = UNAuthorizationStatus.notDetermined
    // usernotifications/unusernotificationcenter/notificationsettings()
    public func notificationSettings() async -> UNNotificationSettings { UNNotificationSettings(simulated) }
}
