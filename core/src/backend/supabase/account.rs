//! Wallet, blocks, reports, devices and the account.

use chrono::{DateTime, SecondsFormat, Utc};
use postgrest::Builder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::SupabaseBackend;
use crate::backend::{AccountBackend, Answer, DoNotDisturb, ExportPage, PushDevice, Report};
use crate::domain::{ErrorCode, IdempotencyKey, LiveError, LiveResult, UserId};

/// How PostgreSQL writes a time that never comes.
const INFINITY: &str = "infinity";

#[derive(Deserialize)]
struct Wallet {
    balance: u64,
}

#[derive(Deserialize)]
struct Block {
    blocked_id: UserId,
}

#[derive(Deserialize)]
struct CallSettings {
    do_not_disturb_until: String,
}

#[derive(Deserialize)]
struct Sections {
    sections: Vec<String>,
}

#[derive(Serialize)]
struct RegisterDevice {
    #[serde(flatten)]
    device: PushDevice,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    unregister: bool,
}

impl SupabaseBackend {
    async fn change_device(&self, request: RegisterDevice, key: IdempotencyKey) -> LiveResult<()> {
        let _device: Value = self
            .functions
            .call("register-device", Some(&key), &request)
            .await?;
        Ok(())
    }
}

impl AccountBackend for SupabaseBackend {
    fn balance(&self) -> Answer<'_, u64> {
        Box::pin(async {
            let query = |table: Builder| table.select("balance");
            let wallet: Option<Wallet> = self.tables.first("coin_wallets", query).await?;
            Ok(wallet.map_or(0, |wallet| wallet.balance))
        })
    }

    fn block(&self, user: UserId) -> Answer<'_, ()> {
        Box::pin(async move {
            let row = json!({ "blocked_id": user });
            match self.tables.insert("user_blocks", &row).await {
                // Blocked already.
                Err(error) if error.code == ErrorCode::Conflict => Ok(()),
                answer => answer,
            }
        })
    }

    fn unblock(&self, user: UserId) -> Answer<'_, ()> {
        Box::pin(async move {
            let user = user.to_string();
            let query = |table: Builder| table.delete().eq("blocked_id", &user).select("blocked_id");
            let _lifted: Vec<Block> = self.tables.rows("user_blocks", query).await?;
            Ok(())
        })
    }

    fn blocked(&self) -> Answer<'_, Vec<UserId>> {
        Box::pin(async {
            let query = |table: Builder| table.select("blocked_id").order("created_at.desc");
            let blocks: Vec<Block> = self.tables.rows("user_blocks", query).await?;
            Ok(blocks.into_iter().map(|block| block.blocked_id).collect())
        })
    }

    fn report(&self, report: Report) -> Answer<'_, ()> {
        Box::pin(async move { self.tables.insert("reports", &report).await })
    }

    fn register_device(&self, device: PushDevice, token: String, key: IdempotencyKey) -> Answer<'_, ()> {
        let request = RegisterDevice {
            device,
            token: Some(token),
            unregister: false,
        };
        Box::pin(self.change_device(request, key))
    }

    fn unregister_device(&self, device: PushDevice, key: IdempotencyKey) -> Answer<'_, ()> {
        let request = RegisterDevice {
            device,
            token: None,
            unregister: true,
        };
        Box::pin(self.change_device(request, key))
    }

    fn do_not_disturb(&self) -> Answer<'_, DoNotDisturb> {
        Box::pin(async {
            let query = |table: Builder| table.select("do_not_disturb_until");
            let settings: Option<CallSettings> = self.tables.first("call_settings", query).await?;
            Ok(match settings {
                None => DoNotDisturb::Off,
                Some(settings) => read_wish(&settings.do_not_disturb_until)?,
            })
        })
    }

    fn set_do_not_disturb(&self, wish: DoNotDisturb) -> Answer<'_, ()> {
        Box::pin(async move {
            let until = match wish {
                DoNotDisturb::Off => {
                    let user = self.tokens.access_token().await?.user_id().to_string();
                    let wish = "do_not_disturb_until";
                    let query = |table: Builder| table.delete().eq("user_id", &user).select(wish);
                    let _deleted: Vec<CallSettings> = self.tables.rows("call_settings", query).await?;
                    return Ok(());
                }
                DoNotDisturb::Until { time } => time.to_rfc3339_opts(SecondsFormat::Micros, true),
                DoNotDisturb::On => INFINITY.to_owned(),
            };
            let row = json!({ "do_not_disturb_until": until }).to_string();
            let query = |table: Builder| table.upsert(row.as_str()).select("do_not_disturb_until");
            let _set: Vec<CallSettings> = self.tables.rows("call_settings", query).await?;
            Ok(())
        })
    }

    fn delete_account(&self, forfeit_coins: u64) -> Answer<'_, ()> {
        Box::pin(async move {
            // Coins are counted from 1 on in a request.
            let coins = (forfeit_coins > 0).then_some(forfeit_coins);
            let request = json!({ "confirm": true, "forfeit_coins": coins });
            let _deleted: Value = self.functions.call("delete-account", None, &request).await?;
            Ok(())
        })
    }

    fn export_sections(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async {
            let answer: Sections = self.functions.call("export-account", None, &json!({})).await?;
            Ok(answer.sections)
        })
    }

    fn export_page(&self, section: String, offset: u64) -> Answer<'_, ExportPage> {
        Box::pin(async move {
            let request = json!({ "section": section, "offset": offset });
            self.functions.call("export-account", None, &request).await
        })
    }
}

/// A time that is past is no wish any more, by this device's clock.
fn read_wish(until: &str) -> LiveResult<DoNotDisturb> {
    if until == INFINITY {
        return Ok(DoNotDisturb::On);
    }
    let time = DateTime::parse_from_rfc3339(until).map_err(|_| {
        LiveError::new(
            ErrorCode::Internal,
            "call_settings: the answer is not of the contract",
        )
    })?;
    let time = time.to_utc();
    Ok(if time > Utc::now() {
        DoNotDisturb::Until { time }
    } else {
        DoNotDisturb::Off
    })
}
