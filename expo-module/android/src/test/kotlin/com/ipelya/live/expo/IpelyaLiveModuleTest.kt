package com.ipelya.live.expo

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** The module as Expo reads it, beside the TypeScript that calls it. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class IpelyaLiveModuleTest {
    private val typescript = File(System.getProperty("typescript"))
    private val definition = IpelyaLiveModule().definition()

    @Test
    fun itHasTheNameThatJavaScriptAsksFor() {
        val host = typescript.resolve("native/module.ts").readText()
        assertEquals("export const MODULE = '${definition.name}';", Regex("export const MODULE = .*").find(host)?.value)
    }

    @Test
    fun itHasTheFunctionsThatJavaScriptCallsAndNoOthers() {
        val declared = typescript.resolve("native/module.ts").readText().substringAfter("interface IpelyaLiveModule")
        val called = Regex("""^ {2}(\w+)\(""", RegexOption.MULTILINE).findAll(declared).map { it.groupValues[1] }.toSortedSet()
        val defined = (definition.syncFunctions.keys + definition.asyncFunctions.keys).filter { it !in OBSERVING }.toSortedSet()
        assertEquals(called, defined)
    }

    @Test
    fun itHasTheEventsThatJavaScriptHears() {
        val declared = typescript.resolve("native/module.ts").readText().substringAfter("type NativeEvents").substringBefore("};")
        val heard = Regex("""^ {2}(\w+):""", RegexOption.MULTILINE).findAll(declared).map { it.groupValues[1] }.toSortedSet()
        assertEquals(heard, definition.eventsDefinition?.names?.toSortedSet())
    }

    @Test
    fun itsViewTakesThePropsThatJavaScriptGives() {
        val declared = typescript.resolve("host.ts").readText().substringAfter("interface HostVideoViewProps {").substringBefore("\n}")
        val given = Regex("""^ {2}(\w+)\??:""", RegexOption.MULTILINE).findAll(declared).map { it.groupValues[1] }
        // A room is told by its number; names, layers and styles are React's, and the first frame is an event.
        val wanted = given.toSet() - setOf("room", "view", "zOrder", "style", "onFirstFrame") + setOf("session", "call")
        for (view in definition.viewManagerDefinitions.values) {
            assertEquals(wanted.toSortedSet(), view.propsNames.filterNot(::isEveryViews).toSortedSet())
        }
    }

    /** Expo gives it to every view. */
    private fun isEveryViews(prop: String) = prop.startsWith("border") || prop == "backgroundColor" || prop == "boxShadow"

    private companion object {
        /** Expo's own. */
        val OBSERVING = setOf("addListener", "removeListeners", "startObserving", "stopObserving")
    }
}
