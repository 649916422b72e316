package com.ipelya.live.media

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.hardware.display.DisplayManager
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.view.Display
import android.view.Surface
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/** Which way a camera looks. */
enum class CameraFacing { USER, ENVIRONMENT }

/** Why a device doesn't start. */
sealed class CaptureException(message: String, cause: Throwable? = null) : Exception(message, cause) {
    /** The user doesn't permit it. */
    class NotPermitted(message: String) : CaptureException(message)

    /** There is no such device, or another app has it. */
    class Unavailable(message: String, cause: Throwable? = null) : CaptureException(message, cause)
}

/**
 * The phone's camera, by Camera2. One at a time; it starts where it looked last. For background threads: [start] and [flip]
 * wait until the camera is open.
 *
 * @param onInterrupted the system took the camera while it ran: another app has it, or a policy. It is stopped then.
 */
class CameraCapture(private val context: Context, private val onInterrupted: () -> Unit) {
    private val manager: CameraManager? = context.getSystemService(CameraManager::class.java)
    private var running: Running? = null

    /** Where it looks. */
    @Volatile
    var facing = CameraFacing.USER
        private set

    /**
     * Starts it: pictures of about [width] x [height], turned upright, go into [sink].
     *
     * @throws CaptureException when it can't.
     */
    @Synchronized
    fun start(width: Int, height: Int, sink: PictureSink) {
        stop()
        running = open(facing, width, height, sink)
    }

    /** Stops it; twice is fine. */
    @Synchronized
    fun stop() {
        running?.close()
        running = null
    }

    /**
     * Turns to the other side, and says where it looks then. Where that can't be had it looks where it looked.
     *
     * @throws CaptureException when it isn't running, or there is no other side.
     */
    @Synchronized
    fun flip(): CameraFacing {
        val before = running ?: throw CaptureException.Unavailable("the camera isn't running")
        val other = if (facing == CameraFacing.USER) CameraFacing.ENVIRONMENT else CameraFacing.USER
        id(other)
        before.close()
        running = try {
            open(other, before.width, before.height, before.sink).also { facing = other }
        } catch (failure: CaptureException) {
            running = open(facing, before.width, before.height, before.sink)
            throw failure
        }
        return facing
    }

    /** Switches the light on or off; whether this camera has one. */
    @Synchronized
    fun setTorch(on: Boolean): Boolean = running?.setTorch(on) ?: false

    private fun id(side: CameraFacing): String {
        val lens = if (side == CameraFacing.USER) CameraCharacteristics.LENS_FACING_FRONT else CameraCharacteristics.LENS_FACING_BACK
        return try {
            manager?.cameraIdList?.firstOrNull { manager.getCameraCharacteristics(it)[CameraCharacteristics.LENS_FACING] == lens }
        } catch (failure: CameraAccessException) {
            throw CaptureException.Unavailable("no camera can be had", failure)
        } ?: throw CaptureException.Unavailable("there is no camera that looks that way")
    }

    @SuppressLint("MissingPermission") // Checked first.
    private fun open(side: CameraFacing, width: Int, height: Int, sink: PictureSink): Running {
        if (context.checkSelfPermission(Manifest.permission.CAMERA) != PackageManager.PERMISSION_GRANTED) {
            throw CaptureException.NotPermitted("CAMERA isn't granted")
        }
        val id = id(side)
        val camera = Running(id, side, width, height, sink)
        try {
            manager?.openCamera(id, camera, camera.handler)
            camera.opened.get(OPEN_SECONDS, TimeUnit.SECONDS)
            return camera
        } catch (failure: Exception) {
            camera.close()
            throw when (failure) {
                is SecurityException -> CaptureException.NotPermitted("the camera is switched off by a policy")
                is CameraAccessException, is ExecutionException, is TimeoutException, is IllegalArgumentException ->
                    CaptureException.Unavailable("the camera can't be opened", failure)
                else -> failure
            }
        }
    }

    private inner class Running(id: String, side: CameraFacing, width: Int, height: Int, val sink: PictureSink) :
        CameraDevice.StateCallback() {
        private val thread = HandlerThread("ipelya-camera").apply { start() }
        val handler = Handler(thread.looper)
        val opened = CompletableFuture<Unit>()
        private val traits = manager!!.getCameraCharacteristics(id)
        private val isFront = side == CameraFacing.USER
        private val sensor = traits[CameraCharacteristics.SENSOR_ORIENTATION] ?: 0
        val width: Int
        val height: Int
        private val reader: ImageReader
        private var device: CameraDevice? = null
        private var session: CameraCaptureSession? = null
        private var isClosed = false

        init {
            val sizes = traits[CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP]?.getOutputSizes(ImageFormat.YUV_420_888).orEmpty()
            // The nearest that isn't smaller; sensors lie on their side, as presets do.
            val size = sizes.filter { it.width >= width && it.height >= height }.minByOrNull { it.width * it.height }
            this.width = size?.width ?: width
            this.height = size?.height ?: height
            reader = ImageReader.newInstance(this.width, this.height, ImageFormat.YUV_420_888, IMAGES)
            reader.setOnImageAvailableListener(::deliver, handler)
        }

        private fun deliver(reader: ImageReader) {
            val image = reader.acquireLatestImage() ?: return
            image.use {
                val turn = Pictures.rotation(sensor, displayDegrees(), isFront)
                val planes = it.planes.map { plane -> Plane(plane.buffer, plane.rowStride, plane.pixelStride) }
                val isOnSide = turn % 180 != 0
                sink.push(
                    if (isOnSide) it.height else it.width,
                    if (isOnSide) it.width else it.height,
                    Pictures.i420(planes, it.width, it.height, turn),
                    it.timestamp / 1_000,
                )
            }
        }

        private fun displayDegrees(): Int =
            when (context.getSystemService(DisplayManager::class.java)?.getDisplay(Display.DEFAULT_DISPLAY)?.rotation) {
                Surface.ROTATION_90 -> 90
                Surface.ROTATION_180 -> 180
                Surface.ROTATION_270 -> 270
                else -> 0
            }

        @Suppress("DEPRECATION") // Its successor is of API 28.
        override fun onOpened(camera: CameraDevice) {
            device = camera
            if (isClosed) {
                camera.close()
                return
            }
            try {
                camera.createCaptureSession(listOf(reader.surface), SessionState(camera), handler)
            } catch (failure: CameraAccessException) {
                opened.completeExceptionally(failure)
            }
        }

        override fun onDisconnected(camera: CameraDevice) = lost("another app took the camera")

        override fun onError(camera: CameraDevice, error: Int) = lost("the camera failed: $error")

        private fun lost(why: String) {
            val wasOpen = opened.isDone
            opened.completeExceptionally(CaptureException.Unavailable(why))
            if (!wasOpen || isClosed) return
            close()
            onInterrupted()
        }

        fun setTorch(on: Boolean): Boolean {
            if (traits[CameraCharacteristics.FLASH_INFO_AVAILABLE] != true) return false
            device?.let { repeat(it, on) }
            return true
        }

        private fun repeat(camera: CameraDevice, torch: Boolean) {
            val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_RECORD).apply {
                addTarget(reader.surface)
                set(CaptureRequest.FLASH_MODE, if (torch) CaptureRequest.FLASH_MODE_TORCH else CaptureRequest.FLASH_MODE_OFF)
            }
            session?.setRepeatingRequest(request.build(), null, handler)
        }

        fun close() {
            isClosed = true
            session?.close()
            device?.close()
            reader.close()
            thread.quitSafely()
        }

        private inner class SessionState(private val camera: CameraDevice) : CameraCaptureSession.StateCallback() {
            override fun onConfigured(configured: CameraCaptureSession) {
                session = configured
                try {
                    repeat(camera, torch = false)
                    opened.complete(Unit)
                } catch (failure: CameraAccessException) {
                    opened.completeExceptionally(failure)
                }
            }

            override fun onConfigureFailed(failed: CameraCaptureSession) {
                opened.completeExceptionally(CaptureException.Unavailable("the camera refuses its pictures' size"))
            }
        }
    }

    private companion object {
        const val OPEN_SECONDS = 5L

        /** One is filled, one is read, one waits. */
        const val IMAGES = 3
    }
}
