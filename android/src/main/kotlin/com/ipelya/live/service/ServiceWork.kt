package com.ipelya.live.service

import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.Needs
import com.ipelya.live.telephony.PhoneCall
import com.ipelya.live.telephony.Room

/** What the service's notification shows. */
internal sealed interface Face {
    /** A call rings here. */
    data class Ringing(val call: PhoneCall) : Face

    /** A call goes on, or is being set up. */
    data class InCall(val call: PhoneCall, val stage: CallStage) : Face

    /** A broadcast or an audio room. */
    data class InRoom(val room: Room) : Face
}

/**
 * What the service does now.
 *
 * @property restart whether the system starts it again after the process died: for a call that goes on, and neither for a
 * ring, which would come back without its push, nor for a room, which the app joins anew.
 */
internal data class ServiceWork(val face: Face, val needs: Needs, val restart: Boolean = false) {
    companion object {
        /** What [call] and [room] need together; `null` for nothing. The notification is the call's. */
        fun of(call: PhoneCall?, stage: CallStage, room: Room?, isSharing: Boolean): ServiceWork? {
            val ofRoom = room?.let { Needs(playback = true, microphone = it.microphone, camera = it.camera) } ?: Needs()
            if (call == null) {
                return room?.let { ServiceWork(Face.InRoom(it), ofRoom.copy(screen = isSharing)) }
            }
            val isAnswered = stage != CallStage.RINGING
            val needs = ofRoom.copy(
                call = true,
                microphone = ofRoom.microphone || isAnswered,
                camera = ofRoom.camera || (isAnswered && call.hasVideo),
                screen = isSharing,
            )
            // On hold the microphone's type stays: in the background it couldn't be added again.
            return ServiceWork(if (isAnswered) Face.InCall(call, stage) else Face.Ringing(call), needs, restart = isAnswered)
        }
    }
}
