//! The predecessor (polar rebinning, then the median or a band of quantiles) beside sigma clipping on one frame.

use crate::detector::{clipped, frame, input, load, pilatus, plan, BINS};
use crate::inputs::bins_of;
use crate::run::Run;
use braggsieve_core::background::{Background, PolarGrid, PolarMedian};
use braggsieve_core::geometry::{chi_map, radial_map, Unit};
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::simulate::{Settings, Simulation};
use serde_json::{json, Value};
use std::time::Instant;

/// Cells of a ring.
const AZIMUTHAL: usize = 360;

/// Curves, roughness, bias and milliseconds per frame of each way.
pub fn predecessor(run: &Run) -> Result<Value, String> {
    let settings = Settings { hit_fraction: 1.0, spot_photons: 3000.0, ..pilatus(run.quick) };
    let mut simulation = Simulation::new(&settings).map_err(|error| error.to_string())?;
    let (pixels, _) = frame(&mut simulation, 1);
    let plan_input = input(&simulation, BINS);
    let bins = bins_of(&plan_input)?;
    let shape = plan_input.shape;
    let (mut radius, mut chi) = (vec![0.0; shape.pixels()], vec![0.0; shape.pixels()]);
    radial_map(&plan_input.geometry, shape, Unit::RadiusMm, &mut radius);
    chi_map(&plan_input.geometry, shape, &mut chi);
    let mask = plan_input.mask.clone().unwrap_or_default();
    let range = (bins.minimum, bins.minimum + BINS as f64 * bins.width);
    let lambda = |b: usize| {
        let pixels = &bins.order[bins.range(b)];
        pixels.iter().map(|&p| simulation.background()[p as usize]).sum::<f64>() / pixels.len() as f64
    };
    let truth: Vec<f64> = (0..BINS).map(lambda).collect();

    let mut found: Vec<(&str, Vec<f64>, Vec<f64>, f64)> = Vec::new();
    let mut own = clipped(&simulation, &pixels, ErrorModel::Azimuthal, 0.0, 5)?;
    if run.perturbed("curve") {
        own.mean[100] *= 1.5;
    }
    let mut clip_plan = plan(plan_input)?;
    load(&mut clip_plan, &pixels)?;
    let ms = median_ms(5, || {
        clip_plan.gather();
        clip_plan.clip();
    });
    found.push(("sigma clipping", own.mean, own.std, ms));
    for (name, half_pixel, band) in [
        ("polar, median", 0.0, (0.5, 0.5)),
        ("polar, split, median", 0.5 * settings.pixel_size * 1e3, (0.5, 0.5)),
        ("polar, split, quantiles 20–80 %", 0.5 * settings.pixel_size * 1e3, (0.2, 0.8)),
    ] {
        let grid = PolarGrid { rings: BINS, azimuthal: AZIMUTHAL, half_pixel };
        let mut polar = PolarMedian::new(&radius, &chi, &mask, range, grid);
        let mut background = Background::new(BINS);
        let pixel = |p: usize| (pixels[p] != u16::MAX).then(|| (f64::from(pixels[p]), 1.0));
        let ms = median_ms(3, || polar.background(pixel, band, &mut background));
        let wide = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect();
        found.push((name, wide(&background.mean), wide(&background.std), ms));
    }

    let inner = || 20..BINS - 200;
    let rows: Vec<Value> = found
        .iter()
        .map(|(name, mean, std, ms)| {
            let average = |of: &dyn Fn(usize) -> f64| inner().map(of).sum::<f64>() / inner().len() as f64;
            let jump = |b: usize| (mean[b + 1] - mean[b]) - (truth[b + 1] - truth[b]);
            json!({
                "way": name, "ms": ms,
                "bias": average(&|b| mean[b] / truth[b] - 1.0),
                "std": average(&|b| std[b] / truth[b].sqrt()),
                "jump": average(&|b| jump(b) * jump(b)).sqrt(),
                "mean": mean, "curveStd": std,
            })
        })
        .collect();
    let radius: Vec<f64> = (0..BINS).map(|b| bins.centre(b)).collect();
    Ok(
        json!({ "ways": rows, "radius": radius, "truth": truth, "azimuthal": AZIMUTHAL, "pixels": shape.pixels() }),
    )
}

fn median_ms(rounds: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}
