use std::time::Duration;

use ipelya_core::domain::quality::{self, VideoPreset};
use ipelya_core::media::prebuilt::reconnect_fully;
use ipelya_core::media::{MediaEvent, MediaRoom, TrackId, TrackSource, TrackStats, VideoFrame, ViewSize};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::{Camera, DEADLINE, Person, Room};

/// A host's picture, at half the rate: the machine encodes three layers of it, and decodes them.
pub const BROADCAST: VideoPreset = VideoPreset {
    max_fps: 15,
    ..quality::BROADCAST_720P
};
/// How long a test waits for a layer: WebRTC probes the link before it sends the largest.
const RAMP_UP: Duration = Duration::from_secs(40);

pub const THUMBNAIL: ViewSize = ViewSize {
    width: 320,
    height: 180,
};
pub const WHOLE: ViewSize = ViewSize {
    width: 1280,
    height: 720,
};

/// Reads pictures until one is of such a height.
pub async fn until_height(
    what: &str,
    frames: &mut mpsc::Receiver<VideoFrame>,
    fits: impl Fn(u32) -> bool,
) -> VideoFrame {
    let mut seen = Vec::new();
    let reading = async {
        while let Some(frame) = frames.recv().await {
            let height = frame.picture.height();
            if fits(height) {
                return Some(frame);
            }
            if seen.last() != Some(&height) {
                seen.push(height);
            }
        }
        None
    };
    let found = timeout(RAMP_UP, reading).await.ok().flatten();
    found.unwrap_or_else(|| panic!("no {what} picture, but heights {seen:?}"))
}

/// Samples until the one row of that source says what is waited for.
pub async fn until_stats(
    room: &dyn MediaRoom,
    source: TrackSource,
    fits: impl Fn(&TrackStats) -> bool,
) -> TrackStats {
    let deadline = Instant::now() + RAMP_UP;
    loop {
        let rows = room.stats().await.unwrap_or_else(|error| panic!("{error}"));
        let mut of_source = rows.iter().filter(|row| row.source == source);
        let (row, another) = (of_source.next().cloned(), of_source.next());
        assert!(another.is_none(), "{rows:#?}");
        match row {
            Some(row) if fits(&row) => return row,
            row => assert!(Instant::now() < deadline, "{row:#?}"),
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// A host on the air, and a viewer who reads the host's camera.
pub struct Broadcast {
    pub room: Room,
    pub host: Person,
    pub viewer: Person,
    pub track: TrackId,
    pub frames: mpsc::Receiver<VideoFrame>,
    _camera: Camera,
}

impl Broadcast {
    pub async fn start(preset: VideoPreset) -> Self {
        let room = Room::create().await;
        let host = Person::host(&room).await;
        let published = host.publish_card(TrackSource::Camera, preset).await;
        let camera = Camera::film(preset, published.sink);
        let mut viewer = Person::viewer(&room).await;
        let frames = viewer.watch(TrackSource::Camera).await;
        Self {
            room,
            host,
            viewer,
            track: published.id,
            frames,
            _camera: camera,
        }
    }

    pub fn view(&self, view: Option<ViewSize>) {
        assert_eq!(self.viewer.room.set_view(&self.track, view), Ok(()));
    }

    /// Takes the viewer through a full reconnect, until the same track can be read again.
    pub async fn reconnect_the_viewer(&mut self) {
        assert_eq!(reconnect_fully(self.viewer.user), Ok(()));
        self.viewer.expect(MediaEvent::Reconnecting).await;
        let (_, track) = self.viewer.subscribed(TrackSource::Camera).await;
        assert_eq!(track.id, self.track);
        let frames = self.viewer.room.video_frames(&track.id);
        self.frames = frames.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until nothing has come for a second: what was on its way is read.
    pub async fn until_silent(&mut self) {
        let silence = async {
            while let Ok(frame) = timeout(Duration::from_secs(1), self.frames.recv()).await {
                assert!(frame.is_some(), "a hidden track goes on, unseen");
            }
        };
        assert!(timeout(DEADLINE, silence).await.is_ok(), "pictures keep coming");
    }
}
