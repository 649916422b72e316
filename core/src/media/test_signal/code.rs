//! A time as a grid of light and dark cells, placed relative to the picture's size.

/// Columns of the grid, over the picture's whole width.
const COLUMNS: usize = 18;
/// Rows of the grid.
const ROWS: usize = 4;
/// Cells: 48 bits of time, 24 bits of checksum.
const CELLS: usize = COLUMNS * ROWS;
/// Share of the height above the grid, in percent; the grid takes the rest.
const TOP_PERCENT: usize = 75;
/// Bits of time.
const TIME_BITS: u32 = 48;
/// Bits of the checksum.
const CHECK_BITS: u32 = 24;

/// Luma of a cell that says one.
pub const LIGHT: u8 = 206;
/// Luma of a cell that says zero.
pub const DARK: u8 = 50;
/// Least distance between the lightest and the darkest cell: less isn't a grid.
const LEAST_CONTRAST: u32 = 48;

/// A rectangle of pixels, ends excluded.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// First and last-but-one column.
    pub x: (usize, usize),
    /// First and last-but-one row.
    pub y: (usize, usize),
}

/// First row of the grid.
pub const fn top(height: usize) -> usize {
    height * TOP_PERCENT / 100
}

/// The cells in the order of their bits.
pub fn cells(width: usize, height: usize) -> impl Iterator<Item = Cell> {
    let top = top(height);
    (0..CELLS).map(move |index| {
        let (column, row) = (index % COLUMNS, index / COLUMNS);
        let rows = height - top;
        Cell {
            x: (column * width / COLUMNS, (column + 1) * width / COLUMNS),
            y: (top + row * rows / ROWS, top + (row + 1) * rows / ROWS),
        }
    })
}

/// The bits of a time, most significant first, and of its checksum. Time beyond 48 bits is cut off.
pub fn bits(time_ms: u64) -> impl Iterator<Item = bool> {
    let time = time_ms & ((1 << TIME_BITS) - 1);
    let word = (u128::from(time) << CHECK_BITS) | u128::from(checksum(time));
    (0..CELLS).map(move |index| word >> (CELLS - 1 - index) & 1 == 1)
}

/// The time that the cells of a luma plane say, unless they say none.
pub fn read(luma: &[u8], width: usize, height: usize) -> Option<u64> {
    if width < 2 * COLUMNS || height - top(height) < 2 * ROWS {
        return None;
    }
    let mut means = [0_u32; CELLS];
    for (mean, cell) in means.iter_mut().zip(cells(width, height)) {
        *mean = mean_of_centre(luma, width, cell);
    }
    let (darkest, lightest) = (*means.iter().min()?, *means.iter().max()?);
    let contrast = lightest - darkest;
    if contrast < LEAST_CONTRAST {
        return None;
    }
    let middle = u32::midpoint(darkest, lightest);
    // A cell in the middle may be either: better no time than a wrong one.
    if means.iter().any(|mean| mean.abs_diff(middle) < contrast / 10) {
        return None;
    }
    let word = means
        .iter()
        .fold(0_u128, |word, mean| word << 1 | u128::from(*mean > middle));
    let time = u64::try_from(word >> CHECK_BITS).ok()?;
    (u128::from(checksum(time)) == word & ((1 << CHECK_BITS) - 1)).then_some(time)
}

/// Mean luma of a cell without its border, where the codec lets neighbours bleed in.
fn mean_of_centre(luma: &[u8], width: usize, cell: Cell) -> u32 {
    let inner = |(start, end): (usize, usize)| {
        let margin = (end - start) / 4;
        start + margin..end - margin
    };
    let (columns, rows) = (inner(cell.x), inner(cell.y));
    let count = (columns.len() * rows.len()).max(1);
    let sum: usize = rows
        .flat_map(|row| &luma[row * width + columns.start..row * width + columns.end])
        .map(|pixel| usize::from(*pixel))
        .sum();
    u32::try_from(sum / count).unwrap_or(u32::MAX)
}

/// CRC-24 of RFC 4880 over the six bytes of a time.
fn checksum(time: u64) -> u32 {
    let mut crc = 0x00B7_04CE_u32;
    for byte in &time.to_be_bytes()[2..] {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4CFB;
            }
        }
    }
    crc
}
