//! A media library that isn't there, or isn't one, is one clear line that says what to do.
#![cfg(feature = "prebuilt")]

use std::path::Path;

use ipelya_core::media::MediaError;
use ipelya_core::media::prebuilt::{PrebuiltEngine, live_handles};
use ipelya_devstack::install::Installation;

fn refusal(path: &Path) -> String {
    match PrebuiltEngine::with_library(path) {
        Err(MediaError::Engine(message)) => message,
        other => panic!("{other:?}"),
    }
}

/// One test, because a process has one library.
#[test]
fn each_wrong_library_is_one_line_and_the_right_one_can_still_be_loaded() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let absent = folder.join("absent.so");
    let message = refusal(&absent);
    assert!(
        message.contains("absent.so") && message.contains("cargo xtask setup"),
        "{message}"
    );

    let text = folder.join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    let message = refusal(&text);
    assert!(
        message.contains("isn't LiveKit's FFI library") && message.contains("cargo xtask setup"),
        "{message}"
    );
    assert!(!message.contains('\n'), "{message}");

    let installed = Installation::locate().livekit_ffi();
    PrebuiltEngine::with_library(&installed).unwrap();
    PrebuiltEngine::with_library(&installed).unwrap();
    assert_eq!(live_handles(), 0);

    let copy = folder.join("copy.so");
    std::fs::copy(&installed, &copy).unwrap();
    let message = refusal(&copy);
    assert!(message.contains("one media library"), "{message}");
}
