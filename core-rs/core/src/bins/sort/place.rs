//! The third pass: the places of the pieces in the bin order, on as many threads as there are parts.

use super::super::{Run, Runs, RunsPart, RUN};
use super::pieces::{Found, Piece};
use crate::parallel::{apart, Split};
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
                let pieces: u32 = found.tallies[first..=b].iter().map(|tally| tally.pieces()).sum();
                let runs = RunsPart::with_room(places, pieces as usize);
                parts.push(Self { bins: first..b + 1, runs });
                first = b + 1;
            }
        }
        parts
    }

    /// Gives every piece of the part its place.
    pub fn place(&mut self, offsets: &[u32], pieces: &[Vec<Piece>]) {
        let bins = self.bins.clone();
        let base = offsets[bins.start];
        let mut next: Vec<u32> = offsets[bins.clone()].iter().map(|offset| offset - base).collect();
        let ends: Vec<u32> = offsets[bins.start + 1..=bins.end].iter().map(|offset| offset - base).collect();
        let mut start = 0;
        for list in pieces {
            start = apart(|| self.place_list(&mut next, &ends, list, start));
        }
    }

    /// The same of one list, whose first pixel is `start`; gives the one behind its last. `next` and `ends`: the next place
    /// of each bin of the part, and the one behind its last.
    #[inline(always)]
    fn place_list(&mut self, next: &mut [u32], ends: &[u32], list: &[Piece], mut end: u32) -> u32 {
        let Self { bins, runs } = self;
        for &piece in list {
            let (start, length) = (end, piece.length());
            end += length;
            let Some(bin) = piece.bin().map(|bin| bin.wrapping_sub(bins.start)) else { continue };
            let Some(next) = next.get_mut(bin) else { continue };
            let place = *next;
            *next += length;
            if place + RUN as u32 <= ends[bin] {
                // What this moves too much is overwritten by the bin's next piece.
                runs.push_wide(Run { start, place, length });
            } else {
                runs.exact.push(Run { start, place, length });
            }
        }
        end
    }
}

/// Parts that are placed on different threads.
pub struct Parts<'a>(pub &'a mut [Part]);

impl Split for Parts<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.0.len() < 2 {
            return Err(self);
        }
        let (left, right) = self.0.split_at_mut(self.0.len() / 2);
        Ok((Self(left), Self(right)))
    }
}
