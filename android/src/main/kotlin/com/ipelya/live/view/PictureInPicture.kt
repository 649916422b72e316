package com.ipelya.live.view

import android.app.Activity
import android.app.PictureInPictureParams
import android.app.RemoteAction
import android.content.pm.PackageManager
import android.graphics.Rect
import android.graphics.drawable.Icon
import android.os.Build
import android.util.Rational
import android.view.View
import com.ipelya.live.R
import com.ipelya.live.notification.CallActions

/**
 * The call or the broadcast in a small window over other apps. [activity] has `android:supportsPictureInPicture`, and calls
 * [update] when the picture's shape or the microphone changes, [enter] in `onUserLeaveHint`.
 */
class PictureInPicture(private val activity: Activity) {
    /** Whether this phone has it. */
    val isSupported: Boolean
        get() = activity.packageManager.hasSystemFeature(PackageManager.FEATURE_PICTURE_IN_PICTURE)

    /**
     * What the window shows: [video] of a picture of [width] x [height], with buttons for the call [callId]; `null` for a
     * broadcast, which has none.
     */
    fun update(video: View, width: Int, height: Int, callId: String?, isMuted: Boolean) {
        if (isSupported) activity.setPictureInPictureParams(params(video, width, height, callId, isMuted))
    }

    /** Becomes small; from API 31 on it does by itself when the user leaves. Whether it did. */
    fun enter(video: View, width: Int, height: Int, callId: String?, isMuted: Boolean): Boolean =
        isSupported && activity.enterPictureInPictureMode(params(video, width, height, callId, isMuted))

    private fun params(video: View, width: Int, height: Int, callId: String?, isMuted: Boolean): PictureInPictureParams {
        val hint = Rect().also(video::getGlobalVisibleRect)
        val builder = PictureInPictureParams.Builder()
            .setAspectRatio(shape(width, height))
            .setActions(callId?.let { buttons(it, isMuted) }.orEmpty())
        if (!hint.isEmpty) builder.setSourceRectHint(hint)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) builder.setAutoEnterEnabled(true).setSeamlessResizeEnabled(true)
        return builder.build()
    }

    private fun buttons(callId: String, isMuted: Boolean): List<RemoteAction> {
        val mute = if (isMuted) CallActions.UNMUTE to R.string.ipelya_unmute else CallActions.MUTE to R.string.ipelya_mute
        return listOf(mute, CallActions.END to R.string.ipelya_hang_up).map { (action, label) ->
            val text = activity.getString(label)
            val icon = Icon.createWithResource(activity, if (action == CallActions.END) R.drawable.ipelya_call else R.drawable.ipelya_microphone)
            RemoteAction(icon, text, text, CallActions.background(activity, callId, action))
        }
    }

    internal companion object {
        private val WIDEST = Rational(239, 100)
        private val TALLEST = Rational(100, 239)

        /** The system throws for a shape beyond 2.39:1. */
        fun shape(width: Int, height: Int): Rational {
            if (width <= 0 || height <= 0) return Rational(16, 9)
            val shape = Rational(width, height)
            return if (shape > WIDEST) WIDEST else if (shape < TALLEST) TALLEST else shape
        }
    }
}
