//! The radial units, named as pyFAI's users know them.

use std::f64::consts::PI;

/// A radial coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `r_m`: distance to the beam in the laboratory, m
    RadiusM,
    /// `r_mm`: the same in mm
    RadiusMm,
    /// `q_nm^-1`: 4π/λ · sin θ, nm⁻¹
    QNm,
    /// `q_A^-1`: the same in Å⁻¹
    QA,
    /// `2th_deg`: scattering angle, degrees
    TwoThetaDeg,
    /// `2th_rad`: scattering angle, rad
    TwoThetaRad,
}

impl Unit {
    /// All units, in the order in which help texts list them.
    pub const ALL: [Unit; 6] =
        [Unit::RadiusM, Unit::RadiusMm, Unit::QNm, Unit::QA, Unit::TwoThetaDeg, Unit::TwoThetaRad];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Unit::RadiusM => "r_m",
            Unit::RadiusMm => "r_mm",
            Unit::QNm => "q_nm^-1",
            Unit::QA => "q_A^-1",
            Unit::TwoThetaDeg => "2th_deg",
            Unit::TwoThetaRad => "2th_rad",
        }
    }

    /// The unit of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// Whether the unit needs the wavelength.
    pub fn needs_wavelength(self) -> bool {
        matches!(self, Unit::QNm | Unit::QA)
    }

    /// The wavelength that the unit takes from a geometry, m.
    ///
    /// # Panics
    /// When the unit needs one and the geometry has none (callers check).
    pub fn wavelength(self, geometry: &super::Geometry) -> f64 {
        if self.needs_wavelength() {
            geometry.wavelength.expect("wavelength")
        } else {
            1.0
        }
    }

    /// The coordinate of a point at radius `r` from the beam and `z` along it (m).
    ///
    /// sin θ is taken as r / sqrt(2d(d + z)) with d the distance to the sample: the half-angle identity in the form
    /// that does not cancel near the beam, and without a trigonometric call.
    #[inline(always)]
    pub fn coordinate(self, r: f64, z: f64, wavelength: f64) -> f64 {
        match self {
            Unit::RadiusM => r,
            Unit::RadiusMm => r * 1e3,
            Unit::QNm => 4e-9 * PI / wavelength * sin_theta(r, z),
            Unit::QA => 4e-10 * PI / wavelength * sin_theta(r, z),
            Unit::TwoThetaDeg => libm::atan2(r, z) * (180.0 / PI),
            Unit::TwoThetaRad => libm::atan2(r, z),
        }
    }
}

#[inline(always)]
fn sin_theta(r: f64, z: f64) -> f64 {
    let d = (r * r + z * z).sqrt();
    r / (2.0 * d * (d + z)).sqrt()
}
