//! The double refuses what Apple refuses, by Apple's reasons.

use serde_json::json;

use super::*;

fn push() -> Push {
    Push {
        service: PushService::Apns,
        token: "ab".repeat(32),
        credential: "token".into(),
        key: "123e4567-e89b-12d3-a456-4266554400a0".into(),
        expires_at: 0,
        payload: json!({ "aps": {} }),
        status: 0,
        reason: None,
    }
}

const GOOD: [(&str, &str); 4] = [
    ("apns-push-type", "voip"),
    ("apns-priority", "10"),
    ("apns-expiration", "1790000000"),
    ("apns-topic", "com.ipelya.example.voip"),
];

fn reason(push: &Push, changed: (&str, Option<&'static str>), size: usize) -> Option<String> {
    let header = |name: &str| {
        if name == changed.0 {
            return changed.1;
        }
        GOOD.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    };
    check(push, &header, size)
        .err()
        .map(|answer| answer.reason().to_owned())
}

#[test]
fn a_header_that_is_wrong_is_refused_by_its_reason() {
    assert_eq!(reason(&push(), ("", None), 20), None);
    for (name, value, expected) in [
        ("apns-push-type", None, "InvalidPushType"),
        ("apns-push-type", Some("alert"), "InvalidPushType"),
        ("apns-priority", Some("7"), "BadPriority"),
        ("apns-expiration", Some("soon"), "BadExpirationDate"),
        ("apns-topic", None, "MissingTopic"),
        ("apns-topic", Some("com.ipelya.example"), "TopicDisallowed"),
        ("apns-topic", Some("com.other.voip"), "TopicDisallowed"),
    ] {
        assert_eq!(
            reason(&push(), (name, value), 20).as_deref(),
            Some(expected),
            "{name}: {value:?}"
        );
    }
}

#[test]
fn a_push_that_is_wrong_is_refused_by_its_reason() {
    for (change, size, expected) in [
        (
            Push {
                token: "not hexadecimal".into(),
                ..push()
            },
            20,
            "BadDeviceToken",
        ),
        (
            Push {
                key: "7".into(),
                ..push()
            },
            20,
            "BadMessageId",
        ),
        (
            Push {
                credential: String::new(),
                ..push()
            },
            20,
            "MissingProviderToken",
        ),
        (
            Push {
                payload: Value::Null,
                ..push()
            },
            0,
            "PayloadEmpty",
        ),
        (push(), 5121, "PayloadTooLarge"),
    ] {
        assert_eq!(reason(&change, ("", None), size).as_deref(), Some(expected));
    }
}

#[test]
fn a_provider_token_is_held_to_its_key_team_and_age() {
    let apple = Apple::new().unwrap();
    let sign = |apple: &Apple, kid: &str, team: &str, iat: i64| {
        let mut header = jsonwebtoken::Header::new(Algorithm::ES256);
        header.kid = Some(kid.into());
        let key = KeyPair::from_pem(&apple.private_key).unwrap().serialize_der();
        let key = jsonwebtoken::EncodingKey::from_ec_der(&key);
        jsonwebtoken::encode(&header, &json!({ "iss": team, "iat": iat }), &key).unwrap()
    };
    let reason = |token: &str| apple.admit(token).err().map(|answer| answer.reason().to_owned());
    for (token, expected) in [
        (
            sign(&Apple::new().unwrap(), KEY_ID, TEAM_ID, now()),
            "InvalidProviderToken",
        ),
        (sign(&apple, "OTHERKEY01", TEAM_ID, now()), "InvalidProviderToken"),
        (sign(&apple, KEY_ID, "OTHERTEAM1", now()), "InvalidProviderToken"),
        (sign(&apple, KEY_ID, TEAM_ID, now() + 600), "InvalidProviderToken"),
        (
            sign(&apple, KEY_ID, TEAM_ID, now() - 3700),
            "ExpiredProviderToken",
        ),
    ] {
        assert_eq!(reason(&token).as_deref(), Some(expected));
    }
    let first = sign(&apple, KEY_ID, TEAM_ID, now());
    assert_eq!((reason(&first), reason(&first)), (None, None));
    let second = sign(&apple, KEY_ID, TEAM_ID, now() - 1);
    assert_eq!(reason(&second).as_deref(), Some("TooManyProviderTokenUpdates"));
}
