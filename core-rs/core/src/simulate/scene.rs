//! What does not change from frame to frame: the pixel mask and the expected background.

use super::settings::Settings;
use crate::random::elementary::exp;
use crate::random::{counter, philox, uniform, Key, Stream};

/// Mask bit of a pixel in a gap between modules (NXmx `pixel_mask`, bit 0).
pub const GAP: u32 = 1;
/// Mask bit of a dead pixel (NXmx, bit 1).
pub const DEAD: u32 = 2;
/// Mask bits of a pixel behind the beamstop: NXmx calls bit 8 "user defined", and bit 1 is set too for readers that
/// look at the low bits only.
pub const BEAMSTOP: u32 = 256 | DEAD;

/// The parts of a frame that are the same in all frames, row by row.
pub(super) struct Scene {
    /// NXmx bit fields; 0 is a valid pixel.
    pub mask: Vec<u32>,
    /// Expected counts without any crystal.
    pub background: Vec<f64>,
}

impl Scene {
    /// Computes both maps for checked settings.
    pub fn new(s: &Settings, key: Key) -> Self {
        let (height, width) = (s.height as u32, s.width as u32);
        let pixels = height as usize * width as usize;
        let mut scene = Self { mask: Vec::with_capacity(pixels), background: Vec::with_capacity(pixels) };
        for row in 0..height {
            let y = f64::from(row) + 0.5 - s.beam_y;
            for column in 0..width {
                let x = f64::from(column) + 0.5 - s.beam_x;
                let words = philox(key, counter(Stream::Defects, 0, row * width + column, 0));
                let mut mask = 0;
                if in_gap(column, s.module_width, s.gap_x) || in_gap(row, s.module_height, s.gap_y) {
                    mask |= GAP;
                }
                if uniform(words[0]) < s.dead_fraction {
                    mask |= DEAD;
                }
                if x * x + y * y < s.beamstop_radius * s.beamstop_radius {
                    mask |= BEAMSTOP;
                }
                let hot = if uniform(words[1]) < s.hot_fraction { s.hot_photons } else { 0.0 };
                scene.mask.push(mask);
                scene.background.push(expected(s, x * s.pixel_size, y * s.pixel_size) + hot);
            }
        }
        scene
    }
}

fn in_gap(position: u32, module: f64, gap: f64) -> bool {
    f64::from(position) % (module + gap) >= module
}

/// Polarization of scattering towards (x, y, distance): ½(1 + cos²2θ − f·cos 2χ·sin²2θ), χ from the fast axis.
pub(super) fn polarization(s: &Settings, x: f64, y: f64, distance: f64) -> f64 {
    let (xx, yy, zz) = (x * x, y * y, distance * distance);
    0.5 * (1.0 + (zz - s.polarization * (xx - yy)) / (xx + yy + zz))
}

/// Expected background counts of the pixel whose centre is at (x, y) from the beam, both in m.
fn expected(s: &Settings, x: f64, y: f64) -> f64 {
    let cos = s.distance / (x * x + y * y + s.distance * s.distance).sqrt();
    // q = 4π sin θ / λ in 1/Å, with 2 sin²θ = 1 − cos 2θ.
    let q = 4.0 * std::f64::consts::PI * ((1.0 - cos).max(0.0) * 0.5).sqrt() / (s.wavelength * 1e10);
    let ring = (q - s.ring_q) / s.ring_width;
    let photons =
        s.air_photons * exp(-q / s.air_width) + s.ring_photons * exp(-0.5 * ring * ring) + s.flat_photons;
    photons * cos * cos * cos * polarization(s, x, y, s.distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_and_background_are_where_the_settings_put_them() {
        let s = Settings { hot_fraction: 0.0, dead_fraction: 0.0, ..Settings::default() };
        let scene = Scene::new(&s, [0, 0]);
        let at = |row: usize, column: usize| scene.mask[row * 512 + column];
        assert_eq!([at(0, 249), at(0, 250), at(0, 261), at(0, 262)], [0, GAP, GAP, 0]);
        assert_eq!(at(255, 257), GAP | BEAMSTOP);
        // On the crest of the ring (q = 2/Å) on the beam's row: sin θ = 1/2π, 2θ = 18.32°.
        let two_theta = 2.0 * f64::asin(1.0 / (2.0 * std::f64::consts::PI));
        let on_crest = expected(&s, 0.1 * two_theta.tan(), 0.0);
        let cos = two_theta.cos();
        let photons = 30.0 * f64::exp(-2.0 / 0.45) + 8.0 + 1.0;
        assert!((on_crest - photons * cos.powi(3) * 0.5 * (1.0 + cos * cos)).abs() < 1e-9);
    }

    #[test]
    fn defects_have_the_asked_frequency() {
        let s = Settings {
            dead_fraction: 0.1,
            hot_fraction: 0.05,
            gap_x: 0.0,
            gap_y: 0.0,
            beamstop_radius: 0.0,
            ..Settings::default()
        };
        let scene = Scene::new(&s, [5, 0]);
        let dead = scene.mask.iter().filter(|&&m| m == DEAD).count() as f64;
        let hot = scene.background.iter().filter(|&&b| b > 2000.0).count() as f64;
        let n = scene.mask.len() as f64;
        assert!((dead / n - 0.1).abs() < 5.0 * (0.09 / n).sqrt());
        assert!((hot / n - 0.05).abs() < 5.0 * (0.0475 / n).sqrt());
    }

    #[test]
    fn a_horizontally_polarized_beam_scatters_less_sideways() {
        let s = Settings { polarization: 1.0, ..Settings::default() };
        assert!(polarization(&s, 1.0, 0.0, 1.0) < 0.51 && polarization(&s, 0.0, 1.0, 1.0) > 0.99);
    }
}
