package com.ipelya.live.expo

import android.content.Context
import android.view.View
import expo.modules.kotlin.AppContext
import expo.modules.kotlin.viewevent.EventDispatcher
import expo.modules.kotlin.views.ExpoView

/** Shows one person's pictures; whose, and how, is said by the props. */
class IpelyaLiveView(context: Context, appContext: AppContext) : ExpoView(context, appContext) {
    private val onFirstFrame by EventDispatcher<Unit>()
    private var content: View? = null
    private var shown: PictureRef? = null
    private var showing: AutoCloseable? = null

    var session: Int? = null
    var call: Int? = null
    var userId = ""
    var source = "camera"
    var isLocal = false
    var isCover = true
    var isMirrored = false

    /** Takes the props as they are: another picture is shown anew, another frame isn't. */
    fun show(pictures: PicturePort) {
        val view = content ?: pictures.view(context).also {
            content = it
            addView(it, LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.MATCH_PARENT))
        }
        pictures.frame(view, isCover, isMirrored)
        val wanted = PictureRef(session, call, userId, source, isLocal)
        if (wanted == shown) return
        showing?.close()
        shown = wanted
        showing = Bridges.required().show(wanted, view) { onFirstFrame(Unit) }
    }

    fun release(pictures: PicturePort) {
        showing?.close()
        showing = null
        shown = null
        content?.let(pictures::release)
        content = null
    }
}
