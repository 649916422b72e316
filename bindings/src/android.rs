//! `com.ipelya.live.media.WebRtcContext`, whose native method this is.

use ipelya_core::media::native;
use jni::JNIEnv;
use jni::objects::{JClass, JObject};

const ILLEGAL_STATE: &str = "java/lang/IllegalStateException";

/// `external fun attach(context: Context)`: throws `IllegalStateException` when `libwebrtc.jar` isn't in the app.
// SAFETY: no other symbol has this name, which the JVM derives from the class and its method.
#[unsafe(no_mangle)]
pub extern "system" fn Java_com_ipelya_live_media_WebRtcContext_attach<'local>(
    mut env: JNIEnv<'local>,
    _class: JClass<'local>,
    context: JObject<'local>,
) {
    let attached = match env.get_java_vm() {
        Ok(vm) => native::initialize(&vm, &context).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(message) = attached {
        // Where not even that can be thrown, the JVM has thrown something itself.
        let _ = env.throw_new(ILLEGAL_STATE, message);
    }
}
