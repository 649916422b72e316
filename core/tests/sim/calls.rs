use std::time::Duration;

use ipelya_core::call::{Direction, State};
use ipelya_core::domain::{CallEndReason, CallType, ErrorCode};
use ipelya_core::sim::{self, Sim};
use tokio::time::Instant;

use crate::Outcome;

#[test]
fn a_call_rings_is_answered_heard_and_hung_up() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (annas, boras) = (anna.client().await?, bora.client().await?);
        let mut rings = boras.incoming_calls();
        let out = annas.start_call(bora.id(), CallType::VideoCall).await?;
        let ring = rings.next().await.unwrap();
        ring.accept().await?;
        out.active().await?;
        assert!(out.audio().await?.recv().await.is_some());
        assert!(ring.video().await?.recv().await.is_some());
        out.hang_up();
        assert_eq!(
            (out.ended().await, ring.ended().await),
            (CallEndReason::HungUp, CallEndReason::HungUp)
        );
        annas.close().await?;
        boras.close().await
    });
}

#[test]
fn a_cancelled_call_stops_ringing() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let client = bora.client().await?;
        let mut rings = client.incoming_calls();
        let call = anna.calls(&bora, CallType::AudioCall)?;
        let ring = rings.next().await.unwrap();
        assert_eq!(
            ring.snapshot().state,
            State::Ringing {
                direction: Direction::In
            }
        );
        anna.hangs_up(call)?;
        assert_eq!(ring.ended().await, CallEndReason::Cancelled);
        client.close().await
    });
}

#[test]
fn a_call_that_nobody_answers_ends_for_both_when_the_ring_does() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (annas, boras) = (anna.client().await?, bora.client().await?);
        let mut rings = boras.incoming_calls();
        let began = Instant::now();
        let out = annas.start_call(bora.id(), CallType::AudioCall).await?;
        let ring = rings.next().await.unwrap();
        assert_eq!(
            (out.ended().await, ring.ended().await),
            (CallEndReason::Unanswered, CallEndReason::Unanswered)
        );
        assert_eq!(began.elapsed().as_secs(), 45);
        Ok(())
    });
}

#[test]
fn who_calls_each_other_at_once_talks_in_one_call_under_every_latency() {
    sim::run_seeds(0..50, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (annas, boras) = (anna.client().await?, bora.client().await?);
        let (to_bora, to_anna) = tokio::join!(
            annas.start_call(bora.id(), CallType::AudioCall),
            boras.start_call(anna.id(), CallType::AudioCall)
        );
        let (to_bora, to_anna) = (to_bora?, to_anna?);
        to_bora.active().await?;
        to_anna.active().await?;
        assert_eq!(
            to_bora.snapshot().call.unwrap().id,
            to_anna.snapshot().call.unwrap().id
        );
        Ok(())
    });
}

#[test]
fn one_device_answers_and_the_other_learns_it() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let client = bora.client().await?;
        let mut rings = client.incoming_calls();
        let call = anna.calls(&bora, CallType::AudioCall)?;
        let ring = rings.next().await.unwrap();
        bora.answers(call, true)?;
        let refusal = ring.accept().await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::AnsweredElsewhere);
        assert_eq!(ring.ended().await, CallEndReason::AnsweredElsewhere);
        Ok(())
    });
}

#[test]
fn who_is_in_a_call_is_busy_and_who_is_blocked_gets_no_call() {
    sim::run(2, async |sim: Sim| -> Outcome {
        let (anna, bora, cem) = (sim.person("Anna"), sim.person("Bora"), sim.person("Cem"));
        anna.calls(&bora, CallType::AudioCall)?;
        let client = cem.client().await?;
        let refusal = client
            .start_call(bora.id(), CallType::AudioCall)
            .await
            .err()
            .unwrap();
        assert_eq!(refusal.code, ErrorCode::Busy);
        let deniz = sim.person("Deniz");
        deniz.blocks(&cem);
        let refusal = client
            .start_call(deniz.id(), CallType::AudioCall)
            .await
            .err()
            .unwrap();
        assert_eq!(refusal.code, ErrorCode::Blocked);
        client.close().await
    });
}

#[test]
fn an_active_call_survives_a_tunnel() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let client = anna.client().await?;
        let out = client.start_call(bora.id(), CallType::AudioCall).await?;
        bora.answers(out.snapshot().call.unwrap().id, true)?;
        out.active().await?;
        anna.loses_network_for(Duration::from_secs(20));
        out.wait_for(|now| matches!(now.state, State::Reconnecting { .. }))
            .await?;
        out.active().await?;
        Ok(())
    });
}
