package com.ipelya.live.media

import android.content.Context
import android.media.AudioAttributes
import android.media.AudioFocusRequest
import android.media.AudioManager
import android.media.MediaMetadata
import android.media.session.MediaSession
import android.media.session.PlaybackState
import com.ipelya.live.telephony.Focus
import com.ipelya.live.telephony.MediaKey
import com.ipelya.live.telephony.PhoneListener

/**
 * Listening to a broadcast or a room beside the system's other sounds: audio focus, the buttons of headsets, watches and
 * the lock screen. In a call Telecom sees to both.
 */
internal class ListeningSession(private val context: Context, private val listener: () -> PhoneListener) {
    private val audio: AudioManager? = context.getSystemService(AudioManager::class.java)
    private var session: MediaSession? = null

    private val request = AudioFocusRequest.Builder(AudioManager.AUDIOFOCUS_GAIN)
        .setAudioAttributes(
            AudioAttributes.Builder()
                .setUsage(AudioAttributes.USAGE_MEDIA)
                .setContentType(AudioAttributes.CONTENT_TYPE_SPEECH)
                .build(),
        )
        .setOnAudioFocusChangeListener(::focusChanged)
        .build()

    /** Listens to what is called [title]; `null` to nothing. */
    fun set(title: String?) {
        if (title == null) {
            session?.release()
            session = null
            audio?.abandonAudioFocusRequest(request)
            return
        }
        if (session == null) {
            session = MediaSession(context, "ipelya").apply {
                setCallback(Buttons())
                setPlaybackState(PLAYING)
                isActive = true
            }
            val granted = audio?.requestAudioFocus(request) == AudioManager.AUDIOFOCUS_REQUEST_GRANTED
            listener().onFocusChanged(if (granted) Focus.GAINED else Focus.LOST)
        }
        session?.setMetadata(MediaMetadata.Builder().putString(MediaMetadata.METADATA_KEY_TITLE, title).build())
    }

    private fun focusChanged(change: Int) {
        val focus = when (change) {
            AudioManager.AUDIOFOCUS_GAIN -> Focus.GAINED
            AudioManager.AUDIOFOCUS_LOSS_TRANSIENT -> Focus.LOST_FOR_NOW
            AudioManager.AUDIOFOCUS_LOSS_TRANSIENT_CAN_DUCK -> Focus.MAY_DUCK
            else -> Focus.LOST
        }
        listener().onFocusChanged(focus)
    }

    private inner class Buttons : MediaSession.Callback() {
        override fun onPlay() = listener().onMediaKey(MediaKey.PLAY)
        override fun onPause() = listener().onMediaKey(MediaKey.PAUSE)
        override fun onStop() = listener().onMediaKey(MediaKey.STOP)
    }

    private companion object {
        val PLAYING: PlaybackState = PlaybackState.Builder()
            .setActions(PlaybackState.ACTION_PLAY or PlaybackState.ACTION_PAUSE or PlaybackState.ACTION_PLAY_PAUSE or PlaybackState.ACTION_STOP)
            // Live: there is no position.
            .setState(PlaybackState.STATE_PLAYING, PlaybackState.PLAYBACK_POSITION_UNKNOWN, 1f)
            .build()
    }
}
