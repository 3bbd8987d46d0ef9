//! Frames of known background for round trips: Poisson counts of one mean, and charge of photons as JUNGFRAU reads it.

use crate::detector::{input, pilatus};
use crate::run::Run;
use braggsieve_core::densify::Detector;
use braggsieve_core::plan::{PixelType, PlanInput};
use braggsieve_core::random::{counter, key, normal, poisson, Stream};
use braggsieve_core::simulate::{Settings, Simulation};
use braggsieve_core::validity::Validity;

/// Charge of one photon and noise of a pixel without any, in ADU.
pub const JUNGFRAU: (f64, f64) = (485.0, 35.0);

/// Frames of one kind.
pub struct Case {
    /// in words
    pub name: String,
    /// of plans for them
    pub input: PlanInput<'static>,
    /// one frame, as bytes
    pub frame: Vec<u8>,
    /// what is known of every pixel
    pub known: Known,
}

/// The distribution of a pixel.
#[derive(Clone, Copy)]
pub enum Known {
    /// Poisson of this mean
    Poisson(f64),
    /// Poisson of this mean, times the charge of a photon, with noise
    Jungfrau(f64),
    /// not known
    Measured,
}

impl Known {
    /// Mean and std.
    pub fn moments(self) -> Option<(f64, f64)> {
        let (adu, noise) = JUNGFRAU;
        match self {
            Self::Poisson(mean) => Some((mean, mean.sqrt())),
            Self::Jungfrau(mean) => Some((mean * adu, (mean * adu * adu + noise * noise).sqrt())),
            Self::Measured => None,
        }
    }

    /// What its detector measures.
    pub fn detector(self) -> Detector {
        match self {
            Self::Jungfrau(_) => Detector::Integrating,
            Self::Poisson(_) | Self::Measured => Detector::Counting,
        }
    }

    /// The probability to lie above `limit`.
    pub fn above(self, limit: f64) -> Option<f64> {
        let (adu, noise) = JUNGFRAU;
        let (mean, tail): (f64, Box<dyn Fn(f64) -> f64>) = match self {
            Self::Poisson(mean) => (mean, Box::new(|k| f64::from(u8::from(k > limit)))),
            // Charge is rounded to whole ADU.
            Self::Jungfrau(mean) => {
                (mean, Box::new(|k| normal_above((limit.floor() + 0.5 - k * adu) / noise)))
            }
            Self::Measured => return None,
        };
        let mut probability = (-mean).exp();
        let mut sum = 0.0;
        for k in 0..(mean + 20.0 * mean.sqrt() + 30.0) as u32 {
            sum += probability * tail(f64::from(k));
            probability *= mean / f64::from(k + 1);
        }
        Some(sum)
    }
}

/// The probability of a normal draw above `x`.
pub fn normal_above(x: f64) -> f64 {
    0.5 * libm::erfc(x / std::f64::consts::SQRT_2)
}

/// Means in photons a pixel.
fn means(run: &Run) -> &'static [f64] {
    if run.quick {
        &[0.05, 1.0, 20.0]
    } else {
        &[0.05, 0.2, 0.5, 1.0, 3.0, 10.0, 20.0, 50.0]
    }
}

/// All cases that need no data.
pub fn simulated(run: &Run) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (number, &mean) in means(run).iter().enumerate() {
        cases.push(case(&format!("Poisson, mean {mean}"), Known::Poisson(mean), number as u32)?);
    }
    for (number, mean) in [0.2, 2.0].into_iter().enumerate() {
        let name = format!("JUNGFRAU, mean {mean} × 485 ADU");
        cases.push(case(&name, Known::Jungfrau(mean), 100 + number as u32)?);
    }
    Ok(cases)
}

fn case(name: &str, known: Known, number: u32) -> Result<Case, String> {
    // The simulation gives geometry and mask; its own background is not used.
    let simulation = Simulation::new(&Settings { ..pilatus(true) }).map_err(|error| error.to_string())?;
    let mut input = input(&simulation, 200);
    input.pixel_type = PixelType::I32;
    input.validity = Validity { low: f64::from(i32::MIN), high: f64::INFINITY, dummy: None };
    let draw = |pixel: u32| match known {
        Known::Poisson(mean) => poisson(key(5), counter(Stream::Counts, number, pixel, 0), mean) as i32,
        Known::Jungfrau(mean) => {
            let photons = f64::from(poisson(key(5), counter(Stream::Counts, number, pixel, 0), mean));
            let noise = normal(key(5), counter(Stream::Defects, number, pixel, 0));
            (photons * JUNGFRAU.0 + noise * JUNGFRAU.1).round() as i32
        }
        Known::Measured => 0,
    };
    let pixels = input.shape.pixels() as u32;
    let frame = (0..pixels).flat_map(|pixel| draw(pixel).to_le_bytes()).collect();
    Ok(Case { name: name.into(), input, frame, known })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_above_limits_are_those_of_the_distributions() {
        // 1 − e⁻¹(1 + 1 + ½)
        assert!((Known::Poisson(1.0).above(2.5).unwrap() - 0.080_301_397_071).abs() < 1e-9);
        assert!((normal_above(2.0) - 0.022_750_131_948).abs() < 1e-11);
        // Without photons only noise is left; far below one photon and far above noise, photons alone count.
        let half = Known::Jungfrau(0.1).above(242.0).unwrap();
        assert!((half - (1.0 - (-0.1f64).exp())).abs() < 1e-6);
        assert!(Known::Measured.above(0.0).is_none());
    }
}
