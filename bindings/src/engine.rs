//! The media engine of this build.

use std::sync::Arc;

use ipelya_core::domain::LiveError;
use ipelya_core::media::MediaEngine;

/// The prebuilt one where both are compiled in: a host's.
#[cfg(feature = "prebuilt")]
pub(crate) fn engine(library: Option<String>) -> Result<Arc<dyn MediaEngine>, LiveError> {
    use ipelya_core::media::prebuilt::PrebuiltEngine;
    Ok(Arc::new(match library {
        Some(path) => PrebuiltEngine::with_library(path)?,
        None => PrebuiltEngine::new()?,
    }))
}

/// LiveKit's Rust SDK, linked into the app.
#[cfg(all(feature = "native", not(feature = "prebuilt")))]
pub(crate) fn engine(_library: Option<String>) -> Result<Arc<dyn MediaEngine>, LiveError> {
    Ok(Arc::new(ipelya_core::media::native::NativeEngine::new()))
}

#[cfg(not(any(feature = "native", feature = "prebuilt")))]
compile_error!("a media engine is needed: feature `native` for phones, `prebuilt` for hosts");
