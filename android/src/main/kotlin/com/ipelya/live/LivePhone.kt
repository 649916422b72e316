package com.ipelya.live

import android.content.Context
import android.content.pm.PackageManager
import com.ipelya.live.media.ListeningSession
import com.ipelya.live.notification.CallNotifications
import com.ipelya.live.service.CallLocks
import com.ipelya.live.service.ServiceControl
import com.ipelya.live.service.ServiceWork
import com.ipelya.live.telecom.CallDesk
import com.ipelya.live.telecom.Refusal
import com.ipelya.live.telecom.TelecomCalls
import com.ipelya.live.telephony.CallStage
import com.ipelya.live.telephony.Input
import com.ipelya.live.telephony.PhoneListener
import com.ipelya.live.telephony.Room
import com.ipelya.live.telephony.Route
import com.ipelya.live.telephony.SystemAction
import com.ipelya.live.telephony.TelephonyCore
import com.ipelya.live.telephony.TelephonyCoreFactory
import com.ipelya.live.telephony.Turns

/**
 * The phone, as the core sees it: what the system says goes in by [tell], and what the core decides is carried out here.
 * One in a process, made by whatever comes first: a push, Telecom, the service or an activity.
 */
class LivePhone private constructor(context: Context, factory: TelephonyCoreFactory) {
    /** Told of routes, the service, focus and buttons; the app's, once there is one. */
    @Volatile
    var listener: PhoneListener = object : PhoneListener {}

    internal val core: TelephonyCore = factory.create(context)
    internal val notifications = CallNotifications(context)
    internal val service = ServiceControl(context, notifications) { listener }
    internal val telecom = TelecomCalls(context, TelecomEvents())
    private val locks = CallLocks(context)
    private val listening = ListeningSession(context) { listener }
    private val desk: CallDesk = CallDesk(telecom, ::tell, ::follow)
    private val turns = Turns(core, desk::perform)
    private var room: Room? = null
    private var isSharing = false

    init {
        // Of a ring in a process that died: its call is answered by nobody.
        notifications.cancel()
    }

    /** Tells the core something, from any thread; what it answers is done, or queued behind what is being done. */
    fun tell(input: Input) = turns.tell(input)

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
        /** The name of the manifest's `<meta-data>` of the application that names a [TelephonyCoreFactory]. */
        const val FACTORY = "com.ipelya.live.TELEPHONY_CORE"

        @Volatile
        private var instance: LivePhone? = null

        /**
         * The process's phone.
         *
         * @throws IllegalStateException when the manifest names no factory, or one that can't be made: the app was built
         * wrongly.
         */
        @JvmStatic
        fun of(context: Context): LivePhone = instance ?: synchronized(this) {
            instance ?: LivePhone(context.applicationContext, factory(context.applicationContext)).also { instance = it }
        }

        /** As if the process had died. */
        internal fun forget() {
            instance = null
        }

        private fun factory(context: Context): TelephonyCoreFactory {
            val metadata = context.packageManager.getApplicationInfo(context.packageName, PackageManager.GET_META_DATA).metaData
            val name = checkNotNull(metadata?.getString(FACTORY)) { "the manifest has no <meta-data> $FACTORY" }
            return try {
                Class.forName(name).getDeclaredConstructor().newInstance() as TelephonyCoreFactory
            } catch (failure: ReflectiveOperationException) {
                throw IllegalStateException("$name can't be made", failure)
            }
        }
    }
}
