package com.ipelya.live.telephony

import com.ipelya.live.push.LivePush
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.File

/** The words of `core/src/telephony`, which are written again here. */
class SeamTest {
    private fun source(path: String) = File(System.getProperty("core"), path).readText()

    /** Variants of a Rust enum, in order. */
    private fun variants(path: String, name: String): List<String> {
        val body = source(path).substringAfter("pub enum $name {").substringBefore("\n}")
        return Regex("^ {4}([A-Z][A-Za-z]*)", RegexOption.MULTILINE).findAll(body).map { it.groupValues[1] }.toList()
    }

    private fun names(entries: List<Enum<*>>) = entries.map { entry ->
        entry.name.split('_').joinToString("") { it.lowercase().replaceFirstChar(Char::uppercase) }
    }

    private fun names(sealed: Class<*>) = sealed.declaredClasses.map { it.simpleName }.toSet()

    @Test
    fun `ends, sounds and actions are the core's, all of them`() {
        assertEquals(variants("telephony/reason.rs", "SystemEnd"), names(SystemEnd.entries))
        assertEquals(variants("telephony/effect.rs", "AudioEffect"), names(AudioEffect.entries))
        assertEquals(variants("telephony/input.rs", "SystemAction").toSet(), names(SystemAction::class.java))
    }

    @Test
    fun `effects are the core's, and what the system says but for a restart`() {
        assertEquals(emptySet<String>(), names(Effect::class.java) - variants("telephony/effect.rs", "Effect").toSet())
        assertEquals(setOf("Restarted"), names(Input::class.java) - variants("telephony/input.rs", "Input").toSet())
    }

    @Test
    fun `the pushes that are taken are those that the core reads`() {
        val events = Regex("Some\\(\"([a-z_]+)\"\\)").findAll(source("call/push.rs")).map { it.groupValues[1] }.toSet()
        assertEquals(2, events.size)
        assertTrue(events.all { LivePush.isOurs(mapOf("event" to it, "call_id" to "")) })
    }
}
