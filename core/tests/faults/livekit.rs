//! The LiveKit server goes away: for good, for a moment, or with the token's life.

use std::time::Duration;

use ipelya_core::domain::limits;
use ipelya_core::media::MediaEvent;
use ipelya_core::runtime::SessionEvent;
use ipelya_core::session::State;
use ipelya_devstack::Component;
use tokio::time::{sleep, timeout};

use crate::broadcast::{Broadcast, Witness, over, row};
use crate::media_support::now_ms;
use crate::people::{Account, PATIENCE};
use crate::server::{BUDGET, Frozen, Setting, alone};

/// Waits until both are on the air again and the picture flows, and says after how many ms since `from` it did.
async fn back_on_the_air(show: &Broadcast, from: u64) -> u64 {
    for side in [&show.session, &show.watching] {
        timeout(BUDGET, side.wait_for(|now| now.state == State::Live))
            .await
            .unwrap_or_else(|_| panic!("still {:?}", side.snapshot().state))
            .unwrap();
    }
    show.picture_since(now_ms(), BUDGET).await - from
}

/// Nobody is in the roster twice, and everybody who should be is.
fn sees_the_host_once(show: &Broadcast) {
    let members = show.watching.snapshot().members;
    assert_eq!(members.keys().collect::<Vec<_>>(), [&show.host_id()]);
    let tracks = &members[&show.host_id()].tracks;
    assert_eq!(
        tracks.len(),
        1,
        "the lost connection's tracks are gone: {tracks:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_survives_a_killed_livekit_server_that_forgot_its_rooms() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Killed").await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    let killed = now_ms();
    stack.kill_component(Component::Livekit).await;
    for side in [&show.session, &show.watching] {
        let noticed = side.wait_for(|now| matches!(now.state, State::Reconnecting { .. }));
        timeout(BUDGET, noticed).await.unwrap().unwrap();
    }
    stack.start_component(Component::Livekit).await.unwrap();
    let took = back_on_the_air(&show, killed).await;
    sees_the_host_once(&show);
    row(
        "LiveKit server killed, started again without its rooms",
        &host.cell().await,
        &viewer.cell().await,
        &format!("the picture flows again after {took} ms"),
    );
    show.finish().await;
}

/// The outages to go through, in seconds: short ones unless `cargo xtask faults` asks for more.
fn outages() -> Vec<Duration> {
    let asked = std::env::var("IPELYA_OUTAGES").unwrap_or_else(|_| "5".into());
    let seconds = asked.split(',').map(|text| text.trim().parse().unwrap());
    seconds.map(Duration::from_secs).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_within_the_budget_is_survived_and_a_longer_one_is_given_up() {
    for outage in outages() {
        let (_turn, _stack) = alone().await;
        let show = Broadcast::start("Cut").await;
        let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
        let frozen = Frozen::livekit();
        // The fault itself lasts: nothing can be waited for.
        sleep(outage).await;
        drop(frozen);
        let outcome = if outage < limits::RECONNECT_BUDGET {
            let took = back_on_the_air(&show, now_ms()).await;
            sees_the_host_once(&show);
            format!("the picture flows again {took} ms after the network is back")
        } else {
            for side in [&show.session, &show.watching] {
                let state = over(side, BUDGET).await;
                assert!(matches!(state, State::Failed { .. }), "{state:?}");
            }
            "given up when the reconnect budget is spent".into()
        };
        let fault = format!("no packet to or from LiveKit for {} s", outage.as_secs());
        row(&fault, &host.cell().await, &viewer.cell().await, &outcome);
        show.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expired_during_an_outage_is_replaced() {
    let (_turn, stack) = alone().await;
    let creator = Account::new(true).await;
    let ttl = Setting::set(&creator, "token_ttl_seconds", 1).await;
    let show = Broadcast::start("Expired").await;
    ttl.reset(&creator).await;
    stack.kill_component(Component::Livekit).await;
    for side in [&show.session, &show.watching] {
        let noticed = side.wait_for(|now| matches!(now.state, State::Reconnecting { .. }));
        timeout(BUDGET, noticed).await.unwrap().unwrap();
    }
    // Longer than the token lives.
    sleep(Duration::from_secs(2)).await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    let back = now_ms();
    stack.start_component(Component::Livekit).await.unwrap();
    let took = back_on_the_air(&show, back).await;
    row(
        "token expired during the outage",
        &host.cell().await,
        &viewer.cell().await,
        &format!("a fresh token, and the picture {took} ms after the server is back"),
    );
    show.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_network_restarts_ice_at_once_and_the_picture_goes_on() {
    let (_turn, _stack) = alone().await;
    let show = Broadcast::start("Handover").await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    let mut events = show.watching.events();
    let changed = now_ms();
    show.host.network_changed();
    show.watcher.network_changed();
    let resumed =
        async { while events.recv().await.unwrap() != SessionEvent::Room(MediaEvent::Reconnected) {} };
    let in_time = timeout(PATIENCE, resumed).await;
    assert!(in_time.is_ok(), "not resumed: {}", viewer.cell().await);
    let took = back_on_the_air(&show, changed).await;
    sees_the_host_once(&show);
    row(
        "the app says that the network changed",
        &host.cell().await,
        &viewer.cell().await,
        &format!("resumed, and a picture {took} ms after the hint"),
    );
    show.finish().await;
}
