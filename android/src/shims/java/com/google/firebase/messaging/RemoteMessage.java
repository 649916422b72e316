package com.google.firebase.messaging;

import java.util.Map;

/**
 * As far as it is used here. After https://firebase.google.com/docs/reference/android/com/google/firebase/messaging/RemoteMessage
 */
public final class RemoteMessage {
    private final Map<String, String> data;

    public RemoteMessage(Map<String, String> data) {
        this.data = data;
    }

    public Map<String, String> getData() {
        return data;
    }
}
