//! Colour bars, a ball that moves over them, and the capture time as a grid of cells below.

use super::code;
use crate::media::I420;

/// Y, U and V of the bars: white, yellow, cyan, green, magenta, red, blue, at three quarters.
const BARS: [[u8; 3]; 7] = [
    [180, 128, 128],
    [162, 44, 142],
    [131, 156, 44],
    [112, 72, 58],
    [84, 184, 198],
    [65, 100, 212],
    [35, 212, 114],
];
/// U and V under the grid: a hint of blue, the same in every cell.
const GRID_TINT: [u8; 2] = [140, 120];
/// Luma of the ball and of its rim.
const BALL: u8 = 235;
const RIM: u8 = 24;
/// Frames that the ball takes from one side to the other: four seconds at 24 a second.
const CROSSING: u64 = 96;

/// A moving test card of one size.
#[derive(Clone, Debug)]
pub struct TestCard {
    width: usize,
    height: usize,
    background: Vec<u8>,
}

impl TestCard {
    /// A card of that size in pixels. From 64x64 upwards the time can be read off it.
    pub fn new(width: u32, height: u32) -> Self {
        let mut background = vec![128; I420::size(width, height)];
        let (width, height) = (width as usize, height as usize);
        let grid = code::top(height);
        let (luma, chroma) = background.split_at_mut(width * height);
        for (y, row) in luma.chunks_exact_mut(width.max(1)).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = if y < grid { bar(x, width)[0] } else { code::DARK };
            }
        }
        let half = width.div_ceil(2);
        let (u, v) = chroma.split_at_mut(chroma.len() / 2);
        for (plane, component) in [(u, 1), (v, 2)] {
            for (y, row) in plane.chunks_exact_mut(half.max(1)).enumerate() {
                for (x, pixel) in row.iter_mut().enumerate() {
                    *pixel = if 2 * y < grid {
                        bar(2 * x, width)[component]
                    } else {
                        GRID_TINT[component - 1]
                    };
                }
            }
        }
        Self {
            width,
            height,
            background,
        }
    }

    /// The picture with that number, carrying `capture_time_ms` (milliseconds since 1970, 48 bits).
    pub fn render(&self, frame_index: u64, capture_time_ms: u64) -> I420 {
        let mut data = self.background.clone();
        self.draw_ball(&mut data, frame_index);
        let cells = code::cells(self.width, self.height).zip(code::bits(capture_time_ms));
        for (cell, _) in cells.filter(|(_, one)| *one) {
            for y in cell.y.0..cell.y.1 {
                data[y * self.width + cell.x.0..y * self.width + cell.x.1].fill(code::LIGHT);
            }
        }
        I420 {
            width: u32::try_from(self.width).unwrap_or(u32::MAX),
            height: u32::try_from(self.height).unwrap_or(u32::MAX),
            data: data.into(),
        }
    }

    /// A ball that rolls from side to side and bounces three times on the way.
    fn draw_ball(&self, data: &mut [u8], frame_index: u64) {
        let floor = code::top(self.height);
        let radius = floor / 8;
        if radius < 2 || self.width < 4 * radius {
            return;
        }
        let step = frame_index % (2 * CROSSING);
        let there = if step < CROSSING {
            step
        } else {
            2 * CROSSING - step
        } as f64
            / CROSSING as f64;
        let bounce = (there * 3.0 * std::f64::consts::PI).sin().abs();
        let x = radius as f64 + there * (self.width - 2 * radius) as f64;
        let y = (floor - radius) as f64 - bounce * (floor - 2 * radius) as f64;
        let (outer, inner) = ((radius * radius) as f64, (radius * radius) as f64 * 0.7);
        for row in 0..floor {
            let from = (x - radius as f64).max(0.0) as usize;
            let to = ((x + radius as f64) as usize + 1).min(self.width);
            for column in from..to {
                let distance = (column as f64 - x).powi(2) + (row as f64 - y).powi(2);
                if distance <= outer {
                    data[row * self.width + column] = if distance <= inner { BALL } else { RIM };
                }
            }
        }
    }
}

fn bar(x: usize, width: usize) -> [u8; 3] {
    BARS[(x * BARS.len() / width.max(1)).min(BARS.len() - 1)]
}

/// The capture time that a picture of a card carries, at any size and after any codec; `None` when it
/// can't be read for certain.
pub fn decode(picture: &I420) -> Option<u64> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let luma = picture.luma();
    if luma.len() < width * height {
        return None;
    }
    code::read(luma, width, height)
}
