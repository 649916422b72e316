package com.ipelya.live.push

import android.content.Context
import com.ipelya.live.LivePhone
import com.ipelya.live.storage.ColdStore
import org.json.JSONObject

/**
 * Where pushes come in: for the app's own `FirebaseMessagingService`, of which an app has one. [LiveMessagingService] is
 * one that is ready to be used.
 */
object LivePush {
    /** The events of this product, as `docs/push.md` names them. */
    private val EVENTS = setOf("ring", "stop_ringing")

    /**
     * Takes a message's data (`RemoteMessage.getData()`), from the thread that it came on: when this returns, the call was
     * reported to Telecom.
     *
     * @return whether it was this product's; what isn't is for others.
     */
    @JvmStatic
    fun handle(context: Context, data: Map<String, String>): Boolean {
        if (!isOurs(data)) return false
        LivePhone.of(context).push(JSONObject(data).toString())
        return true
    }

    /** Takes the token of `onNewToken`, or of `FirebaseMessaging.getToken()` at a start of the app. */
    @JvmStatic
    fun tokenChanged(context: Context, token: String) {
        ColdStore.of(context).setToken(token)
        LivePhone.of(context).core.pushTokenChanged(token)
    }

    /** Whether a message is this product's, malformed or not. */
    @JvmStatic
    fun isOurs(data: Map<String, String>): Boolean = data["event"] in EVENTS && "call_id" in data
}
