//! What is wished of remote tracks, to be said again whenever LiveKit has forgotten it.

use std::collections::HashMap;

use super::{TrackId, ViewSize};

/// The wishes of a room, until it is over. LiveKit's SDK forgets them with the subscription, and on a full reconnect
/// it takes every track away and brings it back under the same sid.
#[derive(Debug, Default)]
pub(super) struct Views(HashMap<TrackId, Option<ViewSize>>);

impl Views {
    /// What LiveKit is told of a track that is hidden, beside that it is.
    pub(super) const HIDDEN: ViewSize = ViewSize { width: 1, height: 1 };

    /// Remembers a wish, and says what it amounts to: `None` hides the track.
    pub(super) fn wish(&mut self, track: &TrackId, view: Option<ViewSize>) -> Option<ViewSize> {
        let view = view.filter(|view| !view.is_empty());
        self.0.insert(track.clone(), view);
        view
    }

    /// The wish for a track that came back, where there is one.
    pub(super) fn of(&self, track: &TrackId) -> Option<Option<ViewSize>> {
        self.0.get(track).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_without_area_hides_the_track() {
        let track = TrackId("TR_1".into());
        let mut views = Views::default();
        assert_eq!(views.of(&track), None, "nothing was wished");
        let flat = ViewSize {
            width: 640,
            height: 0,
        };
        assert_eq!(views.wish(&track, Some(flat)), None);
        assert_eq!(views.of(&track), Some(None));
    }
}
