//! The simulated engine and devices: what an app's test can make of views, statistics and failing devices.
#![cfg(feature = "sim")]
// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::LiveClient;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{ErrorCode, LiveError, quality};
use ipelya_core::media::{
    Facing, MediaCapture, MediaError, MediaEvent, MediaRoom, NoCapture, StatsSampler, TrackDirection,
    TrackId, TrackKind, TrackSource, VideoFrame, VideoSink, ViewSize,
};
use ipelya_core::runtime::{SessionEvent, SessionHandle};
use ipelya_core::sim::{self, Device, Sim, SimCapture, SimPerson};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

type Outcome = Result<(), LiveError>;

const THUMBNAIL: ViewSize = ViewSize {
    width: 160,
    height: 90,
};
const TILE: ViewSize = ViewSize {
    width: 640,
    height: 360,
};

/// Anna's camera, as Bora's app has it.
struct Watching {
    client: LiveClient,
    session: SessionHandle,
    room: Arc<dyn MediaRoom>,
    track: TrackId,
}

impl Watching {
    async fn start(anna: &SimPerson, bora: &SimPerson) -> Result<Self, LiveError> {
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let track = anna.publishes(id, TrackSource::Camera)?;
        let client = bora.client().await?;
        let session = client.join_session(id).await?;
        session
            .wait_for(|now| {
                now.members
                    .get(&anna.id())
                    .is_some_and(|member| member.readable(TrackKind::Video).is_some())
            })
            .await?;
        let room = session.room().expect("joined");
        Ok(Self {
            client,
            session,
            room,
            track,
        })
    }

    fn view(&self, view: Option<ViewSize>) {
        assert_eq!(self.room.set_view(&self.track, view), Ok(()));
    }
}

async fn height(frames: &mut mpsc::Receiver<VideoFrame>) -> Option<u32> {
    let frame = timeout(Duration::from_secs(1), frames.recv()).await.ok()?;
    frame.map(|frame| frame.picture.height())
}

#[test]
fn a_viewer_gets_the_layer_that_fits_the_view_and_nothing_while_hidden() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let watching = Watching::start(&sim.creator("Anna"), &sim.person("Bora")).await?;
        let mut frames = watching.room.video_frames(&watching.track)?;
        assert_eq!(height(&mut frames).await, Some(720), "before a word, the largest");
        watching.view(Some(THUMBNAIL));
        assert_eq!(height(&mut frames).await, Some(180));
        watching.view(Some(TILE));
        assert_eq!(height(&mut frames).await, Some(360));
        watching.view(None);
        assert_eq!(height(&mut frames).await, None, "hidden");
        watching.view(Some(TILE));
        assert_eq!(height(&mut frames).await, Some(360));
        watching.client.close().await
    });
}

#[test]
fn the_first_picture_is_told_of_once_and_only_when_it_is_seen() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let watching = Watching::start(&anna, &bora).await?;
        let mut events = watching.session.events();
        watching.view(None);
        let mut frames = watching.room.video_frames(&watching.track)?;
        assert_eq!(height(&mut frames).await, None);
        watching.view(Some(TILE));
        let mut again = watching.room.video_frames(&watching.track)?;
        assert!(height(&mut frames).await.is_some() && height(&mut again).await.is_some());
        let first = SessionEvent::Room(MediaEvent::FirstFrame {
            user: anna.id(),
            track: watching.track.clone(),
        });
        let mut told = 0;
        while let Ok(Ok(event)) = timeout(Duration::from_secs(1), events.recv()).await {
            told += usize::from(event == first);
        }
        assert_eq!(told, 1);
        watching.client.close().await
    });
}

#[test]
fn a_track_that_is_not_subscribed_or_is_gone_cannot_be_read() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let watching = Watching::start(&sim.creator("Anna"), &sim.person("Bora")).await?;
        let mut frames = watching.room.video_frames(&watching.track)?;
        watching.room.set_subscribed(&watching.track, false)?;
        let refused = watching.room.video_frames(&watching.track).err();
        assert_eq!(refused, Some(MediaError::NoSuchTrack));
        while height(&mut frames).await.is_some() {}
        assert!(frames.is_closed(), "the pictures end with the subscription");
        let absent = TrackId("TR_x".into());
        let refused = watching.room.set_view(&absent, Some(TILE));
        assert_eq!(refused, Err(MediaError::NoSuchTrack));
        watching.client.close().await
    });
}

#[test]
fn statistics_count_the_bitrate_of_the_layer_that_comes() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let watching = Watching::start(&sim.creator("Anna"), &sim.person("Bora")).await?;
        let mut sampler = StatsSampler::default();
        let mut kbps = async || -> Result<Option<f64>, LiveError> {
            let rows = watching.room.stats().await?;
            assert_eq!(rows.len(), 1);
            assert_eq!(
                (&rows[0].track, rows[0].direction),
                (&watching.track, TrackDirection::Received)
            );
            let reports = sampler.sample(Instant::now().into_std(), rows);
            Ok(reports[0].rates.map(|rates| rates.kbps.round()))
        };
        assert_eq!(kbps().await?, None);
        for (view, expected) in [
            (Some(TILE), quality::LAYER_360P.max_kbps),
            (Some(THUMBNAIL), quality::LAYER_180P.max_kbps),
            (None, 0),
        ] {
            watching.view(view);
            sleep(Duration::from_secs(2)).await;
            assert_eq!(kbps().await?, Some(f64::from(expected)));
        }
        watching.session.leave().await;
        assert_eq!(watching.room.stats().await, Err(MediaError::Closed));
        watching.client.close().await
    });
}

#[tokio::test]
async fn devices_fail_when_the_script_says_so_and_run_until_they_are_dropped() {
    let (capture, sink) = (SimCapture::default(), VideoSink::new(|_| Ok(())));
    let denied = LiveError::new(ErrorCode::Forbidden, "no permission");
    capture.next_fails(Device::Screen, denied.clone());
    capture.next_fails(Device::Camera, denied.clone());
    assert_eq!(capture.start_screen(sink.clone()).err(), Some(denied.clone()));
    assert_eq!(capture.flip_camera().await, Err(denied));
    assert_eq!(capture.facing(), Facing::User);

    let guard = capture.start_screen(sink).unwrap();
    assert!(capture.runs(Device::Screen) && !capture.runs(Device::Camera));
    drop(guard);
    assert!(!capture.runs(Device::Screen));
    assert_eq!(capture.flip_camera().await, Ok(Facing::Environment));
    assert_eq!(capture.flip_camera().await, Ok(Facing::User));
}

#[tokio::test]
async fn a_client_without_devices_says_which_field_is_wrong() {
    let screen = NoCapture.start_screen(VideoSink::new(|_| Ok(()))).err().unwrap();
    let flip = NoCapture.flip_camera().await.unwrap_err();
    for error in [screen, flip] {
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.details.field.as_deref(), Some("capture"));
    }
}
