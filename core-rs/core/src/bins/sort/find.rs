//! The first two passes: the range of radii, and the bin of each pixel.

use super::super::{Strips, RUN};
use crate::parallel::{threads, Split, WORTH_A_THREAD};
use crate::simd::{truncate, Kernel};
use std::ops::Range;

/// The bin of masked pixels.
const MASKED: u32 = u32::MAX;

/// Neighbouring strips.
pub struct Band<'a, S: ?Sized> {
    strips: &'a S,
    range: Range<usize>,
    masked: &'a [u8],
    /// of these strips; or nothing
    radius: &'a mut [f32],
    /// strips that are worth a thread
    least: usize,
}

impl<'a, S: Strips + ?Sized> Band<'a, S> {
    pub fn new(strips: &'a S, masked: &'a [u8], radius: &'a mut [f32]) -> Self {
        let (pixels, length) = (strips.pixels(), strips.length());
        // Few, since each has counts of its own for every bin.
        let least = WORTH_A_THREAD.max(pixels / (4 * threads())).div_ceil(length);
        Self { strips, range: 0..pixels.div_ceil(length), masked, radius, least }
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
        if self.range.len() < 2 * self.least {
            return Err(self);
        }
        let Self { strips, range, masked, radius, least } = self;
        let middle = range.start + range.len() / 2;
        let cut = ((middle - range.start) * strips.length()).min(radius.len());
        let (radius, right) = radius.split_at_mut(cut);
        Ok((
            Self { strips, range: range.start..middle, masked, radius, least },
            Self { strips, range: middle..range.end, masked, radius: right, least },
        ))
    }
}

/// The smallest and the largest radius that is not masked.
pub struct Extent<'a, S: ?Sized>(pub Band<'a, S>);

impl<S: Strips + ?Sized> Kernel for Extent<'_, S> {
    type Out = (f64, f64);

    #[inline(always)]
    fn run(self) -> (f64, f64) {
        const LANES: usize = 16;
        let Self(band) = self;
        let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let mut radii = vec![f64::NAN; band.strips.length().next_multiple_of(LANES)];
        let mut masked = vec![1; radii.len()];
        for strip in band.range.clone() {
            let pixels = band.pixels(strip);
            band.strips.radii(strip, &mut radii[..pixels.len()]);
            masked[pixels.len()..].fill(1);
            masked[..pixels.len()].copy_from_slice(&band.masked[pixels]);
            for (radii, masked) in radii.chunks_exact(LANES).zip(masked.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    // No comparison with NaN is true.
                    let r = if masked[lane] == 0 { radii[lane] } else { f64::NAN };
                    low[lane] = if r < low[lane] { r } else { low[lane] };
                    high[lane] = if r > high[lane] { r } else { high[lane] };
                }
            }
        }
        (low.into_iter().fold(f64::INFINITY, f64::min), high.into_iter().fold(f64::NEG_INFINITY, f64::max))
    }
}

/// How radii become bins.
#[derive(Clone, Copy)]
pub struct Scale {
    pub low: f64,
    pub range: f64,
    pub count: usize,
    /// the first bin's centre
    pub first: f32,
}

/// Up to [`RUN`] neighbouring pixels of a strip in one bin.
#[derive(Clone, Copy)]
pub struct Piece {
    pub start: u32,
    /// 4 · bin + length − 1
    pub bin_and_length: u32,
}

impl Piece {
    #[inline(always)]
    fn new(start: u32, bin: u32, length: usize) -> Self {
        Self { start, bin_and_length: bin << 2 | (length as u32 - 1) }
    }

    #[inline(always)]
    pub fn bin(self) -> usize {
        (self.bin_and_length >> 2) as usize
    }

    #[inline(always)]
    pub fn length(self) -> usize {
        (self.bin_and_length & 3) as usize + 1
    }
}

/// What the second pass finds.
pub struct Found {
    /// per bin
    pub pixels: Vec<u32>,
    /// how many, per bin
    pub piece_counts: Vec<u32>,
    /// in raster order, list after list
    pub pieces: Vec<Vec<Piece>>,
}

impl Found {
    pub fn merge(mut left: Self, mut right: Self) -> Self {
        left.pixels.iter_mut().zip(&right.pixels).for_each(|(left, right)| *left += right);
        left.piece_counts.iter_mut().zip(&right.piece_counts).for_each(|(left, right)| *left += right);
        left.pieces.append(&mut right.pieces);
        left
    }
}

/// The second pass over a band.
pub struct Find<'a, S: ?Sized>(pub Band<'a, S>, pub Scale);

impl<S: Strips + ?Sized> Kernel for Find<'_, S> {
    type Out = Found;

    #[inline(always)]
    fn run(self) -> Found {
        let Self(band, scale) = self;
        let length = band.strips.length();
        let (mut radii, mut bins, mut starts) = (vec![0.0; length], vec![0; length], vec![0; length + 1]);
        let counts = vec![0; scale.count];
        // Most pieces have two to four pixels.
        let pieces = Vec::with_capacity(band.range.len() * length / 2);
        let mut found = Found { pixels: counts.clone(), piece_counts: counts, pieces: vec![pieces] };
        let first = band.range.start * length;
        for strip in band.range.clone() {
            let pixels = band.pixels(strip);
            let own = &mut band.radius[pixels.start - first..pixels.end - first];
            let (radii, bins) = (&mut radii[..pixels.len()], &mut bins[..pixels.len()]);
            band.strips.radii(strip, radii);
            scale.apply(radii, &band.masked[pixels.clone()], bins, own);
            found.add(pixels.start as u32, bins, &mut starts);
        }
        found
    }
}

impl Scale {
    /// Bins and f32 radii of a strip.
    #[inline(always)]
    fn apply(&self, radii: &[f64], masked: &[u8], bins: &mut [u32], radius: &mut [f32]) {
        let (count, last) = (self.count as f64, (self.count - 1) as i32);
        for (((&r, &m), bin), radius) in radii.iter().zip(masked).zip(bins).zip(radius) {
            let own = truncate((r - self.low) / self.range * count, last) as u32;
            let r = r as f32;
            let r = if r > self.first { r } else { self.first };
            *bin = if m == 0 { own } else { MASKED };
            *radius = if m == 0 { r } else { f32::NAN };
        }
    }
}

impl Found {
    /// Adds the pieces of a strip that begins with pixel `first`. `starts`: room for one more than its pixels.
    #[inline(always)]
    fn add(&mut self, first: u32, bins: &[u32], starts: &mut [u32]) {
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
            let (mut start, end) = (ends[0] as usize, ends[1] as usize);
            let bin = bins[start];
            if bin == MASKED {
                continue;
            }
            self.pixels[bin as usize] += (end - start) as u32;
            while start < end {
                let length = RUN.min(end - start);
                pieces.push(Piece::new(first + start as u32, bin, length));
                self.piece_counts[bin as usize] += 1;
                start += length;
            }
        }
    }
}
