//! The demo, as a test: every expectation of every scene.

use std::sync::Arc;

use ipelya_cli::scenes::{self, Cast};
use ipelya_cli::timeline::{Format, Timeline};
use ipelya_core::media::{MediaEngine, prebuilt::PrebuiltEngine};
use ipelya_devstack::install::Installation;
use ipelya_devstack::{Stack, StackOptions};

#[tokio::test(flavor = "multi_thread")]
async fn every_expectation_of_every_scene_holds() {
    let stack = Stack::start(StackOptions::default()).await.unwrap();
    let ffi = Installation::locate().livekit_ffi();
    let engine: Arc<dyn MediaEngine> = Arc::new(PrebuiltEngine::with_library(ffi).unwrap());
    let cast = Cast::assemble(stack.info(), &engine).await.unwrap();
    let mut timeline = Timeline::start(Format::Text);
    let played = scenes::play(&cast, &mut timeline).await;
    cast.dismiss(&mut timeline).await;
    stack.stop().await;
    played.unwrap();
    assert!(
        timeline.finish(),
        "not every expectation held: see the lines marked ✗"
    );
}
