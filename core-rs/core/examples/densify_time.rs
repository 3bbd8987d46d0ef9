//! How long rebuilding a Pilatus 6M frame takes: `cargo run --release --features parallel --example densify_time`.
//! RAYON_NUM_THREADS sets the threads.

use braggsieve_core::background::RadialGrid;
use braggsieve_core::densify::{Densify, Noise, Rebuild};
use braggsieve_core::geometry::{radial_map, Geometry, Orientation, Shape, Unit};
use braggsieve_core::pick::Cutoff;
use braggsieve_core::plan::PixelType;
use std::time::Instant;

const ROUNDS: u32 = 40;
const BINS: usize = 800;

fn main() {
    let shape = Shape { slow: 2527, fast: 2463 };
    let geometry = Geometry {
        distance: 0.3,
        poni1: 0.22,
        poni2: 0.21,
        rot1: 0.0,
        rot2: 0.0,
        rot3: 0.0,
        wavelength: None,
        pixel1: 172e-6,
        pixel2: 172e-6,
        orientation: Orientation::BottomRight,
    };
    let mut radii = vec![0.0; shape.pixels()];
    radial_map(&geometry, shape, Unit::RadiusM, &mut radii);
    let largest = radii.iter().fold(0.0f64, |a, &b| a.max(b));
    let gap = |pixel: usize| pixel % shape.fast % 494 >= 487 || pixel / shape.fast % 212 >= 195;
    let radius: Vec<f32> =
        radii.iter().enumerate().map(|(p, &r)| if gap(p) { f32::NAN } else { r as f32 }).collect();
    let kept: Vec<u32> = (0..shape.pixels() as u32).filter(|&p| p % 47 == 3 && !gap(p as usize)).collect();
    let counts: Vec<u8> = kept.iter().flat_map(|p| (p % 999).to_le_bytes()).collect();
    let mean: Vec<f32> = (0..BINS).map(|b| 30.0 * (-(b as f32) / 250.0).exp() + 0.05).collect();
    let std: Vec<f32> = mean.iter().map(|m| m.sqrt() * 1.1).collect();

    // As of a polarization that varies along a ring.
    let norms: Vec<f32> = (0..shape.pixels()).map(|p| 0.95 + 0.1 * (p % 97) as f32 / 97.0).collect();

    for (pixel_type, norms) in [
        (PixelType::U32, None),
        (PixelType::U32, Some(&norms)),
        (PixelType::U16, None),
        (PixelType::F32, None),
    ] {
        let width = largest / BINS as f64;
        let grid = RadialGrid::new(0.5 * width, width, BINS);
        let densify = Densify::new(
            radius.as_slice().into(),
            norms.cloned(),
            grid,
            Some(Cutoff { cutoff: 2.0, noise: 1.0 }),
        );
        let mut rebuild = Rebuild::new(densify, pixel_type, 65535.0);
        let intensity = &counts[..kept.len() * pixel_type.size()];
        for scale in [0.0, 1.0] {
            let mut times: Vec<f64> = (0..ROUNDS)
                .map(|frame| {
                    let start = Instant::now();
                    let noise = Noise { scale, seed: 1, frame };
                    rebuild.frame(&mean, &std, &kept, intensity, &noise).expect("a frame");
                    start.elapsed().as_secs_f64() * 1e3
                })
                .collect();
            times.sort_by(f64::total_cmp);
            let [first, median, last] = [0, times.len() / 2, times.len() - 1].map(|i| times[i]);
            println!(
                "{pixel_type:?}, norms {}, noise {scale}: {median:.1} ms ({first:.1}–{last:.1})",
                norms.is_some()
            );
        }
    }
}
