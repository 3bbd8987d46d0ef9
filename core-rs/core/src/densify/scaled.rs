//! Noise where a look into a table is not all: frames with norms, of floats, and of charge.

// Arrays side by side, a loop over all: what compilers turn into vector instructions.
#![allow(clippy::needless_range_loop)]

use super::noisy::{ring_of, Bound, Draws, Row};
use super::pixels::{Block, Fill, BLOCK};
use super::places::MASKED;
use super::tables::BITS;
use super::{DensePixel, Noise};
use crate::random::{fill_words, uniform, Stream};

/// Which of a pixel's words says where it falls when it is rounded; the first draws.
pub const ROUNDING: u32 = 1;

/// A number that was drawn for the ring's mean norm, for a norm that is a `ratio` larger: its mean is in proportion, and
/// its scatter with the root where the ring has a `pivot`. Whole numbers are rounded up as often as what is cut off says.
#[inline(always)]
pub fn scaled<T: DensePixel>(number: f64, ratio: f64, pivot: f64, word: u32, least: f64) -> f64 {
    let part = if pivot == 0.0 { ratio } else { ratio.sqrt() };
    let value = part * number + pivot * (ratio - part);
    if !T::WHOLE {
        return value;
    }
    let whole = (value + uniform(word)).floor();
    if whole > least {
        whole
    } else {
        least
    }
}

/// Fills blocks step by step through small arrays.
pub struct Scaled<'a, T> {
    draws: Draws<'a, T>,
    bound: Bound,
    words: [[u32; 4]; BLOCK / 4],
    rounding: [[u32; 4]; BLOCK / 4],
    rows: [Row; BLOCK],
    numbers: [f64; BLOCK],
    norms: [f64; BLOCK],
    /// 1 over the norm of the ring, and its pivot
    per_norms: [f64; BLOCK],
    pivots: [f64; BLOCK],
    /// 1 where the number lies above the pixel's own cut-off
    above: [u32; BLOCK],
}

impl<'a, T: DensePixel> Scaled<'a, T> {
    #[inline(always)]
    pub fn new(draws: Draws<'a, T>) -> Self {
        Self {
            draws,
            bound: Bound::new(draws.cutoff),
            words: [[0; 4]; BLOCK / 4],
            rounding: [[0; 4]; BLOCK / 4],
            rows: [[0.0; 4]; BLOCK],
            numbers: [0.0; BLOCK],
            norms: [1.0; BLOCK],
            per_norms: [1.0; BLOCK],
            pivots: [0.0; BLOCK],
            above: [0; BLOCK],
        }
    }
}

impl<T: DensePixel> Fill<T> for Scaled<'_, T> {
    #[inline(always)]
    fn fill(&mut self, Block { first, out, places, norms }: Block<T>) {
        let Draws { tables, scale, rows, dummy, noise: Noise { seed, frame, .. }, .. } = self.draws;
        let quad = (first / 4) as u32;
        fill_words(Stream::Densify, seed, frame, quad, 0, &mut self.words);
        let words: &[u32; BLOCK] = self.words.as_flattened().try_into().expect("a word a pixel");
        for i in 0..BLOCK {
            let number = ring_of(scale, places[i], words[i]);
            // Masked pixels may have none.
            let (Some(&row), Some(ring)) = (rows.get(scale.bin(places[i])), tables.rings.get(number)) else {
                continue;
            };
            let uniform = words[i] >> (u32::BITS - BITS);
            self.rows[i] = row;
            self.numbers[i] = tables.number(number, uniform, tables.value(number, uniform), T::WHOLE);
            (self.per_norms[i], self.pivots[i]) = (ring.per_norm, ring.pivot);
        }
        if let Some(norms) = norms {
            fill_words(Stream::Densify, seed, frame, quad, ROUNDING, &mut self.rounding);
            let rounding: &[u32; BLOCK] = self.rounding.as_flattened().try_into().expect("a word a pixel");
            for i in 0..BLOCK {
                self.norms[i] = f64::from(norms[i]);
                let ratio = self.norms[i] * self.per_norms[i];
                self.numbers[i] =
                    scaled::<T>(self.numbers[i], ratio, self.pivots[i], rounding[i], tables.least);
            }
        }
        let mut above = 0;
        for i in 0..BLOCK {
            let steps = f64::from(scale.steps(places[i]));
            let [mean, mean_slope, std, std_slope] = self.rows[i];
            let (mean, std) = (mean + steps * mean_slope, std + steps * std_slope);
            let (pixel, masked) = (T::nearest(self.numbers[i]), places[i] == MASKED);
            out[i] = if masked { dummy } else { pixel };
            let exceeded = self.bound.exceeded_by(pixel.number(), mean, std, self.norms[i]);
            self.above[i] = u32::from(exceeded & !masked);
            above |= self.above[i];
        }
        if above != 0 {
            for i in (0..BLOCK).filter(|&i| self.above[i] != 0) {
                let norm = norms.map(|norms| (norms[i], self.rounding[i / 4][i % 4]));
                out[i] = self.draws.draw(places[i], self.words[i / 4][i % 4], norm);
            }
        }
    }
}
