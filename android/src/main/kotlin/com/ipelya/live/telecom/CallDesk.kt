package com.ipelya.live.telecom

import com.ipelya.live.core.CallType
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.core.SystemInput
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.Route
import com.ipelya.live.telephony.RouteKind
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap

/**
 * The one call that the phone shows: carries the core's effects to Telecom, and what Telecom and the user want to the
 * core. Nothing is done on their word alone: it is done once the core fulfils it.
 */
internal class CallDesk(
    private val telecom: Telecom,
    private val tell: (SystemInput) -> Unit,
    private val changed: () -> Unit,
    private val store: (String?) -> Unit,
) {
    private val unsettled = ConcurrentHashMap<String, SystemAction>()
    private var hasSound = false

    /** Whether Telecom has the call, or there is no Telecom to have it. */
    private var isTaken = false

    /** Waits for Telecom. */
    private var starting: SystemAction.Start? = null
    private var route: Route? = null

    /** The call; `null` for none. Changed in turns alone. */
    @Volatile
    var call: PhoneCall? = null
        private set

    /** Where it stands. */
    val stage: CallStage
        get() = if (isHeld) CallStage.HELD else reached

    @Volatile
    private var reached = CallStage.RINGING

    /** On hold before both could talk, it stays so once they can. */
    @Volatile
    private var isHeld = false

    /** Whether Telecom said that it is the app that shows the ring. */
    @Volatile
    var isRingShown = false
        private set

    /** Whether the phone may be at an ear: the screen is dark there. */
    val isAtEar: Boolean
        get() = call?.hasVideo == false && stage in TALKING && route?.kind == RouteKind.EARPIECE

    /** The system, or the user through it, wants something. */
    fun want(action: SystemAction) {
        val id = UUID.randomUUID().toString()
        unsettled[id] = action
        tell(SystemInput.Perform(id, action))
    }

    /** Telecom leaves it to the app to show that it rings. */
    fun ringWanted(id: String) = about(id) {
        isRingShown = true
    }

    /** Telecom has the call: an outgoing one may be made; an incoming one may have been answered meanwhile. */
    fun taken(id: String) {
        val outgoing = starting?.takeIf { it.call == id }
        if (outgoing != null) {
            starting = null
            want(outgoing)
            return
        }
        about(id) {
            isTaken = true
            if (stage != CallStage.RINGING) telecom.setStage(id, stage)
        }
    }

    /** Telecom won't have it. */
    fun refused(id: String, refusal: Refusal) {
        val isOutgoing = starting?.call == id
        when (refusal) {
            Refusal.BUSY -> {
                starting = null
                if (isOutgoing) about(id) { over() }
                tell(SystemInput.NotShown(id))
            }
            // It rings by its notification alone, and is made all the same.
            Refusal.UNAVAILABLE -> {
                taken(id)
                ringWanted(id)
            }
        }
    }

    fun routed(id: String, to: Route?) = about(id) { route = to }

    fun perform(effect: SystemEffect): Unit = when (effect) {
        is SystemEffect.ReportIncoming -> {
            // Told again, it is the same call.
            if (call?.id != effect.report.call) {
                val incoming = PhoneCall(effect.report)
                show(incoming, CallStage.RINGING)
                telecom.reportIncoming(incoming)
            }
            Unit
        }
        is SystemEffect.StartRing -> about(effect.call) { call = it.copy(ringMs = effect.ringsFor.toMillis()) }
        // What ends a ring says so itself.
        is SystemEffect.StopRing -> Unit
        is SystemEffect.ReportEnded -> {
            telecom.end(effect.call, TelecomCause.of(effect.end))
            about(effect.call) { over() }
        }
        is SystemEffect.ReportConnecting -> moved(effect.call) { reached = CallStage.CONNECTING }
        is SystemEffect.ReportConnected -> moved(effect.call) { reached = CallStage.ACTIVE }
        is SystemEffect.Update -> about(effect.call) {
            call = it.copy(hasVideo = effect.callType == CallType.VIDEO_CALL).also(telecom::describe)
        }
        is SystemEffect.Request -> request(effect.wanted)
        is SystemEffect.Fulfill -> unsettled.remove(effect.action)?.let(::done) ?: Unit
        is SystemEffect.Fail -> unsettled.remove(effect.action)?.let(::failed) ?: Unit
        // Mode and focus are Telecom's, the engine is the core's.
        is SystemEffect.Audio -> Unit
        is SystemEffect.Store -> store(effect.state)
    }

    private fun request(wanted: SystemAction) {
        if (wanted !is SystemAction.Start) {
            // A self-managed call does what its app says: Telecom has nothing to ask.
            want(wanted)
            return
        }
        val outgoing = PhoneCall(wanted.call, null, wanted.callType == CallType.VIDEO_CALL)
        show(outgoing, CallStage.DIALING)
        starting = wanted
        telecom.reportOutgoing(outgoing)
    }

    private fun done(action: SystemAction) = when (action) {
        is SystemAction.Start -> about(action.call) { isTaken = true }
        // As CallKit has it too: a call that was answered is active for the system, while the room is joined.
        is SystemAction.Answer -> moved(action.call) { reached = CallStage.ACTIVE }
        is SystemAction.Hold -> moved(action.call) { isHeld = action.on }
        is SystemAction.Mute -> telecom.setMuted(action.on)
        is SystemAction.End -> {
            telecom.end(action.call, TelecomCause.ofOwn(stage))
            about(action.call) { over() }
        }
    }

    private fun failed(action: SystemAction) {
        if (action is SystemAction.Start) {
            telecom.end(action.call, TelecomCause.of(SystemEnd.FAILED))
            about(action.call) { over() }
        }
    }

    private fun moved(id: String, move: () -> Unit) = about(id) {
        move()
        telecom.setStage(id, stage)
    }

    private fun show(shown: PhoneCall, at: CallStage) {
        starting?.takeIf { it.call != shown.id }?.let {
            // One that Telecom didn't come to gives way to the one after it.
            starting = null
            telecom.end(it.call, TelecomCause.ofOwn(CallStage.DIALING))
            tell(SystemInput.NotShown(it.call))
        }
        call = shown
        reached = at
        isHeld = false
        isRingShown = false
        isTaken = false
        changed()
    }

    private fun over() {
        call = null
        starting = null
        route = null
        isRingShown = false
    }

    /** Telecom gives the sound to a call of its own that isn't held, from the answer to the end. */
    private fun followSound() {
        val on = call != null && isTaken && stage in TALKING
        if (on == hasSound) return
        hasSound = on
        tell(if (on) SystemInput.AudioActivated else SystemInput.AudioDeactivated)
    }

    private fun about(id: String, change: (PhoneCall) -> Unit) {
        val shown = call?.takeIf { it.id == id } ?: return
        change(shown)
        followSound()
        changed()
    }

    private companion object {
        val TALKING = setOf(CallStage.DIALING, CallStage.CONNECTING, CallStage.ACTIVE)
    }
}
