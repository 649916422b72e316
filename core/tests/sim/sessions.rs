use std::time::Duration;

use ipelya_core::backend::NewSession;
use ipelya_core::domain::{ErrorCode, Grants, IdempotencyKey, Role, SessionStatus};
use ipelya_core::media::TrackSource;
use ipelya_core::runtime::SessionSnapshot;
use ipelya_core::session::{EndReason, Lock, State};
use ipelya_core::sim::{self, Fault, Operation, Sim};
use ipelya_core::stage::State as Stage;
use tokio::time::Instant;

use crate::Outcome;

fn ended(reason: EndReason) -> State {
    State::Ended { reason }
}

#[test]
fn a_viewer_joins_sees_the_host_and_leaves() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        anna.publishes(id, TrackSource::Camera)?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        assert!(watching.video_of(anna.id()).await?.recv().await.is_some());
        assert_eq!(sim.session(id)?.viewer_count, 1);
        watching.leave().await;
        assert_eq!(watching.snapshot().state, ended(EndReason::Left));
        assert_eq!(sim.session(id)?.viewer_count, 0);
        client.close().await
    });
}

#[test]
fn a_paid_session_locks_asks_for_the_price_and_charges_once() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        bora.gets_coins(100);
        let id = anna.goes_live(NewSession::broadcast("Paid").pay_per_view(30))?;
        let client = bora.client().await?;
        let screen = client.session();
        let refusal = screen.join(id, None, IdempotencyKey::random()).await.unwrap_err();
        assert_eq!(
            (refusal.code, refusal.details.price_coins),
            (ErrorCode::PaymentRequired, Some(30))
        );
        assert_eq!(
            screen.snapshot().state,
            State::Locked {
                lock: Lock::Purchase { price_coins: 30 }
            }
        );
        // The answer is lost on the way back: the same tap, tried again, charges nothing twice.
        let key = IdempotencyKey::random();
        bora.next_fails(Operation::JoinSession, Fault::AnswerLost);
        let lost = client
            .session()
            .join(id, Some(30), key.clone())
            .await
            .unwrap_err();
        assert!(lost.retryable);
        let watching = client.session();
        watching.join(id, Some(30), key).await?;
        assert_eq!((watching.snapshot().charged_coins, bora.coins()), (30, 70));
        client.close().await
    });
}

#[test]
fn who_may_not_enter_is_told_why() {
    sim::run(2, async |sim: Sim| -> Outcome {
        let (anna, bora, cem) = (sim.creator("Anna"), sim.person("Bora"), sim.person("Cem"));
        let id = anna.goes_live(NewSession::audio_room("Circle").subscribers_only())?;
        let client = bora.client().await?;
        let code = async || client.join_session(id).await.err().map(|error| error.code);
        assert_eq!(code().await, Some(ErrorCode::SubscriptionRequired));
        bora.subscribes_to(&anna);
        sim.limit_places(id, 1);
        assert_eq!(code().await, Some(ErrorCode::SessionFull));
        sim.limit_places(id, 10);
        assert_eq!(code().await, None);
        anna.kicks(id, &bora)?;
        assert_eq!(code().await, Some(ErrorCode::Banned));
        anna.blocks(&cem);
        cem.subscribes_to(&anna);
        let refused = cem
            .client()
            .await?
            .join_session(id)
            .await
            .err()
            .map(|error| error.code);
        assert_eq!(refused, Some(ErrorCode::Blocked));
        client.close().await
    });
}

#[test]
fn a_listener_who_is_promoted_speaks_without_reconnecting_and_falls_silent_when_demoted() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::audio_room("Circle"))?;
        let client = bora.client().await?;
        let listening = client.join_session(id).await?;
        listening.set_microphone(true).await;
        assert_eq!(listening.snapshot().publishing, Grants::NONE);
        anna.promotes(id, &bora, Role::Speaker)?;
        listening
            .wait_for(|now| now.grants.audio && now.role == Some(Role::Speaker))
            .await?;
        listening.set_microphone(true).await;
        listening.wait_for(|now| now.publishing.audio).await?;
        anna.promotes(id, &bora, Role::Listener)?;
        let silent = listening
            .wait_for(|now| now.role == Some(Role::Listener) && !now.grants.audio)
            .await?;
        assert_eq!((silent.publishing, silent.state), (Grants::NONE, State::Live));
        client.close().await
    });
}

#[test]
fn who_is_kicked_is_out_and_stays_out() {
    sim::run(3, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        anna.kicks(id, &bora)?;
        let over = watching.wait_for(|now| now.state.is_terminal()).await?;
        assert_eq!(over.state, ended(EndReason::Removed));
        let again = client.join_session(id).await.err().map(|error| error.code);
        assert_eq!(again, Some(ErrorCode::Banned));
        client.close().await
    });
}

#[test]
fn a_short_outage_is_resumed_a_longer_one_joined_anew_and_the_longest_given_up() {
    for (seconds, expected) in [(5, true), (30, true), (90, false)] {
        sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
            let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
            let id = anna.goes_live(NewSession::broadcast("Evening"))?;
            let client = bora.client().await?;
            let watching = client.join_session(id).await?;
            let began = Instant::now();
            bora.loses_network_for(Duration::from_secs(seconds));
            watching
                .wait_for(|now| matches!(now.state, State::Reconnecting { .. }))
                .await?;
            let outcome = watching
                .wait_for(|now| now.state == State::Live || now.state.is_terminal())
                .await?;
            assert_eq!(
                outcome.state == State::Live,
                expected,
                "{seconds} s: {:?}",
                outcome.state
            );
            assert!(
                began.elapsed() < Duration::from_secs(seconds.min(61) + 10),
                "{:?}",
                began.elapsed()
            );
            if expected {
                assert_eq!(sim.session(id)?.viewer_count, 1, "there once");
                assert!(
                    outcome.members.contains_key(&anna.id()),
                    "the roster is whole again"
                );
            }
            Ok(())
        });
    }
}

#[test]
fn the_end_that_was_missed_during_an_outage_is_learnt_after_it() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        bora.loses_network();
        anna.ends(id)?;
        bora.finds_network();
        let over = watching.wait_for(|now| now.state.is_terminal()).await?;
        assert_eq!(over.state, ended(EndReason::HostEnded));
        client.close().await
    });
}

#[test]
fn a_host_who_vanishes_ends_the_session_after_the_grace() {
    sim::run(4, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let hosting = anna
            .client()
            .await?
            .create_session(NewSession::broadcast("Evening"))
            .await?;
        hosting.go_live().await?;
        let id = hosting.snapshot().session.unwrap().id;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        anna.loses_network();
        let over = watching.wait_for(|now| now.state.is_terminal()).await?;
        assert_eq!(over.state, ended(EndReason::HostAway));
        assert_eq!(sim.session(id)?.status, SessionStatus::Ended);
        client.close().await
    });
}

#[test]
fn a_restarted_livekit_server_is_survived() {
    sim::run(5, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        sim.restart_livekit();
        watching
            .wait_for(|now| matches!(now.state, State::Reconnecting { .. }))
            .await?;
        watching.wait_for(|now| now.state == State::Live).await?;
        client.close().await
    });
}

#[test]
fn what_the_script_lets_fail_fails_as_scripted() {
    sim::run(6, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        bora.next_fails(Operation::JoinSession, Fault::Refused(ErrorCode::RateLimited));
        let refusal = client.join_session(id).await.err().unwrap();
        assert_eq!((refusal.code, refusal.retryable), (ErrorCode::RateLimited, true));
        let began = Instant::now();
        sim.next_fails(Operation::JoinSession, Fault::Slow(Duration::from_secs(30)));
        assert!(client.join_session(id).await.err().unwrap().retryable);
        assert_eq!(began.elapsed().as_secs(), 10, "the request's timeout");
        sim.next_fails(Operation::Connect, Fault::Refused(ErrorCode::MediaUnavailable));
        let watching = client.join_session(id).await?;
        assert_eq!(
            watching.snapshot().state,
            State::Live,
            "the second try came through"
        );
        client.close().await
    });
}

#[test]
fn a_hand_goes_up_and_an_invitation_runs_out_under_every_latency() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let host = anna.client().await?;
        let show = host.create_session(NewSession::audio_room("Circle")).await?;
        show.go_live().await?;
        let id = show.snapshot().session.unwrap().id;
        let phone = bora.client().await?;
        let guest = phone.join_session(id).await?;
        guest.raise_hand().await?;
        show.wait_for(|now| now.stage_requests.len() == 1).await?;
        show.invite(phone.user_id(), Role::Speaker).await?;
        guest.wait_for(|now| now.stage.can.answer_invitation).await?;
        guest.wait_for(|now| now.stage.state == Stage::Audience).await?;
        show.wait_for(|now| now.stage_requests.is_empty()).await?;
        show.end().await?;
        host.close().await
    });
}

#[test]
fn a_co_host_takes_over_from_a_host_who_vanishes_until_the_host_is_back() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let host = anna.client().await?;
        let show = host.create_session(NewSession::audio_room("Circle")).await?;
        show.go_live().await?;
        let id = show.snapshot().session.unwrap().id;
        let phone = bora.client().await?;
        let guest = phone.join_session(id).await?;
        show.promote(phone.user_id(), Role::CoHost).await?;
        guest
            .wait_for(|now| now.stage.state == Stage::OnStage { role: Role::CoHost })
            .await?;
        anna.loses_network();
        let in_charge =
            |now: &SessionSnapshot| now.session.as_ref().and_then(|session| session.acting_host_id);
        let taken = guest.wait_for(|now| in_charge(now).is_some()).await?;
        assert_eq!(
            (in_charge(&taken), &taken.state),
            (Some(phone.user_id()), &State::Live)
        );
        anna.finds_network();
        anna.client().await?.join_session(id).await?;
        guest.wait_for(|now| in_charge(now).is_none()).await?;
        phone.close().await
    });
}
