package com.ipelya.live

import android.content.Context
import android.util.Log
import com.ipelya.live.core.SystemAction
import com.ipelya.live.core.SystemInput
import com.ipelya.live.media.ListeningSession
import com.ipelya.live.notification.CallNotifications
import com.ipelya.live.service.CallLocks
import com.ipelya.live.service.ServiceControl
import com.ipelya.live.service.ServiceWork
import com.ipelya.live.storage.ColdStore
import com.ipelya.live.telecom.CallDesk
import com.ipelya.live.telecom.Refusal
import com.ipelya.live.telecom.TelecomCalls
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.PhoneListener
import com.ipelya.live.telephony.Room
import com.ipelya.live.telephony.Route
import com.ipelya.live.telephony.Turns
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import java.io.IOException

/**
 * The phone, as the core sees it: what the system says goes in by [tell], and what the core decides is carried out here.
 * One in a process, made by whatever comes first: a push, Telecom, the service or an activity.
 */
class LivePhone private constructor(context: Context) {
    /** Told of routes, the service, focus and buttons; the app's, once there is one. */
    @Volatile
    var listener: PhoneListener = object : PhoneListener {}

    /**
     * The core's phone: to sign in, to attach a client, to dial. What its turns answer ([PhoneInterface.push], `handle`, `restarted`,
     * `take`) is carried out here alone.
     */
    val core: PhoneInterface = PhoneFactory.create(context)
    internal val notifications = CallNotifications(context)
    internal val service = ServiceControl(context, notifications) { listener }
    internal val telecom = TelecomCalls(context, TelecomEvents())
    private val locks = CallLocks(context)
    private val listening = ListeningSession(context) { listener }
    private val desk: CallDesk = CallDesk(telecom, ::tell, ::follow) { store(context, it) }
    private val turns = Turns(core, desk::perform)
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private var room: Room? = null
    private var isSharing = false

    init {
        // Of a ring in a process that died: its call is answered by nobody.
        notifications.cancel()
        ColdStore.of(context).token?.let { (token, _) -> core.pushTokenChanged(token) }
        scope.launch {
            while (true) {
                core.waiting()
                turns.catchUp()
            }
        }
    }

    /** Tells the core what the system says, from any thread; what it answers is done, or queued behind what is being done. */
    internal fun tell(input: SystemInput) = turns.tell(input)

    /** A push of this product arrived: its JSON object, malformed or not. */
    internal fun push(payload: String) = turns.push(payload)

    /** The process died during a call and was started again: the call that was stored goes on, or is over. */
    internal fun restarted() = turns.restarted()

    /** Carries out what came up in the core. */
    internal fun catchUp() = turns.catchUp()

    /** The user wants something of a call, by a button of the system's. */
    internal fun want(action: SystemAction) = desk.want(action)

    /** Plays the call there; [PhoneListener.onRoutesChanged] says what came of it. */
    fun selectRoute(routeId: String) {
        desk.call?.let { telecom.selectRoute(it.id, routeId) }
    }

    /** A broadcast or an audio room goes on in the background too; `null`: none does. Call it while the app is on the screen. */
    fun setRoom(room: Room?) = turns.take {
        this.room = room
        listening.set(room?.title)
        follow()
    }

    /** The user agreed to share the screen: the service takes the type before the projection is fetched; or it is over. */
    fun setSharing(on: Boolean) = turns.take {
        isSharing = on
        follow()
    }

    /** The app is on the screen, or permissions were granted: the service takes the types that it went without. */
    fun foregrounded() = turns.take { service.again() }

    /** A full disk keeps no call from ringing: what isn't stored is missed by the next process alone. */
    private fun store(context: Context, text: String?) {
        try {
            ColdStore.of(context).core = text
        } catch (failure: IOException) {
            Log.w("IpelyaLive", "the phone's state can't be stored", failure)
        }
    }

    /** The service, the locks and the notification are what the call and the room need. */
    private fun follow() {
        // Telecom says whether the ring is the app's to show.
        val call = desk.call?.takeIf { desk.stage != CallStage.RINGING || desk.isRingShown }
        val work = ServiceWork.of(call, desk.stage, room, isSharing)
        locks.keepAwake(work != null)
        locks.setProximity(desk.isAtEar)
        service.run(work)
    }

    private inner class TelecomEvents : TelecomCalls.Events {
        override fun want(action: SystemAction) = desk.want(action)
        override fun ringWanted(callId: String) = turns.take { desk.ringWanted(callId) }
        override fun taken(callId: String) = turns.take { desk.taken(callId) }
        override fun refused(callId: String, refusal: Refusal) = turns.take { desk.refused(callId, refusal) }
        override fun silenced() = service.silence()
        override fun routesChanged(callId: String, current: Route?, available: List<Route>) {
            turns.take { desk.routed(callId, current) }
            listener.onRoutesChanged(current, available)
        }
    }

    companion object {
        /** The name of the manifest's `<meta-data>` of the application that names a [PhoneFactory], where the core's isn't wanted. */
        const val FACTORY = "com.ipelya.live.TELEPHONY_CORE"

        @Volatile
        private var instance: LivePhone? = null

        /**
         * The process's phone.
         *
         * @throws IllegalStateException when the manifest names a factory that can't be made, or the app lacks `libwebrtc.jar`: it
         * was built wrongly.
         */
        @JvmStatic
        fun of(context: Context): LivePhone = instance ?: synchronized(this) {
            instance ?: LivePhone(context.applicationContext).also { instance = it }
        }

        /** As if the process had died. */
        internal fun forget() {
            instance?.scope?.cancel()
            instance = null
        }
    }
}
