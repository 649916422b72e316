//! What came back over HTTP, as an answer or as the one error.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::{ErrorCode, LiveError, LiveResult};

/// An HTTP answer, read to its end.
pub(super) struct Reply {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: LiveError,
}

impl Reply {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer, or the refusal: the `error` object of the HTTP contract, or, where a gateway answered in
    /// our stead, an error made from the status. `endpoint` names the request in messages.
    pub fn read<T: DeserializeOwned>(self, endpoint: &str) -> LiveResult<T> {
        if !self.is_success() {
            return Err(self.refusal(endpoint));
        }
        serde_json::from_str(&self.body).map_err(|error| {
            tracing::warn!(endpoint, %error, "answer is not of the contract");
            LiveError::new(
                ErrorCode::Internal,
                format!("{endpoint}: the answer is not of the contract"),
            )
        })
    }

    fn refusal(&self, endpoint: &str) -> LiveError {
        let mut error = match serde_json::from_str::<Refusal>(&self.body) {
            Ok(refusal) => refusal.error,
            Err(_) => self.without_contract(endpoint),
        };
        if error.retry_after_ms.is_none() {
            error.retry_after_ms = self.retry_after_ms(Utc::now());
        }
        error
    }

    /// The body is somebody else's (a proxy's page, PostgREST's error): the status alone is believed.
    pub fn without_contract(&self, endpoint: &str) -> LiveError {
        let (code, retryable) = match self.status {
            401 => (ErrorCode::NotAuthenticated, false),
            403 => (ErrorCode::Forbidden, false),
            429 => (ErrorCode::RateLimited, true),
            408 | 500.. => (ErrorCode::Internal, true),
            // Also 404: nothing is served under this path, which says nothing about a session or a call.
            _ => (ErrorCode::Internal, false),
        };
        let mut error = LiveError::new(code, format!("{endpoint}: HTTP status {}", self.status));
        error.retryable = retryable;
        error.retry_after_ms = self.retry_after_ms(Utc::now());
        error
    }

    /// `Retry-After`, in seconds or as a date.
    fn retry_after_ms(&self, now: DateTime<Utc>) -> Option<u64> {
        let text = self.retry_after.as_deref()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return seconds.checked_mul(1_000);
        }
        let date = DateTime::parse_from_rfc2822(text).ok()?;
        Some(u64::try_from((date.with_timezone(&Utc) - now).num_milliseconds()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            retry_after: None,
            body: body.into(),
        }
    }

    fn refused(reply: Reply) -> LiveError {
        reply.read::<serde_json::Value>("join-session").unwrap_err()
    }

    #[test]
    fn a_refusal_of_the_contract_is_taken_word_for_word() {
        let error = refused(reply(
            409,
            r#"{"error":{"code":"price_changed","message":"costs 30","retryable":false,"details":{"price_coins":30}}}"#,
        ));
        assert_eq!(error.code, ErrorCode::PriceChanged);
        assert_eq!(error.details.price_coins, Some(30));
        assert_eq!(error.message, "costs 30");
    }

    #[test]
    fn a_gateways_page_is_judged_by_its_status_and_never_quoted() {
        for (status, code, retryable) in [
            (400, ErrorCode::Internal, false),
            (401, ErrorCode::NotAuthenticated, false),
            (403, ErrorCode::Forbidden, false),
            (404, ErrorCode::Internal, false),
            (408, ErrorCode::Internal, true),
            (429, ErrorCode::RateLimited, true),
            (500, ErrorCode::Internal, true),
            (502, ErrorCode::Internal, true),
            (504, ErrorCode::Internal, true),
        ] {
            let error = refused(reply(status, "<html>secret token</html>"));
            assert_eq!((error.code, error.retryable), (code, retryable), "{status}");
            assert_eq!(error.message, format!("join-session: HTTP status {status}"));
        }
    }

    #[test]
    fn a_success_that_is_not_of_the_contract_is_internal() {
        let error = refused(reply(200, "<html>sign in to the hotel's network</html>"));
        assert_eq!(error.code, ErrorCode::Internal);
        assert!(error.retryable);
    }

    #[test]
    fn retry_after_is_read_in_both_spellings() {
        let at = |text: &str| Reply {
            retry_after: Some(text.into()),
            ..reply(429, "")
        };
        assert_eq!(refused(at("7")).retry_after_ms, Some(7_000));
        let now = DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z")
            .unwrap()
            .to_utc();
        assert_eq!(
            at("Thu, 01 Jan 2026 00:00:30 GMT").retry_after_ms(now),
            Some(30_000)
        );
        assert_eq!(at("Wed, 31 Dec 2025 00:00:00 GMT").retry_after_ms(now), Some(0));
        assert_eq!(at("soon").retry_after_ms(now), None);
        assert_eq!(at("18446744073709551615").retry_after_ms(now), None);
    }

    proptest! {
        #[test]
        fn no_answer_makes_the_reader_panic(status in 100_u16..600, body in ".{0,200}", after in ".{0,40}") {
            let reply = Reply { status, retry_after: Some(after), body };
            let _ = reply.read::<serde_json::Value>("join-session");
        }
    }
}
