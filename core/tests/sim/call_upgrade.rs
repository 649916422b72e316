//! From a voice call to a video call and back, with the other one's consent.

use std::time::Duration;

use ipelya_core::LiveClient;
use ipelya_core::backend::CallChange;
use ipelya_core::domain::{CallId, CallType, ErrorCode};
use ipelya_core::runtime::{CallHandle, CallSnapshot};
use ipelya_core::sim::{self, Fault, Operation, Sim, SimPerson};

use crate::Outcome;

/// A voice call that Anna's app makes and Bora's script answers.
async fn talking(
    anna: &SimPerson,
    bora: &SimPerson,
) -> Result<(LiveClient, CallHandle, CallId), ipelya_core::domain::LiveError> {
    let app = anna.client().await?;
    let call = app.start_call(bora.id(), CallType::AudioCall).await?;
    let id = call.snapshot().call.unwrap().id;
    bora.answers(id, true)?;
    call.active().await?;
    Ok((app, call, id))
}

fn is_video(now: &CallSnapshot) -> bool {
    now.call
        .as_ref()
        .is_some_and(|call| call.call_type == CallType::VideoCall)
}

#[test]
fn asked_consented_filmed_and_back() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, call, id) = talking(&anna, &bora).await?;
        assert!(call.snapshot().can.request_video);
        call.request_video().await?;
        let waiting = call.wait_for(|now| now.can.cancel_video_request).await?;
        assert!(!waiting.publishing.video && waiting.local.camera.pending);
        bora.changes(id, CallChange::AcceptVideo)?;
        let filmed = call.wait_for(|now| now.local.camera.enabled).await?;
        assert!(is_video(&filmed));
        bora.changes(id, CallChange::ToAudio)?;
        let voices = call
            .wait_for(|now| !is_video(now) && !now.publishing.video)
            .await?;
        assert!(!voices.local.camera.pending && voices.publishing.audio);
        call.hang_up();
        call.ended().await;
        app.close().await
    });
}

#[test]
fn declined_or_unanswered_the_camera_stays_off() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, call, id) = talking(&anna, &bora).await?;
        for declined in [true, false] {
            call.request_video().await?;
            if declined {
                bora.changes(id, CallChange::DeclineVideo)?;
            }
            let over = call.wait_for(|now| now.can.request_video).await?;
            assert!(!over.local.camera.pending && !is_video(&over));
        }
        app.close().await
    });
}

#[test]
fn both_ask_and_each_consents_to_the_other() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, call, id) = talking(&anna, &bora).await?;
        bora.changes(id, CallChange::RequestVideo)?;
        call.request_video().await?;
        call.wait_for(|now| is_video(now) && now.local.camera.enabled)
            .await?;
        app.close().await
    });
}

#[test]
fn an_answer_that_got_lost_changes_nothing_twice() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, call, id) = talking(&anna, &bora).await?;
        anna.next_fails(Operation::ChangeCall, Fault::AnswerLost);
        call.request_video().await?;
        bora.changes(id, CallChange::AcceptVideo)?;
        call.wait_for(is_video).await?;
        anna.next_fails(Operation::ChangeCall, Fault::AnswerLost);
        call.to_audio().await?;
        call.wait_for(|now| !is_video(now)).await?;
        bora.changes(id, CallChange::RequestVideo)?;
        call.wait_for(|now| now.can.answer_video).await?;
        anna.next_fails(Operation::ChangeCall, Fault::AnswerLost);
        call.accept_video().await?;
        call.wait_for(is_video).await?;
        app.close().await
    });
}

#[test]
fn a_wish_during_an_outage_is_known_when_the_network_is_back() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, call, id) = talking(&anna, &bora).await?;
        anna.loses_network_for(Duration::from_secs(8));
        bora.changes(id, CallChange::RequestVideo)?;
        call.wait_for(|now| now.can.answer_video).await?;
        call.accept_video().await?;
        call.wait_for(|now| is_video(now) && now.local.camera.enabled)
            .await?;
        app.close().await
    });
}

#[test]
fn what_can_not_be_asked_for_now_is_refused() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, call, _) = talking(&anna, &bora).await?;
        assert_eq!(call.accept_video().await.unwrap_err().code, ErrorCode::NotFound);
        assert_eq!(call.decline_video().await.unwrap_err().code, ErrorCode::NotFound);
        call.to_audio().await?;
        call.hang_up();
        call.ended().await;
        assert_eq!(call.request_video().await.unwrap_err().code, ErrorCode::CallEnded);
        app.close().await
    });
}
