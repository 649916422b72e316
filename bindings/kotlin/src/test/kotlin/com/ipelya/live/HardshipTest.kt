package com.ipelya.live

import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.Platform
import com.ipelya.live.core.PushKind
import com.ipelya.live.core.SessionId
import com.ipelya.live.core.SessionState
import com.ipelya.live.core.UserId
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

private const val NOWHERE = "00000000-0000-4000-8000-000000000000"

/** What bindings/tests/behaviour.md lists of what goes wrong: refusals, silence, other threads, coming and going without end. */
class HardshipTest {
    @Test
    fun every_code_arrives_typed() = story {
        val codes = errorCodes()
        assertTrue(codes.size > 20, "every code")
        for (code in codes) {
            asPerson("viewer", config(url = "${setting("REFUSALS")}/${errorCodeName(code)}")) { client ->
                val refusal = refusedAs(code) { client.registerDevice(Platform.ANDROID, PushKind.FCM, "token") }
                assertTrue(refusal.liveError.message.endsWith("retryable: ${refusal.isRetryable}"), refusal.liveError.message)
                assertEquals(61.seconds, refusal.retryAfter)
                assertEquals(7U, refusal.liveError.details.priceCoins)
            }
        }
    }

    @Test
    fun a_server_that_never_answers_is_an_error_in_time() = story {
        for (url in listOf("${setting("REFUSALS")}/silence", "http://127.0.0.1:9")) {
            asPerson("viewer", config(url, requestTimeoutMs = 500UL)) { client ->
                val took = measureTime { refusedAs(ErrorCode.INTERNAL) { client.joinSession(NOWHERE) } }
                assertTrue(took < 5.seconds, "$took")
            }
        }
    }

    @Test
    fun a_wrong_key_and_an_expired_token_are_refused() = story {
        asPerson("viewer", config(anonKey = "another-projects-key")) { client ->
            refusedAs(ErrorCode.NOT_AUTHENTICATED) { client.balance() }
        }
        for ((renewed, code) in listOf(setting("TOKEN_VIEWER") to ErrorCode.NOT_FOUND, null to ErrorCode.NOT_AUTHENTICATED)) {
            val expired = setting("TOKEN_EXPIRED")
            val rejections = ConcurrentHashMap.newKeySet<String>()
            val late = object : TokenProvider {
                override suspend fun accessToken(rejected: String?): String {
                    if (rejected != null) rejections.add(rejected)
                    return renewed.takeIf { rejected != null } ?: expired
                }
            }
            LiveClient.connect(config(), late, null).use { client ->
                refusedAs(code) { client.joinSession(NOWHERE) }
                assertTrue(expired in rejections, "the app is told which one")
                client.shutDown()
            }
        }
    }

    @Test
    fun callbacks_come_from_many_threads_at_once() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin is watched four times") { live ->
                live.setCamera(true)
                asPerson("viewer") { viewer ->
                    viewer.joinSession(live.snapshot().session!!.id).use { seen ->
                        val meeting = CyclicBarrier(4)
                        val met = CompletableDeferred<Unit>()
                        val sink = pictures {
                            meeting.await(20, TimeUnit.SECONDS)
                            met.complete(Unit)
                        }
                        val tracks = List(4) { seen.videoOf(creator.userId(), sink) }
                        withTimeout(20.seconds) { met.await() }
                        tracks.forEach { it.close() }
                        seen.leave()
                    }
                }
            }
        }
    }

    @Test
    fun clients_come_and_go_without_a_trace() = story(within = 30.seconds + 2.seconds * cycles()) {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin comes and goes") { live ->
                live.setCamera(true)
                val session = live.snapshot().session!!.id
                repeat(3) { comesAndGoes(session, creator.userId()) }
                val (before, resident) = Held.now() to residentKb()
                val took = measureTime { repeat(cycles()) { comesAndGoes(session, creator.userId()) } }
                // Threads end and sockets close in the background.
                withTimeout(20.seconds) { while (!Held.now().isWithin(before)) delay(20.milliseconds) }
                val grown = residentKb() - resident
                println("${cycles()} clients came and went in $took: $grown kB more")
                assertTrue(grown < mostGrownKb(), "${cycles()} clients later $grown kB more")
            }
        }
    }

    private suspend fun comesAndGoes(session: SessionId, host: UserId) = asPerson("viewer") { viewer ->
        viewer.incomingCalls().use {
            viewer.joinSession(session).use { seen ->
                seen.until { it.state is SessionState.Live }
                val first = CompletableDeferred<Unit>()
                seen.videoOf(host, pictures { first.complete(Unit) }).use { withTimeout(20.seconds) { first.await() } }
            }
        }
    }

    @Test
    fun what_is_released_in_flight_ends_as_it_would() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin lets go") { live ->
                val viewer = LiveClient.connectWithTestSignal(config(), Person("viewer"))
                coroutineScope {
                    val joining = async(start = CoroutineStart.UNDISPATCHED) { viewer.joinSession(live.snapshot().session!!.id) }
                    viewer.close()
                    joining.await().use { seen ->
                        seen.until { it.state is SessionState.Live }
                        seen.leave()
                    }
                }
            }
        }
    }
}

/** What a process holds. The JVM's own threads come and go, so the core's are counted. */
private data class Held(val threads: Int, val files: Int, val mediaHandles: ULong) {
    fun isWithin(before: Held) = threads <= before.threads && files <= before.files && mediaHandles <= before.mediaHandles

    companion object {
        fun now(): Held {
            val threads = File("/proc/self/task").listFiles().orEmpty().map { task -> runCatching { task.resolve("comm").readText() }.getOrDefault("") }
            return Held(threads.count { it.startsWith("ipelya") }, File("/proc/self/fd").list().orEmpty().size, liveMediaHandles())
        }
    }
}
