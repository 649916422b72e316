package livekit.org.webrtc

import android.content.Context

/** Stands in for the class of `libwebrtc.jar`, as far as it is called. */
object ContextUtils {
    var context: Context? = null

    @JvmStatic
    fun initialize(context: Context) {
        this.context = context
    }
}
