//! What sigma clipping does: to the pixels of a ring, to bins with strong peaks, in how many cycles, at which cut-off.

use crate::detector::{clipped, frame, pilatus, BINS, MODELS};
use crate::inputs::bins_of;
use crate::run::Run;
use braggsieve_core::clip::chauvenet;
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::simulate::{Settings, Simulation};
use serde_json::{json, Value};

/// All of it.
pub fn clipping(run: &Run) -> Result<Value, String> {
    Ok(json!({
        "ring": ring(run)?, "emptied": emptied(run)?, "cycles": cycles(run)?, "cutoffs": cutoffs(run)?,
    }))
}

fn simulation(settings: Settings) -> Result<Simulation, String> {
    Simulation::new(&settings).map_err(|error| error.to_string())
}

/// Frames with a crystal whose reflections have so many photons.
fn hits(photons: f64, small: bool) -> Settings {
    Settings { hit_fraction: 1.0, spot_photons: photons, ..pilatus(small) }
}

/// The counts of one ring before and after clipping, and the normal distributions that its moments say.
fn ring(run: &Run) -> Result<Value, String> {
    let mut simulation = simulation(hits(3000.0, run.quick))?;
    let (pixels, _) = frame(&mut simulation, 1);
    let bins = bins_of(&crate::detector::input(&simulation, BINS))?;
    let bin = BINS / 3;
    let model = ErrorModel::Azimuthal;
    // Each cycle keeps what lies within n std of the mean that the cycle before found.
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for cycle in 0..5 {
        let profile = clipped(&simulation, &pixels, model, 0.0, cycle)?;
        let reach = chauvenet(u64::from(profile.count[bin])) * profile.std[bin];
        (low, high) = (low.max(profile.mean[bin] - reach), high.min(profile.mean[bin] + reach));
    }
    let (raw, kept) =
        (clipped(&simulation, &pixels, model, 0.0, 0)?, clipped(&simulation, &pixels, model, 0.0, 5)?);
    let counts: Vec<f64> =
        bins.order[bins.range(bin)].iter().map(|&p| f64::from(pixels[p as usize])).collect();
    let inside = counts.iter().filter(|&&c| c >= low && c <= high).count();
    if inside != kept.count[bin] as usize {
        return Err(format!("clipping kept {} pixels where {inside} are inside", kept.count[bin]));
    }
    let lambda = bins.order[bins.range(bin)].iter().map(|&p| simulation.background()[p as usize]);
    let moments = |p: &braggsieve_core::clip::Profile| json!({ "mean": p.mean[bin], "std": p.std[bin], "count": p.count[bin] });
    Ok(json!({
        "counts": counts, "low": low, "high": high, "before": moments(&raw), "after": moments(&kept),
        "truth": lambda.sum::<f64>() / counts.len() as f64,
    }))
}

/// How many bins each model empties, over the strength of the reflections.
fn emptied(run: &Run) -> Result<Value, String> {
    let mut rows = Vec::new();
    for photons in [1e2, 1e3, 1e4, 1e5, 1e6] {
        let mut simulation = simulation(Settings { spot_width: 1.2, ..hits(photons, run.quick) })?;
        let (pixels, _) = frame(&mut simulation, 0);
        for (name, model) in MODELS {
            let profile = clipped(&simulation, &pixels, model, 0.0, 5)?;
            let before = clipped(&simulation, &pixels, model, 0.0, 0)?;
            let filled = |p: &braggsieve_core::clip::Profile| p.count.iter().filter(|&&c| c > 0).count();
            // A bin that holds less than a tenth of its pixels is as good as empty.
            let starved =
                profile.count.iter().zip(&before.count).filter(|(&now, &then)| 10 * now < then).count();
            rows.push(json!({
                "photons": photons, "model": name, "emptied": filled(&before) - filled(&profile), "starved": starved,
            }));
        }
    }
    Ok(json!(rows))
}

/// Bins whose pixels are still dropped in cycle 1, 2, …
fn cycles(run: &Run) -> Result<Value, String> {
    let mut simulation = simulation(hits(3000.0, run.quick))?;
    let (pixels, _) = frame(&mut simulation, 1);
    let mut rows = Vec::new();
    for (name, model) in MODELS {
        let mut before = clipped(&simulation, &pixels, model, 0.0, 0)?;
        let filled = before.count.iter().filter(|&&c| c > 0).count();
        for cycle in 1..=10 {
            let profile = clipped(&simulation, &pixels, model, 0.0, cycle)?;
            let changed = profile.count.iter().zip(&before.count).filter(|(now, then)| now != then).count();
            rows.push(json!({ "model": name, "cycle": cycle, "changed": changed as f64 / filled as f64 }));
            before = profile;
        }
    }
    Ok(json!(rows))
}

/// Bias of mean and std and part of the pixels that are dropped, over the cut-off: on frames without and with peaks.
fn cutoffs(run: &Run) -> Result<Value, String> {
    let mut rows = Vec::new();
    for (frames, settings) in [("no peaks", hits(0.0, run.quick)), ("strong peaks", hits(3000.0, run.quick))]
    {
        let mut simulation = simulation(settings)?;
        let (pixels, _) = frame(&mut simulation, 1);
        let bins = bins_of(&crate::detector::input(&simulation, BINS))?;
        for cutoff in [0.0, 3.5, 4.0, 5.0, 6.0, 8.0] {
            let profile = clipped(&simulation, &pixels, ErrorModel::Azimuthal, cutoff, 5)?;
            let (mut mean, mut std, mut kept, mut all) = (0.0, 0.0, 0.0, 0.0);
            for b in (0..BINS).filter(|&b| profile.count[b] > 100) {
                let lambda =
                    || bins.order[bins.range(b)].iter().map(|&p| simulation.background()[p as usize]);
                let size = bins.range(b).len() as f64;
                let truth = lambda().sum::<f64>() / size;
                let variance = truth + lambda().map(|l| (l - truth) * (l - truth)).sum::<f64>() / size;
                mean += size * (profile.mean[b] / truth - 1.0);
                std += size * (profile.std[b] / variance.sqrt() - 1.0);
                (kept, all) = (kept + f64::from(profile.count[b]), all + size);
            }
            rows.push(json!({
                "frames": frames, "cutoff": cutoff, "mean": mean / all, "std": std / all, "dropped": 1.0 - kept / all,
            }));
        }
    }
    Ok(json!(rows))
}
