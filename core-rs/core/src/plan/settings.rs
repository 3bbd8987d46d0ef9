//! What a plan is made from, and why it may be refused.

use super::PixelType;
use crate::bins::BinsError;
use crate::clip::ClipSettings;
use crate::geometry::{Geometry, Shape, Unit};
use crate::peaks::PeakSettings;
use crate::pick::Cutoff;
use crate::validity::Validity;
use std::borrow::Cow;

/// The numbers that decide results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// radial coordinate of the bins
    pub unit: Unit,
    /// number of bins, 1 to 65,536
    pub bins: usize,
    /// sigma clipping
    pub clip: ClipSettings,
    /// cut-off of picking
    pub pick: Cutoff,
    /// cut-off of peak finding
    pub peak_cutoff: Cutoff,
    /// patches
    pub peak: PeakSettings,
    /// correct for the solid angle
    pub solid_angle: bool,
    /// correct for a beam polarized by this factor, −1 to 1
    pub polarization: Option<f64>,
}

/// Everything a plan is made from. Maps hold one entry per pixel in raster order.
pub struct PlanInput<'a> {
    /// where the pixels lie
    pub geometry: Geometry,
    /// of every frame
    pub shape: Shape,
    /// of every frame
    pub pixel_type: PixelType,
    /// which values count
    pub validity: Validity,
    /// nonzero: masked; looked at while the plan is made
    pub mask: Option<Cow<'a, [u8]>>,
    /// subtracted from every frame
    pub dark: Option<Vec<f32>>,
    /// divides every frame
    pub flat: Option<Vec<f32>>,
    /// see there
    pub settings: Settings,
}

/// Pixels that a frame may have.
pub const MOST_PIXELS: usize = 1 << 28;

/// Why a plan cannot be made.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanError {
    /// a map has another number of pixels than the frame
    MapSize {
        /// which map
        map: &'static str,
        /// its entries
        found: usize,
        /// pixels of the frame
        wanted: usize,
    },
    /// the frame has no pixels, or more than 2²⁸
    FrameSize,
    /// the unit is q and there is no wavelength
    NoWavelength,
    /// a number of the geometry cannot be meant
    Geometry(&'static str),
    /// a setting cannot be meant
    Setting(&'static str),
    /// see there
    Bins(BinsError),
    /// a sorting of another plan
    Sorting,
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MapSize { map, found, wanted } => {
                write!(f, "the {map} has {found} pixels and the frame {wanted}")
            }
            Self::FrameSize => f.write_str("a frame must have between 1 and 268435456 pixels"),
            Self::NoWavelength => f.write_str("q needs a wavelength and the geometry has none"),
            Self::Geometry(what) | Self::Setting(what) => f.write_str(what),
            Self::Bins(error) => error.fmt(f),
            Self::Sorting => f.write_str("the sorting is that of another plan"),
        }
    }
}

impl std::error::Error for PlanError {}

impl From<BinsError> for PlanError {
    fn from(error: BinsError) -> Self {
        Self::Bins(error)
    }
}

impl PlanInput<'_> {
    /// Checks everything that does not need the pixels.
    pub fn check(&self) -> Result<(), PlanError> {
        let (Shape { slow, fast }, g, s) = (self.shape, &self.geometry, &self.settings);
        let pixels = slow.checked_mul(fast).filter(|&pixels| (1..=MOST_PIXELS).contains(&pixels));
        let wanted = pixels.ok_or(PlanError::FrameSize)?;
        let sizes = [
            ("mask", self.mask.as_ref().map(|mask| mask.len())),
            ("dark", self.dark.as_ref().map(Vec::len)),
            ("flat", self.flat.as_ref().map(Vec::len)),
        ];
        for (map, found) in sizes {
            if let Some(found) = found.filter(|&found| found != wanted) {
                return Err(PlanError::MapSize { map, found, wanted });
            }
        }
        if s.unit.needs_wavelength() && g.wavelength.is_none() {
            return Err(PlanError::NoWavelength);
        }
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let finite = [g.poni1, g.poni2, g.rot1, g.rot2, g.rot3].into_iter().all(f64::is_finite);
        let refused = [
            (!positive(g.distance), "the distance must be positive"),
            (!positive(g.pixel1) || !positive(g.pixel2), "the pixel sizes must be positive"),
            (g.wavelength.is_some_and(|w| !positive(w)), "the wavelength must be positive"),
            (!finite, "the PONI and the rotations must be finite"),
        ];
        if let Some((_, what)) = refused.iter().find(|(wrong, _)| *wrong) {
            return Err(PlanError::Geometry(what));
        }
        let cutoffs = [s.clip.cutoff, s.pick.noise, s.peak_cutoff.noise];
        let refused = [
            (s.polarization.is_some_and(|f| !(-1.0..=1.0).contains(&f)), "polarization must be in [-1, 1]"),
            (!matches!(s.peak.patch, 3 | 5), "the patch size must be 3 or 5"),
            (!cutoffs.into_iter().all(|c| c.is_finite() && c >= 0.0), "cut-off and noise must be 0 or more"),
            (!s.pick.cutoff.is_finite() || !s.peak_cutoff.cutoff.is_finite(), "cut-offs must be finite"),
        ];
        match refused.iter().find(|(wrong, _)| *wrong) {
            Some((_, what)) => Err(PlanError::Setting(what)),
            None => Ok(()),
        }
    }
}
