use super::*;

fn frame() -> Frame {
    Frame {
        join_ref: "1".into(),
        reference: "2".into(),
        topic: "realtime:user:ö".into(),
        event: "phx_join".into(),
        payload: json!({ "config": { "private": true } }),
    }
}

#[test]
fn a_version_2_message_is_an_array() {
    let text = r#"["1","2","realtime:user:ö","phx_join",{"config":{"private":true}}]"#;
    assert_eq!(decode_text(Version::V2, text), Ok(Incoming::Frame(frame())));
    assert_eq!(frame().encode(Version::V2), Wire::Text(text.into()));
}

#[test]
fn a_version_1_message_is_an_object() {
    let text = r#"{"topic":"realtime:user:ö","event":"phx_join","payload":{"config":{"private":true}},"ref":"2","join_ref":"1"}"#;
    assert_eq!(decode_text(Version::V1, text), Ok(Incoming::Frame(frame())));
}

#[test]
fn a_reply_echoes_the_references() {
    let Wire::Text(text) = frame().reply("ok", &json!({})).encode(Version::V2) else {
        panic!("not text")
    };
    assert_eq!(
        text.as_str(),
        r#"["1","2","realtime:user:ö","phx_reply",{"response":{},"status":"ok"}]"#
    );
}

#[test]
fn a_binary_push_is_read_field_by_field() {
    let mut bytes = vec![3, 1, 1, 16, 2, 0, 1];
    bytes.extend_from_slice("12realtime:user:öhi{\"a\":1}".as_bytes());
    let Ok(Incoming::Broadcast { frame, broadcast }) = decode_binary(Version::V2, &bytes) else {
        panic!("refused")
    };
    assert_eq!(
        (frame.topic.as_str(), frame.reference.as_str()),
        ("realtime:user:ö", Some("2"))
    );
    let body = Body::Json(br#"{"a":1}"#.to_vec());
    assert_eq!(
        broadcast,
        Broadcast::User {
            event: "hi".into(),
            body,
            meta: None
        }
    );
}

#[test]
fn truncated_and_foreign_bytes_are_refused_at_every_length() {
    let mut bytes = vec![3, 1, 1, 4, 2, 0, 1];
    bytes.extend_from_slice(b"12rthi{}");
    for length in 0..bytes.len() {
        assert_eq!(
            decode_binary(Version::V2, &bytes[..length]),
            Err(Malformed),
            "{length} bytes"
        );
    }
    assert_eq!(decode_binary(Version::V1, &bytes), Err(Malformed));
    for text in ["", "[]", "{}", r#"["1","2"]"#, "null", r#"["1","2",3,"e",{}]"#] {
        assert_eq!(decode_text(Version::V2, text), Err(Malformed), "{text}");
        assert_eq!(decode_text(Version::V1, text), Err(Malformed), "{text}");
    }
}

#[test]
fn one_broadcast_reaches_both_versions() {
    let body = Body::Json(br#"{"a":1}"#.to_vec());
    let broadcast = Broadcast::User {
        event: "hi".into(),
        body,
        meta: Some(json!({ "id": "x" })),
    };
    let Some(Wire::Text(text)) = broadcast.encode(Version::V1, "t") else {
        panic!("not text")
    };
    let expected = json!({
        "topic": "t", "event": "broadcast", "ref": null,
        "payload": { "type": "broadcast", "event": "hi", "payload": { "a": 1 }, "meta": { "id": "x" } },
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    let Some(Wire::Binary(bytes)) = broadcast.encode(Version::V2, "t") else {
        panic!("not binary")
    };
    assert_eq!(&bytes[..], b"\x04\x01\x02\x0a\x01thi{\"id\":\"x\"}{\"a\":1}");
}

#[test]
fn version_1_cannot_carry_bytes_and_no_version_an_overlong_event() {
    let bytes = Broadcast::User {
        event: "hi".into(),
        body: Body::Binary(vec![1]),
        meta: None,
    };
    assert!(bytes.encode(Version::V1, "t").is_none());
    assert!(bytes.encode(Version::V2, "t").is_some());
    let overlong = Broadcast::User {
        event: "x".repeat(256),
        body: Body::Binary(vec![1]),
        meta: None,
    };
    assert!(overlong.encode(Version::V2, "t").is_none());
}

#[test]
fn an_unknown_version_is_refused() {
    assert_eq!(Version::parse(None), Some(Version::V1));
    assert_eq!(Version::parse(Some("2.0.0")), Some(Version::V2));
    assert_eq!(Version::parse(Some("3.0.0")), None);
}
