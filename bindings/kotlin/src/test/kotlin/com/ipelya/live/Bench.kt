package com.ipelya.live

import kotlinx.coroutines.runBlocking

private const val PEOPLE = 50u
private const val ROUNDS = 9
private const val SNAPSHOTS = 2_000
private const val PER_SECOND = 10_000u
private const val EVENTS = 30_000u

/** What it costs to be on this side of the bindings: `cargo xtask bench` runs it. */
fun main() {
    snapshots()
    // The first round is interpreted.
    runBlocking { repeat(2) { events() } }
}

private fun snapshots() = FullRoom(PEOPLE).use { room ->
    val micros = List(ROUNDS) {
        val started = System.nanoTime()
        repeat(SNAPSHOTS) { check(room.snapshot().members.size == PEOPLE.toInt()) }
        (System.nanoTime() - started) / 1e3 / SNAPSHOTS
    }
    // The first rounds are interpreted.
    val warm = micros.drop(ROUNDS / 3).sorted()
    println("Kotlin: a snapshot of a room of $PEOPLE: median %.1f us, worst %.1f us".format(warm[warm.size / 2], warm.last()))
}

private suspend fun events() = BusyRoom(PER_SECOND, EVENTS).use { room ->
    var read = 0u
    var missed = 0uL
    val started = System.nanoTime()
    each { room.nextEvents() }.collect { update ->
        when (update) {
            is SessionUpdate.Event -> read += 1u
            is SessionUpdate.Missed -> missed += update.count
        }
    }
    val seconds = (System.nanoTime() - started) / 1e9
    println("Kotlin: $read of $EVENTS events at $PER_SECOND a second through a Flow in %.2f s, $missed missed".format(seconds))
}
