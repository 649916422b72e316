package com.ipelya.live.storage

import android.content.Context
import android.util.AtomicFile
import org.json.JSONException
import org.json.JSONObject
import java.io.File
import java.io.IOException

/**
 * What a process that a push started needs before any JavaScript runs. Kept in the app's private no-backup folder: never
 * on another phone, where its tickets and tokens would be somebody else's. Each write replaces the file as a whole.
 */
class ColdStore private constructor(private val file: AtomicFile, private val now: () -> Long) {
    /** The core's configuration and state, as the core wrote it; `null` before the app was set up, and after a logout. */
    var core: String?
        get() = read().optString(CORE).ifEmpty { null }
        set(value) = change { putOrRemove(CORE, value) }

    /** The newest push token, and since when it is known in milliseconds since 1970; `null` before Firebase gave one. */
    val token: Pair<String, Long>?
        get() = read().let { kept -> kept.optString(TOKEN).ifEmpty { null }?.let { it to kept.optLong(TOKEN_AT) } }

    internal fun setToken(token: String) = change {
        put(TOKEN, token)
        put(TOKEN_AT, now())
    }

    /** Somebody logged out: nothing of them stays. The token is the phone's. */
    fun forgetUser() = change { remove(CORE) }

    private fun JSONObject.putOrRemove(name: String, value: String?) {
        if (value == null) remove(name) else put(name, value)
    }

    private fun read(): JSONObject = synchronized(LOCK) {
        try {
            JSONObject(file.readFully().decodeToString())
        } catch (_: IOException) {
            JSONObject()
        } catch (_: JSONException) {
            // Half a file is none: the app writes it again at its next start.
            JSONObject()
        }
    }

    private fun change(what: JSONObject.() -> Unit): Unit = synchronized(LOCK) {
        val bytes = read().apply(what).toString().encodeToByteArray()
        val stream = file.startWrite()
        try {
            stream.write(bytes)
            file.finishWrite(stream)
        } catch (failure: IOException) {
            file.failWrite(stream)
            throw failure
        }
    }

    companion object {
        private const val CORE = "core"
        private const val TOKEN = "token"
        private const val TOKEN_AT = "token_at"
        private val LOCK = Any()

        /** The app's. */
        @JvmStatic
        fun of(context: Context): ColdStore = of(context, System::currentTimeMillis)

        internal fun of(context: Context, now: () -> Long) = ColdStore(AtomicFile(File(context.noBackupFilesDir, "ipelya.json")), now)
    }
}
