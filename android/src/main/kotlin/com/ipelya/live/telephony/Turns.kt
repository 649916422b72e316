package com.ipelya.live.telephony

import com.ipelya.live.PhoneInterface
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemInput

/**
 * Feeds the core's phone and carries out its effects, one after the other. What comes in meanwhile, from an effect or another
 * thread, waits for its turn; whoever finds nobody at work does the work before it returns, so that a push is reported within
 * the call that brought it.
 */
internal class Turns(private val phone: PhoneInterface, private val perform: (SystemEffect) -> Unit) {
    private val waiting = ArrayDeque<() -> Unit>()
    private var isAtWork = false

    /** A push arrived. */
    fun push(payload: String) = carryOut { phone.push(payload) }

    /** The system said something. */
    fun tell(input: SystemInput) = carryOut { phone.handle(input) }

    /** The process is a new one. */
    fun restarted() = carryOut { phone.restarted() }

    /** Something came up in the core. */
    fun catchUp() = carryOut { phone.take() }

    private fun carryOut(turn: () -> List<SystemEffect>) = take { turn().forEach(perform) }

    /** Does [turn] between others, never beside one. From any thread. */
    fun take(turn: () -> Unit) {
        synchronized(waiting) {
            waiting.addLast(turn)
            if (isAtWork) return
            isAtWork = true
        }
        while (true) {
            val next = synchronized(waiting) {
                waiting.removeFirstOrNull().also { if (it == null) isAtWork = false }
            } ?: return
            try {
                next()
            } catch (failure: Throwable) {
                synchronized(waiting) { isAtWork = false }
                throw failure
            }
        }
    }
}
