package com.ipelya.live.media

import java.nio.ByteBuffer

/**
 * Takes pictures in I420: a full-size luma plane, then two chroma planes of half its width and height, rounded up, tightly
 * packed. The array is the sink's.
 */
fun interface PictureSink {
    /** [timestampUs] counts microseconds by a steady clock. Never waits. */
    fun push(width: Int, height: Int, i420: ByteArray, timestampUs: Long)
}

/** A plane of an image as the system has it: [pixelStride] bytes from one sample to the next, [rowStride] from row to row. */
internal class Plane(val bytes: ByteBuffer, val rowStride: Int, val pixelStride: Int)

/** Pictures between the system's layouts and I420. */
internal object Pictures {
    fun i420Size(width: Int, height: Int): Int = width * height + 2 * (half(width) * half(height))

    /** Y, U and V of [width] x [height], turned clockwise by [rotation] degrees, a multiple of 90. */
    fun i420(planes: List<Plane>, width: Int, height: Int, rotation: Int): ByteArray {
        val out = ByteArray(i420Size(width, height))
        var offset = 0
        planes.forEachIndexed { index, plane ->
            val (w, h) = if (index == 0) width to height else half(width) to half(height)
            turn(plane, w, h, rotation, out, offset)
            offset += w * h
        }
        return out
    }

    /** RGBA of [width] x [height], as a virtual display draws it, in BT.601's video range, which WebRTC sends. */
    fun i420FromRgba(plane: Plane, width: Int, height: Int): ByteArray {
        val out = ByteArray(i420Size(width, height))
        val uAt = width * height
        val vAt = uAt + half(width) * half(height)
        val row = ByteArray(width * plane.pixelStride)
        for (y in 0 until height) {
            plane.bytes.position(y * plane.rowStride)
            plane.bytes.get(row)
            for (x in 0 until width) {
                val at = x * plane.pixelStride
                val r = row[at].toInt() and 0xff
                val g = row[at + 1].toInt() and 0xff
                val b = row[at + 2].toInt() and 0xff
                out[y * width + x] = (((66 * r + 129 * g + 25 * b + 128) shr 8) + 16).toByte()
                if (x and 1 == 0 && y and 1 == 0) {
                    val chroma = (y / 2) * half(width) + x / 2
                    out[uAt + chroma] = (((-38 * r - 74 * g + 112 * b + 128) shr 8) + 128).toByte()
                    out[vAt + chroma] = (((112 * r - 94 * g - 18 * b + 128) shr 8) + 128).toByte()
                }
            }
        }
        return out
    }

    /** How far the picture of a sensor is turned for a person who holds the phone so, clockwise. */
    fun rotation(sensorDegrees: Int, displayDegrees: Int, isFront: Boolean): Int =
        if (isFront) (sensorDegrees + displayDegrees) % 360 else (sensorDegrees - displayDegrees + 360) % 360

    private fun turn(plane: Plane, width: Int, height: Int, rotation: Int, out: ByteArray, offset: Int) {
        // The last row may end with its last sample.
        val row = ByteArray((width - 1) * plane.pixelStride + 1)
        for (y in 0 until height) {
            plane.bytes.position(y * plane.rowStride)
            plane.bytes.get(row)
            // Where the row's first sample goes, and how far the next is from it.
            val (start, step) = when (rotation) {
                90 -> (height - 1 - y) to height
                180 -> (width * height - 1 - y * width) to -1
                270 -> ((width - 1) * height + y) to -height
                else -> (y * width) to 1
            }
            var to = offset + start
            for (x in 0 until width) {
                out[to] = row[x * plane.pixelStride]
                to += step
            }
        }
    }

    private fun half(size: Int) = (size + 1) / 2
}
