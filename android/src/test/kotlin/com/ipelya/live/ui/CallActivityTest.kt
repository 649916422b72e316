package com.ipelya.live.ui

import android.view.View
import android.view.ViewGroup
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.notification.CallActions
import com.ipelya.live.testing.PhoneTest
import com.ipelya.live.testing.SimulatedService
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController

class CallActivityTest : PhoneTest() {
    private fun open(action: String): ActivityController<CallActivity> =
        Robolectric.buildActivity(CallActivity::class.java, CallActivity.intent(app, CALL.id, action)).setup()

    private fun ActivityController<CallActivity>.press(action: String) {
        shadowOf(android.os.Looper.getMainLooper()).idle()
        get().findViewById<ViewGroup>(android.R.id.content)!!.findViewWithTag<View>(action)!!.performClick()
        shadowOf(android.os.Looper.getMainLooper()).idle()
    }

    @Test
    fun `complaint 4, over a locked screen it is answered, muted and hung up without JavaScript`() {
        ring()
        startedService()
        val screen = open(android.content.Intent.ACTION_VIEW)
        assertTrue(shadowOf(screen.get()).showWhenLocked)
        screen.press(CallActions.ANSWER)
        screen.press(CallActions.MUTE)
        screen.press(CallActions.END)
        assertEquals(listOf(SystemAction.Answer(CALL.id), SystemAction.Mute(CALL.id, on = true), SystemAction.End(CALL.id)), core.wanted())
        assertTrue(screen.get().isFinishing)
    }

    @Test
    fun `answered from the notification, the service has the microphone once the screen is there`() {
        ring()
        startedService()
        SimulatedService.isOnScreen = false
        val screen = Robolectric.buildActivity(CallActivity::class.java, CallActivity.intent(app, CALL.id, CallActions.ANSWER)).create()
        assertTrue(screens.runs.none { it.microphone })
        SimulatedService.isOnScreen = true
        screen.start().resume()
        assertTrue(screens.runs.last().microphone)
    }

    @Test
    fun `it closes when the other one hangs up`() {
        talk()
        val screen = open(android.content.Intent.ACTION_VIEW)
        core.say(SystemEffect.ReportEnded(CALL.id, SystemEnd.REMOTE_ENDED))
        shadowOf(android.os.Looper.getMainLooper()).idle()
        assertTrue(screen.get().isFinishing)
        assertNull(phone.service.wanted)
    }
}
