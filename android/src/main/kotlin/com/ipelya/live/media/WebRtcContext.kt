package com.ipelya.live.media

import android.content.Context

/**
 * Gives both halves of WebRTC, the Java part and the one in `libipelya.so`, the app's context: without it no room can be joined.
 * A core's factory calls this before it makes the engine.
 */
object WebRtcContext {
    /** LiveKit builds WebRTC's Java part with this prefix, so that it can live beside another. */
    private const val CLASS = "livekit.org.webrtc.ContextUtils"
    private const val LIBRARY = "ipelya"

    /** The library of a host, which tests on the JVM load, has another engine. */
    private val isPhone get() = System.getProperty("java.vm.name") == "Dalvik"

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
        if (isPhone) {
            System.loadLibrary(LIBRARY)
            attach(context.applicationContext)
        }
        isDone = true
    }

    private var isDone = false

    /** `bindings/src/android.rs`. */
    @JvmStatic
    private external fun attach(context: Context)
}
