use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::UserId;

fn sent(frame: &ClientFrame) -> Value {
    serde_json::from_str(&frame.encode()).unwrap()
}

#[test]
fn what_is_sent_is_what_realtime_expects() {
    let topic = WireTopic::from(Topic::User(UserId(Uuid::nil())));
    let name = "realtime:user:00000000-0000-0000-0000-000000000000";
    let token = crate::backend::supabase::test_token("one", 1_700_000_000);
    let join = ClientFrame::Join {
        topic: topic.clone(),
        join_ref: 3,
        token: token.clone(),
    };
    let config = json!({
        "private": true, "broadcast": { "self": false, "ack": false },
        "presence": { "enabled": false, "key": "" }, "postgres_changes": [],
    });
    let payload = json!({ "config": config, "access_token": token.expose() });
    assert_eq!(sent(&join), json!(["3", "3", name, "phx_join", payload]));

    let renewed = ClientFrame::AccessToken {
        topic: topic.clone(),
        join_ref: 3,
        id: 4,
        token: token.clone(),
    };
    let payload = json!({ "access_token": token.expose() });
    assert_eq!(sent(&renewed), json!(["3", "4", name, "access_token", payload]));

    let leave = ClientFrame::Leave {
        topic,
        join_ref: 3,
        id: 5,
    };
    assert_eq!(sent(&leave), json!(["3", "5", name, "phx_leave", {}]));
    assert_eq!(
        sent(&ClientFrame::Heartbeat { id: 6 }),
        json!([null, "6", "phoenix", "heartbeat", {}])
    );
}

#[test]
fn replies_tell_success_and_the_reason_of_a_refusal() {
    let reply = |text: &str| ServerFrame::parse_text(text);
    let topic = "realtime:user:1".to_owned();
    assert_eq!(
        reply(
            r#"["1","1","realtime:user:1","phx_reply",{"status":"ok","response":{"postgres_changes":[]}}]"#
        ),
        Ok(ServerFrame::Reply {
            topic: topic.clone(),
            id: 1,
            outcome: Ok(())
        })
    );
    assert_eq!(
        reply(
            r#"["1","1","realtime:user:1","phx_reply",{"status":"error","response":{"reason":"Unauthorized: no"}}]"#
        ),
        Ok(ServerFrame::Reply {
            topic,
            id: 1,
            outcome: Err("Unauthorized: no".into())
        })
    );
}

#[test]
fn a_broadcast_reads_the_same_as_text_and_as_binary() {
    let expected = ServerFrame::Broadcast {
        topic: "realtime:user:1".into(),
        event: "call_changed".into(),
        payload: json!({ "call": 1 }),
    };
    let text = r#"[null,null,"realtime:user:1","broadcast",{"event":"call_changed","type":"broadcast","payload":{"call":1}}]"#;
    assert_eq!(ServerFrame::parse_text(text).unwrap(), expected);

    let mut binary = vec![4, 15, 12, 8, 1];
    binary.extend_from_slice(b"realtime:user:1call_changed{\"id\":1}{\"call\":1}");
    assert_eq!(ServerFrame::parse_binary(&binary).unwrap(), expected);
    for length in 0..binary.len() {
        assert!(
            ServerFrame::parse_binary(&binary[..length]).is_err(),
            "cut at {length}"
        );
    }
}

#[test]
fn what_a_newer_server_says_is_not_malformed() {
    let text = r#"["1",null,"realtime:user:1","system",{"status":"ok","message":"Subscribed"}]"#;
    let event = "system".into();
    assert_eq!(ServerFrame::parse_text(text), Ok(ServerFrame::Other { event }));
    assert!(matches!(
        ServerFrame::parse_binary(&[9, 0, 0, 0, 0]),
        Ok(ServerFrame::Other { .. })
    ));
}

#[test]
fn the_end_of_a_join_names_the_join() {
    for event in ["phx_close", "phx_error"] {
        let text = format!(r#"["7","7","realtime:user:1","{event}",{{}}]"#);
        let frame = ServerFrame::parse_text(&text).unwrap();
        assert_eq!(
            frame,
            ServerFrame::Ended {
                topic: "realtime:user:1".into(),
                join_ref: Some(7)
            }
        );
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "phx_reply|phx_close|broadcast|ok|.{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("status|event|payload|response|reason|.{0,6}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,200}") {
        let _ = ServerFrame::parse_text(&text);
    }

    #[test]
    fn no_frame_of_any_shape_makes_the_parser_panic(
        join_ref in json_value(), id in json_value(), topic in json_value(),
        event in "phx_reply|phx_close|phx_error|broadcast|system|.{0,8}", payload in json_value(),
    ) {
        let _ = ServerFrame::parse_text(&json!([join_ref, id, topic, event, payload]).to_string());
        let _ = ServerFrame::parse_text(&json!(["1", "1", "realtime:user:1", event, payload]).to_string());
    }

    #[test]
    fn no_bytes_make_the_parser_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..64), broadcast: bool) {
        if broadcast && bytes.len() > 4 {
            bytes[0] = 4;
            bytes[4] = 1;
        }
        let _ = ServerFrame::parse_binary(&bytes);
    }
}
