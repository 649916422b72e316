package com.ipelya.live.media

import android.content.Context
import com.ipelya.live.AudioInput
import com.ipelya.live.CaptureFailure
import com.ipelya.live.MediaCapture
import com.ipelya.live.VideoInput
import com.ipelya.live.core.LiveFailure

/** The phone's camera and microphone, as the core starts and stops them. A screen is shared by the app, which asks first. */
class PhoneDevices(context: Context, onInterrupted: () -> Unit = {}) : MediaCapture {
    private val camera = CameraCapture(context, onInterrupted)
    private val microphone = Microphone(context)

    override fun startCamera(output: VideoInput) = starting {
        camera.start(WIDTH, HEIGHT) { width, height, i420, timestampUs ->
            ignoringTheEnd { output.push(width.toUInt(), height.toUInt(), i420, timestampUs) }
        }
    }

    override fun stopCamera() = camera.stop()

    override fun startMicrophone(output: AudioInput) = starting {
        microphone.start { samples -> ignoringTheEnd { output.push(samples.asList()) } }
    }

    override fun stopMicrophone() = microphone.stop()

    override fun startScreen(output: VideoInput): Unit = throw CaptureFailure.Unavailable("no screen is shared by the phone alone")

    override fun stopScreen() = Unit

    override suspend fun flipCamera(): Boolean = starting { camera.flip() } == CameraFacing.USER

    private inline fun <T> starting(start: () -> T): T = try {
        start()
    } catch (failure: CaptureException.NotPermitted) {
        throw CaptureFailure.NotPermitted(failure.message.orEmpty())
    } catch (failure: CaptureException) {
        throw CaptureFailure.Unavailable(failure.message.orEmpty())
    }

    /** The track may be gone before its device is stopped. */
    private inline fun ignoringTheEnd(push: () -> Unit) = try {
        push()
    } catch (_: LiveFailure) {
        Unit
    }

    private companion object {
        /** What a call sends at most: 540p. */
        const val WIDTH = 960
        const val HEIGHT = 540
    }
}
