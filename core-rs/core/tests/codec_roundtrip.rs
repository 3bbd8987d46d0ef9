//! Encoding then decoding gives the same bits, for every element size and every remainder of 8 and of the block.

use braggsieve_core::codec::{bitshuffle_lz4, byte_offset, lz4, CodecError, Problem};
use proptest::prelude::*;

/// Bytes as frames have them: runs, small counts, and noise.
fn frame_bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..max),
        prop::collection::vec(0u8..3, 0..max),
        prop::collection::vec((any::<u8>(), 1usize..300), 0..20)
            .prop_map(|runs| runs.into_iter().flat_map(|(byte, n)| vec![byte; n]).collect()),
        (prop::collection::vec(any::<u8>(), 1..40), 1usize..60).prop_map(|(period, n)| period.repeat(n)),
    ]
}

proptest! {
    #[test]
    fn byte_offset_round_trip(pixels in prop::collection::vec(
        prop_oneof![8 => -3i32..100, 2 => -40_000i32..40_000, 1 => any::<i32>(),
            1 => prop::sample::select(vec![i32::MIN, i32::MAX, 0, -1, -128, 127, -32768])], 0..600)) {
        let (mut packed, mut found) = (Vec::new(), vec![1; pixels.len()]);
        byte_offset::encode(&pixels, &mut packed);
        let length = packed.len();
        packed.extend_from_slice(&[0; 9]);
        prop_assert_eq!(byte_offset::decode(&packed, &mut found), Ok(length));
        prop_assert_eq!(found, pixels);
    }

    #[test]
    fn lz4_round_trip(plain in frame_bytes(3000)) {
        let (mut packed, mut found) = (Vec::new(), vec![0; plain.len()]);
        let mut table = lz4::Table::default();
        for _ in 0..2 {
            packed.clear();
            lz4::compress(&plain, &mut packed, &mut table).unwrap();
            prop_assert_eq!(lz4::decompress(&packed, &mut found), Ok(plain.len()));
            prop_assert_eq!(&found, &plain);
            prop_assert_eq!(lz4_flex::block::decompress(&packed, plain.len()).unwrap(), plain.clone());
        }
    }

    #[test]
    fn bitshuffle_lz4_round_trip(bytes in frame_bytes(9000), elem in prop::sample::select(vec![1usize, 2, 4, 8]),
        eights in 0usize..70) {
        let src = &bytes[..bytes.len() / elem * elem];
        let mut scratch = bitshuffle_lz4::Scratch::default();
        let (mut chunk, mut found) = (Vec::new(), vec![0; src.len()]);
        bitshuffle_lz4::encode(src, elem, 8 * eights, &mut chunk, &mut scratch).unwrap();
        prop_assert!(chunk.len() <= bitshuffle_lz4::bound(src.len(), elem, 8 * eights));
        bitshuffle_lz4::decode(&chunk, elem, &mut found, &mut scratch).unwrap();
        prop_assert_eq!(&found[..], src);
        chunk.push(0);
        let error = bitshuffle_lz4::decode(&chunk, elem, &mut found, &mut scratch);
        prop_assert_eq!(error, Err(CodecError { offset: chunk.len() - 1, problem: Problem::Trailing { bytes: 1 } }));
    }
}

#[test]
fn every_remainder_of_eight_and_of_the_block() {
    let mut scratch = bitshuffle_lz4::Scratch::default();
    for elem in [1, 2, 4, 8] {
        for elements in (0..300).chain([1023, 1024, 1025, 2047, 2048, 2049, 4095, 4097]) {
            let src: Vec<u8> = (0..elements * elem).map(|i| (i * i % 251) as u8).collect();
            for block in [0, 8, 128, 136] {
                let (mut chunk, mut found) = (Vec::new(), vec![0; src.len()]);
                bitshuffle_lz4::encode(&src, elem, block, &mut chunk, &mut scratch).unwrap();
                bitshuffle_lz4::decode(&chunk, elem, &mut found, &mut scratch).unwrap();
                assert!(found == src, "{elements} elements of {elem} bytes in blocks of {block}");
            }
        }
    }
}

#[test]
fn wrong_sizes_are_named() {
    let mut scratch = bitshuffle_lz4::Scratch::default();
    let mut chunk = Vec::new();
    bitshuffle_lz4::encode(&[1; 64], 4, 0, &mut chunk, &mut scratch).unwrap();
    let mut short = [0; 60];
    let error = bitshuffle_lz4::decode(&chunk, 4, &mut short, &mut scratch).unwrap_err();
    assert_eq!(error.problem, Problem::Total { stated: 64, wanted: 60 });
    assert!(error.to_string().contains("64 bytes of pixels where 60"), "{error}");
    let error = bitshuffle_lz4::decode(&chunk, 3, &mut [0; 64], &mut scratch).unwrap_err();
    assert_eq!(error.problem, Problem::Element { size: 3 });
    chunk[11] = 4;
    let error = bitshuffle_lz4::decode(&chunk, 4, &mut [0; 64], &mut scratch).unwrap_err();
    assert_eq!(error, CodecError { offset: 8, problem: Problem::Block { stated: 8192 + 4 } });
    assert!(bitshuffle_lz4::encode(&[1; 64], 4, 12, &mut chunk, &mut scratch).is_err());
}

#[test]
fn a_pixel_beyond_32_bits_is_an_overflow_not_a_wrap() {
    let mut packed = Vec::new();
    byte_offset::encode(&[i32::MAX], &mut packed);
    packed.push(1);
    let error = byte_offset::decode(&packed, &mut [0; 2]).unwrap_err();
    assert_eq!(error.problem, Problem::Overflow);
    // Eight small steps from just below the end: the fast path must not take them.
    packed.pop();
    packed.extend_from_slice(&[100, 0, 0, 0, 0, 0, 0, 0]);
    assert!(byte_offset::decode(&packed, &mut [0; 9]).is_err());
}
