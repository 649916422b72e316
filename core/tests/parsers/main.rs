//! Everything parsed from outside: whatever comes, nothing panics, and nothing is read as what it isn't.
//!
//! Inputs are real ones with bytes changed, cut, doubled and inserted. `cargo fuzz` needs a nightly compiler, which this
//! project doesn't ask for; longer runs: `PROPTEST_CASES=1000000 cargo test -p ipelya-core --test parsers`.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ipelya_core::backend::supabase::AccessToken;
use ipelya_core::backend::{AnsweredCall, CallAdmission, RoomAccess, SessionAdmission};
use ipelya_core::call::Push;
use ipelya_core::domain::{
    Call, ErrorCode, Grants, LiveError, LiveSession, Participant, Role, RoomName, SessionType, grants,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const ID: &str = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";

/// One change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Flip(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Double(usize, usize),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop_oneof![
        Just(b"null".to_vec()),
        Just(b"-1".to_vec()),
        Just(b"1e999".to_vec()),
        Just(b"18446744073709551616".to_vec()),
        Just(b"\\ud800".to_vec()),
        Just("\u{202e}".as_bytes().to_vec()),
        Just(vec![0]),
        Just(b"[[[[[[[[".to_vec()),
        prop::collection::vec(any::<u8>(), 1..8),
    ];
    let place = 0_usize..4096;
    prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place.clone(), 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, 1 << bit)),
        (place.clone(), odd).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place.clone(), 1_usize..40).prop_map(|(at, len)| Change::Remove(at, len)),
        (place.clone(), 1_usize..40).prop_map(|(at, len)| Change::Double(at, len)),
        place.prop_map(Change::Cut),
    ]
}

fn changed(original: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for change in changes {
        let end = bytes.len();
        let within = |at: usize| at % end.max(1);
        match change {
            Change::Set(at, byte) if end > 0 => bytes[within(*at)] = *byte,
            Change::Flip(at, bit) if end > 0 => bytes[within(*at)] ^= bit,
            Change::Set(..) | Change::Flip(..) => {}
            Change::Insert(at, more) => {
                let at = within(*at).min(end);
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Remove(at, len) => {
                let at = within(*at).min(end);
                bytes.drain(at..(at + len).min(end));
            }
            Change::Double(at, len) => {
                let at = within(*at).min(end);
                let part = bytes[at..(at + len).min(end)].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Cut(at) => bytes.truncate(within(*at)),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec(change(), 0..6)
}

fn session() -> Value {
    json!({
        "id": ID, "room_name": format!("live_{ID}"), "session_type": "video_live", "title": "Akşam",
        "host_id": ID, "acting_host_id": null, "access": "pay_per_view", "price_coins": 30, "status": "live", "viewer_count": 12,
        "started_at": "2026-01-01T00:00:00.123456+00:00", "ended_at": null, "end_reason": null,
    })
}

fn call() -> Value {
    json!({
        "id": ID, "status": "active", "call_type": "video_call", "caller_id": ID, "callee_id": ID,
        "ring_expires_at": "2026-01-01T00:00:45Z", "answered_device_id": "phone", "end_reason": "hung_up",
        "video_request": { "user_id": ID, "expires_at": "2026-01-01T00:01:00Z" }, "version": 3,
    })
}

fn livekit() -> Value {
    json!({ "url": "ws://127.0.0.1:7880", "token": "a.b.c" })
}

const TICKET: &str = "answer-ticket-that-nobody-may-read-in-a-log";

fn push() -> Value {
    json!({
        "call_id": ID, "caller_id": ID, "caller_name": "Anna", "callee_id": "5a4d9c2e-0d53-4a53-8e0a-9f6c2b1d7e11",
        "call_type": "video_call", "ring_expires_at": "2026-01-01T00:00:45Z", "answer_ticket": TICKET,
    })
}

/// Reads changed bytes; what is read must survive being written and read again.
fn reads<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

fn stays<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Some(read) = reads::<T>(bytes) {
        let written = serde_json::to_vec(&read).unwrap();
        assert_eq!(reads::<T>(&written), Some(read));
    }
}

#[test]
fn what_the_corpus_starts_from_is_read() {
    let admission =
        json!({ "session": session(), "role": "viewer", "livekit": livekit(), "charged_coins": 30 });
    assert!(reads::<SessionAdmission>(admission.to_string().as_bytes()).is_some());
    let admission = json!({ "call": call(), "livekit": livekit() });
    assert!(reads::<CallAdmission>(admission.to_string().as_bytes()).is_some());
    let Ok(Push::Ring(push)) = Push::parse(&push().to_string()) else {
        panic!("a ring")
    };
    assert_eq!(push.answer_ticket.as_deref(), Some(TICKET));
    let stop = json!({ "event": "stop_ringing", "call_id": ID, "callee_id": ID, "reason": "cancelled" });
    assert!(matches!(Push::parse(&stop.to_string()), Ok(Push::StopRinging(_))));
    let later = json!({ "event": "moon_phase", "call_id": ID });
    assert!(Push::parse(&later.to_string()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, ..ProptestConfig::default() })]

    #[test]
    fn answers_of_functions(changes in changes()) {
        let session_answer = json!({ "session": session(), "role": "viewer", "livekit": livekit(), "charged_coins": 30 });
        let bytes = changed(session_answer.to_string().as_bytes(), &changes);
        let _ = reads::<SessionAdmission>(&bytes);
        let _ = reads::<RoomAccess>(&bytes);
        let call_answer = json!({ "call": call(), "livekit": livekit() });
        let bytes = changed(call_answer.to_string().as_bytes(), &changes);
        let _ = reads::<CallAdmission>(&bytes);
        let _ = reads::<AnsweredCall>(&bytes);
    }

    #[test]
    fn pushes(changes in changes()) {
        let bytes = changed(push().to_string().as_bytes(), &changes);
        let text = String::from_utf8_lossy(&bytes);
        match Push::parse(&text) {
            Ok(Push::StopRinging(_)) => prop_assert!(text.contains("stop_ringing")),
            Ok(Push::Ring(push)) => {
                prop_assert!(!format!("{push:?}").contains("ticket-that"), "a secret");
                let caller = push.call_for(push.caller_id);
                prop_assert_eq!(caller, None, "nobody is rung by oneself");
            }
            Err(error) => {
                prop_assert_eq!(error.code, ErrorCode::InvalidArgument);
                prop_assert_eq!(error.details.field.as_deref(), Some("payload"));
                prop_assert!(!error.message.contains("ticket"), "{}", error.message);
            }
        }
    }

    #[test]
    fn rows(changes in changes()) {
        stays::<LiveSession>(&changed(session().to_string().as_bytes(), &changes));
        stays::<Call>(&changed(call().to_string().as_bytes(), &changes));
        let participant = json!({
            "session_id": ID, "user_id": ID, "role": "speaker", "status": "joined",
            "joined_at": "2026-01-01T00:00:00Z", "left_at": null,
        });
        stays::<Participant>(&changed(participant.to_string().as_bytes(), &changes));
    }

    #[test]
    fn errors_keep_to_the_codes(changes in changes()) {
        let error = json!({
            "code": "price_changed", "message": "costs 30", "retryable": false, "retry_after_ms": 1500,
            "details": { "price_coins": 30, "field": "accept_price" },
        });
        let bytes = changed(error.to_string().as_bytes(), &changes);
        stays::<LiveError>(&bytes);
        if let (Some(error), Some(raw)) = (reads::<LiveError>(&bytes), reads::<Value>(&bytes)) {
            let known = raw["code"].as_str().and_then(ErrorCode::parse);
            prop_assert_eq!(error.code, known.unwrap_or(ErrorCode::Internal));
        }
    }

    #[test]
    fn room_names_have_one_spelling(changes in changes()) {
        let bytes = changed(format!("live_{ID}").as_bytes(), &changes);
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(name) = text.parse::<RoomName>() {
            prop_assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn no_text_but_a_roles_name_grants_anything(changes in changes()) {
        for role in Role::ALL {
            let bytes = changed(role.as_str().as_bytes(), &changes);
            let text = String::from_utf8_lossy(&bytes);
            let granted = Role::parse(&text).map_or(Grants::NONE, |role| grants(role, SessionType::VideoLive));
            prop_assert!(!granted.any() || ["host", "co_host", "speaker"].contains(&&*text));
        }
    }

    #[test]
    fn access_tokens(in_claims in changes(), in_token in changes()) {
        let claims = format!(r#"{{"sub":"{ID}","exp":1700000000,"role":"authenticated"}}"#);
        let claims = changed(claims.as_bytes(), &in_claims);
        let token = format!("eyJhbGciOiJIUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(&claims));
        let token = changed(token.as_bytes(), &in_token);
        let text = String::from_utf8_lossy(&token);
        match AccessToken::parse(&text) {
            Ok(token) => {
                prop_assert_eq!(token.expose(), &*text);
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "fits a header");
            }
            Err(error) => prop_assert_eq!(error.code, ErrorCode::NotAuthenticated),
        }
    }
}
