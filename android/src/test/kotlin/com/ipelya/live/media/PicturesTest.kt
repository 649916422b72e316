package com.ipelya.live.media

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Test
import java.nio.ByteBuffer

class PicturesTest {
    /** A plane whose rows and samples lie apart, as a phone's do; the last row ends with its last sample. */
    private fun plane(rows: List<List<Int>>, rowStride: Int, pixelStride: Int): Plane {
        val bytes = ByteArray((rows.size - 1) * rowStride + (rows[0].size - 1) * pixelStride + 1) { 99 }
        rows.forEachIndexed { y, row -> row.forEachIndexed { x, value -> bytes[y * rowStride + x * pixelStride] = value.toByte() } }
        return Plane(ByteBuffer.wrap(bytes), rowStride, pixelStride)
    }

    private val luma = plane(listOf(listOf(1, 2, 3), listOf(4, 5, 6)), rowStride = 8, pixelStride = 1)
    private val u = plane(listOf(listOf(7, 8)), rowStride = 16, pixelStride = 2)
    private val v = plane(listOf(listOf(9, 10)), rowStride = 16, pixelStride = 2)

    private fun turned(rotation: Int) = Pictures.i420(listOf(luma, u, v), 3, 2, rotation).map(Byte::toInt)

    @Test
    fun `planes that lie apart become tight ones, odd sizes too`() {
        assertEquals(listOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), turned(0))
    }

    @Test
    fun `a picture is turned clockwise`() {
        assertEquals(listOf(4, 1, 5, 2, 6, 3, 7, 8, 9, 10), turned(90))
        assertEquals(listOf(6, 5, 4, 3, 2, 1, 8, 7, 10, 9), turned(180))
        assertEquals(listOf(3, 6, 2, 5, 1, 4, 8, 7, 10, 9), turned(270))
    }

    @Test
    fun `a phone upright turns both cameras' pictures, a phone on its side neither`() {
        assertEquals(90, Pictures.rotation(sensorDegrees = 90, displayDegrees = 0, isFront = false))
        assertEquals(270, Pictures.rotation(sensorDegrees = 270, displayDegrees = 0, isFront = true))
        assertEquals(0, Pictures.rotation(sensorDegrees = 90, displayDegrees = 90, isFront = false))
        assertEquals(0, Pictures.rotation(sensorDegrees = 270, displayDegrees = 90, isFront = true))
    }

    @Test
    fun `a screen's white, black and red have their values in video range`() {
        val rgba = byteArrayOf(-1, -1, -1, -1, 0, 0, 0, -1, 55, 55, 55, 55, -1, 0, 0, -1, -1, 0, 0, -1)
        val out = Pictures.i420FromRgba(Plane(ByteBuffer.wrap(rgba), 12, 4), 2, 2)
        assertArrayEquals(byteArrayOf(235.toByte(), 16, 82, 82, 128.toByte(), 128.toByte()), out)
    }

    @Test
    fun `a screen is filmed as large as the preset allows, in its shape`() {
        assertEquals(864 to 1_920, ScreenCapture.fit(1_080, 2_400))
        assertEquals(1_080 to 1_920, ScreenCapture.fit(1_440, 2_560))
        assertEquals(720 to 1_280, ScreenCapture.fit(720, 1_280))
    }
}
