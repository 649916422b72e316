//! What each persona is answered by each function, about the scene.

/// What the request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The live session, or nothing.
    Session,
    /// The host's call that rings at the viewer's.
    Ring,
    /// The same call, answered.
    Talk,
}

/// A function with one request, and who is answered what: `ok` or the code of a refusal, then the personas.
pub struct Function {
    pub name: &'static str,
    pub about: About,
    /// JSON, with `$session`, `$call`, `$viewer`, `$recording` (of the session) and `$fresh` (somebody new) to be filled in.
    pub body: &'static str,
    pub answers: &'static [(&'static str, &'static str)],
}

const NO_USER: &str = "anonymous service_role";
const OUTSIDERS: &str = "stranger subscriber other_creator";
const EVERYBODY: &str =
    "stranger subscriber ticket_holder banned muted viewer speaker co_host host other_creator";

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "create-session",
        about: About::Session,
        body: r#"{ "session_type": "audio_room", "title": "T", "access": "public" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            (
                "not_creator",
                "stranger subscriber ticket_holder banned muted viewer speaker co_host",
            ),
            ("already_live", "host"),
            ("ok", "other_creator"),
        ],
    },
    Function {
        name: "start-session",
        about: About::Session,
        body: r#"{ "session_id": "$session" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("forbidden", "ticket_holder banned muted viewer speaker co_host"),
            ("ok", "host"),
        ],
    },
    Function {
        name: "join-session",
        about: About::Session,
        body: r#"{ "session_id": "$session", "accept_price": 10 }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("insufficient_coins", OUTSIDERS),
            ("banned", "banned"),
            ("ok", "ticket_holder muted viewer speaker co_host host"),
        ],
    },
    Function {
        name: "get-livekit-token",
        about: About::Session,
        body: r#"{ "session_id": "$session" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("banned", "banned"),
            ("ok", "ticket_holder muted viewer speaker co_host host"),
        ],
    },
    Function {
        name: "leave-session",
        about: About::Session,
        body: r#"{ "session_id": "$session" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("ok", "ticket_holder banned muted viewer speaker co_host host"),
        ],
    },
    Function {
        name: "end-session",
        about: About::Session,
        body: r#"{ "session_id": "$session" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("forbidden", "ticket_holder banned muted viewer speaker co_host"),
            ("ok", "host"),
        ],
    },
    Function {
        name: "manage-stage",
        about: About::Session,
        body: r#"{ "session_id": "$session", "action": "promote", "user_id": "$viewer" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("forbidden", "banned"),
            ("role_not_allowed", "ticket_holder muted viewer speaker"),
            ("ok", "co_host host"),
        ],
    },
    Function {
        name: "moderate",
        about: About::Session,
        body: r#"{ "session_id": "$session", "action": "mute", "user_id": "$viewer" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("forbidden", "banned"),
            ("role_not_allowed", "ticket_holder muted viewer speaker"),
            ("ok", "co_host host"),
        ],
    },
    Function {
        name: "send-gift",
        about: About::Session,
        body: r#"{ "session_id": "$session", "coins": 1 }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("forbidden", "ticket_holder host"),
            ("banned", "banned"),
            ("ok", "muted viewer speaker co_host"),
        ],
    },
    Function {
        name: "initiate-call",
        about: About::Session,
        body: r#"{ "callee_id": "$fresh", "call_type": "audio_call" }"#,
        answers: &[("not_authenticated", NO_USER), ("ok", EVERYBODY)],
    },
    Function {
        name: "answer-call",
        about: About::Ring,
        body: r#"{ "call_id": "$call", "accept": true }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("not_found", OUTSIDERS),
            ("not_found", "ticket_holder banned muted speaker co_host"),
            ("forbidden", "host"),
            ("ok", "viewer"),
        ],
    },
    Function {
        name: "change-call",
        about: About::Talk,
        body: r#"{ "call_id": "$call", "action": "request_video" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("not_found", OUTSIDERS),
            ("not_found", "ticket_holder banned muted speaker co_host"),
            ("ok", "viewer host"),
        ],
    },
    Function {
        name: "get-livekit-token",
        about: About::Talk,
        body: r#"{ "call_id": "$call" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("not_found", OUTSIDERS),
            ("not_found", "ticket_holder banned muted speaker co_host"),
            ("ok", "viewer host"),
        ],
    },
    Function {
        name: "end-call",
        about: About::Talk,
        body: r#"{ "call_id": "$call" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("not_found", OUTSIDERS),
            ("not_found", "ticket_holder banned muted speaker co_host"),
            ("ok", "viewer host"),
        ],
    },
    Function {
        name: "get-call",
        about: About::Talk,
        body: r#"{ "call_id": "$call" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("not_found", OUTSIDERS),
            ("not_found", "ticket_holder banned muted speaker co_host"),
            ("ok", "viewer host"),
        ],
    },
    Function {
        name: "register-device",
        about: About::Session,
        body: r#"{ "device_id": "d", "platform": "android", "kind": "fcm", "token": "$fresh" }"#,
        answers: &[("not_authenticated", NO_USER), ("ok", EVERYBODY)],
    },
    Function {
        name: "record-session",
        about: About::Session,
        body: r#"{ "session_id": "$session", "action": "start" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("forbidden", OUTSIDERS),
            ("forbidden", "ticket_holder banned muted viewer speaker co_host"),
            ("ok", "host"),
        ],
    },
    Function {
        name: "get-recording",
        about: About::Session,
        body: r#"{ "recording_id": "$recording" }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("not_found", OUTSIDERS),
            ("banned", "banned"),
            ("ok", "ticket_holder muted viewer speaker co_host host"),
        ],
    },
    Function {
        name: "export-account",
        about: About::Session,
        body: "{}",
        answers: &[("not_authenticated", NO_USER), ("ok", EVERYBODY)],
    },
    Function {
        name: "delete-account",
        about: About::Session,
        // Nobody here has as many coins.
        body: r#"{ "confirm": true, "forfeit_coins": 9999 }"#,
        answers: &[
            ("not_authenticated", NO_USER),
            ("already_live", "host"),
            (
                "conflict",
                "stranger subscriber ticket_holder banned muted viewer speaker co_host other_creator",
            ),
        ],
    },
    Function {
        name: "sweep",
        about: About::Session,
        body: "{}",
        answers: &[
            ("not_authenticated", "anonymous"),
            ("not_authenticated", EVERYBODY),
            ("ok", "service_role"),
        ],
    },
    Function {
        name: "metrics",
        about: About::Session,
        body: "{}",
        answers: &[("not_authenticated", NO_USER), ("not_authenticated", EVERYBODY)],
    },
    Function {
        name: "livekit-webhook",
        about: About::Session,
        body: r#"{ "event": "room_finished", "id": "EV_forged", "room": { "name": "live_$session", "sid": "RM_1" } }"#,
        answers: &[("not_authenticated", NO_USER), ("not_authenticated", EVERYBODY)],
    },
];
