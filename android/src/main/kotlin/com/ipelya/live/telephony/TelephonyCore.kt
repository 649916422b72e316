package com.ipelya.live.telephony

import android.content.Context

/**
 * What the system wants done with a call, or is asked to do: the callbacks of a Telecom connection, the buttons of a
 * notification. A call is named by its UUID; an incoming one by `calls.id`.
 */
sealed interface SystemAction {
    val call: String

    /** Call the user [callee]. */
    data class Start(override val call: String, val callee: String, val hasVideo: Boolean) : SystemAction

    /** Take the call. */
    data class Answer(override val call: String) : SystemAction

    /** Decline, cancel or hang up, whatever fits. */
    data class End(override val call: String) : SystemAction

    /** Put the call on hold, or take it back. */
    data class Hold(override val call: String, val on: Boolean) : SystemAction

    /** Switch the microphone off, or on again. */
    data class Mute(override val call: String, val on: Boolean) : SystemAction
}

/** What the system tells the core: the inputs of `core/src/telephony`, as far as Android has them. */
sealed interface Input {
    /** A push of this product arrived: its JSON object, malformed or not. */
    data class Pushed(val payload: String) : Input

    /** The system wants something done; answered by [Effect.Fulfill] or [Effect.Fail] with the same [action]. */
    data class Perform(val action: String, val wanted: SystemAction) : Input

    /** The system doesn't show the call: another one is in the way. */
    data class NotShown(val call: String) : Input

    /** The call has the phone's sound. */
    data object AudioActivated : Input

    /** It hasn't any longer. */
    data object AudioDeactivated : Input

    /** The process died during a call and was started again: the call that the core had stored goes on, or is over. */
    data object Restarted : Input
}

/** Why a call is over, as the system is told. */
enum class SystemEnd { FAILED, REMOTE_ENDED, UNANSWERED, ANSWERED_ELSEWHERE, DECLINED_ELSEWHERE }

/** What is done about the sound. */
enum class AudioEffect {
    /** A call is about to be heard. */
    PREPARE,

    /** The engine records and plays. */
    START,

    /** It doesn't. */
    STOP,
}

/** What the core wants of the system: those effects of `core/src/telephony` that concern it; carried out in order. */
sealed interface Effect {
    /** Somebody calls. */
    data class ReportIncoming(val call: PhoneCall) : Effect

    /** It rings for so long at most, in milliseconds. */
    data class StartRing(val call: String, val ms: Long) : Effect

    /** The call is over, other than by an action of the system. */
    data class ReportEnded(val call: String, val end: SystemEnd) : Effect

    /** The outgoing call found its way. */
    data class ReportConnecting(val call: String) : Effect

    /** The outgoing call was answered. */
    data class ReportConnected(val call: String) : Effect

    /** It is a call with pictures now, or one without. */
    data class Update(val call: String, val hasVideo: Boolean) : Effect

    /** The app wants it: the system is asked, and answers with [Input.Perform]. */
    data class Request(val wanted: SystemAction) : Effect

    /** The action is done. */
    data class Fulfill(val action: String) : Effect

    /** The action can't be done. */
    data class Fail(val action: String) : Effect

    /** The sound. */
    data class Audio(val effect: AudioEffect) : Effect
}

/**
 * The core's telephony machine: everything that is decided about calls on this phone. It is called by one thread at a
 * time, never waits, and never throws.
 */
interface TelephonyCore {
    /** Takes [input], and answers with what the system must be told for it, in order. */
    fun handle(input: Input): List<Effect>

    /**
     * Sends what comes up later (the other one hung up, the ring ran out, the app calls somebody) to [listener], in
     * order, from any thread.
     */
    fun listen(listener: (List<Effect>) -> Unit)

    /** Firebase gave this phone another token, to be registered with the backend. */
    fun pushTokenChanged(token: String)
}

/** Makes the core of a process that may have been started by a push, without any activity or JavaScript. */
fun interface TelephonyCoreFactory {
    /** Called once in a process, before the first input. */
    fun create(context: Context): TelephonyCore
}
