package com.ipelya.live.telephony

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

class TurnsTest {
    /** Answers each push with the end of a call of that name, and each refusal with nothing. */
    private class Echo : TelephonyCore {
        lateinit var later: (List<Effect>) -> Unit
        override fun handle(input: Input): List<Effect> =
            if (input is Input.Pushed) listOf(Effect.ReportEnded(input.payload, SystemEnd.FAILED)) else emptyList()
        override fun listen(listener: (List<Effect>) -> Unit) {
            later = listener
        }
        override fun pushTokenChanged(token: String) = Unit
    }

    @Test
    fun `a push is answered before telling it returns`() {
        val done = mutableListOf<Effect>()
        Turns(Echo(), done::add).tell(Input.Pushed("a"))
        assertEquals(listOf(Effect.ReportEnded("a", SystemEnd.FAILED)), done)
    }

    @Test
    fun `what an effect brings about waits until the effects of its turn are done`() {
        val done = mutableListOf<String>()
        val core = Echo()
        lateinit var turns: Turns
        turns = Turns(core) { effect ->
            val call = (effect as Effect.ReportEnded).call
            if (call == "a") turns.tell(Input.Pushed("c"))
            done += call
        }
        core.later(listOf(Effect.ReportEnded("a", SystemEnd.FAILED), Effect.ReportEnded("b", SystemEnd.FAILED)))
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
                repeat(1_000) { turns.tell(Input.Pushed("a")) }
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
        assertThrows(IllegalStateException::class.java) { turns.tell(Input.Pushed("a")) }
        turns.tell(Input.Pushed("b"))
        assertTrue(done == 2)
    }
}
