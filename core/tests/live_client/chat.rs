use ipelya_core::LiveClient;
use ipelya_core::backend::{NewSession, SessionNews};
use ipelya_core::chat::ChatSnapshot;
use ipelya_core::domain::{ChatMessage, ErrorCode, ReactionKind};
use ipelya_core::runtime::{SessionEvent, SessionHandle};
use tokio::time::timeout;

use crate::support::{Account, PATIENCE, until_everybody_joined};

/// A host and a viewer in a live session, both seen in the room: who isn't may not write.
pub struct Evening {
    pub creator: Account,
    pub host: LiveClient,
    pub stage: SessionHandle,
    pub viewer: LiveClient,
    pub seat: SessionHandle,
}

impl Evening {
    pub async fn begin() -> Self {
        let (creator, account) = (Account::new(true).await, Account::new(false).await);
        let (host, viewer) = (creator.device().await, account.device().await);
        let stage = host
            .create_session(NewSession::broadcast("Evening"))
            .await
            .unwrap();
        stage.go_live().await.unwrap();
        let id = stage.session_id().unwrap();
        let seat = viewer.join_session(id).await.unwrap();
        until_everybody_joined(&creator, id).await;
        Self {
            creator,
            host,
            stage,
            viewer,
            seat,
        }
    }

    pub async fn end(self) {
        self.stage.end().await.unwrap();
        self.host.close().await.unwrap();
        self.viewer.close().await.unwrap();
    }
}

/// Waits for the chat to be so.
pub async fn chat_is(session: &SessionHandle, condition: impl Fn(&ChatSnapshot) -> bool) -> ChatSnapshot {
    let mut chats = session.messages();
    let chat = timeout(PATIENCE, chats.wait_for(condition)).await.unwrap();
    chat.unwrap().clone()
}

/// Waits for news of that kind.
pub async fn news<T>(
    events: &mut tokio::sync::broadcast::Receiver<SessionEvent>,
    wanted: impl Fn(SessionNews) -> Option<T>,
) -> T {
    let heard = async {
        loop {
            if let SessionEvent::News(news) = events.recv().await.unwrap()
                && let Some(found) = wanted(news)
            {
                return found;
            }
        }
    };
    timeout(PATIENCE, heard).await.unwrap()
}

fn bodies(chat: &ChatSnapshot) -> Vec<&str> {
    chat.messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_says_the_others_hear_in_order_and_newcomers_read() {
    let evening = Evening::begin().await;
    let (mut own, mut heard) = (evening.stage.events(), evening.seat.events());
    let hello = evening.stage.send_message("hello").await.unwrap();
    let created = |news| match news {
        SessionNews::MessageCreated(message) => Some(message),
        SessionNews::MessageDeleted { .. }
        | SessionNews::Reactions(_)
        | SessionNews::GiftSent(_)
        | SessionNews::RecordingChanged(_) => None,
    };
    assert_eq!(news(&mut heard, created).await, hello);
    assert_eq!(news(&mut own, created).await, hello, "told to the author, too");
    let answer = evening.seat.send_message("hi, host").await.unwrap();
    assert_eq!(answer.user_id, evening.viewer.user_id());
    for session in [&evening.stage, &evening.seat] {
        let chat = chat_is(session, |chat| chat.messages.len() == 2).await;
        assert_eq!(bodies(&chat), ["hello", "hi, host"]);
        assert!(chat.pending.is_empty() && chat.from_the_beginning);
    }
    let newcomer = Account::new(false).await.device().await;
    let late = newcomer.join_session(hello.session_id).await.unwrap();
    let chat = chat_is(&late, |chat| chat.messages.len() == 2).await;
    assert_eq!(bodies(&chat), ["hello", "hi, host"]);
    newcomer.close().await.unwrap();
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_goes_back_page_by_page_without_holes_or_repetitions() {
    let evening = Evening::begin().await;
    let id = evening.stage.session_id().unwrap();
    // At one and the same time, as one transaction has it: the id alone tells them apart.
    let database = evening.creator.database().await;
    let sql = "insert into public.live_messages (session_id, user_id, body)
               select $1, $2, number::text from generate_series(1, 25) as number";
    let host = evening.host.user_id();
    database.execute(sql, &[&id.0, &host.0]).await.unwrap();
    let mut read: Vec<ChatMessage> = Vec::new();
    loop {
        let before = read.last().map(ChatMessage::key);
        let page = evening.seat.history(before, 10).await.unwrap();
        let is_last = page.len() < 10;
        read.extend(page);
        if is_last {
            break;
        }
    }
    assert_eq!(read.len(), 25);
    assert!(read.is_sorted_by(|newer, older| newer.key() > older.key()));
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_said_is_refused_by_name_and_stays_with_its_error() {
    let evening = Evening::begin().await;
    for body in ["x".repeat(501), "  ".into(), String::new()] {
        let refusal = evening.seat.send_message(body).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidArgument);
        assert_eq!(refusal.details.field.as_deref(), Some("body"));
    }
    let chat = chat_is(&evening.seat, |chat| chat.pending.len() == 3).await;
    assert!(chat.pending.iter().all(|pending| pending.error.is_some()));
    evening.seat.dismiss_message(chat.pending[0].id).await;
    chat_is(&evening.seat, |chat| chat.pending.len() == 2).await;
    let stranger = Account::new(false).await.device().await;
    let refusal = stranger.session().send_message("hello?").await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Conflict, "it wasn't entered");
    stranger.close().await.unwrap();
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_mode_says_how_long_to_wait_and_leaves_the_host_alone() {
    let evening = Evening::begin().await;
    let refusal = evening.seat.set_slow_mode(60).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    evening.stage.set_slow_mode(60).await.unwrap();
    assert_eq!(evening.seat.slow_mode().await.unwrap(), 60);
    evening.seat.send_message("one").await.unwrap();
    let refusal = evening.seat.send_message("two").await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::RateLimited);
    assert_eq!(refusal.details.limit.as_deref(), Some("slow_mode"));
    let wait = refusal.retry_after_ms.unwrap();
    assert!((1_000..=60_000).contains(&wait), "{wait}");
    evening.stage.send_message("one").await.unwrap();
    evening.stage.send_message("two").await.unwrap();
    evening.stage.set_slow_mode(0).await.unwrap();
    evening.seat.send_message("two").await.unwrap();
    let refusal = evening.stage.set_slow_mode(4_000).await.unwrap_err();
    assert_eq!(refusal.details.field.as_deref(), Some("slow_mode_seconds"));
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_is_gone_for_everybody() {
    let evening = Evening::begin().await;
    let (mine, theirs) = (
        evening.seat.send_message("mine").await.unwrap(),
        evening.stage.send_message("theirs").await.unwrap(),
    );
    chat_is(&evening.seat, |chat| chat.messages.len() == 2).await;
    let refusal = evening.seat.delete_message(theirs.id).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::NotFound);
    evening.stage.delete_message(mine.id).await.unwrap();
    for session in [&evening.stage, &evening.seat] {
        let chat = chat_is(session, |chat| chat.messages.len() == 1).await;
        assert_eq!(bodies(&chat), ["theirs"]);
    }
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybodys_taps_are_told_added_up() {
    let evening = Evening::begin().await;
    let mut heard = evening.stage.events();
    let tap = || evening.seat.send_reaction(ReactionKind::Fire);
    let (one, two) = tokio::join!(tap(), tap());
    assert_eq!((one, two), (Ok(()), Ok(())));
    let tapped = |news| match news {
        SessionNews::Reactions(reactions) => Some(reactions.counts),
        SessionNews::MessageCreated(_)
        | SessionNews::MessageDeleted { .. }
        | SessionNews::GiftSent(_)
        | SessionNews::RecordingChanged(_) => None,
    };
    assert_eq!(news(&mut heard, tapped).await, [(ReactionKind::Fire, 2)].into());
    evening.end().await;
}
