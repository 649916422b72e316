package com.ipelya.live.testing

import com.ipelya.live.Phone
import com.ipelya.live.PhoneInterface
import com.ipelya.live.PhoneScript
import com.ipelya.live.core.AudioEffect
import com.ipelya.live.core.CallEndReason
import com.ipelya.live.core.CallType
import com.ipelya.live.core.ColdStart
import com.ipelya.live.core.LiveFailure
import com.ipelya.live.core.PhoneState
import com.ipelya.live.core.PhoneSystem
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemInput
import kotlinx.coroutines.awaitCancellation
import java.time.Instant
import java.util.UUID

/**
 * The core's own phone; what the backend, the room and the clock would say, a test does. Close it: its threads are its own.
 */
class RealCore private constructor(private val script: PhoneScript, private val phone: Phone) : PhoneInterface by phone, AutoCloseable {
    constructor() : this(PhoneScript.open(PhoneSystem.TELECOM, COLD_START))
    private constructor(script: PhoneScript) : this(script, script.phone())

    /** Whether the system gave the sound, as it says. */
    var hasSound = false
        private set

    /** Whether the engine records and plays. */
    var isRunning = false
        private set

    /** The call; `null` for none. */
    val call: String?
        get() = when (val state = phone.state()) {
            PhoneState.Idle -> null
            is PhoneState.Ringing -> state.call
            is PhoneState.Answering -> state.call
            is PhoneState.Dialing -> state.call
            is PhoneState.Active -> state.call
            is PhoneState.Held -> state.call
        }

    override fun push(payload: String): List<SystemEffect> = follow(phone.push(payload))

    override fun take(): List<SystemEffect> = follow(phone.take())

    override fun handle(input: SystemInput): List<SystemEffect> {
        when (input) {
            SystemInput.AudioActivated -> {
                check(!hasSound) { "the sound was given twice" }
                hasSound = true
            }
            SystemInput.AudioDeactivated -> {
                check(hasSound) { "the sound was taken twice" }
                hasSound = false
            }
            else -> Unit
        }
        return follow(phone.handle(input))
    }

    /** A test takes the turns. */
    override suspend fun waiting() = awaitCancellation()

    /** The other one, or the clock, ends it. */
    fun end(reason: CallEndReason) = call?.let { script.ended(it, reason) } ?: Unit

    /** Both can talk. */
    fun connected() = call?.let(script::connected) ?: Unit

    /** It is another type of call now. */
    fun update(callType: CallType) = call?.let { script.typeChanged(it, callType) } ?: Unit

    /** The app wants something, whether or not it can be. */
    fun wish(what: PhoneInterface.() -> Unit) = try {
        phone.what()
    } catch (_: LiveFailure) {
        Unit
    }

    override fun close() {
        phone.close()
        script.close()
    }

    private fun follow(effects: List<SystemEffect>): List<SystemEffect> = effects.onEach {
        if (it is SystemEffect.Audio && it.effect != AudioEffect.PREPARE) isRunning = it.effect == AudioEffect.START
    }

    companion object {
        /** Who uses it. */
        const val USER = "0192f0c1-1111-7000-8000-000000000001"

        /** Somebody who calls, or is called. */
        const val OTHER = "0192f0c1-1111-7000-8000-000000000002"
        private val COLD_START = ColdStart("http://127.0.0.1:1", "key", USER, "phone")

        /** An id, the same for the same name. */
        fun id(name: String): String = UUID.nameUUIDFromBytes(name.encodeToByteArray()).toString()

        /** What a push of a ring carries. */
        fun ring(callId: String): Map<String, String> = mapOf(
            "event" to "ring",
            "call_id" to callId,
            "caller_id" to OTHER,
            "caller_name" to "Deniz",
            "callee_id" to USER,
            "call_type" to "audio_call",
            "answer_ticket" to "a ticket",
            "ring_expires_at" to Instant.now().plusSeconds(45).toString(),
        )
    }
}
