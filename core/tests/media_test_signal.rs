//! The test card keeps its time and the test tone its pitch through whatever a call does to them.
#![cfg(feature = "test-signal")]

use ipelya_core::media::test_signal::{TestCard, Tone, ToneDetector, ToneReading, decode};
use ipelya_core::media::{AudioFrame, I420};
use proptest::prelude::*;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 360;
const LATEST: u64 = (1 << 48) - 1;

fn card(time: u64) -> I420 {
    TestCard::new(WIDTH, HEIGHT).render(time % 1_000, time)
}

/// The picture with another luma plane; chroma carries nothing.
fn with_luma(width: u32, height: u32, mut luma: impl FnMut(usize, usize) -> u8) -> I420 {
    let mut data = vec![128; I420::size(width, height)];
    for y in 0..height as usize {
        for x in 0..width as usize {
            data[y * width as usize + x] = luma(x, y);
        }
    }
    I420 {
        width,
        height,
        data: data.into(),
    }
}

/// Each pixel is the mean of the square of pixels that it stands for.
fn scaled_down(picture: &I420, by: usize) -> I420 {
    let width = picture.width as usize;
    let luma = picture.luma();
    with_luma(picture.width / by as u32, picture.height / by as u32, |x, y| {
        let pixels = (0..by * by).map(|i| usize::from(luma[(y * by + i / by) * width + x * by + i % by]));
        (pixels.sum::<usize>() / (by * by)) as u8
    })
}

/// A box blur over `2 * radius + 1` pixels each way.
fn blurred(picture: &I420, radius: isize) -> I420 {
    let (width, height) = (picture.width as isize, picture.height as isize);
    let luma = picture.luma();
    with_luma(picture.width, picture.height, |x, y| {
        let (mut sum, mut count) = (0, 0);
        for dy in -radius..=radius {
            for dx in -radius..=radius {
                let (x, y) = (x as isize + dx, y as isize + dy);
                if (0..width).contains(&x) && (0..height).contains(&y) {
                    sum += usize::from(luma[(y * width + x) as usize]);
                    count += 1;
                }
            }
        }
        (sum / count) as u8
    })
}

/// Noise of up to `strength` on every pixel, from a small generator with a seed.
fn noisy(picture: &I420, strength: i32, seed: u64) -> I420 {
    let mut state = seed | 1;
    let luma = picture.luma();
    with_luma(picture.width, picture.height, |x, y| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = (state % (2 * strength as u64 + 1)) as i32 - strength;
        (i32::from(luma[y * picture.width as usize + x]) + noise).clamp(0, 255) as u8
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_time_is_read_back(time in 0..=LATEST) {
        prop_assert_eq!(decode(&card(time)), Some(time));
    }

    #[test]
    fn smaller_simulcast_layers_carry_the_same_time(time in 0..=LATEST) {
        prop_assert_eq!(decode(&scaled_down(&card(time), 2)), Some(time));
        prop_assert_eq!(decode(&scaled_down(&card(time), 4)), Some(time));
    }

    #[test]
    fn noise_and_blur_dont_change_the_time(time in 0..=LATEST, seed: u64) {
        prop_assert_eq!(decode(&noisy(&card(time), 60, seed)), Some(time));
        prop_assert_eq!(decode(&noisy(&blurred(&card(time), 4), 30, seed)), Some(time));
        prop_assert_eq!(decode(&blurred(&scaled_down(&card(time), 2), 2)), Some(time));
    }

    #[test]
    fn a_darker_and_flatter_picture_carries_the_same_time(time in 0..=LATEST) {
        let picture = card(time);
        let flat = with_luma(WIDTH, HEIGHT, |x, y| picture.luma()[y * WIDTH as usize + x] / 2 + 10);
        prop_assert_eq!(decode(&flat), Some(time));
    }

    #[test]
    fn a_damaged_time_is_no_time(time in 0..=LATEST, cell in 0..72_usize) {
        let picture = card(time);
        let damaged = with_luma(WIDTH, HEIGHT, |x, y| {
            let luma = picture.luma()[y * WIDTH as usize + x];
            let here = y >= 270 && (y - 270) * 4 / 90 * 18 + x * 18 / 640 == cell;
            if here { 255 - luma } else { luma }
        });
        prop_assert_eq!(decode(&damaged), None);
    }

    #[test]
    fn a_mix_of_two_times_is_one_of_them_or_none(time in 0..LATEST - 100, later in 1..100_u64, share in 0..=10_u32) {
        let (first, second) = (card(time), card(time + later));
        let mix = with_luma(WIDTH, HEIGHT, |x, y| {
            let at = y * WIDTH as usize + x;
            let sum = u32::from(first.luma()[at]) * share + u32::from(second.luma()[at]) * (10 - share);
            (sum / 10) as u8
        });
        let read = decode(&mix);
        prop_assert!(read.is_none() || read == Some(time) || read == Some(time + later), "{:?}", read);
    }

    #[test]
    fn what_is_no_card_has_no_time(seed: u64, grey: u8) {
        let plain = with_luma(WIDTH, HEIGHT, |_, _| grey);
        prop_assert_eq!(decode(&plain), None);
        prop_assert_eq!(decode(&noisy(&plain, 120, seed)), None);
    }

    #[test]
    fn any_size_can_be_rendered_and_a_truncated_picture_has_no_time(width in 1..800_u32, height in 1..500_u32, time in 0..=LATEST) {
        let picture = TestCard::new(width, height).render(7, time);
        prop_assert_eq!(picture.data.len(), I420::size(width, height));
        if width >= 64 && height >= 64 {
            prop_assert_eq!(decode(&picture), Some(time));
        }
        let truncated = I420 { data: picture.data.slice(..width as usize * height as usize - 1), ..picture };
        prop_assert_eq!(decode(&truncated), None);
    }

    #[test]
    fn a_tone_is_found_at_its_pitch_and_at_no_other(hz in 200..3_000_u32, other in 200..3_000_u32) {
        prop_assume!(hz.abs_diff(other) > 50);
        let mut tone = Tone::new(f64::from(hz), 48_000);
        let frames: Vec<_> = (0..10).map(|_| tone.next_frame()).collect();
        prop_assert!(reading(f64::from(hz), &frames).is_tone());
        prop_assert!(!reading(f64::from(other), &frames).is_tone());
    }
}

fn reading(hz: f64, frames: &[AudioFrame]) -> ToneReading {
    let mut detector = ToneDetector::new(hz);
    let readings = frames.iter().filter_map(|frame| detector.push(frame));
    let Some(reading) = readings.last() else {
        panic!("a reading needs a tenth of a second");
    };
    reading
}

#[test]
fn the_card_moves() {
    let card = TestCard::new(WIDTH, HEIGHT);
    assert_ne!(card.render(0, 0), card.render(1, 0));
}

#[test]
fn the_phase_goes_on_from_frame_to_frame() {
    let mut tone = Tone::new(445.0, 48_000);
    let samples: Vec<i16> = (0..20).flat_map(|_| tone.next_frame().samples).collect();
    let largest_step = samples
        .windows(2)
        .map(|pair| i32::from(pair[0]).abs_diff(i32::from(pair[1])))
        .max();
    // The steepest step of a sine of that pitch and height.
    assert!(largest_step.unwrap() <= 480, "{largest_step:?}");
}

#[test]
fn silence_is_silence_and_noise_is_no_tone() {
    let silence = AudioFrame {
        samples: vec![0; 480],
        sample_rate: 48_000,
        channels: 1,
    };
    let silent = reading(440.0, &vec![silence; 10]);
    assert!(silent.is_silence() && !silent.is_tone());

    let mut state = 1_u32;
    let noise: Vec<_> = (0..10)
        .map(|_| {
            let samples = (0..480).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) as i16
            });
            AudioFrame {
                samples: samples.collect(),
                sample_rate: 48_000,
                channels: 1,
            }
        })
        .collect();
    let heard = reading(440.0, &noise);
    assert!(!heard.is_silence() && !heard.is_tone(), "{heard:?}");
}

#[test]
fn a_stereo_tone_is_a_tone() {
    let mut tone = Tone::new(440.0, 48_000);
    let frames: Vec<_> = (0..10)
        .map(|_| AudioFrame {
            samples: tone
                .next_frame()
                .samples
                .into_iter()
                .flat_map(|sample| [sample, sample])
                .collect(),
            sample_rate: 48_000,
            channels: 2,
        })
        .collect();
    assert!(reading(440.0, &frames).is_tone());
}
