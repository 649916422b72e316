package com.google.firebase.messaging;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/**
 * Stands in for firebase-messaging, which is not on Maven Central, in the tests on the JVM. After
 * https://firebase.google.com/docs/reference/android/com/google/firebase/messaging/FirebaseMessagingService
 */
public abstract class FirebaseMessagingService extends Service {
    public void onMessageReceived(RemoteMessage message) {}

    public void onNewToken(String token) {}

    public void onDeletedMessages() {}

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
