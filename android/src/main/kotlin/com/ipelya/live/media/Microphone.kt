package com.ipelya.live.media

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.media.AudioFormat
import android.media.AudioRecord
import android.media.MediaRecorder
import android.media.audiofx.AcousticEchoCanceler
import android.media.audiofx.AudioEffect
import android.media.audiofx.NoiseSuppressor
import kotlin.concurrent.thread

/** Takes ten milliseconds of 48 kHz mono: 480 samples, which are the sink's. Never waits. */
fun interface SoundSink {
    fun push(samples: ShortArray)
}

/**
 * The phone's microphone, as a call wants it: the phone's own echo canceller and noise suppressor are on where it has them. One
 * at a time.
 */
class Microphone(private val context: Context) {
    private var running: Running? = null

    /**
     * Starts it; sound goes into [sink], from a thread of its own, at the pace of the recording.
     *
     * @throws CaptureException when it can't.
     */
    @Synchronized
    @SuppressLint("MissingPermission") // Checked first.
    fun start(sink: SoundSink) {
        stop()
        if (context.checkSelfPermission(Manifest.permission.RECORD_AUDIO) != PackageManager.PERMISSION_GRANTED) {
            throw CaptureException.NotPermitted("RECORD_AUDIO isn't granted")
        }
        val least = AudioRecord.getMinBufferSize(RATE, AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT)
        if (least <= 0) throw CaptureException.Unavailable("no recording with $RATE Hz")
        val record = try {
            AudioRecord.Builder()
                // Beside a call of Telecom's, it is what the system cancels the echo for.
                .setAudioSource(MediaRecorder.AudioSource.VOICE_COMMUNICATION)
                .setAudioFormat(
                    AudioFormat.Builder()
                        .setSampleRate(RATE)
                        .setChannelMask(AudioFormat.CHANNEL_IN_MONO)
                        .setEncoding(AudioFormat.ENCODING_PCM_16BIT)
                        .build(),
                )
                .setBufferSizeInBytes(maxOf(least, CHUNK * Short.SIZE_BYTES * CHUNKS))
                .build()
        } catch (failure: UnsupportedOperationException) {
            throw CaptureException.Unavailable("the microphone can't be had", failure)
        }
        running = Running(record, sink)
    }

    /** Stops it; nothing comes after this returns. Twice is fine. */
    @Synchronized
    fun stop() {
        running?.close()
        running = null
    }

    private class Running(private val record: AudioRecord, private val sink: SoundSink) {
        private val effects: List<AudioEffect> = effects()

        @Volatile
        private var isWanted = true
        private val reader: Thread

        init {
            record.startRecording()
            if (record.recordingState != AudioRecord.RECORDSTATE_RECORDING) {
                isWanted = false
                release()
                throw CaptureException.Unavailable("another app has the microphone")
            }
            reader = thread(name = "ipelya-microphone", priority = Thread.MAX_PRIORITY, block = ::read)
        }

        private fun effects(): List<AudioEffect> = listOfNotNull(
            if (AcousticEchoCanceler.isAvailable()) AcousticEchoCanceler.create(record.audioSessionId) else null,
            if (NoiseSuppressor.isAvailable()) NoiseSuppressor.create(record.audioSessionId) else null,
        ).onEach { it.enabled = true }

        private fun read() {
            while (isWanted) {
                val chunk = ShortArray(CHUNK)
                var have = 0
                while (have < CHUNK && isWanted) {
                    val read = record.read(chunk, have, CHUNK - have)
                    // The device is gone, or taken: the core stops it as it started it.
                    if (read < 0) return
                    have += read
                }
                if (have == CHUNK) sink.push(chunk)
            }
        }

        fun close() {
            isWanted = false
            record.stop()
            reader.join()
            release()
        }

        private fun release() {
            effects.forEach(AudioEffect::release)
            record.release()
        }
    }

    private companion object {
        const val RATE = 48_000

        /** Samples in ten milliseconds. */
        const val CHUNK = RATE / 100

        /** What the system keeps while the reader is late: 200 ms. */
        const val CHUNKS = 20
    }
}
