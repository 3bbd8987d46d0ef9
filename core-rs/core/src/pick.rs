//! Picking: the pixels with `I_cor > background(r) + n·sqrt(std(r)² + noise²)` (method, section 5), in raster order.
//!
//! The test is exact and in f64, written without division: `signal > threshold(r)·norm`. In bin order a bound of the
//! threshold that holds for the whole bin sorts out nearly all pixels first, four at a time.

mod kept;
mod kept_runs;
mod pixel_set;
mod raster;

pub use kept::KeptValues;
pub use kept_runs::KeptRuns;
pub use pixel_set::PixelSet;
pub use raster::{InRaster, Raster};

use crate::background::{Background, RadialGrid};
use crate::bins::{BinRange, Bins};
use crate::correct::IntegerPixel;
use crate::parallel::for_each;
use crate::reduce::FixedWeights;
use crate::simd;
use crate::validity::IntegerValidity;
use kept::{Arrivals, Value, Waiting};

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

    /// Bounds of the threshold over all pixels of bin `b`: the background is a line from its centre to either edge.
    fn bounds(&self, b: usize) -> (f64, f64) {
        let (before, after) = (b.saturating_sub(1), (b + 1).min(self.grid.bins - 1));
        let edge = self.grid.edge();
        let range = |values: &[f32]| {
            let [before, own, after] = [before, b, after].map(|b| f64::from(values[b]));
            let [left, right] = [before, after].map(|next| own + edge * (next - own));
            (own.min(left).min(right), own.max(left).max(right))
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

/// A frame in bin order and where its pixels come from.
#[derive(Clone, Copy)]
pub struct Ordered<'a, T> {
    /// the pixels of each bin
    pub bins: &'a Bins,
    /// one per place of the bin order
    pub signal: &'a [T],
    /// per pixel in raster order
    pub radius: &'a [f32],
}

/// Picks from an integer frame. Puts the pixels that stand out into `picked`, and their values into `values`, if wanted;
/// both are cleared first.
pub fn pick_exact<T: IntegerPixel>(
    Ordered { bins, signal, radius }: Ordered<T>,
    weights: Option<&FixedWeights>,
    valid: IntegerValidity,
    threshold: &Threshold,
    picked: &mut PixelSet,
    mut values: Option<&mut KeptValues>,
) {
    picked.clear();
    if let Some(values) = &mut values {
        values.clear();
    }
    let (picked, values) = (&*picked, values.as_deref());
    let exceeds = |place: usize| {
        let norm = weights.map_or(1.0, |fixed| f64::from(fixed.weights[place]) * fixed.unit);
        f64::from(signal[place].widen()) > threshold.at(radius[bins.order[place] as usize]) * norm
    };
    let always = |_: usize| true;
    for_each(BinRange { bins, range: 0..bins.count() }, &|part| {
        let mut arrivals = Arrivals::new(picked, &bins.order, signal, values);
        let (mut above, mut unsure) = (Waiting::new(), Waiting::new());
        for b in part.range {
            let (range, (low, high)) = (bins.range(b), threshold.bounds(b));
            let (first, signal) = (range.start, &signal[range.clone()]);
            let Some(fixed) = weights else {
                // s > x is s > floor(x) for an integer s: where both bounds have the same floor, it decides.
                let (low, high) = (low.floor() as i32, high.floor() as i32);
                simd::for_each_outside(signal, i32::MIN, low, |place| {
                    let s = signal[place].widen();
                    match valid.contains(s) {
                        true if s > high => above.push(first + place, &mut arrivals, &always),
                        true => unsure.push(first + place, &mut arrivals, &exceeds),
                        false => {}
                    }
                });
                continue;
            };
            let (weights, unit) = (&fixed.weights[range], fixed.unit);
            simd::for_each_maybe_outside(signal, weights, f64::NEG_INFINITY, low * unit, |place| {
                let s = signal[place].widen();
                match valid.contains(s) {
                    true if f64::from(s) > high * (f64::from(weights[place]) * unit) => {
                        above.push(first + place, &mut arrivals, &always)
                    }
                    true => unsure.push(first + place, &mut arrivals, &exceeds),
                    false => {}
                }
            });
        }
        above.enter(&mut arrivals, &always);
        unsure.enter(&mut arrivals, &exceeds);
    });
}

/// Picks from any frame: `pixel(place)` gives signal and norm at a place of the bin order, `None` where not valid.
pub fn pick_float<T: Value>(
    Ordered { bins, signal, radius }: Ordered<T>,
    pixel: impl Fn(usize) -> Option<(f64, f64)> + Sync,
    threshold: &Threshold,
    picked: &mut PixelSet,
    mut values: Option<&mut KeptValues>,
) {
    picked.clear();
    if let Some(values) = &mut values {
        values.clear();
    }
    let (picked, values) = (&*picked, values.as_deref());
    for_each(BinRange { bins, range: 0..bins.count() }, &|part| {
        let mut arrivals = Arrivals::new(picked, &bins.order, signal, values);
        for b in part.range {
            let (low, high) = threshold.bounds(b);
            for place in bins.range(b) {
                let Some((signal, norm)) = pixel(place) else { continue };
                let exceeds = || signal > threshold.at(radius[bins.order[place] as usize]) * norm;
                if signal > low * norm && (signal > high * norm || exceeds()) {
                    arrivals.enter(&[place as u32], |_| true);
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
        let radius = radial.iter().map(|&r| r as f32).collect();
        let mut background = Background::new(50);
        for b in 0..50 {
            background.mean[b] = 6.0 + (b as f32 * 0.7).sin();
            background.std[b] = 2.5 + (b as f32 * 0.3).cos() * 0.5;
        }
        let grid = RadialGrid::new(bins.centre(0), bins.width, 50);
        (bins, signal, norms, radius, background, grid)
    }

    fn frame<'a>(bins: &'a Bins, signal: &'a [i32], radius: &'a [f32]) -> Ordered<'a, i32> {
        Ordered { bins, signal, radius }
    }

    #[test]
    fn picking_is_what_its_definition_says_and_differs_when_one_pixel_does() {
        let (bins, mut signal, norms, radius, background, grid) = scene();
        for (cutoff, noise) in [(2.0, 1.0), (0.8, 0.0), (-1.0, 0.5), (4.0, 0.0)] {
            let threshold =
                Threshold { background: &background, grid: &grid, cutoff: Cutoff { cutoff, noise } };
            for weighted in [false, true] {
                let fixed = weighted.then(|| FixedWeights::new(norms.iter().copied()).unwrap());
                let valid = Validity { low: 0.0, high: 21.0, dummy: None }.of_integers();
                let frame = frame(&bins, &signal, &radius);
                let norm =
                    |place: usize| fixed.as_ref().map_or(1.0, |f| f64::from(f.weights[place]) * f.unit);
                let pixel = |place: usize| {
                    let s = signal[place];
                    (s <= 21).then(|| (f64::from(s), norm(place)))
                };
                // By the definition.
                let stands_out = |&place: &usize| {
                    let at = threshold.at(radius[bins.order[place] as usize]);
                    pixel(place).is_some_and(|(s, norm)| s > at * norm)
                };
                let mut expected: Vec<(u32, u32)> = (0..signal.len())
                    .filter(stands_out)
                    .map(|place| (bins.order[place], signal[place] as u32))
                    .collect();
                expected.sort_unstable();
                let mut values = KeptValues::default();
                let kept = |set: &PixelSet, values: &mut KeptValues| {
                    let (mut index, mut packed) = (Vec::new(), Vec::new());
                    values.write_to(set, 4, &mut index, &mut packed);
                    index.into_iter().zip(packed).collect::<Vec<_>>()
                };
                let mut got = PixelSet::new(PIXELS);
                pick_exact(frame, fixed.as_ref(), valid, &threshold, &mut got, Some(&mut values));
                assert_eq!(kept(&got, &mut values), expected, "cutoff {cutoff} weighted {weighted}");
                pick_float(frame, pixel, &threshold, &mut got, Some(&mut values));
                assert_eq!(kept(&got, &mut values), expected, "cutoff {cutoff} weighted {weighted}");
            }
        }
        let threshold =
            Threshold { background: &background, grid: &grid, cutoff: Cutoff { cutoff: 2.0, noise: 1.0 } };
        let (mut before, mut after) = (PixelSet::new(PIXELS), PixelSet::new(PIXELS));
        pick_exact(
            frame(&bins, &signal, &radius),
            None,
            Validity::ALL.of_integers(),
            &threshold,
            &mut before,
            None,
        );
        signal[4321] = if before.contains(bins.order[4321] as usize) { 0 } else { 1000 };
        pick_exact(
            frame(&bins, &signal, &radius),
            None,
            Validity::ALL.of_integers(),
            &threshold,
            &mut after,
            None,
        );
        assert!(!before.iter().eq(after.iter()));
    }
}
