package com.ipelya.live.view

import android.content.Context
import android.graphics.SurfaceTexture
import android.view.Gravity
import android.view.SurfaceHolder
import android.view.SurfaceView
import android.view.TextureView
import android.view.View
import android.widget.FrameLayout
import java.nio.ByteBuffer

/**
 * Shows somebody's pictures. By a `SurfaceView`, which costs the least; by a `TextureView` where the view is animated, rounded
 * or lies between others.
 */
class LiveVideoView(context: Context, isTexture: Boolean = false) : FrameLayout(context) {
    private val pictures = PictureThread()

    /** The view that draws: of the kind that was asked for. */
    val content: View = if (isTexture) texture() else surface()

    /** How a picture of another shape fills the view. */
    var fit = Fit.CONTAIN
        set(value) {
            field = value
            pictures.frame(value, isMirrored)
        }

    /** As a person sees themselves; of one's own front camera. */
    var isMirrored = false
        set(value) {
            field = value
            pictures.frame(fit, value)
        }

    init {
        addView(content, LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.MATCH_PARENT, Gravity.CENTER))
    }

    /**
     * Shows a picture in I420, from a thread that isn't the main one; [planes] is direct and may be gone when this returns. Pictures
     * that come while there is nothing to draw into are dropped.
     */
    fun show(width: Int, height: Int, planes: ByteBuffer) = pictures.show(width, height, planes)

    /** The view isn't used any more. */
    fun release() = pictures.release()

    private fun surface() = SurfaceView(context).apply {
        holder.addCallback(object : SurfaceHolder.Callback {
            override fun surfaceCreated(holder: SurfaceHolder) = Unit
            override fun surfaceChanged(holder: SurfaceHolder, format: Int, width: Int, height: Int) {
                pictures.attach(holder.surface, width, height)
            }

            override fun surfaceDestroyed(holder: SurfaceHolder) = pictures.detach()
        })
    }

    private fun texture() = TextureView(context).apply {
        surfaceTextureListener = object : TextureView.SurfaceTextureListener {
            override fun onSurfaceTextureAvailable(texture: SurfaceTexture, width: Int, height: Int) {
                pictures.attach(texture, width, height)
            }

            override fun onSurfaceTextureSizeChanged(texture: SurfaceTexture, width: Int, height: Int) {
                pictures.sized(width, height)
            }

            override fun onSurfaceTextureDestroyed(texture: SurfaceTexture): Boolean {
                pictures.detach()
                return true
            }

            override fun onSurfaceTextureUpdated(texture: SurfaceTexture) = Unit
        }
    }
}
