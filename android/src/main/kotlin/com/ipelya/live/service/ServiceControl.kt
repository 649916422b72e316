package com.ipelya.live.service

import android.content.Context
import android.content.Intent
import com.ipelya.live.notification.CallNotifications
import com.ipelya.live.telephony.Needs
import com.ipelya.live.telephony.PhoneListener

/** Starts, changes and stops the service, and shows the notification where the system doesn't let it start. */
internal class ServiceControl(
    private val context: Context,
    private val notifications: CallNotifications,
    private val listener: () -> PhoneListener,
) {
    /** What the service is wanted for; `null` for nothing. */
    @Volatile
    var wanted: ServiceWork? = null
        private set(value) {
            field = value
            observer?.invoke(value?.face)
        }

    @Volatile
    private var observer: ((Face?) -> Unit)? = null

    @Volatile
    private var running: LiveService? = null

    /** Runs it for [work], in place of what it ran for; `null` stops it. The same work again changes nothing. */
    fun run(work: ServiceWork?) {
        if (work == wanted) return
        wanted = work
        if (work == null) stop() else again()
    }

    /** Runs it as it is wanted: the app is on the screen, where more types are allowed, or has more permissions. */
    fun again() {
        val work = wanted ?: return
        val service = running
        if (service != null) service.show(work) else start(work)
    }

    /** The service runs for [needs]. */
    fun runs(needs: Needs) = listener().onServiceRuns(needs)

    private fun stop() {
        running?.finish()
        notifications.cancel()
    }

    /** The ring goes on without sound. */
    fun silence() {
        (wanted?.face as? Face.Ringing)?.let(notifications::silence)
    }

    /** The screen that shows the call: told what is on now, and whenever that changes; `null` for no screen. */
    fun observe(screen: ((Face?) -> Unit)?) {
        observer = screen
        screen?.invoke(wanted?.face)
    }

    fun started(service: LiveService) {
        running = service
    }

    fun stopped(service: LiveService) {
        if (running === service) running = null
    }

    /** The system doesn't let it run: the call rings by its notification, and Telecom keeps the process. */
    fun refused(work: ServiceWork) {
        notifications.post(work.face)
        listener().onServiceRefused()
    }

    private fun start(work: ServiceWork) {
        try {
            context.startForegroundService(Intent(context, LiveService::class.java).setAction(ACTION_RUN))
        } catch (_: IllegalStateException) {
            // ForegroundServiceStartNotAllowedException, since API 31.
            refused(work)
        }
    }

    companion object {
        /** Tells a start by the app from one by the system after the process died. */
        const val ACTION_RUN = "com.ipelya.live.RUN"
    }
}
