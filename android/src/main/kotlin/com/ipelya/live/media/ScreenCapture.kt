package com.ipelya.live.media

import android.content.Context
import android.content.Intent
import android.graphics.PixelFormat
import android.hardware.display.DisplayManager
import android.hardware.display.VirtualDisplay
import android.media.ImageReader
import android.media.projection.MediaProjection
import android.media.projection.MediaProjectionManager
import android.os.Handler
import android.os.HandlerThread
import com.ipelya.live.LivePhone
import kotlin.math.max
import kotlin.math.min

/**
 * Films the screen. The user agrees each time: [intent] is started for a result, which [start] takes. The service has the type
 * `mediaProjection` before the projection is fetched, as API 34 wants it.
 *
 * @param onStopped the user ended it in the system's status bar, or the phone was locked.
 */
class ScreenCapture(private val context: Context, private val onStopped: () -> Unit) {
    private val manager: MediaProjectionManager? = context.getSystemService(MediaProjectionManager::class.java)
    private var running: Running? = null

    /** Asks the user. */
    fun intent(): Intent? = manager?.createScreenCaptureIntent()

    /**
     * Films what the user agreed to: at most 1920 x 1080, 15 pictures a second.
     *
     * @throws CaptureException when the user didn't agree, or the service has not got the type.
     */
    @Synchronized
    fun start(resultCode: Int, result: Intent, sink: PictureSink) {
        stop()
        LivePhone.of(context).setSharing(true)
        running = try {
            val projection = manager?.getMediaProjection(resultCode, result) ?: throw CaptureException.NotPermitted("the user didn't agree")
            Running(projection, sink)
        } catch (failure: SecurityException) {
            LivePhone.of(context).setSharing(false)
            throw CaptureException.NotPermitted("the service hasn't the type mediaProjection: ${failure.message}")
        } catch (failure: CaptureException) {
            LivePhone.of(context).setSharing(false)
            throw failure
        }
    }

    /** Stops it; twice is fine. */
    @Synchronized
    fun stop() {
        running?.close() ?: return
        running = null
        LivePhone.of(context).setSharing(false)
    }

    private inner class Running(private val projection: MediaProjection, private val sink: PictureSink) : MediaProjection.Callback() {
        private val thread = HandlerThread("ipelya-screen").apply { start() }
        private val handler = Handler(thread.looper)
        private val reader: ImageReader
        private val display: VirtualDisplay?
        private var lastNs = 0L

        init {
            val metrics = context.resources.displayMetrics
            val (width, height) = fit(metrics.widthPixels, metrics.heightPixels)
            reader = ImageReader.newInstance(width, height, PixelFormat.RGBA_8888, IMAGES)
            reader.setOnImageAvailableListener(::deliver, handler)
            // Before the display, since API 34.
            projection.registerCallback(this, handler)
            display = projection.createVirtualDisplay(
                "ipelya",
                width,
                height,
                metrics.densityDpi,
                DisplayManager.VIRTUAL_DISPLAY_FLAG_AUTO_MIRROR,
                reader.surface,
                null,
                handler,
            )
        }

        private fun deliver(reader: ImageReader) {
            val image = reader.acquireLatestImage() ?: return
            image.use {
                if (it.timestamp - lastNs < FRAME_NS) return
                lastNs = it.timestamp
                val plane = it.planes.first()
                val bytes = Pictures.i420FromRgba(Plane(plane.buffer, plane.rowStride, plane.pixelStride), it.width, it.height)
                sink.push(it.width, it.height, bytes, it.timestamp / 1_000)
            }
        }

        override fun onStop() {
            this@ScreenCapture.stop()
            onStopped()
        }

        fun close() {
            projection.unregisterCallback(this)
            display?.release()
            projection.stop()
            reader.close()
            thread.quitSafely()
        }
    }

    internal companion object {
        private const val IMAGES = 3
        private const val FRAME_NS = 1_000_000_000L / 15

        /** As large as the preset of screens allows, of the same shape, even on both sides. */
        fun fit(width: Int, height: Int): Pair<Int, Int> {
            val scale = min(1.0, min(1920.0 / max(width, height), 1080.0 / min(width, height)))
            fun even(size: Int) = (size * scale).toInt() / 2 * 2
            return even(width) to even(height)
        }
    }
}
