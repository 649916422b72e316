package com.ipelya.live.readiness

import android.Manifest
import android.app.ActivityManager
import android.app.NotificationManager
import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import android.content.pm.PackageManager
import android.os.PowerManager
import android.provider.Settings
import com.ipelya.live.push.LivePush
import com.ipelya.live.push.LivePushTest
import com.ipelya.live.storage.ColdStore
import com.ipelya.live.testing.PhoneTest
import com.ipelya.live.testing.SimulatedNotifications
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowBuild
import java.util.concurrent.TimeUnit

class CallReadinessTest : PhoneTest() {
    private var now = 1_000_000_000_000L
    private val readiness get() = CallReadiness(app) { now }
    private val packages get() = shadowOf(app.packageManager)

    @Before
    fun everythingIsThere() {
        listOf(
            PackageManager.FEATURE_MICROPHONE,
            PackageManager.FEATURE_CAMERA_ANY,
            PackageManager.FEATURE_TELECOM,
            "android.software.connectionservice",
        ).forEach { packages.setSystemFeature(it, true) }
        owner(LivePushTest.AppService::class.java.name)
        ColdStore.of(app) { now }.setToken("token")
    }

    private fun owner(name: String) {
        val service = ComponentName(app, name)
        packages.addServiceIfNotPresent(service)
        packages.addIntentFilterForService(service, IntentFilter("com.google.firebase.MESSAGING_EVENT"))
    }

    private fun fix(requirement: Requirement) = (readiness.check(requirement) as Status.Fixable).action

    @Test
    fun `a phone that has everything is ready`() {
        assertEquals(Requirement.entries.associateWith { Status.Ok }, readiness.check())
    }

    @Test
    fun `what isn't granted is asked for, and after a no for good the settings are left`() {
        shadowOf(app).denyPermissions(Manifest.permission.RECORD_AUDIO)
        val ask = fix(Requirement.MICROPHONE) as Action.Ask
        assertEquals(Manifest.permission.RECORD_AUDIO, ask.permission)
        assertTrue(ask.settings.open(app))
        assertEquals(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, shadowOf(app).nextStartedActivity.action)
    }

    @Test
    fun `a device without a camera is blocked, not asked`() {
        packages.setSystemFeature(PackageManager.FEATURE_CAMERA_ANY, false)
        assertTrue(readiness.check(Requirement.CAMERA) is Status.Blocked)
    }

    @Test
    fun `notifications that are off, or whose channel was turned down, are fixed where they were`() {
        val manager = app.getSystemService(NotificationManager::class.java)!!
        shadowOf(manager).setNotificationsEnabled(false)
        assertEquals(Manifest.permission.POST_NOTIFICATIONS, (fix(Requirement.NOTIFICATIONS) as Action.Ask).permission)
        shadowOf(manager).setNotificationsEnabled(true)
        assertEquals(Status.Ok, readiness.check(Requirement.NOTIFICATIONS))
        manager.getNotificationChannel("ipelya_ring")!!.importance = NotificationManager.IMPORTANCE_LOW
        val settings = fix(Requirement.NOTIFICATIONS) as Action.OpenSettings
        assertEquals(Settings.ACTION_CHANNEL_NOTIFICATION_SETTINGS, settings.screens.single().action)
    }

    @Test
    @Config(sdk = [35])
    fun `complaint 10, a full-screen intent that was taken away is told, with the screen that gives it back`() {
        SimulatedNotifications.mayCoverTheScreen = false
        val settings = fix(Requirement.FULL_SCREEN) as Action.OpenSettings
        assertEquals(Settings.ACTION_MANAGE_APP_USE_FULL_SCREEN_INTENT, settings.screens.single().action)
        assertEquals("package:com.example.app", settings.screens.single().dataString)
    }

    @Test
    fun `makers that stop apps have a screen for it, and others need nothing`() {
        ShadowBuild.setManufacturer("Google")
        assertEquals(Status.Ok, readiness.check(Requirement.BATTERY))
        ShadowBuild.setManufacturer("Redmi")
        val settings = fix(Requirement.BATTERY) as Action.OpenSettings
        assertEquals("com.miui.securitycenter", settings.screens.first().component!!.packageName)
        assertEquals(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, settings.screens.last().action)
        shadowOf(app.getSystemService(PowerManager::class.java)!!).setIgnoringBatteryOptimizations(app.packageName, true)
        assertEquals(Status.Ok, readiness.check(Requirement.BATTERY))
        shadowOf(app.getSystemService(ActivityManager::class.java)!!).setBackgroundRestricted(true)
        assertTrue(readiness.check(Requirement.BATTERY) is Status.Fixable)
    }

    @Test
    fun `a maker's screen that this phone doesn't have gives way to the next`() {
        shadowOf(app).checkActivities(true)
        val details = Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS)
        packages.addActivityIfNotPresent(ComponentName("com.android.settings", "Details"))
        packages.addIntentFilterForActivity(
            ComponentName("com.android.settings", "Details"),
            IntentFilter(details.action).apply { addCategory(Intent.CATEGORY_DEFAULT) },
        )
        assertTrue(Action.OpenSettings(Makers.screens("Huawei") + details).open(app))
        assertEquals(details.action, shadowOf(app).nextStartedActivity.action)
    }

    @Test
    fun `a token that is missing or a month old is fetched again`() {
        now += TimeUnit.DAYS.toMillis(30)
        assertEquals(Action.FetchToken, fix(Requirement.PUSH_TOKEN))
        LivePush.tokenChanged(app, "newer")
        ColdStore.of(app) { now }.setToken("newer")
        assertEquals(Status.Ok, readiness.check(Requirement.PUSH_TOKEN))
    }

    @Test
    fun `complaint 11, two services that want the pushes are named`() {
        owner("com.other.MessagingService")
        val blocked = readiness.check(Requirement.PUSH_OWNER) as Status.Blocked
        assertTrue(blocked.reason, "com.other.MessagingService" in blocked.reason)
    }

    @Test
    fun `another's service is fine once it forwards`() {
        packages.removeService(ComponentName(app, LivePushTest.AppService::class.java.name))
        owner("com.other.MessagingService")
        assertEquals(Status.Ok, readiness.check(Requirement.PUSH_OWNER))
        java.io.File(app.noBackupFilesDir, "ipelya.json").delete()
        assertTrue(readiness.check(Requirement.PUSH_OWNER) is Status.Blocked)
    }

    @Test
    fun `without Telecom the phone is blocked`() {
        packages.setSystemFeature(PackageManager.FEATURE_TELECOM, false)
        packages.setSystemFeature("android.software.connectionservice", false)
        assertTrue(readiness.check(Requirement.TELECOM) is Status.Blocked)
    }
}
