package com.ipelya.live.media

import android.media.AudioManager
import com.ipelya.live.telephony.Focus
import com.ipelya.live.telephony.Room
import com.ipelya.live.testing.PhoneTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Test
import org.robolectric.Shadows.shadowOf

class ListeningSessionTest : PhoneTest() {
    private val audio get() = shadowOf(app.getSystemService(AudioManager::class.java)!!)

    @Test
    fun `a room asks to be heard, tells when it may not, and gives it back`() {
        phone.setRoom(Room("Evening talk"))
        val request = audio.lastAudioFocusRequest!!
        listOf(
            AudioManager.AUDIOFOCUS_LOSS_TRANSIENT_CAN_DUCK,
            AudioManager.AUDIOFOCUS_LOSS_TRANSIENT,
            AudioManager.AUDIOFOCUS_GAIN,
            AudioManager.AUDIOFOCUS_LOSS,
        ).forEach(request.listener::onAudioFocusChange)
        assertEquals(listOf(Focus.GAINED, Focus.MAY_DUCK, Focus.LOST_FOR_NOW, Focus.GAINED, Focus.LOST), screens.focus)
        phone.setRoom(null)
        assertNotNull(audio.lastAbandonedAudioFocusRequest)
    }

    @Test
    fun `where another app doesn't give way the room is told`() {
        audio.setNextFocusRequestResponse(AudioManager.AUDIOFOCUS_REQUEST_FAILED)
        phone.setRoom(Room("Evening talk"))
        assertEquals(listOf(Focus.LOST), screens.focus)
    }

    @Test
    fun `a room with another title asks for nothing anew`() {
        phone.setRoom(Room("Evening talk"))
        phone.setRoom(Room("Late talk"))
        assertEquals(listOf(Focus.GAINED), screens.focus)
    }
}
