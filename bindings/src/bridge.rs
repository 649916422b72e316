//! The client behind JSON, for a host such as JavaScript: one string in, one ordered stream of strings out.

use std::sync::Arc;

use ipelya_core::bridge::{Bridge as CoreBridge, BridgeConfig, CallRef, SessionRef};
use ipelya_core::domain::UserId;
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::NoCapture;

use crate::audio::AudioEngine;
use crate::capture::{Devices, MediaCapture};
use crate::engine::engine;
use crate::errors::closed;
use crate::video::{VideoSink, VideoTrack};
use crate::work::Work;
use crate::{call, session};

/// One client behind JSON. What it is sent and what it says is in `docs/decisions/0070-facts-to-javascript.md` and in the
/// generated TypeScript; access tokens are among it, asked for by the update `token_wanted`. Released, it gives everything up at
/// once; the command `close` leaves and hangs up first.
#[derive(uniffi::Object)]
pub struct Bridge {
    core: Arc<CoreBridge>,
    work: Arc<Work>,
}

impl Bridge {
    pub(crate) fn start(
        config: BridgeConfig,
        media_library: Option<String>,
        capture: impl ipelya_core::media::MediaCapture,
    ) -> Result<Self, LiveFailure> {
        let work = Arc::new(Work::new()?);
        let core = {
            let _inside = work.handle().enter();
            CoreBridge::connect(config, engine(media_library)?, work.gated(capture))?
        };
        Ok(Self {
            core: Arc::new(core),
            work,
        })
    }
}

#[uniffi::export]
impl Bridge {
    /// A bridge to a Supabase project. Nothing is connected before the command `attach`. Without `capture` it can only watch and
    /// listen. `media_library` is for hosts alone, as in `ClientConfig`.
    ///
    /// Fails with `invalid_argument` naming the field of `config`, `internal` when the media library can't be loaded.
    #[uniffi::constructor(default(media_library = None))]
    pub fn new(
        config: BridgeConfig,
        capture: Option<Arc<dyn MediaCapture>>,
        media_library: Option<String>,
    ) -> Result<Self, LiveFailure> {
        match capture {
            Some(capture) => Self::start(config, media_library, Devices::new(capture)),
            None => Self::start(config, media_library, NoCapture),
        }
    }

    /// Takes a request and returns at once; what comes of it is an update, for a malformed one with an id, too.
    ///
    /// Fails with `invalid_argument` when there is no id to answer under; `conflict` when a request of that id isn't answered yet,
    /// and once the bridge is shut down.
    pub fn send(&self, request: String) -> Result<(), LiveFailure> {
        if self.work.is_closed() {
            return Err(closed());
        }
        let _inside = self.work.handle().enter();
        Ok(self.core.send(&request)?)
    }

    /// The next update, in order; none once `close` was answered. Cancelling loses none. For one reader at a time.
    pub async fn next_update(&self) -> Result<Option<String>, LiveFailure> {
        let core = Arc::clone(&self.core);
        let next = self.work.run(async move { core.next_json().await.transpose() });
        next.await
    }

    /// Somebody's pictures in the session of that number. Fails with `not_found` when there is none, `invalid_argument` when
    /// `user` is no id.
    pub fn session_video(
        &self,
        session: u32,
        user: UserId,
        sink: Arc<dyn VideoSink>,
    ) -> Result<VideoTrack, LiveFailure> {
        let core = self.core.session(SessionRef(session))?;
        Ok(session::video_of(&core, user, &self.work, sink))
    }

    /// The other one's pictures in the call of that number. Fails with `not_found` when there is none.
    pub fn call_video(&self, call: u32, sink: Arc<dyn VideoSink>) -> Result<VideoTrack, LiveFailure> {
        let core = self.core.call(CallRef(call))?;
        Ok(call::video(&core, &self.work, sink))
    }

    /// Whether sound is recorded and played: for what the phone's system says of calls.
    pub fn audio(&self) -> AudioEngine {
        AudioEngine::new(&self.work)
    }

    /// Gives everything up at once, and ends the threads; safe from any thread, and twice. The command `close` first lets the
    /// backend know.
    pub fn shut_down(&self) {
        self.work.close();
    }
}
