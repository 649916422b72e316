//! Android alone: WebRTC's Java part finds its other half by the names that the library exports, which a Rust library hides;
//! and an app needs the Java part of the very WebRTC that is linked.

use std::error::Error;

/// Names the file that the engine's own `libwebrtc.jar` is copied to.
const JAR: &str = "IPELYA_LIBWEBRTC_JAR";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed=DOCS_RS");
    println!("cargo:rerun-if-env-changed={JAR}");
    // A type check has neither the NDK nor WebRTC.
    if std::env::var_os("DOCS_RS").is_none() && std::env::var("CARGO_CFG_TARGET_OS")? == "android" {
        webrtc()?;
    }
    Ok(())
}

#[cfg(feature = "native")]
fn webrtc() -> Result<(), Box<dyn Error>> {
    webrtc_sys_build::configure_jni_symbols()?;
    if let Some(target) = std::env::var_os(JAR) {
        std::fs::copy(webrtc_sys_build::webrtc_dir().join("libwebrtc.jar"), target)?;
    }
    Ok(())
}

#[cfg(not(feature = "native"))]
fn webrtc() -> Result<(), Box<dyn Error>> {
    Ok(())
}
