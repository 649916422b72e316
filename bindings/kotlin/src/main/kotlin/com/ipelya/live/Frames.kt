package com.ipelya.live

import com.sun.jna.Pointer
import java.nio.ByteBuffer

/**
 * Reads the planes where they lie, without a copy: Y, then U and V of half its width and height, rounded up, tightly packed.
 * The buffer is good within `read` alone.
 */
fun <T> VideoFrame.withBytes(read: (ByteBuffer) -> T): T {
    val planes = Pointer(address().toLong()).getByteBuffer(0, byteCount().toLong()).asReadOnlyBuffer()
    return read(planes).also { java.lang.ref.Reference.reachabilityFence(this) }
}
