//! The machine: which track is sent how large.

use std::collections::{BTreeMap, BTreeSet};

use super::link::{Clock, Link};
use super::{Effect, Input, Mode, ViewId, Viewing};
use crate::domain::UserId;
use crate::media::{TrackId, TrackSource, ViewSize};

/// What one view shows.
#[derive(Clone, Debug, PartialEq)]
struct View {
    of: (UserId, TrackSource),
    size: Option<ViewSize>,
}

/// One user's view of the pictures of a room.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    views: BTreeMap<ViewId, View>,
    /// Pictures that a view has shown: without one, nobody sees them any more.
    managed: BTreeSet<(UserId, TrackSource)>,
    /// What can be read now.
    tracks: BTreeMap<TrackId, (UserId, TrackSource)>,
    /// What the engine was last asked for, by track: it holds through subscriptions until the room is left.
    asked: BTreeMap<TrackId, Option<ViewSize>>,
    link: Link,
    by_user: bool,
}

impl Machine {
    /// For a snapshot.
    pub const fn view(&self) -> Viewing {
        let mode = if self.by_user {
            Mode::AudioOnlyByUser
        } else if self.link.is_spared() {
            Mode::AudioOnlyByLink
        } else {
            Mode::Video
        };
        Viewing { mode }
    }

    /// Takes an input and says what is to be done.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Shown {
                view,
                user,
                source,
                size,
            } => {
                let of = (user, source);
                self.managed.insert(of);
                // No size has no pixels: out of sight.
                let size = size.filter(|size| size.width > 0 && size.height > 0);
                self.views.insert(view, View { of, size });
            }
            Input::Closed(view) => {
                self.views.remove(&view);
            }
            Input::AudioOnly(on) => self.by_user = on,
            Input::Subscribed { track, user, source } => {
                self.tracks.insert(track, (user, source));
            }
            Input::Unsubscribed(track) => {
                self.tracks.remove(&track);
            }
            Input::Left(user) => self.tracks.retain(|_, (of, _)| *of != user),
            Input::Quality(quality) => match self.link.judge(quality) {
                Clock::Leave => {}
                Clock::Start(after) => out.push(Effect::StartTimer(after)),
                Clock::Stop => out.push(Effect::StopTimer),
            },
            // Another connection is judged anew; what the app shows stays.
            Input::Reset => {
                self.tracks.clear();
                self.asked.clear();
                self.link = Link::default();
                out.push(Effect::StopTimer);
            }
            Input::Timer => self.link.settle(),
        }
        self.follow(&mut out);
        out
    }

    /// Asks the server for what is seen, where that changed.
    fn follow(&mut self, out: &mut Vec<Effect>) {
        let silent = self.view().mode != Mode::Video;
        for (id, of) in &self.tracks {
            let seen = || {
                let sizes = self
                    .views
                    .values()
                    .filter(|view| view.of == *of)
                    .filter_map(|view| view.size);
                sizes.reduce(ViewSize::union)
            };
            let wish = match (silent, self.managed.contains(of)) {
                (true, _) => None,
                (false, true) => seen(),
                // No view ever showed it: somebody reads its frames, of whatever size.
                (false, false) => Some(ViewSize::WHOLE),
            };
            // Unasked, the whole of it is sent.
            let asked = self.asked.get(id).copied().unwrap_or(Some(ViewSize::WHOLE));
            if asked != wish {
                self.asked.insert(id.clone(), wish);
                out.push(Effect::SetView(id.clone(), wish));
            }
        }
    }
}
