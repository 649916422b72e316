package com.ipelya.live.testing

import android.app.Notification
import android.app.NotificationManager
import android.telecom.TelecomManager
import android.telecom.VideoProfile
import com.ipelya.live.LivePhone
import com.ipelya.live.core.CallType
import com.ipelya.live.core.IncomingReport
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.notification.CallNotifications
import com.ipelya.live.service.LiveService
import com.ipelya.live.telecom.LiveConnection
import com.ipelya.live.telephony.PhoneCall
import org.junit.After
import org.junit.Before
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.robolectric.shadows.ShadowTelecomManager
import org.robolectric.shadows.ShadowTelecomManager.CallRequestMode
import java.time.Duration

/** A process of the app of `src/test/app`, with a scripted core, on a phone that granted everything. */
@RunWith(SandboxRunner::class)
abstract class PhoneTest {
    protected val app get() = RuntimeEnvironment.getApplication() as TestApplication
    protected val core = ScriptedCore()
    protected val screens = RecordingListener()
    protected val phone: LivePhone get() = LivePhone.of(app)
    protected val telecom: ShadowTelecomManager get() = shadowOf(app.getSystemService(TelecomManager::class.java))
    protected var service: ServiceController<LiveService>? = null
    private var starts = 0

    @Before
    fun startProcess() {
        LivePhone.forget()
        SimulatedTelecom.backToNormal()
        SimulatedService.backToNormal()
        SimulatedNotifications.backToNormal()
        ScriptedCoreFactory.next = core
        shadowOf(app).grantPermissions(*PERMISSIONS)
        phone.listener = screens
    }

    @After
    fun endProcess() {
        service?.destroy()
        LivePhone.forget()
    }

    /** Runs the start of the service that the app asked for; whether it asked for one. */
    protected fun startedService(): Boolean {
        val intent = shadowOf(app).nextStartedService ?: return false
        val controller = service ?: Robolectric.buildService(LiveService::class.java, intent).create().also { service = it }
        controller.get().onStartCommand(intent, 0, ++starts)
        return true
    }

    /** A call rings, and Telecom left it to the app to show it. */
    internal fun ring(call: PhoneCall = CALL): LiveConnection {
        telecom.setCallRequestMode(CallRequestMode.ALLOW_ALL)
        core.say(
            SystemEffect.ReportIncoming(IncomingReport(call.id, null, call.name, if (call.hasVideo) CallType.VIDEO_CALL else CallType.AUDIO_CALL)),
            SystemEffect.StartRing(call.id, RING),
        )
        return phone.telecom.find(call.id)!!.also { it.onShowIncomingCallUi() }
    }

    /** It was answered, and both can talk. */
    internal fun talk(call: PhoneCall = CALL): LiveConnection = ring(call).also { it.onAnswer(VideoProfile.STATE_AUDIO_ONLY) }

    protected fun notification(): Notification? =
        app.getSystemService(NotificationManager::class.java)!!.activeNotifications.firstOrNull { it.id == CallNotifications.ID }?.notification
            ?: service?.get()?.let { shadowOf(it).lastForegroundNotification }

    protected companion object {
        val PERMISSIONS = arrayOf(
            android.Manifest.permission.RECORD_AUDIO,
            android.Manifest.permission.CAMERA,
            android.Manifest.permission.POST_NOTIFICATIONS,
            android.Manifest.permission.MANAGE_OWN_CALLS,
        )
        val RING: Duration = Duration.ofSeconds(45)
        val CALL = PhoneCall("0192f0c1-2222-7000-8000-000000000001", "Deniz", hasVideo = true, ringMs = 45_000)
        val REPORT = IncomingReport(CALL.id, null, CALL.name, CallType.VIDEO_CALL)
    }
}
