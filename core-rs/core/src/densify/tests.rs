mod without_noise;

use super::noisy::{draw_word, Draws};
use super::places::MASKED;
use super::scaled::ROUNDING;
use super::*;
use crate::parallel::Split;
use crate::random::{counter, key, poisson, words_at, Stream};
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
    Densify::new((0..PIXELS).map(radius).collect::<Vec<_>>().into(), norms, grid(), cutoff)
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
fn noise_has_the_recorded_moments_and_stays_below_the_cutoff() {
    let values: Vec<f64> = flat(1.0, 3, 1).into_iter().filter(|&v| v != DUMMY).map(f64::from).collect();
    let limit = 20.0 + 2.0 * (17f64).sqrt();
    assert!(values.iter().all(|&v| v <= limit));
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    // Five standard errors: 4/√n and 4/√2n.
    assert!((mean - 20.0).abs() < 20.0 / n.sqrt(), "{mean}");
    assert!((std - 4.0).abs() < 15.0 / n.sqrt(), "{std}");
}

#[test]
fn the_same_seed_and_frame_give_the_same_pixels_and_others_do_not() {
    assert_eq!(flat(1.0, 5, 2), flat(1.0, 5, 2));
    assert_ne!(flat(1.0, 5, 2), flat(1.0, 6, 2));
    assert_ne!(flat(1.0, 5, 2), flat(1.0, 5, 3));
}

/// What each pixel becomes by [`Draws::draw`], in f64 throughout.
fn one_by_one<T: DensePixel>(densify: &Densify, noise: Noise, dummy: T) -> Vec<T> {
    let draws = densify.draws(noise, dummy);
    let pixel = |(pixel, &place): (usize, &u32)| {
        let word = draw_word(&noise, pixel);
        let norms = densify.normalization.as_ref();
        let rounding =
            || words_at(Stream::Densify, noise.seed, noise.frame, (pixel / 4) as u32, ROUNDING)[pixel % 4];
        let norm = norms.map(|norms| (norms[pixel], rounding()));
        if place == MASKED {
            dummy
        } else {
            draws.draw(place, word, norm)
        }
    };
    densify.places.all().iter().enumerate().map(pixel).collect()
}

#[test]
fn pixels_are_those_of_the_f64_reference() {
    for corrected in [false, true] {
        for cutoff in [CUTOFF, None, Some(Cutoff { cutoff: -1.0, noise: 0.0 })] {
            for scale in [1.0, 0.3] {
                let (mut densify, noise) = (densify(corrected, cutoff), Noise { scale, ..NOISE });
                let counts = rebuilt(&mut densify, &noise, -1i32);
                assert!(counts == one_by_one(&densify, noise, -1));
                assert!(counts != one_by_one(&densify, Noise { seed: 4, ..noise }, -1));
                let floats = rebuilt(&mut densify, &noise, -1f32);
                assert!(floats == one_by_one(&densify, noise, -1.0));
                let bytes = rebuilt(&mut densify, &noise, 255u8);
                assert!(bytes == one_by_one(&densify, noise, 255));
                // Charge: another kernel draws it.
                let charge = Background {
                    std: background().std.iter().map(|std| 40.0 * std).collect(),
                    ..background()
                };
                let mut out = vec![0i32; PIXELS];
                densify.frame(&charge, &noise, -1, Kept::NONE, &mut out);
                assert!(densify.rings.tables().spread && out == one_by_one(&densify, noise, -1));
            }
        }
    }
}

/// A frame of Poisson counts about a slowly falling mean times the norm, and what sparsify keeps of it.
fn measured(densify: &Densify, gain: f64) -> (Background, Vec<i32>, Vec<u32>) {
    let (places, scale) = (densify.places.all(), densify.places.scale());
    let norm = |p: usize| densify.normalization.as_ref().map_or(1.0, |norms| f64::from(norms[p]));
    let ring = |p: usize| scale.ring(places[p]);
    let mean: Vec<f32> = (0..BINS).map(|b| 12.0 * (-(b as f32) / 200.0).exp() - 6.0).collect();
    let draw = |p: usize| match places[p] {
        MASKED => -1,
        _ => {
            let mean = f64::from(mean[ring(p)]) * norm(p);
            (f64::from(poisson(key(8), counter(Stream::Counts, 0, p as u32, 0), mean)) * gain) as i32
        }
    };
    let frame: Vec<i32> = (0..PIXELS).map(draw).collect();
    let (mut sums, unmasked) = (vec![[0.0; 4]; BINS], (0..PIXELS).filter(|&p| places[p] != MASKED));
    for p in unmasked.clone() {
        let (sum, norm, value) = (&mut sums[ring(p)], norm(p), f64::from(frame[p]));
        [value, norm, norm * norm, 0.0].iter().zip(sum.iter_mut()).for_each(|(one, sum)| *sum += one);
    }
    for p in unmasked.clone() {
        let [value, norms, ..] = sums[ring(p)];
        sums[ring(p)][3] += (f64::from(frame[p]) - value / norms * norm(p)).powi(2);
    }
    let mean = sums.iter().map(|[value, norms, ..]| (value / norms) as f32).collect();
    let std = sums.iter().map(|[_, _, squares, off]| (off / squares).sqrt() as f32).collect();
    let background = Background { mean, std };
    let above = |&p: &usize| {
        let place = grid().locate(radius(p));
        let [mean, std] = [&background.mean, &background.std].map(|of| grid().interpolate(of, place));
        f64::from(frame[p]) > (mean + densify.cutoff.reach(std)) * norm(p)
    };
    let kept = unmasked.filter(above).map(|p| p as u32).collect();
    (background, frame, kept)
}

/// Mean and variance of each ring: by how many of their standard errors a rebuilt frame is off, root mean square.
fn pulls(densify: &mut Densify, gain: f64) -> [f64; 2] {
    let (background, frame, kept) = measured(densify, gain);
    let values: Vec<i32> = kept.iter().map(|&p| frame[p as usize]).collect();
    let mut out = vec![0i32; PIXELS];
    let list = Kept { index: &kept, intensity: bytemuck::cast_slice(&values) };
    densify.frame(&background, &NOISE, -1, list, &mut out);
    let mut sums = vec![[0.0; 3]; BINS];
    for p in (0..PIXELS).filter(|&p| densify.places.all()[p] != MASKED) {
        let ring = densify.places.scale().ring(densify.places.all()[p]);
        let norm = densify.normalization.as_ref().map_or(1.0, |norms| f64::from(norms[p]));
        let off = f64::from(out[p]) - f64::from(background.mean[ring]) * norm;
        let std = f64::from(background.std[ring]).max(1e-9);
        sums[ring][0] += 1.0;
        sums[ring][1] += off / std;
        sums[ring][2] += off * off / (std * std) - norm * norm;
    }
    // Of a ring of n pixels the mean scatters by 1/√n, its variance by √(2/n) where counts are many.
    let total = |k: usize, per: f64| {
        let scattering = sums.iter().zip(&background.std).filter(|(_, &std)| std > 0.0);
        let (sum, rings) =
            scattering.fold((0.0, 0.0), |(sum, rings), (s, _)| (sum + s[k] * s[k] / s[0] / per, rings + 1.0));
        f64::sqrt(sum / rings)
    };
    [total(1, 1.0), total(2, 2.0)]
}

#[test]
fn kept_and_rebuilt_pixels_together_have_the_recorded_moments() {
    for corrected in [false, true] {
        for cutoff in [0.8, 1.4, 3.0] {
            let mut densify = densify(corrected, Some(Cutoff { cutoff, noise: 0.0 }));
            for gain in [1.0, 485.0] {
                let [mean, variance] = pulls(&mut densify, gain);
                assert!(mean < 1.5 && variance < 1.5, "{corrected} {cutoff} {gain}: {mean} {variance}");
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
fn backgrounds_that_no_clipping_makes_are_drawn_from_all_the_same() {
    let odd = [0.0, 5.0, -7.0, 4e9, 1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MIN_POSITIVE];
    let of = |shift: usize| (0..BINS).map(|b| odd[(b / shift) % odd.len()]).collect();
    let background = Background { mean: of(1), std: of(5) };
    let index: Vec<u32> = (0..PIXELS as u32).step_by(3).collect();
    for cutoff in [CUTOFF, None] {
        for corrected in [false, true] {
            let (mut densify, kept) = (densify(corrected, cutoff), vec![77i32; index.len()]);
            let kept = Kept { index: &index, intensity: bytemuck::cast_slice(&kept) };
            let mut out = vec![0i32; PIXELS];
            densify.frame(&background, &NOISE, -1, kept, &mut out);
            assert!(index.iter().all(|&p| out[p as usize] == 77));
            densify.frame(&background, &NOISE, 255u8, Kept::NONE, &mut vec![0; PIXELS]);
            densify.frame(&background, &NOISE, f32::NAN, Kept::NONE, &mut vec![0.0; PIXELS]);
        }
    }
}

#[test]
fn rings_that_do_not_scatter_are_their_mean() {
    // The limit is 20 exactly.
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
    let draws = densify.draws(NOISE, DUMMY);
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

#[test]
fn frames_that_others_fill_by_lookup_are_finished() {
    let (mut densify, mut lookup) = (densify(false, CUTOFF), Vec::new());
    let index: Vec<u32> = (0..PIXELS as u32).filter(|p| p % 31 < 2).collect();
    let values: Vec<u16> = index.iter().map(|p| (p % 60_000) as u16).collect();
    let kept = Kept { index: &index, intensity: bytemuck::cast_slice(&values) };
    let mut expected = vec![0u16; PIXELS];
    densify.frame(&background(), &NOISE, DUMMY, kept, &mut expected);
    densify.prepare::<u16>(&background(), &NOISE, kept);
    densify.lookup(&mut lookup);
    let (mut out, mut open) = (vec![DUMMY; PIXELS], vec![0u32; PIXELS.div_ceil(32)]);
    for (pixel, &place) in densify.places.all().iter().enumerate().filter(|(_, &place)| place != MASKED) {
        let (scale, word) = (densify.places.scale(), draw_word(&NOISE, pixel));
        let ring = scale.bin(place) + usize::from((word & 0xff) < scale.fraction(place));
        let [first, shift] = [0, 1].map(|k| lookup[BINS + 2 * ring + k]);
        let cell = 3 * BINS + 2 * (first + (word >> 8 >> shift)) as usize;
        let [next, count] = [lookup[cell], lookup[cell + 1]];
        let count = (count + u32::from(word >> 8 >= next)) as i32;
        out[pixel] = count.clamp(0, 65_534) as u16;
        open[pixel / 32] |= u32::from(next == 0 || count > lookup[scale.bin(place)] as i32) << (pixel % 32);
    }
    let left: u32 = open.iter().map(|bits| bits.count_ones()).sum();
    assert!((1000..200_000).contains(&left), "{left} are open");
    densify.finish(&NOISE, DUMMY, &open, kept, &mut out);
    assert!(out == expected);
}

const PROMISED_NOISE: u64 = 5_857_270_599_759_064_809;
const PROMISED_SMOOTH: u64 = 7_864_713_727_300_445_820;

#[test]
fn parts_make_the_frame_and_kept_pixels_come_back_bit_for_bit() {
    let index: Vec<u32> = (0..PIXELS as u32).filter(|p| p % 31 < 2).collect();
    let values: Vec<u16> = index.iter().map(|p| (p % 60_000) as u16).collect();
    let kept = Kept { index: &index, intensity: bytemuck::cast_slice(&values) };
    let mut densify = densify(false, CUTOFF);
    let mut whole = vec![0u16; PIXELS];
    densify.frame(&background(), &NOISE, DUMMY, kept, &mut whole);
    let mut expected = one_by_one(&densify, NOISE, DUMMY);
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
