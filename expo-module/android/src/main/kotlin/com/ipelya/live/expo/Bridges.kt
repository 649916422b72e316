package com.ipelya.live.expo

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch

/**
 * The process's bridge. It outlives JavaScript: a reload finds the one that is there, with its calls going on, and reads what
 * it missed.
 */
internal object Bridges {
    private var current: Open? = null

    private data class Open(val project: Map<String, String>, val user: String, val bridge: BridgePort)

    /** The bridge of that user: the one that is there, or a new one. Another user's is given up first. */
    @Synchronized
    fun connect(ports: LivePorts, project: Map<String, String>, user: String): BridgePort {
        current?.let { open ->
            if (open.project == project && open.user == user) return open.bridge
            open.bridge.shutDown()
            current = null
        }
        return ports.connect(project, user).also { current = Open(project, user, it) }
    }

    /** @throws IllegalStateException where `connect` wasn't called, or the bridge was given up. */
    @Synchronized
    fun required(): BridgePort = checkNotNull(current) { "There is no bridge: connect first." }.bridge

    @Synchronized
    fun disconnect() {
        current?.bridge?.shutDown()
        current = null
    }

    /** Hands on what the bridge says, in order, until it is closed or the job is cancelled: nothing is read that nobody hears. */
    fun pump(scope: CoroutineScope, bridge: BridgePort, tell: (String) -> Unit): Job = scope.launch {
        while (true) tell(bridge.nextUpdate() ?: break)
    }
}
