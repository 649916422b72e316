package com.ipelya.live.notification

import android.app.PendingIntent
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import com.ipelya.live.LivePhone
import com.ipelya.live.core.SystemAction
import com.ipelya.live.telephony.MediaKey
import com.ipelya.live.ui.CallActivity

/** What the buttons of a notification do, without any JavaScript. */
internal object CallActions {
    const val ANSWER = "com.ipelya.live.ANSWER"
    const val END = "com.ipelya.live.END"
    const val LEAVE = "com.ipelya.live.LEAVE"
    const val MUTE = "com.ipelya.live.MUTE"
    const val UNMUTE = "com.ipelya.live.UNMUTE"
    const val CALL_ID = "call_id"

    /** An activity answers, so that the app is on the screen when the service asks for the microphone. */
    fun answer(context: Context, callId: String): PendingIntent = activity(context, callId, ANSWER)

    /** Shows the call. */
    fun open(context: Context, callId: String): PendingIntent = activity(context, callId, Intent.ACTION_VIEW)

    /** [action] of a call, in the background. */
    fun background(context: Context, callId: String, action: String): PendingIntent = PendingIntent.getBroadcast(
        context,
        0,
        Intent(action, null, context, CallActionReceiver::class.java).putExtra(CALL_ID, callId).unique(callId),
        FLAGS,
    )

    /** Opens the app where it was. */
    fun app(context: Context): PendingIntent? =
        context.packageManager.getLaunchIntentForPackage(context.packageName)?.let { PendingIntent.getActivity(context, 0, it, FLAGS) }

    private fun activity(context: Context, callId: String, action: String) =
        PendingIntent.getActivity(context, 0, CallActivity.intent(context, callId, action).unique(callId), FLAGS)

    // Extras don't tell pending intents apart, an identifier or data does.
    private fun Intent.unique(callId: String) = setData(com.ipelya.live.telecom.TelecomCalls.address(callId))

    private const val FLAGS = PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT
}

/** Takes the buttons that open nothing. */
class CallActionReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        val phone = LivePhone.of(context)
        val callId = intent.getStringExtra(CallActions.CALL_ID).orEmpty()
        when (intent.action) {
            CallActions.END -> phone.want(SystemAction.End(callId))
            CallActions.MUTE -> phone.want(SystemAction.Mute(callId, on = true))
            CallActions.UNMUTE -> phone.want(SystemAction.Mute(callId, on = false))
            CallActions.LEAVE -> phone.listener.onMediaKey(MediaKey.STOP)
        }
    }
}
