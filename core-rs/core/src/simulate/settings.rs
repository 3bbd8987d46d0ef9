//! The settings of a simulation: one table that the struct, its defaults, its checks and every caller are made from.

use std::fmt;

/// One setting: its name, default, allowed range, unit and meaning. All settings are numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Name, as [`Settings::set`] takes it.
    pub name: &'static str,
    /// Value when nothing is said.
    pub default: f64,
    /// Smallest allowed value.
    pub min: f64,
    /// Largest allowed value.
    pub max: f64,
    /// Unit; empty for a pure number.
    pub unit: &'static str,
    /// What it means, in one line.
    pub about: &'static str,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingError {
    /// Name of the setting as it was given.
    pub name: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "simulation setting '{}': {}", self.name, self.what)
    }
}

impl std::error::Error for SettingError {}

/// Makes the struct and its table from one list of settings.
macro_rules! settings {
    ($($name:ident = $default:literal in $min:literal .. $max:literal, $unit:literal, $about:literal;)*) => {
        /// What to simulate. The defaults give a detector of 512 × 512 pixels and a tetragonal protein crystal.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Settings {
            $(
                #[doc = $about]
                pub $name: f64,
            )*
        }

        /// Every setting, in the order of [`Settings`].
        pub const FIELDS: &[Field] = &[
            $(Field {
                name: stringify!($name),
                default: $default,
                min: $min,
                max: $max,
                unit: $unit,
                about: $about,
            },)*
        ];

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Settings {
            /// The value of the setting called `name`; `None` when there is none.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
            }

            fn slot(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

settings! {
    seed = 1.0 in 0.0 .. 9007199254740991.0, "", "Seed of everything random; a whole number.";
    width = 512.0 in 1.0 .. 16384.0, "pixel", "Pixels along the fast axis.";
    height = 512.0 in 1.0 .. 16384.0, "pixel", "Pixels along the slow axis.";
    pixel_size = 172e-6 in 1e-6 .. 0.01, "m", "Edge of a square pixel.";
    distance = 0.1 in 1e-3 .. 100.0, "m", "From the sample to the detector.";
    wavelength = 1e-10 in 1e-12 .. 1e-8, "m", "Wavelength of the beam.";
    beam_x = 257.3 in -100000.0 .. 100000.0, "pixel", "Beam centre along the fast axis, from the corner of the first pixel.";
    beam_y = 254.6 in -100000.0 .. 100000.0, "pixel", "Beam centre along the slow axis, from the corner of the first pixel.";
    polarization = 0.0 in -1.0 .. 1.0, "", "Polarization factor of the beam: 1 is horizontal, along the fast axis; 0 is unpolarized.";
    cell_a = 79.1 in 1.0 .. 2000.0, "angstrom", "Length a of the unit cell.";
    cell_b = 79.1 in 1.0 .. 2000.0, "angstrom", "Length b of the unit cell.";
    cell_c = 37.9 in 1.0 .. 2000.0, "angstrom", "Length c of the unit cell.";
    cell_alpha = 90.0 in 10.0 .. 170.0, "degree", "Angle between b and c.";
    cell_beta = 90.0 in 10.0 .. 170.0, "degree", "Angle between a and c.";
    cell_gamma = 90.0 in 10.0 .. 170.0, "degree", "Angle between a and b.";
    resolution = 1.8 in 0.5 .. 1000.0, "angstrom", "No reflection of a smaller spacing is simulated.";
    hit_fraction = 0.75 in 0.0 .. 1.0, "", "Probability that a frame has a crystal.";
    excitation_width = 2e-4 in 1e-6 .. 0.02, "1/angstrom", "Standard deviation of a reflection's size across the Ewald sphere.";
    mosaicity = 0.03 in 0.0 .. 2.0, "degree", "Spread of the crystal's orientation; widens reflections in proportion to their resolution.";
    spot_photons = 600.0 in 0.0 .. 1e8, "photon", "Mean photons of a reflection exactly on the sphere, at low resolution.";
    spot_width = 0.8 in 0.2 .. 8.0, "pixel", "Standard deviation of a spot on the detector.";
    b_factor = 12.0 in 0.0 .. 500.0, "angstrom^2", "Debye-Waller factor that weakens reflections at high resolution.";
    air_photons = 30.0 in 0.0 .. 1e8, "photon", "Air scatter per pixel in the beam centre.";
    air_width = 0.45 in 1e-3 .. 100.0, "1/angstrom", "Scattering vector q in which air scatter falls by a factor e.";
    ring_photons = 8.0 in 0.0 .. 1e8, "photon", "Solvent scatter per pixel on the crest of its ring.";
    ring_q = 2.0 in 0.0 .. 100.0, "1/angstrom", "Scattering vector q of the solvent ring.";
    ring_width = 0.35 in 1e-3 .. 100.0, "1/angstrom", "Standard deviation in q of the solvent ring.";
    flat_photons = 1.0 in 0.0 .. 1e8, "photon", "Constant background per pixel.";
    module_width = 250.0 in 1.0 .. 16384.0, "pixel", "Detector module along the fast axis.";
    module_height = 250.0 in 1.0 .. 16384.0, "pixel", "Detector module along the slow axis.";
    gap_x = 12.0 in 0.0 .. 1000.0, "pixel", "Gap between modules along the fast axis.";
    gap_y = 12.0 in 0.0 .. 1000.0, "pixel", "Gap between modules along the slow axis.";
    beamstop_radius = 14.0 in 0.0 .. 10000.0, "pixel", "Masked disc around the beam.";
    dead_fraction = 2e-4 in 0.0 .. 1.0, "", "Probability that a pixel is dead, and masked.";
    hot_fraction = 2e-5 in 0.0 .. 1.0, "", "Probability that a pixel is hot, and not masked.";
    hot_photons = 3000.0 in 0.0 .. 1e8, "photon", "Mean counts that a hot pixel adds.";
}

/// Settings that count something, where a fraction would be cut off silently.
const WHOLE: [&str; 7] = ["seed", "width", "height", "module_width", "module_height", "gap_x", "gap_y"];

impl Settings {
    /// Sets one setting. Refuses an unknown name and a value outside the range of its [`Field`].
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), SettingError> {
        let Some(field) = FIELDS.iter().find(|field| field.name == name) else {
            return Err(error(name, "there is no such setting".into()));
        };
        check(field, value)?;
        if let Some(slot) = self.slot(name) {
            *slot = value;
        }
        Ok(())
    }

    /// Checks every setting against its range.
    pub fn check(&self) -> Result<(), SettingError> {
        FIELDS.iter().try_for_each(|field| check(field, self.get(field.name).unwrap_or(f64::NAN)))
    }
}

fn check(field: &Field, value: f64) -> Result<(), SettingError> {
    if !(field.min..=field.max).contains(&value) {
        let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", field.unit) };
        return Err(error(field.name, format!("{value} is not in {} to {}{unit}", field.min, field.max)));
    }
    if value.fract() != 0.0 && WHOLE.contains(&field.name) {
        return Err(error(field.name, format!("{value} is not a whole number")));
    }
    Ok(())
}

/// A [`SettingError`] about `name`.
pub(super) fn error(name: &str, what: String) -> SettingError {
    SettingError { name: name.to_string(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_allowed_and_every_field_can_be_set_and_read() {
        let mut settings = Settings::default();
        settings.check().unwrap();
        for field in FIELDS {
            assert_eq!(settings.get(field.name), Some(field.default));
            settings.set(field.name, field.max).unwrap();
            assert_eq!(settings.get(field.name), Some(field.max), "{}", field.name);
            assert!(settings.set(field.name, field.max + field.max.abs() + 1.0).is_err());
            assert!(settings.set(field.name, f64::NAN).is_err());
        }
        for name in WHOLE {
            assert!(settings.set(name, 1.5).is_err(), "{name}");
        }
    }

    #[test]
    fn an_error_names_the_setting_and_what_is_allowed() {
        let mut settings = Settings::default();
        assert_eq!(
            settings.set("distance", -1.0).unwrap_err().to_string(),
            "simulation setting 'distance': -1 is not in 0.001 to 100 m"
        );
        assert!(settings.set("colour", 1.0).unwrap_err().to_string().contains("no such setting"));
    }
}
