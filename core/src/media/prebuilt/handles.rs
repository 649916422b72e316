//! Handles of the library, owned: reading one off the wire takes it over, dropping it gives it back.

use std::sync::atomic::{AtomicUsize, Ordering};

use prost::Message;
use prost::bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType};
use tokio::sync::oneshot;

use super::ffi;
use super::wire::{FfiOwnedHandle, ReadyForRoomEventRequest, Request};
use crate::media::MediaError;

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How many handles of the library this process holds; rooms, tracks, frames and all else.
/// Zero once everything was left and dropped.
pub fn live_handles() -> usize {
    LIVE.load(Ordering::Acquire)
}

/// An owned handle. A message that is dropped unread gives its handles back with it.
#[derive(Debug, Default)]
pub struct Handle(FfiOwnedHandle);

impl Handle {
    /// The name in LiveKit's schema.
    pub const PROTO: &'static str = FfiOwnedHandle::PROTO;

    /// The number by which the library knows it; valid while `self` lives.
    pub fn id(&self) -> u64 {
        self.0.id
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.0.id != 0 {
            ffi::release(self.0.id);
            LIVE.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Message for Handle {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        self.0.encode_raw(buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), prost::DecodeError> {
        let mut read = FfiOwnedHandle::default();
        read.merge_field(tag, wire_type, buf, context)?;
        if read.id != 0 {
            LIVE.fetch_add(1, Ordering::AcqRel);
            drop(std::mem::replace(self, Self(read)));
        }
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    fn clear(&mut self) {
        drop(std::mem::take(self));
    }
}

/// The handle of a joined room. Dropping it leaves the room first, so a room that nobody waits for
/// any more is left as soon as it is there.
#[derive(Debug, Default)]
pub struct RoomHandle {
    handle: Handle,
    /// Whether events flow. The library counts a room whose events are never asked for as its own failure.
    open: bool,
}

impl RoomHandle {
    /// The name in LiveKit's schema.
    pub const PROTO: &'static str = FfiOwnedHandle::PROTO;

    /// The number by which the library knows the room.
    pub fn id(&self) -> u64 {
        self.handle.id()
    }

    /// Lets the room's events flow.
    ///
    /// # Errors
    /// [`MediaError::Engine`].
    pub fn open(&mut self) -> Result<(), MediaError> {
        self.open = true;
        ffi::request(Request::ReadyForRoomEvent(ReadyForRoomEventRequest {
            room_handle: self.id(),
        }))
        .map(drop)
    }

    /// Leaves the room; resolves once that is done. Dropping the answer changes nothing.
    pub fn leave(mut self) -> oneshot::Receiver<()> {
        self.start_leaving()
    }

    fn start_leaving(&mut self) -> oneshot::Receiver<()> {
        if !self.open
            && let Err(error) = self.open()
        {
            tracing::warn!(%error, "a room couldn't be opened to be left");
        }
        ffi::leave(std::mem::take(&mut self.handle))
    }
}

impl Drop for RoomHandle {
    fn drop(&mut self) {
        if self.id() != 0 {
            drop(self.start_leaving());
        }
    }
}

impl Message for RoomHandle {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        self.handle.encode_raw(buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), prost::DecodeError> {
        self.handle.merge_field(tag, wire_type, buf, context)
    }

    fn encoded_len(&self) -> usize {
        self.handle.encoded_len()
    }

    fn clear(&mut self) {
        drop(std::mem::take(self));
    }
}
