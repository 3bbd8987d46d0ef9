//! The last stages of a plan: the pixels that stand out, and peaks among them.

use super::frame::{each_integer, each_type};
use super::setup::Setup;
use super::sorting::Sorting;
use super::{PixelType, Plan};
use crate::bins::PixelMap;
use crate::peaks::{find_peaks, PatchPixel, Peaks};
use crate::pick::{pick_exact, pick_float, Cutoff, KeptRuns, KeptValues, Ordered, Raster, Threshold};

impl Plan {
    /// Picks the pixels above the cut-off of the last clipped frame: raster indices in order, and their
    /// packed values in the frame's type (the last word padded).
    pub fn pick(&mut self) -> (&[u32], &[u32]) {
        self.take_room();
        let (cutoff, size) = (self.setup.settings.pick, self.setup.pixel_type.size());
        if self.pick_in_raster(cutoff) {
            self.in_raster.kept().write_to(size, &mut self.index, &mut self.intensity);
            if self.is_narrow {
                self.pick_beyond(cutoff);
            }
        } else {
            let mut values = std::mem::take(&mut self.values);
            self.select(cutoff, Some(&mut values));
            values.write_to(&self.picked, size, &mut self.index, &mut self.intensity);
            self.values = values;
        }
        self.picked()
    }

    /// What the last [`Plan::pick`] kept.
    pub fn picked(&self) -> (&[u32], &[u32]) {
        (&self.index, &self.intensity)
    }

    /// Finds the peaks of the last clipped frame.
    pub fn peaks(&mut self) -> &Peaks {
        self.frame();
        self.select(self.setup.settings.peak_cutoff, None);
        let (grid, background, validity) = (&self.setup.sorting.grid, &self.background, &self.setup.validity);
        let Setup { sorting, normalization, dark, .. } = &*self.setup;
        let radius = sorting.radii.map();
        let frame = &self.frame;
        let pixel = |p: usize| {
            let (r, raw) = (radius[p], frame.value(p));
            if r.is_nan() || !validity.contains(raw) {
                return None;
            }
            let norm = normalization.as_ref().map_or(1.0, |norms| f64::from(norms[p]));
            let signal = raw - dark.as_ref().map_or(0.0, |dark| f64::from(dark[p]));
            let place = grid.locate(r);
            let std = grid.interpolate(&background.std, place);
            let excess = signal / norm - grid.interpolate(&background.mean, place);
            Some(PatchPixel { excess, variance: std * std + excess.max(0.0) / norm })
        };
        find_peaks(self.setup.shape, &self.picked, pixel, &self.setup.settings.peak, &mut self.peaks);
        &self.peaks
    }

    /// Picks the pixels above a cut-off as the frame lies; false where that cannot be done (see [`Sorting::windows`]).
    fn pick_in_raster(&mut self, cutoff: Cutoff) -> bool {
        let Setup { sorting, integer_validity: valid, .. } = &*self.setup;
        let Sorting { radii, windows: Some(windows), grid, .. } = sorting else { return false };
        let threshold = Threshold { background: &self.background, grid, cutoff };
        let in_raster = &mut self.in_raster;
        let (frame, valid) = if self.is_narrow {
            (&self.narrowed.frame, self.narrowed.valid(*valid))
        } else {
            (&self.frame, *valid)
        };
        each_integer!(frame.pixel_type(), |Pixel| {
            let frame = frame.pixels::<Pixel>();
            in_raster.pick(&Raster { frame, radius: radii, windows, valid }, &threshold)
        });
        true
    }

    /// Picks those of the pixels that are kept apart, and puts them between those that were picked from the frame.
    fn pick_beyond(&mut self, cutoff: Cutoff) {
        let Sorting { radii, grid, .. } = &self.setup.sorting;
        let threshold = Threshold { background: &self.background, grid, cutoff };
        let picked = self.narrowed.picked(|pixel, value| f64::from(value) > threshold.at(radii.at(pixel)));
        KeptRuns::merge(picked, &mut self.index, &mut self.intensity);
    }

    /// Puts the pixels above a cut-off into `picked`, and their values into `values`.
    fn select(&mut self, cutoff: Cutoff, values: Option<&mut KeptValues>) {
        let mut picked = std::mem::take(&mut self.picked);
        let threshold = Threshold { background: &self.background, grid: &self.setup.sorting.grid, cutoff };
        let Setup { sorting, weights, integer_validity, .. } = &*self.setup;
        let (bins, radius) = (&sorting.bins, sorting.radii.map());
        let signal = &self.signal;
        if self.is_exact() {
            each_integer!(signal.pixel_type(), |Pixel| {
                let frame = Ordered { bins, signal: signal.pixels::<Pixel>(), radius };
                pick_exact(frame, weights.fixed(), *integer_validity, &threshold, &mut picked, values)
            });
        } else {
            let pixel = |place| self.float_pixel(place).map(|p| (p.signal, p.norm));
            each_type!(signal.pixel_type(), |Pixel| {
                let frame = Ordered { bins, signal: signal.pixels::<Pixel>(), radius };
                pick_float(frame, pixel, &threshold, &mut picked, values)
            });
        }
        self.picked = picked;
    }
}
