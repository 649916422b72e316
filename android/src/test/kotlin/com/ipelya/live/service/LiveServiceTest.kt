package com.ipelya.live.service

import android.Manifest
import android.app.Notification
import android.app.Service
import android.content.Intent
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_CAMERA
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_MEDIA_PROJECTION
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_MICROPHONE
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_PHONE_CALL
import android.telecom.VideoProfile
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.telephony.Needs
import com.ipelya.live.telephony.Room
import com.ipelya.live.testing.PhoneTest
import com.ipelya.live.testing.SimulatedService
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class LiveServiceTest : PhoneTest() {
    private val talking = Needs(call = true, microphone = true, camera = true)

    private fun types() = service!!.get().foregroundServiceType

    private fun end() = core.say(SystemEffect.ReportEnded(CALL.id, SystemEnd.REMOTE_ENDED))

    @Test
    fun `it starts as a phone call, and the microphone and the camera come with the answer`() {
        val connection = ring()
        assertTrue(startedService())
        connection.onAnswer(VideoProfile.STATE_AUDIO_ONLY)
        assertFalse("a service that runs isn't started again", startedService())
        val answered = FOREGROUND_SERVICE_TYPE_PHONE_CALL or FOREGROUND_SERVICE_TYPE_MICROPHONE or FOREGROUND_SERVICE_TYPE_CAMERA
        assertEquals(listOf(FOREGROUND_SERVICE_TYPE_PHONE_CALL, answered), SimulatedService.asked)
        assertEquals(listOf(Needs(call = true), talking), screens.runs)
    }

    @Test
    fun `nothing rings before Telecom leaves it to the app`() {
        core.say(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING))
        assertFalse(startedService())
        assertNull(notification())
    }

    @Test
    fun `complaint 8, a microphone that isn't granted is not a type of the service, until it is`() {
        shadowOf(app).denyPermissions(Manifest.permission.RECORD_AUDIO)
        talk()
        startedService()
        assertEquals(FOREGROUND_SERVICE_TYPE_PHONE_CALL or FOREGROUND_SERVICE_TYPE_CAMERA, types())
        assertEquals(talking.copy(microphone = false), screens.runs.single())
        shadowOf(app).grantPermissions(Manifest.permission.RECORD_AUDIO)
        phone.foregrounded()
        assertTrue(types() and FOREGROUND_SERVICE_TYPE_MICROPHONE != 0)
    }

    @Test
    fun `complaint 8, answered in the background the call goes on without the microphone's type, and gets it on the screen`() {
        SimulatedService.isOnScreen = false
        talk()
        startedService()
        assertEquals(FOREGROUND_SERVICE_TYPE_PHONE_CALL, types())
        assertEquals(Needs(call = true), screens.runs.single())
        SimulatedService.isOnScreen = true
        phone.foregrounded()
        assertEquals(talking, screens.runs.last())
    }

    @Test
    fun `complaint 9, where the service may not start the call rings by its notification, with the buttons`() {
        app.isInBackground = true
        ring()
        assertEquals(1, screens.refusals)
        assertEquals(2, notification()!!.actions.size)
        end()
        assertNull(notification())
    }

    @Test
    fun `complaint 9, where it started but may not be in the foreground the call rings all the same`() {
        SimulatedService.mayStart = false
        ring()
        startedService()
        assertTrue(shadowOf(service!!.get()).isStoppedBySelf)
        assertEquals(1, screens.refusals)
        assertNotNull(notification())
    }

    @Test
    fun `a room goes on as media playback, and beside a call whose notification it is`() {
        phone.setRoom(Room("Evening talk"))
        startedService()
        assertEquals(FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK, types())
        assertEquals("Evening talk", notification()!!.extras.getString(Notification.EXTRA_TITLE))
        ring()
        assertEquals(FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK or FOREGROUND_SERVICE_TYPE_PHONE_CALL, types())
        assertEquals("Deniz", notification()!!.extras.getString(Notification.EXTRA_TITLE))
        end()
        assertEquals(FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK, types())
        phone.setRoom(null)
        assertTrue(shadowOf(service!!.get()).isStoppedBySelf)
    }

    @Test
    fun `a host's room has the microphone's and the camera's types too`() {
        phone.setRoom(Room("Evening talk", isOnAir = true, microphone = true, camera = true))
        startedService()
        assertEquals(FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK or FOREGROUND_SERVICE_TYPE_MICROPHONE or FOREGROUND_SERVICE_TYPE_CAMERA, types())
    }

    @Test
    fun `sharing the screen adds its type while it lasts`() {
        talk()
        startedService()
        phone.setSharing(true)
        assertTrue(types() and FOREGROUND_SERVICE_TYPE_MEDIA_PROJECTION != 0)
        phone.setSharing(false)
        assertTrue(types() and FOREGROUND_SERVICE_TYPE_MEDIA_PROJECTION == 0)
    }

    @Test
    fun `one that is stopped before it began shows itself and leaves`() {
        ring()
        end()
        startedService()
        assertTrue(shadowOf(service!!.get()).isStoppedBySelf)
        assertEquals(listOf(FOREGROUND_SERVICE_TYPE_PHONE_CALL), SimulatedService.asked)
    }

    @Test
    fun `a ring isn't started again after the process died, a call is, on hold too`() {
        val connection = ring()
        startedService()
        fun rule() = service!!.get().onStartCommand(Intent(ServiceControl.ACTION_RUN), 0, 1)
        assertEquals(Service.START_NOT_STICKY, rule())
        connection.onAnswer(VideoProfile.STATE_AUDIO_ONLY)
        assertEquals(Service.START_STICKY, rule())
        connection.onHold()
        assertEquals(Service.START_STICKY, rule())
        phone.setRoom(Room("Evening talk"))
        end()
        assertEquals(Service.START_NOT_STICKY, rule())
    }

    @Test
    fun `after the process died during a call it goes on where the core says so`() {
        core.answerToRestart = listOf(SystemEffect.ReportIncoming(REPORT), SystemEffect.Request(SystemAction.Answer(CALL.id)))
        service = Robolectric.buildService(LiveService::class.java).create()
        assertEquals(Service.START_STICKY, service!!.get().onStartCommand(null, 0, 1))
        assertEquals(1, core.restarts)
        assertEquals("Deniz", notification()!!.extras.getString(Notification.EXTRA_TITLE))
        assertFalse(shadowOf(service!!.get()).isStoppedBySelf)
    }

    @Test
    fun `after the process died during a call that is over it stops, having shown itself in time`() {
        service = Robolectric.buildService(LiveService::class.java).create()
        assertEquals(Service.START_NOT_STICKY, service!!.get().onStartCommand(null, 0, 1))
        assertEquals(listOf(FOREGROUND_SERVICE_TYPE_PHONE_CALL), SimulatedService.asked)
        assertTrue(shadowOf(service!!.get()).isStoppedBySelf)
    }

    @Test
    fun `swiping the app away leaves the call`() {
        talk()
        startedService()
        service!!.get().onTaskRemoved(null)
        assertFalse(shadowOf(service!!.get()).isStoppedBySelf)
        assertNotNull(phone.service.wanted)
    }
}
