package com.ipelya.live.push

import com.google.firebase.messaging.FirebaseMessagingService
import com.google.firebase.messaging.RemoteMessage

/**
 * The one messaging service of an app that has no other: declared in the app's manifest, itself or a subclass that takes
 * what isn't this product's.
 */
open class LiveMessagingService : FirebaseMessagingService() {
    final override fun onMessageReceived(message: RemoteMessage) {
        if (!LivePush.handle(this, message.data)) onOtherMessage(message)
    }

    final override fun onNewToken(token: String) {
        LivePush.tokenChanged(this, token)
        onOtherToken(token)
    }

    /** A message that is somebody else's: the app's own, or another library's. */
    protected open fun onOtherMessage(message: RemoteMessage) = Unit

    /** The phone's new token, for others that send to it. */
    protected open fun onOtherToken(token: String) = Unit
}
