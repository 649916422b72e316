package com.ipelya.live

import com.ipelya.live.core.Access
import com.ipelya.live.core.BridgeConfig
import com.ipelya.live.core.CallType
import com.ipelya.live.core.DoNotDisturb
import com.ipelya.live.core.ErrorCode
import com.ipelya.live.core.LiveFailure
import com.ipelya.live.core.NewSession
import com.ipelya.live.core.Platform
import com.ipelya.live.core.PushKind
import com.ipelya.live.core.Report
import com.ipelya.live.core.ReportCategory
import com.ipelya.live.core.SessionId
import com.ipelya.live.core.SessionType
import com.ipelya.live.core.UserId
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.launch

/** What docs/mobile-integration.md shows, compiled. */
@Suppress("unused")
class GettingStarted(private val supabase: Supabase, private val devices: MediaCapture, private val scope: CoroutineScope) {
    /** The app's own Supabase session. */
    interface Supabase {
        suspend fun accessToken(refresh: Boolean): String?
    }

    inner class Tokens : TokenProvider {
        override suspend fun accessToken(rejected: String?): String =
            supabase.accessToken(refresh = rejected != null) ?: throw TokenFailure.SignedOut()
    }

    suspend fun signIn(): LiveClient {
        val config = ClientConfig("https://xyz.supabase.co", "the anon key")
        return LiveClient.connect(config, Tokens(), devices)
    }

    suspend fun goLive(client: LiveClient): LiveSession {
        val session = client.createSession(NewSession(SessionType.VIDEO_LIVE, "Merhaba", Access.PUBLIC, null))
        session.setCamera(true)
        session.setMicrophone(true)
        session.goLive()
        return session
    }

    suspend fun watch(client: LiveClient, id: SessionId, host: UserId, screen: VideoSink, ask: suspend (UInt) -> Boolean) {
        val session = try {
            client.joinSession(id)
        } catch (failure: LiveFailure) {
            val price = failure.liveError.details.priceCoins
            if (failure.code != ErrorCode.PAYMENT_REQUIRED || price == null || !ask(price)) throw failure
            client.joinSession(id, acceptPrice = price)
        }
        val pictures = session.videoOf(host, screen)
        session.snapshots.collect { now -> println("${now.state}, ${now.members.size} others") }
        pictures.close()
    }

    fun answerCalls(client: LiveClient, isWanted: (Call) -> Boolean) = scope.launch {
        client.incoming.collect { call ->
            if (isWanted(call)) call.accept() else call.decline()
        }
    }

    suspend fun call(client: LiveClient, friend: UserId) {
        val call = client.startCall(friend, CallType.VIDEO_CALL)
        call.active()
        call.hangUp()
        println("over: ${call.ended()}")
    }

    suspend fun listen(call: Call, speaker: AudioSink, screen: VideoSink) {
        val tracks = listOf(call.audio(speaker), call.video(screen))
        call.ended()
        tracks.forEach { it.close() }
    }

    /** What Telecom says of the sound of a call. */
    inner class SoundOfCalls(client: LiveClient) {
        private val sound = client.audio()

        fun isReported() = sound.prepared()
        fun isActive() = sound.activated()
        fun hasLostFocus() = sound.interrupted()
        fun hasFocusAgain() = sound.resumed()
        fun isOver() = sound.released()
    }

    suspend fun record(session: LiveSession) {
        val recording = session.startRecording()
        session.measured(intervalMs = 1_000U).take(60).collect { tracks ->
            for (track in tracks) println("${track.stats.source}: ${track.rates?.kbps} kbps, ${track.rates?.loss} lost")
        }
        session.stopRecording()
        println("recorded as ${recording.id}")
    }

    suspend fun lookAfter(client: LiveClient, nuisance: UserId, fcmToken: String) {
        client.registerDevice(Platform.ANDROID, PushKind.FCM, fcmToken)
        client.setDoNotDisturb(DoNotDisturb.On)
        client.report(Report(nuisance, ReportCategory.HARASSMENT, details = "again and again"))
        client.block(nuisance)
        println("${client.balance()} coins, ${client.blocked().size} blocked")
    }

    fun bridge(emit: (String) -> Unit): Bridge {
        val bridge = Bridge(BridgeConfig("https://xyz.supabase.co", "the anon key"), devices)
        scope.launch { bridge.updates.collect(emit) }
        return bridge
    }
}
