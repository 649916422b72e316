package com.ipelya.live.telecom

import android.bluetooth.BluetoothDevice
import android.os.Build
import android.telecom.CallAudioState
import android.telecom.CallEndpoint
import android.telecom.Connection
import com.ipelya.live.telephony.Route
import com.ipelya.live.telephony.RouteKind

/** Telecom's places for sound: endpoints from API 34 on, a mask of routes before. */
internal object Routes {
    private val KINDS = mapOf(
        CallAudioState.ROUTE_EARPIECE to RouteKind.EARPIECE,
        CallAudioState.ROUTE_SPEAKER to RouteKind.SPEAKER,
        CallAudioState.ROUTE_WIRED_HEADSET to RouteKind.WIRED,
        CallAudioState.ROUTE_BLUETOOTH to RouteKind.BLUETOOTH,
    )

    fun of(endpoint: CallEndpoint) = Route(
        id = endpoint.identifier.toString(),
        kind = when (endpoint.endpointType) {
            CallEndpoint.TYPE_EARPIECE -> RouteKind.EARPIECE
            CallEndpoint.TYPE_SPEAKER -> RouteKind.SPEAKER
            CallEndpoint.TYPE_WIRED_HEADSET -> RouteKind.WIRED
            CallEndpoint.TYPE_BLUETOOTH -> RouteKind.BLUETOOTH
            else -> RouteKind.OTHER
        },
        name = endpoint.endpointName.toString(),
    )

    fun current(state: CallAudioState): Route? = available(state).firstOrNull { route ->
        when (state.route) {
            CallAudioState.ROUTE_BLUETOOTH -> {
                val active = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) state.activeBluetoothDevice?.address else null
                route.kind == RouteKind.BLUETOOTH && (active == null || route.id == active)
            }
            else -> route.id == state.route.toString()
        }
    }

    fun available(state: CallAudioState): List<Route> = KINDS.filterKeys { state.supportedRouteMask and it != 0 }.flatMap { (mask, kind) ->
        val devices = if (kind == RouteKind.BLUETOOTH && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            state.supportedBluetoothDevices
        } else {
            emptyList<BluetoothDevice>()
        }
        if (devices.isEmpty()) listOf(Route(mask.toString(), kind, "")) else devices.map { Route(it.address, kind, name(it)) }
    }

    @Suppress("DEPRECATION") // What requestCallEndpointChange replaces.
    fun select(connection: Connection, routeId: String) {
        val mask = routeId.toIntOrNull()
        if (mask != null) {
            connection.setAudioRoute(mask)
            return
        }
        val device = connection.callAudioState?.supportedBluetoothDevices?.firstOrNull { it.address == routeId } ?: return
        connection.requestBluetoothAudio(device)
    }

    private fun name(device: BluetoothDevice): String = try {
        device.name.orEmpty()
    } catch (_: SecurityException) {
        // Without BLUETOOTH_CONNECT a headset has no name, and works all the same.
        ""
    }
}
