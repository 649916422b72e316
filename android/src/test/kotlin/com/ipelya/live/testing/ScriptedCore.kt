package com.ipelya.live.testing

import android.content.Context
import com.ipelya.live.Call
import com.ipelya.live.LiveClient
import com.ipelya.live.LivePhone
import com.ipelya.live.PhoneFactory
import com.ipelya.live.PhoneInterface
import com.ipelya.live.core.CallType
import com.ipelya.live.core.ColdStart
import com.ipelya.live.core.PhoneState
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemInput
import kotlinx.coroutines.awaitCancellation
import org.robolectric.RuntimeEnvironment

/** A phone of the core's that does as a test says, and remembers what it was told. */
open class ScriptedCore : PhoneInterface {
    val inputs = mutableListOf<SystemInput>()
    val pushes = mutableListOf<String>()
    val tokens = mutableListOf<String?>()
    var restarts = 0
    var answers: (SystemInput) -> List<SystemEffect> = { if (it is SystemInput.Perform) listOf(SystemEffect.Fulfill(it.action)) else emptyList() }
    var answerToPush: List<SystemEffect> = emptyList()
    var answerToRestart: List<SystemEffect> = emptyList()
    private val outbox = mutableListOf<SystemEffect>()

    override fun push(payload: String): List<SystemEffect> {
        pushes += payload
        return answerToPush
    }

    override fun handle(input: SystemInput): List<SystemEffect> {
        inputs += input
        return answers(input)
    }

    override fun restarted(): List<SystemEffect> {
        restarts++
        return answerToRestart
    }

    override fun take(): List<SystemEffect> = outbox.toList().also { outbox.clear() }

    /** Something came up in the core by itself, and its turn came at once. */
    fun say(vararg effects: SystemEffect) {
        outbox += effects
        LivePhone.of(RuntimeEnvironment.getApplication()).catchUp()
    }

    /** What the system wanted, in order. */
    fun wanted(): List<SystemAction> = inputs.filterIsInstance<SystemInput.Perform>().map { it.wanted }

    override fun pushTokenChanged(token: String?) = tokens.plusAssign(token)

    override suspend fun waiting() = awaitCancellation()
    override fun accept() = Unit
    override suspend fun attach(client: LiveClient) = Unit
    override suspend fun call(call: String): Call? = null
    override fun dial(calleeId: String, callType: CallType): String = error("nobody dials")
    override fun hangUp() = Unit
    override fun networkChanged() = Unit
    override fun setHeld(on: Boolean) = Unit
    override fun setMuted(on: Boolean) = Unit
    override fun signIn(coldStart: ColdStart) = Unit
    override suspend fun signOut() = Unit
    override fun state(): PhoneState = PhoneState.Idle
}

/** Named by the manifest of `src/test/app`. */
class ScriptedCoreFactory : PhoneFactory {
    override fun create(context: Context, stored: String?): PhoneInterface = next

    companion object {
        /** The core of the process that comes. */
        lateinit var next: PhoneInterface
    }
}
