import Foundation
import IpelyaLive

// One side of a call between processes; `cargo xtask bindings call` holds the other. Lines in: `call <user>`, `answer`, `hang_up`;
// the end of the input signs out. Lines out: `ready <user>`, `ringing`, `active`, `frame`, `audio`, `ended <reason>`.

setvbuf(stdout, nil, Int32(_IOLBF), 0)

let client = try await LiveClient.connectWithTestSignal(
    config: ClientConfig(supabaseUrl: setting("SUPABASE_URL"), anonKey: setting("ANON_KEY")), tokens: Person())
let current = Current()
let incoming = Task {
    for try await call in client.incoming {
        say("ringing")
        current.follow(call)
    }
}
say("ready \(client.userId())")
while let line = await nextLine() {
    let words = line.split(separator: " ").map(String.init)
    switch words.first {
    case "call": current.follow(try await client.startCall(calleeId: words[1], callType: .videoCall))
    case "answer": try await current.call?.accept()
    case "hang_up": current.call?.hangUp()
    default: fatalError("no command: \(line)")
    }
}
incoming.cancel()
try await client.shutDown()
