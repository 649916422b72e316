package com.ipelya.live

import android.content.Context
import com.ipelya.live.core.PhoneSystem
import com.ipelya.live.media.PhoneDevices
import com.ipelya.live.media.WebRtcContext
import com.ipelya.live.storage.ColdStore

/** Makes the core's phone of a process that may have been started by a push, without any activity or JavaScript. */
fun interface PhoneFactory {
    /** Called once in a process, before the first push. [stored] is what the process before was told to store. */
    fun create(context: Context, stored: String?): PhoneInterface

    companion object {
        /** The core, with this phone's camera and microphone. */
        val OF_THE_CORE = PhoneFactory { context, stored ->
            WebRtcContext.initialize(context)
            Phone.open(PhoneSystem.TELECOM, stored, PhoneDevices(context), null)
        }

        /** The one that the manifest names, or the core's. */
        internal fun of(context: Context): PhoneFactory {
            val flags = android.content.pm.PackageManager.GET_META_DATA
            val metadata = context.packageManager.getApplicationInfo(context.packageName, flags).metaData
            val name = metadata?.getString(LivePhone.FACTORY) ?: return OF_THE_CORE
            return try {
                Class.forName(name).getDeclaredConstructor().newInstance() as PhoneFactory
            } catch (failure: ReflectiveOperationException) {
                throw IllegalStateException("$name can't be made", failure)
            }
        }

        internal fun create(context: Context): PhoneInterface = of(context).create(context, ColdStore.of(context).core)
    }
}
