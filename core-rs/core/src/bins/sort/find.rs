//! The first two passes: the range of radii, and the bin of each pixel.

use super::super::windows::{Far, Part, GROUP, NOWHERE};
use super::super::{Strips, RUN};
use crate::parallel::{threads, Split, WORTH_A_THREAD};
use crate::simd::{truncate, Kernel};
use std::ops::Range;

/// Neighbouring strips.
pub struct Band<'a, S: ?Sized> {
    strips: &'a S,
    range: Range<usize>,
    masked: &'a [u8],
    /// strips that are worth a thread
    least: usize,
}

impl<'a, S: Strips + ?Sized> Band<'a, S> {
    pub fn new(strips: &'a S, masked: &'a [u8]) -> Self {
        let (pixels, length) = (strips.pixels(), strips.length());
        // Few, since each has counts of its own for every bin.
        let least = WORTH_A_THREAD.max(pixels / (8 * threads().max(2))).div_ceil(length);
        Self { strips, range: 0..pixels.div_ceil(length), masked, least }
    }

    /// Pixels of a strip.
    #[inline(always)]
    fn pixels(&self, strip: usize) -> Range<usize> {
        let length = self.strips.length();
        strip * length..((strip + 1) * length).min(self.strips.pixels())
    }
}

impl<S: Strips + ?Sized> Split for Band<'_, S> {
    fn split(self) -> Result<(Self, Self), Self> {
        // Whole groups on either side, whatever the length of a strip.
        let middle = (self.range.start + self.range.len() / 2).next_multiple_of(GROUP);
        if self.range.len() < 2 * self.least || middle >= self.range.end {
            return Err(self);
        }
        let Self { strips, range, masked, least } = self;
        Ok((
            Self { strips, range: range.start..middle, masked, least },
            Self { strips, range: middle..range.end, masked, least },
        ))
    }
}

/// The smallest and the largest radius that is not masked. Strips whose bounds lie within what is found are passed over:
/// on a detector nearly all, once those near the beam and in the corners have been looked at.
pub struct Extent<'a, S: ?Sized>(pub Band<'a, S>);

impl<S: Strips + ?Sized> Kernel for Extent<'_, S> {
    type Out = (f64, f64);

    #[inline(always)]
    fn run(self) -> (f64, f64) {
        let Self(band) = self;
        let bounds: Vec<(f64, f64)> = band.range.clone().map(|strip| band.strips.bounds(strip)).collect();
        let first = |by: fn(&(f64, f64)) -> f64| {
            (0..bounds.len()).min_by(|&a, &b| by(&bounds[a]).total_cmp(&by(&bounds[b])))
        };
        let promising = [first(|bounds| bounds.0), first(|bounds| -bounds.1)];
        let mut look = Look::new(&band);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for at in promising.into_iter().flatten().chain(0..bounds.len()) {
            if bounds[at].0 < low || bounds[at].1 > high {
                (low, high) = look.at(band.range.start + at, low, high);
            }
        }
        (low, high)
    }
}

/// Pixels that are looked at side by side.
const LANES: usize = 16;

/// Looking through strips, several pixels at a time.
struct Look<'a, S: ?Sized> {
    band: &'a Band<'a, S>,
    radii: Vec<f64>,
    masked: Vec<u8>,
}

impl<'a, S: Strips + ?Sized> Look<'a, S> {
    fn new(band: &'a Band<'a, S>) -> Self {
        let room = band.strips.length().next_multiple_of(LANES);
        Self { band, radii: vec![f64::NAN; room], masked: vec![1; room] }
    }

    /// The extent so far, and a strip's.
    #[inline(always)]
    fn at(&mut self, strip: usize, low: f64, high: f64) -> (f64, f64) {
        let Self { band, radii, masked } = self;
        let pixels = band.pixels(strip);
        band.strips.radii(strip, &mut radii[..pixels.len()]);
        masked[pixels.len()..].fill(1);
        masked[..pixels.len()].copy_from_slice(&band.masked[pixels]);
        let (mut lows, mut highs) = ([low; LANES], [high; LANES]);
        for (radii, masked) in radii.chunks_exact(LANES).zip(masked.chunks_exact(LANES)) {
            for lane in 0..LANES {
                // No comparison with NaN is true.
                let r = if masked[lane] == 0 { radii[lane] } else { f64::NAN };
                lows[lane] = if r < lows[lane] { r } else { lows[lane] };
                highs[lane] = if r > highs[lane] { r } else { highs[lane] };
            }
        }
        (lows.into_iter().fold(low, f64::min), highs.into_iter().fold(high, f64::max))
    }
}

/// How radii become bins.
#[derive(Clone, Copy)]
pub struct Scale {
    pub(super) low: f64,
    pub(super) range: f64,
    pub(super) count: usize,
}

/// Up to [`RUN`] neighbouring pixels of a strip in one bin, or any number of masked ones. It begins where the one before
/// ends: a list of them takes half the memory that it would with its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece(u32);

impl Piece {
    const GAP: u32 = 1 << 31;

    #[inline(always)]
    fn new(bin: u32, length: u32) -> Self {
        Self(bin << 2 | (length - 1))
    }

    #[inline(always)]
    fn gap(length: u32) -> Self {
        Self(Self::GAP | length)
    }

    /// The bin, `None` of masked pixels.
    #[inline(always)]
    pub fn bin(self) -> Option<usize> {
        (self.0 & Self::GAP == 0).then_some((self.0 >> 2) as usize)
    }

    /// Number of pixels.
    #[inline(always)]
    pub fn length(self) -> u32 {
        if self.0 & Self::GAP == 0 {
            (self.0 & 3) + 1
        } else {
            self.0 & !Self::GAP
        }
    }
}

/// What the second pass finds.
pub struct Found {
    /// per bin
    pub pixels: Vec<u32>,
    /// how many, per bin
    pub piece_counts: Vec<u32>,
    /// of all pixels in raster order, list after list
    pub pieces: Vec<Vec<Piece>>,
    /// see [`Windows`](super::super::Windows)
    pub far: Vec<Far>,
}

impl Found {
    pub fn merge(mut left: Self, mut right: Self) -> Self {
        left.pixels.iter_mut().zip(&right.pixels).for_each(|(left, right)| *left += right);
        left.piece_counts.iter_mut().zip(&right.piece_counts).for_each(|(left, right)| *left += right);
        left.pieces.append(&mut right.pieces);
        left.far.append(&mut right.far);
        left
    }
}

/// The second pass over a band.
pub struct Find<'a, S: ?Sized> {
    pub band: Band<'a, S>,
    pub scale: Scale,
    /// of the band's pixels, where they are wanted
    pub windows: Option<Part<'a>>,
}

impl<S: Strips + ?Sized> Split for Find<'_, S> {
    fn split(self) -> Result<(Self, Self), Self> {
        let Self { band, scale, windows } = self;
        match band.split() {
            Err(band) => Err(Self { band, scale, windows }),
            Ok((left, right)) => {
                let pixels = left.range.len() * left.strips.length();
                let (windows, others) = windows.map(|windows| windows.split_at(pixels)).unzip();
                Ok((Self { band: left, scale, windows }, Self { band: right, scale, windows: others }))
            }
        }
    }
}

impl<S: Strips + ?Sized> Kernel for Find<'_, S> {
    type Out = Found;

    #[inline(always)]
    fn run(self) -> Found {
        let Self { band, scale, mut windows } = self;
        let length = band.strips.length();
        let (mut radii, mut starts) = (vec![0.0; length], vec![0; length + 1]);
        let counts = vec![0; scale.count];
        // Most pieces have two to four pixels.
        let pieces = Vec::with_capacity(band.range.len() * length / 2);
        let mut found =
            Found { pixels: counts.clone(), piece_counts: counts, pieces: vec![pieces], far: Vec::new() };
        // A strip's, behind those of a group that is not whole yet.
        let (mut bins, mut left, mut group) = (vec![0; GROUP + length], 0, 0);
        for strip in band.range.clone() {
            let pixels = band.pixels(strip);
            let end = left + pixels.len();
            let radii = &mut radii[..pixels.len()];
            band.strips.radii(strip, radii);
            scale.apply(radii, &band.masked[pixels], &mut bins[left..end]);
            found.add(&bins[left..end], &mut starts);
            let Some(windows) = &mut windows else { continue };
            let (groups, rest) = bins[..end].as_chunks();
            windows.put(group, groups, &mut found.far);
            group += groups.len();
            left = rest.len();
            bins.copy_within(end - left..end, 0);
        }
        if let (Some(windows), true) = (&mut windows, left > 0) {
            bins[left..GROUP].fill(NOWHERE);
            windows.put(group, &bins.as_chunks().0[..1], &mut found.far);
        }
        found
    }
}

impl Scale {
    /// Lower end and width of the radial range.
    pub fn parameters(&self) -> [f64; 2] {
        [self.low, self.range]
    }

    /// Width of a bin.
    pub fn width(&self) -> f64 {
        self.range / self.count as f64
    }

    /// The scale of these, and a number of bins.
    pub fn of([low, range]: [f64; 2], count: usize) -> Self {
        Self { low, range, count }
    }

    /// The bin of a radius.
    #[inline(always)]
    pub fn bin(&self, r: f64) -> u32 {
        truncate((r - self.low) / self.range * self.count as f64, (self.count - 1) as i32) as u32
    }

    /// Bins of a strip.
    #[inline(always)]
    fn apply(&self, radii: &[f64], masked: &[u8], bins: &mut [u32]) {
        for ((&r, &m), bin) in radii.iter().zip(masked).zip(bins) {
            let own = self.bin(r);
            *bin = if m == 0 { own } else { NOWHERE };
        }
    }
}

impl Found {
    /// Adds the pieces of a strip. `starts`: room for one more than its pixels.
    #[inline(always)]
    fn add(&mut self, bins: &[u32], starts: &mut [u32]) {
        // Every pixel's number is written, and stays where its bin is not the one before: no branch to be mispredicted.
        let Some(&(mut before)) = bins.first() else { return };
        let mut count = 1;
        starts[0] = 0;
        for (i, &bin) in bins.iter().enumerate() {
            starts[count] = i as u32;
            count += usize::from(before != bin);
            before = bin;
        }
        starts[count] = bins.len() as u32;
        let [pieces] = &mut self.pieces[..] else { return };
        for ends in starts[..=count].windows(2) {
            let (bin, mut left) = (bins[ends[0] as usize], ends[1] - ends[0]);
            if bin == NOWHERE {
                pieces.push(Piece::gap(left));
                continue;
            }
            self.pixels[bin as usize] += left;
            while left > 0 {
                let length = left.min(RUN as u32);
                pieces.push(Piece::new(bin, length));
                self.piece_counts[bin as usize] += 1;
                left -= length;
            }
        }
    }
}
