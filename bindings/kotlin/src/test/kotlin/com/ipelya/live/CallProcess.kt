package com.ipelya.live

import com.ipelya.live.core.CallType
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReference

/**
 * One side of a call between processes; `cargo xtask bindings call` holds the other. Lines in: `call <user>`, `answer`, `hang_up`;
 * the end of the input signs out. Lines out: `ready <user>`, `ringing`, `active`, `frame`, `audio`, `ended <reason>`.
 */
fun main() = runBlocking {
    asPerson(setting("PERSON")) { client ->
        val current = AtomicReference<Call>()
        fun follow(call: Call) {
            current.set(call)
            launch(Dispatchers.Default) { tell(call) }
        }
        val incoming = launch(Dispatchers.Default) {
            client.incoming.collect { call ->
                say("ringing")
                follow(call)
            }
        }
        say("ready ${client.userId()}")
        launch(Dispatchers.IO) {
            for (line in generateSequence(::readlnOrNull)) {
                when (val command = line.substringBefore(' ')) {
                    "call" -> follow(client.startCall(line.substringAfter(' '), CallType.VIDEO_CALL))
                    "answer" -> current.get().accept()
                    "hang_up" -> current.get().hangUp()
                    else -> error("no command: $command")
                }
            }
        }.join()
        incoming.cancel()
    }
}

/** Says what comes of a call, until it is over. */
private suspend fun tell(call: Call) = call.use {
    val (saw, heard, ear) = Triple(AtomicBoolean(), AtomicBoolean(), ToneListener())
    val tracks = listOf(
        call.video(pictures { if (decodeTestCard(it) != null && !saw.getAndSet(true)) say("frame") }),
        call.audio(sound { if (ear.listen(it) == Heard.TONE && !heard.getAndSet(true)) say("audio") }),
    )
    runCatching { call.active() }.onSuccess { say("active") }
    say("ended ${call.ended().name.lowercase()}")
    tracks.forEach { it.close() }
}

private fun say(line: String) {
    println(line)
    System.out.flush()
}
