package com.ipelya.live.telecom

import android.telecom.Connection
import android.telecom.ConnectionRequest
import android.telecom.ConnectionService
import android.telecom.DisconnectCause
import android.telecom.PhoneAccountHandle
import com.ipelya.live.LivePhone

/** What Telecom binds to for the app's calls; while it is bound, the process is not in the background. */
class LiveConnectionService : ConnectionService() {
    private val calls get() = LivePhone.of(this).telecom

    override fun onCreateIncomingConnection(account: PhoneAccountHandle?, request: ConnectionRequest): Connection =
        connect(request, isIncoming = true)

    override fun onCreateOutgoingConnection(account: PhoneAccountHandle?, request: ConnectionRequest): Connection =
        connect(request, isIncoming = false)

    override fun onCreateIncomingConnectionFailed(account: PhoneAccountHandle?, request: ConnectionRequest) =
        calls.refused(callId(request), Refusal.BUSY)

    override fun onCreateOutgoingConnectionFailed(account: PhoneAccountHandle?, request: ConnectionRequest) =
        calls.refused(callId(request), Refusal.BUSY)

    private fun connect(request: ConnectionRequest, isIncoming: Boolean): Connection =
        calls.connect(callId(request), isIncoming)
            // Over before Telecom came to it, or of a process that died.
            ?: Connection.createFailedConnection(DisconnectCause(DisconnectCause.CANCELED))

    private fun callId(request: ConnectionRequest): String = request.address?.schemeSpecificPart.orEmpty()
}
