//! Picking from an integer frame as it lies, where every norm is 1: the limits of a group of neighbouring pixels are a
//! window of one table (see [`Windows`]), the frame is read once from front to back, and kept pixels come in order.

use super::{KeptRuns, Threshold};
use crate::bins::{PixelMap, Windows, GROUP, NOWHERE, WINDOW};
use crate::correct::IntegerPixel;
use crate::parallel::{for_each, Split, WORTH_A_THREAD};
use crate::simd::{self, KeptRun, Limits};
use crate::validity::IntegerValidity;

/// A frame in raster order, and which bins its pixels are in.
pub struct Raster<'a, T, R: ?Sized> {
    /// one per pixel
    pub frame: &'a [T],
    /// per pixel; NaN where masked
    pub radius: &'a R,
    /// of these radii
    pub windows: &'a Windows,
    /// which signals count
    pub valid: IntegerValidity,
}

/// Buffers that keep their room from frame to frame. See the module.
#[derive(Debug, Default)]
pub struct InRaster {
    tables: Tables,
    kept: KeptRuns,
}

/// See [`Limits`].
#[derive(Debug, Default)]
struct Tables {
    low: Vec<i32>,
    high: Vec<i32>,
    least: Vec<i32>,
}

/// Groups of a part: worth a thread.
const PART: usize = 2 * WORTH_A_THREAD / GROUP;

/// Parts of a frame, from one of some number on, and where the results of each go.
struct Parts<'a, R> {
    first: usize,
    out: &'a mut [R],
}

impl<R: Send> Split for Parts<'_, R> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.out.len() < 2 {
            return Err(self);
        }
        let half = self.out.len() / 2;
        let (left, right) = self.out.split_at_mut(half);
        Ok((Self { first: self.first, out: left }, Self { first: self.first + half, out: right }))
    }
}

impl InRaster {
    /// As [`pick_exact`](super::pick_exact) without weights; the values come in the order of the pixels.
    pub fn pick<T: IntegerPixel + Default, R: PixelMap + ?Sized>(
        &mut self,
        raster: &Raster<T, R>,
        threshold: &Threshold,
    ) {
        self.limit(threshold);
        let Self { tables, kept: KeptRuns(runs) } = self;
        runs.resize_with(raster.windows.lowest.len().div_ceil(PART), KeptRun::default);
        let pick = Pick { raster, threshold, tables };
        for_each(Parts { first: 0, out: runs }, &|Parts { first, out }| {
            for (part, run) in out.iter_mut().enumerate() {
                pick.keep(first + part, run);
            }
        });
    }

    /// What the last [`InRaster::pick`] kept.
    pub fn kept(&self) -> &KeptRuns {
        &self.kept
    }

    fn limit(&mut self, threshold: &Threshold) {
        let Tables { low, high, least } = &mut self.tables;
        let bins = threshold.grid.bins;
        for table in [&mut *low, &mut *high, &mut *least] {
            table.resize(Windows::table(bins), i32::MAX);
        }
        for b in 0..bins {
            // s > x is s > floor(x) for an integer s; the conversions saturate.
            let (lower, upper) = threshold.bounds(b);
            (low[b], high[b]) = (lower.floor() as i32, upper.floor() as i32);
        }
        for b in 0..bins {
            least[b] = low[b..b + WINDOW].iter().fold(i32::MAX, |least, &low| least.min(low));
        }
    }
}

/// A frame that is picked from.
struct Pick<'a, T, R: ?Sized> {
    raster: &'a Raster<'a, T, R>,
    threshold: &'a Threshold<'a>,
    tables: &'a Tables,
}

impl<T: IntegerPixel + Default, R: PixelMap + ?Sized> Pick<'_, T, R> {
    /// Puts the kept pixels of a part into `run`, group by group.
    fn keep(&self, part: usize, run: &mut KeptRun) {
        run.clear();
        let Raster { frame, windows, .. } = self.raster;
        let (whole, rest) = frame.as_chunks::<GROUP>();
        let mut last = [T::default(); GROUP];
        last[..rest.len()].copy_from_slice(rest);
        let (mut next, end) = (part * PART, ((part + 1) * PART).min(windows.lowest.len()));
        let from = windows.far.partition_point(|&(group, _)| (group as usize) < next);
        for (group, bins) in &windows.far[from..] {
            let group = *group as usize;
            if group >= end {
                break;
            }
            self.keep_near(next, &whole[next..group], run);
            let pixels = whole.get(group).unwrap_or(&last);
            let mut bits = self.far(group, pixels, bins);
            while bits != 0 {
                let lane = bits.trailing_zeros() as usize;
                run.push((group * GROUP + lane) as u32, pixels[lane].widen());
                bits &= bits - 1;
            }
            next = group + 1;
        }
        let inner = end.min(whole.len());
        self.keep_near(next, whole.get(next..inner).unwrap_or_default(), run);
        if inner < end && next <= inner {
            self.keep_near(inner, std::slice::from_ref(&last), run);
        }
    }

    /// The same of groups whose bins a window holds.
    fn keep_near(&self, first: usize, pixels: &[[T; GROUP]], run: &mut KeptRun) {
        if !pixels.is_empty() {
            let settle = |group, bits| self.settle(first + group, &pixels[group], bits);
            simd::keep_above(pixels, first * GROUP, &self.limits(first), settle, run);
        }
    }

    fn limits(&self, first: usize) -> Limits<'_> {
        let Windows { lowest, above, .. } = self.raster.windows;
        let Tables { low, high, least } = self.tables;
        let above = &above.as_chunks().0[first..];
        Limits { above, lowest: &lowest[first..], low, high, least, valid: self.raster.valid }
    }

    /// Which of some pixels of a group stand out, by the definition.
    #[cold]
    fn settle(&self, group: usize, pixels: &[T; GROUP], mut bits: u32) -> u32 {
        let mut kept = 0;
        while bits != 0 {
            let lane = bits.trailing_zeros() as usize;
            let at = self.threshold.at(self.raster.radius.at(group * GROUP + lane));
            kept |= u32::from(f64::from(pixels[lane].widen()) > at) << lane;
            bits &= bits - 1;
        }
        kept
    }

    /// What is kept of a group whose pixels are in these bins.
    fn far(&self, group: usize, pixels: &[T; GROUP], bins: &[u32; GROUP]) -> u32 {
        let Tables { low, high, .. } = self.tables;
        let (mut sure, mut unsure) = (0, 0);
        for (lane, (pixel, &bin)) in pixels.iter().zip(bins).enumerate() {
            let s = pixel.widen();
            if bin != NOWHERE && self.raster.valid.contains(s) {
                sure |= u32::from(s > high[bin as usize]) << lane;
                unsure |= u32::from(s > low[bin as usize]) << lane;
            }
        }
        sure | self.settle(group, pixels, unsure & !sure)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{pick_exact, Cutoff, KeptValues, Ordered, PixelSet};
    use super::*;
    use crate::background::{Background, RadialGrid};
    use crate::bins::{sort, Bins, Sorted};
    use crate::validity::Validity;

    /// Rings around a beam outside of the middle, some pixels masked: more than one part, and a last group that is not
    /// whole.
    const SHAPE: (usize, usize) = (411, 407);

    struct Scene {
        bins: Bins,
        radius: Vec<f32>,
        grid: RadialGrid,
        background: Background,
        windows: Windows,
    }

    fn scene(count: usize) -> Scene {
        let (slow, fast) = SHAPE;
        let radial: Vec<f64> =
            (0..slow * fast).map(|p| ((p / fast) as f64 - 101.3).hypot((p % fast) as f64 - 250.7)).collect();
        let masked: Vec<u8> = (0..slow * fast).map(|p| u8::from(p % 61 == 7 || p / 500 % 40 == 3)).collect();
        let Sorted { bins, windows, .. } = sort(&radial[..], &masked, count, true).unwrap();
        let windows = windows.unwrap();
        let grid = RadialGrid::new(bins.centre(0), bins.width, count);
        let radius: Vec<f32> =
            radial.iter().zip(&masked).map(|(&r, &m)| if m == 0 { r as f32 } else { f32::NAN }).collect();
        let mut background = Background::new(count);
        for b in 0..count {
            background.mean[b] = 6.0 + (b as f32 * 0.7).sin() * 4.0;
            background.std[b] = 2.5 + (b as f32 * 0.3).cos();
        }
        Scene { bins, radius, grid, background, windows }
    }

    type Picked = (Vec<u32>, Vec<u32>);

    /// By the scan of the frame, and in bin order.
    fn both<T: IntegerPixel + Default>(scene: &Scene, frame: &[T], cutoff: Cutoff) -> (Picked, Picked) {
        let Scene { bins, radius, grid, background, windows } = scene;
        let threshold = Threshold { background, grid, cutoff };
        let valid = Validity { low: -5.0, high: 60_000.0, dummy: Some((9.0, 0.0)) }.of_integers();
        let raster = Raster { frame, radius: &radius[..], windows, valid };
        let (mut in_raster, mut by_raster, mut by_bin) =
            (InRaster::default(), Picked::default(), Picked::default());
        in_raster.pick(&raster, &threshold);
        in_raster.kept().write_to(4, &mut by_raster.0, &mut by_raster.1);
        let mut set = PixelSet::new(radius.len());
        let signal: Vec<i32> = bins.order.iter().map(|&p| frame[p as usize].widen()).collect();
        let (ordered, mut values) = (Ordered { bins, signal: &signal, radius }, KeptValues::default());
        pick_exact(ordered, None, valid, &threshold, &mut set, Some(&mut values));
        values.write_to(&set, 4, &mut by_bin.0, &mut by_bin.1);
        (by_raster, by_bin)
    }

    #[test]
    fn the_frame_as_it_lies_gives_the_pixels_of_the_bin_order() {
        for count in [7, 180, 300] {
            let scene = scene(count);
            assert!(!scene.windows.far.is_empty() || count == 7);
            let counts = |p: usize| (p * 7919 + p / 13) % 23;
            let pixels = 0..scene.radius.len();
            let narrow: Vec<u16> =
                pixels.clone().map(|p| if p % 401 == 0 { u16::MAX } else { counts(p) as u16 }).collect();
            let bytes: Vec<u8> = pixels.clone().map(|p| counts(p) as u8).collect();
            let signed: Vec<i32> = pixels.clone().map(|p| counts(p) as i32 - 8).collect();
            let wide: Vec<u32> =
                pixels.map(|p| if p % 71 == 0 { u32::MAX - 7 } else { counts(p) as u32 }).collect();
            for (cutoff, noise) in [(2.0, 1.0), (0.0, 0.0), (-1.0, 0.5), (-6.0, 0.0)] {
                let cutoff = Cutoff { cutoff, noise };
                for (raster, ordered) in [
                    both(&scene, &narrow, cutoff),
                    both(&scene, &bytes, cutoff),
                    both(&scene, &signed, cutoff),
                    both(&scene, &wide, cutoff),
                ] {
                    assert!(raster.0.len() > 100);
                    assert_eq!(raster, ordered, "{count} bins, {cutoff:?}");
                }
            }
        }
    }

    #[test]
    fn the_comparison_sees_one_pixel_in_another_bin() {
        let mut scene = scene(180);
        let frame: Vec<u16> = (0..scene.radius.len()).map(|p| ((p * 7919) % 23) as u16).collect();
        let at = scene.windows.above.iter().position(|&above| above > 0).unwrap();
        scene.windows.above[at] = crate::bins::NONE;
        let (raster, ordered) = both(&scene, &frame, Cutoff { cutoff: -9.0, noise: 0.0 });
        assert_ne!(raster, ordered);
    }
}
