package com.ipelya.live.service

import android.Manifest
import android.content.Context
import android.content.pm.PackageManager
import android.content.pm.ServiceInfo
import android.os.Build
import com.ipelya.live.telephony.Needs

/** What the service's needs are in the types of `android:foregroundServiceType`. */
internal object ServiceTypes {
    /** [needs] without what the user hasn't granted: the system throws for a type whose permission is missing. */
    fun granted(context: Context, needs: Needs): Needs = needs.copy(
        microphone = needs.microphone && context.has(Manifest.permission.RECORD_AUDIO),
        camera = needs.camera && context.has(Manifest.permission.CAMERA),
    )

    /** [needs] without what the app must be on the screen for. */
    fun background(needs: Needs): Needs = needs.copy(microphone = false, camera = false, screen = false)

    /** The mask; 0 where there is nothing to run for. */
    fun mask(needs: Needs): Int {
        var mask = 0
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return mask
        if (needs.call) mask = mask or ServiceInfo.FOREGROUND_SERVICE_TYPE_PHONE_CALL
        if (needs.playback) mask = mask or ServiceInfo.FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK
        if (needs.screen) mask = mask or ServiceInfo.FOREGROUND_SERVICE_TYPE_MEDIA_PROJECTION
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return mask
        if (needs.microphone) mask = mask or ServiceInfo.FOREGROUND_SERVICE_TYPE_MICROPHONE
        if (needs.camera) mask = mask or ServiceInfo.FOREGROUND_SERVICE_TYPE_CAMERA
        return mask
    }

    private fun Context.has(permission: String) = checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED
}
