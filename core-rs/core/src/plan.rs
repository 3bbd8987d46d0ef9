//! A plan: everything that frames of one geometry, mask and settings share, made once, with every buffer a frame
//! needs. The way of a frame: [`Plan::load`] (decode, gather into bin order) → [`Plan::clip`] → background →
//! [`Plan::pick`] and [`Plan::peaks`].

mod frame;
mod settings;
mod weights;

pub use frame::{FrameBuffer, PixelType};
pub use settings::{PlanError, PlanInput, Settings};

use crate::background::{Background, RadialGrid};
use crate::bins::{Bins, Runs, RUN};
use crate::clip::{clip_exact, clip_float, ClipSettings, FloatPixel, Profile, WeightSums};
use crate::codec::{bitshuffle_lz4, byte_offset, CodecError};
use crate::correct::{gather, gather_float};
use crate::geometry::{radial_map, Shape};
use crate::peaks::{find_peaks, PatchPixel, Peaks};
use crate::pick::{pick_exact, pick_float, PixelSet, Threshold};
use crate::validity::{IntegerValidity, Validity};
use weights::Weights;

/// See the module.
pub struct Plan {
    shape: Shape,
    settings: Settings,
    validity: Validity,
    integer_validity: IntegerValidity,
    /// per pixel in raster order, not below the first bin's centre; NaN where masked
    radius: Vec<f32>,
    /// the same in bin order: picking reads it from front to back, not all over the frame
    ordered_radius: Vec<f32>,
    /// per pixel in raster order; `None` where every norm is 1
    normalization: Option<Vec<f32>>,
    /// per pixel in raster order
    dark: Option<Vec<f32>>,
    bins: Bins,
    runs: Runs,
    weights: Weights,
    constants: WeightSums,
    grid: RadialGrid,

    frame: FrameBuffer,
    /// the frame in bin order; bits of f32 for float frames
    signal: Vec<i32>,
    codec: bitshuffle_lz4::Scratch,
    profile: Profile,
    background: Background,
    picked: PixelSet,
    index: Vec<u32>,
    intensity: Vec<u32>,
    peaks: Peaks,
    invalid: u64,
}

impl Plan {
    /// Computes the maps, sorts the pixels into bins and takes all the room that frames will need.
    pub fn new(input: PlanInput) -> Result<Self, PlanError> {
        input.check()?;
        let PlanInput { geometry, shape, pixel_type, validity, mask, dark, flat, settings } = input;
        let pixels = shape.pixels();
        let normalization = weights::normalization(&geometry, shape, flat.as_deref(), &settings);
        let mut masked = mask.unwrap_or_else(|| vec![0; pixels]);
        weights::mask_unusable(normalization.as_deref(), dark.as_deref(), &mut masked);

        let mut radial = vec![0.0; pixels];
        radial_map(&geometry, shape, settings.unit, &mut radial);
        let bins = Bins::new(&radial, &masked, settings.bins)?;
        // Inside the centre of the first bin the background is that of the centre. FabIO takes smaller radii for
        // masked, so the map holds the centre there, which means the same.
        let first = bins.centre(0) as f32;
        let of_pixel = |(&r, &m): (&f64, &u8)| if m == 0 { (r as f32).max(first) } else { f32::NAN };
        let radius: Vec<f32> = radial.iter().zip(&masked).map(of_pixel).collect();
        drop(radial);

        let weights = Weights::new(&bins, normalization.as_deref());
        let validity = pixel_type.restricted(validity);
        Ok(Self {
            shape,
            settings,
            validity,
            integer_validity: validity.of_integers(),
            ordered_radius: bins.order.iter().map(|&pixel| radius[pixel as usize]).collect(),
            radius,
            normalization,
            dark,
            runs: Runs::new(&bins),
            constants: WeightSums::new(&bins, weights.fixed()),
            weights,
            grid: RadialGrid::new(bins.centre(0), bins.width, bins.count()),
            frame: FrameBuffer::new(pixel_type, pixels, RUN - 1),
            signal: vec![0; bins.order.len()],
            codec: bitshuffle_lz4::Scratch::default(),
            profile: Profile::new(bins.count()),
            background: Background::new(bins.count()),
            picked: PixelSet::new(pixels),
            index: Vec::new(),
            intensity: Vec::new(),
            peaks: Peaks::default(),
            invalid: 0,
            bins,
        })
    }

    /// The frame's buffer: raw little-endian pixels are written here, then [`Plan::gather`] is called.
    pub fn frame(&mut self) -> &mut FrameBuffer {
        &mut self.frame
    }

    /// Decodes a CBF byte-offset section into the frame buffer (i32 plans alone) and gathers it.
    pub fn load_byte_offset(&mut self, section: &[u8]) -> Result<(), CodecError> {
        byte_offset::decode(section, self.frame.pixels_mut())?;
        self.gather();
        Ok(())
    }

    /// Decodes one chunk of HDF5 filter 32008 with LZ4 into the frame buffer and gathers it.
    pub fn load_bitshuffle_lz4(&mut self, chunk: &[u8]) -> Result<(), CodecError> {
        let size = self.frame.pixel_type().size();
        bitshuffle_lz4::decode(chunk, size, self.frame.bytes_mut(), &mut self.codec)?;
        self.gather();
        Ok(())
    }

    /// Permutes the frame buffer into bin order. Every later stage works on what this saw.
    pub fn gather(&mut self) {
        let (frame, runs, signal) = (&self.frame, &self.runs, &mut self.signal[..]);
        match frame.pixel_type() {
            PixelType::U8 => gather(frame.padded::<u8>(), runs, signal),
            PixelType::U16 => gather(frame.padded::<u16>(), runs, signal),
            PixelType::U32 => gather(frame.padded::<u32>(), runs, signal),
            PixelType::I16 => gather(frame.padded::<i16>(), runs, signal),
            PixelType::I32 => gather(frame.padded::<i32>(), runs, signal),
            PixelType::F32 => gather_float(frame.padded::<f32>(), runs, bytemuck::cast_slice_mut(signal)),
        }
    }

    /// Mean, std, sem and count per bin, without clipping.
    pub fn integrate(&mut self) -> &Profile {
        self.reduce(0);
        &self.profile
    }

    /// The same after sigma clipping; the background of the frame is made of it.
    pub fn clip(&mut self) -> &Profile {
        self.reduce(self.settings.clip.cycle);
        self.background.update(&self.profile);
        &self.profile
    }

    /// Unmasked pixels of the last reduction that held no valid value.
    pub fn invalid(&self) -> u64 {
        self.invalid
    }

    /// The background of the last clipped frame: f32 per bin, without gaps.
    pub fn background(&self) -> &Background {
        &self.background
    }

    /// Picks the pixels above the cut-off of the last clipped frame: raster indices in order, and their
    /// packed values in the frame's type (the last word padded).
    pub fn pick(&mut self) -> (&[u32], &[u32]) {
        self.select(self.settings.pick);
        self.picked.write_to(&mut self.index);
        self.frame.take(&self.index, &mut self.intensity);
        self.picked()
    }

    /// What the last [`Plan::pick`] kept.
    pub fn picked(&self) -> (&[u32], &[u32]) {
        (&self.index, &self.intensity)
    }

    /// Finds the peaks of the last clipped frame.
    pub fn peaks(&mut self) -> &Peaks {
        self.select(self.settings.peak_cutoff);
        let (grid, background, validity) = (&self.grid, &self.background, &self.validity);
        let (radius, normalization, dark) = (&self.radius, &self.normalization, &self.dark);
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
        find_peaks(self.shape, &self.picked, pixel, &self.settings.peak, &mut self.peaks);
        &self.peaks
    }

    /// Radial coordinate per pixel in raster order, not below the first bin's centre; NaN where masked.
    pub fn radius(&self) -> &[f32] {
        &self.radius
    }

    /// Norm per pixel in raster order; `None` without corrections.
    pub fn normalization(&self) -> Option<&[f32]> {
        self.normalization.as_deref()
    }

    /// Radial coordinate of each bin's centre.
    pub fn centres(&self) -> Vec<f64> {
        (0..self.bins.count()).map(|b| self.bins.centre(b)).collect()
    }

    /// Pixels that are not masked.
    pub fn valid_pixels(&self) -> usize {
        self.bins.order.len()
    }

    /// Whether sums are exact integers (else f64).
    pub fn is_exact(&self) -> bool {
        self.frame.pixel_type() != PixelType::F32 && self.dark.is_none() && self.weights.is_fixed()
    }

    fn reduce(&mut self, cycle: u32) {
        let settings = ClipSettings { cycle, ..self.settings.clip };
        self.invalid = if self.is_exact() {
            clip_exact(
                &self.bins,
                &self.signal,
                self.weights.fixed(),
                &self.constants,
                self.integer_validity,
                &settings,
                &mut self.profile,
            )
        } else {
            let mut profile = std::mem::take(&mut self.profile);
            let pixel = |place| self.float_pixel(place);
            let invalid = clip_float(&self.bins, pixel, &settings, &mut profile);
            self.profile = profile;
            invalid
        };
    }

    /// Puts the pixels above a cut-off into `picked`.
    fn select(&mut self, cutoff: crate::pick::Cutoff) {
        let mut picked = std::mem::take(&mut self.picked);
        let threshold = Threshold { background: &self.background, grid: &self.grid, cutoff };
        if self.is_exact() {
            let (signal, weights, valid) = (&self.signal, self.weights.fixed(), self.integer_validity);
            pick_exact(&self.bins, signal, weights, &self.ordered_radius, valid, &threshold, &mut picked);
        } else {
            let pixel = |place| self.float_pixel(place).map(|p| (p.signal, p.norm));
            pick_float(&self.bins, pixel, &self.ordered_radius, &threshold, &mut picked);
        }
        self.picked = picked;
    }

    #[inline(always)]
    fn float_pixel(&self, place: usize) -> Option<FloatPixel> {
        let bits = self.signal[place];
        let raw = match self.frame.pixel_type() {
            PixelType::F32 => f64::from(f32::from_bits(bits as u32)),
            _ => f64::from(bits),
        };
        self.validity.contains(raw).then(|| {
            let dark =
                self.dark.as_ref().map_or(0.0, |dark| f64::from(dark[self.bins.order[place] as usize]));
            FloatPixel { signal: raw - dark, norm: self.weights.norm(place), variance: raw.max(1.0) }
        })
    }
}

#[cfg(test)]
mod tests;
