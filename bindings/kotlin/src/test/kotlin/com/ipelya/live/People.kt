package com.ipelya.live

import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.LiveFailure
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlin.test.fail
import kotlin.time.Duration.Companion.seconds

/** A variable of the suite: `cargo xtask bindings kotlin --test` sets them. */
fun setting(name: String): String = System.getenv("IPELYA_$name") ?: fail("IPELYA_$name isn't set: run the suite with cargo xtask")

/** Somebody of the stack's, signed in by the app. */
class Person(private val name: String) : TokenProvider {
    override suspend fun accessToken(rejected: String?): String = setting("TOKEN_${name.uppercase()}")
}

fun config(url: String = setting("SUPABASE_URL"), requestTimeoutMs: ULong? = null) =
    ClientConfig(url, setting("ANON_KEY"), requestTimeoutMs = requestTimeoutMs)

/** A client of that person, with a test card for a camera, shut down in the end. */
suspend fun <T> asPerson(name: String, act: suspend (LiveClient) -> T): T {
    val client = LiveClient.connectWithTestSignal(config(), Person(name))
    return client.use {
        try {
            act(it)
        } finally {
            it.shutDown()
        }
    }
}

/** A test that ends within a minute. */
fun story(act: suspend () -> Unit) = runBlocking { withTimeout(60.seconds) { act() } }

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
