use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::AuthError;
use crate::gateway::Gateway;

pub(super) const COLUMNS: &str = "id, email, email_confirmed_at, last_sign_in_at, raw_app_meta_data, \
     raw_user_meta_data, created_at, updated_at";

/// A row of `auth.users`.
pub(super) struct User {
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) app_metadata: Value,
    pub(super) user_metadata: Value,
    email_confirmed_at: Option<DateTime<Utc>>,
    last_sign_in_at: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
}

impl User {
    pub(super) async fn by_id(gateway: &Gateway, id: Uuid) -> Result<Option<Self>, AuthError> {
        let query = format!("select {COLUMNS} from auth.users where id = $1 and deleted_at is null");
        let row = gateway.database.get().await?.query_opt(&query, &[&id]).await?;
        row.map(|row| Self::from_row(&row)).transpose()
    }

    /// Reads [`COLUMNS`].
    pub(super) fn from_row(row: &Row) -> Result<Self, AuthError> {
        Ok(Self {
            id: row.try_get("id")?,
            email: row.try_get::<_, Option<String>>("email")?.unwrap_or_default(),
            email_confirmed_at: row.try_get("email_confirmed_at")?,
            last_sign_in_at: row.try_get("last_sign_in_at")?,
            app_metadata: row
                .try_get::<_, Option<Value>>("raw_app_meta_data")?
                .unwrap_or_else(|| json!({})),
            user_metadata: row
                .try_get::<_, Option<Value>>("raw_user_meta_data")?
                .unwrap_or_else(|| json!({})),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }

    /// As clients get it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "aud": "authenticated",
            "role": "authenticated",
            "email": self.email,
            "email_confirmed_at": self.email_confirmed_at,
            "phone": "",
            "confirmed_at": self.email_confirmed_at,
            "last_sign_in_at": self.last_sign_in_at,
            "app_metadata": self.app_metadata,
            "user_metadata": self.user_metadata,
            "identities": [{
                "identity_id": self.id,
                "id": self.id,
                "user_id": self.id,
                "identity_data": { "email": self.email, "sub": self.id },
                "provider": "email",
                "last_sign_in_at": self.last_sign_in_at,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
                "email": self.email,
            }],
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "is_anonymous": false,
        })
    }
}
