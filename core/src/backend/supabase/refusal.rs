//! What PostgREST refuses, as the one error.

use serde::Deserialize;

use super::reply::Reply;
use crate::domain::{ErrorCode, ErrorDetails, LiveError};

/// PostgREST's error. Our triggers raise the contract's codes through it, PostgreSQL its SQLSTATEs.
#[derive(Deserialize)]
struct TableError {
    code: String,
    message: String,
    details: Option<String>,
}

/// Also in `details`, which is JSON in a string.
#[derive(Default, Deserialize)]
struct Wait {
    retry_after_ms: Option<u64>,
}

/// The refusal of a table, where the status isn't a success.
pub(super) fn of_table(table: &str, reply: &Reply) -> LiveError {
    let by_status = reply.without_contract(table);
    let Ok(told) = serde_json::from_str::<TableError>(&reply.body) else {
        return by_status;
    };
    if let Some(code) = ErrorCode::parse(&told.code) {
        let details = told.details.unwrap_or_default();
        let wait: Wait = serde_json::from_str(&details).unwrap_or_default();
        let mut error = LiveError::new(code, told.message);
        error.details = serde_json::from_str::<ErrorDetails>(&details).unwrap_or_default();
        error.retry_after_ms = wait.retry_after_ms.or(by_status.retry_after_ms);
        return error;
    }
    let refused = |code| LiveError::new(code, format!("{table}: SQLSTATE {}", told.code));
    match told.code.as_str() {
        "42501" if by_status.code != ErrorCode::NotAuthenticated => refused(ErrorCode::Forbidden),
        // A foreign key leads nowhere.
        "23503" => refused(ErrorCode::NotFound),
        "23505" => refused(ErrorCode::Conflict),
        "23514" => {
            let refusal = refused(ErrorCode::InvalidArgument);
            match checked_column(table, &told.message) {
                Some(field) => refusal.with_field(field),
                None => refusal,
            }
        }
        _ => by_status,
    }
}

/// The column whose check failed, by the name that PostgreSQL gives to the check of one column.
fn checked_column<'a>(table: &str, message: &'a str) -> Option<&'a str> {
    let constraint = message.split('"').rfind(|part| part.ends_with("_check"))?;
    constraint
        .strip_prefix(table)?
        .strip_prefix('_')?
        .strip_suffix("_check")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(status: u16, body: serde_json::Value) -> LiveError {
        let reply = Reply {
            status,
            retry_after: None,
            body: body.to_string(),
        };
        of_table("live_messages", &reply)
    }

    #[test]
    fn a_rule_of_ours_says_its_code_and_how_long_to_wait() {
        let details = json!({ "limit": "slow_mode", "retry_after_ms": 4_200 }).to_string();
        let error = refused(
            429,
            json!({ "code": "rate_limited", "message": "Slow.", "details": details }),
        );
        assert_eq!(
            (error.code, error.retry_after_ms),
            (ErrorCode::RateLimited, Some(4_200))
        );
        let details = json!({ "field": "body" }).to_string();
        let error = refused(
            400,
            json!({ "code": "invalid_argument", "message": "Blank.", "details": details }),
        );
        assert_eq!(
            (error.code, error.details.field.as_deref()),
            (ErrorCode::InvalidArgument, Some("body"))
        );
    }

    #[test]
    fn what_postgresql_refuses_is_said_in_the_products_words() {
        let violates =
            r#"new row for relation "live_messages" violates check constraint "live_messages_body_check""#;
        let error = refused(
            400,
            json!({ "code": "23514", "message": violates, "details": "Failing row: secret" }),
        );
        assert_eq!(
            (error.code, error.details.field.as_deref()),
            (ErrorCode::InvalidArgument, Some("body"))
        );
        assert!(!error.message.contains("secret"));
        for (status, sqlstate, code) in [
            (403, "42501", ErrorCode::Forbidden),
            (401, "42501", ErrorCode::NotAuthenticated),
            (409, "23503", ErrorCode::NotFound),
            (409, "23505", ErrorCode::Conflict),
            (500, "XX000", ErrorCode::Internal),
        ] {
            let error = refused(
                status,
                json!({ "code": sqlstate, "message": "no", "details": null }),
            );
            assert_eq!(error.code, code, "{sqlstate}");
        }
    }
}
