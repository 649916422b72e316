//! Microphone, camera, screen and views, as an app switches them.

use std::sync::Arc;

use ipelya_core::LiveClient;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{CallType, ErrorCode, LiveError, Role};
use ipelya_core::media::{Facing, TrackSource, ViewSize};
use ipelya_core::publisher::Toggle;
use ipelya_core::runtime::SessionHandle;
use ipelya_core::sim::{self, Device, Sim, SimCapture, SimPerson};
use ipelya_core::viewing::{Mode, ViewId};

use crate::Outcome;

const ON: Toggle = Toggle {
    enabled: true,
    pending: false,
    last_error: None,
};
const OFF: Toggle = Toggle {
    enabled: false,
    pending: false,
    last_error: None,
};

async fn with_devices(person: &SimPerson) -> Result<(LiveClient, SimCapture), LiveError> {
    let capture = SimCapture::default();
    let client = LiveClient::builder(person.backend(), Arc::new(person.engine()))
        .capture(capture.clone())
        .connect()
        .await?;
    Ok((client, capture))
}

async fn on_air(person: &SimPerson) -> Result<(LiveClient, SimCapture, SessionHandle), LiveError> {
    let (client, capture) = with_devices(person).await?;
    let session = client.create_session(NewSession::broadcast("Evening")).await?;
    session.go_live().await?;
    Ok((client, capture, session))
}

#[test]
fn a_device_is_on_once_the_server_has_its_track_and_off_at_once() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (client, devices, session) = on_air(&sim.creator("Anna")).await?;
        session.set_camera(true).await;
        session.wait_for(|now| now.local.camera.pending).await?;
        let on = session.wait_for(|now| now.local.camera == ON).await?;
        assert!(devices.runs(Device::Camera) && on.publishing.video);
        session.set_screen_share(true).await;
        session.wait_for(|now| now.local.screen_share == ON).await?;
        assert!(devices.runs(Device::Screen));
        session.set_camera(false).await;
        session.wait_for(|now| now.local.camera == OFF).await?;
        assert!(!devices.runs(Device::Camera) && devices.runs(Device::Screen));
        session.end().await?;
        assert!(!devices.runs(Device::Screen), "the end stops every device");
        client.close().await
    });
}

#[test]
fn a_device_that_fails_says_why_and_leaves_no_frozen_picture() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let anna = sim.creator("Anna");
        let (client, devices, session) = on_air(&anna).await?;
        let broken = LiveError::new(ErrorCode::Forbidden, "no permission for the camera");
        devices.next_fails(Device::Camera, broken.clone());
        session.set_camera(true).await;
        let refused = session
            .wait_for(|now| now.local.camera.last_error.is_some())
            .await?;
        assert_eq!(
            refused.local.camera,
            Toggle {
                last_error: Some(broken),
                ..OFF
            }
        );
        let bora = sim.person("Bora").client().await?;
        let watching = bora.join_session(session.snapshot().session.unwrap().id).await?;
        let host = watching
            .wait_for(|now| now.members.contains_key(&anna.id()))
            .await?;
        assert!(host.members[&anna.id()].tracks.is_empty());
        session.set_camera(true).await;
        session.wait_for(|now| now.local.camera == ON).await?;
        client.close().await?;
        bora.close().await
    });
}

#[test]
fn taps_faster_than_the_server_end_where_the_last_one_says_with_one_track() {
    sim::run_seeds(0..30, async |sim: Sim| -> Outcome {
        let anna = sim.creator("Anna");
        let (client, devices, session) = on_air(&anna).await?;
        let bora = sim.person("Bora").client().await?;
        let watching = bora.join_session(session.snapshot().session.unwrap().id).await?;
        for on in [true, false, true, false, true] {
            session.set_camera(on).await;
        }
        session.wait_for(|now| now.local.camera == ON).await?;
        assert!(devices.runs(Device::Camera));
        let settled = watching
            .wait_for(|now| {
                now.members
                    .get(&anna.id())
                    .is_some_and(|host| host.tracks.len() == 1)
            })
            .await?;
        assert_eq!(settled.members[&anna.id()].tracks[0].source, TrackSource::Camera);
        session.set_camera(false).await;
        watching
            .wait_for(|now| now.members[&anna.id()].tracks.is_empty())
            .await?;
        client.close().await?;
        bora.close().await
    });
}

#[test]
fn the_camera_turns_while_it_films_and_says_why_it_does_not() {
    sim::run(2, async |sim: Sim| -> Outcome {
        let (client, devices, session) = on_air(&sim.creator("Anna")).await?;
        session.flip_camera().await;
        let off = session
            .wait_for(|now| now.local.flip.last_error.is_some())
            .await?;
        assert_eq!(off.local.flip.last_error.unwrap().code, ErrorCode::Conflict);
        session.set_camera(true).await;
        session.wait_for(|now| now.local.camera == ON).await?;
        session.flip_camera().await;
        session
            .wait_for(|now| now.local.flip.facing == Facing::Environment && !now.local.flip.pending)
            .await?;
        assert_eq!(devices.facing(), Facing::Environment);
        client.close().await
    });
}

#[test]
fn what_this_user_may_do_follows_role_grants_and_state() {
    sim::run(3, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let (host, _, session) = on_air(&anna).await?;
        let id = session.snapshot().session.unwrap().id;
        let can = session.snapshot().can;
        assert!(can.end && can.camera && can.microphone && can.screen_share && !can.go_live);
        let app = bora.client().await?;
        let watching = app.session();
        assert!(watching.snapshot().can.enter);
        watching
            .join(id, None, ipelya_core::domain::IdempotencyKey::random())
            .await?;
        let can = watching.snapshot().can;
        assert!(can.leave && !can.end && !can.microphone && !can.camera);
        session.promote(bora.id(), Role::Speaker).await?;
        watching
            .wait_for(|now| now.can.microphone && !now.can.camera)
            .await?;
        watching.leave().await;
        assert_eq!(watching.snapshot().can, ipelya_core::session::Capabilities::NONE);
        app.close().await?;
        host.close().await
    });
}

#[test]
fn voices_alone_stop_the_pictures_and_bring_them_back() {
    sim::run(4, async |sim: Sim| -> Outcome {
        let anna = sim.creator("Anna");
        let (host, _, session) = on_air(&anna).await?;
        session.set_camera(true).await;
        let app = sim.person("Bora").client().await?;
        let watching = app.join_session(session.snapshot().session.unwrap().id).await?;
        let mut pictures = watching.video_of(anna.id()).await?;
        let whole = pictures.recv().await.expect("a picture").picture;
        let small = ViewSize {
            width: 320,
            height: 180,
        };
        watching
            .set_view(ViewId("tile".into()), anna.id(), TrackSource::Camera, Some(small))
            .await;
        let fits = pictures.recv().await.expect("a smaller picture").picture;
        assert!(fits.width() < whole.width(), "{fits:?} of {whole:?}");
        watching.set_audio_only(true).await;
        watching
            .wait_for(|now| now.viewing.mode == Mode::AudioOnlyByUser)
            .await?;
        watching.set_audio_only(false).await;
        watching.wait_for(|now| now.viewing.mode == Mode::Video).await?;
        assert_eq!(
            pictures.recv().await.expect("it is back").picture.width(),
            fits.width()
        );
        app.close().await?;
        host.close().await
    });
}

#[test]
fn statistics_are_measured_while_somebody_looks_and_end_with_the_session() {
    sim::run(5, async |sim: Sim| -> Outcome {
        let anna = sim.creator("Anna");
        let (host, _, session) = on_air(&anna).await?;
        let mut stats = session.stats(std::time::Duration::from_secs(1));
        assert_eq!(stats.next().await, Some(Vec::new()), "nothing is sent yet");
        session.set_camera(true).await;
        session.wait_for(|now| now.local.camera == ON).await?;
        let first = stats.next().await.expect("a sample");
        let second = stats.next().await.expect("a sample");
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_eq!(first[0].stats.source, TrackSource::Camera);
        assert!(first[0].rates.is_none() && second[0].rates.is_some());
        session.end().await?;
        drop(session);
        while stats.next().await.is_some() {}
        host.close().await
    });
}

#[test]
fn a_call_begins_with_what_its_type_says() {
    sim::run(6, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (app, devices) = with_devices(&anna).await?;
        for (call_type, films) in [(CallType::AudioCall, false), (CallType::VideoCall, true)] {
            let call = app.start_call(bora.id(), call_type).await?;
            bora.answers(call.snapshot().call.unwrap().id, true)?;
            call.active().await?;
            call.wait_for(|now| now.local.microphone == ON && now.local.camera.enabled == films)
                .await?;
            assert_eq!(devices.runs(Device::Camera), films);
            call.hang_up();
            call.ended().await;
            assert!(!devices.runs(Device::Camera) && !devices.runs(Device::Microphone));
        }
        app.close().await
    });
}

#[test]
fn a_microphone_tapped_in_a_tunnel_is_on_behind_it() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let anna = sim.creator("Anna");
        let (client, devices, session) = on_air(&anna).await?;
        anna.loses_network_for(std::time::Duration::from_secs(13));
        session.set_microphone(true).await;
        session.wait_for(|now| now.local.microphone == ON).await?;
        assert!(devices.runs(Device::Microphone));
        client.close().await
    });
}

#[test]
fn the_end_stops_every_device_before_the_backend_knows() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let anna = sim.creator("Anna");
        let (client, devices, session) = on_air(&anna).await?;
        session.set_camera(true).await;
        session.wait_for(|now| now.local.camera.pending).await?;
        anna.next_fails(
            ipelya_core::sim::Operation::EndSession,
            ipelya_core::sim::Fault::Slow(std::time::Duration::from_secs(8)),
        );
        session.leave().await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert!(!devices.runs(Device::Camera));
        client.close().await
    });
}
