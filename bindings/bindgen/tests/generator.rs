//! The generator, as `cargo xtask bindings` runs it.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn it_writes_swift_and_kotlin() {
    let help = Command::new(env!("CARGO_BIN_EXE_ipelya-bindgen"))
        .args(["generate", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for language in ["kotlin", "swift"] {
        assert!(help.contains(language), "{help}");
    }
}
