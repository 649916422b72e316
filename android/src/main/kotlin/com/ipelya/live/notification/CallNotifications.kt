package com.ipelya.live.notification

import android.app.Notification
import android.app.NotificationManager
import android.app.Person
import android.content.Context
import android.graphics.drawable.Icon
import android.os.Build
import com.ipelya.live.R
import com.ipelya.live.service.Face
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.Room

/** The one notification, of the service or, where that may not run, by itself. */
internal class CallNotifications(private val context: Context) {
    private val manager: NotificationManager = context.getSystemService(NotificationManager::class.java)!!

    /** The user pressed a volume key: the call that rings does so silently. */
    private var silenced: String? = null

    fun of(face: Face): Notification {
        CallChannels.create(context)
        return when (face) {
            is Face.Ringing -> ringing(face.call)
            is Face.InCall -> inCall(face.call, face.stage)
            is Face.InRoom -> room(face.room)
        }
    }

    /** Shows it without the service. A `CallStyle` is allowed there because it has a full-screen intent. */
    fun post(face: Face) = manager.notify(ID, of(face))

    fun cancel() = manager.cancel(ID)

    /** Shows [face] without sound and vibration from here on. */
    fun silence(face: Face.Ringing) {
        silenced = face.call.id
        if (manager.activeNotifications.any { it.id == ID }) post(face)
    }

    private fun ringing(call: PhoneCall): Notification {
        val isSilenced = silenced == call.id
        val open = CallActions.open(context, call.id)
        val builder = builder(if (isSilenced) CallChannels.RING_QUIET else CallChannels.RING, call.title())
            .setContentText(context.getString(if (call.hasVideo) R.string.ipelya_incoming_video else R.string.ipelya_incoming_audio))
            .setCategory(Notification.CATEGORY_CALL)
            .setContentIntent(open)
            // A heads-up where the permission was taken away: the system drops the intent, not the notification.
            .setFullScreenIntent(open, true)
            .addPerson(call.person())
        call.ringMs?.let(builder::setTimeoutAfter)
        val answer = CallActions.answer(context, call.id)
        val decline = CallActions.background(context, call.id, CallActions.END)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            builder.style = Notification.CallStyle.forIncomingCall(call.person(), decline, answer).setIsVideo(call.hasVideo)
        } else {
            builder.addAction(action(R.string.ipelya_decline, decline)).addAction(action(R.string.ipelya_answer, answer))
        }
        return builder.build().apply {
            // The channel's ringtone, over and over.
            if (!isSilenced) flags = flags or Notification.FLAG_INSISTENT
        }
    }

    private fun inCall(call: PhoneCall, stage: CallStage): Notification {
        val open = CallActions.open(context, call.id)
        val builder = builder(CallChannels.ONGOING, call.title())
            .setContentText(context.getString(stage.label()))
            .setCategory(Notification.CATEGORY_CALL)
            .setContentIntent(open)
            .setUsesChronometer(stage == CallStage.ACTIVE)
            .addPerson(call.person())
        val hangUp = CallActions.background(context, call.id, CallActions.END)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            builder.style = Notification.CallStyle.forOngoingCall(call.person(), hangUp).setIsVideo(call.hasVideo)
        } else {
            builder.addAction(action(R.string.ipelya_hang_up, hangUp))
        }
        return builder.build()
    }

    private fun room(room: Room): Notification = builder(CallChannels.ONGOING, room.title)
        .setContentText(context.getString(if (room.isOnAir) R.string.ipelya_live else R.string.ipelya_listening))
        .setSmallIcon(R.drawable.ipelya_live)
        .setCategory(Notification.CATEGORY_TRANSPORT)
        .setContentIntent(CallActions.app(context))
        .addAction(action(R.string.ipelya_leave, CallActions.background(context, "", CallActions.LEAVE)))
        .build()

    private fun builder(channel: String, title: String) = Notification.Builder(context, channel)
        .setSmallIcon(R.drawable.ipelya_call)
        .setContentTitle(title)
        .setOngoing(true)
        .setShowWhen(false)
        .setOnlyAlertOnce(channel != CallChannels.RING)
        .setVisibility(Notification.VISIBILITY_PUBLIC)
        .apply {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
                setForegroundServiceBehavior(Notification.FOREGROUND_SERVICE_IMMEDIATE)
            }
        }

    private fun action(label: Int, intent: android.app.PendingIntent) =
        Notification.Action.Builder(Icon.createWithResource(context, R.drawable.ipelya_call), context.getString(label), intent).build()

    private fun PhoneCall.title() = name ?: context.getString(R.string.ipelya_unknown_caller)

    // `addPerson` and `CallStyle` let do-not-disturb know whose call it is.
    private fun PhoneCall.person() = Person.Builder().setName(title()).setImportant(true).build()

    companion object {
        /** Of the notification: there is one. */
        const val ID = 0x1be1
    }
}

/** What a person reads of it. */
internal fun CallStage.label(): Int = when (this) {
    CallStage.RINGING -> R.string.ipelya_incoming_audio
    CallStage.DIALING -> R.string.ipelya_calling
    CallStage.CONNECTING -> R.string.ipelya_connecting
    CallStage.ACTIVE -> R.string.ipelya_active
    CallStage.HELD -> R.string.ipelya_held
}
