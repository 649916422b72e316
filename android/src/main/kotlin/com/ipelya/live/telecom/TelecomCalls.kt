package com.ipelya.live.telecom

import android.annotation.SuppressLint
import android.content.ComponentName
import android.content.Context
import android.media.AudioManager
import android.net.Uri
import android.os.Bundle
import android.telecom.DisconnectCause
import android.telecom.PhoneAccount
import android.telecom.PhoneAccountHandle
import android.telecom.TelecomManager
import android.telecom.VideoProfile
import com.ipelya.live.R
import com.ipelya.live.core.SystemAction
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.Route

/**
 * The app's calls in Telecom, self-managed: Telecom arbitrates with other calls, routes the sound, and knows headsets,
 * watches and cars; the app shows them.
 */
internal class TelecomCalls(private val context: Context, private val events: Events) : Telecom {
    /** What Telecom says. */
    interface Events {
        fun want(action: SystemAction)
        fun ringWanted(callId: String)

        /** Telecom has the call. */
        fun taken(callId: String)
        fun refused(callId: String, refusal: Refusal)
        fun routesChanged(callId: String, current: Route?, available: List<Route>)

        /** A volume key: the ring goes on without sound. */
        fun silenced()
    }

    private val telecom: TelecomManager? = context.getSystemService(TelecomManager::class.java)
    private val audio: AudioManager? = context.getSystemService(AudioManager::class.java)
    private val announced = HashMap<String, PhoneCall>()
    private val connections = HashMap<String, LiveConnection>()

    val account = PhoneAccountHandle(ComponentName(context, LiveConnectionService::class.java), "ipelya")

    /** Registers the account; Telecom keeps it through restarts, and again changes nothing. */
    fun register() {
        val app = context.applicationInfo.loadLabel(context.packageManager)
        telecom?.registerPhoneAccount(
            PhoneAccount.builder(account, context.getString(R.string.ipelya_account, app))
                .setCapabilities(
                    PhoneAccount.CAPABILITY_SELF_MANAGED or
                        PhoneAccount.CAPABILITY_VIDEO_CALLING or
                        PhoneAccount.CAPABILITY_SUPPORTS_VIDEO_CALLING,
                )
                .addSupportedUriScheme(SCHEME)
                .build(),
        )
    }

    override fun reportIncoming(call: PhoneCall) = report(call) { telecom ->
        if (!telecom.isIncomingCallPermitted(account)) return@report Refusal.BUSY
        val video = if (call.hasVideo) VideoProfile.STATE_BIDIRECTIONAL else VideoProfile.STATE_AUDIO_ONLY
        telecom.addNewIncomingCall(
            account,
            Bundle().apply {
                putParcelable(TelecomManager.EXTRA_INCOMING_CALL_ADDRESS, address(call.id))
                putInt(TelecomManager.EXTRA_INCOMING_VIDEO_STATE, video)
            },
        )
        null
    }

    @SuppressLint("MissingPermission") // MANAGE_OWN_CALLS is enough for a self-managed account.
    override fun reportOutgoing(call: PhoneCall) = report(call) { telecom ->
        if (!telecom.isOutgoingCallPermitted(account)) return@report Refusal.BUSY
        val video = if (call.hasVideo) VideoProfile.STATE_BIDIRECTIONAL else VideoProfile.STATE_AUDIO_ONLY
        telecom.placeCall(
            address(call.id),
            Bundle().apply {
                putParcelable(TelecomManager.EXTRA_PHONE_ACCOUNT_HANDLE, account)
                putInt(TelecomManager.EXTRA_START_CALL_WITH_VIDEO_STATE, video)
            },
        )
        null
    }

    private fun report(call: PhoneCall, ask: (TelecomManager) -> Refusal?) {
        synchronized(this) { announced[call.id] = call }
        val refusal = try {
            register()
            telecom?.let(ask) ?: if (telecom == null) Refusal.UNAVAILABLE else null
        } catch (_: SecurityException) {
            // The account is switched off, or MANAGE_OWN_CALLS was taken from the manifest.
            Refusal.UNAVAILABLE
        } catch (_: UnsupportedOperationException) {
            // Without FEATURE_TELECOM, since API 35.
            Refusal.UNAVAILABLE
        }
        if (refusal != null) refused(call.id, refusal)
    }

    /** Telecom, or this class, won't have the call. */
    fun refused(callId: String, refusal: Refusal) {
        val isKnown = synchronized(this) { announced.remove(callId) != null }
        if (isKnown) events.refused(callId, refusal)
    }

    /** The call is Telecom's; `null` when it was over before Telecom came to it. */
    fun connect(callId: String, isIncoming: Boolean): LiveConnection? {
        val connection = synchronized(this) {
            val call = announced[callId] ?: return null
            LiveConnection(call, events).also { connections[callId] = it }
        }
        if (isIncoming) connection.setRinging() else connection.setDialing()
        events.taken(callId)
        return connection
    }

    override fun describe(call: PhoneCall) {
        val connection = synchronized(this) {
            if (call.id in announced) announced[call.id] = call
            connections[call.id]
        }
        connection?.describe(call)
    }

    override fun setStage(callId: String, stage: CallStage) {
        val connection = find(callId) ?: return
        when (stage) {
            CallStage.RINGING -> connection.setRinging()
            // Of an outgoing call that found its way Telecom knows no more than that it dials.
            CallStage.DIALING, CallStage.CONNECTING -> connection.setDialing()
            CallStage.ACTIVE -> connection.setActive()
            CallStage.HELD -> connection.setOnHold()
        }
    }

    override fun end(callId: String, cause: Int) {
        val connection = synchronized(this) {
            announced.remove(callId)
            connections.remove(callId)
        }
        if (connection != null) {
            connection.setDisconnected(DisconnectCause(cause))
            connection.destroy()
            setMuted(false)
        }
    }

    /** For the system's own screens too; Telecom follows the switch of the microphone. */
    override fun setMuted(on: Boolean) {
        audio?.takeIf { it.isMicrophoneMute != on }?.isMicrophoneMute = on
    }

    fun selectRoute(callId: String, routeId: String) {
        find(callId)?.selectRoute(routeId)
    }

    fun find(callId: String): LiveConnection? = synchronized(this) { connections[callId] }

    companion object {
        /** Of an address that names a call: nobody dials it. */
        const val SCHEME = "ipelya"

        fun address(callId: String): Uri = Uri.fromParts(SCHEME, callId, null)
    }
}
