package com.ipelya.live.expo

import android.content.Context
import android.view.View
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotSame
import org.junit.Assert.assertSame
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** A core that says what it is told to. */
private class ScriptedBridge : BridgePort {
    val sent = mutableListOf<String>()
    val updates = Channel<String>(Channel.UNLIMITED)
    var isShutDown = false

    override fun send(request: String) {
        sent += request
    }

    override suspend fun nextUpdate(): String? = updates.receiveCatching().getOrNull()

    override fun show(picture: PictureRef, view: View, onFirstFrame: () -> Unit) = AutoCloseable {}

    override fun shutDown() {
        isShutDown = true
    }
}

private object NoDevice : DevicePort {
    override fun readiness() = emptyList<Map<String, Any?>>()
    override fun permissionOf(requirement: String): String? = null
    override fun open(requirement: String) = false
    override fun audioRoutes() = emptyMap<String, Any?>()
    override fun selectAudioRoute(id: String) = Unit
    override var listener: (() -> Unit)? = null
}

private object NoPictures : PicturePort {
    override fun view(context: Context): View = error("nothing is drawn here")
    override fun frame(view: View, isCover: Boolean, isMirrored: Boolean) = Unit
    override fun release(view: View) = Unit
}

private class ScriptedPorts : LivePorts {
    val made = mutableListOf<ScriptedBridge>()
    override val device = NoDevice
    override val pictures = NoPictures

    override fun connect(project: Map<String, String>, user: String): BridgePort = ScriptedBridge().also { made += it }
}

class BridgesTest {
    private val ports = ScriptedPorts()
    private val project = mapOf("supabase_url" to "https://x.supabase.co", "anon_key" to "public")

    @After
    fun end() = Bridges.disconnect()

    @Test
    fun aReloadFindsTheBridgeThatIsThere() {
        val first = Bridges.connect(ports, project, "ayse")
        assertSame(first, Bridges.connect(ports, project.toMap(), "ayse"))
        assertEquals(1, ports.made.size)
    }

    @Test
    fun anotherUserGetsAnotherBridgeAndTheFirstIsGivenUp() {
        val first = Bridges.connect(ports, project, "ayse")
        assertNotSame(first, Bridges.connect(ports, project, "bora"))
        assertTrue(ports.made.first().isShutDown)
    }

    @Test
    fun requestsGoToTheBridgeAndWithoutOneTheyAreRefused() {
        Bridges.connect(ports, project, "ayse")
        Bridges.required().send("""{"id":1,"command":"attach"}""")
        assertEquals(listOf("""{"id":1,"command":"attach"}"""), ports.made.single().sent)
        Bridges.disconnect()
        assertTrue(ports.made.single().isShutDown)
        assertThrows(IllegalStateException::class.java) { Bridges.required() }
    }

    @Test
    fun updatesComeInTheirOrderAndWhatNobodyReadsWaits() = runBlocking {
        Bridges.connect(ports, project, "ayse")
        val bridge = ports.made.single()
        val heard = Channel<String>(Channel.UNLIMITED)
        val scope = CoroutineScope(Dispatchers.Default)
        val pumping = Bridges.pump(scope, bridge) { heard.trySend(it) }
        for (update in listOf("1", "2")) bridge.updates.send(update)
        withTimeout(5_000) { assertEquals(listOf("1", "2"), List(2) { heard.receive() }) }
        pumping.cancel()
        pumping.join()
        bridge.updates.send("3")
        val again = Bridges.pump(scope, bridge) { heard.trySend(it) }
        withTimeout(5_000) { assertEquals("3", heard.receive()) }
        bridge.updates.close()
        withTimeout(5_000) { again.join() }
    }
}
