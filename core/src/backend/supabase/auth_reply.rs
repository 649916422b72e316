//! What Supabase Auth answers: tokens, or an `error_code`.

use std::time::Duration;

use serde::Deserialize;

use super::reply::Reply;
use super::token::AccessToken;
use crate::domain::{ErrorCode, LiveError, LiveResult};

/// What is asked of Auth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    SignIn,
    SignUp,
    Renew,
}

impl Step {
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Renew => "token renewal",
        }
    }

    pub const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "auth/v1/token?grant_type=password",
            Self::SignUp => "auth/v1/signup",
            Self::Renew => "auth/v1/token?grant_type=refresh_token",
        }
    }
}

/// Fresh tokens. The refresh token is good once.
pub(super) struct Grant {
    pub access_token: AccessToken,
    pub refresh_token: String,
    pub lifetime: Duration,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
    expires_in: u32,
}

#[derive(Deserialize)]
struct Refusal {
    error_code: Option<String>,
}

pub(super) fn read_grant(step: Step, reply: &Reply) -> LiveResult<Grant> {
    if !reply.is_success() {
        return Err(refusal(step, reply));
    }
    let Ok(tokens) = serde_json::from_str::<Tokens>(&reply.body) else {
        // Auth answers a sign-up with the user alone when the address has to be confirmed first.
        return Err(match step {
            Step::SignUp => refused(
                ErrorCode::NotAuthenticated,
                step,
                "confirm the e-mail address, then sign in",
            ),
            Step::SignIn | Step::Renew => refused(ErrorCode::Internal, step, "the answer holds no tokens"),
        });
    };
    Ok(Grant {
        access_token: AccessToken::parse(&tokens.access_token)?,
        refresh_token: tokens.refresh_token,
        lifetime: Duration::from_secs(tokens.expires_in.into()),
    })
}

fn refusal(step: Step, reply: &Reply) -> LiveError {
    let unknown = || reply.without_contract(step.name());
    // Messages of Auth may hold the e-mail address; its codes don't.
    let code = serde_json::from_str::<Refusal>(&reply.body)
        .ok()
        .and_then(|refusal| refusal.error_code);
    let code = code.as_deref().unwrap_or_default();
    match (reply.status, code) {
        (_, "user_already_exists" | "email_exists") => {
            refused(ErrorCode::Conflict, step, "the address is taken")
        }
        (_, "weak_password") => {
            refused(ErrorCode::InvalidArgument, step, "the password is too weak").with_field("password")
        }
        (_, "email_address_invalid" | "validation_failed") => {
            refused(ErrorCode::InvalidArgument, step, "the e-mail address is refused").with_field("email")
        }
        (_, "email_not_confirmed") => refused(
            ErrorCode::NotAuthenticated,
            step,
            "the e-mail address is not confirmed",
        ),
        (429, _) => unknown(),
        (400..=403, _) => match step {
            Step::SignIn => refused(
                ErrorCode::NotAuthenticated,
                step,
                "wrong e-mail address or password",
            ),
            Step::Renew => refused(
                ErrorCode::NotAuthenticated,
                step,
                "the session is over, sign in again",
            ),
            Step::SignUp => unknown(),
        },
        _ => unknown(),
    }
}

fn refused(code: ErrorCode, step: Step, why: &str) -> LiveError {
    LiveError::new(code, format!("{}: {why}", step.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(step: Step, status: u16, body: &str) -> LiveError {
        let reply = Reply {
            status,
            retry_after: None,
            body: body.into(),
        };
        read_grant(step, &reply).err().unwrap()
    }

    #[test]
    fn refusals_of_auth_become_codes_without_quoting_it() {
        for (step, status, error_code, code, field) in [
            (
                Step::SignIn,
                400,
                "invalid_credentials",
                ErrorCode::NotAuthenticated,
                None,
            ),
            (
                Step::SignIn,
                400,
                "email_not_confirmed",
                ErrorCode::NotAuthenticated,
                None,
            ),
            (
                Step::SignUp,
                422,
                "user_already_exists",
                ErrorCode::Conflict,
                None,
            ),
            (
                Step::SignUp,
                422,
                "weak_password",
                ErrorCode::InvalidArgument,
                Some("password"),
            ),
            (
                Step::SignUp,
                400,
                "validation_failed",
                ErrorCode::InvalidArgument,
                Some("email"),
            ),
            (
                Step::SignUp,
                429,
                "over_email_send_rate_limit",
                ErrorCode::RateLimited,
                None,
            ),
            (
                Step::Renew,
                400,
                "refresh_token_not_found",
                ErrorCode::NotAuthenticated,
                None,
            ),
            (Step::Renew, 403, "user_banned", ErrorCode::NotAuthenticated, None),
            (Step::Renew, 500, "unexpected_failure", ErrorCode::Internal, None),
        ] {
            let body = format!(r#"{{"code":{status},"error_code":"{error_code}","msg":"ayse@example.com"}}"#);
            let error = read(step, status, &body);
            assert_eq!(error.code, code, "{step:?} {error_code}");
            assert_eq!(error.details.field.as_deref(), field, "{step:?} {error_code}");
            assert!(!error.message.contains("ayse"), "{}", error.message);
        }
    }

    #[test]
    fn a_renewal_that_only_the_network_spoiled_is_worth_another_try() {
        assert!(read(Step::Renew, 502, "<html>").retryable);
        assert!(!read(Step::Renew, 400, "{}").retryable);
    }

    #[test]
    fn a_sign_up_that_waits_for_confirmation_says_so() {
        let error = read(
            Step::SignUp,
            200,
            r#"{"id":"0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10"}"#,
        );
        assert_eq!(error.code, ErrorCode::NotAuthenticated);
        assert!(error.message.contains("confirm"), "{}", error.message);
    }
}
