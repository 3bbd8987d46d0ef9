//! Picking: the pixels with `I_cor > background(r) + n·sqrt(std(r)² + noise²)` (method, section 5), in raster order.
//!
//! The test is exact and in f64, written without division: `signal > threshold(r)·norm`. In bin order a bound of the
//! threshold that holds for the whole bin sorts out nearly all pixels first, four at a time.

use crate::background::{Background, RadialGrid};
use crate::bins::{BinRange, Bins};
use crate::parallel::for_each;
use crate::reduce::FixedWeights;
use crate::simd;
use crate::validity::IntegerValidity;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What decides which pixels stand out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cutoff {
    /// n, in units of the pixel's uncertainty
    pub cutoff: f64,
    /// added to std in quadrature, counts
    pub noise: f64,
}

impl Cutoff {
    /// How far above the background's mean a pixel must lie: `n·sqrt(std² + noise²)`.
    #[inline(always)]
    pub fn reach(&self, std: f64) -> f64 {
        self.cutoff * (std * std + self.noise * self.noise).sqrt()
    }
}

/// Background and cut-off at every radius.
#[derive(Clone, Copy)]
pub struct Threshold<'a> {
    /// mean and std per bin
    pub background: &'a Background,
    /// where the bins lie
    pub grid: &'a RadialGrid,
    /// n and noise
    pub cutoff: Cutoff,
}

impl Threshold<'_> {
    /// Corrected intensity above which a pixel at `radius` stands out.
    #[inline(always)]
    pub fn at(&self, radius: f32) -> f64 {
        let place = self.grid.locate(radius);
        let mean = self.grid.interpolate(&self.background.mean, place);
        let std = self.grid.interpolate(&self.background.std, place);
        self.of(mean, std)
    }

    #[inline(always)]
    fn of(&self, mean: f64, std: f64) -> f64 {
        mean + self.cutoff.reach(std)
    }

    /// Bounds of the threshold over all pixels of bin `b`, which lie between the centres of its neighbours.
    fn bounds(&self, b: usize) -> (f64, f64) {
        let near = b.saturating_sub(1)..(b + 2).min(self.grid.bins);
        let range = |values: &[f32]| {
            let values = values[near.clone()].iter().map(|&value| f64::from(value));
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let (mean, mut std) = (range(&self.background.mean), range(&self.background.std));
        if self.cutoff.cutoff < 0.0 {
            std = (std.1, std.0);
        }
        // Apart by more than the roundings of interpolating, squaring and adding.
        let widen = |bound: f64, direction: f64| bound + direction * bound.abs() * 1e-12;
        (widen(self.of(mean.0, std.0), -1.0), widen(self.of(mean.1, std.1), 1.0))
    }
}

/// One bit per pixel of the frame, in raster order. Threads put pixels in side by side: bits that are set in any order
/// give the same set.
#[derive(Debug, Default)]
pub struct PixelSet {
    words: Vec<AtomicU64>,
}

impl PixelSet {
    /// Room for `pixels` pixels, all out.
    pub fn new(pixels: usize) -> Self {
        Self { words: std::iter::repeat_with(AtomicU64::default).take(pixels.div_ceil(64)).collect() }
    }

    /// Takes all pixels out.
    pub fn clear(&mut self) {
        self.words.iter_mut().for_each(|word| *word.get_mut() = 0);
    }

    /// Puts a pixel in.
    #[inline(always)]
    pub fn insert(&self, pixel: usize) {
        self.words[pixel / 64].fetch_or(1 << (pixel % 64), Relaxed);
    }

    /// Whether a pixel is in.
    #[inline(always)]
    pub fn contains(&self, pixel: usize) -> bool {
        self.words[pixel / 64].load(Relaxed) >> (pixel % 64) & 1 != 0
    }

    /// Number of pixels in.
    pub fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no pixel is in.
    pub fn is_empty(&self) -> bool {
        self.words().all(|word| word == 0)
    }

    fn words(&self) -> impl Iterator<Item = u64> + '_ {
        self.words.iter().map(|word| word.load(Relaxed))
    }

    /// The pixels that are in, in raster order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words().enumerate().flat_map(|(at, word)| {
            std::iter::successors((word != 0).then_some(word), |w| {
                let rest = w & (w - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |w| at * 64 + w.trailing_zeros() as usize)
        })
    }

    /// Writes the raster indices of the pixels that are in, in order, to `index`, which keeps its room.
    pub fn write_to(&self, index: &mut Vec<u32>) {
        index.clear();
        index.resize(self.len(), 0);
        let mut places = index.iter_mut();
        for (at, mut left) in self.words().enumerate() {
            while left != 0 {
                if let Some(place) = places.next() {
                    *place = (at * 64) as u32 + left.trailing_zeros();
                }
                left &= left - 1;
            }
        }
    }
}

/// Picks from an integer frame in bin order. `radius`: one f32 per place of the bin order. Puts the pixels that stand
/// out into `picked`, which it clears first.
pub fn pick_exact(
    bins: &Bins,
    signal: &[i32],
    weights: Option<&FixedWeights>,
    radius: &[f32],
    valid: IntegerValidity,
    threshold: &Threshold,
    picked: &mut PixelSet,
) {
    picked.clear();
    let picked = &*picked;
    for_each(BinRange { bins, range: 0..bins.count() }, &|part| {
        for b in part.range {
            let range = bins.range(b);
            let (order, signal) = (&bins.order[range.clone()], &signal[range.clone()]);
            let radius = &radius[range.clone()];
            let (low, high) = threshold.bounds(b);
            let Some(fixed) = weights else {
                // s > x is s > floor(x) for an integer s: where both bounds have the same floor, it decides.
                let (low, high) = (low.floor() as i32, high.floor() as i32);
                simd::for_each_outside(signal, i32::MIN, low, |place| {
                    let s = signal[place];
                    let above = s > high || f64::from(s) > threshold.at(radius[place]);
                    if above && valid.contains(s) {
                        picked.insert(order[place] as usize);
                    }
                });
                continue;
            };
            let (weights, unit) = (&fixed.weights[range], fixed.unit);
            simd::for_each_maybe_outside(signal, weights, f64::NEG_INFINITY, low * unit, |place| {
                let s = signal[place];
                let (signal, norm) = (f64::from(s), f64::from(weights[place]) * unit);
                let above = signal > high * norm || signal > threshold.at(radius[place]) * norm;
                if above && valid.contains(s) {
                    picked.insert(order[place] as usize);
                }
            });
        }
    });
}

/// Picks from any frame: `pixel(place)` gives signal and norm at a place of the bin order, `None` where not valid.
/// The reference for [`pick_exact`], and the path of float frames.
pub fn pick_float(
    bins: &Bins,
    pixel: impl Fn(usize) -> Option<(f64, f64)> + Sync,
    radius: &[f32],
    threshold: &Threshold,
    picked: &mut PixelSet,
) {
    picked.clear();
    let picked = &*picked;
    for_each(BinRange { bins, range: 0..bins.count() }, &|part| {
        for place in part.range.flat_map(|b| bins.range(b)) {
            if let Some((signal, norm)) = pixel(place) {
                if signal > threshold.at(radius[place]) * norm {
                    picked.insert(bins.order[place] as usize);
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validity::Validity;

    const PIXELS: usize = 30_000;

    fn scene() -> (Bins, Vec<i32>, Vec<f32>, Vec<f32>, Background, RadialGrid) {
        let radial: Vec<f64> = (0..PIXELS).map(|i| ((i * 7919) % 10_007) as f64 / 1e4 + 0.01).collect();
        let masked: Vec<u8> = (0..PIXELS).map(|i| u8::from(i % 11 == 3)).collect();
        let bins = Bins::new(&radial, &masked, 50).unwrap();
        let signal = bins.order.iter().map(|&p| (p as i32 * 31) % 23).collect();
        let norms = bins.order.iter().map(|&p| 1.0 - 0.3 * radial[p as usize] as f32).collect();
        let radius = bins.order.iter().map(|&p| radial[p as usize] as f32).collect();
        let mut background = Background::new(50);
        for b in 0..50 {
            background.mean[b] = 6.0 + (b as f32 * 0.7).sin();
            background.std[b] = 2.5 + (b as f32 * 0.3).cos() * 0.5;
        }
        let grid = RadialGrid::new(bins.centre(0), bins.width, 50);
        (bins, signal, norms, radius, background, grid)
    }

    #[test]
    fn exact_picking_equals_the_f64_reference_and_differs_when_one_pixel_does() {
        let (bins, mut signal, norms, radius, background, grid) = scene();
        for (cutoff, noise) in [(2.0, 1.0), (0.8, 0.0), (-1.0, 0.5), (4.0, 0.0)] {
            let threshold =
                Threshold { background: &background, grid: &grid, cutoff: Cutoff { cutoff, noise } };
            for weighted in [false, true] {
                let fixed = weighted.then(|| FixedWeights::new(norms.iter().copied()).unwrap());
                let (mut got, mut expected) = (PixelSet::new(PIXELS), PixelSet::new(PIXELS));
                let valid = Validity { low: 0.0, high: 21.0, dummy: None }.of_integers();
                pick_exact(&bins, &signal, fixed.as_ref(), &radius, valid, &threshold, &mut got);
                let norm =
                    |place: usize| fixed.as_ref().map_or(1.0, |f| f64::from(f.weights[place]) * f.unit);
                let pixel = |place: usize| {
                    let s = signal[place];
                    (s <= 21).then(|| (f64::from(s), norm(place)))
                };
                pick_float(&bins, pixel, &radius, &threshold, &mut expected);
                assert!(got.iter().eq(expected.iter()), "cutoff {cutoff} weighted {weighted}");
                assert_eq!(got.len(), expected.iter().count());
            }
        }
        let threshold =
            Threshold { background: &background, grid: &grid, cutoff: Cutoff { cutoff: 2.0, noise: 1.0 } };
        let (mut before, mut after) = (PixelSet::new(PIXELS), PixelSet::new(PIXELS));
        pick_exact(&bins, &signal, None, &radius, Validity::ALL.of_integers(), &threshold, &mut before);
        signal[4321] = if before.contains(bins.order[4321] as usize) { 0 } else { 1000 };
        pick_exact(&bins, &signal, None, &radius, Validity::ALL.of_integers(), &threshold, &mut after);
        assert!(!before.iter().eq(after.iter()));
    }

    #[test]
    fn a_pixel_set_gives_its_pixels_in_order() {
        let set = PixelSet::new(200);
        for pixel in [199, 0, 63, 64, 128, 63] {
            set.insert(pixel);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 128, 199]);
        assert_eq!(set.len(), 5);
        let mut index = vec![7; 9];
        set.write_to(&mut index);
        assert_eq!(index, [0, 63, 64, 128, 199]);
        assert!(set.contains(64) && !set.contains(65) && !set.is_empty());
    }
}
