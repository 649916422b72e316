package com.ipelya.live.notification

import android.app.Notification
import android.app.NotificationManager
import android.app.PendingIntent
import com.ipelya.live.core.SystemAction
import com.ipelya.live.service.Face
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.MediaKey
import com.ipelya.live.telephony.Room
import com.ipelya.live.testing.PhoneTest
import com.ipelya.live.ui.CallActivity
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

class CallNotificationsTest : PhoneTest() {
    private val manager get() = app.getSystemService(NotificationManager::class.java)!!

    private fun press(intent: PendingIntent) {
        val shadow = shadowOf(intent)
        if (shadow.isActivity) {
            Robolectric.buildActivity(CallActivity::class.java, shadow.savedIntent).setup()
        } else {
            CallActionReceiver().onReceive(app, shadow.savedIntent)
        }
    }

    private fun style(shown: Notification) = shown.extras.getString(Notification.EXTRA_TEMPLATE)

    @Test
    fun `complaint 4, it is answered and declined from the notification without any JavaScript`() {
        val shown = phone.notifications.of(Face.Ringing(CALL))
        assertEquals("android.app.Notification\$CallStyle", style(shown))
        assertEquals("Deniz", shown.extras.getString(Notification.EXTRA_TITLE))
        press(shown.extras.getParcelable(Notification.EXTRA_DECLINE_INTENT, PendingIntent::class.java)!!)
        press(shown.extras.getParcelable(Notification.EXTRA_ANSWER_INTENT, PendingIntent::class.java)!!)
        assertEquals(listOf(SystemAction.End(CALL.id), SystemAction.Answer(CALL.id)), core.wanted())
    }

    @Test
    fun `an activity answers, so that the microphone is allowed, and nothing may be changed in an intent`() {
        val shown = phone.notifications.of(Face.Ringing(CALL))
        val answer = shown.extras.getParcelable(Notification.EXTRA_ANSWER_INTENT, PendingIntent::class.java)!!
        assertTrue(shadowOf(answer).isActivity)
        assertTrue(shadowOf(answer).isImmutable)
        assertTrue(shadowOf(shown.fullScreenIntent).isActivity)
    }

    @Test
    fun `it rings over and over, on the channel that has the ringtone, no longer than the ring lasts`() {
        val shown = phone.notifications.of(Face.Ringing(CALL))
        assertTrue(shown.flags and Notification.FLAG_INSISTENT != 0)
        assertEquals(45_000, shown.timeoutAfter)
        val channel = manager.getNotificationChannel(shown.channelId)!!
        assertEquals(NotificationManager.IMPORTANCE_HIGH, channel.importance)
        assertEquals(android.media.AudioAttributes.USAGE_NOTIFICATION_RINGTONE, channel.audioAttributes.usage)
        assertTrue(channel.shouldVibrate())
    }

    @Test
    fun `a volume key silences the ring, and leaves its buttons`() {
        app.isInBackground = true
        ring().onSilence()
        val shown = notification()!!
        assertFalse(shown.flags and Notification.FLAG_INSISTENT != 0)
        assertNull(manager.getNotificationChannel(shown.channelId)!!.sound)
        assertEquals("android.app.Notification\$CallStyle", style(shown))
    }

    @Test
    fun `a call that goes on is hung up from its notification`() {
        val shown = phone.notifications.of(Face.InCall(CALL, CallStage.ACTIVE))
        press(shown.extras.getParcelable(Notification.EXTRA_HANG_UP_INTENT, PendingIntent::class.java)!!)
        assertEquals(listOf(SystemAction.End(CALL.id)), core.wanted())
        assertEquals(NotificationManager.IMPORTANCE_LOW, manager.getNotificationChannel(shown.channelId)!!.importance)
    }

    @Test
    fun `a room is left from its notification, and opens the app`() {
        val shown = phone.notifications.of(Face.InRoom(Room("Evening talk", isOnAir = true)))
        press(shown.actions.single().actionIntent)
        assertEquals(listOf(MediaKey.STOP), screens.keys)
        assertEquals("com.ipelya.live.testing.MainActivity", shadowOf(shown.contentIntent).savedIntent.component!!.className)
    }

    @Test
    fun `two calls' buttons are different`() {
        val first = CallActions.background(app, "first", CallActions.END)
        val second = CallActions.background(app, "second", CallActions.END)
        assertEquals("first", shadowOf(first).savedIntent.getStringExtra(CallActions.CALL_ID))
        assertEquals("second", shadowOf(second).savedIntent.getStringExtra(CallActions.CALL_ID))
    }

    @Test
    @Config(qualifiers = "tr")
    fun `it speaks Turkish`() {
        val shown = phone.notifications.of(Face.Ringing(CALL.copy(name = null)))
        assertEquals("Bilinmeyen arayan", shown.extras.getString(Notification.EXTRA_TITLE))
        assertEquals("Gelen görüntülü arama", shown.extras.getString(Notification.EXTRA_TEXT))
    }
}
