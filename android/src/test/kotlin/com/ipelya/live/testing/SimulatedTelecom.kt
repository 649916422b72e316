package com.ipelya.live.testing

import android.telecom.PhoneAccountHandle
import android.telecom.TelecomManager
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowTelecomManager

/** Robolectric's Telecom, and what it leaves out: an account must be registered, and another call may be in the way. */
@Implements(TelecomManager::class)
class SimulatedTelecom : ShadowTelecomManager() {
    @Implementation
    fun isIncomingCallPermitted(account: PhoneAccountHandle): Boolean {
        if (getPhoneAccount(account) == null) throw SecurityException("the account isn't registered")
        if (isSwitchedOff) throw SecurityException("the account is switched off")
        return isFree
    }

    @Implementation
    override fun isOutgoingCallPermitted(account: PhoneAccountHandle): Boolean = isIncomingCallPermitted(account)

    companion object {
        /** Whether no other call is in the way. */
        var isFree = true

        /** Whether the user switched the app's account off. */
        var isSwitchedOff = false

        /** As before every test. */
        fun backToNormal() {
            isFree = true
            isSwitchedOff = false
        }
    }
}
