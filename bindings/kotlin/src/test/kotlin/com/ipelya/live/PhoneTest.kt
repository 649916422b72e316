package com.ipelya.live

import com.ipelya.live.core.CallEndReason
import com.ipelya.live.core.CallType
import com.ipelya.live.core.ColdStart
import com.ipelya.live.core.PhoneState
import com.ipelya.live.core.PhoneSystem
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.core.SystemInput
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import java.io.File
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/** From `initiate-call` over FCM's double to two pictures: a phone whose app isn't running, and no JavaScript anywhere. */
class PhoneTest {
    private val token = UUID.randomUUID().toString()

    /** The pushes to this phone so far, eldest first. */
    private fun delivered(): List<File> = File(setting("PUSHES")).listFiles().orEmpty()
        .filter { it.name.startsWith(token) && it.name.endsWith(".json") }
        .sortedBy { it.name.removeSuffix(".json").substringAfterLast('.').toInt() }

    private suspend fun pushed(number: Int): String = withTimeout(20.seconds) {
        while (delivered().size <= number) delay(2.milliseconds)
        delivered()[number].readText()
    }

    private fun open(stored: String?) = Phone.openWithTestSignal(PhoneSystem.TELECOM, stored, setting("LIVEKIT_FFI"))

    /** Who is called, and what their phone stored when the app signed in and the process ended. */
    private suspend fun asleep(): Pair<String, String> {
        lateinit var user: String
        lateinit var stored: String
        asPerson("viewer") { app ->
            user = app.userId()
            open(null).use { phone ->
                phone.signIn(ColdStart(setting("SUPABASE_URL"), setting("ANON_KEY"), user, "kotlin"))
                phone.pushTokenChanged(token)
                phone.attach(app)
                stored = phone.take().filterIsInstance<SystemEffect.Store>().last().state!!
            }
        }
        return user to stored
    }

    private fun Phone.perform(wanted: SystemAction): List<SystemEffect> {
        val action = UUID.randomUUID().toString()
        val effects = handle(SystemInput.Perform(action, wanted))
        assertTrue(SystemEffect.Fulfill(action) in effects, "$wanted: $effects")
        return effects
    }

    private fun Phone.rings(payload: String): String {
        val effects = push(payload)
        return assertIs<SystemEffect.ReportIncoming>(effects.first()).report.call
    }

    private suspend fun Call.isSeen() {
        val seen = CompletableDeferred<Unit>()
        val sink = object : VideoSink {
            override fun onFrame(frame: VideoFrame) {
                frame.use { if (decodeTestCard(it) != null) seen.complete(Unit) }
            }
        }
        video(sink).use { withTimeout(20.seconds) { seen.await() } }
    }

    @Test
    fun a_phone_that_a_push_woke_answers_and_both_see_each_other() = story {
        val (user, stored) = asleep()
        asPerson("subscriber") { caller ->
            open(stored).use { phone ->
                val began = TimeSource.Monotonic.markNow()
                val calling = caller.startCall(user, CallType.VIDEO_CALL)
                val payload = pushed(0)
                val arrived = began.elapsedNow()
                val turn = TimeSource.Monotonic.markNow()
                val id = phone.rings(payload)
                val reported = turn.elapsedNow()
                val tapped = TimeSource.Monotonic.markNow()
                phone.perform(SystemAction.Answer(id))
                phone.handle(SystemInput.AudioActivated)
                val here = phone.call(id)!!
                here.active()
                calling.active()
                val connected = tapped.elapsedNow()
                coroutineScope { listOf(here, calling).map { async { it.isSeen() } }.awaitAll() }
                println("Kotlin: initiate-call to push $arrived, push to report $reported, tap to connected $connected, to both seen ${tapped.elapsedNow()}")
                phone.perform(SystemAction.End(id))
                assertEquals(CallEndReason.HUNG_UP, calling.ended())
                assertEquals(PhoneState.Idle, phone.state())
                listOf(here, calling).forEach { it.close() }
            }
        }
    }

    @Test
    fun a_call_that_was_cancelled_while_its_push_was_in_flight_is_no_ghost() = story {
        val (user, stored) = asleep()
        asPerson("subscriber") { caller ->
            open(stored).use { phone ->
                val calling = caller.startCall(user, CallType.AUDIO_CALL)
                val ring = pushed(0)
                calling.hangUp()
                assertEquals(CallEndReason.CANCELLED, calling.ended())
                val turn = TimeSource.Monotonic.markNow()
                val id = phone.rings(ring)
                val ended = mutableListOf<SystemEffect>()
                withTimeout(20.seconds) {
                    while (ended.none { it is SystemEffect.ReportEnded }) {
                        phone.waiting()
                        ended += phone.take()
                    }
                }
                println("Kotlin: woken to the end of the ring ${turn.elapsedNow()}")
                assertTrue(SystemEffect.ReportEnded(id, SystemEnd.REMOTE_ENDED) in ended, "$ended")
                // What tells an Android phone, and the ring again: both late.
                assertEquals(emptyList(), phone.push(pushed(1)))
                assertEquals(emptyList(), phone.push(ring))
                calling.close()
            }
        }
    }
}
