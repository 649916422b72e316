package com.ipelya.live

import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.LiveError
import com.ipelya.live.core.LiveFailure
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** What went wrong: the code, a message for the developer, and what the code says more. */
val LiveFailure.liveError: LiveError
    get() = when (this) {
        is LiveFailure.Live -> error
    }

/** What the app can do about it. */
val LiveFailure.code: ErrorCode get() = liveError.code

/** Whether the very same request may succeed later. */
val LiveFailure.isRetryable: Boolean get() = liveError.retryable

/** How long to wait before another try, where the server said so. */
val LiveFailure.retryAfter: Duration? get() = liveError.retryAfterMs?.toLong()?.milliseconds

/** What the user may be told, in the language of a BCP 47 tag: English, Turkish. */
fun LiveFailure.localized(language: String): String = localizedMessage(code, language)
