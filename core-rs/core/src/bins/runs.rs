//! The bin order as short runs of neighbouring pixels, in raster order.
//!
//! Along a row, a ring covers two to five pixels at a time, so the permutation moves runs, not pixels. Taken in raster
//! order the frame is read once from front to back, and each bin is written from front to back: 800 streams of
//! cache lines, which a second-level cache holds. A run is moved by one 4-pixel load and store; what it writes
//! too much is overwritten by the bin's next run, except behind the last run of a bin, where it would clobber the
//! start of the next bin: those runs are moved last, by their exact length. So no run writes outside its bin, and
//! groups of bins can be gathered by different threads.

use super::Bins;
use crate::parallel::{apart, threads, Split, WORTH_A_THREAD};
use crate::words::{Reader, Words};

/// Longest run: pixels moved by one copy.
pub const RUN: usize = 4;

/// `length` pixels (1 to [`RUN`]) from raster index `start` to `place` of the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// raster index of the first pixel
    pub start: u32,
    /// its place in the part
    pub place: u32,
    /// number of pixels
    pub length: u32,
}

/// The permutation of a plan, in parts that cover the bin order one after the other.
pub struct Runs {
    /// never empty; see there
    pub parts: Vec<RunsPart>,
}

/// The runs of neighbouring bins.
pub struct RunsPart {
    /// how many places of the bin order it fills
    pub places: usize,
    /// of the wide runs, one after the other
    stretches: Vec<Stretch>,
    /// see [`wide`]; raster order; what they write beyond their length is overwritten later
    wide: Vec<u32>,
    /// raster index behind the last of them
    end: u32,
    /// to be moved after the wide ones, by their exact length
    pub exact: Vec<Run>,
}

/// Runs that are moved by one copy of [`RUN`] pixels: the place of the first pixel in the part, below 2³⁰, and the length,
/// in one word. Each begins where the one before ends: runs are read for every frame, and take half the memory so.
mod wide {
    #[inline(always)]
    pub fn packed(place: u32, length: u32) -> u32 {
        debug_assert!(place < 1 << 30 && (1..=super::RUN as u32).contains(&length));
        place << 2 | (length - 1)
    }

    #[inline(always)]
    pub fn place(run: u32) -> usize {
        (run >> 2) as usize
    }

    #[inline(always)]
    pub fn length(run: u32) -> usize {
        (run & 3) as usize + 1
    }
}

/// Wide runs that lie side by side in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// raster index of the first pixel
    start: u32,
    /// number of its first run
    first: u32,
}

/// Stretches that are gone through in one go: see [`apart`].
const SOME: usize = 64;

impl Runs {
    /// Places of all parts.
    pub fn places(&self) -> usize {
        self.parts.iter().map(|part| part.places).sum()
    }

    /// What [`Runs::read`] takes.
    pub fn write<'a>(&'a self, words: &mut Words<'a>) {
        words.numbers(&[self.parts.len() as u32]);
        for part in &self.parts {
            words.numbers(&[part.places as u32, part.end]);
            let pairs: Vec<[u32; 2]> = part.stretches.iter().map(|s| [s.start, s.first]).collect();
            words.numbers(&pairs);
            words.list(&part.wide);
            let exact: Vec<[u32; 3]> = part.exact.iter().map(|r| [r.start, r.place, r.length]).collect();
            words.numbers(&exact);
        }
    }

    /// Runs that were written; `None` where they are cut short.
    pub fn read(words: &mut Reader) -> Option<Self> {
        let [parts] = words.array::<u32, 1>()?;
        let part = |_| {
            let [places, end] = words.array::<u32, 2>()?;
            let pairs = words.list::<[u32; 2]>()?;
            let wide = words.list()?;
            let exact = words.list::<[u32; 3]>()?;
            Some(RunsPart {
                places: places as usize,
                stretches: pairs.into_iter().map(|[start, first]| Stretch { start, first }).collect(),
                wide,
                end,
                exact: exact.into_iter().map(|[start, place, length]| Run { start, place, length }).collect(),
            })
        };
        Some(Self { parts: (0..parts).map(part).collect::<Option<_>>()? })
    }

    /// Cuts the bin order into runs: one part a thread, no more. Every part reads the frame once more from front to
    /// back, in smaller pieces: 22 parts of a 6 Mpixel frame take twice the time of one. The plain reference of
    /// [`super::sort`].
    pub fn new(bins: &Bins) -> Self {
        Self::in_parts(bins, Self::part_size(bins.places(), threads()))
    }

    /// The bin order, by doing what the runs say; on one thread, see [`super::Order`].
    pub fn spelled(&self) -> Vec<u32> {
        let mut order = vec![0; self.places()];
        PartsOf { parts: &self.parts, places: &mut order }.each(|part, places| part.spell(places));
        order
    }

    /// Places that a part fills at least, but for the last, so that there are no more than `threads` parts.
    pub(super) fn part_size(places: usize, threads: usize) -> usize {
        places.div_ceil(threads).max(WORTH_A_THREAD)
    }

    /// The same in parts that end with the bin that fills `size` places.
    fn in_parts(bins: &Bins, size: usize) -> Self {
        let (mut parts, mut first) = (Vec::new(), 0);
        for b in 0..bins.count() {
            let places = bins.offsets[b + 1] - bins.offsets[first];
            if places as usize >= size || b + 1 == bins.count() {
                parts.push(RunsPart::new(bins, first..b + 1));
                first = b + 1;
            }
        }
        Self { parts }
    }
}

impl RunsPart {
    /// Without runs, with room for wide ones.
    pub(super) fn with_room(places: usize, runs: usize) -> Self {
        Self { places, stretches: Vec::new(), wide: Vec::with_capacity(runs), end: 0, exact: Vec::new() }
    }

    /// One more wide run, behind those before it in raster order.
    #[inline(always)]
    pub(super) fn push_wide(&mut self, Run { start, place, length }: Run) {
        if start != self.end || self.wide.is_empty() {
            self.stretches.push(Stretch { start, first: self.wide.len() as u32 });
        }
        self.wide.push(wide::packed(place, length));
        self.end = start + length;
    }

    /// Calls `visit(start, place)` for each wide run: the raster index and the place of its first pixel.
    #[inline(always)]
    pub fn each_wide(&self, mut visit: impl FnMut(usize, usize)) {
        let end = Stretch { start: 0, first: self.wide.len() as u32 };
        for (number, some) in self.stretches.chunks(SOME).enumerate() {
            let behind = *self.stretches.get((number + 1) * SOME).unwrap_or(&end);
            apart(|| {
                for (at, &Stretch { start, first }) in some.iter().enumerate() {
                    let last = some.get(at + 1).unwrap_or(&behind).first;
                    let mut start = start as usize;
                    for &run in &self.wide[first as usize..last as usize] {
                        visit(start, wide::place(run));
                        start += wide::length(run);
                    }
                }
            });
        }
    }

    fn new(bins: &Bins, range: std::ops::Range<usize>) -> Self {
        let (mut wide, mut exact) = (Vec::new(), Vec::new());
        let base = bins.offsets[range.start] as usize;
        let places = bins.offsets[range.end] as usize - base;
        for b in range {
            let std::ops::Range { start: mut place, end } = bins.range(b);
            while place < end {
                let start = bins.order[place];
                let longest = RUN.min(end - place);
                let length =
                    (1..longest).find(|&i| bins.order[place + i] != start + i as u32).unwrap_or(longest);
                let run = Run { start, place: (place - base) as u32, length: length as u32 };
                if place + RUN <= end {
                    wide.push(run);
                } else {
                    exact.push(run);
                }
                place += length;
            }
        }
        // Within a bin, raster order is place order: later copies repair what earlier ones wrote too much.
        wide.sort_unstable_by_key(|run| run.start);
        let mut part = Self { exact, ..Self::with_room(places, wide.len()) };
        wide.into_iter().for_each(|run| part.push_wide(run));
        part
    }

    /// The pixel at each place of the part.
    fn spell(&self, places: &mut [u32]) {
        self.each_wide(|start, place| {
            let four: [u32; RUN] = std::array::from_fn(|lane| (start + lane) as u32);
            places[place..][..RUN].copy_from_slice(&four);
        });
        for &Run { start, place, length } in &self.exact {
            let places = &mut places[place as usize..][..length as usize];
            places.iter_mut().zip(start..).for_each(|(place, pixel)| *place = pixel);
        }
    }
}

/// Parts of the permutation, and something for each place that they fill.
pub struct PartsOf<'a, T> {
    /// neighbours
    pub parts: &'a [RunsPart],
    /// as many as they fill
    pub places: &'a mut [T],
}

impl<T> PartsOf<'_, T> {
    /// Does `work` with each part and its places.
    pub fn each(self, work: impl Fn(&RunsPart, &mut [T])) {
        let Self { parts, mut places } = self;
        for part in parts {
            let (own, rest) = places.split_at_mut(part.places);
            work(part, own);
            places = rest;
        }
    }
}

impl<T: Send> Split for PartsOf<'_, T> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.parts.len() < 2 {
            return Err(self);
        }
        let (left, right) = self.parts.split_at(self.parts.len() / 2);
        let (first, second) = self.places.split_at_mut(left.iter().map(|part| part.places).sum());
        Ok((PartsOf { parts: left, places: first }, PartsOf { parts: right, places: second }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_spell_the_bin_order() {
        let radial: Vec<f64> = (0..5000).map(|i| ((i / 3 * 37) % 101) as f64).collect();
        let masked: Vec<u8> = (0..5000).map(|i| u8::from(i % 17 == 2)).collect();
        let bins = Bins::new(&radial, &masked, 23).unwrap();
        for (size, parts) in [(usize::MAX, 1), (700, 6), (1, 23)] {
            let runs = Runs::in_parts(&bins, size);
            assert_eq!(runs.parts.len(), parts);
            assert!(runs.parts.iter().all(|part| part.wide.len() < part.places));
            assert_eq!(runs.spelled(), bins.order[..]);
        }
    }
}
