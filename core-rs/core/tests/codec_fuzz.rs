//! More than 100,000 random and mutated inputs over all decoders: they return, in bounded time, a result or an error.

mod codec_vectors;

use braggsieve_core::codec::{bitshuffle_lz4, byte_offset, decode_chunk, lz4, Encoding, Scratch};
use codec_vectors::FORMATS;

/// A small counter-based generator (SplitMix64, Steele et al. 2014), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        let spread = [0xff, 0x03, 0x80, 0xf0][self.below(4)];
        (0..n).map(|_| self.next() as u8 & spread).collect()
    }

    /// Flips, cuts, inserts or repeats something.
    fn mutate(&mut self, data: &mut Vec<u8>) {
        for _ in 0..1 + self.below(3) {
            let at = self.below(data.len());
            match self.below(6) {
                0 if !data.is_empty() => data[at] ^= 1 << self.below(8),
                1 if !data.is_empty() => data[at] = [0, 0xff, 0x80, 0x7f][self.below(4)],
                2 => data.truncate(at),
                3 => data.insert(at, self.next() as u8),
                4 if !data.is_empty() => drop(data.remove(at)),
                _ => data.extend_from_within(at..),
            }
        }
    }
}

/// Cases per decoder and kind; four decoder calls each make more than 100,000.
const CASES: usize = 20_000;

#[test]
fn random_and_mutated_bytes_never_panic() {
    let mut random = Random(20_240_601);
    let mut scratch = bitshuffle_lz4::Scratch::default();
    let mut table = lz4::Table::default();
    let (mut calls, mut accepted, mut refused) = (0usize, 0usize, 0usize);
    let mut count = |ok: bool| {
        calls += 1;
        *if ok { &mut accepted } else { &mut refused } += 1;
    };
    for case in 0..CASES {
        let elem = 1 << random.below(4);
        let elements = random.below(400);
        let plain = random.bytes(elements * elem);
        let mut out = vec![0; plain.len()];

        let mut chunk = Vec::new();
        let block = 8 * random.below(20);
        bitshuffle_lz4::encode(&plain, elem, block, &mut chunk, &mut scratch).unwrap();
        random.mutate(&mut chunk);
        count(bitshuffle_lz4::decode(&chunk, elem, &mut out, &mut scratch).is_ok());

        let mut packed = Vec::new();
        lz4::compress(&plain, &mut packed, &mut table).unwrap();
        random.mutate(&mut packed);
        count(lz4::decompress(&packed, &mut out).is_ok());
        let n = random.below(200);
        packed = random.bytes(n);
        count(lz4::decompress(&packed, &mut out).is_ok());

        let mut pixels: Vec<i32> = (0..elements).map(|_| random.next() as i32 >> random.below(32)).collect();
        byte_offset::encode(&pixels, &mut packed);
        random.mutate(&mut packed);
        count(byte_offset::decode(&packed, &mut pixels).is_ok());
        packed = random.bytes(n);
        count(byte_offset::decode(&packed, &mut pixels).is_ok());

        // Random bytes behind an honest header reach the blocks more often.
        let mut chunk = (out.len() as u64).to_be_bytes().to_vec();
        chunk.extend_from_slice(&(8 * elem as u32).to_be_bytes());
        chunk.extend(random.bytes(case % 300));
        count(bitshuffle_lz4::decode(&chunk, elem, &mut out, &mut scratch).is_ok());
    }
    assert!(calls >= 100_000, "{calls} cases");
    // Both outcomes must be common, or the cases test nothing.
    assert!(accepted > 1000 && refused > 10_000, "{accepted} accepted, {refused} refused");
}

#[test]
fn lz4_decoder_agrees_with_the_lz4_crate_on_damaged_blocks() {
    let mut random = Random(7);
    let mut table = lz4::Table::default();
    let mut both = 0;
    for _ in 0..10_000 {
        let n = random.below(500);
        let plain = random.bytes(n);
        let mut packed = Vec::new();
        lz4::compress(&plain, &mut packed, &mut table).unwrap();
        random.mutate(&mut packed);
        let mut ours = vec![0; 1000];
        // Where both accept a damaged block they must read the same bytes from it.
        let Ok(written) = lz4::decompress(&packed, &mut ours) else {
            continue;
        };
        let Ok(theirs) = lz4_flex::block::decompress(&packed, 1000) else {
            continue;
        };
        assert_eq!(ours[..written], theirs[..]);
        both += 1;
    }
    assert!(both > 500, "{both}");
}

/// Mutated chunks per format.
const MUTATED: usize = 100_000;

/// Decodes `MUTATED` mutations of `chunks`, some into outputs of another size.
fn mutated_never_panic(encoding: Encoding, chunks: &[(Vec<u8>, usize, usize)]) {
    let mut random = Random(encoding as u64);
    let mut scratch = Scratch::default();
    let (mut accepted, mut refused) = (0, 0);
    for case in 0..MUTATED {
        let (packed, elem, bytes) = &chunks[case % chunks.len()];
        let mut chunk = packed.clone();
        random.mutate(&mut chunk);
        let length = if case % 16 == 0 { random.below(2 * bytes) } else { *bytes };
        let mut out = vec![0; length];
        match decode_chunk(encoding, &chunk, *elem, &mut out, &mut scratch) {
            Ok(()) => accepted += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(accepted < refused && refused > MUTATED / 3, "{encoding:?}: {accepted} and {refused}");
}

#[test]
fn mutated_chunks_of_every_format_never_panic() {
    for encoding in Encoding::ALL {
        let of_it = FORMATS.iter().filter(|chunk| chunk.encoding == encoding);
        let mut chunks: Vec<_> = of_it.map(|c| (c.packed(), c.elem, c.plain().len())).collect();
        if encoding == Encoding::BitshuffleLz4 {
            for chunk in FORMATS {
                let mut packed = Vec::new();
                let plain = chunk.plain();
                bitshuffle_lz4::encode(&plain, chunk.elem, 0, &mut packed, &mut Scratch::default()).unwrap();
                chunks.push((packed, chunk.elem, plain.len()));
            }
        }
        mutated_never_panic(encoding, &chunks);
    }
}

#[test]
fn headers_allocate_nothing() {
    // A chunk that announces 2^64 - 1 bytes, and one whose block is 4 GiB for a 64-byte output.
    let mut scratch = bitshuffle_lz4::Scratch::default();
    let mut chunk = vec![0xff; 8];
    chunk.extend_from_slice(&[0, 0, 0x20, 0]);
    assert!(bitshuffle_lz4::decode(&chunk, 4, &mut [0; 64], &mut scratch).is_err());
    let mut chunk = 64u64.to_be_bytes().to_vec();
    chunk.extend_from_slice(&0xffff_ffe0u32.to_be_bytes());
    chunk.extend_from_slice(&[0, 0, 0, 1, 0]);
    assert!(bitshuffle_lz4::decode(&chunk, 4, &mut [0; 64], &mut scratch).is_err());
}
