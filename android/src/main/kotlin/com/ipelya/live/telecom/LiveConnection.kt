package com.ipelya.live.telecom

import android.os.Build
import android.os.OutcomeReceiver
import android.telecom.CallAudioState
import android.telecom.CallEndpoint
import android.telecom.CallEndpointException
import android.telecom.Connection
import android.telecom.TelecomManager
import android.telecom.VideoProfile
import com.ipelya.live.core.SystemAction
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.Route

/** One call in Telecom, and what Telecom says of it. */
internal class LiveConnection(call: PhoneCall, private val events: TelecomCalls.Events) : Connection() {
    private val callId = call.id
    private val endpoints = LinkedHashMap<String, CallEndpoint>()
    private var current: Route? = null
    private var isMuted = false

    init {
        connectionProperties = PROPERTY_SELF_MANAGED
        connectionCapabilities = CAPABILITY_HOLD or CAPABILITY_SUPPORT_HOLD or CAPABILITY_MUTE
        audioModeIsVoip = true
        setAddress(TelecomCalls.address(callId), TelecomManager.PRESENTATION_ALLOWED)
        describe(call)
    }

    fun describe(call: PhoneCall) {
        setCallerDisplayName(call.name, if (call.name == null) TelecomManager.PRESENTATION_UNKNOWN else TelecomManager.PRESENTATION_ALLOWED)
        videoState = if (call.hasVideo) VideoProfile.STATE_BIDIRECTIONAL else VideoProfile.STATE_AUDIO_ONLY
    }

    override fun onShowIncomingCallUi() = events.ringWanted(callId)

    // A volume key.
    override fun onSilence() = events.silenced()

    override fun onAnswer(videoState: Int) = events.want(SystemAction.Answer(callId))

    override fun onReject() = events.want(SystemAction.End(callId))

    override fun onReject(rejectReason: Int) = onReject()

    override fun onReject(replyMessage: String?) = onReject()

    override fun onDisconnect() = events.want(SystemAction.End(callId))

    override fun onAbort() = onDisconnect()

    override fun onHold() = events.want(SystemAction.Hold(callId, on = true))

    override fun onUnhold() = events.want(SystemAction.Hold(callId, on = false))

    // From API 34.
    override fun onMuteStateChanged(isMuted: Boolean) = muted(isMuted)

    override fun onCallEndpointChanged(callEndpoint: CallEndpoint) {
        current = Routes.of(callEndpoint)
        routesChanged(endpoints.values.map(Routes::of))
    }

    override fun onAvailableCallEndpointsChanged(availableEndpoints: List<CallEndpoint>) {
        endpoints.clear()
        availableEndpoints.associateByTo(endpoints) { Routes.of(it).id }
        routesChanged(endpoints.values.map(Routes::of))
    }

    // Until API 33; the newer ones call both.
    @Deprecated("The system's own successor is above", ReplaceWith("onCallEndpointChanged"))
    override fun onCallAudioStateChanged(state: CallAudioState) {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) return
        muted(state.isMuted)
        current = Routes.current(state)
        routesChanged(Routes.available(state))
    }

    fun selectRoute(routeId: String) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            Routes.select(this, routeId)
            return
        }
        val endpoint = endpoints[routeId] ?: return
        // What came of it is told by onCallEndpointChanged.
        requestCallEndpointChange(endpoint, Runnable::run, object : OutcomeReceiver<Void, CallEndpointException> {
            override fun onResult(result: Void?) = Unit
            override fun onError(error: CallEndpointException) = routesChanged(endpoints.values.map(Routes::of))
        })
    }

    private fun muted(on: Boolean) {
        if (on == isMuted) return
        isMuted = on
        events.want(SystemAction.Mute(callId, on))
    }

    private fun routesChanged(available: List<Route>) = events.routesChanged(callId, current, available)
}
