//! Settings as text, one `name=value` a line: names as in TypeScript, absent where not given, no layout to agree on.

use crate::boundary::Failure;
use braggsieve_core::clip::ClipSettings;
use braggsieve_core::geometry::{Geometry, Orientation, Shape, Unit};
use braggsieve_core::peaks::PeakSettings;
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::{PixelType, PlanInput, Settings};
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::validity::Validity;
use std::str::FromStr;

/// The lines of a text.
pub struct Options<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Options<'a> {
    /// Lines without `=` are refused.
    pub fn new(text: &'a [u8]) -> Result<Self, Failure> {
        let lines = std::str::from_utf8(text)?.lines();
        let pair = |line: &'a str| {
            line.split_once('=').ok_or_else(|| Failure::Refused(format!("the option {line} has no value")))
        };
        Ok(Self(lines.map(pair).collect::<Result<_, _>>()?))
    }

    /// The value of an option that may be absent.
    pub fn optional<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let Some((_, value)) = self.0.iter().find(|(known, _)| *known == name) else { return Ok(None) };
        let value = value.parse().map_err(|_| Failure::Refused(format!("{name} cannot be {value}")))?;
        Ok(Some(value))
    }

    /// The value of an option that must be there.
    pub fn required<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.optional(name)?.ok_or_else(|| Failure::Refused(format!("the option {name} is missing")))
    }

    /// A value that the core knows by name.
    pub fn named<T>(&self, name: &str, find: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
        let value: String = self.required(name)?;
        find(&value).ok_or_else(|| Failure::Refused(format!("unknown {name} {value}")))
    }

    /// The pixel type of the frames.
    pub fn pixel_type(&self) -> Result<PixelType, Failure> {
        self.named("type", PixelType::from_name)
    }

    /// Everything that a plan is made from; maps are passed on.
    pub fn plan(
        &self,
        mask: Option<Vec<u8>>,
        dark: Option<Vec<f32>>,
        flat: Option<Vec<f32>>,
    ) -> Result<PlanInput, Failure> {
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
