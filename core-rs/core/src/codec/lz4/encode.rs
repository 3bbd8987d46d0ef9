//! Bytes into LZ4 blocks.

use super::MIN_MATCH;
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
    places: Box<[u32]>,
    base: u32,
}

impl Default for Table {
    fn default() -> Self {
        Self { places: vec![0; 1 << HASH_BITS].into_boxed_slice(), base: 1 }
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

/// Appends `src` as one LZ4 block to `dst`. Greedy, one candidate per hash; the result depends on `src` alone.
///
/// # Errors
/// [`Problem::InputTooLarge`] for more than 0x7E000000 bytes.
pub fn compress(src: &[u8], dst: &mut Vec<u8>, table: &mut Table) -> Result<(), CodecError> {
    if src.len() > MAX_INPUT {
        return Err(CodecError::new(0, Problem::InputTooLarge));
    }
    let base = table.start(src.len() as u32);
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
        emit(dst, &src[anchor..i], Some((i - from, matched)));
        i += matched;
        anchor = i;
        // One place inside the match keeps periodic data findable.
        if i + MATCH_FREE_TAIL <= src.len() {
            table.places[hash(quad(src, i - 2))] = base + (i - 2) as u32;
        }
    }
    emit(dst, &src[anchor..], None);
    Ok(())
}

/// How many bytes from `a` and from `b` on agree, `b` staying below `limit` (a < b).
#[inline]
fn common(src: &[u8], a: usize, b: usize, limit: usize) -> usize {
    let mut n = 0;
    while b + n + 8 <= limit {
        let differ = octet(src, a + n) ^ octet(src, b + n);
        if differ != 0 {
            return n + (differ.trailing_zeros() / 8) as usize;
        }
        n += 8;
    }
    while b + n < limit && src[a + n] == src[b + n] {
        n += 1;
    }
    n
}

/// Appends one sequence: literals, then a (distance, length) match unless it is the last.
fn emit(dst: &mut Vec<u8>, literals: &[u8], matched: Option<(usize, usize)>) {
    let high = literals.len().min(15);
    let low = matched.map_or(0, |(_, n)| (n - MIN_MATCH).min(15));
    dst.push((high << 4 | low) as u8);
    if high == 15 {
        emit_length(dst, literals.len() - 15);
    }
    dst.extend_from_slice(literals);
    if let Some((distance, n)) = matched {
        dst.extend_from_slice(&(distance as u16).to_le_bytes());
        if low == 15 {
            emit_length(dst, n - MIN_MATCH - 15);
        }
    }
}

fn emit_length(dst: &mut Vec<u8>, mut rest: usize) {
    while rest >= 255 {
        dst.push(255);
        rest -= 255;
    }
    dst.push(rest as u8);
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
