//! The steps that an app hears of, in virtual time.

use ipelya_core::backend::NewSession;
use ipelya_core::domain::{CallType, ErrorCode, IdempotencyKey};
use ipelya_core::media::TrackSource;
use ipelya_core::runtime::{CallEvent, SessionEvent};
use ipelya_core::sim;
use ipelya_core::telemetry::{FunnelEvent, Journey, Step};
use tokio::sync::broadcast::Receiver;

/// The steps that were told so far.
fn steps<E: Clone>(events: &mut Receiver<E>, pick: impl Fn(E) -> Option<FunnelEvent>) -> Vec<FunnelEvent> {
    std::iter::from_fn(|| events.try_recv().ok())
        .filter_map(pick)
        .collect()
}

fn of_session(event: SessionEvent) -> Option<FunnelEvent> {
    match event {
        SessionEvent::Funnel(told) => Some(told),
        SessionEvent::StateChanged(_) | SessionEvent::Room(_) | SessionEvent::News(_) => None,
    }
}

fn of_call(event: CallEvent) -> Option<FunnelEvent> {
    match event {
        CallEvent::Funnel(told) => Some(told),
        CallEvent::StateChanged(_) | CallEvent::Room(_) => None,
    }
}

fn names(told: &[FunnelEvent]) -> Vec<Step> {
    told.iter().map(|event| event.step).collect()
}

#[test]
fn a_viewer_hears_of_each_step_to_the_first_picture_and_the_times_add_up() {
    sim::run_seeds(0..10, |sim| async move {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let session = anna.goes_live(NewSession::broadcast("Evening"))?;
        anna.publishes(session, TrackSource::Camera)?;
        let app = bora.client().await?;
        let watching = app.session();
        let mut events = watching.events();
        watching.join(session, None, IdempotencyKey::random()).await?;
        let mut picture = watching.video_of(anna.id()).await?;
        picture.recv().await.expect("a picture");
        watching
            .wait_for(|now| now.members.contains_key(&anna.id()))
            .await?;
        let mut told = Vec::new();
        while names(&told).last() != Some(&Step::FirstFrame) {
            if let Some(event) = of_session(events.recv().await.expect("an event")) {
                told.push(event);
            }
        }
        assert_eq!(names(&told), Journey::Join.steps());
        assert_eq!(
            told.iter().map(|event| event.took_ms).sum::<u64>(),
            told[3].total_ms
        );
        assert!(
            told.iter()
                .all(|event| event.journey == Journey::Join && event.error.is_none())
        );
        app.close().await
    });
}

#[test]
fn a_door_that_stays_shut_is_the_step_that_failed() {
    sim::run(1, |sim| async move {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let session = anna.goes_live(NewSession::broadcast("Paid").pay_per_view(30))?;
        let app = bora.client().await?;
        let handle = app.session();
        let mut events = handle.events();
        handle
            .join(session, None, IdempotencyKey::random())
            .await
            .expect_err("it has a price");
        let told = steps(&mut events, of_session);
        assert_eq!(names(&told), [Step::Authorize]);
        assert_eq!(told[0].error, Some(ErrorCode::PaymentRequired));
        bora.gets_coins(30);
        handle.join(session, Some(30), IdempotencyKey::random()).await?;
        handle.wait_for(|now| now.state.is_connected()).await?;
        let told = steps(&mut events, of_session);
        assert_eq!(
            names(&told)[..2],
            [Step::Authorize, Step::Connect],
            "another way in"
        );
        app.close().await
    });
}

#[test]
fn a_caller_hears_how_long_it_rang_and_when_the_other_one_could_be_heard() {
    sim::run(2, |sim| async move {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, other) = (anna.client().await?, bora.client().await?);
        let mut rings = other.incoming_calls();
        let call = app.start_call(bora.id(), CallType::AudioCall).await?;
        let mut events = call.events();
        let ring = rings.next().await.expect("it rings");
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        ring.accept().await?;
        call.audio().await?;
        let heard = call
            .wait_for(|now| now.funnel.last().is_some_and(|step| step.step == Step::Audio))
            .await?;
        let told = steps(&mut events, of_call);
        assert_eq!(names(&told), [Step::Answer, Step::Connect, Step::Audio]);
        assert!(told[0].took_ms >= 5_000, "{told:?}");
        assert_eq!(
            names(&heard.funnel),
            Journey::Call.steps(),
            "also what nobody could hear of yet"
        );
        app.close().await
    });
}

#[test]
fn a_host_arrives_and_is_never_late() {
    sim::run(4, |sim| async move {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let host = anna.client().await?;
        let session = host.create_session(NewSession::broadcast("Evening")).await?;
        session.go_live().await?;
        let guest = bora.client().await?;
        let watching = guest
            .join_session(session.snapshot().session.expect("entered").id)
            .await?;
        session
            .promote(bora.id(), ipelya_core::domain::Role::CoHost)
            .await?;
        watching.wait_for(|now| now.can.camera).await?;
        watching.set_camera(true).await;
        let seen = session
            .wait_for(|now| {
                now.members
                    .get(&bora.id())
                    .is_some_and(|guest| !guest.subscribed.is_empty())
            })
            .await?;
        assert_eq!(names(&seen.funnel), [Step::Authorize, Step::Connect]);
        guest.close().await?;
        host.close().await
    });
}
