package com.ipelya.live.telephony

/**
 * Feeds the core and carries out its effects, one after the other. What comes in meanwhile, from an effect or another
 * thread, waits for its turn; whoever finds nobody at work does the work before [tell] returns, so that a push is
 * reported within the call that brought it.
 */
internal class Turns(private val core: TelephonyCore, private val perform: (Effect) -> Unit) {
    private val waiting = ArrayDeque<() -> Unit>()
    private var isAtWork = false

    init {
        core.listen { effects -> take { effects.forEach(perform) } }
    }

    /** Tells the core something, from any thread. */
    fun tell(input: Input) = take { core.handle(input).forEach(perform) }

    /** Does [turn] between others, never beside one. */
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
