//! The inner loops of sorting pixels into bins: parts of larger kernels, in which compilers vectorise the plain ones;
//! for WebAssembly they do not. All give the same numbers; those for WebAssembly are tested by `ts/engine/sorting_test.ts`.

use crate::bins::{Scale, GROUP};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use lanes::*;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use plain::*;

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    expect(dead_code, reason = "all but the first")
)]
mod plain {
    use super::{Scale, GROUP};

    /// The bin of each radius: [`Scale::bin`].
    #[inline(always)]
    pub fn bins_of(radii: &[f64], scale: &Scale, out: &mut [u32]) {
        out.iter_mut().zip(radii).for_each(|(out, &r)| *out = scale.bin(r));
    }

    /// A bit for each number but the first that is not the one before.
    #[inline(always)]
    pub fn changes(numbers: &[u32; GROUP + 1]) -> u32 {
        // Not shifted by the place: vectors have no shifts that differ in each number.
        const BITS: [u32; GROUP] = {
            let mut bits = [0; GROUP];
            let mut at = 0;
            while at < GROUP {
                bits[at] = 1 << at;
                at += 1;
            }
            bits
        };
        let pairs = numbers.iter().zip(&numbers[1..]).zip(BITS);
        pairs.fold(0, |changes, ((before, own), bit)| changes | if before == own { 0 } else { bit })
    }

    /// The smallest number, and the largest after 1 was added to each, which makes 0 of the largest of all.
    #[inline(always)]
    pub fn extremes(numbers: &[u32; GROUP]) -> (u32, u32) {
        let low = numbers.iter().fold(u32::MAX, |low, &number| low.min(number));
        (low, numbers.iter().fold(0, |high, &number| high.max(number.wrapping_add(1))))
    }

    /// Writes how far each number is from `low`, `most` where it is farther or below, and gives whether any is that far.
    #[inline(always)]
    pub fn distances(numbers: &[u32; GROUP], low: u32, most: u8, out: &mut [u8; GROUP]) -> bool {
        for (out, &number) in out.iter_mut().zip(numbers) {
            *out = number.wrapping_sub(low).min(u32::from(most)) as u8;
        }
        out.iter().fold(false, |any, &own| any | (own == most))
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod lanes {
    use super::{Scale, GROUP};
    use core::arch::wasm32::*;

    /// Vectors of a group.
    const VECTORS: usize = GROUP / 4;

    /// Four words.
    #[inline(always)]
    fn load(words: &[u32]) -> v128 {
        assert!(words.len() >= 4);
        // SAFETY: four are there; v128 loads need no alignment.
        unsafe { v128_load(words.as_ptr().cast()) }
    }

    #[inline(always)]
    fn loaded(numbers: &[u32; GROUP]) -> [v128; VECTORS] {
        std::array::from_fn(|at| load(&numbers[4 * at..]))
    }

    /// See [`plain`](super::plain).
    #[inline(always)]
    pub fn bins_of(radii: &[f64], scale: &Scale, out: &mut [u32]) {
        let &Scale { low, range, count } = scale;
        let [low, range, factor] = [low, range, count as f64].map(|number| f64x2_splat(number));
        let (least, most) = (f64x2_splat(0.0), f64x2_splat((count - 1) as f64));
        // To 2⁵² + x the whole number next to x is all that fits into the lower bits. Of the instruction that truncates
        // two numbers compilers make one each, with more around them.
        let next = f64x2_splat((1u64 << 52) as f64);
        let whole = |&[a, b]: &[f64; 2]| {
            let place = f64x2_mul(f64x2_div(f64x2_sub(f64x2(a, b), low), range), factor);
            let place = f64x2_pmin(most, f64x2_pmax(least, place));
            let rounded = f64x2_add(place, next);
            // −1 where it was rounded up.
            i64x2_add(rounded, f64x2_gt(f64x2_sub(rounded, next), place))
        };
        let (fours, rest) = radii.as_chunks::<4>();
        let (out_fours, out_rest) = out.as_chunks_mut::<4>();
        for (four, out) in fours.iter().zip(out_fours) {
            let [first, last] = four.as_chunks::<2>().0 else { unreachable!("two pairs") };
            let both = i32x4_shuffle::<0, 2, 4, 6>(whole(first), whole(last));
            // SAFETY: room for four words; v128 stores need no alignment.
            unsafe { v128_store(out.as_mut_ptr().cast(), both) };
        }
        super::plain::bins_of(rest, scale, out_rest);
    }

    /// See [`plain`](super::plain).
    #[inline(always)]
    pub fn changes(numbers: &[u32; GROUP + 1]) -> u32 {
        let four = |at: usize| i32x4_ne(load(&numbers[at..]), load(&numbers[at + 1..]));
        let eight = |at: usize| i16x8_narrow_i32x4(four(at), four(at + 4));
        let sixteen = |at: usize| u32::from(i8x16_bitmask(i8x16_narrow_i16x8(eight(at), eight(at + 8))));
        sixteen(0) | sixteen(16) << 16
    }

    /// See [`plain`](super::plain).
    #[inline(always)]
    pub fn extremes(numbers: &[u32; GROUP]) -> (u32, u32) {
        let (mut low, mut high) = (u32x4_splat(u32::MAX), u32x4_splat(0));
        for four in loaded(numbers) {
            low = u32x4_min(low, four);
            high = u32x4_max(high, u32x4_add(four, u32x4_splat(1)));
        }
        low = u32x4_min(low, u32x4_shuffle::<2, 3, 0, 1>(low, low));
        high = u32x4_max(high, u32x4_shuffle::<2, 3, 0, 1>(high, high));
        low = u32x4_min(low, u32x4_shuffle::<1, 0, 3, 2>(low, low));
        high = u32x4_max(high, u32x4_shuffle::<1, 0, 3, 2>(high, high));
        (u32x4_extract_lane::<0>(low), u32x4_extract_lane::<0>(high))
    }

    /// See [`plain`](super::plain).
    #[inline(always)]
    pub fn distances(numbers: &[u32; GROUP], low: u32, most: u8, out: &mut [u8; GROUP]) -> bool {
        let (low, limit) = (u32x4_splat(low), u32x4_splat(u32::from(most)));
        let far = loaded(numbers).map(|four| u32x4_min(u32x4_sub(four, low), limit));
        let mut any = u8x16_splat(0);
        for (far, out) in far.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<16>().0) {
            let [a, b, c, d] = *far;
            let bytes = u8x16_narrow_i16x8(i16x8_narrow_i32x4(a, b), i16x8_narrow_i32x4(c, d));
            any = v128_or(any, u8x16_eq(bytes, u8x16_splat(most)));
            // SAFETY: room for sixteen bytes; v128 stores need no alignment.
            unsafe { v128_store(out.as_mut_ptr().cast(), bytes) };
        }
        v128_any_true(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_loop_does_what_it_says(
            own in prop::collection::vec(prop_oneof![0..4u32, 0..60u32, Just(u32::MAX)], GROUP + 1), low in 0..9u32,
        ) {
            let numbers: &[u32; GROUP + 1] = own.first_chunk().unwrap();
            let changed = changes(numbers);
            let (_, group) = numbers.split_last_chunk::<GROUP>().unwrap();
            let mut out = [0; GROUP];
            let any = distances(group, low, 31, &mut out);
            for at in 0..GROUP {
                prop_assert_eq!(changed >> at & 1 == 1, own[at] != own[at + 1]);
                let distance = i64::from(group[at]) - i64::from(low);
                prop_assert_eq!(i64::from(out[at]), if distance < 0 { 31 } else { distance.min(31) });
            }
            prop_assert_eq!(any, out.contains(&31));
            let counted = group.iter().filter(|&&number| number != u32::MAX);
            let most = counted.max().map_or(0, |most| most + 1);
            prop_assert_eq!(extremes(group), (*group.iter().min().unwrap(), most));
        }
    }

    #[test]
    fn radii_outside_of_the_range_are_in_the_first_or_the_last_bin() {
        let scale = Scale { low: 1.0, range: 2.0, count: 4 };
        let radii = [-1e300, 0.9, 1.0, 1.4999, 1.5, 2.999, 3.0, 1e300, f64::NAN, f64::INFINITY];
        let mut out = [9; 10];
        bins_of(&radii, &scale, &mut out);
        assert_eq!(out, [0, 0, 0, 0, 1, 3, 3, 3, 0, 3]);
    }
}
