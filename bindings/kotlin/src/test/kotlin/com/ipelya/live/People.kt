package com.ipelya.live

import com.ipelya.live.core.Access
import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.LiveFailure
import com.ipelya.live.core.NewSession
import com.ipelya.live.core.SessionType
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.io.File
import kotlin.test.fail
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** A variable of the suite: `cargo xtask bindings kotlin --test` sets them. */
fun setting(name: String): String = System.getenv("IPELYA_$name") ?: fail("IPELYA_$name isn't set: run the suite with cargo xtask")

/** Somebody of the stack's, signed in by the app. */
class Person(private val name: String) : TokenProvider {
    override suspend fun accessToken(rejected: String?): String = setting("TOKEN_${name.uppercase()}")
}

fun config(url: String = setting("SUPABASE_URL"), anonKey: String = setting("ANON_KEY"), requestTimeoutMs: ULong? = null) =
    ClientConfig(url, anonKey, requestTimeoutMs = requestTimeoutMs)

/** A client of that person with a test card for a camera, shut down in the end. */
suspend fun <T> asPerson(name: String, config: ClientConfig = config(), act: suspend (LiveClient) -> T): T =
    LiveClient.connectWithTestSignal(config, Person(name)).whileSignedIn(act)

/** A client of that person with devices of the app, shut down in the end. */
suspend fun <T> asPerson(name: String, devices: MediaCapture, act: suspend (LiveClient) -> T): T =
    LiveClient.connect(config(), Person(name), devices).whileSignedIn(act)

private suspend fun <T> LiveClient.whileSignedIn(act: suspend (LiveClient) -> T): T =
    use {
        try {
            act(it)
        } finally {
            it.shutDown()
        }
    }

/** A test that ends within a minute, or whatever it needs. */
fun story(within: Duration = 60.seconds, act: suspend () -> Unit) = runBlocking { withTimeout(within) { act() } }

/** How often whole clients come and go: a few times, or `IPELYA_CYCLES` times. */
fun cycles(): Int = System.getenv("IPELYA_CYCLES")?.toInt() ?: 10

/** What memory may grow by in all those cycles: what an allocator keeps, and what LiveKit's library keeps of each room that was left. */
fun mostGrownKb(): Long = 48_000L + 900L * cycles()

/** What this process has in memory. */
fun residentKb(): Long {
    System.gc()
    val status = File("/proc/self/status").readLines().first { it.startsWith("VmRSS") }
    return status.filter(Char::isDigit).toLong()
}

/** The first snapshot that is so. */
suspend fun LiveSession.until(condition: (SessionSnapshot) -> Boolean): SessionSnapshot =
    withTimeout(20.seconds) { snapshots.first(condition) }

suspend fun Call.until(condition: (CallSnapshot) -> Boolean): CallSnapshot =
    withTimeout(20.seconds) { snapshots.first(condition) }

/** The code of the refusal. */
suspend fun refusal(act: suspend () -> Unit): LiveFailure = try {
    act()
    fail("it wasn't refused")
} catch (failure: LiveFailure) {
    failure
}

suspend fun refusedAs(code: ErrorCode, act: suspend () -> Unit): LiveFailure =
    refusal(act).also { kotlin.test.assertEquals(code, it.code, it.liveError.message) }

/** A broadcast for everybody. */
fun broadcast(title: String) = NewSession(SessionType.VIDEO_LIVE, title, Access.PUBLIC, null)

/** A broadcast that is live while `act` runs. */
suspend fun LiveClient.onAir(title: String, act: suspend (LiveSession) -> Unit) =
    createSession(broadcast(title)).use { session ->
        session.goLive()
        try {
            act(session)
        } finally {
            session.end()
        }
    }
