//! Sparsify and rebuild: what is kept, and whether kept and rebuilt pixels together have the original's distribution.

use crate::backgrounds::{normal_above, simulated, Case, Known};
use crate::inputs::{bins_of, Frames};
use crate::rebuilt::{conditional, published, Sparse};
use crate::rings::{compare, Rings};
use crate::run::Run;
use braggsieve_core::background::RadialGrid;
use braggsieve_core::densify::{Densify, Noise, Rebuild};
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::{Encoding, Plan};
use serde_json::{json, Value};

/// Cut-offs of the picking.
pub const CUTOFFS: [f64; 5] = [0.8, 1.0, 1.4, 2.0, 3.0];

/// Simulated backgrounds.
pub fn round_trips(run: &Run) -> Result<Value, String> {
    rows(&simulated(run)?, &CUTOFFS, run)
}

/// Measured frames.
pub fn measured(run: &Run) -> Result<Value, String> {
    let frames = Frames::open(run.folder()?)?;
    let case = |(number, bytes): (usize, &[u8])| {
        let name = format!("frame {number}");
        Ok(Case { name, input: frames.plan_input()?, frame: bytes.to_vec(), known: Known::Measured })
    };
    let cases = frames.iter().enumerate().map(case).collect::<Result<Vec<_>, String>>()?;
    rows(&cases, if run.quick { &[1.0, 2.0] } else { &CUTOFFS }, run)
}

fn rows(cases: &[Case], cutoffs: &[f64], run: &Run) -> Result<Value, String> {
    let mut found = Vec::new();
    for case in cases {
        for &cutoff in cutoffs {
            found.push(row(case, cutoff, run)?);
        }
    }
    Ok(json!({ "rows": found }))
}

fn row(case: &Case, cutoff: f64, run: &Run) -> Result<Value, String> {
    let mut input = clone_of(case);
    let noise = input.settings.pick.noise;
    input.settings.pick = Cutoff { cutoff, noise };
    let (pixel_type, mask) = (input.pixel_type, input.mask.clone().unwrap_or_default());
    let bins = bins_of(&input)?;
    let mut plan = Plan::new(input).map_err(|error| error.to_string())?;
    plan.load(Encoding::Raw, &case.frame).map_err(|error| error.to_string())?;
    plan.clip();
    let background = plan.background().clone();
    let (index, intensity) = plan.pick();
    let kept = index.to_vec();
    let bytes: Vec<u8> = intensity.iter().flat_map(|word| word.to_le_bytes()).collect();
    let bytes = &bytes[..kept.len() * pixel_type.size()];

    let original: Vec<f64> = (0..mask.len()).map(|p| plan.frame().value(p)).collect();
    let mut is_kept = vec![false; mask.len()];
    kept.iter().for_each(|&p| is_kept[p as usize] = true);
    let grid = RadialGrid::new(bins.centre(0), bins.width, bins.count());
    let ours = {
        let densify = Densify::new(plan.radius().into(), None, grid, Some(Cutoff { cutoff, noise }));
        let mut rebuild = Rebuild::new(densify, pixel_type, -1.0);
        let scale = if run.perturbed("noise") { 0.9 } else { 1.0 };
        let noise = Noise { scale, seed: 1, frame: 0 };
        let built = rebuild.frame(&background.mean, &background.std, &kept, bytes, &noise);
        built.map_err(|error| error.to_string())?;
        let mut frame = braggsieve_core::plan::FrameBuffer::new(pixel_type, mask.len(), 0);
        frame.bytes_mut().copy_from_slice(rebuild.pixels());
        let mut values: Vec<f64> = (0..mask.len()).map(|p| frame.value(p)).collect();
        if let (true, Some(&first)) = (run.perturbed("kept"), kept.first()) {
            values[first as usize] += 1.0;
        }
        values
    };
    let sparse = Sparse {
        bins: &bins,
        original: &original,
        is_kept: &is_kept,
        radius: plan.radius(),
        grid: &grid,
        background: &background,
        cutoff: Cutoff { cutoff, noise },
    };

    let changed = kept.iter().filter(|&&p| ours[p as usize] != original[p as usize]).count();
    let unmasked = bins.order.iter().filter(|&&p| original[p as usize] >= f64::from(i32::MIN) + 1.0).count();
    let rings = Rings { bins: &bins, original: &original, is_kept: &is_kept };
    let theory = case
        .known
        .moments()
        .and_then(|(mean, std)| case.known.above(mean + Cutoff { cutoff, noise }.reach(std)));
    Ok(json!({
        "case": case.name, "cutoff": cutoff, "kept": kept.len() as f64 / unmasked as f64,
        "normal": normal_above(cutoff), "theory": theory, "changed": changed, "pixels": unmasked,
        "ours": compare(&rings, &ours), "published": compare(&rings, &published(&sparse)),
        "conditional": compare(&rings, &conditional(&sparse, case.known.detector())),
    }))
}

/// Plans take their input; cases are used more than once.
fn clone_of(case: &Case) -> braggsieve_core::plan::PlanInput<'static> {
    let input = &case.input;
    braggsieve_core::plan::PlanInput {
        geometry: input.geometry,
        shape: input.shape,
        pixel_type: input.pixel_type,
        validity: input.validity,
        mask: input.mask.clone(),
        dark: None,
        flat: None,
        settings: input.settings,
    }
}
