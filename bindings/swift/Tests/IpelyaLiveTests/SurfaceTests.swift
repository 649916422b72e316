import XCTest

@testable import IpelyaLive

/// What bindings/tests/behaviour.md lists of the account, of hosts, of devices and of JavaScript's door.
final class SurfaceTests: XCTestCase {
    func test_an_account_is_looked_after() async throws {
        try await asPerson("viewer") { viewer in
            var other: UserId = ""
            try await asPerson("creator") { other = $0.userId() }
            let balance = try await viewer.balance()
            XCTAssertEqual(balance, 500)
            try await viewer.block(user: other)
            let blocked = try await viewer.blocked()
            XCTAssertEqual(blocked, [other])
            try await viewer.unblock(user: other)
            let free = try await viewer.blocked()
            XCTAssertEqual(free, [])
            try await viewer.setDoNotDisturb(wish: .on)
            let wish = try await viewer.doNotDisturb()
            XCTAssertEqual(wish, .on)
            try await viewer.setDoNotDisturb(wish: .off)
            try await viewer.registerDevice(platform: .ios, kind: .apnsVoip, token: String(repeating: "a1", count: 32))
            try await viewer.unregisterDevice(platform: .ios, kind: .apnsVoip)
            try await refused(as: .invalidArgument) {
                try await viewer.report(report: Report(reportedId: viewer.userId(), category: .spam))
            }
            let sections = try await viewer.exportSections()
            let section = try XCTUnwrap(sections.first)
            let page = try await viewer.exportPage(section: section, offset: 0)
            XCTAssertEqual(page.section, section)
            try await refused(as: .conflict) { try await viewer.deleteAccount(forfeitCoins: 1) }
        }
    }

    func test_a_host_slows_down_measures_and_records() async throws {
        try await asPerson("creator") { creator in
            try await onAir(creator, "Swift is recorded") { live, _ in
                try await live.setSlowMode(seconds: 5)
                let seconds = try await live.slowMode()
                XCTAssertEqual(seconds, 5)
                try await live.setMicrophone(on: true)
                let sent = try await within(20) {
                    for try await rows in live.measured(every: 0.1) {
                        if let row = rows.first(where: { $0.rates != nil }) { return row.stats }
                    }
                    throw TooLate()
                }
                XCTAssertEqual(sent.user, creator.userId())
                XCTAssertEqual(sent.direction, .sent)
                let started = try await live.startRecording()
                XCTAssertTrue([.starting, .active].contains(started.status), "\(started.status)")
                try await refused(as: .conflict) { _ = try await creator.recording(recording: started.id) }
                let stopped = try await live.stopRecording()
                XCTAssertFalse([.starting, .active].contains(stopped.status), "\(stopped.status)")
            }
        }
    }

    func test_a_camera_of_the_app_is_seen_and_its_microphone_heard() async throws {
        let film = Film()
        try await asPerson("creator", devices: film) { creator in
            try await onAir(creator, "Swift films itself") { live, id in
                try await live.setCamera(on: true)
                try await live.setMicrophone(on: true)
                try await asPerson("viewer") { viewer in
                    let seen = try await viewer.joinSession(sessionId: id)
                    try await seen.until { $0.state == .live }
                    let (saw, heard) = (Signal<Void>(), Signal<Void>())
                    let pictures = try seen.videoOf(user: creator.userId(), sink: Sink { if $0.isOfFilm { saw.send(()) } })
                    let sound = try seen.audioOf(user: creator.userId(), sink: Ear { if $0.isLoud { heard.send(()) } })
                    try await saw.first(within: 20)
                    try await heard.first(within: 20)
                    pictures.stop()
                    sound.stop()
                    try await seen.leave()
                }
                try await live.setCamera(on: false)
                try await within(20) { while film.counts.cameraStops == 0 { await Task.yield() } }
                try await live.setScreenShare(on: true)
                let refused = try await live.until { $0.local.screenShare.lastError != nil }
                XCTAssertEqual(refused.local.screenShare.lastError?.code, .forbidden)
            }
        }
    }

    func test_a_microphone_runs_only_while_the_phone_gives_the_sound() async throws {
        let film = Film()
        try await asPerson("creator", devices: film) { creator in
            try await onAir(creator, "Swift waits for the phone") { live, _ in
                let sound = creator.audio()
                func runs(_ starts: Int, _ stops: Int, line: UInt = #line) {
                    let counts = film.counts
                    XCTAssertEqual([counts.microphoneStarts, counts.microphoneStops], [starts, stops], line: line)
                }
                sound.prepared()
                try await live.setMicrophone(on: true)
                try await live.until { $0.local.microphone.enabled }
                runs(0, 0)
                XCTAssertEqual(sound.phase(), .prepared)
                sound.activated()
                runs(1, 0)
                sound.interrupted()
                runs(1, 1)
                sound.resumed()
                runs(2, 1)
                sound.released()
                runs(2, 1)
                XCTAssertEqual(sound.phase(), .free)
            }
        }
    }

    func test_a_bridge_speaks_json() async throws {
        let config = BridgeConfig(supabaseUrl: setting("SUPABASE_URL"), anonKey: setting("ANON_KEY"))
        let bridge = try Bridge(config: config, capture: nil)
        try await refused(as: .invalidArgument) { try bridge.send(request: "{}") }
        try bridge.send(request: #"{"id":1,"command":"attach"}"#)
        try bridge.send(request: #"{"id":2,"command":"balance"}"#)
        func until(_ what: String) async throws -> String {
            try await within(20) {
                for try await update in bridge.updates where update.contains(what) { return update }
                throw TooLate()
            }
        }
        _ = try await until("token_wanted")
        try bridge.send(request: #"{"id":3,"command":"token","jwt":"\#(setting("TOKEN_VIEWER"))"}"#)
        let balance = try await until(#""id":2"#)
        XCTAssertTrue(balance.contains("500"), balance)
        try await refused(as: .notFound) { _ = try bridge.callVideo(call: 7, sink: Sink { _ in }) }
        try bridge.send(request: #"{"id":4,"command":"close"}"#)
        try await within(20) { for try await _ in bridge.updates {} }
        let last = try await bridge.nextUpdate()
        XCTAssertNil(last)
        bridge.shutDown()
        bridge.shutDown()
        try await refused(as: .conflict) { try bridge.send(request: #"{"id":5,"command":"balance"}"#) }
    }
}
