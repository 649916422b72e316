//! LiveKit itself: somebody enters a room with a token, and the server is asked what it knows.

use futures_util::StreamExt;
use ipelya_devstack::sign_jwt;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Person, World, now};

/// How long LiveKit may take for an answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A person's connection to a room; the person is in it for as long as this is kept.
pub struct Visit(#[expect(dead_code, reason = "kept open")] WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Enters the room that a function's `livekit` object admits to, as far as the signalling goes: known to the server
/// as a participant, without media.
pub async fn enter(livekit: &Value) -> Visit {
    let (url, token) = (
        livekit["url"].as_str().unwrap(),
        livekit["token"].as_str().unwrap(),
    );
    let url = format!("{url}/rtc?access_token={token}&protocol=15&auto_subscribe=0");
    let (mut socket, _) = connect_async(url).await.unwrap();
    let first = timeout(ANSWERS_WITHIN, socket.next())
        .await
        .expect("LiveKit doesn't answer");
    // The first message of a room is its answer to the join.
    assert!(matches!(first, Some(Ok(Message::Binary(_)))), "{first:?}");
    Visit(socket)
}

/// Asks LiveKit's server API about a room, as its administrator.
pub async fn ask(world: &World, room: &str, method: &str, mut body: Value) -> Value {
    body["room"] = json!(room);
    let claims = json!({
        "iss": world.info.livekit_api_key, "exp": now() + 60, "video": { "roomAdmin": true, "room": room }
    });
    let token = sign_jwt(claims.as_object().unwrap(), &world.info.livekit_api_secret).unwrap();
    let base = world.info.livekit_url.replacen("ws", "http", 1);
    let request = world
        .http
        .post(format!("{base}/twirp/livekit.RoomService/{method}"))
        .bearer_auth(token)
        .json(&body);
    request.send().await.unwrap().json().await.unwrap()
}

/// What LiveKit lets somebody in a room publish, sorted; `None` for who isn't there.
pub async fn sources(world: &World, room: &str, person: &Person) -> Option<Vec<String>> {
    let answer = ask(world, room, "ListParticipants", json!({})).await;
    let people = answer["participants"].as_array()?;
    let id = person.id.to_string();
    let found = people.iter().find(|participant| participant["identity"] == id)?;
    let listed = found["permission"]["can_publish_sources"].as_array()?;
    let mut sources: Vec<String> = listed
        .iter()
        .map(|source| source.as_str().unwrap().to_lowercase())
        .collect();
    sources.sort();
    Some(sources)
}

/// Whether LiveKit has somebody in a room.
pub async fn is_there(world: &World, room: &str, person: &Person) -> bool {
    sources(world, room, person).await.is_some()
}
