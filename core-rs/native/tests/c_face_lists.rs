//! The functions of the C face that need no handle: lists, masks and chunks.

use braggsieve_native::*;
use std::ptr::{null, null_mut};

const PIXELS: usize = 61 * 83;

fn frame(pixels: usize) -> Vec<u8> {
    let count = |p: usize| if p % 311 < 2 { 90 } else { 20 + (p * 7919) % 11 };
    (0..pixels).flat_map(|p| (count(p) as u16).to_le_bytes()).collect()
}

#[test]
fn a_frame_is_narrowed_into_the_room_of_the_caller() {
    let (bytes, mut written) = (frame(PIXELS), [7u64; 2]);
    let mut room = vec![0u8; bs_narrow_bound(PIXELS)];
    let mut narrow = |bytes: &[u8], size: usize, room: &mut [u8], numbers: usize| {
        let (out, length) = (room.as_mut_ptr(), room.len());
        assert!(numbers <= 2);
        // SAFETY: lengths are those of the slices.
        let status = unsafe {
            let written = if numbers == 0 { null_mut() } else { written.as_mut_ptr() };
            bs_narrow(bytes.as_ptr(), bytes.len(), size, out, length, written, null())
        };
        (status, written)
    };
    let (status, [length, bits]) = narrow(&bytes, 2, &mut room, 2);
    assert_eq!((status, bits), (OK, 8));
    assert!((PIXELS..PIXELS + 256).contains(&(length as usize)));
    let bright: Vec<u8> = (0..2 * PIXELS).map(|at| at as u8 | 1).collect();
    assert_eq!(narrow(&bright, 2, &mut room, 2), (OK, [0, 0]));
    assert_eq!(narrow(&bytes[1..], 2, &mut room, 2).0, REFUSED);
    assert_eq!(narrow(&bytes, 8, &mut room, 2).0, REFUSED);
    assert_eq!(narrow(&bytes, 0, &mut room, 2).0, WRONG_ARGUMENT);
    assert_eq!(narrow(&bytes, 2, &mut room, 0).0, WRONG_ARGUMENT);
    room.pop();
    assert_eq!(narrow(&bytes, 2, &mut room, 2).0, WRONG_ARGUMENT);
}

#[test]
fn lists_and_masks_are_looked_through() {
    let mut number = 7u64;
    let mask = [0u8, 3, 0, 1];
    // SAFETY: lengths are those of the arrays.
    unsafe {
        assert_eq!(bs_count_masked(mask.as_ptr(), 4, &mut number, null()), OK);
        assert_eq!(number, 2);
        assert_eq!(bs_crc32(b"123456789".as_ptr(), 9, &mut number, null()), OK);
        assert_eq!(number, 0xcbf4_3926, "the check value of CRC-32");
        assert_eq!(bs_all_below([3u32, 9].as_ptr(), 2, 9, &mut number, null()), OK);
        assert_eq!(number, 0);
        assert_eq!(bs_rises([0.0, 1.0, f64::NAN].as_ptr(), 3, &mut number, null()), OK);
        assert_eq!(number, 0);
        let mut out = [5u32; 2];
        assert_eq!(bs_narrowed([8u64, 1 << 32].as_ptr(), 2, out.as_mut_ptr(), 2, &mut number, null()), OK);
        assert_eq!((number, out), (0, [5, 5]));
        assert_eq!(bs_narrowed([8u64, 9].as_ptr(), 2, out.as_mut_ptr(), 2, &mut number, null()), OK);
        assert_eq!((number, out), (1, [8, 9]));
        assert_eq!(bs_narrowed([8u64].as_ptr(), 1, out.as_mut_ptr(), 2, &mut number, null()), WRONG_ARGUMENT);
        assert_eq!(bs_count_masked(null(), 4, &mut number, null()), WRONG_ARGUMENT);
        assert_eq!(bs_crc32(null(), 4, &mut number, null()), WRONG_ARGUMENT);
        assert_eq!(bs_all_below(null(), 4, 9, null_mut(), null()), WRONG_ARGUMENT);
        assert_eq!(bs_rises(null(), 0, null_mut(), null()), WRONG_ARGUMENT);
    }
}

#[test]
fn a_packed_mask_is_decoded_into_the_room_of_the_caller() {
    let image = [0u8, 3, 0, 0, 7, 0, 0, 255];
    let (mut chunk, mut written) = (vec![0u8; bs_encode_bound(8, 1)], 0u64);
    let decode = |chunk: &[u8], name: &str, out: &mut [u8]| {
        let (at, length) = (out.as_mut_ptr(), out.len());
        // SAFETY: lengths are those of the slices.
        unsafe {
            bs_decode_mask(name.as_ptr(), name.len(), chunk.as_ptr(), chunk.len(), 1, 0, at, length, null())
        }
    };
    // SAFETY: as above.
    let status = unsafe {
        let (out, room) = (chunk.as_mut_ptr(), chunk.len());
        bs_encode_bitshuffle_lz4(image.as_ptr(), 8, 1, out, room, &mut written, null())
    };
    assert_eq!(status, OK);
    chunk.truncate(written as usize);
    let mut mask = [9u8; 8];
    assert_eq!(decode(&chunk, "bitshuffle-lz4", &mut mask), OK);
    assert_eq!(mask, image.map(|value| u8::from(value != 0)));
    assert_eq!(decode(&chunk, "morse", &mut mask), REFUSED);
    assert_eq!(decode(&chunk, "bitshuffle-lz4", &mut mask[..5]), REFUSED);
    assert_eq!(decode(&chunk[..9], "bitshuffle-lz4", &mut mask), REFUSED);
}
