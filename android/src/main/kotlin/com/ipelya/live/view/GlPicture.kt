package com.ipelya.live.view

import android.opengl.GLES20
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer

/** Draws I420 pictures with OpenGL ES 2; for the thread that has the context. */
internal class GlPicture {
    private val program = link()
    private val textures = IntArray(3).also { GLES20.glGenTextures(3, it, 0) }
    private val corners: FloatBuffer = ByteBuffer.allocateDirect(CORNERS * Float.SIZE_BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer()
    private var width = 0
    private var height = 0

    /** Keeps the picture: [planes] may be gone when this returns. */
    fun upload(width: Int, height: Int, planes: ByteBuffer) {
        this.width = width
        this.height = height
        val sizes = listOf(width to height, (width + 1) / 2 to (height + 1) / 2, (width + 1) / 2 to (height + 1) / 2)
        GLES20.glPixelStorei(GLES20.GL_UNPACK_ALIGNMENT, 1)
        var offset = 0
        sizes.forEachIndexed { index, (w, h) ->
            planes.position(offset)
            GLES20.glActiveTexture(GLES20.GL_TEXTURE0 + index)
            GLES20.glBindTexture(GLES20.GL_TEXTURE_2D, textures[index])
            GLES20.glTexImage2D(GLES20.GL_TEXTURE_2D, 0, GLES20.GL_LUMINANCE, w, h, 0, GLES20.GL_LUMINANCE, GLES20.GL_UNSIGNED_BYTE, planes)
            for (parameter in intArrayOf(GLES20.GL_TEXTURE_MIN_FILTER, GLES20.GL_TEXTURE_MAG_FILTER)) {
                GLES20.glTexParameteri(GLES20.GL_TEXTURE_2D, parameter, GLES20.GL_LINEAR)
            }
            for (parameter in intArrayOf(GLES20.GL_TEXTURE_WRAP_S, GLES20.GL_TEXTURE_WRAP_T)) {
                GLES20.glTexParameteri(GLES20.GL_TEXTURE_2D, parameter, GLES20.GL_CLAMP_TO_EDGE)
            }
            offset += w * h
        }
    }

    /** Draws the last picture into a view of that size. */
    fun draw(viewWidth: Int, viewHeight: Int, fit: Fit, isMirrored: Boolean) {
        GLES20.glViewport(0, 0, viewWidth, viewHeight)
        GLES20.glClearColor(0f, 0f, 0f, 1f)
        GLES20.glClear(GLES20.GL_COLOR_BUFFER_BIT)
        if (width == 0) return
        corners.clear()
        corners.put(Framing.of(width, height, viewWidth, viewHeight, fit).corners(isMirrored))
        GLES20.glUseProgram(program)
        listOf("place" to 0, "spot" to 2).forEach { (name, at) ->
            val location = GLES20.glGetAttribLocation(program, name)
            corners.position(at)
            GLES20.glEnableVertexAttribArray(location)
            GLES20.glVertexAttribPointer(location, 2, GLES20.GL_FLOAT, false, 4 * Float.SIZE_BYTES, corners)
        }
        listOf("y", "u", "v").forEachIndexed { index, name -> GLES20.glUniform1i(GLES20.glGetUniformLocation(program, name), index) }
        GLES20.glDrawArrays(GLES20.GL_TRIANGLE_STRIP, 0, 4)
    }

    fun release() {
        GLES20.glDeleteTextures(3, textures, 0)
        GLES20.glDeleteProgram(program)
    }

    private companion object {
        const val CORNERS = 16

        const val VERTEX = """
            attribute vec2 place;
            attribute vec2 spot;
            varying vec2 at;
            void main() {
                gl_Position = vec4(place, 0.0, 1.0);
                at = spot;
            }
        """

        /** BT.601, video range. */
        const val FRAGMENT = """
            precision mediump float;
            varying vec2 at;
            uniform sampler2D y;
            uniform sampler2D u;
            uniform sampler2D v;
            void main() {
                float l = 1.1644 * (texture2D(y, at).r - 0.0625);
                float cb = texture2D(u, at).r - 0.5;
                float cr = texture2D(v, at).r - 0.5;
                gl_FragColor = vec4(l + 1.5960 * cr, l - 0.3918 * cb - 0.8130 * cr, l + 2.0172 * cb, 1.0);
            }
        """

        fun link(): Int {
            val program = GLES20.glCreateProgram()
            for ((kind, source) in listOf(GLES20.GL_VERTEX_SHADER to VERTEX, GLES20.GL_FRAGMENT_SHADER to FRAGMENT)) {
                val shader = GLES20.glCreateShader(kind)
                GLES20.glShaderSource(shader, source)
                GLES20.glCompileShader(shader)
                GLES20.glAttachShader(program, shader)
                // Goes with the program.
                GLES20.glDeleteShader(shader)
            }
            GLES20.glLinkProgram(program)
            return program
        }
    }
}
