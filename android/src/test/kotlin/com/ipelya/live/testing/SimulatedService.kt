package com.ipelya.live.testing

import android.Manifest
import android.app.ForegroundServiceStartNotAllowedException
import android.app.Notification
import android.app.Service
import android.content.pm.PackageManager
import android.content.pm.ServiceInfo
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowService

/** What the system enforces of a service in the foreground: permissions since API 34, and the background since 31. */
@Implements(Service::class)
class SimulatedService : ShadowService() {
    @Implementation
    override fun startForeground(id: Int, notification: Notification?, foregroundServiceType: Int) {
        asked += foregroundServiceType
        if (!mayStart) throw ForegroundServiceStartNotAllowedException("in the background")
        for ((type, permission) in WHILE_IN_USE) {
            if (foregroundServiceType and type == 0) continue
            if (!isOnScreen) throw SecurityException("$permission in the background")
            val granted = RuntimeEnvironment.getApplication().checkSelfPermission(permission)
            if (granted != PackageManager.PERMISSION_GRANTED) throw SecurityException("$permission isn't granted")
        }
        super.startForeground(id, notification, foregroundServiceType)
    }

    companion object {
        private val WHILE_IN_USE = mapOf(
            ServiceInfo.FOREGROUND_SERVICE_TYPE_MICROPHONE to Manifest.permission.RECORD_AUDIO,
            ServiceInfo.FOREGROUND_SERVICE_TYPE_CAMERA to Manifest.permission.CAMERA,
        )

        /** The types of each call of `startForeground`. */
        val asked = mutableListOf<Int>()

        /** Whether the app is on the screen. */
        var isOnScreen = true

        /** Whether a service may be in the foreground at all. */
        var mayStart = true

        /** As before every test. */
        fun backToNormal() {
            asked.clear()
            isOnScreen = true
            mayStart = true
        }
    }
}
