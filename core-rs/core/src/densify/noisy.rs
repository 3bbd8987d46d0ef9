//! The background with noise: draws from the tables of the rings, below the cut-off at each pixel's own radius.
//!
//! A pixel between two bin centres draws from the ring of either, of the nearer one more often. Where the number drawn
//! lies above the pixel's own cut-off, what is left of its uniform number draws again below it. [`Draws::draw`] says
//! what a pixel becomes; most are one look into a table and one comparison away from it.

use super::pixels::{Block, Fill, Pixels, BLOCK};
use super::places::{PlaceScale, MASKED};
use super::scaled::{scaled, Scaled};
use super::tables::{Cell, Ring, Tables, BITS, END, MOST_SAFE};
use super::{DensePixel, Noise};
use crate::background::Background;
use crate::pick::Cutoff;
use crate::random::{fill_words, words_at, Stream};
use crate::simd::Kernel;

/// Mean and std on a bin centre, each with how much it changes with a step of the place.
pub type Row = [f64; 4];

/// Fills `rows` from the background on the bin centres.
pub fn update_rows(rows: &mut [Row], background: &Background, scale: PlaceScale) {
    let last = rows.len() - 1;
    for (b, row) in rows.iter_mut().enumerate() {
        let [mean, std] = [&background.mean, &background.std].map(|values| {
            let (low, high) = (f64::from(values[b]), f64::from(values[(b + 1).min(last)]));
            [low, (high - low) * scale.step()]
        });
        *row = [mean[0], mean[1], std[0], std[1]];
    }
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
        let Self { pixels, draws } = self;
        if pixels.norms.is_some() || !T::WHOLE || draws.tables.spread {
            return pixels.fill(Scaled::new(draws));
        }
        pixels.fill(Drawn { draws, words: [[0; 4]; BLOCK / 4], counts: [0; BLOCK], open: [0; BLOCK] });
    }
}

/// Everything that draws share.
#[derive(Clone, Copy)]
pub struct Draws<'a, T> {
    pub rows: &'a [Row],
    /// per bin: counts up to here lie below the cut-off of every pixel between its centre and the next
    pub safe: &'a [i32],
    pub tables: &'a Tables,
    pub scale: PlaceScale,
    pub cutoff: Cutoff,
    pub noise: Noise,
    pub dummy: T,
}

/// Fills `safe` of [`Draws`].
pub fn update_safe(safe: &mut [i32], background: &Background, cutoff: Cutoff) {
    let Background { mean, std } = background;
    for (b, safe) in safe.iter_mut().enumerate() {
        let next = (b + 1).min(mean.len() - 1);
        let ends = |of: &[f32]| [f64::from(of[b]), f64::from(of[next])];
        let [low, high] = ends(std);
        let std = if cutoff.cutoff < 0.0 { low.max(high) } else { low.min(high) };
        let [low, high] = ends(mean);
        *safe = match cutoff.cutoff.is_infinite() {
            true => MOST_SAFE,
            // One part in 10¹² less than the line between both may round to.
            false => {
                let limit = low.min(high) + cutoff.reach(std);
                ((limit - 1e-12 * limit.abs()).floor() as i32).min(MOST_SAFE)
            }
        };
    }
}

struct Drawn<'a, T> {
    draws: Draws<'a, T>,
    words: [[u32; 4]; BLOCK / 4],
    counts: [i32; BLOCK],
    /// 1 where the table does not tell all
    open: [u32; BLOCK],
}

impl<T: DensePixel> Fill<T> for Drawn<'_, T> {
    #[inline(always)]
    fn fill(&mut self, Block { first, out, places, .. }: Block<T>) {
        let Draws { tables, scale, safe, noise, dummy, .. } = self.draws;
        let quad = (first / 4) as u32;
        fill_words(Stream::Densify, noise.seed, noise.frame, quad, 0, &mut self.words);
        let words: &[u32; BLOCK] = self.words.as_flattened().try_into().expect("a word a pixel");
        let (guides, cells) = (&tables.guides[..], &tables.cells[..]);
        for i in 0..BLOCK {
            let (place, word) = (places[i], words[i]);
            // Masked pixels may have none.
            let (Some(&safe), Some(guide)) =
                (safe.get(scale.bin(place)), guides.get(ring_of(scale, place, word)))
            else {
                continue;
            };
            let uniform = word >> (u32::BITS - BITS);
            let Some(&Cell { next, count }) = cells.get((guide.first + (uniform >> guide.shift)) as usize)
            else {
                continue;
            };
            let count = count.wrapping_add(i32::from(uniform >= next));
            self.counts[i] = count;
            self.open[i] = u32::from((next == 0) | (count > safe));
        }
        let mut open = 0;
        for i in 0..BLOCK {
            let masked = places[i] == MASKED;
            out[i] = if masked { dummy } else { T::count(self.counts[i]) };
            self.open[i] &= u32::from(!masked);
            open |= self.open[i];
        }
        if open != 0 {
            for i in (0..BLOCK).filter(|&i| self.open[i] != 0) {
                out[i] = self.draws.draw(places[i], self.words[i / 4][i % 4], None);
            }
        }
    }
}

/// The ring that a pixel draws from.
#[inline(always)]
pub fn ring_of(scale: PlaceScale, place: u32, word: u32) -> usize {
    scale.bin(place) + usize::from((word & 0xff) < scale.fraction(place))
}

impl<T: DensePixel> Draws<'_, T> {
    /// What a pixel becomes; `norm`: its norm and the word that rounds it.
    pub fn draw(&self, place: u32, word: u32, norm: Option<(f32, u32)>) -> T {
        let (ring, uniform) = (ring_of(self.scale, place, word), word >> (u32::BITS - BITS));
        let pixel = self.pixel(ring, uniform, self.tables.value(ring, uniform), norm);
        let scale = norm.map_or(1.0, |(norm, _)| f64::from(norm));
        let [mean, std] = self.moments(place);
        match Bound::new(self.cutoff).exceeded_by(pixel.number(), mean, std, scale) {
            true => self.below(ring, uniform, (mean + self.cutoff.reach(std)).max(self.tables.least), norm),
            false => pixel,
        }
    }

    /// What a pixel becomes whose number lies above its `limit`: the uniform number that is left beyond the last value
    /// below it is one of all below.
    #[cold]
    fn below(&self, ring: usize, uniform: u32, limit: f64, norm: Option<(f32, u32)>) -> T {
        let Ring { low, step, per_norm, slots, .. } = self.tables.rings[ring];
        let end = step - if T::WHOLE { 1.0 } else { 0.0 };
        let fits = |value: u32| (low + step * f64::from(value) + end) * per_norm <= limit;
        let drawn = self.tables.value(ring, uniform);
        let most = (0..=drawn).rev().find(|&value| fits(value));
        let (uniform, value) = match most {
            None => (0, 0),
            Some(most) if most == drawn => (uniform, drawn),
            Some(most) => {
                let from = self.tables.slots[(slots + most + 1) as usize].from;
                let rest = u64::from(uniform.saturating_sub(from)) * u64::from(from);
                let part = (rest / u64::from((END - from).max(1))) as u32;
                (part, self.tables.value(ring, part).min(most))
            }
        };
        let scale = norm.map_or(1.0, |(norm, _)| f64::from(norm));
        self.pixel(ring, uniform, value, norm).at_most(limit * scale)
    }

    /// A value as a pixel.
    fn pixel(&self, ring: usize, uniform: u32, value: u32, norm: Option<(f32, u32)>) -> T {
        let number = self.tables.number(ring, uniform, value, T::WHOLE);
        let Ring { per_norm, pivot, .. } = self.tables.rings[ring];
        T::nearest(match norm {
            Some((norm, word)) => {
                scaled::<T>(number, f64::from(norm) * per_norm, pivot, word, self.tables.least)
            }
            None => number,
        })
    }

    /// Mean and std of the background at a place.
    fn moments(&self, place: u32) -> [f64; 2] {
        let [mean, mean_slope, std, std_slope] = self.rows[self.scale.bin(place)];
        let steps = f64::from(self.scale.steps(place));
        [mean + steps * mean_slope, std + steps * std_slope]
    }
}

/// The cut-off in squares: without a root.
#[derive(Clone, Copy)]
pub struct Bound {
    square: f64,
    noise: f64,
    /// more than any square where nothing is cut off
    free: f64,
}

impl Bound {
    pub fn new(Cutoff { cutoff, noise }: Cutoff) -> Self {
        let free = cutoff.is_infinite();
        Self {
            square: if free { 0.0 } else { cutoff * cutoff.abs() },
            noise: noise * noise,
            free: if free { f64::MAX } else { 0.0 },
        }
    }

    /// Whether a value lies above `(mean + cutoff·√(std² + noise²))·norm`.
    #[inline(always)]
    pub fn exceeded_by(&self, value: f64, mean: f64, std: f64, norm: f64) -> bool {
        let distance = value - mean * norm;
        distance * distance.abs() > self.square * (std * std + self.noise) * (norm * norm) + self.free
    }
}

/// The word that a pixel is drawn by.
pub fn draw_word(noise: &Noise, pixel: usize) -> u32 {
    words_at(Stream::Densify, noise.seed, noise.frame, (pixel / 4) as u32, 0)[pixel % 4]
}
