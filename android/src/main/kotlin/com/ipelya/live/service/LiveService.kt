package com.ipelya.live.service

import android.app.Service
import android.content.Intent
import android.os.Build
import android.os.IBinder
import com.ipelya.live.LivePhone
import com.ipelya.live.notification.CallNotifications
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.Needs
import com.ipelya.live.telephony.PhoneCall

/**
 * Keeps the process, the microphone and the camera while a call rings or goes on, or somebody listens. Its types follow
 * the work: it starts as `phoneCall`, and the microphone's and the camera's are added once they are granted and wanted.
 */
class LiveService : Service() {
    private val phone get() = LivePhone.of(this)

    override fun onCreate() {
        super.onCreate()
        phone.service.started(this)
    }

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        val work = phone.service.wanted
        if (intent == null && work == null) {
            // The process died during a call: the core asks the server what became of it, and stops or goes on.
            foreground(RESTARTED, RESTARTED.needs)
            phone.restarted()
            if (phone.service.wanted == null) finish()
            return if (phone.service.wanted?.restart == true) START_STICKY else START_NOT_STICKY
        }
        if (work == null) {
            // Stopped before it began; the system wants to see a notification all the same.
            foreground(RESTARTED, RESTARTED.needs)
            finish()
            return START_NOT_STICKY
        }
        show(work)
        return if (work.restart) START_STICKY else START_NOT_STICKY
    }

    /** Shows [work], with as many of its types as the system allows now. */
    internal fun show(work: ServiceWork) {
        val granted = ServiceTypes.granted(this, work.needs)
        val background = ServiceTypes.background(granted)
        when {
            foreground(work, granted) -> phone.service.runs(granted)
            // In the background the microphone and the camera can't be added; they are once the app is on the screen.
            granted != background && foreground(work, background) -> phone.service.runs(background)
            else -> {
                finish()
                phone.service.refused(work)
            }
        }
    }

    internal fun finish() {
        stopForeground(STOP_FOREGROUND_REMOVE)
        stopSelf()
    }

    private fun foreground(work: ServiceWork, needs: Needs): Boolean {
        val notification = phone.notifications.of(work.face)
        val mask = ServiceTypes.mask(needs)
        return try {
            when {
                Build.VERSION.SDK_INT < Build.VERSION_CODES.Q -> startForeground(CallNotifications.ID, notification)
                mask == 0 -> return false
                else -> startForeground(CallNotifications.ID, notification, mask)
            }
            true
        } catch (_: SecurityException) {
            // A type whose permission is missing, or that the background doesn't allow.
            false
        } catch (_: IllegalStateException) {
            // ForegroundServiceStartNotAllowedException, since API 31.
            false
        }
    }

    override fun onDestroy() {
        phone.service.stopped(this)
        super.onDestroy()
    }

    override fun onBind(intent: Intent?): IBinder? = null

    private companion object {
        /** Shown until the core knows more. */
        val RESTARTED = ServiceWork(Face.InCall(PhoneCall("", null, hasVideo = false), CallStage.CONNECTING), Needs(call = true))
    }
}
