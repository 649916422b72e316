package com.ipelya.live.media

import android.content.Context

/**
 * Gives WebRTC the app's context: without it the engine has no microphone and no speaker. A core's factory calls this
 * before it makes the engine.
 */
object WebRtcContext {
    /** LiveKit builds WebRTC's Java part with this prefix, so that it can live beside another. */
    private const val CLASS = "livekit.org.webrtc.ContextUtils"

    /**
     * Once in a process is enough, and again does nothing.
     *
     * @throws IllegalStateException when `libwebrtc.jar` of the engine's very version isn't in the app.
     */
    @JvmStatic
    @Synchronized
    fun initialize(context: Context) {
        if (isDone) return
        try {
            Class.forName(CLASS).getMethod("initialize", Context::class.java).invoke(null, context.applicationContext)
        } catch (failure: ReflectiveOperationException) {
            throw IllegalStateException("the app lacks libwebrtc.jar, or R8 took $CLASS out of it", failure)
        }
        isDone = true
    }

    private var isDone = false
}
