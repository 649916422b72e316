//! The library itself: finding it, loading it, its four C functions. Nothing else here is unsafe.

use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::handles::Handle;
use crate::media::MediaError;

/// Environment variable that names the library's file.
pub const PATH_VARIABLE: &str = "IPELYA_LIVEKIT_FFI";

/// Where `cargo xtask setup` puts it, seen from the repository's root.
const SETUP_PATH: &str = if cfg!(target_os = "macos") {
    ".stack/ffi/liblivekit_ffi.dylib"
} else {
    ".stack/ffi/liblivekit_ffi.so"
};

/// `sdk` as the server and its webhooks see it.
const SDK_NAME: &CStr = c"rust";
const SDK_VERSION: &CStr = c"1.2.1";

type EventCallback = unsafe extern "C" fn(*const u8, usize);
type Initialize = unsafe extern "C" fn(EventCallback, bool, *const c_char, *const c_char);
type Request = unsafe extern "C" fn(*const u8, usize, *mut *const u8, *mut usize) -> u64;
type DropHandle = unsafe extern "C" fn(u64) -> bool;

/// The loaded library. Its threads run until the process ends, so it is never unloaded.
pub struct Library {
    path: PathBuf,
    request: Request,
    drop_handle: DropHandle,
}

/// The file to load: `given`, else what [`PATH_VARIABLE`] names, else what the setup installed
/// into the working directory or one above it.
///
/// # Errors
/// [`MediaError::Engine`] that says how to get it.
pub fn locate(given: Option<PathBuf>) -> Result<PathBuf, MediaError> {
    let named = given.or_else(|| {
        std::env::var_os(PATH_VARIABLE)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    });
    if let Some(path) = named {
        return path
            .is_file()
            .then_some(path.clone())
            .ok_or_else(|| missing(&path.display().to_string()));
    }
    let start = std::env::current_dir().map_err(|error| MediaError::Engine(error.to_string()))?;
    start
        .ancestors()
        .map(|folder| folder.join(SETUP_PATH))
        .find(|path| path.is_file())
        .ok_or_else(|| missing(SETUP_PATH))
}

fn missing(what: &str) -> MediaError {
    MediaError::Engine(format!(
        "LiveKit's FFI library isn't at {what}: run `cargo xtask setup`, or name it in {PATH_VARIABLE}"
    ))
}

impl Library {
    /// Loads the library and starts it. `on_event` gets every event, from any thread.
    ///
    /// # Errors
    /// [`MediaError::Engine`] when the file isn't that library.
    pub fn load(path: &Path, on_event: EventCallback) -> Result<Self, MediaError> {
        let wrong = |error: libloading::Error| {
            MediaError::Engine(format!(
                "{} isn't LiveKit's FFI library ({error}): run `cargo xtask setup`",
                path.display()
            ))
        };
        // SAFETY: the file is the one that the operator named or the setup installed by checksum; its
        // initialisers are those of LiveKit's library, which any thread may run.
        let library = unsafe { libloading::Library::new(path) }.map_err(wrong)?;
        // SAFETY: names and signatures are those of livekit_ffi.h and of the library's `cabi.rs`.
        let (initialize, request, drop_handle) = unsafe {
            (
                *library
                    .get::<Initialize>(b"livekit_ffi_initialize\0")
                    .map_err(wrong)?,
                *library.get::<Request>(b"livekit_ffi_request\0").map_err(wrong)?,
                *library
                    .get::<DropHandle>(b"livekit_ffi_drop_handle\0")
                    .map_err(wrong)?,
            )
        };
        std::mem::forget(library);
        // SAFETY: the callback is a plain function that may be called from any thread and never
        // unwinds; both strings are static and end with NUL. Logs are captured, so nothing is printed.
        unsafe { initialize(on_event, true, SDK_NAME.as_ptr(), SDK_VERSION.as_ptr()) };
        Ok(Self {
            path: path.to_owned(),
            request,
            drop_handle,
        })
    }

    /// Where it was loaded from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hands an encoded request over; `None` when the library refuses it, and then its log says why.
    pub fn request<T>(&self, request: &[u8], read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let (mut response, mut length) = (std::ptr::null(), 0);
        // SAFETY: the request is readable for its length and both outputs are writable during the call.
        let handle = unsafe {
            (self.request)(
                request.as_ptr(),
                request.len(),
                &raw mut response,
                &raw mut length,
            )
        };
        if handle == 0 {
            return None;
        }
        let answer = read(view(response, length));
        self.drop_handle(handle);
        Some(answer)
    }

    /// Gives a handle back.
    pub fn drop_handle(&self, handle: u64) -> bool {
        // SAFETY: any number may be passed: the library looks it up.
        unsafe { (self.drop_handle)(handle) }
    }
}

/// The bytes that the library hands to its callback or answers with, borrowed for the caller's use.
fn view<'a>(data: *const u8, length: usize) -> &'a [u8] {
    if data.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: the library keeps `length` bytes readable until its handle is dropped or the callback
    // returns; every caller in this file is done with them by then.
    unsafe { std::slice::from_raw_parts(data, length) }
}

/// The library's entry into this program: hands the bytes on and stops panics at the border.
///
/// # Safety
/// `data` must be readable for `length` bytes during the call.
pub unsafe extern "C" fn event_callback(data: *const u8, length: usize) {
    let handled = std::panic::catch_unwind(|| super::ffi::on_event(view(data, length)));
    if handled.is_err() {
        tracing::error!("handling an event of the media library panicked");
    }
}

/// Memory of the library, read-only, kept by its handle.
struct Foreign {
    data: *const u8,
    length: usize,
    _handle: Handle,
}

// SAFETY: the memory is immutable while the handle lives, and handles may be dropped on any thread.
unsafe impl Send for Foreign {}
// SAFETY: as above; shared reads of immutable memory.
unsafe impl Sync for Foreign {}

impl AsRef<[u8]> for Foreign {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `foreign` and `copy` take address and length from the buffer that `_handle` keeps.
        unsafe { std::slice::from_raw_parts(self.data, self.length) }
    }
}

/// Where a piece of the library's memory is, as the wire says it.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Address.
    pub address: u64,
    /// Bytes.
    pub length: usize,
}

impl Span {
    /// Whether `next` begins where this ends.
    pub fn touches(self, next: Self) -> bool {
        self.address + self.length as u64 == next.address
    }

    fn foreign(self, handle: Handle) -> Foreign {
        Foreign {
            data: self.address as *const u8,
            length: if self.address == 0 { 0 } else { self.length },
            _handle: handle,
        }
    }
}

/// The memory that `handle` keeps, without a copy; the handle is given back with the last reference.
pub fn foreign(span: Span, handle: Handle) -> Bytes {
    if span.address == 0 {
        return Bytes::new();
    }
    Bytes::from_owner(span.foreign(handle))
}

/// Copies pieces of the memory that `handle` keeps, one after the other.
pub fn copy(spans: &[Span], handle: Handle) -> Bytes {
    let mut data = Vec::with_capacity(spans.iter().map(|span| span.length).sum());
    for span in spans.iter().filter(|span| span.address != 0) {
        // SAFETY: the handle outlives the loop, and keeps each span readable.
        data.extend_from_slice(unsafe { std::slice::from_raw_parts(span.address as *const u8, span.length) });
    }
    drop(handle);
    data.into()
}

/// The samples that `handle` keeps.
pub fn samples(address: u64, count: usize, handle: Handle) -> Vec<i16> {
    let bytes = copy(
        &[Span {
            address,
            length: count * 2,
        }],
        handle,
    );
    bytes
        .chunks_exact(2)
        .map(|pair| i16::from_ne_bytes([pair[0], pair[1]]))
        .collect()
}
