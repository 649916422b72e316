package com.ipelya.live.view

/** How a picture fills a view of another shape. */
enum class Fit {
    /** All of it, with bars. */
    CONTAIN,

    /** The whole view, with its edges cut off. */
    COVER,
}

/** Where a picture's corners go in a view: half the width and height, in a view of 2 x 2. */
internal data class Framing(val x: Float, val y: Float) {
    /** A triangle strip of (x, y, u, v); [isMirrored] as a person sees themselves. */
    fun corners(isMirrored: Boolean): FloatArray {
        val (left, right) = if (isMirrored) 1f to 0f else 0f to 1f
        return floatArrayOf(
            -x, -y, left, 1f,
            x, -y, right, 1f,
            -x, y, left, 0f,
            x, y, right, 0f,
        )
    }

    companion object {
        fun of(pictureWidth: Int, pictureHeight: Int, viewWidth: Int, viewHeight: Int, fit: Fit): Framing {
            if (minOf(pictureWidth, pictureHeight, viewWidth, viewHeight) <= 0) return Framing(0f, 0f)
            val picture = pictureWidth.toFloat() / pictureHeight
            val view = viewWidth.toFloat() / viewHeight
            val isWider = picture > view
            val ratio = picture / view
            return when (fit) {
                Fit.CONTAIN -> if (isWider) Framing(1f, 1 / ratio) else Framing(ratio, 1f)
                Fit.COVER -> if (isWider) Framing(ratio, 1f) else Framing(1f, 1 / ratio)
            }
        }
    }
}
