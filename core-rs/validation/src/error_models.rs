//! Uncertainties under each error model on frames of pure Poisson noise, whose standard deviation is known.

use crate::detector::{frame, input, load, pilatus, plan, BINS};
use crate::inputs::bins_of;
use crate::run::Run;
use braggsieve_core::clip::ClipSettings;
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::simulate::{Settings, Simulation};
use serde_json::{json, Value};

/// What is known of a bin: from the expected counts λ of its pixels.
struct Known {
    count: f64,
    mean: f64,
    /// of one pixel's count: λ on average, and how λ varies within the bin
    variance: f64,
    /// of the estimate of that variance
    error: f64,
}

/// Uncertainty against radius, without clipping.
pub fn uncertainty(run: &Run) -> Result<Value, String> {
    let settings = Settings { flat_photons: 0.02, ring_photons: 3.0, ..pilatus(false) };
    let mut simulation = Simulation::new(&settings).map_err(|error| error.to_string())?;
    let (mut pixels, _) = frame(&mut simulation, 0);
    if run.perturbed("gain") {
        // One pixel in 20 counts twice.
        pixels.iter_mut().step_by(20).for_each(|p| *p = p.saturating_mul(2));
    }
    let plan_input = || input(&simulation, BINS);
    let bins = bins_of(&plan_input())?;
    let known: Vec<Known> = (0..BINS)
        .map(|b| {
            let lambda = || bins.order[bins.range(b)].iter().map(|&p| simulation.background()[p as usize]);
            let count = bins.range(b).len() as f64;
            let mean = lambda().sum::<f64>() / count;
            let within = lambda().map(|l| (l - mean) * (l - mean)).sum::<f64>() / count;
            // The fourth central moment of a Poisson count is λ + 3λ².
            Known { count, mean, variance: mean + within, error: ((mean + 2.0 * mean * mean) / count).sqrt() }
        })
        .collect();
    let profile = |error_model| {
        let mut input = plan_input();
        input.settings.clip = ClipSettings { error_model, ..input.settings.clip };
        let mut plan = plan(input)?;
        load(&mut plan, &pixels)?;
        Ok::<_, String>((plan.integrate().clone(), plan.centres()))
    };
    let (azimuthal, radius) = profile(ErrorModel::Azimuthal)?;
    let (poisson, _) = profile(ErrorModel::Poisson)?;
    let rows: Vec<Value> = (0..BINS)
        .filter(|&b| known[b].count > 0.0)
        .map(|b| {
            json!({
                "radius": radius[b], "count": known[b].count, "mean": known[b].mean, "truth": known[b].variance.sqrt(),
                "azimuthal": azimuthal.std[b], "poisson": poisson.std[b],
                "semTruth": (known[b].variance / known[b].count).sqrt(),
                "semAzimuthal": azimuthal.sem[b], "semPoisson": poisson.sem[b],
            })
        })
        .collect();
    // Bins in which enough photons are expected for their scatter to be known.
    let enough = |b: usize| known[b].count > 100.0 && known[b].count * known[b].mean > 100.0;
    // Root mean squares of deviations in units of their standard error: 1 when uncertainties are honest.
    let rms = |deviation: &dyn Fn(usize) -> f64, counts: &dyn Fn(usize) -> bool| {
        let found: Vec<f64> = (0..BINS).filter(|&b| enough(b) && counts(b)).map(deviation).collect();
        (found.iter().map(|d| d * d).sum::<f64>() / found.len() as f64).sqrt()
    };
    let of_mean = |b: usize| (azimuthal.mean[b] - known[b].mean) / azimuthal.sem[b];
    let of_azimuthal = |b: usize| {
        // The scatter about the bin's own mean lacks one degree of freedom.
        (azimuthal.std[b] * azimuthal.std[b] * known[b].count / (known[b].count - 1.0) - known[b].variance)
            / known[b].error
    };
    let of_poisson = |b: usize| poisson.std[b] / known[b].mean.sqrt() - 1.0;
    Ok(json!({
        "rows": rows,
        "pull": { "mean": rms(&of_mean, &|_| true), "azimuthal": rms(&of_azimuthal, &|_| true) },
        "poisson": {
            "bright": rms(&of_poisson, &|b| known[b].mean > 5.0),
            "dark": rms(&of_poisson, &|b| known[b].mean < 0.1),
        },
    }))
}
