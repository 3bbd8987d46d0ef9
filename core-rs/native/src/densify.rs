//! Rebuilding frames of a sparse file.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, hand_over, optional, output, release, slice, target, ErrorText, Failure};
use crate::options::Options;
use crate::threads::Threads;
use braggsieve_core::background::RadialGrid;
use braggsieve_core::densify::{Densify, Noise, Rebuild};
use braggsieve_core::pick::Cutoff;

/// The buffers of a sparse file's frames, and the threads that fill them.
pub struct NativeDensifier {
    rebuild: Rebuild,
    threads: Threads,
}

/// Makes a densifier. `options`: UTF-8 lines `name=value` of `type`, `first` and `width` (centre of the first bin,
/// distance of the centres), `bins`, `dummy`, and where known `cutoffPick`, `noisePick`, `threads`. `radius`: per
/// pixel, NaN where masked; `normalization`: norm per pixel or null.
#[no_mangle]
pub unsafe extern "C" fn bs_densifier_new(
    options: *const u8,
    options_length: usize,
    radius: *const f32,
    radius_length: usize,
    normalization: *const f32,
    normalization_length: usize,
    out: *mut *mut NativeDensifier,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let options = Options::new(slice(options, options_length)?)?;
            let radius = slice(radius, radius_length)?.to_vec();
            let norms = optional(normalization, normalization_length)?;
            let refused = |reason: &str| Err(Failure::Refused(reason.into()));
            if norms.as_ref().is_some_and(|norms| norms.len() != radius.len()) {
                return refused("the normalization has not as many pixels as the radius map");
            }
            let (bins, width) = (options.required("bins")?, options.required::<f64>("width")?);
            if bins == 0 || bins > 1 << 24 || width.is_nan() || width <= 0.0 {
                return refused("the radii of the bins must increase");
            }
            let grid = RadialGrid::new(options.required("first")?, width, bins);
            let noise = options.optional("noisePick")?.unwrap_or(0.0);
            let cutoff: Option<f64> = options.optional("cutoffPick")?;
            let cutoff = cutoff.map(|cutoff| Cutoff { cutoff, noise });
            let densify = Densify::new(radius, norms, grid, cutoff);
            let rebuild = Rebuild::new(densify, options.pixel_type()?, options.required("dummy")?);
            let threads = Threads::new(options.optional("threads")?.unwrap_or(0))?;
            hand_over(NativeDensifier { rebuild, threads }, out)
        })
    }
}

/// Frees a densifier; null is nothing.
#[no_mangle]
pub unsafe extern "C" fn bs_densifier_free(densifier: *mut NativeDensifier) {
    // SAFETY: see the module.
    unsafe { release(densifier) }
}

/// Rebuilds frame number `frame`. `mean`, `std`: `bins` values each; `index`: raster indices of the kept pixels;
/// `intensity`: little-endian bytes of their values; `noise`: 0 to 1 of the recorded std. One number goes to `out`:
/// the place of the frame.
#[no_mangle]
pub unsafe extern "C" fn bs_densifier_frame(
    densifier: *mut NativeDensifier,
    mean: *const f32,
    std: *const f32,
    bins: usize,
    index: *const u32,
    kept: usize,
    intensity: *const u8,
    intensity_length: usize,
    noise: f64,
    seed: u64,
    frame: u32,
    out: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativeDensifier { rebuild, threads } = target(densifier)?;
            let (mean, std) = (slice(mean, bins)?, slice(std, bins)?);
            let (index, intensity) = (slice(index, kept)?, slice(intensity, intensity_length)?);
            let out = output(out, 1, 1)?;
            let noise = Noise { scale: noise, seed, frame };
            threads.run(|| rebuild.frame(mean, std, index, intensity, &noise))?;
            out[0] = rebuild.pixels().as_ptr() as u64;
            Ok(())
        })
    }
}
