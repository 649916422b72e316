package com.ipelya.live.telecom

import android.media.AudioManager
import android.os.ParcelUuid
import android.telecom.CallAudioState
import android.telecom.CallEndpoint
import android.telecom.Connection
import android.telecom.DisconnectCause
import android.telecom.PhoneAccount
import android.telecom.TelecomManager
import android.telecom.VideoProfile
import com.ipelya.live.core.CallType
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemEffect
import com.ipelya.live.core.SystemEnd
import com.ipelya.live.core.SystemInput
import com.ipelya.live.push.LivePush
import com.ipelya.live.telephony.RouteKind
import com.ipelya.live.testing.PhoneTest
import com.ipelya.live.testing.SimulatedTelecom
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowTelecomManager.CallRequestMode
import java.util.UUID

class TelecomCallsTest : PhoneTest() {
    private val answer = SystemAction.Answer(CALL.id)

    @Test
    fun `a push is reported to Telecom before its handler returns`() {
        core.answerToPush = listOf(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING))
        assertTrue(LivePush.handle(app, mapOf("event" to "ring", "call_id" to CALL.id)))
        assertEquals(phone.telecom.account, telecom.lastIncomingCall.phoneAccount)
        val account = app.getSystemService(TelecomManager::class.java)!!.getPhoneAccount(phone.telecom.account)
        assertTrue(account.hasCapabilities(PhoneAccount.CAPABILITY_SELF_MANAGED))
    }

    @Test
    fun `a call in Telecom is self-managed, voice over IP, rings, and can be held`() {
        val connection = ring()
        assertEquals(Connection.STATE_RINGING, connection.state)
        assertEquals(Connection.PROPERTY_SELF_MANAGED, connection.connectionProperties)
        assertTrue(connection.audioModeIsVoip)
        assertTrue(connection.connectionCapabilities and Connection.CAPABILITY_SUPPORT_HOLD != 0)
        assertEquals("Deniz", connection.callerDisplayName)
        assertEquals(VideoProfile.STATE_BIDIRECTIONAL, connection.videoState)
    }

    @Test
    fun `what the user does on a headset, a watch or in a car is asked of the core`() {
        val connection = ring()
        connection.onAnswer(VideoProfile.STATE_AUDIO_ONLY)
        connection.onHold()
        connection.onUnhold()
        connection.onDisconnect()
        val expected = listOf(answer, SystemAction.Hold(CALL.id, on = true), SystemAction.Hold(CALL.id, on = false), SystemAction.End(CALL.id))
        assertEquals(expected, core.wanted())
    }

    @Test
    fun `nothing is done before the core fulfils it`() {
        core.answers = { emptyList() }
        val connection = talk()
        assertEquals(Connection.STATE_RINGING, connection.state)
        val action = core.inputs.filterIsInstance<SystemInput.Perform>().single().action
        core.say(SystemEffect.Fulfill(action))
        assertEquals(Connection.STATE_ACTIVE, connection.state)
        core.say(SystemEffect.Fulfill(action), SystemEffect.Fulfill("another"))
        assertEquals(1, core.inputs.filter { it == SystemInput.AudioActivated }.size)
    }

    @Test
    fun `the call has the sound while Telecom has it active, and not on hold or after the end`() {
        val connection = talk()
        connection.onHold()
        assertEquals(Connection.STATE_HOLDING, connection.state)
        connection.onUnhold()
        connection.onDisconnect()
        val sound = core.inputs.filter { it == SystemInput.AudioActivated || it == SystemInput.AudioDeactivated }
        assertEquals(List(2) { listOf(SystemInput.AudioActivated, SystemInput.AudioDeactivated) }.flatten(), sound)
    }

    @Test
    fun `an update changes what Telecom shows`() {
        val connection = talk()
        core.say(SystemEffect.Update(CALL.id, CallType.AUDIO_CALL))
        assertEquals(VideoProfile.STATE_AUDIO_ONLY, connection.videoState)
    }

    @Test
    fun `each way to end has its cause in Telecom`() {
        val causes = mapOf(
            SystemEnd.FAILED to DisconnectCause.ERROR,
            SystemEnd.REMOTE_ENDED to DisconnectCause.REMOTE,
            SystemEnd.UNANSWERED to DisconnectCause.MISSED,
            SystemEnd.ANSWERED_ELSEWHERE to DisconnectCause.ANSWERED_ELSEWHERE,
            SystemEnd.DECLINED_ELSEWHERE to DisconnectCause.REJECTED,
        )
        for ((end, cause) in causes) {
            val connection = ring()
            core.say(SystemEffect.ReportEnded(CALL.id, end))
            assertEquals(Connection.STATE_DISCONNECTED, connection.state)
            assertEquals(cause, connection.disconnectCause.code)
            assertNull(phone.telecom.find(CALL.id))
        }
        val declined = ring().also { it.onReject() }
        assertEquals(DisconnectCause.REJECTED, declined.disconnectCause.code)
        val hungUp = talk().also { it.onDisconnect() }
        assertEquals(DisconnectCause.LOCAL, hungUp.disconnectCause.code)
    }

    @Test
    fun `complaint 5, a call that was cancelled before Telecom came to it doesn't ring`() {
        core.say(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING), SystemEffect.ReportEnded(CALL.id, SystemEnd.REMOTE_ENDED))
        assertNull(phone.telecom.connect(CALL.id, isIncoming = true))
        assertNull(phone.service.wanted)
    }

    @Test
    fun `a call that was answered before Telecom came to it is active there, and has no sound before`() {
        core.say(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING), SystemEffect.Request(answer))
        assertEquals(emptyList<SystemInput>(), core.inputs.filter { it == SystemInput.AudioActivated })
        assertEquals(Connection.STATE_ACTIVE, phone.telecom.connect(CALL.id, isIncoming = true)!!.state)
        assertEquals(1, core.inputs.filter { it == SystemInput.AudioActivated }.size)
    }

    @Test
    fun `while another call is in the way the core is told that nobody sees this one`() {
        SimulatedTelecom.isFree = false
        core.say(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING))
        assertEquals(listOf(SystemInput.NotShown(CALL.id)), core.inputs)
        assertNull(phone.service.wanted)
    }

    @Test
    fun `a call that Telecom doesn't take in the end isn't seen either`() {
        telecom.setCallRequestMode(CallRequestMode.DENY_ALL)
        core.say(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING))
        assertEquals(listOf(SystemInput.NotShown(CALL.id)), core.inputs)
    }

    @Test
    fun `with the account switched off a call rings by its notification alone, and is answered`() {
        SimulatedTelecom.isSwitchedOff = true
        core.say(SystemEffect.ReportIncoming(REPORT), SystemEffect.StartRing(CALL.id, RING))
        assertNotNull(phone.service.wanted)
        phone.want(answer)
        assertEquals(listOf(answer), core.wanted())
        assertEquals(1, core.inputs.filter { it == SystemInput.AudioActivated }.size)
    }

    @Test
    fun `an outgoing call is registered, dials, and is active once it was answered`() {
        val start = SystemAction.Start(CALL.id, "callee", CallType.AUDIO_CALL)
        telecom.setCallRequestMode(CallRequestMode.ALLOW_ALL)
        core.say(SystemEffect.Request(start))
        val connection = phone.telecom.find(CALL.id)!!
        assertEquals(listOf(start), core.wanted())
        assertEquals(Connection.STATE_DIALING, connection.state)
        core.say(SystemEffect.ReportConnecting(CALL.id), SystemEffect.ReportConnected(CALL.id))
        assertEquals(Connection.STATE_ACTIVE, connection.state)
    }

    @Test
    fun `an outgoing call that is held while it dials stays held once it was answered, until it is taken back`() {
        telecom.setCallRequestMode(CallRequestMode.ALLOW_ALL)
        core.say(SystemEffect.Request(SystemAction.Start(CALL.id, "callee", CallType.AUDIO_CALL)))
        val connection = phone.telecom.find(CALL.id)!!
        connection.onHold()
        core.say(SystemEffect.ReportConnected(CALL.id))
        assertEquals(Connection.STATE_HOLDING, connection.state)
        connection.onUnhold()
        assertEquals(Connection.STATE_ACTIVE, connection.state)
    }

    @Test
    fun `an outgoing call that Telecom doesn't let be made is not begun`() {
        SimulatedTelecom.isFree = false
        core.say(SystemEffect.Request(SystemAction.Start(CALL.id, "callee", CallType.AUDIO_CALL)))
        assertEquals(listOf(SystemInput.NotShown(CALL.id)), core.inputs)
        assertNull(phone.service.wanted)
    }

    @Test
    fun `the microphone is muted for the system, and is not after the call`() {
        val audio = app.getSystemService(AudioManager::class.java)!!
        val connection = talk()
        core.say(SystemEffect.Request(SystemAction.Mute(CALL.id, on = true)))
        assertTrue(audio.isMicrophoneMute)
        connection.onDisconnect()
        assertEquals(false, audio.isMicrophoneMute)
    }

    @Test
    @Config(sdk = [33])
    @Suppress("DEPRECATION")
    fun `before API 34 the mask of routes and the mute come from the call's audio state`() {
        val connection = ring()
        val both = CallAudioState.ROUTE_EARPIECE or CallAudioState.ROUTE_SPEAKER
        connection.onCallAudioStateChanged(CallAudioState(true, CallAudioState.ROUTE_SPEAKER, both))
        val (current, available) = screens.routes.last()
        assertEquals(RouteKind.SPEAKER, current?.kind)
        assertEquals(setOf(RouteKind.EARPIECE, RouteKind.SPEAKER), available.map { it.kind }.toSet())
        assertEquals(listOf(SystemAction.Mute(CALL.id, on = true)), core.wanted())
    }

    @Test
    @Config(sdk = [35])
    fun `from API 34 on the routes are Telecom's endpoints`() {
        val connection = ring()
        fun endpoint(type: Int, name: String) = CallEndpoint(name, type, ParcelUuid(UUID.nameUUIDFromBytes(name.toByteArray())))
        val earpiece = endpoint(CallEndpoint.TYPE_EARPIECE, "Phone")
        val headset = endpoint(CallEndpoint.TYPE_BLUETOOTH, "Buds")
        connection.onAvailableCallEndpointsChanged(listOf(earpiece, headset))
        connection.onCallEndpointChanged(headset)
        connection.onMuteStateChanged(true)
        connection.onMuteStateChanged(true)
        val (current, available) = screens.routes.last()
        assertEquals("Buds", current?.name)
        assertEquals(listOf(RouteKind.EARPIECE, RouteKind.BLUETOOTH), available.map { it.kind })
        assertEquals(listOf(SystemAction.Mute(CALL.id, on = true)), core.wanted())
    }
}
