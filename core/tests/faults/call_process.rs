//! One of both dies in the middle of a call, without a word.

use std::time::{Duration, Instant};

use ipelya_core::call::State;
use ipelya_core::domain::{CallEndReason, CallType};
use tokio::time::timeout;

use crate::broadcast::{TestCapture, row};
use crate::people::{Account, PATIENCE};
use crate::process::{self, Process};
use crate::server::{Setting, alone};

const THIS_TEST: &str = "call_process::a_call_whose_callee_dies_ends_for_the_caller_after_the_grace";

/// Says who it is, takes the call that comes, and stays until killed.
async fn be_the_callee(account: Account) {
    let client = account
        .builder()
        .await
        .capture(TestCapture)
        .connect()
        .await
        .unwrap();
    let mut rings = client.incoming_calls();
    let answering = tokio::spawn(async move {
        let ring = rings.next().await.unwrap();
        ring.accept().await.unwrap();
    });
    process::say_and_stay(&client.user_id().to_string()).await;
    answering.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_callee_dies_ends_for_the_caller_after_the_grace() {
    if let Some(account) = process::played() {
        return be_the_callee(account).await;
    }
    let (_turn, stack) = alone().await;
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let grace = Setting::set(&anna, "call_grace_seconds", 2).await;
    let (callee, id) = Process::start(THIS_TEST, &bora, stack).await;
    let app = anna.builder().await.capture(TestCapture).connect().await.unwrap();
    let call = app
        .start_call(
            ipelya_core::domain::UserId(id.parse().unwrap()),
            CallType::AudioCall,
        )
        .await
        .unwrap();
    timeout(PATIENCE, call.active()).await.unwrap().unwrap();
    timeout(PATIENCE, call.audio()).await.unwrap().unwrap();
    let killed = Instant::now();
    drop(callee);
    let reason = timeout(Duration::from_secs(60), call.ended()).await.unwrap();
    assert_eq!(reason, CallEndReason::Failed);
    assert_eq!(call.snapshot().state, State::Ended { reason });
    let outcome = format!(
        "ended by the server after {} ms, 2 s of them grace; both may call again",
        killed.elapsed().as_millis()
    );
    row(
        "callee's process killed in a call",
        "ended(failed)",
        "gone",
        &outcome,
    );
    let again = app
        .start_call(bora.device().await.user_id(), CallType::AudioCall)
        .await;
    let again = again.expect("the line is free");
    again.hang_up();
    again.ended().await;
    grace.reset(&anna).await;
    app.close().await.unwrap();
}
