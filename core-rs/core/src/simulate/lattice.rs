//! The crystal: its reciprocal lattice, how it lies, and how strong each reflection is.

use super::settings::{error, SettingError, Settings};
use crate::random::elementary::{cos_degrees, ln};
use crate::random::{counter, normal, philox, uniform, Key, Stream};

/// A vector in three dimensions.
pub(super) type Vector = [f64; 3];

/// A unit cell and its reciprocal basis in the crystal's own Cartesian frame: a along x, b in the xy plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    /// a*, b*, c* in 1/Å, without the factor 2π.
    pub reciprocal: [[f64; 3]; 3],
    /// a, b, c in Å.
    pub lengths: [f64; 3],
    /// Volume of the cell in Å³.
    pub volume: f64,
}

impl Lattice {
    /// The lattice of the cell in `settings`. Refuses three angles that no cell can have.
    pub fn new(settings: &Settings) -> Result<Self, SettingError> {
        let lengths = [settings.cell_a, settings.cell_b, settings.cell_c];
        let [alpha, beta, gamma] =
            [settings.cell_alpha, settings.cell_beta, settings.cell_gamma].map(cos_degrees);
        let sine = (1.0 - gamma * gamma).sqrt();
        let across = (alpha - beta * gamma) / sine;
        let height = 1.0 - beta * beta - across * across;
        // Below this the cell is flat, and its reciprocal vectors grow without bound.
        if height < 1e-4 {
            return Err(error("cell_alpha", "the three angles of the cell do not fit together".into()));
        }
        let a = [lengths[0], 0.0, 0.0];
        let b = [lengths[1] * gamma, lengths[1] * sine, 0.0];
        let c = [lengths[2] * beta, lengths[2] * across, lengths[2] * height.sqrt()];
        let volume = dot(a, cross(b, c));
        let reciprocal = [cross(b, c), cross(c, a), cross(a, b)].map(|v| v.map(|x| x / volume));
        Ok(Self { reciprocal, lengths, volume })
    }

    /// a*, b*, c* in the laboratory, 1/Å, for a crystal turned by `rotation` (row by row).
    pub(super) fn rotated(&self, rotation: &[f64; 9]) -> [Vector; 3] {
        let r = rotation;
        let rows: [Vector; 3] = [[r[0], r[1], r[2]], [r[3], r[4], r[5]], [r[6], r[7], r[8]]];
        self.reciprocal.map(|v| rows.map(|row| dot(row, v)))
    }
}

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// A rotation drawn uniformly of all rotations, row by row: that of a unit quaternion of four normal draws.
pub(super) fn random_rotation(key: Key, frame: u32) -> [f64; 9] {
    let q = [0, 1, 2, 3].map(|draw| normal(key, counter(Stream::Crystal, frame, 1, draw)));
    let norm = (q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]).sqrt();
    let [w, x, y, z] = q.map(|component| component / norm);
    [
        1.0 - 2.0 * (y * y + z * z),
        2.0 * (x * y - w * z),
        2.0 * (x * z + w * y),
        2.0 * (x * y + w * z),
        1.0 - 2.0 * (x * x + z * z),
        2.0 * (y * z - w * x),
        2.0 * (x * z - w * y),
        2.0 * (y * z + w * x),
        1.0 - 2.0 * (x * x + y * y),
    ]
}

/// Relative intensity of a reflection: drawn from Wilson's acentric distribution, exponential with mean 1 (Wilson 1949,
/// Acta Cryst. 2, 318), by its indices alone and the same for (h k l) and (−h −k −l), as Friedel's law wants.
pub(super) fn wilson_intensity(key: Key, hkl: [i32; 3]) -> f64 {
    let first = hkl.iter().find(|&&index| index != 0).copied().unwrap_or(0);
    let [h, k, l] = if first < 0 { hkl.map(|index| -index) } else { hkl }.map(|index| index as u32);
    -ln(uniform(philox(key, [h, k, l, Stream::Reflection as u32])[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::key;

    #[test]
    fn reciprocal_and_direct_basis_belong_together() {
        // A triclinic cell; expected lengths and volume from the formulas of International Tables C, 1.1.
        let mut settings = Settings::default();
        for (name, value) in [
            ("cell_a", 20.0),
            ("cell_b", 30.0),
            ("cell_c", 40.0),
            ("cell_alpha", 80.0),
            ("cell_beta", 95.0),
            ("cell_gamma", 110.0),
        ] {
            settings.set(name, value).unwrap();
        }
        let lattice = Lattice::new(&settings).unwrap();
        let [ca, cb, cg] = [80.0f64, 95.0, 110.0].map(|angle| angle.to_radians().cos());
        let volume = 24000.0 * (1.0 - ca * ca - cb * cb - cg * cg + 2.0 * ca * cb * cg).sqrt();
        assert!((lattice.volume / volume - 1.0).abs() < 1e-12);
        let a_star = 30.0 * 40.0 * (1.0 - ca * ca).sqrt() / volume;
        let c_star = 20.0 * 30.0 * (1.0 - cg * cg).sqrt() / volume;
        assert!((dot(lattice.reciprocal[0], lattice.reciprocal[0]).sqrt() / a_star - 1.0).abs() < 1e-12);
        assert!((dot(lattice.reciprocal[2], lattice.reciprocal[2]).sqrt() / c_star - 1.0).abs() < 1e-12);
    }

    #[test]
    fn angles_that_no_cell_has_are_refused() {
        let settings =
            Settings { cell_alpha: 30.0, cell_beta: 40.0, cell_gamma: 100.0, ..Settings::default() };
        assert!(Lattice::new(&settings).is_err());
    }

    #[test]
    fn rotations_are_rotations_and_have_no_preferred_direction() {
        let (frames, mut mean) = (4000, [0.0; 9]);
        for frame in 0..frames {
            let r = random_rotation(key(3), frame);
            let (x, y, z) = ([r[0], r[1], r[2]], [r[3], r[4], r[5]], [r[6], r[7], r[8]]);
            assert!((dot(x, cross(y, z)) - 1.0).abs() < 1e-12 && dot(x, y).abs() < 1e-12);
            r.iter().zip(&mut mean).for_each(|(value, sum)| *sum += value / f64::from(frames));
        }
        // An element of a uniform rotation has mean 0 and variance 1/3: five standard errors.
        assert!(mean.iter().all(|m| m.abs() < 5.0 * (1.0 / (3.0 * f64::from(frames))).sqrt()), "{mean:?}");
    }

    #[test]
    fn intensities_obey_friedel_and_wilson() {
        let (mut sum, mut squares, mut n) = (0.0, 0.0, 0.0);
        for h in -20..=20 {
            for k in -20..=20 {
                for l in 1..=20 {
                    let i = wilson_intensity(key(1), [h, k, l]);
                    assert_eq!(i, wilson_intensity(key(1), [-h, -k, -l]));
                    (sum, squares, n) = (sum + i, squares + i * i, n + 1.0);
                }
            }
        }
        assert!((sum / n - 1.0).abs() < 5.0 / f64::sqrt(n));
        // <I²>/<I>² is 2 for an acentric crystal; the variance of I² is 20.
        assert!((squares / n - 2.0).abs() < 5.0 * f64::sqrt(20.0 / n));
    }
}
