use super::noisy::Draws;
use super::places::MASKED;
use super::*;
use crate::parallel::Split;
use crate::random::words_at;
use crate::random::Stream;
use crate::simd::{run_on_every_level, Kernel};

const BINS: usize = 50;
const PIXELS: usize = 300_000;
const DUMMY: u16 = u16::MAX;

/// How far a value without noise may lie from the f64 interpolation at the radius itself, in counts per count that
/// the background changes from a bin to the next: half a step of a place, and the roundings of f64.
const PLACE_ERROR: f64 = 1.1 * 0.5 / (1u64 << 26) as f64;

fn radius(pixel: usize) -> f32 {
    if pixel % 100 == 7 {
        f32::NAN
    } else {
        0.5 + ((pixel * 7919) % 10_007) as f32 * 55e-4
    }
}

fn grid() -> RadialGrid {
    RadialGrid::new(1.0, 1.0, BINS)
}

fn norm(pixel: usize) -> f32 {
    1.0 - (pixel % 1000) as f32 * 4e-4
}

fn densify(corrected: bool, cutoff: Option<Cutoff>) -> Densify {
    let norms = corrected.then(|| (0..PIXELS).map(norm).collect());
    Densify::new((0..PIXELS).map(radius).collect(), norms, grid(), cutoff)
}

/// A falling background whose last bins do not scatter.
fn background() -> Background {
    let mean: Vec<f32> = (0..BINS).map(|b| 900.0 * (-(b as f32) / 9.0).exp() + 0.3).collect();
    let std = mean.iter().enumerate().map(|(b, m)| if b < 45 { 1.2 * m.sqrt() } else { 0.0 }).collect();
    Background { mean, std }
}

const CUTOFF: Option<Cutoff> = Some(Cutoff { cutoff: 1.5, noise: 0.5 });
const NOISE: Noise = Noise { scale: 1.0, seed: 3, frame: 1 };

fn rebuilt<T: DensePixel>(densify: &mut Densify, noise: &Noise, dummy: T) -> Vec<T> {
    let mut out = vec![T::default(); PIXELS];
    densify.frame(&background(), noise, dummy, Kept::NONE, &mut out);
    out
}

/// A background of one value everywhere.
fn flat(scale: f64, seed: u64, frame: u32) -> Vec<u16> {
    let mut densify = densify(false, Some(Cutoff { cutoff: 2.0, noise: 1.0 }));
    let background = Background { mean: vec![20.0; BINS], std: vec![4.0; BINS] };
    let mut out = vec![0u16; PIXELS];
    densify.frame(&background, &Noise { scale, seed, frame }, DUMMY, Kept::NONE, &mut out);
    out
}

#[test]
fn without_noise_the_background_is_rounded_and_masked_pixels_are_the_dummy() {
    let out = flat(0.0, 0, 0);
    assert!(out.iter().enumerate().all(|(p, &v)| v == if p % 100 == 7 { DUMMY } else { 20 }));
}

/// The background at a pixel's radius in plain f64, times the norm, and how steep it is there.
fn plain(pixel: usize, norm: f64) -> (f64, f64) {
    let (mean, place) = (background().mean, grid().locate(radius(pixel)));
    let slope = f64::from(mean[place.0 + 1]) - f64::from(mean[place.0]);
    (grid().interpolate(&mean, place) * norm, slope.abs() * norm)
}

/// Pixels that are not the plain f64 value rounded, though no half lies nearer to it than the tolerance.
fn wrong<T: DensePixel + PartialEq>(out: &[T], corrected: bool, tolerance: f64) -> usize {
    let differs = |pixel: usize| {
        let (value, slope) = plain(pixel, if corrected { f64::from(norm(pixel)) } else { 1.0 });
        let error = slope * tolerance + 1e-12;
        [value - error, value + error].iter().all(|&value| T::nearest(value) != out[pixel])
    };
    (0..PIXELS).step_by(7).filter(|&p| !radius(p).is_nan() && differs(p)).count()
}

#[test]
fn without_noise_pixels_are_the_f64_interpolation() {
    let none = Noise { scale: 0.0, ..NOISE };
    for corrected in [false, true] {
        let mut densify = densify(corrected, CUTOFF);
        assert_eq!(wrong(&rebuilt(&mut densify, &none, DUMMY), corrected, PLACE_ERROR), 0);
        assert_eq!(wrong(&rebuilt(&mut densify, &none, u32::MAX), corrected, PLACE_ERROR), 0);
        assert_eq!(wrong(&rebuilt(&mut densify, &none, -1i32), corrected, PLACE_ERROR), 0);
        assert_eq!(wrong(&rebuilt(&mut densify, &none, 255u8), corrected, PLACE_ERROR), 0);
        // Floats show what whole counts hide: a place is not the radius.
        let floats = rebuilt(&mut densify, &none, f32::NAN);
        assert!(wrong(&floats, corrected, 0.0) < 2000);
        let shifted: Vec<u16> =
            rebuilt(&mut densify, &none, DUMMY).iter().map(|v| v.wrapping_add(1)).collect();
        assert!(wrong(&shifted, corrected, PLACE_ERROR) > 40_000, "the comparison sees one count");
    }
}

#[test]
fn noise_has_the_moments_of_the_truncated_normal_and_stays_below_the_cutoff() {
    let values: Vec<f64> = flat(1.0, 3, 1).into_iter().filter(|&v| v != DUMMY).map(f64::from).collect();
    let limit = 20.0 + 2.0 * (17f64).sqrt();
    assert!(values.iter().all(|&v| v <= limit));
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    // Truncated at c = 2·sqrt(17)/4: mean −σ·φ(c)/Φ(c) = −0.194, std 3.79; rounding adds 1/12 to the variance.
    assert!((mean - 19.806).abs() < 0.04, "{mean}");
    assert!((std - 3.80).abs() < 0.02, "{std}");
}

#[test]
fn the_same_seed_and_frame_give_the_same_pixels_and_others_do_not() {
    assert_eq!(flat(1.0, 5, 2), flat(1.0, 5, 2));
    assert_ne!(flat(1.0, 5, 2), flat(1.0, 6, 2));
    assert_ne!(flat(1.0, 5, 2), flat(1.0, 5, 3));
}

/// Calls `check` with the draws of a frame, the place of a pixel, its word and norm.
fn for_each_draw<T: DensePixel>(
    densify: &mut Densify,
    noise: Noise,
    dummy: T,
    mut check: impl FnMut(&Draws<T>, usize, u32, u32, f32),
) {
    rebuilt(densify, &noise, dummy);
    let (scale, background) = (densify.places.scale(), background());
    let (rows, normal, cutoff) = (&densify.rows[..], &densify.normal, densify.cutoff);
    let draws = Draws { rows, scale, normal, background: &background, cutoff, noise, dummy };
    for (pixel, &place) in densify.places.all().iter().enumerate().filter(|(_, &place)| place != MASKED) {
        let word = words_at(Stream::Densify, noise.seed, noise.frame, (pixel / 4) as u32)[pixel % 4];
        check(&draws, pixel, place, word, densify.normalization.as_ref().map_or(1.0, |norms| norms[pixel]));
    }
}

#[test]
fn draws_are_those_of_the_f64_reference() {
    for corrected in [false, true] {
        for cutoff in [CUTOFF, None, Some(Cutoff { cutoff: -1.0, noise: 0.0 })] {
            for scale in [1.0, 0.3] {
                let (mut densify, noise) = (densify(corrected, cutoff), Noise { scale, ..NOISE });
                let (floats, counts) =
                    (rebuilt(&mut densify, &noise, -1.0f32), rebuilt(&mut densify, &noise, -1i32));
                for_each_draw(&mut densify, noise, 0f32, |draws, pixel, place, word, norm| {
                    let (got, expected) = (floats[pixel], draws.draw(place, word, norm));
                    // The table of quantiles times std, and a few roundings of f32.
                    let close = NormalTable::ERROR as f32 * 36.0 + expected * 1e-6;
                    assert!((got - expected).abs() <= close, "pixel {pixel}: {got} against {expected}");
                });
                let mut different = 0;
                for_each_draw(&mut densify, noise, 0i32, |draws, pixel, place, word, norm| {
                    let (got, expected) = (counts[pixel], draws.draw(place, word, norm));
                    assert!((got - expected).abs() <= 1, "pixel {pixel}: {got} against {expected}");
                    different += u32::from(got != expected);
                });
                assert!(different < PIXELS as u32 / 500, "{different} counts");
            }
        }
    }
}

#[test]
fn no_draw_lies_above_the_cutoff_where_it_would_have_been_kept() {
    let mut densify = densify(true, CUTOFF);
    let (cutoff, background) = (densify.cutoff, background());
    let counts = rebuilt(&mut densify, &NOISE, u32::MAX);
    let mut at_the_limit = 0;
    for pixel in (0..PIXELS).filter(|&pixel| !radius(pixel).is_nan()) {
        let place = grid().locate(radius(pixel));
        let (mean, std) =
            (grid().interpolate(&background.mean, place), grid().interpolate(&background.std, place));
        let limit = (mean + cutoff.reach(std)) * f64::from(norm(pixel));
        let count = f64::from(counts[pixel]);
        assert!(count <= limit * (1.0 + PLACE_ERROR), "pixel {pixel}: {count} above {limit}");
        at_the_limit += u32::from(count + 1.0 > limit);
    }
    assert!(at_the_limit > 1000, "the cut-off was met: {at_the_limit}");
}

#[test]
fn limits_that_f32_cannot_tell_are_left_to_f64() {
    // The limit is 20 exactly, and the mean the only value: f32 alone would not know whether 20 lies above it.
    let mut densify = densify(false, Some(Cutoff { cutoff: 2.0, noise: 0.0 }));
    let background = Background { mean: vec![20.0; BINS], std: vec![0.0; BINS] };
    let mut out = vec![0u8; PIXELS];
    densify.frame(&background, &NOISE, 255, Kept::NONE, &mut out);
    assert!(out.iter().enumerate().all(|(p, &v)| v == if p % 100 == 7 { 255 } else { 20 }));
}

/// A frame made by one level of instructions.
#[derive(Clone)]
struct Frame<'a>(&'a Densify, Draws<'a, u16>, &'a [Line]);

impl Kernel for Frame<'_> {
    type Out = [Vec<u16>; 2];

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self(densify, draws, lines) = self;
        let mut frames = [vec![0; PIXELS], vec![0; PIXELS]];
        let [noisy, smooth] = &mut frames;
        let (places, norms) = (densify.places.all(), densify.normalization.as_deref());
        let pixels = |out| Pixels { first: 0, out, places, norms, kept: Kept::NONE };
        Noisy { pixels: pixels(noisy), draws }.run();
        Smooth { pixels: pixels(smooth), lines, scale: draws.scale, dummy: DUMMY }.run();
        frames
    }
}

#[test]
fn every_level_makes_the_same_bits() {
    let mut densify = densify(true, CUTOFF);
    let expected = [1.0, 0.0].map(|scale| rebuilt(&mut densify, &Noise { scale, ..NOISE }, DUMMY));
    let (background, scale) = (background(), densify.places.scale());
    let draws = Draws {
        rows: &densify.rows,
        scale,
        normal: &densify.normal,
        background: &background,
        cutoff: densify.cutoff,
        noise: NOISE,
        dummy: DUMMY,
    };
    for frames in run_on_every_level(Frame(&densify, draws, &densify.lines)) {
        assert!(frames == expected);
    }
    let other = Draws { noise: Noise { seed: 4, ..NOISE }, ..draws };
    assert!(run_on_every_level(Frame(&densify, other, &densify.lines))[0] != expected);
}

#[test]
fn a_frame_keeps_its_bits() {
    // Files densified once must be densified the same ever after: these bits are a promise.
    let fold =
        |out: Vec<u16>| out.iter().fold(0u64, |sum, &v| sum.wrapping_mul(0x100_0000_01b3) ^ u64::from(v));
    assert_eq!(fold(rebuilt(&mut densify(true, CUTOFF), &NOISE, DUMMY)), PROMISED_NOISE);
    assert_eq!(
        fold(rebuilt(&mut densify(true, CUTOFF), &Noise { scale: 0.0, ..NOISE }, DUMMY)),
        PROMISED_SMOOTH
    );
}

const PROMISED_NOISE: u64 = 17_435_483_694_415_865_657;
const PROMISED_SMOOTH: u64 = 7_864_713_727_300_445_820;

#[test]
fn parts_make_the_frame_and_kept_pixels_come_back_bit_for_bit() {
    let index: Vec<u32> = (0..PIXELS as u32).filter(|p| p % 31 < 2).collect();
    let values: Vec<u16> = index.iter().map(|p| (p % 60_000) as u16).collect();
    let kept = Kept { index: &index, intensity: bytemuck::cast_slice(&values) };
    let mut densify = densify(false, CUTOFF);
    let mut whole = vec![0u16; PIXELS];
    densify.frame(&background(), &NOISE, DUMMY, kept, &mut whole);
    let mut expected = rebuilt(&mut densify, &NOISE, DUMMY);
    index.iter().zip(&values).for_each(|(&p, &v)| expected[p as usize] = v);
    assert!(whole == expected);

    let (places, scale) = (densify.places.all(), densify.places.scale());
    let lines = &densify.lines[..];
    let mut out = [vec![0u16; PIXELS], vec![0u16; PIXELS]];
    let [parts, one] = &mut out;
    let smooth = |pixels| Smooth { pixels, lines, scale, dummy: DUMMY }.run();
    let Ok((left, right)) = (Pixels { first: 0, out: parts, places, norms: None, kept }).split() else {
        panic!("large enough to be split")
    };
    smooth(right);
    smooth(left);
    smooth(Pixels { first: 0, out: one, places, norms: None, kept });
    assert!(out[0] == out[1]);
}
