//! Where each pixel lies: from a PONI geometry to radius, q, 2θ, χ, solid angle and polarization.
//!
//! Convention of pyFAI (Kieffer et al. 2020, J. Synchrotron Rad. 27, 558): axis 1 is slow, axis 2 is fast, the sample
//! is the origin, the beam runs along axis 3. All in f64 with IEEE operations and `libm`, so every engine gets the
//! same bits.

mod maps;
mod rows;
mod unit;

pub use maps::{chi_map, radial_map};
pub use rows::Rows;
pub use unit::Unit;

/// Position and orientation of a flat detector, lengths in m, angles in rad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// sample to the point of normal incidence (PONI), m
    pub distance: f64,
    /// PONI along the slow axis, m
    pub poni1: f64,
    /// PONI along the fast axis, m
    pub poni2: f64,
    /// rotation about axis 1, rad
    pub rot1: f64,
    /// rotation about axis 2, rad
    pub rot2: f64,
    /// rotation about axis 3 (the beam), rad
    pub rot3: f64,
    /// m; `None` when unknown
    pub wavelength: Option<f64>,
    /// pixel size along the slow axis, m
    pub pixel1: f64,
    /// pixel size along the fast axis, m
    pub pixel2: f64,
    /// where the first pixel of the array lies, seen from behind the camera
    pub orientation: Orientation,
}

/// Origin of the array on the detector (EXIF numbering, as in PONI version 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// 1
    TopLeft,
    /// 2
    TopRight,
    /// 3, the default of PONI files
    BottomRight,
    /// 4
    BottomLeft,
}

impl Orientation {
    /// From its EXIF number; `None` for the transposed ones (5 to 8) and anything else.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::TopLeft),
            2 => Some(Self::TopRight),
            3 => Some(Self::BottomRight),
            4 => Some(Self::BottomLeft),
            _ => None,
        }
    }
}

/// [slow, fast] size of a frame in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// rows
    pub slow: usize,
    /// columns
    pub fast: usize,
}

impl Shape {
    /// Number of pixels.
    pub fn pixels(self) -> usize {
        self.slow * self.fast
    }
}

/// The rotations of a geometry as the matrix that takes (p1, p2, L) in the detector's frame to the laboratory.
struct Frame {
    distance: f64,
    t1: [f64; 3],
    t2: [f64; 3],
    t3: [f64; 3],
}

impl Frame {
    fn new(g: &Geometry) -> Self {
        let (s1, c1) = (libm::sin(g.rot1), libm::cos(g.rot1));
        let (s2, c2) = (libm::sin(g.rot2), libm::cos(g.rot2));
        let (s3, c3) = (libm::sin(g.rot3), libm::cos(g.rot3));
        let l = g.distance;
        Self {
            distance: l,
            t1: [c2 * c3, c3 * s1 * s2 - c1 * s3, -l * (c1 * c3 * s2 + s1 * s3)],
            t2: [c2 * s3, c1 * c3 + s1 * s2 * s3, -l * (-c3 * s1 + c1 * s2 * s3)],
            t3: [s2, -c2 * s1, l * c1 * c2],
        }
    }

    /// Laboratory position of the point (p1, p2) of the detector plane, relative to the PONI:
    /// t1 upwards, t2 horizontal, t3 along the beam, m.
    #[inline(always)]
    fn position(&self, p1: f64, p2: f64) -> (f64, f64, f64) {
        (
            self.t1[0] * p1 + self.t1[1] * p2 + self.t1[2],
            self.t2[0] * p1 + self.t2[1] * p2 + self.t2[2],
            self.t3[0] * p1 + self.t3[1] * p2 + self.t3[2],
        )
    }

    /// Cosine of the angle between the ray to (p1, p2) and the detector's normal.
    #[inline(always)]
    fn incidence_cosine(&self, p1: f64, p2: f64) -> f64 {
        self.distance / (self.distance * self.distance + p1 * p1 + p2 * p2).sqrt()
    }
}
