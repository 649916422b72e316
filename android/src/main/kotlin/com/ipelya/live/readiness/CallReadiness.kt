package com.ipelya.live.readiness

import android.Manifest
import android.app.ActivityManager
import android.app.NotificationManager
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Build
import android.os.PowerManager
import android.provider.Settings
import android.telecom.TelecomManager
import com.ipelya.live.LivePhone
import com.ipelya.live.notification.CallChannels
import com.ipelya.live.storage.ColdStore
import java.util.concurrent.TimeUnit

/** The native half of `useCallReadiness`: whether a call will ring here, and what keeps it from that. */
class CallReadiness internal constructor(private val context: Context, private val now: () -> Long) {
    constructor(context: Context) : this(context.applicationContext, System::currentTimeMillis)

    /** All of them, as they are now; cheap enough for every return to the screen. */
    fun check(): Map<Requirement, Status> = Requirement.entries.associateWith(::check)

    /** One of them. */
    fun check(requirement: Requirement): Status = when (requirement) {
        Requirement.NOTIFICATIONS -> notifications()
        Requirement.FULL_SCREEN -> fullScreen()
        Requirement.MICROPHONE -> permission(Manifest.permission.RECORD_AUDIO, PackageManager.FEATURE_MICROPHONE)
        Requirement.CAMERA -> permission(Manifest.permission.CAMERA, PackageManager.FEATURE_CAMERA_ANY)
        Requirement.BATTERY -> battery()
        Requirement.PUSH_TOKEN -> token()
        Requirement.PUSH_OWNER -> PushOwner.check(context)
        Requirement.TELECOM -> telecom()
    }

    private fun notifications(): Status {
        val manager = context.getSystemService(NotificationManager::class.java) ?: return Status.Blocked("no notifications here")
        val settings = settings(Settings.ACTION_APP_NOTIFICATION_SETTINGS) { putExtra(Settings.EXTRA_APP_PACKAGE, context.packageName) }
        if (!manager.areNotificationsEnabled()) {
            val canAsk = Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU
            return Status.Fixable(if (canAsk) Action.Ask(Manifest.permission.POST_NOTIFICATIONS, settings) else settings)
        }
        CallChannels.create(context)
        val channel = manager.getNotificationChannel(CallChannels.RING)
        if (channel == null || channel.importance >= NotificationManager.IMPORTANCE_HIGH) return Status.Ok
        // The user turned the channel down: it rings without being seen.
        val ofChannel = settings(Settings.ACTION_CHANNEL_NOTIFICATION_SETTINGS) {
            putExtra(Settings.EXTRA_APP_PACKAGE, context.packageName).putExtra(Settings.EXTRA_CHANNEL_ID, CallChannels.RING)
        }
        return Status.Fixable(ofChannel)
    }

    private fun fullScreen(): Status {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.UPSIDE_DOWN_CAKE) return Status.Ok
        if (context.getSystemService(NotificationManager::class.java)?.canUseFullScreenIntent() == true) return Status.Ok
        return Status.Fixable(settings(Settings.ACTION_MANAGE_APP_USE_FULL_SCREEN_INTENT) { setData(packageUri()) })
    }

    private fun permission(name: String, feature: String): Status = when {
        !context.packageManager.hasSystemFeature(feature) -> Status.Blocked("this device has no $feature")
        context.checkSelfPermission(name) == PackageManager.PERMISSION_GRANTED -> Status.Ok
        else -> Status.Fixable(Action.Ask(name, settings(Settings.ACTION_APPLICATION_DETAILS_SETTINGS) { setData(packageUri()) }))
    }

    private fun battery(): Status {
        val details = Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS).setData(packageUri())
        val isRestricted = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
            context.getSystemService(ActivityManager::class.java)?.isBackgroundRestricted == true
        if (isRestricted) return Status.Fixable(Action.OpenSettings(listOf(details)))
        if (context.getSystemService(PowerManager::class.java)?.isIgnoringBatteryOptimizations(context.packageName) == true) return Status.Ok
        val screens = Makers.screens(Build.MANUFACTURER)
        // A push of high priority wakes the app elsewhere.
        if (screens.isEmpty()) return Status.Ok
        return Status.Fixable(Action.OpenSettings(screens + Intent(Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS) + details))
    }

    private fun token(): Status {
        val since = ColdStore.of(context).token?.second ?: return Status.Fixable(Action.FetchToken)
        val isFresh = now() - since < TimeUnit.DAYS.toMillis(TOKEN_DAYS)
        return if (isFresh) Status.Ok else Status.Fixable(Action.FetchToken)
    }

    private fun telecom(): Status {
        val feature = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) PackageManager.FEATURE_TELECOM else "android.software.connectionservice"
        val manager = context.getSystemService(TelecomManager::class.java)
        if (manager == null || !context.packageManager.hasSystemFeature(feature)) return Status.Blocked("this device has no Telecom")
        return try {
            LivePhone.of(context).telecom.register()
            Status.Ok
        } catch (_: SecurityException) {
            Status.Blocked("the manifest lacks MANAGE_OWN_CALLS")
        }
    }

    private fun packageUri() = Uri.fromParts("package", context.packageName, null)

    private fun settings(action: String, more: Intent.() -> Intent) = Action.OpenSettings(listOf(Intent(action).more()))

    private companion object {
        /** As often as Firebase advises to ask for the token again. */
        const val TOKEN_DAYS = 30L
    }
}
