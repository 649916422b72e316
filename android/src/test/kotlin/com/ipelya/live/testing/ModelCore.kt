package com.ipelya.live.testing

import com.ipelya.live.telephony.AudioEffect
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.Effect
import com.ipelya.live.telephony.Input
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.SystemAction
import com.ipelya.live.telephony.SystemEnd
import com.ipelya.live.telephony.TelephonyCore

/** What `core/src/telephony` decides, as far as the adapters can tell: one call at a time, each call once. */
class ModelCore : TelephonyCore {
    private val past = mutableSetOf<String>()
    private var listener: (List<Effect>) -> Unit = {}

    /** The call, and where it stands; `null` for none. */
    var call: String? = null
        private set
    var stage = CallStage.RINGING
        private set

    /** Whether the system gave the sound, as it says. */
    var hasSound = false
        private set

    /** Whether the engine records and plays. */
    var isRunning = false
        private set

    override fun listen(listener: (List<Effect>) -> Unit) {
        this.listener = listener
    }

    override fun pushTokenChanged(token: String) = Unit

    override fun handle(input: Input): List<Effect> = decide(input) + sound()

    /** The other one, or the clock, ends it. */
    fun end(end: SystemEnd) = later { call?.let { listOf(Effect.ReportEnded(it, end)).also { over() } }.orEmpty() }

    /** Both can talk. */
    fun connected() = later {
        val outgoing = call?.takeIf { stage == CallStage.DIALING }
        if (call != null && stage in setOf(CallStage.DIALING, CallStage.CONNECTING)) stage = CallStage.ACTIVE
        listOfNotNull(outgoing?.let(Effect::ReportConnected))
    }

    /** The app calls somebody. */
    fun dial(id: String) = later { if (call == null) listOf(Effect.Request(SystemAction.Start(id, "callee", hasVideo = true))) else emptyList() }

    /** The app wants something of the call. */
    fun request(action: (String) -> SystemAction) = later { listOfNotNull(call?.let { Effect.Request(action(it)) }) }

    /** It is a call with pictures now, or one without. */
    fun update(hasVideo: Boolean) = later { listOfNotNull(call?.let { Effect.Update(it, hasVideo) }) }

    private fun later(decide: () -> List<Effect>) = listener(decide() + sound())

    private fun decide(input: Input): List<Effect> = when (input) {
        is Input.Pushed -> pushed(CALL_ID.find(input.payload)?.groupValues?.get(1) ?: "")
        is Input.NotShown -> if (call == input.call && stage == CallStage.RINGING) {
            over()
            listOf(Effect.ReportEnded(input.call, SystemEnd.UNANSWERED))
        } else {
            emptyList()
        }
        is Input.Perform -> listOf(if (isDone(input.wanted)) Effect.Fulfill(input.action) else Effect.Fail(input.action))
        Input.AudioActivated -> emptyList<Effect>().also {
            check(!hasSound) { "the sound was given twice" }
            hasSound = true
        }
        Input.AudioDeactivated -> emptyList<Effect>().also {
            check(hasSound) { "the sound was taken twice" }
            hasSound = false
        }
        Input.Restarted -> emptyList()
    }

    private fun pushed(id: String): List<Effect> {
        if (call != null || !past.add(id)) return emptyList()
        call = id
        stage = CallStage.RINGING
        return listOf(Effect.ReportIncoming(PhoneCall(id, "Deniz", hasVideo = false)), Effect.StartRing(id, 45_000))
    }

    private fun isDone(action: SystemAction): Boolean {
        val isCurrent = action.call == call
        return when (action) {
            is SystemAction.Start -> (call == null && past.add(action.call)).also { if (it) begin(action.call) }
            is SystemAction.Answer -> (isCurrent && stage == CallStage.RINGING).also { if (it) stage = CallStage.CONNECTING }
            is SystemAction.End -> true.also { if (isCurrent) over() }
            is SystemAction.Mute -> isCurrent && stage != CallStage.RINGING
            is SystemAction.Hold -> (isCurrent && stage in setOf(CallStage.CONNECTING, CallStage.ACTIVE, CallStage.HELD)).also {
                if (it) stage = if (action.on) CallStage.HELD else CallStage.ACTIVE
            }
        }
    }

    private fun begin(id: String) {
        call = id
        stage = CallStage.DIALING
    }

    private fun over() {
        call = null
    }

    private fun sound(): List<Effect> {
        val runs = hasSound && call != null && stage != CallStage.RINGING && stage != CallStage.HELD
        if (runs == isRunning) return emptyList()
        isRunning = runs
        return listOf(Effect.Audio(if (runs) AudioEffect.START else AudioEffect.STOP))
    }

    private companion object {
        val CALL_ID = Regex("\"call_id\":\"([^\"]+)\"")
    }
}
