//! Hands each event of the library to whoever it concerns: an answer to its asker, a room's event to
//! the room, a frame to its stream.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::oneshot;

use super::logs;
use super::wire::{
    AudioFrameReceived, AudioStreamMessage, Event, RoomEventMessage, VideoFrameReceived, VideoStreamMessage,
};
use crate::domain::UserId;
use crate::media::protocol;

/// What waits for an answer.
pub enum Waiter {
    /// Somebody reads it.
    Answer(oneshot::Sender<Event>),
    /// Nobody reads it; this lives until it comes.
    Keep(Box<dyn Any + Send>),
}

/// Takes what happens in a room. Called from the library's threads, in order; must not block.
pub trait RoomListener: Send + Sync {
    /// Who is in the room by this connection.
    fn user(&self) -> UserId;
    /// Something happened.
    fn on_room_event(&self, event: RoomEventMessage);
    /// The library failed; nothing more will come.
    fn on_failure(&self);
}

/// Takes the frames of a stream. Called from the library's threads, in order; must not block.
pub trait FrameListener: Send + Sync {
    /// A picture.
    fn on_video(&self, frame: VideoFrameReceived);
    /// Sound.
    fn on_audio(&self, frame: AudioFrameReceived);
    /// No more frames.
    fn on_end(&self);
}

/// Who waits for what. Locks are held for a look-up only, never while somebody is called.
#[derive(Default)]
pub struct Dispatcher {
    waiters: Mutex<HashMap<u64, Waiter>>,
    rooms: Mutex<HashMap<u64, Weak<dyn RoomListener>>>,
    streams: Mutex<HashMap<u64, Arc<dyn FrameListener>>>,
}

impl Dispatcher {
    /// Waits for the answer with that id.
    pub fn wait(&self, id: u64, waiter: Waiter) {
        lock(&self.waiters).insert(id, waiter);
    }

    /// Waits no more.
    pub fn forget(&self, id: u64) {
        let forgotten = lock(&self.waiters).remove(&id);
        drop(forgotten);
    }

    /// Listens to a room until [`Self::remove_room`].
    pub fn add_room(&self, handle: u64, listener: Weak<dyn RoomListener>) {
        lock(&self.rooms).insert(handle, listener);
    }

    /// The rooms that somebody is in.
    pub fn rooms_of(&self, user: UserId) -> Vec<u64> {
        let rooms: Vec<_> = lock(&self.rooms)
            .iter()
            .filter_map(|(handle, listener)| Some((*handle, listener.upgrade()?)))
            .collect();
        let of_user = rooms.into_iter().filter(|(_, listener)| listener.user() == user);
        of_user.map(|(handle, _)| handle).collect()
    }

    /// Listens no more.
    pub fn remove_room(&self, handle: u64) {
        lock(&self.rooms).remove(&handle);
    }

    /// Listens to a stream until its end or [`Self::remove_stream`].
    pub fn add_stream(&self, handle: u64, listener: Arc<dyn FrameListener>) {
        lock(&self.streams).insert(handle, listener);
    }

    /// Listens no more.
    pub fn remove_stream(&self, handle: u64) {
        let removed = lock(&self.streams).remove(&handle);
        drop(removed);
    }

    /// Hands an event on; what concerns nobody is dropped, its handles with it.
    pub fn dispatch(&self, event: Event) {
        match event {
            Event::Room(event) => self.dispatch_room(event.room_handle, event.message),
            Event::VideoStream(event) => match event.message {
                Some(VideoStreamMessage::Frame(frame)) => {
                    if let Some(stream) = self.stream(event.stream_handle) {
                        stream.on_video(frame);
                    }
                }
                Some(VideoStreamMessage::Eos(_)) => self.end_stream(event.stream_handle),
                None => {}
            },
            Event::AudioStream(event) => match event.message {
                Some(AudioStreamMessage::Frame(frame)) => {
                    if let Some(stream) = self.stream(event.stream_handle) {
                        stream.on_audio(frame);
                    }
                }
                Some(AudioStreamMessage::Eos(_)) => self.end_stream(event.stream_handle),
                None => {}
            },
            Event::Connect(ref answer) => self.answer(answer.async_id, event),
            Event::Disconnect(ref answer) => self.answer(answer.async_id, event),
            Event::PublishTrack(ref answer) => self.answer(answer.async_id, event),
            Event::UnpublishTrack(ref answer) => self.answer(answer.async_id, event),
            Event::CaptureAudioFrame(ref answer) => self.answer(answer.async_id, event),
            Event::SetLocalAttributes(ref answer) => self.answer(answer.async_id, event),
            Event::GetStats(ref answer) => self.answer(answer.async_id, event),
            Event::Logs(batch) => logs::forward(&batch),
            Event::Panic(panic) => self.fail(&panic.message),
        }
    }

    fn answer(&self, id: u64, event: Event) {
        let waiter = lock(&self.waiters).remove(&id);
        match waiter {
            // An asker that is gone drops the answer, and what the answer owns is given back.
            Some(Waiter::Answer(asker)) => drop(asker.send(event)),
            Some(Waiter::Keep(kept)) => drop(kept),
            None => {}
        }
    }

    fn dispatch_room(&self, handle: u64, message: Option<RoomEventMessage>) {
        let listener = lock(&self.rooms).get(&handle).and_then(Weak::upgrade);
        if let (Some(listener), Some(message)) = (listener, message) {
            listener.on_room_event(message);
        }
    }

    fn stream(&self, handle: u64) -> Option<Arc<dyn FrameListener>> {
        lock(&self.streams).get(&handle).cloned()
    }

    fn end_stream(&self, handle: u64) {
        let stream = lock(&self.streams).remove(&handle);
        if let Some(stream) = stream {
            stream.on_end();
        }
    }

    /// A task of the library panicked: nothing that it was asked for can be relied on any more.
    fn fail(&self, message: &str) {
        tracing::error!(message = %protocol::redact(message), "the media library panicked");
        let waiters = std::mem::take(&mut *lock(&self.waiters));
        let rooms = std::mem::take(&mut *lock(&self.rooms));
        let streams = std::mem::take(&mut *lock(&self.streams));
        drop(waiters);
        streams.values().for_each(|stream| stream.on_end());
        rooms
            .values()
            .filter_map(Weak::upgrade)
            .for_each(|room| room.on_failure());
    }
}

/// A lock that a panicking holder doesn't spoil: every holder leaves the data whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::media::prebuilt::wire::{DisconnectCallback, Panic};

    #[derive(Default)]
    struct Listener(AtomicUsize);

    impl RoomListener for Listener {
        fn user(&self) -> UserId {
            UserId(uuid::Uuid::nil())
        }

        fn on_room_event(&self, _: RoomEventMessage) {}

        fn on_failure(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl FrameListener for Listener {
        fn on_video(&self, _: VideoFrameReceived) {}

        fn on_audio(&self, _: AudioFrameReceived) {}

        fn on_end(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answer(async_id: u64) -> Event {
        Event::Disconnect(DisconnectCallback { async_id })
    }

    #[test]
    fn an_answer_reaches_its_asker_and_no_other() {
        let dispatcher = Dispatcher::default();
        let (first, mut first_answer) = oneshot::channel();
        let (second, mut second_answer) = oneshot::channel();
        dispatcher.wait(1, Waiter::Answer(first));
        dispatcher.wait(2, Waiter::Answer(second));
        dispatcher.dispatch(answer(2));
        dispatcher.dispatch(answer(3));
        assert!(matches!(second_answer.try_recv(), Ok(Event::Disconnect(_))));
        assert!(first_answer.try_recv().is_err());
    }

    #[test]
    fn a_panic_of_the_library_ends_rooms_streams_and_waits_and_not_the_process() {
        let dispatcher = Dispatcher::default();
        let (room, stream) = (Arc::new(Listener::default()), Arc::new(Listener::default()));
        let (asker, mut awaited) = oneshot::channel();
        let room_listener: Arc<dyn RoomListener> = room.clone();
        dispatcher.add_room(1, Arc::downgrade(&room_listener));
        dispatcher.add_stream(2, stream.clone());
        dispatcher.wait(3, Waiter::Answer(asker));
        for _ in 0..2 {
            let message = "task panicked".to_owned();
            dispatcher.dispatch(Event::Panic(Panic { message }));
        }
        assert_eq!(
            (room.0.load(Ordering::Relaxed), stream.0.load(Ordering::Relaxed)),
            (1, 1)
        );
        assert_eq!(
            awaited.try_recv().unwrap_err(),
            oneshot::error::TryRecvError::Closed
        );
    }
}
