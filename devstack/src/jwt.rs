use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value};

/// The claims of a JWT.
pub(crate) type Claims = Map<String, Value>;

/// Why a JWT is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// It isn't three base64url parts of JSON, or not HS256.
    #[error("The token provided is not a valid JWT")]
    Malformed,
    /// It was signed with another secret.
    #[error("Failed to validate JWT signature")]
    Signature,
    /// It expired so many seconds ago.
    #[error("Token has expired {seconds} seconds ago")]
    Expired {
        /// Whole seconds since its `exp`.
        seconds: i64,
    },
}

/// Signs `claims` with HS256.
///
/// # Errors
/// When the claims cannot be written as JSON.
pub fn sign_jwt(claims: &Map<String, Value>, secret: &str) -> anyhow::Result<String> {
    Ok(encode(
        &Header::new(Algorithm::HS256),
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )?)
}

/// The claims of `token`, if it was signed with `secret` and hasn't expired. `exp` may be absent; no leeway.
///
/// # Errors
/// When the token is refused; the error says why.
pub fn verify_jwt(token: &str, secret: &str) -> Result<Map<String, Value>, JwtError> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_aud = false;
    validation.validate_exp = false;
    let decoded = decode::<Claims>(token, &DecodingKey::from_secret(secret.as_bytes()), &validation);
    let claims = decoded.map_err(|error| {
        let forged = matches!(error.kind(), ErrorKind::InvalidSignature);
        if forged {
            JwtError::Signature
        } else {
            JwtError::Malformed
        }
    })?;
    claims.claims.get("exp").map_or(Ok(()), |exp| {
        let exp = exp.as_i64().ok_or(JwtError::Malformed)?;
        let seconds = now() - exp;
        if seconds >= 0 {
            Err(JwtError::Expired { seconds })
        } else {
            Ok(())
        }
    })?;
    Ok(claims.claims)
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// The token of an `Authorization: Bearer` header's value.
pub(crate) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a-secret-with-at-least-32-characters";

    fn claims(exp: i64) -> Claims {
        serde_json::from_value(serde_json::json!({ "role": "anon", "exp": exp })).unwrap()
    }

    #[test]
    fn a_signed_token_gives_its_claims_back() {
        let signed = claims(now() + 60);
        let token = sign_jwt(&signed, SECRET).unwrap();
        assert_eq!(verify_jwt(&token, SECRET).unwrap(), signed);
    }

    #[test]
    fn forged_expired_and_malformed_tokens_are_told_apart() {
        let forged = sign_jwt(&claims(now() + 60), "another-secret-with-32-characters!!").unwrap();
        assert_eq!(verify_jwt(&forged, SECRET), Err(JwtError::Signature));
        let expired = sign_jwt(&claims(now() - 5), SECRET).unwrap();
        assert!(matches!(
            verify_jwt(&expired, SECRET),
            Err(JwtError::Expired { seconds: 5..=6 })
        ));
        for text in ["", "a.b", "a.b.c", "not a token"] {
            assert_eq!(verify_jwt(text, SECRET), Err(JwtError::Malformed));
        }
    }

    #[test]
    fn only_a_bearer_header_carries_a_token() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer "), None);
    }
}
