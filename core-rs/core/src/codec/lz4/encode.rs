//! Bytes into LZ4 blocks.

use super::{copy, MIN_MATCH};
use crate::codec::{CodecError, Problem};

/// The last match starts at least this many bytes before the end of the block.
const MATCH_FREE_TAIL: usize = 12;
/// The last bytes of a block are always literals.
const LITERAL_TAIL: usize = 5;
/// Farthest distance of a match.
const MAX_DISTANCE: usize = 65_535;
/// Largest input of one block.
const MAX_INPUT: usize = 0x7E00_0000;
const HASH_BITS: u32 = 12;

/// The encoder's memory of where four-byte sequences were last seen; reusable, so that a block allocates nothing.
pub struct Table {
    /// Place + `base` of the last sequence of each hash; entries below `base` belong to earlier blocks.
    places: Box<[u32; 1 << HASH_BITS]>,
    base: u32,
}

impl Default for Table {
    fn default() -> Self {
        Self { places: Box::new([0; 1 << HASH_BITS]), base: 1 }
    }
}

impl Table {
    /// Makes all entries stale and leaves room for `len` new places.
    fn start(&mut self, len: u32) -> u32 {
        if self.base.checked_add(len).is_none() {
            self.places.fill(0);
            self.base = 1;
        }
        let base = self.base;
        self.base += len;
        base
    }
}

/// Bytes that the block of `len` bytes may take: LZ4's worst case of a token and one byte in 255, and room for copies
/// in whole words.
pub const fn bound(len: usize) -> usize {
    len + len / 255 + 16 + copy::WORD
}

/// Appends `src` as one LZ4 block to `dst`. Greedy, one candidate per hash; the result depends on `src` alone.
///
/// # Errors
/// [`Problem::InputTooLarge`] for more than 0x7E000000 bytes.
pub fn compress(src: &[u8], dst: &mut Vec<u8>, table: &mut Table) -> Result<(), CodecError> {
    let start = dst.len();
    dst.resize(start + bound(src.len()), 0);
    let length = compress_into(src, &mut dst[start..], table);
    dst.truncate(start + length.as_ref().map_or(0, |&n| n));
    length.map(|_| ())
}

/// Writes `src` as one LZ4 block, the same as [`compress`] makes, to the start of `dst` and returns its length.
///
/// # Errors
/// As [`compress`].
///
/// # Panics
/// When `dst` is shorter than [`bound`] says.
pub fn compress_into(src: &[u8], dst: &mut [u8], table: &mut Table) -> Result<usize, CodecError> {
    if src.len() > MAX_INPUT {
        return Err(CodecError::new(0, Problem::InputTooLarge));
    }
    assert!(dst.len() >= bound(src.len()), "room for the worst case");
    let base = table.start(src.len() as u32);
    let mut out = Out { bytes: dst, at: 0 };
    let mut anchor = 0;
    let mut i = 0;
    let mut misses = 0;
    while i + MATCH_FREE_TAIL <= src.len() {
        let sequence = quad(src, i);
        let slot = &mut table.places[hash(sequence)];
        let candidate = slot.checked_sub(base).map(|c| c as usize);
        *slot = base + i as u32;
        let found = candidate.filter(|&c| i - c <= MAX_DISTANCE && quad(src, c) == sequence);
        let Some(mut from) = found else {
            // The longer nothing matches, the larger the steps: noise costs little time.
            i += 1 + (misses >> 6);
            misses += 1;
            continue;
        };
        misses = 0;
        while i > anchor && from > 0 && src[i - 1] == src[from - 1] {
            i -= 1;
            from -= 1;
        }
        let matched = MIN_MATCH + common(src, from + MIN_MATCH, i + MIN_MATCH, src.len() - LITERAL_TAIL);
        out.sequence(src, anchor, i - anchor, Some((i - from, matched)));
        i += matched;
        anchor = i;
        // One place inside the match keeps periodic data findable.
        if i + MATCH_FREE_TAIL <= src.len() {
            table.places[hash(quad(src, i - 2))] = base + (i - 2) as u32;
        }
    }
    out.sequence(src, anchor, src.len() - anchor, None);
    Ok(out.at)
}

/// How many bytes from `a` and from `b` on agree, `b` staying below `limit` (a < b).
#[inline]
fn common(src: &[u8], a: usize, b: usize, limit: usize) -> usize {
    const LONG: usize = 32;
    let mut n = 0;
    while b + n + 8 <= limit {
        let differ = octet(src, a + n) ^ octet(src, b + n);
        if differ != 0 {
            return n + (differ.trailing_zeros() / 8) as usize;
        }
        n += 8;
        // Whole empty bit planes.
        while n >= LONG && b + n + LONG <= limit && src[a + n..a + n + LONG] == src[b + n..b + n + LONG] {
            n += LONG;
        }
    }
    while b + n < limit && src[a + n] == src[b + n] {
        n += 1;
    }
    n
}

/// The block being written.
struct Out<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Out<'_> {
    /// Appends one sequence: literals of `src`, then a (distance, length) match unless it is the last.
    #[inline]
    fn sequence(&mut self, src: &[u8], from: usize, literals: usize, matched: Option<(usize, usize)>) {
        let high = literals.min(15);
        let low = matched.map_or(0, |(_, n)| (n - MIN_MATCH).min(15));
        self.byte((high << 4 | low) as u8);
        if high == 15 {
            self.length(literals - 15);
        }
        let end = from + literals;
        if end + copy::WORD <= src.len() && self.at + literals + copy::WORD <= self.bytes.len() {
            // SAFETY: just checked.
            unsafe { copy::words(src, from, self.bytes, self.at, literals) };
        } else {
            self.bytes[self.at..self.at + literals].copy_from_slice(&src[from..end]);
        }
        self.at += literals;
        if let Some((distance, n)) = matched {
            self.bytes[self.at..self.at + 2].copy_from_slice(&(distance as u16).to_le_bytes());
            self.at += 2;
            if low == 15 {
                self.length(n - MIN_MATCH - 15);
            }
        }
    }

    #[inline]
    fn length(&mut self, rest: usize) {
        let full = rest / 255;
        self.bytes[self.at..self.at + full].fill(255);
        self.at += full;
        self.byte((rest % 255) as u8);
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at += 1;
    }
}

#[inline]
fn hash(sequence: u32) -> usize {
    (sequence.wrapping_mul(2_654_435_761) >> (32 - HASH_BITS)) as usize
}

#[inline]
fn quad(src: &[u8], at: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&src[at..at + 4]);
    u32::from_le_bytes(bytes)
}

#[inline]
fn octet(src: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&src[at..at + 8]);
    u64::from_le_bytes(bytes)
}
