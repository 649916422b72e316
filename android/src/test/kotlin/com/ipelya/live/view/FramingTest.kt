package com.ipelya.live.view

import android.util.Rational
import com.ipelya.live.testing.PhoneTest
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Test

class FramingTest : PhoneTest() {
    @Test
    fun `a wide picture in a square view has bars above and below, or loses its sides`() {
        assertEquals(Framing(1f, 0.5f), Framing.of(200, 100, 50, 50, Fit.CONTAIN))
        assertEquals(Framing(2f, 1f), Framing.of(200, 100, 50, 50, Fit.COVER))
    }

    @Test
    fun `a tall picture in a square view has bars beside it, or loses its top and bottom`() {
        assertEquals(Framing(0.5f, 1f), Framing.of(100, 200, 50, 50, Fit.CONTAIN))
        assertEquals(Framing(1f, 2f), Framing.of(100, 200, 50, 50, Fit.COVER))
    }

    @Test
    fun `before there is a picture nothing is drawn`() {
        assertEquals(Framing(0f, 0f), Framing.of(0, 0, 50, 50, Fit.COVER))
    }

    @Test
    fun `the first row of a picture is at the top, and one's own is mirrored`() {
        val corners = Framing(1f, 1f).corners(isMirrored = false)
        assertArrayEquals(floatArrayOf(-1f, 1f, 0f, 0f), corners.copyOfRange(8, 12), 0f)
        assertEquals(1f, Framing(1f, 1f).corners(isMirrored = true)[10])
    }

    @Test
    fun `a small window's shape stays within what the system takes`() {
        assertEquals(Rational(9, 16), PictureInPicture.shape(720, 1_280))
        assertEquals(Rational(239, 100), PictureInPicture.shape(4_000, 1_000))
        assertEquals(Rational(100, 239), PictureInPicture.shape(1_000, 4_000))
        assertEquals(Rational(16, 9), PictureInPicture.shape(0, 0))
    }
}
