//! Maps rounded for a sparse file: to multiples of a power of two, so that the low bits of f32 are zero and pack well.
//!
//! How coarse the step may be is decided on the background curves of a file's frames: a pixel rebuilt without noise is
//! the background at its radius rounded to counts, so an error `e` of the background moves it to the next count with
//! probability |e|. Rounding to a step `s` leaves a mean error of s/4. [`ring_shares`] tells how many pixels meet which
//! part of a curve.

use crate::background::RadialGrid;
use crate::bins::{fill, PixelMap};
use crate::codec::{bitshuffle, CodecError};
use std::ops::Range;

/// Every how many-th pixel stands for all: a prime, so that no column pattern of modules is met again and again. Of
/// 6 million pixels a hundred thousand are looked at, some hundred for each bin.
const STRIDE: usize = 61;
/// Maps up to this size are looked at as a whole.
const SMALL: usize = 1 << 18;

/// Rounds every value to the nearest multiple of `step`, a power of two, but not below `least`. NaN stays NaN, and
/// values from 2²² steps on, which f32 holds to half a step anyway, stay as they are.
///
/// # Panics
/// When `step` is not a positive power of two from 2⁻¹⁰⁰ to 2¹⁰⁰.
pub fn round_to_step(map: &mut [f32], step: f32, least: f32) {
    assert!(is_step(step), "{step} is no step");
    // From 2²³ to 2²⁴ steps neighbouring f32 lie one step apart: the sum rounds, halves to even, in every instruction
    // set alike, and the difference is exact.
    let shift = 12_582_912.0 * step;
    let limit = 4_194_304.0 * step;
    for value in map {
        let near = if value.abs() < limit { (*value + shift) - shift } else { *value };
        // Comparisons that NaN fails, and one kind of NaN in the end.
        let near = if near < least { least } else { near };
        *value = if value.is_nan() { f32::NAN } else { near };
    }
}

/// Whether [`round_to_step`] takes this step.
pub fn is_step(step: f32) -> bool {
    const MANTISSA: u32 = (1 << 23) - 1;
    (1e-30..=1e30).contains(&step) && step.to_bits() & MANTISSA == 0
}

/// Which values a band of a map is rounded to: see [`round_to_step`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounding {
    /// a power of two
    pub step: f32,
    /// no value becomes less
    pub least: f32,
}

/// A band of a map on its way into a file: rounded, filled up with zeros to `length` values, a multiple of eight, and
/// its bits shuffled, as a compressor takes them. Values beyond the map are left out. `values`: room for the band, which
/// the caller may use again.
///
/// # Errors
/// [`Problem::Element`](crate::codec::Problem::Element) when `length` is no multiple of eight.
///
/// # Panics
/// As [`round_to_step`].
pub fn shuffled_band(
    map: &(impl PixelMap + ?Sized),
    band: Range<usize>,
    length: usize,
    rounding: Option<Rounding>,
    values: &mut Vec<f32>,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let end = band.end.min(map.pixels());
    let start = band.start.min(end);
    values.resize(end - start, 0.0);
    fill(map, start, values);
    if let Some(Rounding { step, least }) = rounding {
        round_to_step(values, step, least);
    }
    values.resize(length, 0.0);
    out.resize(length * size_of::<f32>(), 0);
    bitshuffle::shuffle(bytemuck::cast_slice(values), size_of::<f32>(), out)
}

/// For each bin the share of all valid pixels that lie between its centre and the next one, each times its norm: what
/// a change of the background there is worth in counts per valid pixel. Pixels outside the centres count for the
/// outermost bins, where the background is flat. Large maps are sampled.
///
/// `radius`: per pixel, NaN where masked; `norms`: per pixel, where corrections are made; `shares`: one per bin.
///
/// # Panics
/// When the maps have different lengths or there are not as many shares as bins.
pub fn ring_shares(
    radius: &(impl PixelMap + ?Sized),
    norms: Option<&[f32]>,
    grid: &RadialGrid,
    shares: &mut [f64],
) {
    assert_eq!(shares.len(), grid.bins);
    assert!(norms.is_none_or(|norms| norms.len() == radius.pixels()));
    shares.fill(0.0);
    let stride = if radius.pixels() > SMALL { STRIDE } else { 1 };
    let mut valid = 0.0;
    for pixel in (0..radius.pixels()).step_by(stride) {
        let r = radius.at(pixel);
        if r.is_nan() {
            continue;
        }
        let (below, _) = grid.locate(r);
        shares[below] += norms.map_or(1.0, |norms| f64::from(norms[pixel]));
        valid += 1.0;
    }
    if valid > 0.0 {
        shares.iter_mut().for_each(|share| *share /= valid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rounded(value: f32, step: f32, least: f32) -> f32 {
        let mut map = [value];
        round_to_step(&mut map, step, least);
        map[0]
    }

    proptest! {
        #[test]
        fn values_move_by_half_a_step_at_most_to_a_multiple(steps in -4e6f32..4e6, exponent in -90i32..90) {
            let step = 2f32.powi(exponent);
            let value = steps * step;
            let near = rounded(value, step, f32::NEG_INFINITY);
            prop_assert!((near - value).abs() <= step / 2.0);
            prop_assert!(near / step == (near / step).round());
        }

        #[test]
        fn rounding_again_changes_nothing(value in any::<f32>(), exponent in -90i32..90) {
            let step = 2f32.powi(exponent);
            let once = rounded(value, step, f32::NEG_INFINITY);
            let twice = rounded(once, step, f32::NEG_INFINITY);
            prop_assert_eq!(once.to_bits(), twice.to_bits());
        }
    }

    #[test]
    fn nan_stays_nan_of_one_kind_and_nothing_falls_below_the_least() {
        let odd = f32::from_bits(0xffc0_1234);
        assert_eq!(rounded(odd, 0.25, 0.0).to_bits(), f32::NAN.to_bits());
        assert_eq!(rounded(0.3, 0.25, 0.28), 0.28);
        assert_eq!(rounded(0.28, 0.25, 0.28), 0.28);
        assert_eq!(rounded(0.9, 0.25, 0.28), 1.0);
        assert_eq!(rounded(5e6, 2.0, 0.0), 5e6);
        assert_eq!(rounded(f32::INFINITY, 2.0, 0.0), f32::INFINITY);
    }

    #[test]
    fn a_band_is_rounded_shuffled_and_filled_up() {
        let map: Vec<f32> = (0..30).map(|i| i as f32 * 0.37).collect();
        for (band, rounding) in
            [(8..24, None), (8..30, Some(Rounding { step: 0.25, least: 4.0 })), (24..48, None)]
        {
            let mut values = map[band.start..band.end.min(30)].to_vec();
            if let Some(Rounding { step, least }) = rounding {
                round_to_step(&mut values, step, least);
            }
            values.resize(32, 0.0);
            let (mut expected, mut got, mut room) = (vec![0; 128], vec![1; 7], vec![5.0; 40]);
            bitshuffle::shuffle(bytemuck::cast_slice(&values), 4, &mut expected).unwrap();
            shuffled_band(&map[..], band, 32, rounding, &mut room, &mut got).unwrap();
            assert_eq!(got, expected);
        }
        assert!(shuffled_band(&map[..], 0..9, 9, None, &mut Vec::new(), &mut Vec::new()).is_err());
    }

    #[test]
    #[should_panic(expected = "is no step")]
    fn a_step_that_is_no_power_of_two_is_refused() {
        rounded(1.0, 0.3, 0.0);
    }

    #[test]
    fn shares_count_pixels_between_the_centres_by_their_norm() {
        let grid = RadialGrid::new(1.0, 1.0, 4);
        let mut shares = [9.0; 4];
        let radius = [0.0, 1.5, 2.0, 2.5, f32::NAN, 3.9, 4.0, 9.0];
        ring_shares(&radius[..], None, &grid, &mut shares);
        assert_eq!(shares.map(|share| share * 7.0), [2.0, 2.0, 3.0, 0.0]);
        ring_shares(&radius[..], Some(&[0.5; 8]), &grid, &mut shares);
        assert_eq!(shares.map(|share| share * 14.0), [2.0, 2.0, 3.0, 0.0]);
        ring_shares(&[f32::NAN][..], None, &grid, &mut shares);
        assert_eq!(shares, [0.0; 4]);
    }

    #[test]
    fn a_sample_of_a_large_map_tells_the_shares_of_all() {
        // Rings around a corner: the share grows with the radius.
        let side = 1200;
        let distance = |pixel: usize| ((pixel % side).pow(2) + (pixel / side).pow(2)) as f32;
        let radius: Vec<f32> = (0..side * side).map(|pixel| distance(pixel).sqrt()).collect();
        let grid = RadialGrid::new(0.0, 100.0, 17);
        let mut sampled = [0.0; 17];
        ring_shares(&radius[..], None, &grid, &mut sampled);
        for (bin, share) in sampled.iter().enumerate() {
            let inside = radius.iter().filter(|&&r| grid.locate(r).0 == bin).count();
            let exact = inside as f64 / radius.len() as f64;
            assert!((share - exact).abs() < 0.05 * exact + 2e-4, "bin {bin}: {share}, not {exact}");
        }
    }
}
