//! A browser with the official clients, and nothing of ours, watches the broadcast.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ipelya_cli::person::Person;
use ipelya_cli::watch_page::WatchPage;
use ipelya_core::backend::NewSession;
use ipelya_core::media::test_signal::decode;
use ipelya_core::media::test_signal::wall_clock_ms;
use ipelya_core::media::{I420, MediaEngine, prebuilt::PrebuiltEngine};
use ipelya_devstack::install::{Installation, chromium};
use ipelya_devstack::{Stack, StackOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_sees_the_test_card() {
    let Some(chromium) = chromium().unwrap() else {
        eprintln!("skipped: there is no Chromium");
        return;
    };
    let installation = Installation::locate();
    let stack = Stack::start(StackOptions::default()).await.unwrap();
    let engine: Arc<dyn MediaEngine> =
        Arc::new(PrebuiltEngine::with_library(installation.livekit_ffi()).unwrap());
    let host = Person::sign_in(stack.info(), &engine, "creator").await.unwrap();
    let session = host
        .client
        .create_session(NewSession::broadcast("The test card"))
        .await
        .unwrap();
    session.set_camera(true).await;
    session.go_live().await.unwrap();
    let id = session.snapshot().session.unwrap().id;
    let page = WatchPage::serve(stack.info(), id, &installation.node_modules())
        .await
        .unwrap();

    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("video.png");
    let mut browser = Command::new("node");
    browser
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/watch.mjs"))
        .arg(installation.node_modules().join("playwright-core"))
        .args([chromium.as_os_str(), page.url().as_ref()])
        .arg(&picture);
    let seen = tokio::task::spawn_blocking(move || browser.output())
        .await
        .unwrap()
        .unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&seen.stdout),
        String::from_utf8_lossy(&seen.stderr),
    );
    assert!(seen.status.success(), "{said}{complained}");
    assert!(said.contains("The test card: first frame after"), "{said}");
    assert!(said.contains("as viewer"), "{said}");

    let captured = decode(&luma_of(&picture)).expect("the pixels are the test card's");
    let age = Duration::from_millis(wall_clock_ms() - captured);
    assert!(age < Duration::from_secs(30), "the card was captured {age:?} ago");

    session.end().await.unwrap();
    host.client.close().await.unwrap();
    stack.stop().await;
}

/// A screenshot as the card's decoder wants it.
fn luma_of(path: &std::path::Path) -> I420 {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let channels = info.color_type.samples();
    let (width, height) = (info.width, info.height);
    let luma = pixels[..info.buffer_size()].chunks_exact(channels).map(|pixel| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
        (0.299 * red + 0.587 * green + 0.114 * blue) as u8
    });
    let mut data: Vec<u8> = luma.collect();
    data.resize(I420::size(width, height), 128);
    I420 {
        width,
        height,
        data: Bytes::from(data),
    }
}
