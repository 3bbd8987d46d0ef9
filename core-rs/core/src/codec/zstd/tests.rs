//! Both libraries say the same of whole, joined, checked and damaged frames.

use super::{c, pure};

fn frames() -> Vec<(Vec<u8>, usize)> {
    let plain: Vec<u8> = (0..300_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 30) as u8).collect();
    let mut out = Vec::new();
    for (level, length) in [(1, 0), (3, 100), (-5, 8192), (3, 300_000), (19, 300_000)] {
        let mut compressor = zstd::bulk::Compressor::new(level).unwrap();
        compressor.include_checksum(true).unwrap();
        out.push((compressor.compress(&plain[..length]).unwrap(), length));
    }
    let (first, second) = (out[1].clone(), out[2].clone());
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], &[1, 2, 3]].concat();
    out.push(([first.0, skipped, second.0].concat(), first.1 + second.1));
    out
}

#[test]
fn both_libraries_agree() {
    let (mut ours, mut theirs) = (pure::Decoder::default(), c::Decoder::default());
    for (frame, length) in frames() {
        let (mut a, mut b) = (vec![1; length + 3], vec![2; length + 3]);
        assert_eq!(ours.decode(&frame, &mut a), Ok(length));
        assert_eq!(theirs.decode(&frame, &mut b), Ok(length));
        assert!(a[..length] == b[..length]);
        if length > 0 {
            assert!(ours.decode(&frame, &mut a[..length - 1]).is_err());
            assert!(theirs.decode(&frame, &mut b[..length - 1]).is_err());
        }
        // The last byte belongs to the checksum.
        let mut damaged = frame.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(ours.decode(&damaged, &mut a).is_err() && theirs.decode(&damaged, &mut b).is_err());
        let cut = &frame[..frame.len() - 1];
        assert!(ours.decode(cut, &mut a).is_err() && theirs.decode(cut, &mut b).is_err());
    }
}
