package com.ipelya.live.readiness

import android.content.ComponentName
import android.content.Intent
import java.util.Locale

/**
 * Makers whose phones stop apps in the background more than Android does, and their screens where a user excepts one: after
 * https://dontkillmyapp.com. Versions differ, so there is more than one for some.
 */
internal object Makers {
    private val SCREENS: Map<String, List<Pair<String, String>>> = mapOf(
        "xiaomi" to listOf("com.miui.securitycenter" to "com.miui.permcenter.autostart.AutoStartManagementActivity"),
        "huawei" to listOf(
            "com.huawei.systemmanager" to "com.huawei.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
            "com.huawei.systemmanager" to "com.huawei.systemmanager.optimize.process.ProtectActivity",
        ),
        "oppo" to listOf(
            "com.coloros.safecenter" to "com.coloros.safecenter.permission.startup.StartupAppListActivity",
            "com.oppo.safe" to "com.oppo.safe.permission.startup.StartupAppListActivity",
        ),
        "vivo" to listOf(
            "com.vivo.permissionmanager" to "com.vivo.permissionmanager.activity.BgStartUpManagerActivity",
            "com.iqoo.secure" to "com.iqoo.secure.ui.phoneoptimize.BgStartUpManager",
        ),
        "oneplus" to listOf("com.oneplus.security" to "com.oneplus.security.chainlaunch.view.ChainLaunchAppListActivity"),
        "samsung" to listOf("com.samsung.android.lool" to "com.samsung.android.sm.battery.ui.BatteryActivity"),
        "asus" to listOf("com.asus.mobilemanager" to "com.asus.mobilemanager.autostart.AutoStartActivity"),
    )
    private val SAME = mapOf("redmi" to "xiaomi", "poco" to "xiaomi", "honor" to "huawei", "realme" to "oppo", "iqoo" to "vivo")

    /** None for a maker that leaves Android's rules as they are. */
    fun screens(manufacturer: String): List<Intent> {
        val maker = manufacturer.lowercase(Locale.ROOT)
        return SCREENS[SAME[maker] ?: maker].orEmpty().map { (app, screen) -> Intent().setComponent(ComponentName(app, screen)) }
    }
}
