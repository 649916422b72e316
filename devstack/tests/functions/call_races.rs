//! Calls that begin, are answered and end at the same time as something else.

use ipelya_core::domain::ErrorCode::{AnsweredElsewhere, Blocked, NotFound};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::holder::Holder;
use crate::support::{Person, World};
use crate::world;

async fn ringing(world: &World) -> (Person, Person, Value) {
    let (caller, callee) = (world.person().await, world.person().await);
    let call = world.call("initiate-call", &caller, to(&callee)).await.granted()["call"]["id"].clone();
    (caller, callee, call)
}

fn to(person: &Person) -> Value {
    json!({ "callee_id": person.id, "call_type": "audio_call" })
}

fn uuid(id: &Value) -> Uuid {
    Uuid::parse_str(id.as_str().unwrap()).unwrap()
}

async fn ended(world: &World, call: &Value) -> Value {
    let query = "select end_reason from public.calls where id = $1";
    world.value(query, call.as_str().unwrap()).await
}

#[tokio::test]
async fn whoever_redials_while_hanging_up_gets_a_new_call() {
    let world = world().await;
    let (caller, callee, first) = ringing(&world).await;
    let hang_up = "select live.end_call($1, $2)";
    let holder = Holder::of(&world, hang_up, &[&caller.id, &uuid(&first)]).await;
    let then = async {
        holder.waited_for(&world).await;
        holder.release().await;
    };
    let (redialed, ()) = tokio::join!(world.call("initiate-call", &caller, to(&callee)), then);
    let call = redialed.granted()["call"].clone();
    assert_eq!(call["status"], "ringing");
    assert_ne!(call["id"], first);
}

#[tokio::test]
async fn of_two_devices_without_a_name_one_answers() {
    let world = world().await;
    let (_, callee, call) = ringing(&world).await;
    let accept = json!({ "call_id": call, "accept": true });
    for _ in 0..2 {
        world
            .call_once("answer-call", &callee, "one-tap", accept.clone())
            .await
            .granted();
    }
    world
        .call_once("answer-call", &callee, "another-tap", accept.clone())
        .await
        .refused(AnsweredElsewhere);
    world
        .call("answer-call", &callee, accept)
        .await
        .refused(AnsweredElsewhere);
}

#[tokio::test]
async fn a_block_ends_the_call_between_the_two() {
    let world = world().await;
    for (is_answered, by_caller, reason) in [
        (false, true, "cancelled"),
        (false, false, "declined"),
        (true, true, "hung_up"),
    ] {
        let (caller, callee, call) = ringing(&world).await;
        if is_answered {
            let accept = json!({ "call_id": call, "accept": true });
            world.call("answer-call", &callee, accept).await.granted();
        }
        let (blocker, blocked) = if by_caller {
            (&caller, &callee)
        } else {
            (&callee, &caller)
        };
        let row = json!({ "blocked_id": blocked.id });
        assert_eq!(world.write(blocker, "user_blocks", row).await.status, 201);
        assert_eq!(ended(&world, &call).await, reason);
    }
}

#[tokio::test]
async fn a_block_that_comes_first_lets_no_call_through() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let block = "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)";
    let holder = Holder::of(&world, block, &[&callee.id, &caller.id]).await;
    let then = async {
        holder.waited_for(&world).await;
        holder.release().await;
    };
    let (dialed, ()) = tokio::join!(world.call("initiate-call", &caller, to(&callee)), then);
    dialed.refused(Blocked);
}

#[tokio::test]
async fn nobody_calls_an_account_that_is_suspended_or_gone() {
    let world = world().await;
    for change in ["banned_until = now() + interval '1 day'", "deleted_at = now()"] {
        let (caller, callee) = (world.person().await, world.person().await);
        let change = format!("update auth.users set {change} where id = $1");
        world.db.execute(&change, &[&callee.id]).await.unwrap();
        world
            .call("initiate-call", &caller, to(&callee))
            .await
            .refused(NotFound);
    }
}
