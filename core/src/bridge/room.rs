//! What sessions and calls have in common: what changed between two moments.

use super::update::{ChatChange, MemberState, MemberTrack, PendingState, RoomChange};
use crate::chat::ChatSnapshot;
use crate::domain::{ChatMessage, Grants};
use crate::publisher::LocalMedia;
use crate::runtime::{Member, Members};
use crate::telemetry::FunnelEvent;
use crate::viewing::Viewing;

/// The common part of a snapshot.
pub(super) struct RoomView<'a> {
    pub(super) local: &'a LocalMedia,
    pub(super) publishing: Grants,
    pub(super) viewing: Viewing,
    pub(super) members: &'a Members,
    pub(super) funnel: &'a [FunnelEvent],
}

/// Says what is in `now` and not in `before`; all of it where nothing was said before.
pub(super) fn changes(before: Option<&RoomView<'_>>, now: &RoomView<'_>, mut say: impl FnMut(RoomChange)) {
    if before.is_none_or(|before| before.local != now.local) {
        say(RoomChange::Local(Box::new(now.local.clone())));
    }
    if before.is_none_or(|before| before.publishing != now.publishing) {
        say(RoomChange::Publishing(now.publishing));
    }
    if before.is_none_or(|before| before.viewing != now.viewing) {
        say(RoomChange::Viewing(now.viewing));
    }
    let nobody = Members::default();
    members(
        before.map_or(&nobody, |before| before.members),
        now.members,
        &mut say,
    );
    // A journey that begins anew is another one.
    let told = before
        .filter(|before| now.funnel.starts_with(before.funnel))
        .map_or(0, |before| before.funnel.len());
    for step in &now.funnel[told..] {
        say(RoomChange::Funnel(*step));
    }
}

fn members(before: &Members, now: &Members, say: &mut impl FnMut(RoomChange)) {
    let left: Vec<_> = before
        .keys()
        .filter(|user| !now.contains_key(user))
        .copied()
        .collect();
    let changed: Vec<_> = now
        .values()
        .filter(|member| {
            before
                .get(&member.user)
                .is_none_or(|before| !std::ptr::eq(before, *member) && state(before) != state(member))
        })
        .map(state)
        .collect();
    if !left.is_empty() || !changed.is_empty() {
        say(RoomChange::Members { changed, left });
    }
    for member in now.values() {
        let before = before.get(&member.user);
        if before.is_some_and(|before| before.is_speaking) != member.is_speaking {
            say(RoomChange::Speaking {
                user: member.user,
                speaking: member.is_speaking,
            });
        }
        if let Some(quality) = member.quality
            && before.and_then(|before| before.quality) != Some(quality)
        {
            say(RoomChange::Quality {
                user: member.user,
                quality,
            });
        }
    }
}

fn state(member: &Member) -> MemberState {
    MemberState {
        user: member.user,
        role: member.role,
        tracks: member
            .tracks
            .iter()
            .map(|track| MemberTrack {
                id: track.id.clone(),
                kind: track.kind,
                source: track.source,
                muted: track.muted,
                subscribed: member.subscribed.contains(&track.id),
            })
            .collect(),
    }
}

/// What changed in a chat; `None` where nothing did.
pub(super) fn chat(before: Option<&ChatSnapshot>, now: &ChatSnapshot) -> Option<ChatChange> {
    if before == Some(now) {
        return None;
    }
    let old: &[ChatMessage] = before.map_or(&[], |before| &before.messages);
    // Both are ordered by the messages' keys.
    let is_in = |messages: &[ChatMessage], message: &ChatMessage| {
        messages
            .binary_search_by_key(&message.key(), ChatMessage::key)
            .is_ok()
    };
    Some(ChatChange {
        added: now
            .messages
            .iter()
            .filter(|message| !is_in(old, message))
            .cloned()
            .collect(),
        removed: old
            .iter()
            .filter(|message| !is_in(&now.messages, message))
            .map(|message| message.id)
            .collect(),
        pending: now
            .pending
            .iter()
            .map(|pending| PendingState {
                id: pending.id,
                body: pending.body.clone(),
                error: pending.error.clone(),
            })
            .collect(),
        from_the_beginning: now.from_the_beginning,
    })
}
