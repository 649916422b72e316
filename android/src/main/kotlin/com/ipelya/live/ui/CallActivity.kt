package com.ipelya.live.ui

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.view.WindowManager
import com.ipelya.live.LivePhone
import com.ipelya.live.core.SystemAction
import com.ipelya.live.notification.CallActions
import com.ipelya.live.service.Face

/**
 * The call over the lock screen, in the system's own widgets: it needs no JavaScript. What it shows is what the service's
 * notification shows; an app that wants its own look replaces it in its manifest.
 */
open class CallActivity : Activity() {
    private lateinit var screen: CallScreen
    private val phone get() = LivePhone.of(this)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        overLockScreen()
        screen = CallScreen(this, ::press)
        setContentView(screen.view)
        handle(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        handle(intent)
    }

    override fun onResume() {
        super.onResume()
        phone.service.observe(::show)
        phone.foregrounded()
    }

    override fun onPause() {
        phone.service.observe(null)
        super.onPause()
    }

    private fun handle(intent: Intent) {
        if (intent.action == CallActions.ANSWER) phone.want(SystemAction.Answer(callId(intent)))
    }

    /** [face] is on; `null`: nothing is, so this closes. */
    private fun show(face: Face?) = runOnUiThread {
        if (face == null || face is Face.InRoom) finish() else screen.show(face)
    }

    private fun press(action: String) {
        val callId = phone.service.wanted?.face?.callId() ?: callId(intent)
        when (action) {
            CallActions.ANSWER -> phone.want(SystemAction.Answer(callId))
            CallActions.END -> phone.want(SystemAction.End(callId))
            CallActions.MUTE -> phone.want(SystemAction.Mute(callId, on = true))
            CallActions.UNMUTE -> phone.want(SystemAction.Mute(callId, on = false))
        }
    }

    @Suppress("DEPRECATION") // The flags are what API 26 has.
    private fun overLockScreen() {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.O_MR1) {
            setShowWhenLocked(true)
            setTurnScreenOn(true)
        } else {
            window.addFlags(WindowManager.LayoutParams.FLAG_SHOW_WHEN_LOCKED or WindowManager.LayoutParams.FLAG_TURN_SCREEN_ON)
        }
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
    }

    companion object {
        internal fun intent(context: Context, callId: String, action: String): Intent =
            Intent(action, null, context, CallActivity::class.java)
                .putExtra(CallActions.CALL_ID, callId)
                .addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_NO_USER_ACTION)

        private fun callId(intent: Intent) = intent.getStringExtra(CallActions.CALL_ID).orEmpty()

        private fun Face.callId(): String? = when (this) {
            is Face.Ringing -> call.id
            is Face.InCall -> call.id
            is Face.InRoom -> null
        }
    }
}
