package com.ipelya.live.testing

import android.content.Context
import com.ipelya.live.telephony.Effect
import com.ipelya.live.telephony.Input
import com.ipelya.live.telephony.SystemAction
import com.ipelya.live.telephony.TelephonyCore
import com.ipelya.live.telephony.TelephonyCoreFactory

/** Fulfils whatever the system wants, unless a test says otherwise, and remembers what it was told. */
class ScriptedCore : TelephonyCore {
    val inputs = mutableListOf<Input>()
    val tokens = mutableListOf<String>()
    var answers: (Input) -> List<Effect> = { if (it is Input.Perform) listOf(Effect.Fulfill(it.action)) else emptyList() }
    private var listener: (List<Effect>) -> Unit = {}

    override fun handle(input: Input): List<Effect> {
        inputs += input
        return answers(input)
    }

    override fun listen(listener: (List<Effect>) -> Unit) {
        this.listener = listener
    }

    override fun pushTokenChanged(token: String) {
        tokens += token
    }

    /** Something came up in the core by itself. */
    fun say(vararg effects: Effect) = listener(effects.toList())

    /** What the system wanted, in order. */
    fun wanted(): List<SystemAction> = inputs.filterIsInstance<Input.Perform>().map { it.wanted }

    inline fun <reified T : Input> told(): List<T> = inputs.filterIsInstance<T>()
}

/** Named by the manifest of `src/test/app`. */
class ScriptedCoreFactory : TelephonyCoreFactory {
    override fun create(context: Context): TelephonyCore = next

    companion object {
        /** The core of the process that comes. */
        lateinit var next: TelephonyCore
    }
}
