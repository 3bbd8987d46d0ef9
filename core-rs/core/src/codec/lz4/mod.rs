//! LZ4 blocks (without frame header), both ways.
//!
//! Source: the LZ4 block format description (lz4.github.io, "LZ4 Block Format Description"). Copies are made in whole
//! words where the slices have room, which is what makes safe Rust as quick as a C decoder here.

use super::{CodecError, Problem};

/// Shortest match that the format can express.
const MIN_MATCH: usize = 4;
/// The last match starts at least this many bytes before the end of the block.
const MATCH_FREE_TAIL: usize = 12;
/// The last bytes of a block are always literals.
const LITERAL_TAIL: usize = 5;
/// Farthest distance of a match.
const MAX_DISTANCE: usize = 65_535;
/// Largest input of one block.
const MAX_INPUT: usize = 0x7E00_0000;
const HASH_BITS: u32 = 12;
/// Bytes moved at once where there is room.
const WORD: usize = 16;

/// Decodes the block `src` into `dst` and returns the number of bytes written (at most `dst.len()`).
///
/// # Errors
/// A [`CodecError`] when the block ends early, does not fit `dst`, or refers to bytes before its start. Bytes of
/// `dst` beyond the written ones may have been overwritten.
pub fn decompress(src: &[u8], dst: &mut [u8]) -> Result<usize, CodecError> {
    let mut i = 0;
    let mut o = 0;
    loop {
        let token = *src.get(i).ok_or(CodecError::new(i, Problem::Ends("an LZ4 token")))?;
        i += 1;
        let literals = length(src, &mut i, usize::from(token >> 4), dst.len())?;
        if literals > src.len() - i {
            return Err(CodecError::new(i, Problem::Ends("LZ4 literals")));
        }
        if literals > dst.len() - o {
            return Err(CodecError::new(i, Problem::TooLong { capacity: dst.len() }));
        }
        copy_literals(src, i, dst, o, literals);
        i += literals;
        o += literals;
        if i == src.len() {
            return Ok(o);
        }
        let Some(&[low, high]) = src.get(i..i + 2).and_then(|s| s.first_chunk::<2>()) else {
            return Err(CodecError::new(i, Problem::Ends("an LZ4 match")));
        };
        let distance = usize::from(u16::from_le_bytes([low, high]));
        if distance == 0 || distance > o {
            return Err(CodecError::new(i, Problem::Offset { distance, written: o }));
        }
        i += 2;
        let matched = length(src, &mut i, usize::from(token & 15), dst.len())? + MIN_MATCH;
        if matched > dst.len() - o {
            return Err(CodecError::new(i, Problem::TooLong { capacity: dst.len() }));
        }
        copy_match(dst, o, distance, matched);
        o += matched;
    }
}

/// A length whose nibble is `nibble`: 15 means that bytes follow which add up until one is not 255.
#[inline]
fn length(src: &[u8], i: &mut usize, nibble: usize, capacity: usize) -> Result<usize, CodecError> {
    let mut total = nibble;
    if nibble == 15 {
        loop {
            let byte = *src.get(*i).ok_or(CodecError::new(*i, Problem::Ends("an LZ4 length")))?;
            *i += 1;
            total += usize::from(byte);
            // Leaving early bounds both the time and the sum, whatever the input says.
            if total > capacity {
                return Err(CodecError::new(*i, Problem::TooLong { capacity }));
            }
            if byte != 255 {
                break;
            }
        }
    }
    Ok(total)
}

#[inline]
fn copy_literals(src: &[u8], i: usize, dst: &mut [u8], o: usize, count: usize) {
    if count <= WORD {
        if let (Some(from), Some(to)) = (src.get(i..i + WORD), dst.get_mut(o..o + WORD)) {
            to.copy_from_slice(from);
            return;
        }
    }
    dst[o..o + count].copy_from_slice(&src[i..i + count]);
}

/// Repeats the bytes that lie `distance` back, `count` times; the two ranges may overlap.
#[inline]
fn copy_match(dst: &mut [u8], o: usize, distance: usize, count: usize) {
    let end = o + count;
    if distance == 1 {
        let byte = dst[o - 1];
        dst[o..end].fill(byte);
        return;
    }
    // Room to write up to one word too far: the excess is overwritten by what follows.
    if end + WORD <= dst.len() {
        let (mut from, mut to) = (o - distance, o);
        if distance >= WORD {
            while to < end {
                let word: [u8; WORD] = word_at(dst, from);
                dst[to..to + WORD].copy_from_slice(&word);
                from += WORD;
                to += WORD;
            }
            return;
        }
        // A short period: build one word of it, and step by the largest multiple of the period that fits a word.
        let mut word = [0u8; WORD];
        for (k, byte) in word.iter_mut().enumerate() {
            *byte = dst[from + k % distance];
        }
        let step = WORD - WORD % distance;
        while to < end {
            dst[to..to + WORD].copy_from_slice(&word);
            to += step;
        }
        return;
    }
    if distance >= count {
        dst.copy_within(o - distance..o - distance + count, o);
        return;
    }
    for to in o..end {
        dst[to] = dst[to - distance];
    }
}

#[inline]
fn word_at(bytes: &[u8], at: usize) -> [u8; WORD] {
    let mut word = [0; WORD];
    word.copy_from_slice(&bytes[at..at + WORD]);
    word
}

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
