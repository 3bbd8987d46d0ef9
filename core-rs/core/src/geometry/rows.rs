//! Maps row by row: what is constant along a row is computed once, and the rest in loops that compilers turn into
//! vector instructions. Every number has the bits of the same formula taken pixel by pixel.

use super::{Frame, Geometry, Orientation, Shape, Unit};

/// Part of a row's size that its bounds are apart from it: far above what rounding does, far below a pixel.
const SLACK: f64 = 1e-9;

/// The pixels of a detector, in rows.
pub struct Rows {
    geometry: Geometry,
    shape: Shape,
    frame: Frame,
    /// centre of each column relative to the PONI, m
    p2: Vec<f64>,
}

impl Rows {
    /// Of a frame of that shape.
    pub fn new(geometry: &Geometry, shape: Shape) -> Self {
        let flip = matches!(geometry.orientation, Orientation::TopLeft | Orientation::BottomLeft);
        let p2 = (0..shape.fast).map(|column| {
            let j = if flip { shape.fast - 1 - column } else { column };
            (j as f64 + 0.5) * geometry.pixel2 - geometry.poni2
        });
        Self { geometry: *geometry, shape, frame: Frame::new(geometry), p2: p2.collect() }
    }

    /// Rows and columns.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Centre of a row relative to the PONI, m.
    #[inline(always)]
    fn p1(&self, row: usize) -> f64 {
        let g = &self.geometry;
        let flip = matches!(g.orientation, Orientation::TopLeft | Orientation::TopRight);
        let i = if flip { self.shape.slow - 1 - row } else { row };
        (i as f64 + 0.5) * g.pixel1 - g.poni1
    }

    /// Calls `set` with each number of a row from a column on and its pixel's place in the laboratory. On WebAssembly each
    /// `set` makes a function of its own: engines compile the one that is called, not what it would be inlined in with all
    /// others.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn for_each(&self, row: usize, column: usize, out: &mut [f64], set: impl Fn(&mut f64, (f64, f64, f64))) {
        let p1 = self.p1(row);
        for (out, &p2) in out.iter_mut().zip(&self.p2[column..]) {
            set(out, self.frame.position(p1, p2));
        }
    }

    /// Radial coordinate of each pixel of a row from a column on in `unit`; `wavelength` in m, where the unit needs one.
    #[inline(always)]
    pub fn radius(&self, row: usize, column: usize, unit: Unit, wavelength: f64, out: &mut [f64]) {
        // The unit is chosen outside of the loop: only with constants can the loop over its formula be vectorised.
        macro_rules! each {
            ($unit:expr) => {
                self.for_each(row, column, out, |out, place| *out = radius_at(place, $unit, wavelength))
            };
        }
        match unit {
            Unit::RadiusM => each!(Unit::RadiusM),
            Unit::RadiusMm => each!(Unit::RadiusMm),
            Unit::QNm => each!(Unit::QNm),
            Unit::QA => each!(Unit::QA),
            Unit::TwoThetaDeg => each!(Unit::TwoThetaDeg),
            Unit::TwoThetaRad => each!(Unit::TwoThetaRad),
        }
    }

    /// Numbers between which every radius of a row lies, a little apart from the smallest and the largest; infinities where
    /// the row reaches behind the sample.
    pub fn radius_bounds(&self, row: usize, unit: Unit, wavelength: f64) -> (f64, f64) {
        // A row is a straight line: its farthest place is an end of it, the nearest one may lie between.
        let (p1, last) = (self.p1(row), self.p2[self.p2.len() - 1]);
        let [(a1, a2, a3), (b1, b2, b3)] = [self.p2[0], last].map(|p2| self.frame.position(p1, p2));
        let (d1, d2) = (b1 - a1, b2 - a2);
        let along = (-(a1 * d1 + a2 * d2) / (d1 * d1 + d2 * d2)).clamp(0.0, 1.0);
        let distance = |t1: f64, t2: f64| (t1 * t1 + t2 * t2).sqrt();
        let nearest = distance(a1 + along * d1, a2 + along * d2);
        let farthest = distance(a1, a2).max(distance(b1, b2));
        let slack = SLACK * (farthest + a3.abs() + b3.abs());
        let (r, z) =
            ([(nearest - slack).max(0.0), farthest + slack], [a3.min(b3) - slack, a3.max(b3) + slack]);
        if z[0] <= 0.0 {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        // Coordinates rise with r and do not rise with z.
        (unit.coordinate(r[0], z[1], wavelength), unit.coordinate(r[1], z[0], wavelength))
    }

    /// The same of one pixel, by its raster index.
    pub fn radius_of(&self, pixel: usize, unit: Unit, wavelength: f64) -> f64 {
        let (row, column) = (pixel / self.shape.fast, pixel % self.shape.fast);
        radius_at(self.frame.position(self.p1(row), self.p2[column]), unit, wavelength)
    }

    /// Azimuth χ of each pixel of a row, rad in (−π, π], 0 along the fast axis.
    pub fn chi(&self, row: usize, out: &mut [f64]) {
        self.for_each(row, 0, out, |out, (t1, t2, _)| *out = libm::atan2(t1, t2));
    }

    /// Solid angle of each pixel of a row relative to normal incidence, cos³ of the angle of incidence; multiplied into
    /// `out`.
    #[inline(always)]
    pub fn solid_angle(&self, row: usize, out: &mut [f64]) {
        let p1 = self.p1(row);
        for (out, &p2) in out.iter_mut().zip(&self.p2) {
            let cosine = self.frame.incidence_cosine(p1, p2);
            *out *= cosine * cosine * cosine;
        }
    }

    /// Polarization of each pixel of a row, ½(1 + cos²2θ − f·cos 2χ·sin²2θ) for a factor f in [−1, 1] (1: horizontal);
    /// multiplied into `out`.
    #[inline(always)]
    pub fn polarization(&self, row: usize, factor: f64, out: &mut [f64]) {
        self.for_each(row, 0, out, |out, (t1, t2, t3)| {
            let d2 = t1 * t1 + t2 * t2 + t3 * t3;
            // cos 2χ · sin²2θ = (t2² − t1²)/d² and cos²2θ = t3²/d²: no trigonometric call, and no 0/0 at the beam.
            *out *= 0.5 * (1.0 + (t3 * t3 - factor * (t2 * t2 - t1 * t1)) / d2);
        });
    }
}

/// Radial coordinate of a place in the laboratory.
#[inline(always)]
fn radius_at((t1, t2, t3): (f64, f64, f64), unit: Unit, wavelength: f64) -> f64 {
    unit.coordinate((t1 * t1 + t2 * t2).sqrt(), t3, wavelength)
}
