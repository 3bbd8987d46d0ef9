//! Every level that this processor has, and the plain vector, against the definition of the transform.

use super::{kernel, levels::Level, shuffle_at, unshuffle_at};
use crate::codec::lanes::plain::Plain;
use proptest::prelude::*;

/// Bit by bit, straight from the definition.
fn shuffle_naive(src: &[u8], elem: usize) -> Vec<u8> {
    let run = src.len() / elem / 8;
    let mut dst = vec![0; src.len()];
    for element in 0..src.len() / elem {
        for b in 0..elem {
            for k in 0..8 {
                let bit = src[element * elem + b] >> k & 1;
                dst[(8 * b + k) * run + element / 8] |= bit << (element % 8);
            }
        }
    }
    dst
}

fn levels() -> Vec<Level> {
    #[cfg(target_arch = "x86_64")]
    let all = [Level::Base, Level::Avx2, Level::Avx512];
    #[cfg(not(target_arch = "x86_64"))]
    let all = [Level::Base];
    all.into_iter().filter(|&level| level <= Level::best()).collect()
}

/// Elements of `elem` bytes of which only the lower `used` bytes, and in `marked` of 256 octets all bits, are set.
fn counts(noise: &[u8], elem: usize, used: usize, marked: u8) -> Vec<u8> {
    let octets = noise.chunks_exact(8 * elem);
    let byte = |octet: &[u8], k: usize| match octet[0] < marked {
        true => 0xff,
        false if k % elem < used => octet[k],
        false => 0,
    };
    octets.flat_map(|octet| (0..8 * elem).map(|k| byte(octet, k)).collect::<Vec<_>>()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_level_is_the_definition(noise in prop::collection::vec(any::<u8>(), 0..20_000),
        elem in prop::sample::select(vec![1usize, 2, 4, 8]), used in 0usize..9, marked in 0u8..9) {
        let src = counts(&noise, elem, used, marked);
        let wanted = shuffle_naive(&src, elem);
        for level in levels() {
            let mut there = vec![1; src.len()];
            // SAFETY: the processor has the level, and the lengths fit.
            unsafe { shuffle_at(level, &src, elem, &mut there) };
            prop_assert!(there == wanted, "shuffle at {:?}", level);
            // Streams begin at multiples of 64 bytes, and do without elsewhere.
            let mut room = vec![1; src.len() + 64];
            let aligned = room.as_ptr().align_offset(64) % 64;
            for (stream, from) in [(false, aligned), (true, aligned), (true, (aligned + 16) % 64)] {
                let back = &mut room[from..][..src.len()];
                back.fill(1);
                // SAFETY: as above.
                unsafe { unshuffle_at(level, &there, elem, back, stream) };
                prop_assert!(back == src, "unshuffle at {:?}, {}", level, stream);
            }
        }
    }
}

#[test]
fn the_plain_vector_is_the_definition() {
    let src: Vec<u8> = (0..128 * 4 * 3).map(|i: usize| (i * i / 7) as u8).collect();
    let (mut there, mut back) = (vec![0; src.len()], vec![0; src.len()]);
    // SAFETY: the lengths fit.
    unsafe {
        assert_eq!(kernel::shuffle::<Plain, 4, 32>(&src, &mut there, 0), 384);
        assert_eq!(kernel::unshuffle::<Plain, 4, false>(&there, &mut back, 0), 384);
    }
    assert!(there == shuffle_naive(&src, 4) && back == src);
    there[77] ^= 1;
    // SAFETY: as above.
    unsafe { kernel::unshuffle::<Plain, 4, false>(&there, &mut back, 0) };
    assert!(back != src, "the comparison sees one bit");
}
