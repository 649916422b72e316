//! `docs/limits.md` says what `core/src/domain` does.

use std::path::Path;
use std::time::Duration;

use ipelya_core::domain::limits;
use ipelya_core::domain::quality::{self, AudioPreset, VideoPreset};

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/limits.md")).unwrap()
}

fn says(page: &str, row: &str) {
    assert!(
        page.lines().any(|line| line == row),
        "docs/limits.md should say:\n{row}"
    );
}

#[test]
fn every_picture_is_as_the_page_says() {
    let page = page();
    let row = |name: &str, preset: VideoPreset| {
        let layers: Vec<String> = preset
            .layers
            .smallest_first()
            .map(|layer| {
                format!(
                    "{}x{} {}@{}",
                    layer.width, layer.height, layer.max_kbps, layer.max_fps
                )
            })
            .collect();
        let layers = if layers.is_empty() {
            "none".into()
        } else {
            layers.join(", ")
        };
        let VideoPreset {
            width,
            height,
            max_fps,
            max_kbps,
            ..
        } = preset;
        says(
            &page,
            &format!("| {name} | {width}x{height} | {max_fps} | {max_kbps} | {layers} |"),
        );
    };
    row("a host's or co-host's camera", quality::BROADCAST_720P);
    row("a guest's camera", quality::GUEST_540P);
    row("a call's camera", quality::CALL_540P);
    row("a screen", quality::SCREEN_1080P);
}

#[test]
fn every_sound_is_as_the_page_says() {
    let page = page();
    let row = |name: &str, preset: AudioPreset| {
        says(
            &page,
            &format!("| {name} | {} | {} |", preset.max_kbps, preset.channels),
        );
    };
    row("a voice in a call", quality::SPEECH);
    row("voices of a broadcast or an audio room", quality::ROOM);
    row("music", quality::MUSIC);
}

#[test]
fn every_wait_is_as_the_page_says() {
    let page = page();
    let row = |name: &str, time: Duration| says(&page, &format!("| {name} | {} s |", time.as_secs()));
    row("a ring", limits::RING);
    row("a wish for a video call", limits::CALL_UPGRADE);
    row(
        "a lost connection, until it is given up",
        limits::RECONNECT_BUDGET,
    );
    row("the longest pause between two tries", limits::BACKOFF_CAP);
    row(
        "a bad link, before pictures are given up",
        limits::AUDIO_ONLY_AFTER,
    );
    let back = format!(
        "| a good one, before they come back | {} s, doubled with every relapse up to {} s |",
        limits::VIDEO_BACK_AFTER.as_secs(),
        limits::VIDEO_BACK_CAP.as_secs()
    );
    says(&page, &back);
}
