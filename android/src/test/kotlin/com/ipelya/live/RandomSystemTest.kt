package com.ipelya.live

import android.Manifest
import android.content.Intent
import com.ipelya.live.core.CallEndReason
import com.ipelya.live.push.LivePush
import com.ipelya.live.service.LiveService
import com.ipelya.live.telephony.Room
import com.ipelya.live.testing.PhoneTest
import com.ipelya.live.testing.RealCore
import com.ipelya.live.testing.ScriptedCoreFactory
import com.ipelya.live.testing.SimulatedService
import com.ipelya.live.testing.SimulatedTelecom
import com.ipelya.live.ui.CallActivity
import org.junit.Assert.assertNull
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowTelecomManager.CallRequestMode
import kotlin.random.Random

/** The whole library against the simulated system, whatever comes in whatever order. */
class RandomSystemTest : PhoneTest() {
    private var model = RealCore()

    private fun process() {
        model.close()
        model = RealCore()
        ScriptedCoreFactory.next = model
        LivePhone.forget()
        phone
    }

    private fun step(dice: Random, callId: String) {
        val connection = phone.telecom.find(callId)
        when (dice.nextInt(16)) {
            0, 1, 2 -> LivePush.handle(app, RealCore.ring(callId)).also { telecom.callRequestMode = CallRequestMode.ALLOW_ALL }
            3, 4 -> connection?.onShowIncomingCallUi()
            5 -> connection?.onAnswer(0)
            6 -> connection?.onHold()
            7 -> connection?.onUnhold()
            8 -> connection?.onDisconnect()
            9 -> connection?.onSilence()
            10 -> if (dice.nextBoolean()) startedService() else phone.foregrounded()
            11 -> model.end(CallEndReason.HUNG_UP).also { phone.catchUp() }
            12 -> phone.setRoom(if (dice.nextBoolean()) Room("Talk", microphone = dice.nextBoolean()) else null)
            13 -> SimulatedService.isOnScreen = dice.nextBoolean().also { app.isInBackground = !it }
            14 -> if (dice.nextBoolean()) shadowOf(app).denyPermissions(Manifest.permission.RECORD_AUDIO) else shadowOf(app).grantPermissions(Manifest.permission.RECORD_AUDIO)
            15 -> if (dice.nextInt(3) == 0) die() else SimulatedTelecom.isFree = dice.nextBoolean()
        }
    }

    /** The process dies, and the system starts the service again if it was told to. */
    private fun die() {
        val restarts = phone.service.wanted?.restart == true && service != null
        service?.destroy()
        service = null
        process()
        if (!restarts) return
        service = Robolectric.buildService(LiveService::class.java).create().also { it.get().onStartCommand(null, 0, 1) }
    }

    @Test
    fun `in random orders nothing crashes, and in the end nothing is left`() {
        for (seed in 0 until 100) {
            val dice = Random(seed)
            process()
            try {
                for (call in 0 until 3) {
                    repeat(12) { step(dice, RealCore.id("$seed-$call")) }
                }
                finish()
            } catch (failure: Throwable) {
                throw AssertionError("with seed $seed: ${failure.message}", failure)
            }
        }
    }

    private fun finish() {
        model.end(CallEndReason.HUNG_UP)
        phone.catchUp()
        phone.setRoom(null)
        while (startedService()) Unit
        check(service?.get()?.let { shadowOf(it).isStoppedBySelf } != false) { "the service runs on" }
        service?.destroy()
        service = null
        assertNull("a notification is left", notification())
        assertNull(phone.service.wanted)
        SimulatedTelecom.backToNormal()
        SimulatedService.backToNormal()
        app.isInBackground = false
    }
}
