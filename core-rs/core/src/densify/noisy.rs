//! The background with noise below the cut-off: draws of the normal distribution truncated there, by inversion.
//!
//! Blocks of pixels go through small arrays, step by step, in f32. [`Draws::draw`] says in f64 what a pixel becomes; it
//! is called for the few pixels where what f32 rounds away decides whether they lie below the cut-off.

// Arrays side by side, a loop over all: what compilers turn into vector instructions.
#![allow(clippy::needless_range_loop)]

use super::pixels::{Block, Fill, Pixels, BLOCK};
use super::places::{PlaceScale, MASKED};
use super::{DensePixel, Noise};
use crate::background::Background;
use crate::pick::Cutoff;
use crate::random::{fill_words, inverse_normal, uniform, NormalTable, Stream};
use crate::simd::Kernel;

/// What is interpolated for a pixel: mean, std, and the probabilities that a draw lies below the cut-off and above it.
/// Of the two, the smaller is as accurate as the larger.
type Row = [f32; 4];

/// A row on a bin centre and how much it changes with a step of the place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows {
    value: Row,
    slope: Row,
}

/// Relative distance of a limit in f32 from the one in f64: more than the rounding of six operations.
const GUARD: f32 = 1.0 / 1_048_576.0;

/// Fills `rows` from the background on the bin centres; `scale` of the noise is not 0.
pub fn update_rows(
    rows: &mut [Rows],
    background: &Background,
    cutoff: Cutoff,
    noise: &Noise,
    scale: PlaceScale,
) {
    for (b, row) in rows.iter_mut().enumerate() {
        let std = f64::from(background.std[b]);
        let [below, above] = probabilities(cutoff, std, noise.scale);
        row.value = [background.mean[b], background.std[b], below, above];
    }
    let step = scale.step() as f32;
    for b in 0..rows.len() {
        let next = rows[(b + 1).min(rows.len() - 1)].value;
        let row = &mut rows[b];
        row.slope = std::array::from_fn(|k| (next[k] - row.value[k]) * step);
    }
}

/// That a draw lies below the cut-off, and above it.
fn probabilities(cutoff: Cutoff, std: f64, scale: f64) -> [f32; 2] {
    if cutoff.cutoff.is_infinite() || std * scale <= 0.0 {
        return [1.0, 0.0];
    }
    let reach = cutoff.reach(std) / (std * scale) / std::f64::consts::SQRT_2;
    [-reach, reach].map(|x| (0.5 * libm::erfc(x)) as f32)
}

/// Pixels and what they are made of.
pub struct Noisy<'a, T> {
    pub pixels: Pixels<'a, T>,
    pub draws: Draws<'a, T>,
}

impl<T: DensePixel> Kernel for Noisy<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.pixels.fill(Drawn { draws: self.draws, room: Room::new() });
    }
}

/// Everything that draws share.
#[derive(Clone, Copy)]
pub struct Draws<'a, T> {
    pub rows: &'a [Rows],
    pub scale: PlaceScale,
    pub normal: &'a NormalTable,
    pub background: &'a Background,
    pub cutoff: Cutoff,
    pub noise: Noise,
    pub dummy: T,
}

/// What the steps of a block hand on to each other.
struct Room {
    words: [[u32; 4]; BLOCK / 4],
    steps: [f32; BLOCK],
    rows: [Row; BLOCK],
    mean: [f32; BLOCK],
    std: [f32; BLOCK],
    tails: [f32; BLOCK],
    /// the sign bit where the tail is the upper one
    upper: [u32; BLOCK],
    /// the quantile of each tail
    quantiles: [f32; BLOCK],
    norms: [f32; BLOCK],
    /// 1 where f64 must decide
    open: [u32; BLOCK],
}

impl Room {
    fn new() -> Self {
        Self {
            words: [[0; 4]; BLOCK / 4],
            steps: [0.0; BLOCK],
            rows: [[0.0; 4]; BLOCK],
            mean: [0.0; BLOCK],
            std: [0.0; BLOCK],
            tails: [0.0; BLOCK],
            upper: [0; BLOCK],
            quantiles: [0.0; BLOCK],
            norms: [1.0; BLOCK],
            open: [0; BLOCK],
        }
    }
}

struct Drawn<'a, T> {
    draws: Draws<'a, T>,
    room: Room,
}

impl<T: DensePixel> Fill<T> for Drawn<'_, T> {
    #[inline(always)]
    fn fill(&mut self, Block { first, out, places, norms }: Block<T>) {
        let Draws { rows, scale, normal, noise, .. } = self.draws;
        let room = &mut self.room;
        if let Some(norms) = norms {
            room.norms = *norms;
        }
        fill_words(Stream::Densify, noise.seed, noise.frame, (first / 4) as u32, &mut room.words);
        interpolate(rows, scale, places, room);
        find_tails(room);
        let lines = normal.lines();
        for (quantile, &tail) in room.quantiles.iter_mut().zip(&room.tails) {
            // No number has none.
            if let Some(&[z, slope]) = lines.get(NormalTable::cell(tail)) {
                *quantile = z + slope * tail;
            }
        }
        self.finish(places, out);
    }
}

/// Mean, std and probabilities of each pixel.
#[inline(always)]
fn interpolate(rows: &[Rows], scale: PlaceScale, places: &[u32; BLOCK], room: &mut Room) {
    for (steps, &place) in room.steps.iter_mut().zip(places) {
        *steps = scale.steps(place) as f32;
    }
    for i in 0..BLOCK {
        // Masked pixels have none.
        if let Some(Rows { value, slope }) = rows.get(scale.bin(places[i])) {
            room.rows[i] = std::array::from_fn(|k| value[k] + room.steps[i] * slope[k]);
        }
    }
}

/// How probable it is to lie below each draw or above it, the smaller of both.
#[inline(always)]
fn find_tails(room: &mut Room) {
    let words: &[u32; BLOCK] = room.words.as_flattened().try_into().expect("a word a pixel");
    for i in 0..BLOCK {
        let [mean, std, below, above] = room.rows[i];
        (room.mean[i], room.std[i]) = (mean, std);
        // The uniform number or 1 minus it, whichever is at most ½: there f32 is accurate.
        let half = (words[i].min(!words[i]) as i32 as f32 + 0.5) * (1.0 / 4_294_967_296.0);
        let small = (words[i] as i32) >= 0;
        let (u, rest) = if small { (half, 1.0 - half) } else { (1.0 - half, half) };
        let (lower, higher) = (below * u, above + below * rest);
        room.upper[i] = if higher < lower { 1 << 31 } else { 0 };
        let tail = if higher < lower { higher } else { lower };
        room.tails[i] = if tail > NormalTable::SMALLEST { tail } else { NormalTable::SMALLEST };
    }
}

impl<T: DensePixel> Drawn<'_, T> {
    /// From the quantiles to pixels.
    #[inline(always)]
    fn finish(&mut self, places: &[u32; BLOCK], out: &mut [T; BLOCK]) {
        let Draws { cutoff, noise, dummy, .. } = self.draws;
        let room = &mut self.room;
        // Where nothing is cut off, the limit is the largest number of all.
        let truncated = cutoff.cutoff.is_finite();
        let (reach, least) = if truncated { (cutoff.cutoff as f32, f32::MIN) } else { (0.0, f32::MAX) };
        let (noise2, part) = ((cutoff.noise * cutoff.noise) as f32, noise.scale as f32);
        for i in 0..BLOCK {
            let (mean, std) = (room.mean[i], room.std[i]);
            let z = f32::from_bits(room.quantiles[i].to_bits() ^ room.upper[i]);
            let drawn = mean + z * (std * part);
            let value = if drawn > 0.0 { drawn } else { 0.0 } * room.norms[i];
            let limit = (mean + reach * (std * std + noise2).sqrt()) * room.norms[i];
            let limit = if limit < least { least } else { limit };
            let (pixel, sure) = T::drawn(value, limit - limit * GUARD, limit + limit * GUARD);
            let masked = places[i] == MASKED;
            out[i] = if masked { dummy } else { pixel };
            room.open[i] = u32::from(!sure & !masked);
        }
        if room.open.iter().fold(0, |any, open| any | open) != 0 {
            for i in (0..BLOCK).filter(|&i| room.open[i] != 0) {
                out[i] = self.draws.draw(places[i], room.words[i / 4][i % 4], room.norms[i]);
            }
        }
    }
}

impl<T: DensePixel> Draws<'_, T> {
    /// What a pixel becomes, in f64 throughout.
    #[cold]
    #[inline(never)]
    pub fn draw(&self, place: u32, word: u32, norm: f32) -> T {
        let Background { mean, std } = self.background;
        let [mean, std] = [mean, std].map(|values| self.interpolate(place, |b| values[b]));
        let [below, above] = [2, 3].map(|k| self.interpolate(place, |b| self.rows[b].value[k]));
        let u = uniform(word);
        let (below, above) = (below * u, above + below * (1.0 - u));
        let smallest = f64::from(NormalTable::SMALLEST);
        let z = inverse_normal(below.min(above).max(smallest));
        let z = if above < below { -z } else { z };
        let (drawn, norm) = (mean + z * std * self.noise.scale, f64::from(norm));
        let nearest = T::nearest(if drawn > 0.0 { drawn * norm } else { 0.0 });
        match self.cutoff.cutoff.is_finite() {
            true => nearest.at_most((mean + self.cutoff.reach(std)) * norm),
            false => nearest,
        }
    }

    fn interpolate(&self, place: u32, value: impl Fn(usize) -> f32) -> f64 {
        let last = self.rows.len() - 1;
        let bin = self.scale.bin(place).min(last);
        let (low, high) = (f64::from(value(bin)), f64::from(value((bin + 1).min(last))));
        low + f64::from(self.scale.steps(place)) * self.scale.step() * (high - low)
    }
}
