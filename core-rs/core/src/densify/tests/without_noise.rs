//! The background rounded: near the f64 interpolation at each radius, and the bits of the same formula pixel by pixel.

use super::*;

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

/// A frame without noise in plain f64.
fn smoothly<T: DensePixel>(densify: &Densify, mean: &[f32], dummy: T) -> Vec<T> {
    let (places, scale) = (densify.places.all(), densify.places.scale());
    let pixel = |(pixel, &place): (usize, &u32)| {
        if place == MASKED {
            return dummy;
        }
        let bin = scale.bin(place);
        let [value, next] = [mean[bin], mean[(bin + 1).min(BINS - 1)]].map(f64::from);
        let value = value + f64::from(scale.steps(place)) * ((next - value) * scale.step());
        T::nearest(densify.normalization.as_ref().map_or(value, |norms| value * f64::from(norms[pixel])))
    };
    places.iter().enumerate().map(pixel).collect()
}

#[test]
fn smooth_pixels_are_those_of_plain_f64() {
    fn check<T: DensePixel + PartialEq>(densify: &mut Densify, mean: &[f32], dummy: T) {
        let background = Background { mean: mean.to_vec(), std: vec![0.0; BINS] };
        let mut out = vec![T::default(); PIXELS];
        densify.frame(&background, &Noise { scale: 0.0, ..NOISE }, dummy, Kept::NONE, &mut out);
        let mut expected = smoothly(densify, mean, dummy);
        assert!(out == expected);
        let count = expected[1234].number();
        expected[1234] = T::nearest(if count > 0.0 { count - 1.0 } else { count + 1.0 });
        assert!(out != expected, "the comparison sees one pixel");
    }
    for corrected in [false, true] {
        let mut densify = densify(corrected, CUTOFF);
        // Flat halves, negative values, rings without any, and more than a pixel holds.
        for size in [0.6f32, 7.0, 300.0, 5000.0, 3e9] {
            let value = |b: usize| match b % 8 {
                0 | 1 => (size * 0.4).floor() + 0.5,
                6 if b % 24 == 6 => f32::NAN,
                7 => -size * 0.3,
                n => size * ((b * n) as f32 * 0.618).fract(),
            };
            let mean: Vec<f32> = (0..BINS).map(value).collect();
            check(&mut densify, &mean, u8::MAX);
            check(&mut densify, &mean, u16::MAX);
            check(&mut densify, &mean, u32::MAX);
            check(&mut densify, &mean, -1i16);
            check(&mut densify, &mean, -1i32);
        }
    }
}
