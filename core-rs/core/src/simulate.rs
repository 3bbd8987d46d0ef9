//! Simulated still diffraction frames whose truth is known: the embedded source of frames.
//!
//! A frame is the Poisson counts of a smooth background (air, solvent ring, constant) plus, in frames with a crystal,
//! the Bragg spots of a real lattice in a random orientation: every reflection that lies near the Ewald sphere, with
//! an intensity drawn once per reflection from Wilson's distribution. Dead and hot pixels, module gaps and a beamstop
//! are there too. Frame `n` depends on the settings and `n` alone, in every engine bit for bit.
//!
//! Frame of reference: x along the fast axis, y along the slow one, z along the beam; the detector is perpendicular
//! to the beam. In a PONI (orientation 3, no rotation) that is `poni1 = beam_y · pixel_size`,
//! `poni2 = beam_x · pixel_size`; in a CrystFEL geometry `fs = x`, `ss = y`, `corner = (−beam_x, −beam_y)`.

mod lattice;
mod scene;
mod settings;
mod spots;

pub use lattice::Lattice;
pub use scene::{BEAMSTOP, DEAD, GAP};
pub use settings::{Field, SettingError, Settings, FIELDS};
pub use spots::Spot;

use crate::random::{counter, key, philox, poisson, uniform, Key, Stream};
use scene::Scene;

/// An unsigned pixel that counts can be written to.
pub trait CountPixel: Copy {
    /// The largest value, 2ⁿ−1: marks masked pixels.
    const MASKED: Self;
    /// `count`, or 2ⁿ−2 where it does not fit: a saturated pixel must not look like a masked one.
    fn from_count(count: u32) -> Self;
}

impl CountPixel for u16 {
    const MASKED: u16 = u16::MAX;
    fn from_count(count: u32) -> u16 {
        count.min(u32::from(u16::MAX) - 1) as u16
    }
}

impl CountPixel for u32 {
    const MASKED: u32 = u32::MAX;
    fn from_count(count: u32) -> u32 {
        count.min(u32::MAX - 1)
    }
}

/// What is known about one simulated frame. Reuse it from frame to frame: its list keeps its memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// Whether there is a crystal in the beam.
    pub hit: bool,
    /// Rotation from the crystal's Cartesian frame (a along x, b in the xy plane) to the laboratory's, row by row;
    /// all zero without a crystal.
    pub orientation: [f64; 9],
    /// The spots of at least [`Spot::LISTED_FROM`] expected photons whose central pixel is on the detector and valid,
    /// in the order of their Miller indices.
    pub spots: Vec<Spot>,
}

/// Most pixels of a simulated detector: twice a 16 M detector, 0.7 GB of maps.
const MOST_PIXELS: f64 = 33_554_432.0;

/// Most lattice points that each frame may have to look at: about a second's work.
const MOST_REFLECTIONS: f64 = 2e8;

/// Refuses what each setting allows by itself but no machine could compute.
fn check_size(s: &Settings, lattice: &Lattice) -> Result<(), SettingError> {
    let pixels = s.width * s.height;
    if pixels > MOST_PIXELS {
        let what = format!("width times height is {pixels} pixels, more than {MOST_PIXELS}");
        return Err(settings::error("width", what));
    }
    let longest = spots::largest_vector(s);
    let looked_at = lattice.lengths.iter().map(|length| 2.0 * longest * length + 1.0).product::<f64>();
    if looked_at > MOST_REFLECTIONS {
        let what = format!("this cell has {looked_at:.0} reflections up to it, more than {MOST_REFLECTIONS}");
        return Err(settings::error("resolution", what));
    }
    Ok(())
}

/// A simulated detector with everything that frames have in common computed beforehand.
pub struct Simulation {
    settings: Settings,
    key: Key,
    lattice: Lattice,
    scene: Scene,
    /// Expected Bragg photons per pixel of the frame at hand.
    signal: Vec<f64>,
}

impl Simulation {
    /// Checks the settings and computes the background and the mask.
    pub fn new(settings: &Settings) -> Result<Self, SettingError> {
        settings.check()?;
        let lattice = Lattice::new(settings)?;
        check_size(settings, &lattice)?;
        let key = key(settings.seed as u64);
        let scene = Scene::new(settings, key);
        let signal = vec![0.0; scene.mask.len()];
        Ok(Self { settings: settings.clone(), key, lattice, scene, signal })
    }

    /// The settings that frames are made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Pixels along the slow and the fast axis.
    pub fn shape(&self) -> [usize; 2] {
        [self.settings.height as usize, self.settings.width as usize]
    }

    /// The pixel mask, one NXmx bit field per pixel: [`GAP`], [`DEAD`], [`BEAMSTOP`], 0 for a valid pixel.
    pub fn mask(&self) -> &[u32] {
        &self.scene.mask
    }

    /// Expected background counts per pixel, hot pixels included.
    pub fn background(&self) -> &[f64] {
        &self.scene.background
    }

    /// Writes frame `index` to `pixels`, row by row, and what is known about it to `truth`.
    ///
    /// Panics unless `pixels` has `height · width` elements.
    pub fn frame<T: CountPixel>(&mut self, index: u32, pixels: &mut [T], truth: &mut Truth) {
        assert_eq!(pixels.len(), self.scene.mask.len(), "a frame of another shape");
        self.crystal(index, truth);
        let expected = self.scene.background.iter().zip(&self.signal);
        for (i, ((pixel, &mask), (&background, &signal))) in
            pixels.iter_mut().zip(&self.scene.mask).zip(expected).enumerate()
        {
            *pixel = if mask != 0 {
                T::MASKED
            } else {
                let at = counter(Stream::Counts, index, i as u32, 0);
                T::from_count(poisson(self.key, at, background + signal))
            };
        }
    }

    /// Whether frame `index` has a crystal, how it lies, and the expected photons of its spots.
    fn crystal(&mut self, index: u32, truth: &mut Truth) {
        truth.spots.clear();
        truth.orientation = [0.0; 9];
        self.signal.fill(0.0);
        let word = philox(self.key, counter(Stream::Crystal, index, 0, 0))[0];
        truth.hit = uniform(word) < self.settings.hit_fraction;
        if truth.hit {
            truth.orientation = lattice::random_rotation(self.key, index);
            let basis = self.lattice.rotated(&truth.orientation);
            let canvas = spots::Canvas { mask: &self.scene.mask, signal: &mut self.signal };
            spots::draw(&self.settings, self.key, &self.lattice, &basis, canvas, &mut truth.spots);
        }
    }
}
