//! The functions a person may call, and what each of their fields may be. The cases are made from this.

use serde_json::{Value, json};

/// What a field holds; says which values are of the wrong type and which are out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The id of a session, a call or a person.
    Id,
    /// One of a few names.
    Name,
    /// One line of text of at most so many characters.
    Line(usize),
    /// A whole number, of coins or of seconds.
    Number,
    Bool,
    /// True and nothing else.
    Yes,
}

pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

pub struct Endpoint {
    pub name: &'static str,
    pub fields: &'static [Field],
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

const SESSION: &[Field] = &[field("session_id", Kind::Id)];

pub const ENDPOINTS: [Endpoint; 19] = [
    Endpoint {
        name: "create-session",
        fields: &[
            field("session_type", Kind::Name),
            field("title", Kind::Line(120)),
            field("access", Kind::Name),
            optional("price_coins", Kind::Number),
        ],
    },
    Endpoint {
        name: "start-session",
        fields: SESSION,
    },
    Endpoint {
        name: "join-session",
        fields: &[
            field("session_id", Kind::Id),
            optional("accept_price", Kind::Number),
        ],
    },
    Endpoint {
        name: "get-livekit-token",
        fields: &[field("session_id", Kind::Id)],
    },
    Endpoint {
        name: "leave-session",
        fields: SESSION,
    },
    Endpoint {
        name: "end-session",
        fields: SESSION,
    },
    Endpoint {
        name: "manage-stage",
        fields: &[
            field("session_id", Kind::Id),
            field("action", Kind::Name),
            optional("user_id", Kind::Id),
            optional("role", Kind::Name),
        ],
    },
    Endpoint {
        name: "moderate",
        fields: &[
            field("session_id", Kind::Id),
            field("action", Kind::Name),
            field("user_id", Kind::Id),
            optional("reason", Kind::Line(500)),
            optional("scope", Kind::Name),
            optional("expires_in_seconds", Kind::Number),
        ],
    },
    Endpoint {
        name: "send-gift",
        fields: &[
            field("session_id", Kind::Id),
            field("coins", Kind::Number),
            optional("message", Kind::Line(200)),
        ],
    },
    Endpoint {
        name: "register-device",
        fields: &[
            field("device_id", Kind::Line(128)),
            field("platform", Kind::Name),
            field("kind", Kind::Name),
            field("token", Kind::Line(2048)),
            optional("unregister", Kind::Bool),
        ],
    },
    Endpoint {
        name: "initiate-call",
        fields: &[field("callee_id", Kind::Id), field("call_type", Kind::Name)],
    },
    Endpoint {
        name: "answer-call",
        fields: &[
            field("call_id", Kind::Id),
            field("accept", Kind::Bool),
            optional("device_id", Kind::Line(128)),
        ],
    },
    Endpoint {
        name: "change-call",
        fields: &[field("call_id", Kind::Id), field("action", Kind::Name)],
    },
    Endpoint {
        name: "end-call",
        fields: &[field("call_id", Kind::Id)],
    },
    Endpoint {
        name: "get-call",
        fields: &[field("call_id", Kind::Id)],
    },
    Endpoint {
        name: "record-session",
        fields: &[field("session_id", Kind::Id), field("action", Kind::Name)],
    },
    Endpoint {
        name: "get-recording",
        fields: &[field("recording_id", Kind::Id)],
    },
    Endpoint {
        name: "delete-account",
        fields: &[
            field("confirm", Kind::Yes),
            optional("forfeit_coins", Kind::Number),
        ],
    },
    Endpoint {
        name: "export-account",
        fields: &[
            optional("section", Kind::Line(64)),
            optional("offset", Kind::Number),
        ],
    },
];

impl Kind {
    /// Values that the field never holds.
    pub fn wrong(self) -> Vec<Value> {
        let everything = [
            json!(7),
            json!(-1),
            json!(1.5),
            json!("words"),
            json!(true),
            json!([]),
            json!({ "a": 1 }),
        ];
        let mut wrong: Vec<Value> = everything
            .into_iter()
            .filter(|value| !self.takes(value))
            .collect();
        wrong.push(match self {
            Self::Id => json!("0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e1' or true"),
            Self::Name | Self::Bool => json!("host\u{0}"),
            Self::Yes => json!(false),
            Self::Line(max) => json!("ü".repeat(max + 1)),
            Self::Number => json!(2_147_483_648_u64),
        });
        if let Self::Line(_) = self {
            wrong.extend([json!(""), json!("  "), json!("a\u{0}b"), json!("two\nlines")]);
        }
        wrong
    }

    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Id | Self::Name => false,
            Self::Line(_) => value.is_string(),
            Self::Number => value == 7,
            Self::Bool => value.is_boolean(),
            Self::Yes => value == true,
        }
    }
}

impl Endpoint {
    /// A body that is right in every field, about things that don't exist.
    pub fn body(&self) -> Value {
        let nobody = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        let mut body = json!({});
        for field in self.fields.iter().filter(|field| field.required) {
            body[field.name] = match (field.name, field.kind) {
                ("session_type", _) => json!("video_live"),
                ("access", _) => json!("public"),
                ("action", _) if self.name == "moderate" => json!("kick"),
                ("action", _) if self.name == "record-session" => json!("start"),
                ("action", _) if self.name == "change-call" => json!("request_video"),
                ("action", _) => json!("promote"),
                ("call_type", _) => json!("audio_call"),
                ("platform", _) => json!("ios"),
                ("kind", _) => json!("apns"),
                (_, Kind::Id) => json!(nobody),
                (_, Kind::Name | Kind::Line(_)) => json!("A title"),
                (_, Kind::Number) => json!(1),
                (_, Kind::Bool | Kind::Yes) => json!(true),
            };
        }
        body
    }
}
