//! A plan: everything that frames of one geometry, mask and settings share, made once, with every buffer a frame
//! needs. The way of a frame: [`Plan::load`] (decode, gather into bin order) → [`Plan::clip`] → background →
//! [`Plan::pick`] and [`Plan::peaks`]. [`Plan::fork`] gives further plans of the same setup, for frames side by side.

mod frame;
mod load;
mod narrowed;
mod picking;
mod settings;
mod setup;
mod sorting;
mod tables;
mod weights;

use frame::{each_integer, each_type};
pub use frame::{FrameBuffer, PixelType};
pub use load::{decode, Encoding, LoadError};
pub use settings::{PlanError, PlanInput, Settings, MOST_PIXELS};

use crate::background::Background;
use crate::beyond::Beyond;
use crate::bins::{Radii, RUN};
use crate::clip::{clip_exact, clip_float, ClipSettings, Counts, FloatPixel, Profile};
use crate::codec::{bitshuffle_lz4, CodecError, Scratch};
use crate::correct::gather;
use crate::map_step::ring_shares;
use crate::peaks::Peaks;
use crate::pick::{InRaster, KeptValues, PixelSet};
use crate::words::Words;
use narrowed::Narrowed;
use setup::Setup;
use sorting::Sorting;
use std::sync::Arc;

/// See the module.
pub struct Plan {
    setup: Arc<Setup>,
    frame: FrameBuffer,
    /// the frame in bin order
    signal: FrameBuffer,
    narrowed: Narrowed,
    /// the loaded frame is there, and not in the two above
    is_narrow: bool,
    codec: Scratch,
    profile: Profile,
    background: Background,
    in_raster: InRaster,
    picked: PixelSet,
    values: KeptValues,
    index: Vec<u32>,
    intensity: Vec<u32>,
    peaks: Peaks,
    encoded: Vec<u8>,
    invalid: u64,
}

impl Plan {
    /// Computes the maps, sorts the pixels into bins and takes all the room that frames will need.
    pub fn new(input: PlanInput) -> Result<Self, PlanError> {
        Ok(Self::of(Arc::new(Setup::new(input, None)?)))
    }

    /// Where the pixels go, for [`Plan::sorted`].
    pub fn sorting(&self) -> Words<'_> {
        let mut words = Words::default();
        self.setup.sorting.write(&mut words);
        words
    }

    /// The plan that wrote a sorting, made again of it and of the same input, in a fraction of the time. The mask is not
    /// looked at: the sorting knows it.
    ///
    /// # Errors
    /// As [`Plan::new`], and [`PlanError::Sorting`] for one of another detector or number of bins.
    pub fn sorted(input: PlanInput, sorting: &[u32]) -> Result<Self, PlanError> {
        Ok(Self::of(Arc::new(Setup::new(input, Some(sorting))?)))
    }

    /// Another plan of the same setup, with buffers of its own: for a frame that is worked on at the same time.
    pub fn fork(&self) -> Self {
        Self::of(self.setup.clone())
    }

    fn of(setup: Arc<Setup>) -> Self {
        let (pixels, bins) = (setup.shape.pixels(), setup.sorting.bins.count());
        Self {
            frame: FrameBuffer::new(setup.pixel_type, pixels, RUN - 1),
            signal: FrameBuffer::new(setup.pixel_type, setup.sorting.bins.places(), 0),
            narrowed: Narrowed::new(&setup),
            is_narrow: false,
            codec: Scratch::default(),
            profile: Profile::new(bins),
            background: Background::new(bins),
            in_raster: InRaster::default(),
            picked: PixelSet::new(pixels),
            values: KeptValues::default(),
            index: Vec::new(),
            intensity: Vec::new(),
            peaks: Peaks::default(),
            encoded: Vec::new(),
            invalid: 0,
            setup,
        }
    }

    /// The frame's buffer: raw little-endian pixels are written here, then [`Plan::gather`] is called.
    pub fn frame(&mut self) -> &mut FrameBuffer {
        self.widen();
        self.take_room();
        &mut self.frame
    }

    /// Room for a frame in its own width, which stages before the first one see as zeros.
    fn take_room(&mut self) {
        if !self.is_narrow {
            self.frame.take_room();
            self.signal.take_room();
        }
    }

    /// Decodes a frame into the frame buffer and gathers it.
    pub fn load(&mut self, encoding: Encoding, bytes: &[u8]) -> Result<(), LoadError> {
        self.is_narrow = false;
        decode(encoding, bytes, &mut self.frame, &mut self.codec)?;
        self.gather();
        Ok(())
    }

    /// The same for a frame of which only profiles and kept pixels are wanted: they have the same bits, and come sooner.
    /// [`Plan::frame`] and [`Plan::encode`] need not give back the values of pixels that do not count.
    pub fn load_counts(&mut self, encoding: Encoding, bytes: &[u8]) -> Result<(), LoadError> {
        let Self { narrowed, setup, codec, .. } = self;
        self.is_narrow = narrowed.decode(setup, encoding, bytes, codec)?;
        if !self.is_narrow {
            return self.load(encoding, bytes);
        }
        narrowed.gather(&setup.sorting.runs);
        Ok(())
    }

    /// Holds the loaded frame in its own width.
    fn widen(&mut self) {
        if std::mem::take(&mut self.is_narrow) {
            self.narrowed.widen(self.frame.pixels_mut());
            self.gather();
        }
    }

    /// Permutes the frame buffer into bin order. Every later stage works on this frame, which must not be written to
    /// before they are done.
    pub fn gather(&mut self) {
        self.is_narrow = false;
        self.take_room();
        let (frame, runs, signal) = (&self.frame, &self.setup.sorting.runs, &mut self.signal);
        each_type!(frame.pixel_type(), |Pixel| gather(
            frame.padded::<Pixel>(),
            runs,
            signal.pixels_mut::<Pixel>()
        ));
    }

    /// Mean, std, sem and count per bin, without clipping.
    pub fn integrate(&mut self) -> &Profile {
        self.reduce(0);
        &self.profile
    }

    /// The same after sigma clipping; the background of the frame is made of it.
    pub fn clip(&mut self) -> &Profile {
        self.reduce(self.setup.settings.clip.cycle);
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

    /// The loaded frame as one chunk of HDF5 filter 32008 with LZ4, for a file that holds frames itself.
    pub fn encode(&mut self) -> Result<&[u8], CodecError> {
        let size = self.frame().pixel_type().size();
        bitshuffle_lz4::encode(self.frame.bytes(), size, 0, &mut self.encoded, &mut self.codec)?;
        Ok(&self.encoded)
    }

    /// Radial coordinate per pixel in raster order, not below the first bin's centre; NaN where masked.
    pub fn radius(&self) -> &[f32] {
        self.setup.sorting.radii.map()
    }

    /// The same, computed where it is asked for.
    pub fn radii(&self) -> &Radii {
        &self.setup.sorting.radii
    }

    /// Norm per pixel in raster order; `None` without corrections.
    pub fn normalization(&self) -> Option<&[f32]> {
        self.setup.normalization.as_deref()
    }

    /// See [`ring_shares`](crate::map_step::ring_shares): of the pixels, or `weighted` by their norms, which gives `None`
    /// without corrections.
    pub fn ring_shares(&self, weighted: bool) -> Option<Vec<f64>> {
        let Setup { sorting: Sorting { radii, grid, .. }, normalization, .. } = &*self.setup;
        let norms = if weighted { Some(normalization.as_deref()?) } else { None };
        let mut shares = vec![0.0; grid.bins];
        ring_shares(radii, norms, grid, &mut shares);
        Some(shares)
    }

    /// Radial coordinate of each bin's centre.
    pub fn centres(&self) -> Vec<f64> {
        (0..self.setup.sorting.bins.count()).map(|b| self.setup.sorting.bins.centre(b)).collect()
    }

    /// Pixels that are not masked.
    pub fn valid_pixels(&self) -> usize {
        self.setup.sorting.bins.places()
    }

    /// Whether sums are exact integers (else f64).
    pub fn is_exact(&self) -> bool {
        self.setup.is_exact()
    }

    fn reduce(&mut self, cycle: u32) {
        self.take_room();
        let settings = ClipSettings { cycle, ..self.setup.settings.clip };
        self.invalid = if self.is_exact() {
            let Setup { sorting, weights, constants, integer_validity: valid, .. } = &*self.setup;
            let bins = &sorting.bins;
            let (profile, none) = (&mut self.profile, Beyond::default());
            let (signal, valid, beyond) = if self.is_narrow {
                (&self.narrowed.signal, self.narrowed.valid(*valid), &self.narrowed.beyond)
            } else {
                (&self.signal, *valid, &none)
            };
            each_integer!(signal.pixel_type(), |Pixel| {
                let counts = Counts { signal: signal.pixels::<Pixel>(), valid, beyond };
                clip_exact(bins, counts, weights.fixed(), constants, &settings, profile)
            })
        } else {
            let mut profile = std::mem::take(&mut self.profile);
            let pixel = |place| self.float_pixel(place);
            let invalid = clip_float(&self.setup.sorting.bins, pixel, &settings, &mut profile);
            self.profile = profile;
            invalid
        };
    }

    #[inline(always)]
    fn float_pixel(&self, place: usize) -> Option<FloatPixel> {
        let raw = self.signal.value(place);
        self.setup.validity.contains(raw).then(|| {
            let dark = self
                .setup
                .dark
                .as_ref()
                .map_or(0.0, |dark| f64::from(dark[self.setup.sorting.bins.order[place] as usize]));
            FloatPixel { signal: raw - dark, norm: self.setup.weights.norm(place), variance: raw.max(1.0) }
        })
    }
}

#[cfg(test)]
mod tests;
