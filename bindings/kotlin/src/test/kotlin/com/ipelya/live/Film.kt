package com.ipelya.live

import java.util.concurrent.Executors
import java.util.concurrent.ScheduledFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import kotlin.math.abs

private const val WIDTH = 640
private const val HEIGHT = 360

/** A camera that sees a dark half and a bright half, and a microphone that hears a loud buzz: devices as an app has them. */
class Film : MediaCapture, AutoCloseable {
    val microphoneStarts = AtomicInteger()
    val microphoneStops = AtomicInteger()
    val cameraStops = AtomicInteger()
    private val camera = AtomicReference<ScheduledFuture<*>>()
    private val microphone = AtomicReference<ScheduledFuture<*>>()
    private val clock = Executors.newScheduledThreadPool(2)

    override fun startCamera(output: VideoInput) {
        val luma = ByteArray(WIDTH * HEIGHT) { at -> (if (at % WIDTH < WIDTH / 2) 40 else 220).toByte() }
        val picture = luma + ByteArray(WIDTH * HEIGHT / 2) { 128.toByte() }
        var time = 0L
        camera.set(every(50_000) {
            time += 50_000
            output.push(WIDTH.toUInt(), HEIGHT.toUInt(), picture, time)
        })
    }

    override fun stopCamera() {
        cameraStops.incrementAndGet()
        camera.getAndSet(null)?.cancel(false)
    }

    override fun startMicrophone(output: AudioInput) {
        microphoneStarts.incrementAndGet()
        val buzz = List<Short>(480) { at -> if (at / 60 % 2 == 0) 8_000 else -8_000 }
        microphone.set(every(10_000) { output.push(buzz) })
    }

    override fun stopMicrophone() {
        microphoneStops.incrementAndGet()
        microphone.getAndSet(null)?.cancel(false)
    }

    override fun startScreen(output: VideoInput) = throw CaptureFailure.NotPermitted("no screen here")
    override fun stopScreen() = Unit
    override suspend fun flipCamera(): Boolean = true

    override fun close() {
        clock.shutdownNow()
    }

    /** The track may be gone before the device is stopped. */
    private fun every(microseconds: Long, act: () -> Unit): ScheduledFuture<*> =
        clock.scheduleAtFixedRate({ runCatching(act) }, 0, microseconds, TimeUnit.MICROSECONDS)
}

/** Whether that picture is the film's. */
fun VideoFrame.isOfFilm(): Boolean = withBytes { planes ->
    val (width, middle) = width().toInt() to height().toInt() / 2
    fun luma(x: Int) = planes.get(middle * width + x).toInt() and 0xff
    luma(width / 4) < 90 && luma(width * 3 / 4) > 160
}

/** Whether that is the film's buzz. */
fun AudioFrame.isLoud(): Boolean = samples.any { abs(it.toInt()) > 2_000 }

/** A sink that is a function. */
fun pictures(show: (VideoFrame) -> Unit) = object : VideoSink {
    override fun onFrame(frame: VideoFrame) = frame.use(show)
}

/** A sink that is a function. */
fun sound(play: (AudioFrame) -> Unit) = object : AudioSink {
    override fun onFrame(frame: AudioFrame) = play(frame)
}
