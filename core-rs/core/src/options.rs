//! Settings as text, one `name=value` a line: names as in TypeScript, absent where not given. The bindings take them so:
//! there is no layout to agree on.

use crate::background::RadialGrid;
use crate::clip::ClipSettings;
use crate::densify::{Densify, Rebuild};
use crate::geometry::{Geometry, Orientation, Shape, Unit};
use crate::peaks::PeakSettings;
use crate::pick::Cutoff;
use crate::plan::{PixelType, PlanInput, Settings};
use crate::reduce::ErrorModel;
use crate::validity::Validity;
use std::borrow::Cow;
use std::str::FromStr;

/// The lines of a text.
pub struct Options<'a>(Vec<(&'a str, &'a str)>);

/// Why settings cannot be read, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError(String);

impl std::fmt::Display for OptionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OptionError {}

impl<'a> Options<'a> {
    /// Lines without `=` are refused.
    pub fn new(text: &'a str) -> Result<Self, OptionError> {
        let lines = text.lines();
        let pair = |line: &'a str| {
            line.split_once('=').ok_or_else(|| OptionError(format!("the option {line} has no value")))
        };
        Ok(Self(lines.map(pair).collect::<Result<_, _>>()?))
    }

    /// The value of an option that may be absent.
    pub fn optional<T: FromStr>(&self, name: &str) -> Result<Option<T>, OptionError> {
        let Some((_, value)) = self.0.iter().find(|(known, _)| *known == name) else { return Ok(None) };
        let value = value.parse().map_err(|_| OptionError(format!("{name} cannot be {value}")))?;
        Ok(Some(value))
    }

    /// The value of an option that must be there.
    pub fn required<T: FromStr>(&self, name: &str) -> Result<T, OptionError> {
        self.optional(name)?.ok_or_else(|| OptionError(format!("the option {name} is missing")))
    }

    /// A value that the core knows by name.
    pub fn named<T>(&self, name: &str, find: impl Fn(&str) -> Option<T>) -> Result<T, OptionError> {
        let value: String = self.required(name)?;
        find(&value).ok_or_else(|| OptionError(format!("unknown {name} {value}")))
    }

    /// The pixel type of the frames.
    pub fn pixel_type(&self) -> Result<PixelType, OptionError> {
        self.named("type", PixelType::from_name)
    }

    /// Everything that a plan is made from; maps are passed on.
    pub fn plan<'m>(
        &self,
        mask: Option<Cow<'m, [u8]>>,
        dark: Option<Vec<f32>>,
        flat: Option<Vec<f32>>,
    ) -> Result<PlanInput<'m>, OptionError> {
        let noise = self.required("noise")?;
        let orientation = |number: &str| Orientation::from_number(number.parse().ok()?);
        let error_model = |name: &str| match name {
            "azimuthal" => Some(ErrorModel::Azimuthal),
            "poisson" => Some(ErrorModel::Poisson),
            "hybrid" => Some(ErrorModel::Hybrid),
            _ => None,
        };
        let delta: Option<f64> = self.optional("deltaDummy")?;
        let dummy: Option<f64> = self.optional("dummy")?;
        Ok(PlanInput {
            geometry: Geometry {
                distance: self.required("distance")?,
                poni1: self.required("poni1")?,
                poni2: self.required("poni2")?,
                rot1: self.required("rot1")?,
                rot2: self.required("rot2")?,
                rot3: self.required("rot3")?,
                wavelength: self.optional("wavelength")?,
                pixel1: self.required("pixel1")?,
                pixel2: self.required("pixel2")?,
                orientation: self.named("orientation", orientation)?,
            },
            shape: Shape { slow: self.required("slow")?, fast: self.required("fast")? },
            pixel_type: self.pixel_type()?,
            validity: Validity {
                low: self.optional("validLow")?.unwrap_or(f64::NEG_INFINITY),
                high: self.optional("validHigh")?.unwrap_or(f64::INFINITY),
                dummy: dummy.map(|dummy| (dummy, delta.unwrap_or(0.0))),
            },
            mask,
            dark,
            flat,
            settings: Settings {
                unit: self.named("unit", Unit::from_name)?,
                bins: self.required("bins")?,
                clip: ClipSettings {
                    error_model: self.named("errorModel", error_model)?,
                    cutoff: self.required("cutoffClip")?,
                    cycle: self.required("cycle")?,
                },
                pick: Cutoff { cutoff: self.required("cutoffPick")?, noise },
                peak_cutoff: Cutoff { cutoff: self.required("cutoffPeak")?, noise },
                peak: PeakSettings {
                    patch: self.required("patchSize")?,
                    connected: self.required("connected")?,
                },
                solid_angle: self.required("solidAngle")?,
                polarization: self.optional("polarizationFactor")?,
            },
        })
    }
}

/// Most bins of a sparse file.
const MOST_BINS: usize = 1 << 24;

impl Options<'_> {
    /// What rebuilds the frames of a sparse file: `first` and `width` are the centre of the first bin and the distance of
    /// the centres. `radius`: per pixel, NaN where masked; `normalization`: norm per pixel, where corrections were used.
    pub fn rebuild(
        &self,
        radius: Cow<[f32]>,
        normalization: Option<Vec<f32>>,
    ) -> Result<Rebuild, OptionError> {
        let refused = |reason: &str| Err(OptionError(reason.into()));
        if normalization.as_ref().is_some_and(|norms| norms.len() != radius.len()) {
            return refused("the normalization has not as many pixels as the radius map");
        }
        let (bins, width) = (self.required("bins")?, self.required::<f64>("width")?);
        if bins == 0 || bins > MOST_BINS || width.is_nan() || width <= 0.0 {
            return refused("the radii of the bins must increase");
        }
        let grid = RadialGrid::new(self.required("first")?, width, bins);
        let noise = self.optional("noisePick")?.unwrap_or(0.0);
        let cutoff: Option<f64> = self.optional("cutoffPick")?;
        let densify =
            Densify::new(radius, normalization, grid, cutoff.map(|cutoff| Cutoff { cutoff, noise }));
        Ok(Rebuild::new(densify, self.pixel_type()?, self.required("dummy")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_cannot_be_meant_is_named() {
        let options = Options::new("bins=80\nunit=furlong\ndummy=five").unwrap();
        assert_eq!(options.required::<usize>("bins"), Ok(80));
        assert_eq!(options.optional::<f64>("noise"), Ok(None));
        let told = |error: OptionError| error.to_string();
        assert_eq!(told(options.required::<f64>("noise").unwrap_err()), "the option noise is missing");
        assert_eq!(told(options.optional::<f64>("dummy").unwrap_err()), "dummy cannot be five");
        assert_eq!(told(options.named("unit", Unit::from_name).unwrap_err()), "unknown unit furlong");
        assert_eq!(Options::new("bins").err().map(told).unwrap(), "the option bins has no value");
    }
}
