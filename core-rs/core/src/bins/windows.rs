//! The bin of each pixel, in raster order.
//!
//! Pixels side by side lie in bins side by side: one byte a pixel above the lowest bin of its group says which. What a
//! scan needs of the bins is then a window of a table that stays in registers, and a frame is read as it lies.

use crate::simd::sorting::{distances, extremes};
use crate::words::{Reader, Words};

/// Pixels of a group.
pub const GROUP: usize = 32;
/// Bins that the pixels of a group may lie in, and the place behind them, [`NONE`].
pub const WINDOW: usize = 32;
/// The byte of pixels that are masked, or in a bin outside of the window of their group.
pub const NONE: u8 = WINDOW as u8 - 1;

/// The bin of masked pixels.
pub const NOWHERE: u32 = u32::MAX;

/// A group of which pixels lie outside of the window, and the bins of all its pixels.
pub type Far = (u32, [u32; GROUP]);

/// See the module.
pub struct Windows {
    /// lowest bin of each group; there are `WINDOW` table entries from it on in a table of [`Windows::table`]'s length
    pub lowest: Vec<u32>,
    /// per pixel, padded to whole groups
    pub above: Vec<u8>,
    /// in order
    pub far: Vec<Far>,
}

impl Windows {
    /// Room for that many pixels, to be written through a [`WindowsPart`].
    pub fn with_room(pixels: usize) -> Self {
        let groups = pixels.div_ceil(GROUP);
        Self { lowest: vec![0; groups], above: vec![0; groups * GROUP], far: Vec::new() }
    }

    /// All groups.
    pub fn part(&mut self) -> WindowsPart<'_> {
        WindowsPart { first: 0, lowest: &mut self.lowest, above: &mut self.above }
    }

    /// Whether most pixels lie near their neighbours' bins: not where bins are much narrower than a pixel.
    pub fn are_worth_it(&self) -> bool {
        self.far.len() <= self.lowest.len() / 8
    }

    /// What [`Windows::read`] takes.
    pub fn write<'a>(&'a self, words: &mut Words<'a>) {
        words.list(&self.lowest);
        words.list(&self.above);
        let groups: Vec<u32> = self.far.iter().map(|(group, _)| *group).collect();
        let bins: Vec<[u32; GROUP]> = self.far.iter().map(|(_, bins)| *bins).collect();
        words.numbers(&groups);
        words.numbers(&bins);
    }

    /// Of as many pixels; `None` when another number of them was written.
    pub fn read(pixels: usize, words: &mut Reader) -> Option<Self> {
        let (lowest, above): (Vec<u32>, Vec<u8>) = (words.list()?, words.list()?);
        let (groups, bins) = (words.list()?, words.list()?);
        let fits = lowest.len() == pixels.div_ceil(GROUP) && above.len() == lowest.len() * GROUP;
        fits.then(|| Self { lowest, above, far: groups.into_iter().zip(bins).collect() })
    }

    /// Length of a table of that many bins, so that every window lies in it.
    pub fn table(bins: usize) -> usize {
        bins + WINDOW
    }
}

/// Neighbouring groups, and where what is known of them goes.
pub struct WindowsPart<'a> {
    first: usize,
    lowest: &'a mut [u32],
    above: &'a mut [u8],
}

impl WindowsPart<'_> {
    /// Those of the first `pixels` pixels, which are whole groups, and the others.
    pub fn split_at(self, pixels: usize) -> (Self, Self) {
        debug_assert_eq!(pixels % GROUP, 0);
        let groups = pixels / GROUP;
        let (lowest, other_lowest) = self.lowest.split_at_mut(groups);
        let (above, other_above) = self.above.split_at_mut(pixels);
        (
            Self { first: self.first, lowest, above },
            Self { first: self.first + groups, lowest: other_lowest, above: other_above },
        )
    }

    /// Writes the `next` groups of the part from these bins; far ones are put into `far`.
    #[inline(always)]
    pub fn put(&mut self, next: usize, bins: &[[u32; GROUP]], far: &mut Vec<Far>) {
        let groups =
            self.lowest[next..].iter_mut().zip(self.above[next * GROUP..].as_chunks_mut::<GROUP>().0);
        for (at, (bins, (lowest, above))) in bins.iter().zip(groups).enumerate() {
            let (low, maybe_far) = place_group(bins, above);
            *lowest = low;
            if maybe_far && bins.iter().zip(&*above).any(|(&bin, &above)| above == NONE && bin != NOWHERE) {
                far.push(((self.first + next + at) as u32, *bins));
            }
        }
    }
}

/// Writes the bytes of a group's pixels; gives its lowest bin, and whether any pixel is far or masked.
#[inline(always)]
fn place_group(bins: &[u32; GROUP], above: &mut [u8; GROUP]) -> (u32, bool) {
    // Of masked pixels the largest number becomes 0.
    let (low, high) = extremes(bins);
    let low = if low == NOWHERE || high - 1 - low < u32::from(NONE) { low } else { first_window(bins) };
    if low == NOWHERE {
        above.fill(NONE);
        return (0, false);
    }
    (low, distances(bins, low, NONE, above))
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

    /// Of bins whose groups are written one part after the other.
    fn windows(bins: &[u32], cut: usize) -> Windows {
        let mut windows = Windows::with_room(bins.len());
        let mut padded = bins.to_vec();
        padded.resize(bins.len().next_multiple_of(GROUP), NOWHERE);
        let (left, right) = padded.as_chunks().0.split_at(cut);
        let (mut first, mut second) = windows.part().split_at(cut * GROUP);
        let mut far = Vec::new();
        left.iter().enumerate().for_each(|(at, group)| first.put(at, std::slice::from_ref(group), &mut far));
        second.put(0, right, &mut far);
        windows.far = far;
        windows
    }

    #[test]
    fn every_pixel_has_its_bin_or_is_far_or_masked() {
        // Rows of 300 pixels whose ends are far apart.
        let bin = |i: u32| {
            if i % 97 == 5 || (640..672).contains(&i) {
                NOWHERE
            } else {
                (i % 300) * 2 / 5 + i / 3000
            }
        };
        let bins: Vec<u32> = (0..20_005).map(bin).collect();
        for cut in [0, 21, 400] {
            let windows = windows(&bins, cut);
            let mut far = windows.far.iter().peekable();
            assert!(far.len() > 50 && windows.are_worth_it());
            for (group, bins) in bins.chunks(GROUP).enumerate() {
                let spelled = far.next_if(|(far, _)| *far == group as u32).map(|(_, bins)| bins);
                for (lane, &bin) in bins.iter().enumerate() {
                    let above = windows.above[group * GROUP + lane];
                    let near = if above == NONE { NOWHERE } else { windows.lowest[group] + u32::from(above) };
                    assert!(near == bin || spelled.is_some() && near == NOWHERE, "group {group} lane {lane}");
                    assert!(spelled.is_none_or(|spelled| spelled[lane] == bin));
                }
            }
            let most = bins.iter().filter(|&&bin| bin != NOWHERE).max().unwrap() + 1;
            let table = Windows::table(most as usize);
            assert!(windows.lowest.iter().all(|&low| low as usize + WINDOW <= table));
        }
    }

    #[test]
    fn bins_much_narrower_than_pixels_are_not_worth_it() {
        let bins: Vec<u32> = (0..1000).map(|i| (i % 100) * 100).collect();
        assert!(!windows(&bins, 3).are_worth_it());
    }
}
