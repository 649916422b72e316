package com.ipelya.live.service

import android.content.Context
import android.os.PowerManager
import android.os.PowerManager.WakeLock

/** Keeps the processor awake during a call or a room, and the screen dark at an ear. */
internal class CallLocks(context: Context) {
    private val power: PowerManager? = context.getSystemService(PowerManager::class.java)
    private val processor: WakeLock? = lock(PowerManager.PARTIAL_WAKE_LOCK)

    // Not every device has the sensor.
    private val proximity: WakeLock? = PowerManager.PROXIMITY_SCREEN_OFF_WAKE_LOCK
        .takeIf { power?.isWakeLockLevelSupported(it) == true }
        ?.let(::lock)

    fun keepAwake(on: Boolean) = processor.hold(on, LONGEST_MS)

    /** Given back with [PowerManager.RELEASE_FLAG_WAIT_FOR_NO_PROXIMITY]: the screen doesn't wake in a cheek. */
    fun setProximity(on: Boolean) = proximity.hold(on, LONGEST_MS)

    private fun lock(level: Int): WakeLock? = power?.newWakeLock(level, "ipelya:call")?.apply { setReferenceCounted(false) }

    private fun WakeLock?.hold(on: Boolean, longestMs: Long) {
        when {
            this == null -> Unit
            on -> acquire(longestMs)
            isHeld -> release(if (this === proximity) PowerManager.RELEASE_FLAG_WAIT_FOR_NO_PROXIMITY else 0)
        }
    }

    private companion object {
        /** Whatever is forgotten, the battery isn't emptied: a session takes at most 4 hours. */
        const val LONGEST_MS = 4L * 60 * 60 * 1_000
    }
}
