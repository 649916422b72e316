//! The one library of this process, with what waits for its answers.

use std::any::Any;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use once_cell::sync::OnceCell;
use prost::Message;
use tokio::sync::oneshot;

use super::dispatcher::{Dispatcher, Waiter};
use super::handles::Handle;
use super::library::{self, Library};
use super::wire::{DisconnectRequest, Event, FfiEvent, FfiRequest, FfiResponse, Request, Response};
use crate::media::MediaError;

static LIBRARY: OnceCell<Library> = OnceCell::new();
static DISPATCHER: OnceCell<Dispatcher> = OnceCell::new();

/// Async ids are chosen here, far above the ids that the library counts up from one.
static NEXT_ID: AtomicU64 = AtomicU64::new(1 << 62);

/// Loads the library once for the process.
///
/// # Errors
/// [`MediaError::Engine`] when it isn't there, isn't what it should be, or another file was loaded before.
pub fn load(path: Option<PathBuf>) -> Result<(), MediaError> {
    if path.is_none() && LIBRARY.get().is_some() {
        return Ok(());
    }
    let path = library::locate(path)?;
    let path = path.canonicalize().unwrap_or(path);
    let library = LIBRARY.get_or_try_init(|| Library::load(&path, library::event_callback))?;
    if library.path() == path {
        return Ok(());
    }
    Err(MediaError::Engine(format!(
        "a process has one media library: {} is loaded, {} can't be",
        library.path().display(),
        path.display()
    )))
}

/// Who waits for what.
pub fn dispatcher() -> &'static Dispatcher {
    DISPATCHER.get_or_init(Dispatcher::default)
}

/// Reads an event and hands it to whom it concerns.
pub fn on_event(bytes: &[u8]) {
    match FfiEvent::decode(bytes) {
        Ok(FfiEvent { message: Some(event) }) => dispatcher().dispatch(event),
        // Events that aren't part of the schema here concern nobody here.
        Ok(FfiEvent { message: None }) => {}
        Err(error) => tracing::error!(%error, "an event of the media library can't be read"),
    }
}

/// Gives a handle back to the library.
pub fn release(handle: u64) {
    if let Some(library) = LIBRARY.get()
        && !library.drop_handle(handle)
    {
        tracing::debug!(handle, "the media library had dropped a handle itself");
    }
}

/// Asks for something that is answered at once.
///
/// # Errors
/// [`MediaError::Engine`].
pub fn request(request: Request) -> Result<Option<Response>, MediaError> {
    let library = LIBRARY
        .get()
        .ok_or_else(|| MediaError::Engine("the library isn't loaded".into()))?;
    let bytes = FfiRequest {
        message: Some(request),
    }
    .encode_to_vec();
    let response = library
        .request(&bytes, |answer| FfiResponse::decode(answer))
        .ok_or_else(|| MediaError::Engine("the media library refused a request".into()))?
        .map_err(|error| {
            MediaError::Engine(format!("an answer of the media library can't be read: {error}"))
        })?;
    Ok(response.message)
}

/// An answer that is awaited. Dropping it stops waiting: what comes is given back then.
pub struct Pending {
    id: u64,
    answer: oneshot::Receiver<Event>,
}

impl Pending {
    /// The answer.
    ///
    /// # Errors
    /// [`MediaError::Engine`] when the library failed meanwhile.
    pub async fn answer(&mut self) -> Result<Event, MediaError> {
        (&mut self.answer)
            .await
            .map_err(|_| MediaError::Engine("the media library failed".into()))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        dispatcher().forget(self.id);
    }
}

/// Asks for something whose answer comes later; `build` gets the id that the answer will carry.
///
/// # Errors
/// [`MediaError::Engine`].
pub fn ask(build: impl FnOnce(u64) -> Request) -> Result<Pending, MediaError> {
    let (sender, answer) = oneshot::channel();
    let id = register(Waiter::Answer(sender));
    let pending = Pending { id, answer };
    start(id, build(id))?;
    Ok(pending)
}

/// Asks for something whose answer nobody reads; `kept` lives until it comes.
///
/// # Errors
/// [`MediaError::Engine`].
pub fn ask_keeping(kept: Box<dyn Any + Send>, build: impl FnOnce(u64) -> Request) -> Result<(), MediaError> {
    let id = register(Waiter::Keep(kept));
    start(id, build(id)).inspect_err(|_| dispatcher().forget(id))
}

/// Leaves the room and gives its handle back; the answer resolves once both are done, also when the
/// library can't do it.
pub fn leave(room: Handle) -> oneshot::Receiver<()> {
    let room_handle = room.id();
    let (left, answer) = oneshot::channel::<()>();
    // The library looks the handle up when it gets to it, so it is kept until the answer.
    let asked = ask_keeping(Box::new((room, left)), |id| {
        Request::Disconnect(DisconnectRequest {
            room_handle,
            request_async_id: Some(id),
        })
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "a room couldn't be left");
    }
    answer
}

fn register(waiter: Waiter) -> u64 {
    let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
    dispatcher().wait(id, waiter);
    id
}

/// Sends the request, and makes sure that its answer will carry the id that was chosen here.
fn start(id: u64, message: Request) -> Result<(), MediaError> {
    let answered = match request(message)? {
        Some(Response::Connect(response)) => response.async_id,
        Some(Response::Disconnect(response)) => response.async_id,
        Some(Response::PublishTrack(response)) => response.async_id,
        Some(Response::UnpublishTrack(response)) => response.async_id,
        Some(Response::SetLocalAttributes(response)) => response.async_id,
        Some(Response::GetStats(response)) => response.async_id,
        Some(Response::CaptureAudioFrame(response)) => response.async_id,
        Some(
            Response::CreateVideoTrack(_)
            | Response::CreateAudioTrack(_)
            | Response::NewVideoStream(_)
            | Response::NewVideoSource(_)
            | Response::NewAudioStream(_)
            | Response::NewAudioSource(_),
        )
        | None => 0,
    };
    if answered == id {
        return Ok(());
    }
    Err(MediaError::Engine(
        "this version of the media library doesn't take the caller's ids: run `cargo xtask setup`".into(),
    ))
}
