//! What `tests/behaviour.md` lists of the account, of hosts, of devices and of JavaScript's door.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipelya::{
    AudioFrame, AudioInput, AudioSink, Bridge, CaptureFailure, LiveClient, MediaCapture, SinkFailure,
    VideoFrame, VideoInput, VideoSink,
};
use ipelya_core::backend::{DoNotDisturb, Platform, PushKind, Report, ReportCategory};
use ipelya_core::bridge::BridgeConfig;
use ipelya_core::domain::ErrorCode;
use ipelya_core::media::{AudioPhase, TrackDirection};
use ipelya_core::session::State;
use tokio::sync::mpsc;

use crate::people::{self, Person, World, on_air, story, within};
use crate::refused;

#[test]
fn an_account_is_looked_after() {
    story(async |world: &World| {
        let (viewer, creator) = (world.client("viewer").await, world.client("creator").await);
        let other = creator.user_id();
        assert_eq!(viewer.balance().await.unwrap(), 500);
        viewer.block(other).await.unwrap();
        assert_eq!(viewer.blocked().await.unwrap(), [other]);
        viewer.unblock(other).await.unwrap();
        assert_eq!(viewer.blocked().await.unwrap(), []);
        viewer.set_do_not_disturb(DoNotDisturb::On).await.unwrap();
        assert_eq!(viewer.do_not_disturb().await.unwrap(), DoNotDisturb::On);
        viewer.set_do_not_disturb(DoNotDisturb::Off).await.unwrap();
        let token = "a1".repeat(32);
        viewer
            .register_device(Platform::Ios, PushKind::ApnsVoip, token)
            .await
            .unwrap();
        viewer
            .unregister_device(Platform::Ios, PushKind::ApnsVoip)
            .await
            .unwrap();
        let complaint = Report::new(viewer.user_id(), ReportCategory::Spam);
        refused(ErrorCode::InvalidArgument, viewer.report(complaint).await);
        let sections = viewer.export_sections().await.unwrap();
        let page = viewer.export_page(sections[0].clone(), 0).await.unwrap();
        assert_eq!(page.section, sections[0]);
        refused(ErrorCode::Conflict, viewer.delete_account(1).await);
    });
}

#[test]
fn a_host_slows_down_measures_and_records() {
    story(async |world: &World| {
        let creator = world.client("creator").await;
        let live = on_air(&creator, "Rust is recorded").await;
        live.set_slow_mode(5).await.unwrap();
        assert_eq!(live.slow_mode().await.unwrap(), 5);
        live.set_microphone(true).await.unwrap();
        let stats = live.stats(100);
        let sent = within(async {
            loop {
                let rows = stats.next().await.unwrap().unwrap();
                if let Some(row) = rows.into_iter().find(|row| row.rates.is_some()) {
                    return row.stats;
                }
            }
        })
        .await;
        assert_eq!(
            (sent.user, sent.direction),
            (creator.user_id(), TrackDirection::Sent)
        );
        let started = live.start_recording().await.unwrap();
        assert!(started.status.is_on());
        refused(ErrorCode::Conflict, creator.recording(started.id).await);
        assert!(!live.stop_recording().await.unwrap().status.is_on());
        live.end().await.unwrap();
    });
}

/// A camera that sees a dark half and a bright half, and a microphone that hears a loud buzz.
#[derive(Default)]
pub struct Film {
    camera: Arc<Mutex<Option<tokio::task::AbortHandle>>>,
    microphone: Arc<Mutex<Option<tokio::task::AbortHandle>>>,
    pub microphone_starts: AtomicUsize,
    pub microphone_stops: AtomicUsize,
    camera_stops: AtomicUsize,
}

const SIZE: (u32, u32) = (640, 360);

fn picture() -> Vec<u8> {
    let (width, height) = (SIZE.0 as usize, SIZE.1 as usize);
    let row = [vec![40; width / 2], vec![220; width / 2]].concat();
    [row.repeat(height), vec![128; width * height / 2]].concat()
}

fn repeat(
    device: &Mutex<Option<tokio::task::AbortHandle>>,
    every: Duration,
    mut act: impl FnMut() + Send + 'static,
) {
    let task = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        loop {
            ticks.tick().await;
            act();
        }
    });
    *device.lock().unwrap() = Some(task.abort_handle());
}

fn stop(device: &Mutex<Option<tokio::task::AbortHandle>>, count: &AtomicUsize) -> Result<(), CaptureFailure> {
    count.fetch_add(1, Ordering::SeqCst);
    if let Some(task) = device.lock().unwrap().take() {
        task.abort();
    }
    Ok(())
}

#[async_trait::async_trait]
impl MediaCapture for Film {
    fn start_camera(&self, output: Arc<VideoInput>) -> Result<(), CaptureFailure> {
        let mut time = 0;
        repeat(&self.camera, Duration::from_millis(50), move || {
            time += 50_000;
            // The track may be gone.
            let _ = output.push(SIZE.0, SIZE.1, picture(), time, None);
        });
        Ok(())
    }

    fn stop_camera(&self) -> Result<(), CaptureFailure> {
        stop(&self.camera, &self.camera_stops)
    }

    fn start_microphone(&self, output: Arc<AudioInput>) -> Result<(), CaptureFailure> {
        self.microphone_starts.fetch_add(1, Ordering::SeqCst);
        repeat(&self.microphone, Duration::from_millis(10), move || {
            let buzz = (0..480).map(|at| if at / 60 % 2 == 0 { 8_000 } else { -8_000 });
            // The track may be gone.
            let _ = output.push(buzz.collect());
        });
        Ok(())
    }

    fn stop_microphone(&self) -> Result<(), CaptureFailure> {
        stop(&self.microphone, &self.microphone_stops)
    }

    fn start_screen(&self, _output: Arc<VideoInput>) -> Result<(), CaptureFailure> {
        Err(CaptureFailure::NotPermitted {
            reason: "no screen here".into(),
        })
    }

    fn stop_screen(&self) -> Result<(), CaptureFailure> {
        Ok(())
    }

    async fn flip_camera(&self) -> Result<bool, CaptureFailure> {
        Ok(true)
    }
}

/// Says when the dark half and the bright half were seen, and the buzz heard.
struct Audience(mpsc::UnboundedSender<&'static str>);

impl VideoSink for Audience {
    fn on_frame(&self, frame: Arc<VideoFrame>) -> Result<(), SinkFailure> {
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let middle = &frame.copy_bytes()[width * (height / 2)..][..width];
        if middle[width / 4] < 90 && middle[width * 3 / 4] > 160 {
            // The test may have seen enough.
            let _ = self.0.send("seen");
        }
        Ok(())
    }
}

impl AudioSink for Audience {
    fn on_frame(&self, frame: AudioFrame) -> Result<(), SinkFailure> {
        if frame.samples.iter().any(|sample| sample.abs() > 2_000) {
            // The test may have heard enough.
            let _ = self.0.send("heard");
        }
        Ok(())
    }
}

#[test]
fn a_camera_of_the_app_is_seen_and_its_microphone_heard() {
    story(async |world: &World| {
        let film = Arc::new(Film::default());
        let creator = world.client_with("creator", Arc::clone(&film) as _).await;
        let viewer = world.client("viewer").await;
        let live = on_air(&creator, "Rust films itself").await;
        live.set_camera(true).await.unwrap();
        live.set_microphone(true).await.unwrap();
        let seen = viewer.join_session(people::id(&live), None, None).await.unwrap();
        people::until(&seen, |now| now.state == State::Live).await;
        let (tell, mut told) = mpsc::unbounded_channel();
        let _pictures = seen
            .video_of(creator.user_id(), Arc::new(Audience(tell.clone())))
            .unwrap();
        let _sound = seen
            .audio_of(creator.user_id(), Arc::new(Audience(tell)))
            .unwrap();
        let mut news = std::collections::BTreeSet::new();
        within(async {
            while news.len() < 2 {
                news.insert(told.recv().await.unwrap());
            }
        })
        .await;
        live.set_camera(false).await.unwrap();
        people::until(&live, |now| !now.local.camera.enabled).await;
        within(async {
            while film.camera_stops.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        live.set_screen_share(true).await.unwrap();
        let refused = people::until(&live, |now| now.local.screen_share.last_error.is_some()).await;
        assert_eq!(
            refused.local.screen_share.last_error.unwrap().code,
            ErrorCode::Forbidden
        );
        live.end().await.unwrap();
    });
}

#[test]
fn a_microphone_runs_only_while_the_phone_gives_the_sound() {
    story(async |world: &World| {
        let film = Arc::new(Film::default());
        let creator: LiveClient = world.client_with("creator", Arc::clone(&film) as _).await;
        let sound = creator.audio();
        let live = on_air(&creator, "Rust waits for the phone").await;
        sound.prepared();
        live.set_microphone(true).await.unwrap();
        people::until(&live, |now| now.local.microphone.enabled).await;
        let runs = || {
            let count = |count: &AtomicUsize| count.load(Ordering::SeqCst);
            (count(&film.microphone_starts), count(&film.microphone_stops))
        };
        assert_eq!((runs(), sound.phase()), ((0, 0), AudioPhase::Prepared));
        sound.activated();
        assert_eq!(runs(), (1, 0));
        sound.interrupted();
        assert_eq!(runs(), (1, 1));
        sound.resumed();
        assert_eq!(runs(), (2, 1));
        sound.released();
        assert_eq!((runs(), sound.phase()), ((2, 1), AudioPhase::Free));
        live.end().await.unwrap();
    });
}

#[test]
fn a_bridge_speaks_json() {
    story(async |world: &World| {
        let config = BridgeConfig {
            supabase_url: world.config().supabase_url,
            anon_key: world.config().anon_key,
            device_id: None,
        };
        let bridge = Bridge::new(config, None, world.config().media_library).unwrap();
        refused(ErrorCode::InvalidArgument, bridge.send("{}".into()));
        bridge.send(r#"{"id":1,"command":"attach"}"#.into()).unwrap();
        bridge.send(r#"{"id":2,"command":"balance"}"#.into()).unwrap();
        let until = async |what: &str| {
            within(async {
                loop {
                    let update = bridge.next_update().await.unwrap().unwrap();
                    if update.contains(what) {
                        return update;
                    }
                }
            })
            .await
        };
        until("token_wanted").await;
        let jwt = Person::of(world, "viewer").token().await;
        bridge
            .send(format!(r#"{{"id":3,"command":"token","jwt":"{jwt}"}}"#))
            .unwrap();
        let balance = until(r#""id":2"#).await;
        assert!(balance.contains("500"), "{balance}");
        let nobody = bridge.call_video(7, Arc::new(Audience(mpsc::unbounded_channel().0)));
        refused(ErrorCode::NotFound, nobody.map(drop));
        bridge.send(r#"{"id":4,"command":"close"}"#.into()).unwrap();
        within(async { while bridge.next_update().await.unwrap().is_some() {} }).await;
        bridge.shut_down();
        bridge.shut_down();
        refused(
            ErrorCode::Conflict,
            bridge.send(r#"{"id":5,"command":"balance"}"#.into()),
        );
    });
}
