//! What WebRTC needs of Android.

use jni::JavaVM;
use jni::objects::JObject;
use livekit::webrtc::android::initialize_android_context;

use crate::media::MediaError;

/// Gives WebRTC the process's JVM and the app's `Context`; before the first room is joined, on a thread that finds the app's
/// classes. Again does nothing.
///
/// # Errors
/// [`MediaError::Engine`] when `libwebrtc.jar` of the engine's version isn't in the app.
pub fn initialize(vm: &JavaVM, context: &JObject<'_>) -> Result<(), MediaError> {
    if initialize_android_context(vm, context) {
        return Ok(());
    }
    Err(MediaError::Engine(
        "the app lacks libwebrtc.jar, or R8 took livekit.org.webrtc.ContextUtils out of it".into(),
    ))
}
