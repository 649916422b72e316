package com.ipelya.live.telephony

import com.ipelya.live.core.CallType
import com.ipelya.live.core.IncomingReport

/**
 * A call as the system shows it.
 *
 * @property id a UUID; of an incoming call `calls.id`.
 * @property name the other one's name; `null` where it isn't known.
 * @property hasVideo whether pictures are part of it.
 * @property ringMs how long it rings at most, in milliseconds; `null` where that isn't known.
 */
data class PhoneCall(
    val id: String,
    val name: String?,
    val hasVideo: Boolean,
    val ringMs: Long? = null,
) {
    internal constructor(report: IncomingReport) :
        this(report.call, report.name, hasVideo = report.callType == CallType.VIDEO_CALL)
}

/** Where a call stands, as far as the system wants to know. */
enum class CallStage { RINGING, DIALING, CONNECTING, ACTIVE, HELD }

/** What plays and records a call's sound. */
enum class RouteKind { EARPIECE, SPEAKER, WIRED, BLUETOOTH, OTHER }

/**
 * A place for a call's sound.
 *
 * @property id names it among those that are available now.
 * @property name for a person; empty where the system has none.
 */
data class Route(val id: String, val kind: RouteKind, val name: String)

/** Whether a room may be heard beside other apps. */
enum class Focus { GAINED, LOST_FOR_NOW, MAY_DUCK, LOST }

/** A button of a headset, a watch or the lock screen, while no call goes on. */
enum class MediaKey { PLAY, PAUSE, STOP }

/**
 * A broadcast or an audio room that goes on in the background.
 *
 * @property isOnAir whether this user is heard or seen in it.
 * @property microphone whether the microphone is wanted.
 * @property camera whether the camera is wanted.
 */
data class Room(
    val title: String,
    val isOnAir: Boolean = false,
    val microphone: Boolean = false,
    val camera: Boolean = false,
)

/**
 * What the foreground service is there for; its types follow from it.
 *
 * @property call a call rings or goes on: `phoneCall`.
 * @property playback somebody listens or watches: `mediaPlayback`.
 * @property microphone the microphone is wanted: `microphone`, once it is granted.
 * @property camera the camera is wanted: `camera`, once it is granted.
 * @property screen the screen is shared: `mediaProjection`, once the user agreed.
 */
data class Needs(
    val call: Boolean = false,
    val playback: Boolean = false,
    val microphone: Boolean = false,
    val camera: Boolean = false,
    val screen: Boolean = false,
)

/** What goes on beside the core's decisions: for the app's screens. Called from any thread. */
interface PhoneListener {
    /** Where the call is heard now, and where it could be. */
    fun onRoutesChanged(current: Route?, available: List<Route>) = Unit

    /** The service runs for these needs; what is missing wasn't granted, or not from the background. */
    fun onServiceRuns(needs: Needs) = Unit

    /** The system doesn't let the service run: the notification stands alone. */
    fun onServiceRefused() = Unit

    /** Whether the room may be heard beside other apps. */
    fun onFocusChanged(focus: Focus) = Unit

    /** A button, for the room. */
    fun onMediaKey(key: MediaKey) = Unit
}
