package com.ipelya.live.notification

import android.app.NotificationChannel
import android.app.NotificationManager
import android.content.Context
import android.media.AudioAttributes
import android.media.RingtoneManager
import com.ipelya.live.R

/**
 * The channels, which own ringtone and vibration: the user changes them in the system's settings, and do-not-disturb is
 * obeyed by the system.
 */
internal object CallChannels {
    const val RING = "ipelya_ring"
    const val RING_QUIET = "ipelya_ring_quiet"
    const val ONGOING = "ipelya_ongoing"

    private val VIBRATION = longArrayOf(0, 1_000, 1_000)

    /** Creates them, or renames them in the language of now; what the user changed stays. */
    fun create(context: Context) {
        val manager = context.getSystemService(NotificationManager::class.java) ?: return
        val ringtone = AudioAttributes.Builder()
            .setUsage(AudioAttributes.USAGE_NOTIFICATION_RINGTONE)
            .setContentType(AudioAttributes.CONTENT_TYPE_SONIFICATION)
            .build()
        manager.createNotificationChannels(
            listOf(
                NotificationChannel(RING, context.getString(R.string.ipelya_channel_ring), NotificationManager.IMPORTANCE_HIGH).apply {
                    setSound(RingtoneManager.getDefaultUri(RingtoneManager.TYPE_RINGTONE), ringtone)
                    enableVibration(true)
                    vibrationPattern = VIBRATION
                },
                // A heads-up needs importance high; the volume key must not take the buttons away.
                NotificationChannel(RING_QUIET, context.getString(R.string.ipelya_channel_ring_quiet), NotificationManager.IMPORTANCE_HIGH).apply {
                    setSound(null, null)
                    enableVibration(false)
                },
                NotificationChannel(ONGOING, context.getString(R.string.ipelya_channel_ongoing), NotificationManager.IMPORTANCE_LOW),
            ),
        )
    }
}
