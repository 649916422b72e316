//! What each persona may do with each table of schema `public`.

/// A table. Each text has one sign for each persona, in the order of `PERSONAS`:
///
/// `.` refused; `0` to `9` reads so many rows of the scene; `y` writes; `0`, for a write, may, but has no row to;
/// `+` not refused, whatever comes of it.
#[derive(Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    /// The column by which its rows of the scene are found, and what it holds.
    pub column: &'static str,
    pub of: Of,
    pub select: &'static str,
    pub insert: &'static str,
    pub update: &'static str,
    pub delete: &'static str,
}

/// What of the scene the rows belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Session,
    Room,
    Call,
    Host,
    Viewer,
    ViewersWallet,
}

/// The server alone writes.
const NOBODY: &str = "...........+";
/// Nobody at all.
const NONE: &str = "............";

/// A table that clients read at most.
const fn read(name: &'static str, column: &'static str, of: Of, select: &'static str) -> Table {
    Table {
        name,
        column,
        of,
        select,
        insert: NOBODY,
        update: NOBODY,
        delete: NOBODY,
    }
}

/// Anonymous, stranger, subscriber, ticket holder, banned, muted, viewer, speaker, co-host, host, other creator,
/// service role.
#[rustfmt::skip]
pub const TABLES: [Table; 27] = [
    read("live_sessions", "id", Of::Session, ".1111111111+"),
    read("live_participants", "session_id", Of::Session, ".0070777770+"),
    Table {
        insert: "......yyyy.+",
        delete: ".00000y0yy0+",
        ..read("live_messages", "session_id", Of::Session, ".0010111110+")
    },
    read("stage_requests", "session_id", Of::Session, ".0000010110+"),
    read("session_bans", "session_id", Of::Session, ".0001000110+"),
    read("session_tickets", "session_id", Of::Session, ".0011111110+"),
    Table {
        insert: ".yyyyyyyyyy+",
        delete: ".00000000y0+",
        ..read("user_blocks", "blocker_id", Of::Host, ".0000000010+")
    },
    read("coin_wallets", "user_id", Of::Viewer, ".0000010000+"),
    read("coin_transactions", "session_id", Of::Session, ".0011121110+"),
    read("coin_entries", "wallet_id", Of::ViewersWallet, ".0000030000+"),
    read("calls", "id", Of::Call, ".0000010010+"),
    read("creator_bans", "creator_id", Of::Host, ".0001000010+"),
    read("moderation_log", "session_id", Of::Session, ".0000000440+"),
    Table {
        insert: ".yyyyyyyyyy+",
        ..read("reports", "session_id", Of::Session, ".0000010000+")
    },
    Table {
        insert: "........yy.+",
        update: ".0000000yy0+",
        ..read("session_chat_settings", "session_id", Of::Session, ".0010111110+")
    },
    read("session_reactions", "session_id", Of::Session, ".0010111110+"),
    Table {
        insert: "......yyyy.+",
        ..read("live_reactions", "session_id", Of::Session, "...........+")
    },
    read("recordings", "session_id", Of::Session, ".0010111110+"),
    read("gifts", "session_id", Of::Session, ".0010111110+"),
    Table {
        insert: NONE,
        update: NONE,
        delete: NONE,
        ..read("creator_earnings", "session_id", Of::Session, ".0000000010+")
    },
    Table {
        insert: ".yyyyyyyyyy+",
        update: ".00000y0000+",
        delete: ".00000y0000+",
        ..read("call_settings", "user_id", Of::Viewer, ".0000010000+")
    },
    Table {
        delete: ".00000y0000+",
        ..read("device_tokens", "user_id", Of::Viewer, ".0000010000+")
    },
    read("profiles", "id", Of::Host, ".1111111111+"),
    read("creator_subscriptions", "creator_id", Of::Host, ".0100000010+"),
    read("call_members", "call_id", Of::Call, "...........+"),
    read("webhook_events", "room_name", Of::Room, "...........+"),
    read("livekit_outbox", "room_name", Of::Room, "...........+"),
];
