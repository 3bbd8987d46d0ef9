//! The third pass: the places of the pieces in the bin order, on as many threads as there are parts.

use super::super::{Run, Runs, RunsPart, Wide, RUN};
use super::find::{Found, Piece};
use crate::parallel::Split;
use std::ops::Range;

/// The bins of one part of the runs, and the runs found so far.
pub struct Part {
    bins: Range<usize>,
    pub runs: RunsPart,
}

impl Part {
    /// One part a thread, see [`Runs::new`].
    pub fn all(offsets: &[u32], found: &Found, threads: usize) -> Vec<Self> {
        let (count, pixels) = (offsets.len() - 1, offsets[offsets.len() - 1] as usize);
        let size = Runs::part_size(pixels, threads);
        let (mut parts, mut first) = (Vec::new(), 0);
        for b in 0..count {
            let places = (offsets[b + 1] - offsets[first]) as usize;
            if places >= size || b + 1 == count {
                let pieces: u32 = found.piece_counts[first..=b].iter().sum();
                let wide = Vec::with_capacity(pieces as usize);
                parts.push(Self { bins: first..b + 1, runs: RunsPart { places, wide, exact: Vec::new() } });
                first = b + 1;
            }
        }
        parts
    }
}

/// The third pass over a part.
pub struct Job<'a> {
    pub part: &'a mut Part,
    pub order: &'a mut [u32],
    pub ordered_radius: &'a mut [f32],
}

impl Job<'_> {
    /// Gives every piece of the part its place. `radius`: with spare ones behind, so that any piece can be read by its full
    /// width.
    pub fn place(&mut self, offsets: &[u32], pieces: &[Vec<Piece>], radius: &[f32]) {
        let Self { part: Part { bins, runs }, order, ordered_radius } = self;
        let base = offsets[bins.start];
        let mut next: Vec<u32> = offsets[bins.clone()].iter().map(|offset| offset - base).collect();
        let ends: Vec<u32> = offsets[bins.start + 1..=bins.end].iter().map(|offset| offset - base).collect();
        let mut end = 0;
        for &piece in pieces.iter().flatten() {
            let (start, length) = (end, piece.length());
            end += length;
            let Some(bin) = piece.bin().map(|bin| bin.wrapping_sub(bins.start)) else { continue };
            let Some(next) = next.get_mut(bin) else { continue };
            let place = *next;
            *next += length;
            let (from, to) = (start as usize, place as usize);
            if place + RUN as u32 <= ends[bin] {
                // What this writes too much is overwritten by the bin's next piece.
                runs.wide.push(Wide { start, place });
                let four: [u32; RUN] = std::array::from_fn(|lane| start + lane as u32);
                order[to..to + RUN].copy_from_slice(&four);
                ordered_radius[to..to + RUN].copy_from_slice(&radius[from..from + RUN]);
            } else {
                runs.exact.push(Run { start, place, length });
                for lane in 0..length as usize {
                    order[to + lane] = start + lane as u32;
                    ordered_radius[to + lane] = radius[from + lane];
                }
            }
        }
    }
}

/// Parts that are placed on different threads.
pub struct Jobs<'a, 'b>(pub &'a mut [Job<'b>]);

impl Split for Jobs<'_, '_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.0.len() < 2 {
            return Err(self);
        }
        let (left, right) = self.0.split_at_mut(self.0.len() / 2);
        Ok((Self(left), Self(right)))
    }
}
