package com.ipelya.live.readiness

import android.content.Context
import android.content.Intent
import com.ipelya.live.storage.ColdStore

/** Whose service takes the app's pushes: Firebase delivers to one of them, and leaves the others without a word. */
internal object PushOwner {
    private const val EVENT = "com.google.firebase.MESSAGING_EVENT"
    private const val OURS = "com.ipelya.live.push.LiveMessagingService"

    /** The library's own service, that only shows notifications: any other takes its place. */
    private const val FIREBASE = "com.google.firebase.messaging.FirebaseMessagingService"

    fun check(context: Context): Status {
        val owners = owners(context)
        val owner = owners.singleOrNull()
        return when {
            owners.isEmpty() -> Status.Blocked("no service of the app takes $EVENT")
            owner == null -> Status.Blocked("one service may take $EVENT, and there are ${owners.size}: ${owners.joinToString()}")
            isOurs(owner) -> Status.Ok
            // Whoever forwards tokens forwards messages: it is the same service.
            ColdStore.of(context).token != null -> Status.Ok
            else -> Status.Blocked("$owner doesn't call LivePush.handle and LivePush.tokenChanged")
        }
    }

    @Suppress("DEPRECATION") // Its successor is of API 33.
    private fun owners(context: Context): List<String> = context.packageManager
        .queryIntentServices(Intent(EVENT).setPackage(context.packageName), 0)
        .map { it.serviceInfo.name }
        .filter { it != FIREBASE }

    private fun isOurs(name: String): Boolean = try {
        generateSequence<Class<*>>(Class.forName(name)) { it.superclass }.any { it.name == OURS }
    } catch (_: ClassNotFoundException) {
        false
    }
}
