package com.ipelya.live

import com.ipelya.live.core.CallEndReason
import com.ipelya.live.core.CallState
import com.ipelya.live.core.CallType
import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.Role
import com.ipelya.live.core.SessionState
import com.ipelya.live.core.StageState
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/** What bindings/tests/behaviour.md lists. */
class BehaviourTest {
    @Test
    fun a_broadcast_is_seen_by_who_joins() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin films a card") { live ->
                live.setCamera(true)
                asPerson("viewer") { viewer ->
                    viewer.joinSession(live.snapshot().session!!.id).use { seen ->
                        seen.until { it.state is SessionState.Live }
                        val read = CompletableDeferred<ULong>()
                        val sink = object : VideoSink {
                            override fun onFrame(frame: VideoFrame) = frame.use {
                                val brightest = it.withBytes { planes ->
                                    assertEquals(it.byteCount().toInt(), planes.remaining())
                                    (0 until planes.remaining()).maxOf { at -> planes.get(at).toInt() and 0xff }
                                }
                                assertTrue(brightest > 100, "the bars aren't dark")
                                decodeTestCard(it)?.let(read::complete)
                                Unit
                            }
                        }
                        seen.videoOf(creator.userId(), sink).use {
                            val made = withTimeout(20.seconds) { read.await() }.toLong()
                            assertTrue(System.currentTimeMillis() - made in 0..10_000, "the card's time is of this minute")
                        }
                        seen.leave()
                    }
                }
            }
        }
    }

    @Test
    fun a_guest_is_promoted_and_chats() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin has a guest") { live ->
                asPerson("viewer") { viewer ->
                    viewer.joinSession(live.snapshot().session!!.id).use { guest ->
                        guest.until { it.state is SessionState.Live }
                        guest.raiseHand()
                        live.until { now -> now.stageRequests.any { it.userId == viewer.userId() } }
                        live.promote(viewer.userId(), Role.CO_HOST)
                        val promoted = guest.until { it.stage.state is StageState.OnStage && it.grants.video }
                        assertEquals(Role.CO_HOST, promoted.role)
                        live.chat().use { it.send("Merhaba") }
                        val heard = withTimeout(20.seconds) { guest.messages.first { it.messages.isNotEmpty() } }
                        assertEquals("Merhaba", heard.messages.single().body)
                        assertEquals(creator.userId(), heard.messages.single().userId)
                        guest.leave()
                    }
                }
            }
        }
    }

    @Test
    fun a_call_rings_and_is_answered() = story {
        asPerson("subscriber") { caller ->
            asPerson("viewer") { callee ->
                coroutineScope {
                    val ring = async { callee.incoming.first() }
                    val calling = caller.startCall(callee.userId(), CallType.AUDIO_CALL)
                    val ringing = ring.await()
                    ringing.accept()
                    calling.active()
                    assertEquals(CallState.Active, ringing.snapshot().state)
                    ringing.hangUp()
                    assertEquals(CallEndReason.HUNG_UP, calling.ended())
                    assertEquals(CallEndReason.HUNG_UP, ringing.ended())
                    listOf(calling, ringing).forEach { it.close() }
                }
            }
        }
    }

    @Test
    fun a_join_that_is_cancelled_is_given_up() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin changes its mind") { live ->
                asPerson("viewer") { viewer ->
                    val id = live.snapshot().session!!.id
                    coroutineScope {
                        val joining = launch(start = CoroutineStart.UNDISPATCHED) { viewer.joinSession(id) }
                        joining.cancelAndJoin()
                        assertTrue(joining.isCancelled)
                    }
                    viewer.joinSession(id).use { seen ->
                        seen.until { it.state is SessionState.Live }
                        seen.leave()
                    }
                }
            }
        }
    }

    @Test
    fun a_panic_is_an_error() = story {
        asPerson("viewer") { viewer ->
            val failure = refusedAs(ErrorCode.INTERNAL) { viewer.panicForTest() }
            assertTrue("asked for by a test" in failure.liveError.message, failure.liveError.message)
            refusedAs(ErrorCode.NOT_FOUND) { viewer.joinSession("00000000-0000-4000-8000-000000000000") }
        }
    }

    @Test
    fun a_sink_that_throws_gets_the_next_picture() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin throws") { live ->
                live.setCamera(true)
                asPerson("viewer") { viewer ->
                    viewer.joinSession(live.snapshot().session!!.id).use { seen ->
                        val (calls, threads) = AtomicInteger() to ConcurrentHashMap.newKeySet<String>()
                        val third = CompletableDeferred<Unit>()
                        val sink = object : VideoSink {
                            override fun onFrame(frame: VideoFrame) {
                                frame.close()
                                threads.add(Thread.currentThread().name)
                                if (calls.incrementAndGet() == 3) third.complete(Unit)
                                error("a defect of the app")
                            }
                        }
                        seen.videoOf(creator.userId(), sink).use { withTimeout(20.seconds) { third.await() } }
                        assertTrue(threads.none { it == Thread.currentThread().name }, "never on the caller's thread")
                        seen.leave()
                    }
                }
            }
        }
    }

    @Test
    fun a_token_provider_that_hangs_or_throws_is_an_error() = story {
        val hangs = object : TokenProvider {
            override suspend fun accessToken(rejected: String?): String = awaitCancellation()
        }
        val took = measureTime { refusedAs(ErrorCode.INTERNAL) { LiveClient.connect(config(requestTimeoutMs = 500UL), hangs, null) } }
        assertTrue(took < 5.seconds, "$took")
        val throws = object : TokenProvider {
            override suspend fun accessToken(rejected: String?): String = error("a defect of the app")
        }
        refusedAs(ErrorCode.INTERNAL) { LiveClient.connect(config(), throws, null) }
        val signedOut = object : TokenProvider {
            override suspend fun accessToken(rejected: String?): String = throw TokenFailure.SignedOut()
        }
        refusedAs(ErrorCode.NOT_AUTHENTICATED) { LiveClient.connect(config(), signedOut, null) }
    }

    @Test
    fun what_comes_after_the_shut_down_is_refused() = story {
        LiveClient.connect(config(), Person("viewer"), null).use { client ->
            val calls = client.incomingCalls()
            client.shutDown()
            client.shutDown()
            refusedAs(ErrorCode.CONFLICT) { client.createSession(broadcast("too late")) }
            refusedAs(ErrorCode.CONFLICT) { client.startCall(client.userId(), CallType.AUDIO_CALL) }
            refusedAs(ErrorCode.CONFLICT) { client.handlePush("{}") }
            refusedAs(ErrorCode.CONFLICT) { calls.next() }
        }
    }

    @Test
    fun wrong_input_is_refused_and_named() = story {
        val wrongUrl = refusedAs(ErrorCode.INVALID_ARGUMENT) { LiveClient.connect(config(url = "not a url"), Person("viewer"), null) }
        assertEquals("url", wrongUrl.liveError.details.field)
        asPerson("viewer") { viewer ->
            val wrongId = refusedAs(ErrorCode.INVALID_ARGUMENT) { viewer.joinSession("null") }
            assertEquals("session_id", wrongId.liveError.details.field)
            refusedAs(ErrorCode.INVALID_ARGUMENT) { viewer.startCall("", CallType.AUDIO_CALL) }
            refusedAs(ErrorCode.INVALID_ARGUMENT) { viewer.handlePush("x".repeat(1_000_000)) }
        }
        asPerson("creator") { creator ->
            val title = refusedAs(ErrorCode.INVALID_ARGUMENT) { creator.createSession(broadcast("x".repeat(1_000))) }
            assertEquals("title", title.liveError.details.field)
        }
    }

    @Test
    fun every_error_has_a_text_in_both_languages() {
        val codes = errorCodes()
        assertEquals(ErrorCode.entries, codes)
        for (language in listOf("en", "tr-TR")) {
            assertEquals(codes.size, codes.map { localizedMessage(it, language) }.toSet().size, language)
        }
        assertEquals("Hat meşgul.", localizedMessage(ErrorCode.BUSY, "tr"))
        assertEquals(codes.map { "live.error.${it.name.lowercase()}" }, codes.map(::messageKey))
        assertEquals(codes.map { it.name.lowercase() }, codes.map(::errorCodeName))
    }

    @Test
    fun what_is_released_is_gone() = story {
        asPerson("viewer") { viewer ->
            fun cycle() = repeat(1_000) { viewer.incomingCalls().close() }
            repeat(20) { cycle() }
            val before = residentKb()
            repeat(20) { cycle() }
            val grown = residentKb() - before
            println("20,000 objects made and released: $grown kB more")
            assertTrue(grown < 16_000, "20,000 objects later $grown kB more")
        }
    }
}
