package com.ipelya.live.media

import android.Manifest
import com.ipelya.live.testing.PhoneTest
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowAudioRecord
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

class MicrophoneTest : PhoneTest() {
    private val microphone by lazy { Microphone(app) }
    private val heard = LinkedBlockingQueue<ShortArray>()

    @After
    fun quiet() {
        microphone.stop()
        ShadowAudioRecord.clearSource()
    }

    /** A device that has 100 samples at a time, counted. */
    private fun counting() {
        var next = 0
        ShadowAudioRecord.setSourceProvider {
            object : ShadowAudioRecord.AudioRecordSource {
                override fun readInShortArray(data: ShortArray, offset: Int, size: Int, isBlocking: Boolean): Int {
                    val count = minOf(size, 100)
                    for (index in 0 until count) data[offset + index] = next++.toShort()
                    return count
                }
            }
        }
    }

    @Test
    fun `sound comes in ten milliseconds, gapless, however the device gives it`() {
        counting()
        microphone.start(heard::add)
        val first = heard.poll(10, TimeUnit.SECONDS)!!
        val second = heard.poll(10, TimeUnit.SECONDS)!!
        assertEquals((0 until 960).map(Int::toShort), first.toList() + second.toList())
    }

    @Test
    fun `nothing comes after it was stopped, and it starts again`() {
        counting()
        microphone.start(heard::add)
        heard.poll(10, TimeUnit.SECONDS)!!
        microphone.stop()
        microphone.stop()
        heard.clear()
        assertTrue(heard.isEmpty())
        microphone.start(heard::add)
        assertEquals(480, heard.poll(10, TimeUnit.SECONDS)!!.size)
    }

    @Test
    fun `without the permission it says so`() {
        shadowOf(app).denyPermissions(Manifest.permission.RECORD_AUDIO)
        assertThrows(CaptureException.NotPermitted::class.java) { microphone.start(heard::add) }
    }
}
