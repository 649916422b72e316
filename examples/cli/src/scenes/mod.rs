//! The scenes of the demo.

mod audio_room;
mod broadcast;
mod call;
mod ending;
mod gated;
mod paid;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use ipelya_core::media::MediaEngine;
use ipelya_core::runtime::SessionHandle;
use ipelya_devstack::StackInfo;

use crate::admin::Admin;
use crate::person::Person;
use crate::timeline::Timeline;

/// How long a picture is watched.
pub const WATCHING: Duration = Duration::from_secs(3);

/// LiveKit throttles key frames, so that joins closer than a second wait for each other's: apart, each join
/// shows what it really takes.
const BETWEEN_JOINS: Duration = Duration::from_millis(1_200);

/// Everybody who plays, and the operator who watches.
pub struct Cast {
    /// Goes live.
    pub creator: Person,
    /// Another creator.
    pub other_creator: Person,
    /// Subscribed to `creator`.
    pub subscriber: Person,
    /// Has 500 coins.
    pub viewer: Person,
    /// Has none.
    pub broke: Person,
    /// Sees rows and rooms.
    pub admin: Admin,
}

impl Cast {
    /// Signs everybody in.
    ///
    /// # Errors
    /// When the stack isn't what it says.
    pub async fn assemble(info: &StackInfo, engine: &Arc<dyn MediaEngine>) -> Result<Self> {
        let sign_in = |name| Person::sign_in(info, engine, name);
        let (creator, other_creator, subscriber, viewer, broke) = tokio::try_join!(
            sign_in("creator"),
            sign_in("other_creator"),
            sign_in("subscriber"),
            sign_in("viewer"),
            sign_in("broke")
        )?;
        let admin = Admin::connect(info).await?;
        Ok(Self {
            creator,
            other_creator,
            subscriber,
            viewer,
            broke,
            admin,
        })
    }

    /// Signs everybody off.
    pub async fn dismiss(self, timeline: &mut Timeline) {
        for person in [
            self.creator,
            self.other_creator,
            self.subscriber,
            self.viewer,
            self.broke,
        ] {
            let closed = person.client.close().await;
            if let Err(error) = closed {
                timeline.expect(&format!("{} signs off", person.name), false, error);
            }
        }
    }
}

/// Plays every scene, in order; what went wrong is in the timeline.
///
/// # Errors
/// When the stage itself breaks: a scene that can't be played to its end.
pub async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    broadcast::play(cast, timeline).await?;
    gated::play(cast, timeline).await?;
    paid::play(cast, timeline).await?;
    audio_room::play(cast, timeline).await?;
    call::play(cast, timeline).await?;
    ending::play(cast, timeline).await
}

/// The host shows the card and plays the tone, on the air.
async fn go_on_air(session: &SessionHandle) -> Result<()> {
    session.set_camera(true).await;
    session.set_microphone(true).await;
    session.go_live().await?;
    Ok(())
}
