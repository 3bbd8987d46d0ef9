//! Simulated frames against what they promise: counting statistics, the Ewald condition, and the truth beside them.

use braggsieve_core::simulate::{CountPixel, Settings, Simulation, Spot, Truth};

/// Deviations allowed in every statistical comparison, in standard errors.
const SIGMAS: f64 = 5.0;

fn clean() -> Settings {
    Settings {
        gap_x: 0.0,
        gap_y: 0.0,
        dead_fraction: 0.0,
        hot_fraction: 0.0,
        beamstop_radius: 0.0,
        ..Settings::default()
    }
}

fn frame<T: CountPixel + Default>(simulation: &mut Simulation, index: u32) -> (Vec<T>, Truth) {
    let [height, width] = simulation.shape();
    let (mut pixels, mut truth) = (vec![T::default(); height * width], Truth::default());
    simulation.frame(index, &mut pixels, &mut truth);
    (pixels, truth)
}

/// Largest deviation of the ring means of eight empty frames from `scale` times the expected background, in standard
/// errors.
fn worst_ring(scale: f64) -> f64 {
    let mut simulation = Simulation::new(&Settings { hit_fraction: 0.0, ..Settings::default() }).unwrap();
    let rings = 60;
    let (mut counts, mut expected) = (vec![0.0; rings], vec![0.0; rings]);
    for index in 0..8 {
        let (pixels, truth) = frame::<u16>(&mut simulation, index);
        assert!(!truth.hit && truth.spots.is_empty());
        for (i, &count) in pixels.iter().enumerate() {
            if count == u16::MAX {
                continue;
            }
            let (x, y) = ((i % 512) as f64 - 256.8, (i / 512) as f64 - 254.1);
            let ring = ((x * x + y * y).sqrt() / 6.2) as usize;
            counts[ring.min(rings - 1)] += f64::from(count);
            expected[ring.min(rings - 1)] += scale * simulation.background()[i];
        }
    }
    let deviations =
        counts.iter().zip(&expected).filter(|(_, &e)| e > 0.0).map(|(c, e)| (c - e).abs() / e.sqrt());
    deviations.fold(0.0, f64::max)
}

#[test]
fn the_background_has_the_expected_mean_in_every_ring() {
    let worst = worst_ring(1.0);
    assert!(worst < SIGMAS, "{worst}");
}

#[test]
fn the_ring_comparison_sees_a_background_that_is_off_by_two_percent() {
    assert!(worst_ring(1.02) > SIGMAS);
}

/// Scattered wave vector of `hkl` and the length of the incident one, 1/Å, computed afresh for an orthogonal cell.
fn scattered(s: &Settings, r: &[f64; 9], hkl: [i32; 3]) -> ([f64; 3], f64) {
    let q = [f64::from(hkl[0]) / s.cell_a, f64::from(hkl[1]) / s.cell_b, f64::from(hkl[2]) / s.cell_c];
    let turned: [f64; 3] =
        std::array::from_fn(|i| r[3 * i] * q[0] + r[3 * i + 1] * q[1] + r[3 * i + 2] * q[2]);
    let wave = 1e-10 / s.wavelength;
    ([turned[0], turned[1], turned[2] + wave], wave)
}

#[test]
fn spots_lie_near_the_ewald_sphere_and_where_their_ray_hits() {
    let settings = Settings { hit_fraction: 1.0, ..Settings::default() };
    let mut simulation = Simulation::new(&settings).unwrap();
    for index in 0..5 {
        let (_, truth) = frame::<u16>(&mut simulation, index);
        assert!((30..500).contains(&truth.spots.len()), "{} spots", truth.spots.len());
        for spot in &truth.spots {
            let (v, wave) = scattered(&settings, &truth.orientation, spot.hkl);
            let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            let q = (v[0] * v[0] + v[1] * v[1] + (v[2] - wave) * (v[2] - wave)).sqrt();
            let width = (2e-4f64.powi(2) + (0.03f64.to_radians() * q).powi(2)).sqrt();
            assert!((length - wave - spot.excitation).abs() < 1e-12);
            assert!(spot.excitation.abs() <= 3.0 * width);
            let pixels = settings.distance / settings.pixel_size / v[2];
            // Positions count from the centre of the first pixel, the beam centre from its corner.
            assert!((spot.x + 0.5 - settings.beam_x - v[0] * pixels).abs() < 1e-9);
            assert!((spot.y + 0.5 - settings.beam_y - v[1] * pixels).abs() < 1e-9);
        }
    }
}

/// Spots far enough from the edges and from all others for their photons to be counted alone.
fn lonely(spots: &[Spot], reach: f64) -> Vec<Spot> {
    let inside = |s: &Spot| [s.x, s.y].iter().all(|&at| (reach..511.0 - reach).contains(&at));
    let far = |a: &Spot, b: &Spot| a.hkl == b.hkl || (a.x - b.x).abs().max((a.y - b.y).abs()) > 2.0 * reach;
    spots.iter().filter(|a| inside(a) && spots.iter().all(|b| far(a, b))).copied().collect()
}

#[test]
fn spots_have_their_expected_photons() {
    let settings = Settings { hit_fraction: 1.0, ..clean() };
    let mut simulation = Simulation::new(&settings).unwrap();
    let (mut found, mut expected, mut variance, mut spots) = (0.0, 0.0, 0.0, 0);
    for index in 0..10 {
        let (pixels, truth) = frame::<u32>(&mut simulation, index);
        for spot in lonely(&truth.spots, 5.0) {
            let (column, row) = (spot.x.round() as usize, spot.y.round() as usize);
            let (mut excess, mut counts) = (0.0, 0.0);
            for y in row - 4..=row + 4 {
                for x in column - 4..=column + 4 {
                    counts += f64::from(pixels[y * 512 + x]);
                    excess += f64::from(pixels[y * 512 + x]) - simulation.background()[y * 512 + x];
                }
            }
            assert!(
                (excess - spot.photons).abs() < SIGMAS * f64::max(counts, 25.0).sqrt() + 1.0,
                "{spot:?}: {excess}"
            );
            (found, expected, variance, spots) =
                (found + excess, expected + spot.photons, variance + counts, spots + 1);
        }
    }
    assert!(spots > 200, "{spots} spots are too few for a test");
    // Unlisted spots, below one photon each, may add a little.
    let deviation = (found - expected) / f64::sqrt(variance);
    assert!(deviation.abs() < SIGMAS, "{deviation}");
    assert!((found - 1.05 * expected) / f64::sqrt(variance) < -SIGMAS, "the test cannot see 5 %");
}

#[test]
fn a_frame_depends_on_seed_and_index_alone() {
    let settings = Settings::default();
    let mut one = Simulation::new(&settings).unwrap();
    let mut other = Simulation::new(&settings).unwrap();
    let _ = frame::<u16>(&mut one, 3);
    let (narrow, truth) = frame::<u16>(&mut one, 5);
    let (wide, same) = frame::<u32>(&mut other, 5);
    assert_eq!(truth, same);
    for (&a, &b) in narrow.iter().zip(&wide) {
        assert!(u32::from(a) == b || (a == u16::MAX && b == u32::MAX));
    }
    let mut reseeded = Simulation::new(&Settings { seed: 2.0, ..settings }).unwrap();
    assert!(frame::<u16>(&mut reseeded, 5).0 != narrow);
    assert!(frame::<u16>(&mut one, 6).0 != narrow);
}

#[test]
fn truth_counts_the_hits_and_marks_the_masked() {
    let mut simulation = Simulation::new(&Settings {
        width: 64.0,
        height: 48.0,
        beam_x: 30.0,
        beam_y: 20.0,
        ..Settings::default()
    })
    .unwrap();
    assert_eq!(simulation.shape(), [48, 64]);
    let hits = (0..400).filter(|&index| frame::<u16>(&mut simulation, index).1.hit).count() as f64;
    assert!((hits - 300.0).abs() < SIGMAS * f64::sqrt(400.0 * 0.75 * 0.25), "{hits}");
    let (pixels, _) = frame::<u16>(&mut simulation, 0);
    for (&pixel, &mask) in pixels.iter().zip(simulation.mask()) {
        assert_eq!(pixel == u16::MAX, mask != 0);
    }
}

#[test]
fn a_saturated_pixel_does_not_look_masked() {
    let bright = Settings { flat_photons: 1e6, hit_fraction: 0.0, ..clean() };
    let (pixels, _) = frame::<u16>(&mut Simulation::new(&bright).unwrap(), 0);
    assert_eq!(pixels[0], u16::MAX - 1);
}

#[test]
fn work_without_end_is_refused() {
    let wide = Settings { width: 16384.0, height: 16384.0, ..Settings::default() };
    assert!(Simulation::new(&wide).is_err());
    let virus = Settings { cell_a: 2000.0, cell_b: 2000.0, cell_c: 2000.0, ..Settings::default() };
    assert!(Simulation::new(&virus).is_err());
}

#[test]
fn frames_keep_their_bits() {
    // The same number is expected of the WASM build: a frame is the same on every engine and for ever.
    let (pixels, truth) = frame::<u16>(&mut Simulation::new(&Settings::default()).unwrap(), 0);
    let hash = pixels
        .iter()
        .fold(0x811c_9dc5u32, |hash, &pixel| (hash ^ u32::from(pixel)).wrapping_mul(0x0100_0193));
    assert_eq!((hash, truth.hit, truth.spots.len()), (1_789_976_403, true, 232));
}
