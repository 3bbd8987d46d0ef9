//! How long making a plan for a Pilatus 6M takes: `cargo run --release --features parallel --example plan_time`.
//! RAYON_NUM_THREADS sets the threads.

use braggsieve_core::clip::ClipSettings;
use braggsieve_core::geometry::{Geometry, Orientation, Shape, Unit};
use braggsieve_core::peaks::PeakSettings;
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::{PixelType, Plan, PlanInput, Settings};
use braggsieve_core::reduce::ErrorModel;
use braggsieve_core::validity::Validity;
use std::time::Instant;

const ROUNDS: usize = 7;

fn input(unit: Unit, tilt: f64, corrected: bool) -> PlanInput<'static> {
    let shape = Shape { slow: 2527, fast: 2463 };
    let gap = |pixel: usize| pixel % shape.fast % 494 >= 487 || pixel / shape.fast % 212 >= 195;
    PlanInput {
        geometry: Geometry {
            distance: 0.3,
            poni1: 0.22,
            poni2: 0.21,
            rot1: tilt,
            rot2: 0.0,
            rot3: 0.0,
            wavelength: Some(1e-10),
            pixel1: 172e-6,
            pixel2: 172e-6,
            orientation: Orientation::BottomRight,
        },
        shape,
        pixel_type: PixelType::U32,
        validity: Validity { low: 0.0, high: 1e6, dummy: None },
        mask: Some((0..shape.pixels()).map(|p| u8::from(gap(p))).collect()),
        dark: None,
        flat: None,
        settings: Settings {
            unit,
            bins: 800,
            clip: ClipSettings { error_model: ErrorModel::Azimuthal, cutoff: 0.0, cycle: 5 },
            pick: Cutoff { cutoff: 2.0, noise: 1.0 },
            peak_cutoff: Cutoff { cutoff: 3.0, noise: 1.0 },
            peak: PeakSettings { patch: 5, connected: 4 },
            solid_angle: corrected,
            polarization: corrected.then_some(0.99),
        },
    }
}

fn main() {
    for (unit, tilt, corrected) in [
        (Unit::RadiusM, 0.0, false),
        (Unit::RadiusM, 0.02, false),
        (Unit::QNm, 0.02, false),
        (Unit::RadiusM, 0.0, true),
    ] {
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let input = input(unit, tilt, corrected);
                let start = Instant::now();
                let plan = Plan::new(input).expect("a plan");
                let time = start.elapsed().as_secs_f64() * 1e3;
                assert!(plan.valid_pixels() > 5_000_000);
                time
            })
            .collect();
        let cold = times[0];
        times.sort_by(f64::total_cmp);
        let [first, median, last] = [0, times.len() / 2, times.len() - 1].map(|i| times[i]);
        let corrections = if corrected { "solid angle, polarization" } else { "no corrections" };
        println!(
            "{}, tilt {tilt}, {corrections}: {median:.0} ms ({first:.0}–{last:.0}), the first {cold:.0}",
            unit.name()
        );
    }
}
