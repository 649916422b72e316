use ipelya_core::backend::{DoNotDisturb, NewSession, SessionNews};
use ipelya_core::chat::ChatSnapshot;
use ipelya_core::domain::{CallType, ErrorCode, IdempotencyKey, ReactionKind, Role};
use ipelya_core::media::TrackSource;
use ipelya_core::runtime::{SessionEvent, SessionHandle};
use ipelya_core::session::{EndReason, State};
use ipelya_core::sim::{self, Fault, Operation, Sim};

use crate::Outcome;

async fn chat_is(session: &SessionHandle, condition: impl Fn(&ChatSnapshot) -> bool) -> ChatSnapshot {
    let mut chats = session.messages();
    chats.wait_for(condition).await.unwrap().clone()
}

fn says(bodies: &[&str]) -> impl Fn(&ChatSnapshot) -> bool {
    move |chat| {
        chat.messages
            .iter()
            .map(|message| message.body.as_str())
            .eq(bodies.iter().copied())
    }
}

#[test]
fn people_talk_and_what_was_said_during_an_outage_is_there_afterwards() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        anna.says(id, "welcome")?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        chat_is(&watching, says(&["welcome"])).await;
        let said = watching.send_message("hello").await?;
        assert_eq!(said.user_id, bora.id());
        bora.loses_network();
        anna.says(id, "are you there?")?;
        bora.finds_network();
        chat_is(&watching, says(&["welcome", "hello", "are you there?"])).await;
        watching.delete_message(said.id).await?;
        chat_is(&watching, says(&["welcome", "are you there?"])).await;
        let older = watching.history(None, 1).await?;
        assert_eq!(older[0].body, "are you there?");
        let older = watching.history(Some(older[0].key()), 10).await?;
        assert_eq!(older.len(), 1);
        client.close().await
    });
}

#[test]
fn somebody_muted_says_nothing_and_publishes_nothing() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        anna.promotes(id, &bora, Role::Speaker)?;
        watching.wait_for(|now| now.can.microphone).await?;
        anna.mutes(id, &bora)?;
        watching.wait_for(|now| !now.can.microphone).await?;
        let refusal = watching.send_message("but").await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::Forbidden);
        let chat = watching.messages().borrow().clone();
        assert_eq!(chat.pending[0].error, Some(refusal));
        watching.dismiss_message(chat.pending[0].id).await;
        chat_is(&watching, |chat| chat.pending.is_empty()).await;
        assert!(bora.publishes(id, TrackSource::Microphone).is_err());
        client.close().await
    });
}

#[test]
fn a_host_kicks_who_then_may_not_come_back_until_it_is_lifted() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let (host, guest) = (anna.client().await?, bora.client().await?);
        let session = host.create_session(NewSession::broadcast("Evening")).await?;
        session.go_live().await?;
        let id = session.session_id()?;
        let watching = guest.join_session(id).await?;
        let refusal = watching.kick(anna.id(), None).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::RoleNotAllowed);
        session.kick(bora.id(), Some("spam".into())).await?;
        let over = watching.wait_for(|now| now.state.is_terminal()).await?;
        assert_eq!(
            over.state,
            State::Ended {
                reason: EndReason::Removed
            }
        );
        assert_eq!(
            guest.join_session(id).await.err().unwrap().code,
            ErrorCode::Banned
        );
        session.unban(bora.id(), Default::default()).await?;
        guest.join_session(id).await?;
        host.close().await?;
        guest.close().await
    });
}

#[test]
fn a_gift_is_given_once_whatever_is_retried_and_everybody_sees_it() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        bora.gets_coins(100);
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        let mut events = watching.events();
        let key = IdempotencyKey::random();
        bora.next_fails(Operation::SendGift, Fault::AnswerLost);
        assert_eq!(
            watching.send_gift(30, Some("bravo".into()), key.clone()).await?,
            70
        );
        assert_eq!(watching.send_gift(30, Some("bravo".into()), key).await?, 70);
        assert_eq!((client.balance().await?, anna.coins()), (70, 30));
        loop {
            if let SessionEvent::News(SessionNews::GiftSent(gift)) = events.recv().await.unwrap() {
                assert_eq!((gift.coins, gift.sender_id), (30, bora.id()));
                break;
            }
        }
        client.close().await
    });
}

#[test]
fn taps_travel_together() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        let tap = || watching.send_reaction(ReactionKind::Heart);
        let (one, two, three) = tokio::join!(tap(), tap(), tap());
        assert_eq!((one, two, three), (Ok(()), Ok(()), Ok(())));
        let trips = sim.trace().iter().filter(|line| line.contains("react")).count();
        assert_eq!(trips, 1);
        client.close().await
    });
}

#[test]
fn whoever_wants_no_calls_is_busy_until_the_time_is_over() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let client = bora.client().await?;
        client.set_do_not_disturb(DoNotDisturb::On).await?;
        let refusal = anna.calls(&bora, CallType::AudioCall).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::Busy);
        client.set_do_not_disturb(DoNotDisturb::Off).await?;
        anna.calls(&bora, CallType::AudioCall)?;
        client.close().await
    });
}
