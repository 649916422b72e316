package com.ipelya.live.ui

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView
import com.ipelya.live.R
import com.ipelya.live.notification.CallActions
import com.ipelya.live.notification.label
import com.ipelya.live.service.Face

/** A name, what goes on, and buttons; [press] is told the action of one of [CallActions]. */
internal class CallScreen(private val context: Context, private val press: (String) -> Unit) {
    private val name = text(28f)
    private val status = text(18f)
    private val buttons = LinearLayout(context).apply { gravity = Gravity.CENTER }

    val view: View = LinearLayout(context).apply {
        orientation = LinearLayout.VERTICAL
        gravity = Gravity.CENTER
        addView(name)
        addView(status)
        addView(buttons)
    }

    fun show(face: Face) {
        buttons.removeAllViews()
        when (face) {
            is Face.Ringing -> {
                name.text = face.call.name ?: context.getString(R.string.ipelya_unknown_caller)
                status.setText(if (face.call.hasVideo) R.string.ipelya_incoming_video else R.string.ipelya_incoming_audio)
                button(R.string.ipelya_decline, CallActions.END)
                button(R.string.ipelya_answer, CallActions.ANSWER)
            }
            is Face.InCall -> {
                name.text = face.call.name ?: context.getString(R.string.ipelya_unknown_caller)
                status.setText(face.stage.label())
                button(R.string.ipelya_mute, CallActions.MUTE)
                button(R.string.ipelya_unmute, CallActions.UNMUTE)
                button(R.string.ipelya_hang_up, CallActions.END)
            }
            is Face.InRoom -> Unit
        }
    }

    private fun button(label: Int, action: String) = buttons.addView(
        Button(context).apply {
            setText(label)
            tag = action
            setOnClickListener { press(action) }
        },
    )

    private fun text(size: Float) = TextView(context).apply {
        textSize = size
        gravity = Gravity.CENTER
    }
}
