import AVFoundation
import Foundation
import IpelyaLivePhone
import UserNotifications

extension PhoneFacts {
    /// What this phone says of itself. `hasPushToken`: PushKit gave a token, and the backend has it. Asks for nothing.
    public static func current(hasPushToken: Bool, region: String? = Locale.current.regionCode) async -> Self {
        let notifications = await UNUserNotificationCenter.current().notificationSettings().authorizationStatus
        return Self(
            microphone: Permission(AVCaptureDevice.authorizationStatus(for: .audio)),
            camera: Permission(AVCaptureDevice.authorizationStatus(for: .video)),
            notifications: Permission(notifications),
            hasPushToken: hasPushToken,
            // Apps of the store of mainland China may not use CallKit.
            hasCallKit: region != "CN"
        )
    }
}

extension Permission {
    init(_ status: AVAuthorizationStatus) {
        switch status {
        case .notDetermined: self = .undecided
        case .restricted: self = .restricted
        case .denied: self = .denied
        case .authorized: self = .granted
        @unknown default: self = .denied
        }
    }

    init(_ status: UNAuthorizationStatus) {
        switch status {
        case .notDetermined: self = .undecided
        case .denied: self = .denied
        case .authorized, .provisional, .ephemeral: self = .granted
        @unknown default: self = .denied
        }
    }
}
