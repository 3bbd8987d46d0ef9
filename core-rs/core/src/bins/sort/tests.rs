use super::super::testing::detector;
use super::super::windows::{GROUP, NONE, NOWHERE};
use super::super::RadialRows;
use super::pieces::Piece;
use super::*;
use crate::geometry::Unit;
use crate::simd::{run_on_every_level, Kernel};
use proptest::prelude::*;

/// Radii as [`Bins::new`] and [`Runs::new`] sort them.
fn check(strips: &(impl Strips + ?Sized), radii: &[f64], masked: &[u8], count: usize, threads: usize) {
    let (got, bins) = match (sort_for(threads, strips, masked, count, true), Bins::new(radii, masked, count))
    {
        (Ok(got), Ok(bins)) => (got, bins),
        (got, plain) => return assert_eq!(got.err(), plain.err()),
    };
    assert_eq!((got.bins.minimum, got.bins.width), (bins.minimum, bins.width));
    assert!(got.bins.offsets == bins.offsets && got.bins.order[..] == bins.order[..]);
    assert!(got.runs.parts.len() <= threads && got.runs.spelled() == bins.order[..]);
    if let Some(windows) = got.windows {
        let mut expected = vec![NOWHERE; radii.len()];
        (0..count)
            .for_each(|b| bins.order[bins.range(b)].iter().for_each(|&p| expected[p as usize] = b as u32));
        assert!(spelled(&windows, radii.len()) == expected, "other windows");
    }
}

/// The bin of each of `pixels` pixels.
fn spelled(windows: &Windows, pixels: usize) -> Vec<u32> {
    let Windows { lowest, above, far } = windows;
    let mut bins: Vec<u32> = above
        .iter()
        .enumerate()
        .map(|(pixel, &above)| if above == NONE { NOWHERE } else { lowest[pixel / GROUP] + u32::from(above) })
        .collect();
    for (group, spelled) in far {
        bins[*group as usize * GROUP..][..GROUP].copy_from_slice(spelled);
    }
    assert!(bins[pixels..].iter().all(|&bin| bin == NOWHERE));
    bins.truncate(pixels);
    bins
}

#[test]
fn a_detector_is_sorted_as_by_the_plain_code_for_any_number_of_threads() {
    for unit in [Unit::RadiusM, Unit::QA, Unit::TwoThetaDeg] {
        let (rows, radii, masked) = detector(unit);
        for (count, threads) in [(1, 1), (100, 1), (100, 2), (300, 3), (1000, 4), (65_536, 2)] {
            check(&rows, &radii, &masked, count, threads);
        }
        let windows = |count| sort(&rows, &masked, count, true).expect("bins").windows;
        assert!(windows(300).is_some_and(|windows| !windows.far.is_empty()) && windows(65_536).is_none());
        assert!(sort(&rows, &masked, 100, false).expect("bins").windows.is_none());
    }
}

#[test]
#[should_panic(expected = "order")]
fn the_comparison_sees_one_pixel() {
    let (rows, radii, mut masked) = detector(Unit::RadiusM);
    let sorted = sort(&rows, &masked, 100, false).expect("bins");
    masked[5000] ^= 1;
    let plain = Bins::new(&radii, &masked, 100).expect("bins");
    assert!(sorted.bins.order[..] == plain.order[..], "another order");
}

#[test]
#[should_panic(expected = "other windows")]
fn the_comparison_sees_one_pixel_in_another_window() {
    let (rows, _, mut masked) = detector(Unit::RadiusM);
    let [before, after] = [0, 1].map(|bit| {
        masked[5000] ^= bit;
        let sorted = sort(&rows, &masked, 100, true).expect("bins");
        spelled(&sorted.windows.expect("windows"), masked.len())
    });
    assert!(before == after, "other windows");
}

#[test]
fn the_extent_is_that_of_all_radii_whatever_is_masked() {
    for unit in Unit::ALL {
        let (rows, radii, mut masked) = detector(unit);
        // Rings that are masked from inside and outside, so that the extremes move through the detector.
        for part in [0.0, 0.1, 0.3, 0.49] {
            let sorted = sorted_values(&radii);
            let [low, high] =
                [part, 1.0 - part].map(|part| sorted[((radii.len() - 1) as f64 * part) as usize]);
            for (masked, &r) in masked.iter_mut().zip(&radii) {
                *masked |= u8::from(r < low || r > high);
            }
            let open = |(&r, &m): (&f64, &u8)| (m == 0).then_some(r);
            let plain = sorted_values(&radii.iter().zip(&masked).filter_map(open).collect::<Vec<_>>());
            let extent = Extent(Band::new(&rows, &masked)).run();
            assert_eq!(extent, (plain[0], plain[plain.len() - 1]), "{unit:?} {part}");
        }
    }
}

fn sorted_values(radii: &[f64]) -> Vec<f64> {
    let mut sorted = radii.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[derive(Clone)]
struct Pass<'a>(&'a RadialRows, &'a [u8], Scale);

impl Kernel for Pass<'_> {
    type Out = (Vec<Piece>, Vec<u32>, (u64, u64));

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self(rows, masked, scale) = self;
        let (low, high) = Extent(Band::new(rows, masked)).run();
        let mut windows = Windows::with_room(masked.len());
        let find = Find { band: Band::new(rows, masked), scale, windows: Some(windows.part()) };
        let found = find.run();
        windows.far = found.far;
        (found.pieces.concat(), spelled(&windows, masked.len()), (low.to_bits(), high.to_bits()))
    }
}

#[test]
fn every_level_finds_the_same_bins() {
    for unit in [Unit::RadiusM, Unit::QA] {
        let (rows, _, masked) = detector(unit);
        let (low, high) = Extent(Band::new(&rows, &masked)).run();
        let scale = Scale { low, range: high * UPPER_END - low, count: 1000 };
        let results = run_on_every_level(Pass(&rows, &masked, scale));
        assert!(results.iter().all(|result| *result == results[0]));
        let other = run_on_every_level(Pass(&rows, &masked, Scale { count: 999, ..scale }));
        assert!(other[0] != results[0]);
    }
}

proptest! {
    #[test]
    fn any_radii_are_sorted_as_by_the_plain_code(
        pixels in prop::collection::vec((0..50u32, 0..9u8), 0..3000), count in 0..60usize, odd in 0..3000usize,
    ) {
        let mut radii: Vec<f64> = pixels.iter().map(|&(r, _)| f64::from(r) * 0.37 - 1.0).collect();
        let masked: Vec<u8> = pixels.iter().map(|&(_, m)| u8::from(m == 0)).collect();
        if let Some(radius) = radii.get_mut(odd) {
            *radius = f64::NAN;
        }
        check(&radii[..], &radii, &masked, count, 2);
    }
}
