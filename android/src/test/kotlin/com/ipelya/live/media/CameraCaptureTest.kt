package com.ipelya.live.media

import android.Manifest
import com.ipelya.live.testing.PhoneTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Shadows.shadowOf

class CameraCaptureTest : PhoneTest() {
    private val sink = PictureSink { _, _, _, _ -> }
    private val camera by lazy { CameraCapture(app) {} }

    @Test
    fun `without the permission it says so, and not that there is no camera`() {
        shadowOf(app).denyPermissions(Manifest.permission.CAMERA)
        assertThrows(CaptureException.NotPermitted::class.java) { camera.start(1_280, 720, sink) }
    }

    @Test
    fun `without a camera it is unavailable, and looks where it looked`() {
        assertThrows(CaptureException.Unavailable::class.java) { camera.start(1_280, 720, sink) }
        assertThrows(CaptureException.Unavailable::class.java) { camera.flip() }
        assertEquals(CameraFacing.USER, camera.facing)
        camera.stop()
        camera.stop()
    }

    @Test
    fun `complaint 22, WebRTC gets the app's context before the engine is made`() {
        WebRtcContext.initialize(app)
        assertTrue(livekit.org.webrtc.ContextUtils.context === app)
    }
}
