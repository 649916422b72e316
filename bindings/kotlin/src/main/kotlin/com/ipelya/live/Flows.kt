package com.ipelya.live

import com.ipelya.live.core.TrackReport
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.stateIn

/** Snapshots as they change; each collector gets the newest, a slow one skips what was between. Ends with the session. */
val LiveSession.snapshots: Flow<SessionSnapshot>
    get() = newest({ nextSnapshot(it) }, SessionSnapshot::seq)

/** The session as a state: what a screen shows. Lives as long as `scope`. */
fun LiveSession.stateIn(scope: CoroutineScope): StateFlow<SessionSnapshot> =
    snapshots.stateIn(scope, SharingStarted.Eagerly, snapshot())

/**
 * Everything that happens, in order, each thing once: for one collector, which takes up to 64 that it didn't get to with it when it
 * stops. Ends with the session.
 */
val LiveSession.updates: Flow<SessionUpdate> get() = each { nextEvents() }

/** Snapshots of a call, as [LiveSession.snapshots]. */
val Call.snapshots: Flow<CallSnapshot>
    get() = newest({ nextSnapshot(it) }, CallSnapshot::seq)

/** The call as a state. Lives as long as `scope`. */
fun Call.stateIn(scope: CoroutineScope): StateFlow<CallSnapshot> =
    snapshots.stateIn(scope, SharingStarted.Eagerly, snapshot())

/** Everything that happens in a call, as [LiveSession.updates]. */
val Call.updates: Flow<CallUpdate> get() = each { nextEvents() }

/** Calls that ring here, those that ring already first. Ends when the client is shut down. */
val LiveClient.incoming: Flow<Call>
    get() = flow {
        incomingCalls().use { calls ->
            while (true) emit(calls.next() ?: break)
        }
    }

/** The chat as it changes, the present one first. */
val LiveSession.messages: Flow<ChatSnapshot>
    get() = flow {
        chat().use { chat ->
            while (true) emit(chat.nextSnapshot() ?: break)
        }
    }

/** The size of the first picture, once the sink has it, then each that is different: for one collector. Ends with the pictures. */
val VideoTrack.sizes: Flow<VideoSize> get() = all { nextSize() }

/** What the session's tracks take and lose, every `intervalMs` milliseconds while it is collected. */
fun LiveSession.measured(intervalMs: UInt): Flow<List<TrackReport>> = measurements { stats(intervalMs) }

/** What the call's tracks take and lose, as [LiveSession.measured]. */
fun Call.measured(intervalMs: UInt): Flow<List<TrackReport>> = measurements { stats(intervalMs) }

/** What the bridge says, in order: for one collector. Ends once the command `close` was answered. */
val Bridge.updates: Flow<String> get() = all { nextUpdate() }

private fun measurements(begin: () -> Stats): Flow<List<TrackReport>> = flow {
    begin().use { stats ->
        while (true) emit(stats.next() ?: break)
    }
}

private fun <T : Any> newest(next: suspend (ULong) -> T?, seq: (T) -> ULong): Flow<T> = flow {
    var last = 0UL
    while (true) {
        val snapshot = next(last) ?: break
        last = seq(snapshot)
        emit(snapshot)
    }
}

private fun <T : Any> all(next: suspend () -> T?): Flow<T> = flow {
    while (true) emit(next() ?: break)
}

internal fun <T : Any> each(next: suspend () -> List<T>): Flow<T> = flow {
    while (true) next().ifEmpty { return@flow }.forEach { emit(it) }
}
