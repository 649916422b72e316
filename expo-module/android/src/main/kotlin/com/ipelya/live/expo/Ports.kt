package com.ipelya.live.expo

import android.content.Context
import android.view.View

/** The core behind JSON, of one user: `com.ipelya.live.Bridge`, or a test's. */
interface BridgePort {
    /** Takes a request and returns at once. Throws where it has no id. */
    fun send(request: String)

    /** The next update; null once `close` was answered. For one reader at a time; a cancelled read loses nothing. */
    suspend fun nextUpdate(): String?

    /** Shows somebody's pictures in [view], until what is returned is closed; [onFirstFrame] is told of the first. */
    fun show(picture: PictureRef, view: View, onFirstFrame: () -> Unit): AutoCloseable

    /** Gives everything up at once. */
    fun shutDown()
}

/** Whose picture, in which room. */
data class PictureRef(val session: Int?, val call: Int?, val userId: String, val source: String, val isLocal: Boolean)

/** What the phone says of itself and does for calls. Every map is what `src/host.ts` names. */
interface DevicePort {
    fun readiness(): List<Map<String, Any?>>

    /** The permission to ask for; null where [open] is what mends it. */
    fun permissionOf(requirement: String): String?

    /** Opens the system's settings for it; whether there were any. */
    fun open(requirement: String): Boolean

    fun audioRoutes(): Map<String, Any?>

    fun selectAudioRoute(id: String)

    /** Told whenever readiness or routes may have changed. */
    var listener: (() -> Unit)?
}

/** Makes a view that draws pictures, and says how. */
interface PicturePort {
    fun view(context: Context): View

    fun frame(view: View, isCover: Boolean, isMirrored: Boolean)

    fun release(view: View)
}

/** What the module runs on; the app's manifest names the class that makes it. */
interface LivePorts {
    /** A bridge for that user; [project] is a `BridgeConfig` as JSON has it. */
    fun connect(project: Map<String, String>, user: String): BridgePort

    val device: DevicePort
    val pictures: PicturePort
}
