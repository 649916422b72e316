//! The server decides that somebody is out.

use ipelya_core::domain::UserId;
use ipelya_core::session::{EndReason, State};
use ipelya_devstack::Stack;
use serde_json::{Value, json};

use crate::broadcast::{Broadcast, Witness, over, row};
use crate::people::PATIENCE;
use crate::server::alone;

/// Calls the LiveKit server's API as its administrator.
pub async fn admin(stack: &Stack, method: &str, room: &str, mut body: Value) {
    let info = stack.info();
    let claims = json!({
        "iss": info.livekit_api_key,
        "exp": jsonwebtoken::get_current_timestamp() + 60,
        "video": { "room": room, "roomAdmin": true, "roomCreate": true },
    });
    let key = jsonwebtoken::EncodingKey::from_secret(info.livekit_api_secret.as_bytes());
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap();
    body["room"] = json!(room);
    let base = info.livekit_url.replacen("ws", "http", 1);
    let url = format!("{base}/twirp/livekit.RoomService/{method}");
    let request = reqwest::Client::new().post(url).bearer_auth(token).json(&body);
    request.send().await.unwrap().error_for_status().unwrap();
}

const fn ended(reason: EndReason) -> State {
    State::Ended { reason }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_whom_the_server_removes_is_told_so_and_stays_out() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Removed").await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    let room = show.session.snapshot().session.unwrap().room_name;
    let UserId(user) = show.watcher.user_id();
    admin(
        stack,
        "RemoveParticipant",
        &room.to_string(),
        json!({ "identity": user }),
    )
    .await;
    assert_eq!(over(&show.watching, PATIENCE).await, ended(EndReason::Removed));
    row(
        "removed by the server",
        &host.cell().await,
        &viewer.cell().await,
        "the viewer is out, the show goes on",
    );
    assert_eq!(show.session.snapshot().state, State::Live);
    show.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_deleted_under_a_live_session_is_had_back() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Deleted").await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    let room = show.session.snapshot().session.unwrap().room_name;
    let deleted = crate::media_support::now_ms();
    admin(stack, "DeleteRoom", &room.to_string(), json!({})).await;
    for side in [&show.session, &show.watching] {
        let noticed = side.wait_for(|now| matches!(now.state, State::Reconnecting { .. }));
        tokio::time::timeout(PATIENCE, noticed).await.unwrap().unwrap();
    }
    let took = show.picture_since(deleted + 1, crate::server::BUDGET).await - deleted;
    row(
        "room deleted though the session is live",
        &host.cell().await,
        &viewer.cell().await,
        &format!("the database decides: a new room, the picture after {took} ms"),
    );
    show.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_viewer_on_another_device_ends_it_on_the_first() {
    let (_turn, _stack) = alone().await;
    let show = Broadcast::start("Twice").await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    let tablet = show.viewer.device().await;
    let again = tablet.join_session(show.id()).await.unwrap();
    assert_eq!(
        over(&show.watching, PATIENCE).await,
        ended(EndReason::JoinedElsewhere)
    );
    assert_eq!(again.snapshot().state, State::Live);
    row(
        "joined from another device",
        &host.cell().await,
        &viewer.cell().await,
        "the newer device has it",
    );
    tablet.close().await.unwrap();
    show.finish().await;
}
