//! The bin whose centre is nearest to each pixel, in raster order.
//!
//! Pixels side by side lie in bins side by side: one byte a pixel above the lowest bin of its group says which. What a
//! scan needs of the bins is then a window of a table that stays in registers, and a frame is read as it lies.

use super::RadialGrid;
use crate::bins::PixelMap;
use crate::parallel::{reduce, Split, WORTH_A_THREAD};
use crate::simd::{self, Kernel};
use crate::words::{Reader, Words};

/// Pixels of a group.
pub const GROUP: usize = 32;
/// Bins that the pixels of a group may lie in, and the place behind them, [`NONE`].
pub const WINDOW: usize = 32;
/// The byte of pixels that are masked, or in a bin outside of the window of their group.
pub const NONE: u8 = WINDOW as u8 - 1;

/// The bin of masked pixels.
pub const NOWHERE: u32 = u32::MAX;

/// See the module.
pub struct Nearest {
    /// lowest bin of each group; there are `WINDOW` table entries from it on in a table of [`Nearest::table`]'s length
    pub lowest: Vec<u32>,
    /// per pixel, padded to whole groups
    pub above: Vec<u8>,
    /// groups of which pixels lie outside of the window, in order, and the bins of all their pixels
    pub far: Vec<(u32, [u32; GROUP])>,
}

/// Groups whose radii are taken at a time.
const SOME: usize = 64;

/// Groups that are worked on together, from one of some number on.
struct Groups<'a, R: ?Sized> {
    first: usize,
    radius: &'a R,
    lowest: &'a mut [u32],
    above: &'a mut [u8],
    grid: &'a RadialGrid,
}

impl<R: PixelMap + ?Sized> Split for Groups<'_, R> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.above.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let half = self.lowest.len() / 2;
        let (lowest, lowest_right) = self.lowest.split_at_mut(half);
        let (above, above_right) = self.above.split_at_mut(half * GROUP);
        let (first, radius, grid) = (self.first, self.radius, self.grid);
        Ok((
            Self { first, radius, lowest, above, grid },
            Self { first: first + half, radius, lowest: lowest_right, above: above_right, grid },
        ))
    }
}

impl<R: PixelMap + ?Sized> Kernel for Groups<'_, R> {
    /// the far ones, see [`Nearest`]
    type Out = Vec<(u32, [u32; GROUP])>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { first, radius, lowest, above, grid } = self;
        let (mut far, mut radii) = (Vec::new(), [f32::NAN; SOME * GROUP]);
        let somes = lowest.chunks_mut(SOME).zip(above.chunks_mut(SOME * GROUP));
        for (number, (lowest, above)) in somes.enumerate() {
            let first = first + number * SOME;
            let pixels = above.len().min(radius.pixels() - first * GROUP);
            radius.fill(first * GROUP, &mut radii[..pixels]);
            let groups = radii[..pixels].chunks(GROUP).zip(lowest).zip(above.chunks_mut(GROUP));
            for (at, ((radius, lowest), above)) in groups.enumerate() {
                let bins = bins_of(radius, grid);
                *lowest = place_group(&bins, above);
                // The bytes alone tell it of most groups, quicker: no pixel of theirs is far or masked.
                if above.contains(&NONE)
                    && bins.iter().zip(&*above).any(|(&bin, &above)| above == NONE && bin != NOWHERE)
                {
                    far.push(((first + at) as u32, bins));
                }
            }
        }
        far
    }
}

impl Nearest {
    /// Of radii in raster order, NaN where masked. `None` where many pixels are far from their neighbours' bins: bins
    /// much narrower than a pixel.
    pub fn new(radius: &(impl PixelMap + ?Sized), grid: &RadialGrid) -> Option<Self> {
        let groups = radius.pixels().div_ceil(GROUP);
        let (mut lowest, mut above) = (vec![0; groups], vec![NONE; groups * GROUP]);
        let whole = Groups { first: 0, radius, lowest: &mut lowest, above: &mut above, grid };
        let far = reduce(whole, &simd::run, &|mut left: Vec<_>, mut right| {
            left.append(&mut right);
            left
        });
        if far.len() > groups / 8 {
            return None;
        }
        Some(Self { lowest, above, far })
    }

    /// Bytes of its tables.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.lowest[..]) + self.above.len() + size_of_val(&self.far[..])
    }

    /// What [`Nearest::read`] takes.
    pub fn write(&self, words: &mut Words) {
        words.list(&self.lowest);
        words.list(&self.above);
        let groups: Vec<u32> = self.far.iter().map(|(group, _)| *group).collect();
        let bins: Vec<[u32; GROUP]> = self.far.iter().map(|(_, bins)| *bins).collect();
        words.list(&groups);
        words.list(&bins);
    }

    /// Of as many pixels; `None` when another number of them was written.
    pub fn read(pixels: usize, words: &mut Reader) -> Option<Self> {
        let (lowest, above): (Vec<u32>, Vec<u8>) = (words.list()?, words.list()?);
        let (groups, bins) = (words.list()?, words.list()?);
        let fits = lowest.len() == pixels.div_ceil(GROUP) && above.len() == lowest.len() * GROUP;
        fits.then(|| Self { lowest, above, far: groups.into_iter().zip(bins).collect() })
    }

    /// Length of a table of the bins, so that every window lies in it.
    pub fn table(grid: &RadialGrid) -> usize {
        grid.bins + WINDOW
    }
}

/// The bins of a group's pixels.
#[inline(always)]
fn bins_of(radius: &[f32], grid: &RadialGrid) -> [u32; GROUP] {
    let mut bins = [NOWHERE; GROUP];
    for (bin, &r) in bins.iter_mut().zip(radius) {
        let nearest = grid.nearest(r);
        *bin = if r.is_nan() { NOWHERE } else { nearest };
    }
    bins
}

/// Writes the bytes of a group's pixels and gives its lowest bin.
#[inline(always)]
fn place_group(bins: &[u32; GROUP], above: &mut [u8]) -> u32 {
    let low = bins.iter().fold(NOWHERE, |low, &bin| low.min(bin));
    // Of masked pixels the largest number becomes 0.
    let high = bins.iter().fold(0, |high, &bin| high.max(bin.wrapping_add(1)));
    let low = if low == NOWHERE || high - 1 - low < u32::from(NONE) { low } else { first_window(bins) };
    if low == NOWHERE {
        return 0;
    }
    for (above, &bin) in above.iter_mut().zip(bins) {
        *above = bin.wrapping_sub(low).min(u32::from(NONE)) as u8;
    }
    low
}

/// The lowest bin of as many pixels from the first one on as one window holds; those behind, where a row ends, are far.
#[cold]
fn first_window(bins: &[u32; GROUP]) -> u32 {
    let (mut low, mut high) = (NOWHERE, 0);
    for &bin in bins.iter().filter(|&&bin| bin != NOWHERE) {
        let (lower, higher) = (low.min(bin), high.max(bin));
        if higher - lower >= u32::from(NONE) {
            break;
        }
        (low, high) = (lower, higher);
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_has_its_bin_or_is_far_or_masked() {
        let grid = RadialGrid::new(0.5, 1.0, 400);
        // Rows of 300 pixels whose ends are far apart.
        let radius: Vec<f32> = (0..200_005)
            .map(|i| if i % 97 == 5 { f32::NAN } else { (i % 300) as f32 * 0.4 + (i / 300) as f32 * 0.1 })
            .collect();
        let nearest = Nearest::new(&radius[..], &grid).unwrap();
        let mut far = nearest.far.iter().peekable();
        assert!(far.len() > 100);
        for (group, radius) in radius.chunks(GROUP).enumerate() {
            let bins = far.next_if(|(far, _)| *far == group as u32).map(|(_, bins)| bins);
            for (lane, &r) in radius.iter().enumerate() {
                let above = nearest.above[group * GROUP + lane];
                let near = (above != NONE).then(|| nearest.lowest[group] + u32::from(above));
                let bin = (!r.is_nan()).then(|| grid.nearest(r));
                assert!(near == bin || bins.is_some() && near.is_none(), "group {group} lane {lane}");
                assert!(bins.is_none_or(|bins| (bins[lane] != NOWHERE).then_some(bins[lane]) == bin));
                assert!(bin.is_none_or(|bin| (grid.coordinate(r) - f64::from(bin)).abs() <= 0.5));
            }
        }
        assert!(nearest.lowest.iter().all(|&low| low as usize + WINDOW <= Nearest::table(&grid)));
    }

    #[test]
    fn bins_much_narrower_than_pixels_are_refused() {
        let radius: Vec<f32> = (0..1000).map(|i| (i % 100) as f32).collect();
        assert!(Nearest::new(&radius[..], &RadialGrid::new(0.0, 0.01, 10_000)).is_none());
    }
}
