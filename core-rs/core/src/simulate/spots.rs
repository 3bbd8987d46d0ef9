//! The Bragg spots of one still: which reflections lie near the Ewald sphere, where they hit, how strong they are.

use super::lattice::{dot, wilson_intensity, Lattice, Vector};
use super::scene::polarization;
use super::settings::Settings;
use crate::random::elementary::exp;
use crate::random::Key;

/// A simulated spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Position along the fast axis in pixels, the centre of the first pixel being 0, as in CXI files.
    pub x: f64,
    /// The same along the slow axis.
    pub y: f64,
    /// Expected photons of the whole spot, those lost in gaps included.
    pub photons: f64,
    /// Miller indices.
    pub hkl: [i32; 3],
    /// Distance of the reflection from the Ewald sphere, 1/Å; positive outside.
    pub excitation: f64,
}

impl Spot {
    /// Spots of fewer expected photons are drawn but not listed: nobody could find them.
    pub const LISTED_FROM: f64 = 1.0;
}

/// Reflections farther from the sphere than this many widths are left out: less than 0.3 % of their intensity is lost.
const REACH: f64 = 3.0;

/// Largest half-width of a drawn spot in pixels; enough for 4 deviations of the largest `spot_width`.
const HALF: usize = 33;

/// What spots are drawn on.
pub(super) struct Canvas<'a> {
    /// Valid where 0.
    pub mask: &'a [u32],
    /// Expected photons, added to.
    pub signal: &'a mut [f64],
}

/// Adds the spots of a crystal with the reciprocal `basis` (a*, b*, c* in the laboratory, 1/Å) to the canvas and
/// lists them.
pub(super) fn draw(
    s: &Settings,
    key: Key,
    lattice: &Lattice,
    basis: &[Vector; 3],
    mut canvas: Canvas,
    list: &mut Vec<Spot>,
) {
    let wave = wave_vector(s);
    let longest = largest_vector(s);
    let limit = longest * longest;
    let mosaicity = s.mosaicity * std::f64::consts::PI / 180.0;
    let widest = width(s, mosaicity, limit) * REACH;
    // |S|² − |k|² = q² + 2 k q_z; beyond this value the reflection is out of reach whatever its q.
    let reach = widest * (2.0 * wave + widest);
    let [h_max, k_max, l_max] = lattice.lengths.map(|length| (longest * length) as i32);
    for h in -h_max..=h_max {
        for k in -k_max..=k_max {
            let row = combine(basis, h, k);
            for l in -l_max..=l_max {
                let q: Vector = std::array::from_fn(|i| row[i] + f64::from(l) * basis[2][i]);
                let square = dot(q, q);
                let off = square + 2.0 * wave * q[2];
                if square > limit || off.abs() > reach || square == 0.0 {
                    continue;
                }
                if let Some(spot) = reflection(s, key, [h, k, l], q, wave, width(s, mosaicity, square)) {
                    place(s, spot, &mut canvas, list);
                }
            }
        }
    }
}

/// Length of the incident wave vector, 1/Å.
fn wave_vector(s: &Settings) -> f64 {
    1e-10 / s.wavelength
}

/// Longest reciprocal vector that can reach the detector within the resolution asked for, 1/Å.
pub(super) fn largest_vector(s: &Settings) -> f64 {
    let wave = wave_vector(s);
    let far = |beam: f64, pixels: f64| beam.abs().max((pixels - beam).abs()) * s.pixel_size;
    let (x, y) = (far(s.beam_x, s.width), far(s.beam_y, s.height));
    let cos = s.distance / (x * x + y * y + s.distance * s.distance).sqrt();
    (wave * (2.0 - 2.0 * cos).sqrt()).min(1.0 / s.resolution)
}

/// Standard deviation of a reflection across the sphere, 1/Å, for a reciprocal vector of squared length `square`.
fn width(s: &Settings, mosaicity: f64, square: f64) -> f64 {
    (s.excitation_width * s.excitation_width + mosaicity * mosaicity * square).sqrt()
}

fn combine(basis: &[Vector; 3], h: i32, k: i32) -> Vector {
    std::array::from_fn(|i| f64::from(h) * basis[0][i] + f64::from(k) * basis[1][i])
}

/// Where reflection `hkl` at `q` hits and with how many photons; `None` when it is out of reach or goes backwards.
fn reflection(s: &Settings, key: Key, hkl: [i32; 3], q: Vector, wave: f64, width: f64) -> Option<Spot> {
    let scattered = [q[0], q[1], q[2] + wave];
    let excitation = dot(scattered, scattered).sqrt() - wave;
    if excitation.abs() > REACH * width || scattered[2] <= 0.0 {
        return None;
    }
    let scale = s.distance / scattered[2];
    let (x, y) = (scattered[0] * scale, scattered[1] * scale);
    let off = excitation / width;
    // Debye-Waller: exp(−2B (sin θ/λ)²) with sin θ/λ = |q|/2.
    let damping = exp(-0.5 * s.b_factor * dot(q, q) - 0.5 * off * off);
    let photons = s.spot_photons * wilson_intensity(key, hkl) * damping * polarization(s, x, y, s.distance);
    let [x, y] = [x / s.pixel_size + s.beam_x - 0.5, y / s.pixel_size + s.beam_y - 0.5];
    Some(Spot { x, y, photons, hkl, excitation })
}

/// Adds a spot's photons to the canvas and lists it when its centre is on a valid pixel.
fn place(s: &Settings, spot: Spot, canvas: &mut Canvas, list: &mut Vec<Spot>) {
    let (width, height) = (s.width as i64, s.height as i64);
    let half = ((4.0 * s.spot_width) as usize + 1).min(HALF);
    let (column, row) = ((spot.x + 0.5).floor() as i64, (spot.y + 0.5).floor() as i64);
    let across = profile(spot.x - column as f64, s.spot_width, half);
    let down = profile(spot.y - row as f64, s.spot_width, half);
    for (j, part) in down.iter().enumerate().take(2 * half + 1) {
        let y = row + j as i64 - half as i64;
        if !(0..height).contains(&y) {
            continue;
        }
        for (i, share) in across.iter().enumerate().take(2 * half + 1) {
            let x = column + i as i64 - half as i64;
            if (0..width).contains(&x) {
                canvas.signal[(y * width + x) as usize] += spot.photons * share * part;
            }
        }
    }
    let on_detector = (0..width).contains(&column) && (0..height).contains(&row);
    if on_detector && spot.photons >= Spot::LISTED_FROM && canvas.mask[(row * width + column) as usize] == 0 {
        list.push(spot);
    }
}

/// Fractions of a Gaussian of deviation `sigma`, centred `offset` pixels from the middle one, that fall on each of
/// `2·half + 1` pixels; they sum to 1. Each pixel is integrated at four points.
fn profile(offset: f64, sigma: f64, half: usize) -> [f64; 2 * HALF + 1] {
    let mut fractions = [0.0; 2 * HALF + 1];
    let mut sum = 0.0;
    for (i, fraction) in fractions.iter_mut().take(2 * half + 1).enumerate() {
        for part in [-0.375, -0.125, 0.125, 0.375] {
            let at = (i as f64 - half as f64 + part - offset) / sigma;
            *fraction += exp(-0.5 * at * at);
        }
        sum += *fraction;
    }
    fractions.map(|fraction| fraction / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_unit_sum_its_centre_and_its_width() {
        for (offset, sigma) in [(0.0, 0.8), (0.31, 0.8), (-0.5, 2.0), (0.1, 8.0)] {
            let half = ((4.0 * sigma) as usize + 1).min(HALF);
            let fractions = profile(offset, sigma, half);
            let moment = |power: i32, about: f64| -> f64 {
                fractions
                    .iter()
                    .enumerate()
                    .map(|(i, f)| f * (i as f64 - half as f64 - about).powi(power))
                    .sum()
            };
            assert!((moment(0, 0.0) - 1.0).abs() < 1e-12);
            assert!((moment(1, 0.0) - offset).abs() < 2e-3);
            // A pixel adds the variance of its own width, 1/12.
            assert!((moment(2, offset) - sigma * sigma - 1.0 / 12.0).abs() < 0.01 * sigma * sigma + 0.006);
        }
    }
}
