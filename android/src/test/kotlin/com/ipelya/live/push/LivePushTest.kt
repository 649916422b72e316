package com.ipelya.live.push

import com.google.firebase.messaging.RemoteMessage
import com.ipelya.live.LivePhone
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.storage.ColdStore
import com.ipelya.live.testing.PhoneTest
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import java.io.File

class LivePushTest : PhoneTest() {
    private val ring = mapOf("event" to "ring", "call_id" to CALL.id, "caller_name" to "Deniz \"D\"")

    /** An app's service that has other messages too. */
    class AppService : LiveMessagingService() {
        val others = mutableListOf<RemoteMessage>()
        val tokens = mutableListOf<String>()
        override fun onOtherMessage(message: RemoteMessage) = others.plusAssign(message)
        override fun onOtherToken(token: String) = tokens.plusAssign(token)
    }

    @Test
    fun `a push of this product reaches the core as it came, in a process without an activity`() {
        LivePhone.forget()
        assertTrue(LivePush.handle(app, ring))
        val payload = JSONObject(core.pushes.single())
        assertEquals(ring, ring.keys.associateWith(payload::getString))
    }

    @Test
    fun `complaint 11, what isn't a call's is left to the app`() {
        val service = Robolectric.setupService(AppService::class.java)
        val news = RemoteMessage(mapOf("event" to "news", "title" to "Hello"))
        service.onMessageReceived(news)
        service.onMessageReceived(RemoteMessage(ring))
        assertEquals(listOf(news), service.others)
        assertEquals(1, core.pushes.size)
        assertFalse(LivePush.handle(app, emptyMap()))
    }

    @Test
    fun `a new token is kept, told to the core, and to the app`() {
        val service = Robolectric.setupService(AppService::class.java)
        service.onNewToken("token-2")
        assertEquals("token-2", ColdStore.of(app).token?.first)
        assertEquals(listOf("token-2"), core.tokens)
        assertEquals(listOf("token-2"), service.tokens)
    }

    @Test
    fun `a full disk keeps no call from ringing`() {
        assertTrue(File(app.noBackupFilesDir, "ipelya.json.new").mkdirs())
        core.say(SystemEffect.Store("where the phone stands"))
        assertNull(ColdStore.of(app).core)
        ring()
        assertTrue(startedService())
        assertNotNull(notification())
    }

    @Test
    fun `a malformed push of a call reaches the core too, which answers for it`() {
        assertTrue(LivePush.handle(app, mapOf("event" to "ring", "call_id" to "")))
        assertEquals(1, core.pushes.size)
    }
}
