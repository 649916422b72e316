package com.ipelya.live

import android.content.pm.PackageManager
import android.content.pm.ServiceInfo
import com.ipelya.live.testing.PhoneTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.File

/** The library's manifest merged into an app's. */
@Suppress("DEPRECATION")
class ManifestTest : PhoneTest() {
    @Test
    fun `the service has every type that it starts with, and a permission for each`() {
        val service = app.packageManager.getPackageInfo(app.packageName, PackageManager.GET_SERVICES).services!!
            .single { it.name == "com.ipelya.live.service.LiveService" }
        val types = mapOf(
            ServiceInfo.FOREGROUND_SERVICE_TYPE_PHONE_CALL to "PHONE_CALL",
            ServiceInfo.FOREGROUND_SERVICE_TYPE_MICROPHONE to "MICROPHONE",
            ServiceInfo.FOREGROUND_SERVICE_TYPE_CAMERA to "CAMERA",
            ServiceInfo.FOREGROUND_SERVICE_TYPE_MEDIA_PLAYBACK to "MEDIA_PLAYBACK",
            ServiceInfo.FOREGROUND_SERVICE_TYPE_MEDIA_PROJECTION to "MEDIA_PROJECTION",
        )
        assertEquals(types.keys.reduce(Int::or), service.foregroundServiceType)
        val permissions = app.packageManager.getPackageInfo(app.packageName, PackageManager.GET_PERMISSIONS).requestedPermissions!!
        assertEquals(emptyList<String>(), types.values.map { "android.permission.FOREGROUND_SERVICE_$it" } - permissions.toSet())
        assertTrue(service.flags and ServiceInfo.FLAG_STOP_WITH_TASK == 0)
    }

    @Test
    fun `what R8 must keep is there under that name`() {
        val rules = File("../../consumer-rules.pro").readText()
        val named = Regex("com\\.ipelya\\.live(\\.\\w+)+").findAll(rules).map { it.value }.toList()
        assertTrue("$named", named.size >= 3)
        named.forEach { Class.forName(it, false, javaClass.classLoader) }
    }

    @Test
    fun `only Telecom binds to the connection service, and nobody else's app reaches the rest`() {
        val info = app.packageManager.getPackageInfo(
            app.packageName,
            PackageManager.GET_SERVICES or PackageManager.GET_RECEIVERS or PackageManager.GET_ACTIVITIES,
        )
        val components = info.services!!.toList() + info.receivers!! + info.activities!!
        val exported = components.filter { it.exported && it.name.startsWith("com.ipelya.live.") && "testing" !in it.name }
        assertEquals(listOf("com.ipelya.live.telecom.LiveConnectionService"), exported.map { it.name })
        assertEquals("android.permission.BIND_TELECOM_CONNECTION_SERVICE", (exported.single() as ServiceInfo).permission)
    }
}
