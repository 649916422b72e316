package com.ipelya.live.view

import android.app.PictureInPictureParams
import android.content.pm.PackageManager
import android.view.View
import com.ipelya.live.core.SystemAction
import com.ipelya.live.notification.CallActionReceiver
import com.ipelya.live.testing.MainActivity
import com.ipelya.live.testing.PhoneTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class PictureInPictureTest : PhoneTest() {
    private val activity by lazy { Robolectric.buildActivity(MainActivity::class.java).setup().get() }
    private val small by lazy { PictureInPicture(activity) }

    private fun enter(callId: String?) = small.enter(View(activity), 720, 1_280, callId, isMuted = false)

    private fun supported(on: Boolean) = shadowOf(app.packageManager).setSystemFeature(PackageManager.FEATURE_PICTURE_IN_PICTURE, on)

    @Test
    fun `a phone without it stays as it is`() {
        supported(false)
        assertFalse(enter(CALL.id))
        assertFalse(activity.isInPictureInPictureMode)
    }

    @Test
    fun `the small window mutes and hangs up, without the app's screen`() {
        supported(true)
        assertTrue(enter(CALL.id))
        assertTrue(activity.isInPictureInPictureMode)
        val params: PictureInPictureParams = MainActivity.lastParams!!
        params.actions.forEach { CallActionReceiver().onReceive(app, shadowOf(it.actionIntent).savedIntent) }
        assertEquals(listOf(SystemAction.Mute(CALL.id, on = true), SystemAction.End(CALL.id)), core.wanted())
    }

    @Test
    fun `a broadcast's has no buttons`() {
        supported(true)
        enter(null)
        assertEquals(0, MainActivity.lastParams!!.actions.size)
    }
}
