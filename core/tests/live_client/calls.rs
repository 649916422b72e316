use ipelya_core::LiveClient;
use ipelya_core::call::State;
use ipelya_core::domain::{CallEndReason, CallType, ErrorCode};
use ipelya_core::runtime::{CallHandle, IncomingCalls};
use tokio::time::timeout;

use crate::support::{Account, PATIENCE};

pub async fn next(rings: &mut IncomingCalls) -> CallHandle {
    timeout(PATIENCE, rings.next())
        .await
        .expect("it rings")
        .expect("the client is open")
}

pub async fn end(handle: &CallHandle) -> CallEndReason {
    timeout(PATIENCE, handle.ended()).await.expect("it ends")
}

async fn active(handle: &CallHandle) {
    timeout(PATIENCE, handle.active())
        .await
        .expect("in time")
        .expect("both can talk");
}

pub async fn close(clients: impl IntoIterator<Item = LiveClient>) {
    for client in clients {
        client.close().await.unwrap();
    }
}

/// How often a race is run: `IPELYA_MODEL=deep` asks for more.
fn times(usually: usize, deep: usize) -> usize {
    if std::env::var("IPELYA_MODEL").is_ok_and(|how| how == "deep") {
        deep
    } else {
        usually
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_each_other_at_the_same_instant_talks_in_one_call() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, boras) = (anna.device().await, bora.device().await);
    for round in 0..times(100, 500) {
        let (to_bora, to_anna) = tokio::join!(
            annas.start_call(boras.user_id(), CallType::AudioCall),
            boras.start_call(annas.user_id(), CallType::AudioCall)
        );
        let (to_bora, to_anna) = (to_bora.unwrap(), to_anna.unwrap());
        active(&to_bora).await;
        active(&to_anna).await;
        let ids = [&to_bora, &to_anna].map(|handle| handle.snapshot().call.unwrap().id);
        assert_eq!(ids[0], ids[1], "round {round}");
        to_bora.hang_up();
        assert_eq!(
            (end(&to_bora).await, end(&to_anna).await),
            (CallEndReason::HungUp, CallEndReason::HungUp)
        );
    }
    close([annas, boras]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_device_answers_and_the_other_learns_it() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, phone, tablet) = (anna.device().await, bora.device().await, bora.device().await);
    let (mut on_phone, mut on_tablet) = (phone.incoming_calls(), tablet.incoming_calls());
    for _ in 0..times(20, 100) {
        let out = annas
            .start_call(phone.user_id(), CallType::AudioCall)
            .await
            .unwrap();
        let (ring, other_ring) = (next(&mut on_phone).await, next(&mut on_tablet).await);
        let (first, second) = tokio::join!(ring.accept(), other_ring.accept());
        let answered = [&first, &second].iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(answered, 1, "{first:?} {second:?}");
        let (winner, loser, refusal) = if first.is_ok() {
            (ring, other_ring, second)
        } else {
            (other_ring, ring, first)
        };
        assert_eq!(refusal.unwrap_err().code, ErrorCode::AnsweredElsewhere);
        assert_eq!(end(&loser).await, CallEndReason::AnsweredElsewhere);
        active(&out).await;
        assert_eq!(
            winner.snapshot().state,
            State::Active,
            "the loser's end didn't touch the call"
        );
        out.hang_up();
        assert_eq!(end(&winner).await, CallEndReason::HungUp);
    }
    close([annas, phone, tablet]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_stops_ringing_at_once() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, boras) = (anna.device().await, bora.device().await);
    let mut rings = boras.incoming_calls();
    let out = annas
        .start_call(boras.user_id(), CallType::VideoCall)
        .await
        .unwrap();
    let ring = next(&mut rings).await;
    out.hang_up();
    assert_eq!(
        (end(&out).await, end(&ring).await),
        (CallEndReason::Cancelled, CallEndReason::Cancelled)
    );
    close([annas, boras]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_rang_before_the_app_listened_is_not_lost() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let annas = anna.device().await;
    let callee = bora.device().await;
    let user = callee.user_id();
    callee.close().await.unwrap();
    let out = annas.start_call(user, CallType::AudioCall).await.unwrap();
    let woken = bora.device().await;
    let ring = next(&mut woken.incoming_calls()).await;
    ring.accept().await.unwrap();
    active(&out).await;
    out.hang_up();
    assert_eq!(end(&ring).await, CallEndReason::HungUp);
    close([annas, woken]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_caller_finds_the_line_busy() {
    let accounts = [
        Account::new(false).await,
        Account::new(false).await,
        Account::new(false).await,
    ];
    let (annas, boras, cems) = (
        accounts[0].device().await,
        accounts[1].device().await,
        accounts[2].device().await,
    );
    let out = annas
        .start_call(boras.user_id(), CallType::AudioCall)
        .await
        .unwrap();
    let refusal = cems
        .start_call(boras.user_id(), CallType::AudioCall)
        .await
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::Busy);
    out.hang_up();
    end(&out).await;
    close([annas, boras, cems]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_client_hangs_up() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, boras) = (anna.device().await, bora.device().await);
    let mut rings = boras.incoming_calls();
    let out = annas
        .start_call(boras.user_id(), CallType::AudioCall)
        .await
        .unwrap();
    let ring = next(&mut rings).await;
    ring.accept().await.unwrap();
    active(&out).await;
    annas.close().await.unwrap();
    assert_eq!(end(&ring).await, CallEndReason::HungUp);
    close([boras]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_handles_does_not_hang_up() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, boras) = (anna.device().await, bora.device().await);
    let mut rings = boras.incoming_calls();
    drop(
        annas
            .start_call(boras.user_id(), CallType::AudioCall)
            .await
            .unwrap(),
    );
    let ring = next(&mut rings).await;
    ring.accept().await.unwrap();
    let there = timeout(
        PATIENCE,
        ring.wait_for(|snapshot| snapshot.members.contains_key(&annas.user_id())),
    )
    .await;
    assert!(
        there.unwrap().is_ok(),
        "the caller is in the room, without its screen"
    );
    close([annas, boras]).await;
}

/// The push of the call that `out` made, as the backend sends it.
fn push_of(out: &CallHandle) -> String {
    let call = out.snapshot().call.unwrap();
    serde_json::json!({
        "call_id": call.id, "caller_id": call.caller_id, "caller_name": "Anna", "callee_id": call.callee_id,
        "call_type": call.call_type, "ring_expires_at": call.ring_expires_at, "unknown": [1],
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_rings_once_whether_before_or_after_realtime_and_never_once_the_call_is_over() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, boras) = (anna.device().await, bora.device().await);
    let mut rings = boras.incoming_calls();
    let out = annas
        .start_call(boras.user_id(), CallType::AudioCall)
        .await
        .unwrap();
    let push = push_of(&out);
    for _ in 0..3 {
        boras.handle_push(&push).unwrap();
    }
    let ring = next(&mut rings).await;
    out.hang_up();
    assert_eq!(end(&ring).await, CallEndReason::Cancelled);
    boras.handle_push(&push).unwrap();
    let stop = serde_json::json!({
        "event": "stop_ringing", "call_id": out.snapshot().call.unwrap().id, "callee_id": boras.user_id(),
        "reason": "cancelled",
    });
    boras.handle_push(&stop.to_string()).unwrap();
    assert_eq!(
        annas.handle_push(&stop.to_string()).unwrap_err().code,
        ErrorCode::NotFound
    );

    let woken = bora.device().await;
    let mut late_rings = woken.incoming_calls();
    woken.handle_push(&push).unwrap();
    let again = annas
        .start_call(woken.user_id(), CallType::AudioCall)
        .await
        .unwrap();
    let expected = again.snapshot().call.unwrap().id;
    for rings in [&mut rings, &mut late_rings] {
        loop {
            let ring = next(rings).await;
            if ring.snapshot().call.unwrap().id == expected {
                break;
            }
            // A push that was overtaken rings until the server has been asked.
            assert_eq!(end(&ring).await, CallEndReason::Cancelled);
        }
    }
    assert_eq!(annas.handle_push(&push).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(
        boras.handle_push("{}").unwrap_err().code,
        ErrorCode::InvalidArgument
    );
    again.hang_up();
    end(&again).await;
    close([annas, boras, woken]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_survives_a_dropped_realtime_socket_at_every_step() {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let (annas, boras) = (anna.device().await, bora.device().await);
    let mut rings = boras.incoming_calls();
    for step in 0..5 {
        let drop_at = async |now: usize| {
            if now == step {
                crate::support::stack().await.drop_realtime_sockets();
            }
        };
        drop_at(0).await;
        let out = annas
            .start_call(boras.user_id(), CallType::AudioCall)
            .await
            .unwrap();
        drop_at(1).await;
        let ring = next(&mut rings).await;
        drop_at(2).await;
        let (taken, ()) = tokio::join!(ring.accept(), drop_at(3));
        taken.unwrap();
        active(&out).await;
        drop_at(4).await;
        ring.hang_up();
        let reasons = (end(&out).await, end(&ring).await);
        assert_eq!(
            reasons,
            (CallEndReason::HungUp, CallEndReason::HungUp),
            "step {step}"
        );
    }
    close([annas, boras]).await;
}
