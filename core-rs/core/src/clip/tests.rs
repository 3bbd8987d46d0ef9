use super::*;
use crate::beyond::Beyond;
use crate::bins::Bins;
use crate::reduce::FixedWeights;
use crate::validity::{IntegerValidity, Validity};

fn range(low: f64, high: f64) -> IntegerValidity {
    Validity { low, high, dummy: None }.of_integers()
}

/// A frame of one ring system: pixels with random radii, counts drawn around a falling background, some peaks.
struct Case {
    bins: Bins,
    signal: Vec<i32>,
    norms: Vec<f32>,
}

fn hash(i: u64) -> u64 {
    let mut z = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 31)
}

fn case(pixels: usize, scale: f64, peaks: i32) -> Case {
    let radial: Vec<f64> = (0..pixels as u64).map(|i| (hash(i) % 10_000) as f64 / 10_000.0).collect();
    let bins = Bins::new(&radial, &vec![0; pixels], 17).unwrap();
    let signal = bins
        .order
        .iter()
        .map(|&p| {
            let spread = (hash(u64::from(p) + 77) % 1000) as f64 / 1000.0 - 0.5;
            let background = scale * (2.0 - radial[p as usize]);
            let peak = if hash(u64::from(p) + 5).is_multiple_of(200) { peaks } else { 0 };
            (background + spread * background.sqrt() * 3.0).max(0.0) as i32 + peak
        })
        .collect();
    let norms = bins.order.iter().map(|&p| 1.0 - 0.4 * radial[p as usize] as f32).collect();
    Case { bins, signal, norms }
}

fn exact(case: &Case, weighted: bool, valid: IntegerValidity, settings: &ClipSettings) -> (Profile, u64) {
    let fixed = weighted.then(|| FixedWeights::new(case.norms.iter().copied()).unwrap());
    let constants = WeightSums::new(&case.bins, fixed.as_ref());
    let mut profile = Profile::new(case.bins.count());
    let counts = Counts { signal: &case.signal[..], valid, beyond: &Beyond::default() };
    let invalid = clip_exact(&case.bins, counts, fixed.as_ref(), &constants, settings, &mut profile);
    (profile, invalid)
}

fn reference(case: &Case, weighted: bool, valid: IntegerValidity, settings: &ClipSettings) -> (Profile, u64) {
    // The reference sees the norms that fixed point stands for: its rounding is tested where it is made.
    let fixed = weighted.then(|| FixedWeights::new(case.norms.iter().copied()).unwrap());
    let mut profile = Profile::new(case.bins.count());
    let pixel = |place: usize| {
        let s = case.signal[place];
        (valid.contains(s)).then(|| FloatPixel {
            signal: f64::from(s),
            norm: fixed.as_ref().map_or(1.0, |f| f64::from(f.weights[place]) * f.unit),
            variance: f64::from(s.max(1)),
        })
    };
    let invalid = clip_float(&case.bins, pixel, settings, &mut profile);
    (profile, invalid)
}

/// f64 sums of 10⁴ pixels against exact ones: 10⁴ roundings of 2⁻⁵³ each.
const REFERENCE_ROUNDING: f64 = 1e-11;

fn differs(a: &Profile, b: &Profile) -> Option<String> {
    for bin in 0..a.mean.len() {
        if a.count[bin] != b.count[bin] {
            return Some(format!("bin {bin}: {} pixels against {}", a.count[bin], b.count[bin]));
        }
        for (x, y) in [(a.mean[bin], b.mean[bin]), (a.std[bin], b.std[bin]), (a.sem[bin], b.sem[bin])] {
            if (x - y).abs() > REFERENCE_ROUNDING * y.abs() {
                return Some(format!("bin {bin}: {x} against {y}"));
            }
        }
    }
    None
}

fn all_settings() -> impl Iterator<Item = ClipSettings> {
    let models = [ErrorModel::Azimuthal, ErrorModel::Poisson, ErrorModel::Hybrid];
    models.into_iter().flat_map(|error_model| {
        [(0.0, 5), (3.0, 5), (5.0, 2), (0.0, 0)].into_iter().map(move |(cutoff, cycle)| ClipSettings {
            error_model,
            cutoff,
            cycle,
        })
    })
}

#[test]
fn exact_clipping_equals_the_f64_reference() {
    // Small counts, counts with peaks beyond 16 bits (the 128-bit path), and frames with invalid pixels.
    let valid = [range(0.0, 1e10), range(0.0, 2e3)];
    for case in [case(20_000, 3.0, 500), case(20_000, 900.0, 200_000), case(3_000, 0.05, 9)] {
        for (weighted, valid) in [(false, valid[0]), (true, valid[0]), (false, valid[1]), (true, valid[1])] {
            for settings in all_settings() {
                let got = exact(&case, weighted, valid, &settings);
                let expected = reference(&case, weighted, valid, &settings);
                assert_eq!(got.1, expected.1, "invalid pixels");
                assert_eq!(differs(&got.0, &expected.0), None, "{settings:?} weighted {weighted}");
            }
        }
    }
}

#[test]
fn the_comparison_can_fail() {
    let mut case = case(20_000, 3.0, 500);
    let settings = ClipSettings { error_model: ErrorModel::Azimuthal, cutoff: 0.0, cycle: 5 };
    let before = exact(&case, true, range(0.0, 1e10), &settings).0;
    case.signal[1234] += 1;
    let after = exact(&case, true, range(0.0, 1e10), &settings).0;
    assert!(differs(&after, &before).is_some());
}

#[test]
fn negative_signals_are_summed_and_clipped_too() {
    let mut case = case(5_000, 3.0, 100);
    case.signal.iter_mut().for_each(|s| *s -= 4);
    for settings in all_settings() {
        for weighted in [false, true] {
            let valid = range(-1e10, 1e10);
            let (got, expected) =
                (exact(&case, weighted, valid, &settings), reference(&case, weighted, valid, &settings));
            assert_eq!(differs(&got.0, &expected.0), None, "{settings:?} weighted {weighted}");
        }
    }
}

#[test]
fn chauvenet_as_published() {
    assert!((chauvenet(100) - 2.7).abs() < 0.05);
    assert!((chauvenet(1000) - 3.5).abs() < 0.05);
    assert_eq!(chauvenet(0), 0.0);
    assert_eq!(chauvenet(2), 0.0);
}

#[test]
fn poisson_empties_a_bin_that_azimuthal_keeps() {
    // 1 and 199 in one bin: 1 sigma under azimuthal, 10 under Poisson (method, section 3).
    let bins = Bins::new(&[1.0, 1.0, 2.0], &[0, 0, 0], 2).unwrap();
    let case = Case { bins, signal: vec![1, 199, 7], norms: vec![1.0; 3] };
    let counts = |error_model| {
        let settings = ClipSettings { error_model, cutoff: 3.0, cycle: 5 };
        exact(&case, false, range(0.0, 1e10), &settings).0.count
    };
    assert_eq!(counts(ErrorModel::Azimuthal), [2, 1]);
    assert_eq!(counts(ErrorModel::Poisson), [0, 1]);
}

#[test]
fn equal_pixels_of_unequal_weight_are_not_clipped_on_rounding() {
    let radial: Vec<f64> = (0..1000).map(|i| 1.0 + f64::from(i % 10)).collect();
    let bins = Bins::new(&radial, &vec![0; 1000], 10).unwrap();
    let norms: Vec<f32> = (0..1000).map(|i| 1.0 - (i as f32) * 1e-4).collect();
    // A signal of exactly 0 everywhere, and one pixel per bin.
    let case = Case { bins, signal: vec![0; 1000], norms };
    let settings = ClipSettings { error_model: ErrorModel::Azimuthal, cutoff: 0.0, cycle: 5 };
    assert!(exact(&case, true, range(0.0, 1e10), &settings).0.count.iter().all(|&n| n == 100));
}
