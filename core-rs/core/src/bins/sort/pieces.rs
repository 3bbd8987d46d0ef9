//! What the second pass finds: the pixels of a strip as pieces of neighbours in one bin.

use super::super::windows::{Far, GROUP, NOWHERE};
use super::super::RUN;
use crate::simd::sorting::changes;

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

/// Pixels of a bin and how many pieces they are in, in one number: both rise with one addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally(u64);

impl Tally {
    #[inline(always)]
    fn of(pixels: u32, pieces: u32) -> Self {
        Self(u64::from(pieces) << 32 | u64::from(pixels))
    }

    #[inline(always)]
    fn add(&mut self, Self(other): Self) {
        self.0 += other;
    }

    /// Number of pixels.
    pub fn pixels(self) -> u32 {
        self.0 as u32
    }

    /// Number of pieces.
    pub fn pieces(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// What the second pass finds.
pub struct Found {
    /// per bin
    pub tallies: Vec<Tally>,
    /// of all pixels in raster order, list after list
    pub pieces: Vec<Vec<Piece>>,
    /// see [`Windows`](super::super::Windows)
    pub far: Vec<Far>,
}

impl Found {
    /// Nothing yet, of so many bins and pixels.
    pub fn with_room(bins: usize, pixels: usize) -> Self {
        // Most pieces have two to four pixels.
        let pieces = Vec::with_capacity(pixels / 2);
        Self { tallies: vec![Tally::default(); bins], pieces: vec![pieces], far: Vec::new() }
    }

    pub fn merge(mut left: Self, mut right: Self) -> Self {
        left.tallies.iter_mut().zip(&right.tallies).for_each(|(left, &right)| left.add(right));
        left.pieces.append(&mut right.pieces);
        left.far.append(&mut right.far);
        left
    }

    /// Adds a strip of `count` pixels. `bins`: one more number before theirs, and a group's behind them, whatever they are.
    #[inline(always)]
    pub fn add(&mut self, bins: &[u32], count: usize) {
        let Self { tallies, pieces, .. } = self;
        let ([list], true) = (&mut pieces[..], count > 0) else { return };
        let own = &bins[1..][..count];
        // As many as there may be, so that none of them needs to look for room.
        let begin = list.len();
        list.resize(begin + count, Piece(0));
        let mut writer = Writer { tallies, pieces: &mut list[begin..], count: 0 };
        let mut start = 0;
        for first in (0..count).step_by(GROUP) {
            let mut changes = changes(bins[first..].first_chunk().expect("a group behind the strip"));
            // The first pixel follows none, and those behind the last are none.
            changes &= if first == 0 { !1 } else { !0 };
            changes &= if count - first < GROUP { (1 << (count - first)) - 1 } else { !0 };
            while changes != 0 {
                let end = first + changes.trailing_zeros() as usize;
                writer.put(own[start], (end - start) as u32);
                start = end;
                changes &= changes - 1;
            }
        }
        writer.put(own[start], (count - start) as u32);
        let end = begin + writer.count;
        list.truncate(end);
    }
}

/// The pieces of a strip, as they come.
struct Writer<'a> {
    tallies: &'a mut [Tally],
    pieces: &'a mut [Piece],
    count: usize,
}

impl Writer<'_> {
    /// `length` pixels, 1 or more, in one bin.
    #[inline(always)]
    fn put(&mut self, bin: u32, length: u32) {
        if bin == NOWHERE {
            return self.push(Piece::gap(length));
        }
        const LONGEST: u32 = RUN as u32;
        let mut left = length;
        while left > LONGEST {
            self.push(Piece::new(bin, LONGEST));
            left -= LONGEST;
        }
        self.push(Piece::new(bin, left));
        self.tallies[bin as usize].add(Tally::of(length, length.div_ceil(LONGEST)));
    }

    #[inline(always)]
    fn push(&mut self, piece: Piece) {
        self.pieces[self.count] = piece;
        self.count += 1;
    }
}
