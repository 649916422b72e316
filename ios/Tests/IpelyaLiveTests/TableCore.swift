import Foundation
import IpelyaLivePhone

/// The core's telephony machine as its own table tells it: `core/src/telephony/TRANSITIONS.md`, which is generated from the
/// machine and held to it. It knows of its own only what the table leaves out: calls that are over, and sound that isn't on.
final class TableCore: TelephonyCore {
    /// A row: the state after, and the effects.
    typealias Row = (state: String, effects: [String])

    /// By state and input.
    static let table: [String: [String: Row]] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let file = root.appendingPathComponent("core/src/telephony/TRANSITIONS.md")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [:] }
        var table: [String: [String: Row]] = [:]
        var state = ""
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("## ") { state = String(line.dropFirst(3)) }
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5, cells[1] != "input", !cells[1].hasPrefix("-") else { continue }
            table[state, default: [:]][cells[1]] = (cells[2], split(cells[3]))
        }
        return table
    }()

    private(set) var state = "Idle"
    private(set) var call: UUID?
    private(set) var tokens: [String?] = []
    /// The core fails: nothing comes of any input.
    var isBroken = false
    private var past: Set<UUID> = []
    private var isAudioActive = false
    private var isRunning = false
    private var isHeld = false
    private var listener: ([Effect]) -> Void = { _ in }

    func listen(_ listener: @escaping ([Effect]) -> Void) { self.listener = listener }
    func pushTokenChanged(_ token: String?) { tokens.append(token) }

    /// What comes of the app and the backend: an input that the table names, about the call there is.
    func happens(_ input: String) { listener(take(input, about: call ?? UUID())) }

    /// The app calls somebody.
    func dial(_ id: UUID) {
        listener(take("Dial", about: id))
    }

    func handle(_ input: Input) -> [Effect] {
        if isBroken { return [] }
        switch input {
        case let .pushed(payload, spare): return pushed(payload, spare)
        case let .perform(action, wanted): return perform(action, wanted)
        case let .notShown(id): return id == call ? take("NotShown", about: id) : []
        case .audioActivated:
            isAudioActive = true
            return take("AudioActivated", about: UUID())
        case .audioDeactivated:
            isAudioActive = false
            return take("AudioDeactivated", about: UUID())
        case .mediaServicesReset:
            let stop: [Effect] = isRunning ? [.audio(.stop)] : []
            isRunning = false
            return stop + take("MediaServicesReset", about: UUID())
        case .systemReset:
            isAudioActive = false
            return take("SystemReset", about: UUID())
        }
    }

    private func pushed(_ payload: Data, _ spare: UUID) -> [Effect] {
        guard let push = try? JSONSerialization.jsonObject(with: payload) as? [String: Any],
              let id = (push["call_id"] as? String).flatMap(UUID.init(uuidString:)),
              let kind = push["kind"] as? String
        else { return take("Pushed: malformed", about: spare) }
        defer { if id != call { past.insert(id) } }
        if id == call { return take(kind == "stop" ? "Pushed: stop ringing 1" : "Pushed: call 1", about: id) }
        if state == "Idle" {
            if kind == "stop" { return take("Pushed: stop ringing 1", about: id) }
            return take(kind == "late" || past.contains(id) ? "Pushed: call 1, too late" : "Pushed: call 1", about: id)
        }
        return take("Pushed: call 2", about: id)
    }

    private func perform(_ action: UUID, _ wanted: SystemAction) -> [Effect] {
        let isOurs = wanted.call == call
        switch wanted {
        case .start: return take("Perform: start call 3", about: wanted.call, action)
        case .answer where isOurs: return take("Perform: answer", about: wanted.call, action)
        case .end: return take(isOurs ? "Perform: end" : "Perform: end another call", about: wanted.call, action)
        case let .hold(_, on) where isOurs: return take(on ? "Perform: hold" : "Perform: take back", about: wanted.call, action)
        case .mute where isOurs: return take("Perform: mute", about: wanted.call, action)
        case .answer, .hold, .mute: return [.fail(action: action)]
        }
    }

    private func take(_ input: String, about id: UUID, _ action: UUID = UUID()) -> [Effect] {
        guard let row = Self.table[state]?[input] else { return follow() }
        let shown = call ?? id
        var effects: [Effect] = []
        for token in row.effects {
            if token.hasPrefix("Hold(") { isHeld = token.contains("true") }
            effect(token, shown: shown, other: id, action).map { effects.append($0) }
        }
        state = isHeld && row.state == "Active" ? "Held" : row.state
        if state == "Idle" {
            if let call { past.insert(call) }
            call = nil
            isHeld = false
        } else {
            call = shown
        }
        return effects + follow()
    }

    private func follow() -> [Effect] {
        let runs = isAudioActive && !isHeld && ["Answering", "Dialing", "Active"].contains(state)
        guard runs != isRunning else { return [] }
        isRunning = runs
        return [.audio(runs ? .start : .stop)]
    }

    /// What the system must do for an effect; `nil` for what concerns the backend, the timers, or is followed here.
    private func effect(_ token: String, shown: UUID, other: UUID, _ action: UUID) -> Effect? {
        guard let open = token.firstIndex(of: "("), token.hasSuffix(")") else { return nil }
        let name = token[..<open]
        let words = token[token.index(after: open)...].dropLast().components(separatedBy: ", ")
        let id = words[0] == "1" || words[0].contains("((1)") ? shown : other
        switch name {
        case "ReportIncoming": return .reportIncoming(IncomingCall(id: id))
        case "ReportEnded": return SystemEnd(rawValue: words[1]).map { .reportEnded(id, $0) }
        case "ReportConnecting": return .reportConnecting(id)
        case "ReportConnected": return .reportConnected(id)
        case "Update": return .update(id, hasVideo: words[1] == "VideoCall")
        case "Fulfill": return .fulfill(action: action)
        case "Fail": return .fail(action: action)
        case "Audio": return words[0] == "Prepare" ? .audio(.prepare) : nil
        case "Request" where token.contains("Start {"): return .request(.start(call: other, callee: "callee", hasVideo: false))
        case "Request" where token.contains("Answer("): return .request(.answer(shown))
        case "Request" where token.contains("End("): return .request(.end(shown))
        case "Request" where token.contains("Hold("): return .request(.hold(shown, true))
        case "Request" where token.contains("Mute("): return .request(.mute(shown, true))
        default: return nil
        }
    }

    /// At the commas outside of brackets.
    private static func split(_ effects: String) -> [String] {
        var depth = 0
        var parts = [""]
        for character in effects {
            if "({".contains(character) { depth += 1 }
            if ")}".contains(character) { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
