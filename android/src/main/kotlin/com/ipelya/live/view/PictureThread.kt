package com.ipelya.live.view

import android.opengl.EGL14
import android.opengl.EGLConfig
import android.opengl.EGLContext
import android.opengl.EGLDisplay
import android.opengl.EGLSurface
import android.os.Handler
import android.os.HandlerThread
import java.nio.ByteBuffer
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** The thread that has the view's OpenGL context: surfaces come and go, the context stays. */
internal class PictureThread {
    private val thread = HandlerThread("ipelya-view").apply { start() }
    private val handler = Handler(thread.looper)
    private val display: EGLDisplay = EGL14.eglGetDisplay(EGL14.EGL_DEFAULT_DISPLAY)
    private var config: EGLConfig? = null
    private var context: EGLContext = EGL14.EGL_NO_CONTEXT
    private var window: EGLSurface = EGL14.EGL_NO_SURFACE
    private var picture: GlPicture? = null
    private var width = 0
    private var height = 0
    private var fit = Fit.CONTAIN
    private var isMirrored = false

    /** Draws into [surface], a `Surface` or a `SurfaceTexture`, from here on. */
    fun attach(surface: Any, width: Int, height: Int) = handler.post {
        drop()
        if (context == EGL14.EGL_NO_CONTEXT) begin()
        window = EGL14.eglCreateWindowSurface(display, config, surface, intArrayOf(EGL14.EGL_NONE), 0)
        EGL14.eglMakeCurrent(display, window, window, context)
        if (picture == null) picture = GlPicture()
        resize(width, height)
    }

    fun sized(width: Int, height: Int) = handler.post { resize(width, height) }

    /** Returns once nothing draws into the surface any more: the system takes it away then. */
    fun detach() = wait { drop() }

    fun frame(fit: Fit, isMirrored: Boolean) = handler.post {
        this.fit = fit
        this.isMirrored = isMirrored
        draw()
    }

    /** Shows a picture; returns once [planes] was read, and drops it while there is no surface. */
    fun show(width: Int, height: Int, planes: ByteBuffer) = wait {
        if (window != EGL14.EGL_NO_SURFACE) {
            picture?.upload(width, height, planes)
            draw()
        }
    }

    fun release() {
        wait {
            picture?.release()
            drop()
            EGL14.eglDestroyContext(display, context)
            context = EGL14.EGL_NO_CONTEXT
        }
        thread.quitSafely()
    }

    private fun begin() {
        EGL14.eglInitialize(display, IntArray(1), 0, IntArray(1), 0)
        val wanted = intArrayOf(
            EGL14.EGL_RENDERABLE_TYPE, EGL14.EGL_OPENGL_ES2_BIT,
            EGL14.EGL_RED_SIZE, 8,
            EGL14.EGL_GREEN_SIZE, 8,
            EGL14.EGL_BLUE_SIZE, 8,
            EGL14.EGL_NONE,
        )
        val found = arrayOfNulls<EGLConfig>(1)
        EGL14.eglChooseConfig(display, wanted, 0, found, 0, 1, IntArray(1), 0)
        config = found[0]
        val version = intArrayOf(EGL14.EGL_CONTEXT_CLIENT_VERSION, 2, EGL14.EGL_NONE)
        context = EGL14.eglCreateContext(display, config, EGL14.EGL_NO_CONTEXT, version, 0)
    }

    private fun resize(width: Int, height: Int) {
        this.width = width
        this.height = height
        draw()
    }

    private fun draw() {
        if (window == EGL14.EGL_NO_SURFACE) return
        picture?.draw(width, height, fit, isMirrored)
        EGL14.eglSwapBuffers(display, window)
    }

    private fun drop() {
        if (window == EGL14.EGL_NO_SURFACE) return
        // Not every phone has a context current without a surface, which deleting needs.
        picture?.release()
        picture = null
        EGL14.eglMakeCurrent(display, EGL14.EGL_NO_SURFACE, EGL14.EGL_NO_SURFACE, EGL14.EGL_NO_CONTEXT)
        EGL14.eglDestroySurface(display, window)
        window = EGL14.EGL_NO_SURFACE
    }

    private fun wait(work: () -> Unit) {
        val done = CountDownLatch(1)
        val isPosted = handler.post {
            try {
                work()
            } finally {
                done.countDown()
            }
        }
        // A GPU that hangs must not hang the decoder as well.
        if (isPosted) done.await(WAIT_MS, TimeUnit.MILLISECONDS)
    }

    private companion object {
        const val WAIT_MS = 1_000L
    }
}
