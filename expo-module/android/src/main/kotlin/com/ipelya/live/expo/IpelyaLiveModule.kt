package com.ipelya.live.expo

import android.content.Context
import android.content.pm.PackageManager
import expo.modules.interfaces.permissions.Permissions
import expo.modules.kotlin.Promise
import expo.modules.kotlin.exception.CodedException
import expo.modules.kotlin.modules.Module
import expo.modules.kotlin.modules.ModuleDefinition
import expo.modules.kotlin.records.Field
import expo.modules.kotlin.records.Record
import kotlinx.coroutines.Job

/** Where a project is: `BridgeConfig` in the generated TypeScript. */
class Project : Record {
    @Field val supabase_url: String = ""

    @Field val anon_key: String = ""

    @Field val device_id: String? = null

    fun toMap(): Map<String, String> = buildMap {
        put("supabase_url", supabase_url)
        put("anon_key", anon_key)
        device_id?.let { put("device_id", it) }
    }
}

/** Carries JSON between JavaScript and the core. It holds no rule: what is decided is decided there. */
class IpelyaLiveModule : Module() {
    private val context: Context get() = requireNotNull(appContext.reactContext)
    private val ports: LivePorts by lazy { portsOf(context) }
    private var pumping: Job? = null
    private var isHeard = false

    override fun definition() = ModuleDefinition {
        Name("IpelyaLive")
        Events(ON_UPDATES, ON_DEVICE_CHANGE)

        AsyncFunction("connect") { project: Project, user: String ->
            val bridge = Bridges.connect(ports, project.toMap(), user)
            if (isHeard) listen(bridge)
        }
        Function("send") { request: String -> Bridges.required().send(request) }
        Function("disconnect") {
            pumping?.cancel()
            Bridges.disconnect()
        }
        OnStartObserving(ON_UPDATES) {
            isHeard = true
            runCatching { Bridges.required() }.onSuccess(::listen)
        }
        OnStopObserving(ON_UPDATES) {
            isHeard = false
            pumping?.cancel()
        }
        // JavaScript goes, as in a reload; what it began goes on.
        OnDestroy {
            pumping?.cancel()
            ports.device.listener = null
        }

        AsyncFunction("readiness") { ports.device.readiness() }
        AsyncFunction("fix") { requirement: String, promise: Promise -> fix(requirement, promise) }
        Function("audioRoutes") { ports.device.audioRoutes() }
        Function("selectAudioRoute") { id: String -> ports.device.selectAudioRoute(id) }
        OnStartObserving(ON_DEVICE_CHANGE) { ports.device.listener = { sendEvent(ON_DEVICE_CHANGE) } }
        OnStopObserving(ON_DEVICE_CHANGE) { ports.device.listener = null }
        OnActivityEntersForeground { ports.device.listener?.invoke() }

        View(IpelyaLiveView::class) {
            Events("onFirstFrame")
            Prop("session") { view: IpelyaLiveView, session: Int? -> view.session = session }
            Prop("call") { view: IpelyaLiveView, call: Int? -> view.call = call }
            Prop("userId") { view: IpelyaLiveView, userId: String -> view.userId = userId }
            Prop("source") { view: IpelyaLiveView, source: String -> view.source = source }
            Prop("isLocal") { view: IpelyaLiveView, isLocal: Boolean -> view.isLocal = isLocal }
            Prop("fit") { view: IpelyaLiveView, fit: String -> view.isCover = fit == "cover" }
            Prop("isMirrored") { view: IpelyaLiveView, isMirrored: Boolean -> view.isMirrored = isMirrored }
            OnViewDidUpdateProps { view: IpelyaLiveView -> view.show(ports.pictures) }
            OnViewDestroys { view: IpelyaLiveView -> view.release(ports.pictures) }
        }
    }

    private fun listen(bridge: BridgePort) {
        pumping?.cancel()
        pumping = Bridges.pump(appContext.backgroundCoroutineScope, bridge) { update ->
            sendEvent(ON_UPDATES, mapOf("updates" to listOf(update)))
        }
    }

    private fun fix(requirement: String, promise: Promise) {
        val permission = ports.device.permissionOf(requirement)
        if (permission != null) {
            Permissions.askForPermissionsWithPermissionsManager(appContext.permissions, promise, permission)
        } else if (ports.device.open(requirement)) {
            promise.resolve(null)
        } else {
            promise.reject(CodedException("ERR_LIVE_FIX", "This phone has no settings for \"$requirement\".", null))
        }
    }

    private companion object {
        const val ON_UPDATES = "onUpdates"
        const val ON_DEVICE_CHANGE = "onDeviceChange"
    }
}

/** The name of the manifest's `<meta-data>` that names the app's [LivePorts]. */
internal const val PORTS = "com.ipelya.live.EXPO_PORTS"

/** What the manifest names. */
internal fun portsOf(context: Context): LivePorts {
    val metadata = context.packageManager.getApplicationInfo(context.packageName, PackageManager.GET_META_DATA).metaData
    val name = checkNotNull(metadata?.getString(PORTS)) { "The manifest has no <meta-data> $PORTS: run `npx expo prebuild` and build anew." }
    return Class.forName(name).getConstructor(Context::class.java).newInstance(context.applicationContext) as LivePorts
}
