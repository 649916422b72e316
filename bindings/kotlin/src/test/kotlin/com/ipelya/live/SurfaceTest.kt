package com.ipelya.live

import com.ipelya.live.core.AudioPhase
import com.ipelya.live.core.BridgeConfig
import com.ipelya.live.core.DoNotDisturb
import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.Platform
import com.ipelya.live.core.PushKind
import com.ipelya.live.core.RecordingStatus
import com.ipelya.live.core.Report
import com.ipelya.live.core.ReportCategory
import com.ipelya.live.core.SessionState
import com.ipelya.live.core.TrackDirection
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds

/** What bindings/tests/behaviour.md lists of the account, of hosts, of devices and of JavaScript's door. */
class SurfaceTest {
    @Test
    fun an_account_is_looked_after() = story {
        asPerson("viewer") { viewer ->
            val other = asPerson("creator") { it.userId() }
            assertEquals(500UL, viewer.balance())
            viewer.block(other)
            assertEquals(listOf(other), viewer.blocked())
            viewer.unblock(other)
            assertEquals(emptyList(), viewer.blocked())
            viewer.setDoNotDisturb(DoNotDisturb.On)
            assertEquals(DoNotDisturb.On, viewer.doNotDisturb())
            viewer.setDoNotDisturb(DoNotDisturb.Off)
            viewer.registerDevice(Platform.IOS, PushKind.APNS_VOIP, "a1".repeat(32))
            viewer.unregisterDevice(Platform.IOS, PushKind.APNS_VOIP)
            refusedAs(ErrorCode.INVALID_ARGUMENT) { viewer.report(Report(viewer.userId(), ReportCategory.SPAM)) }
            val section = viewer.exportSections().first()
            assertEquals(section, viewer.exportPage(section, 0UL).section)
            refusedAs(ErrorCode.CONFLICT) { viewer.deleteAccount(1UL) }
        }
    }

    @Test
    fun a_host_slows_down_measures_and_records() = story {
        asPerson("creator") { creator ->
            creator.onAir("Kotlin is recorded") { live ->
                live.setSlowMode(5U)
                assertEquals(5U, live.slowMode())
                live.setMicrophone(true)
                val sent = withTimeout(20.seconds) {
                    live.measured(100U).mapNotNull { rows -> rows.firstOrNull { it.rates != null } }.first().stats
                }
                assertEquals(creator.userId() to TrackDirection.SENT, sent.user to sent.direction)
                val started = live.startRecording()
                assertTrue(started.status in listOf(RecordingStatus.STARTING, RecordingStatus.ACTIVE), "${started.status}")
                refusedAs(ErrorCode.CONFLICT) { creator.recording(started.id) }
                assertTrue(live.stopRecording().status !in listOf(RecordingStatus.STARTING, RecordingStatus.ACTIVE))
            }
        }
    }

    @Test
    fun a_camera_of_the_app_is_seen_and_its_microphone_heard() = story {
        Film().use { film ->
            asPerson("creator", film) { creator ->
                creator.onAir("Kotlin films itself") { live ->
                    live.setCamera(true)
                    live.setMicrophone(true)
                    asPerson("viewer") { viewer ->
                        viewer.joinSession(live.snapshot().session!!.id).use { seen ->
                            seen.until { it.state is SessionState.Live }
                            val (saw, heard) = CompletableDeferred<Unit>() to CompletableDeferred<Unit>()
                            val tracks = listOf(
                                seen.videoOf(creator.userId(), pictures { if (it.isOfFilm()) saw.complete(Unit) }),
                                seen.audioOf(creator.userId(), sound { if (it.isLoud()) heard.complete(Unit) }),
                            )
                            withTimeout(20.seconds) { listOf(saw, heard).forEach { it.await() } }
                            tracks.forEach { it.close() }
                            seen.leave()
                        }
                    }
                    live.setCamera(false)
                    withTimeout(20.seconds) { while (film.cameraStops.get() == 0) yield() }
                    live.setScreenShare(true)
                    val refused = live.until { it.local.screenShare.lastError != null }
                    assertEquals(ErrorCode.FORBIDDEN, refused.local.screenShare.lastError?.code)
                }
            }
        }
    }

    @Test
    fun a_microphone_runs_only_while_the_phone_gives_the_sound() = story {
        Film().use { film ->
            asPerson("creator", film) { creator ->
                creator.onAir("Kotlin waits for the phone") { live ->
                    creator.audio().use { sound ->
                        fun runs() = film.microphoneStarts.get() to film.microphoneStops.get()
                        sound.prepared()
                        live.setMicrophone(true)
                        live.until { it.local.microphone.enabled }
                        assertEquals(0 to 0, runs())
                        assertEquals(AudioPhase.PREPARED, sound.phase())
                        sound.activated()
                        assertEquals(1 to 0, runs())
                        sound.interrupted()
                        assertEquals(1 to 1, runs())
                        sound.resumed()
                        assertEquals(2 to 1, runs())
                        sound.released()
                        assertEquals(AudioPhase.FREE, sound.phase())
                        assertEquals(2 to 1, runs())
                    }
                }
            }
        }
    }

    @Test
    fun a_bridge_speaks_json() = story {
        Bridge(BridgeConfig(setting("SUPABASE_URL"), setting("ANON_KEY")), null).use { bridge ->
            refusedAs(ErrorCode.INVALID_ARGUMENT) { bridge.send("{}") }
            bridge.send("""{"id":1,"command":"attach"}""")
            bridge.send("""{"id":2,"command":"balance"}""")
            suspend fun until(what: String) = withTimeout(20.seconds) { bridge.updates.first { what in it } }
            until("token_wanted")
            bridge.send("""{"id":3,"command":"token","jwt":"${setting("TOKEN_VIEWER")}"}""")
            val balance = until("\"id\":2")
            assertTrue("500" in balance, balance)
            refusedAs(ErrorCode.NOT_FOUND) { bridge.callVideo(7U, pictures {}) }
            bridge.send("""{"id":4,"command":"close"}""")
            withTimeout(20.seconds) { bridge.updates.collect {} }
            assertNull(bridge.nextUpdate())
            bridge.shutDown()
            bridge.shutDown()
            refusedAs(ErrorCode.CONFLICT) { bridge.send("""{"id":5,"command":"balance"}""") }
        }
    }
}
