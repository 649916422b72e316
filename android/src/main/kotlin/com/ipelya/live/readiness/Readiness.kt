package com.ipelya.live.readiness

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent

/** What a call needs of this phone. */
enum class Requirement {
    /** Notifications of this app are shown, those of calls too. */
    NOTIFICATIONS,

    /** A call covers the lock screen; without, it is a heads-up. */
    FULL_SCREEN,

    MICROPHONE,
    CAMERA,

    /** The system, or the phone's maker, lets the app wake up for a push. */
    BATTERY,

    /** Firebase gave a token, and lately. */
    PUSH_TOKEN,

    /** One service takes the app's pushes, and forwards those of calls. */
    PUSH_OWNER,

    /** Telecom takes the app's calls. */
    TELECOM,
}

/** How a requirement is met. */
sealed interface Status {
    data object Ok : Status

    /** Not yet, and the user or the app can do something about it. */
    data class Fixable(val action: Action) : Status

    /** Not on this phone, or not with this build of the app. */
    data class Blocked(val reason: String) : Status
}

/** What mends it. */
sealed interface Action {
    /** Ask for a permission; where the user said no for good, [settings] is left. */
    data class Ask(val permission: String, val settings: OpenSettings) : Action

    /** Open the first of [screens] that this phone has: makers have their own. */
    data class OpenSettings(val screens: List<Intent>) : Action {
        /** Opens it; whether there was one. */
        fun open(context: Context): Boolean = screens.any { screen ->
            try {
                context.startActivity(Intent(screen).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
                true
            } catch (_: ActivityNotFoundException) {
                false
            } catch (_: SecurityException) {
                // A maker's screen that it keeps to itself in this version.
                false
            }
        }
    }

    /** Get the token from Firebase, and hand it to `LivePush.tokenChanged`. */
    data object FetchToken : Action
}
