package com.ipelya.live.telecom

import com.ipelya.live.core.CallEndReason
import com.ipelya.live.core.CallType
import com.ipelya.live.core.SystemAction
import com.ipelya.live.service.ServiceWork
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.Turns
import com.ipelya.live.testing.RealCore
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import kotlin.random.Random

/** The desk between the core and Telecom, whatever comes in whatever order. */
class RandomOrdersTest {
    /** Telecom by its documented rules: each call is taken or refused once, in its own time, and over once. */
    private class Rules(private val dice: Random) : Telecom {
        lateinit var desk: CallDesk
        val waiting = mutableMapOf<String, Boolean>()
        val live = mutableMapOf<String, CallStage>()
        val gone = mutableSetOf<String>()

        /** Calls that go on without Telecom. */
        val unknown = mutableSetOf<String>()
        var microphoneOff = false

        override fun reportIncoming(call: PhoneCall) = report(call, isOutgoing = false)
        override fun reportOutgoing(call: PhoneCall) = report(call, isOutgoing = true)

        private fun report(call: PhoneCall, isOutgoing: Boolean) {
            check(call.id !in gone && call.id !in live && call.id !in waiting) { "${call.id} is reported twice" }
            when (dice.nextInt(10)) {
                0 -> desk.refused(call.id, Refusal.BUSY).also { gone += call.id }
                1 -> {
                    unknown += call.id
                    desk.refused(call.id, Refusal.UNAVAILABLE)
                }
                else -> waiting[call.id] = isOutgoing
            }
        }

        /** It comes to the oldest call that waits. */
        fun next() {
            val (id, isOutgoing) = waiting.entries.firstOrNull()?.toPair() ?: return
            waiting -= id
            if (dice.nextInt(8) == 0) {
                gone += id
                desk.refused(id, Refusal.BUSY)
            } else if (isOutgoing) {
                live[id] = CallStage.DIALING
                desk.taken(id)
            } else {
                live[id] = CallStage.RINGING
                desk.taken(id)
                desk.ringWanted(id)
            }
        }

        override fun describe(call: PhoneCall) = Unit

        override fun setStage(callId: String, stage: CallStage) {
            if (callId in live) live[callId] = stage
        }

        override fun end(callId: String, cause: Int) {
            waiting -= callId
            live -= callId
            gone += callId
            microphoneOff = false
        }

        override fun setMuted(on: Boolean) {
            microphoneOff = on
        }
    }

    private class World(val dice: Random) {
        val core = RealCore()
        val telecom = Rules(dice)
        val desk: CallDesk = CallDesk(telecom, { turns.tell(it) }, {}, {})
        val turns: Turns = Turns(core) { desk.perform(it) }
        private var calls = 0

        init {
            telecom.desk = desk
        }

        fun step() {
            val known = (telecom.live.keys + telecom.gone).toList().ifEmpty { listOf("none") }
            val some = known[dice.nextInt(known.size)]
            when (dice.nextInt(14)) {
                0, 1 -> turns.push(JSONObject(RealCore.ring(RealCore.id("ring ${if (dice.nextInt(4) == 0) calls else ++calls}"))).toString())
                2 -> core.wish { dial(RealCore.OTHER, CallType.VIDEO_CALL) }
                3, 4, 5 -> turns.take { telecom.next() }
                6 -> desk.want(SystemAction.Answer(desk.call?.id ?: some))
                7 -> desk.want(SystemAction.End(some))
                8 -> desk.want(SystemAction.Hold(some, dice.nextBoolean()))
                9 -> desk.want(SystemAction.Mute(some, dice.nextBoolean()))
                10 -> core.connected()
                11 -> core.wish { if (dice.nextBoolean()) accept() else setHeld(dice.nextBoolean()) }
                12 -> core.update(CallType.entries[dice.nextInt(2)])
                13 -> core.end(CallEndReason.entries[dice.nextInt(CallEndReason.entries.size)])
            }
            turns.catchUp()
        }

        fun check() {
            val work = desk.call?.takeIf { desk.stage != CallStage.RINGING || desk.isRingShown }
                .let { ServiceWork.of(it, desk.stage, null, isSharing = false) }
            // A call that waits for Telecom is shown, and the core doesn't know it yet.
            if (core.call != null) assertEquals(core.call, desk.call?.id)
            assertTrue("the engine runs without the sound", !core.isRunning || core.hasSound)
            assertTrue("the sound is of no call", !core.hasSound || desk.call != null)
            if (core.isRunning) {
                val stage = telecom.live[core.call]
                assertTrue("the engine runs in a call that is $stage", core.call in telecom.unknown || stage in setOf(CallStage.DIALING, CallStage.CONNECTING, CallStage.ACTIVE))
            }
            assertTrue("Telecom has two calls", telecom.live.size <= 1)
            assertTrue("Telecom has a call that is none", telecom.live.keys.all { it == desk.call?.id })
            assertTrue("a microphone before the answer", work == null || !work.needs.microphone || desk.stage != CallStage.RINGING)
        }

        fun finish() {
            repeat(3) {
                core.end(CallEndReason.HUNG_UP)
                turns.catchUp()
                turns.take { telecom.next() }
                desk.call?.let { desk.want(SystemAction.End(it.id)) }
            }
            assertNull("a call is stuck", desk.call)
            assertTrue("Telecom has a call that is over", telecom.live.isEmpty() && telecom.waiting.isEmpty())
            assertTrue("the sound is kept", !core.hasSound && !core.isRunning)
            assertTrue("the microphone stays muted", !telecom.microphoneOff)
        }
    }

    @Test
    fun `in ten thousand random orders no call is stuck, heard without the sound, or seen twice`() {
        for (seed in 0 until 10_000) {
            val world = World(Random(seed))
            try {
                repeat(30) {
                    world.step()
                    world.check()
                }
                world.finish()
            } catch (failure: Throwable) {
                throw AssertionError("with seed $seed: ${failure.message}", failure)
            } finally {
                world.core.close()
            }
        }
    }
}
