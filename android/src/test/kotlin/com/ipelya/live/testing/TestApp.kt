package com.ipelya.live.testing

import android.app.Activity
import android.app.Application
import android.app.ForegroundServiceStartNotAllowedException
import android.app.PictureInPictureParams
import android.content.ComponentName
import android.content.Intent

/** The application of `src/test/app`. */
class TestApplication : Application() {
    /** Whether it is in the background, with nothing that lets it start a service there. */
    var isInBackground = false

    override fun startForegroundService(service: Intent): ComponentName? {
        if (isInBackground) throw ForegroundServiceStartNotAllowedException("in the background")
        return super.startForegroundService(service)
    }
}

/** Its first screen. */
class MainActivity : Activity() {
    override fun enterPictureInPictureMode(params: PictureInPictureParams): Boolean {
        lastParams = params
        return super.enterPictureInPictureMode(params)
    }

    companion object {
        /** What it became small with. */
        var lastParams: PictureInPictureParams? = null
    }
}
