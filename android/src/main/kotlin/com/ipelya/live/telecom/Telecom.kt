package com.ipelya.live.telecom

import android.telecom.DisconnectCause
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.PhoneCall

/** Why Telecom doesn't take a call. */
internal enum class Refusal {
    /** Another call doesn't let it: an emergency, or one that can't be held. */
    BUSY,

    /** This device has no Telecom, or the app's account is switched off. */
    UNAVAILABLE,
}

/** What is asked of Telecom. */
internal interface Telecom {
    fun reportIncoming(call: PhoneCall)
    fun reportOutgoing(call: PhoneCall)
    fun describe(call: PhoneCall)
    fun setStage(callId: String, stage: CallStage)

    /** The call is over: [cause] is one of [DisconnectCause]'s codes. Of a call that it doesn't know, nothing. */
    fun end(callId: String, cause: Int)
    fun setMuted(on: Boolean)
}

/** [DisconnectCause]'s codes. */
internal object TelecomCause {
    fun of(end: SystemEnd): Int = when (end) {
        SystemEnd.FAILED -> DisconnectCause.ERROR
        SystemEnd.REMOTE_ENDED -> DisconnectCause.REMOTE
        SystemEnd.UNANSWERED -> DisconnectCause.MISSED
        SystemEnd.ANSWERED_ELSEWHERE -> DisconnectCause.ANSWERED_ELSEWHERE
        SystemEnd.DECLINED_ELSEWHERE -> DisconnectCause.REJECTED
    }

    /** Of a call that this phone ended. */
    fun ofOwn(stage: CallStage): Int = when (stage) {
        CallStage.RINGING -> DisconnectCause.REJECTED
        CallStage.DIALING -> DisconnectCause.CANCELED
        CallStage.CONNECTING, CallStage.ACTIVE, CallStage.HELD -> DisconnectCause.LOCAL
    }
}
