package com.ipelya.live.testing

import android.app.NotificationManager
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowNotificationManager

/** Robolectric's notifications, and the permission for full-screen intents of API 34. */
@Implements(NotificationManager::class)
class SimulatedNotifications : ShadowNotificationManager() {
    @Implementation(minSdk = 34)
    fun canUseFullScreenIntent(): Boolean = mayCoverTheScreen

    companion object {
        /** Whether the user left it to the app. */
        var mayCoverTheScreen = true

        /** As before every test. */
        fun backToNormal() {
            mayCoverTheScreen = true
        }
    }
}
