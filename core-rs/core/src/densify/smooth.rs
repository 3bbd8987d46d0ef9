//! The background itself, rounded: no noise.

// Arrays side by side, a loop over all: what compilers turn into vector instructions.
#![allow(clippy::needless_range_loop)]

use super::pixels::{Block, Fill, Pixels, BLOCK};
use super::places::{PlaceScale, MASKED};
use super::DensePixel;
use crate::simd::Kernel;

/// A value on a bin centre and how much it changes with a step of the place: interpolation from one place in memory.
pub type Line = [f64; 2];

/// Fills `lines` from the values on the bin centres. Beyond the last centre the value stays.
pub fn update_lines(lines: &mut [Line], values: &[f32], scale: PlaceScale) {
    for (b, line) in lines.iter_mut().enumerate() {
        let value = f64::from(values[b]);
        let next = values.get(b + 1).map_or(value, |&next| f64::from(next));
        *line = [value, (next - value) * scale.step()];
    }
}

/// Pixels and what they are made of.
pub struct Smooth<'a, T> {
    pub pixels: Pixels<'a, T>,
    pub lines: &'a [Line],
    pub scale: PlaceScale,
    pub dummy: T,
}

impl<T: DensePixel> Kernel for Smooth<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { pixels, lines, scale, dummy } = self;
        pixels.fill(Lines { lines, scale, dummy, near: [[0.0; 2]; BLOCK], values: [0.0; BLOCK] });
    }
}

struct Lines<'a, T> {
    lines: &'a [Line],
    scale: PlaceScale,
    dummy: T,
    near: [Line; BLOCK],
    values: [f64; BLOCK],
}

impl<T: DensePixel> Fill<T> for Lines<'_, T> {
    #[inline(always)]
    fn fill(&mut self, Block { out, places, norms, .. }: Block<T>) {
        let Self { lines, scale, dummy, near, values } = self;
        for (near, &place) in near.iter_mut().zip(places) {
            // Masked pixels have none.
            if let Some(&line) = lines.get(scale.bin(place)) {
                *near = line;
            }
        }
        for i in 0..BLOCK {
            values[i] = near[i][0] + f64::from(scale.steps(places[i])) * near[i][1];
        }
        if let Some(norms) = norms {
            for i in 0..BLOCK {
                values[i] *= f64::from(norms[i]);
            }
        }
        for i in 0..BLOCK {
            out[i] = if places[i] == MASKED { *dummy } else { T::nearest(values[i]) };
        }
    }
}
