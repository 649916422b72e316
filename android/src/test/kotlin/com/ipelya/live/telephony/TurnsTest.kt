package com.ipelya.live.telephony

import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.testing.ScriptedCore
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

class TurnsTest {
    /** Answers each push with the end of a call of that name. */
    private class Echo : ScriptedCore() {
        val later = mutableListOf<SystemEffect>()
        override fun push(payload: String) = listOf<SystemEffect>(SystemEffect.ReportEnded(payload, SystemEnd.FAILED))
        override fun take() = later
    }

    @Test
    fun `a push is answered before telling it returns`() {
        val done = mutableListOf<SystemEffect>()
        Turns(Echo(), done::add).push("a")
        assertEquals(listOf(SystemEffect.ReportEnded("a", SystemEnd.FAILED)), done)
    }

    @Test
    fun `what an effect brings about waits until the effects of its turn are done`() {
        val done = mutableListOf<String>()
        val core = Echo()
        lateinit var turns: Turns
        turns = Turns(core) { effect ->
            val call = (effect as SystemEffect.ReportEnded).call
            if (call == "a") turns.push("c")
            done += call
        }
        core.later += listOf(SystemEffect.ReportEnded("a", SystemEnd.FAILED), SystemEffect.ReportEnded("b", SystemEnd.FAILED))
        turns.catchUp()
        assertEquals(listOf("a", "b", "c"), done)
    }

    @Test
    fun `from many threads nothing is lost, and never are two at work`() {
        val atWork = AtomicInteger()
        val most = AtomicInteger()
        var done = 0
        val turns = Turns(Echo()) {
            most.accumulateAndGet(atWork.incrementAndGet(), ::maxOf)
            done++
            atWork.decrementAndGet()
        }
        val go = CountDownLatch(1)
        val threads = List(8) {
            thread {
                go.await()
                repeat(1_000) { turns.push("a") }
            }
        }
        go.countDown()
        threads.forEach(Thread::join)
        assertEquals(8_000, done)
        assertEquals(1, most.get())
    }

    @Test
    fun `one that fails fails for whoever told it, and the next is taken`() {
        var done = 0
        val turns = Turns(Echo()) { if (++done == 1) error("broken") }
        assertThrows(IllegalStateException::class.java) { turns.push("a") }
        turns.push("b")
        assertTrue(done == 2)
    }
}
