//! Rebuilding frames of a sparse file.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, hand_over, optional, output, release, slice, target, ErrorText};
use crate::threads::Threads;
use braggsieve_core::densify::{Noise, Rebuild};
use braggsieve_core::options::Options;
use std::sync::Arc;

/// The buffers of a sparse file's frames, and the threads that fill them.
pub struct NativeDensifier {
    rebuild: Rebuild,
    threads: Arc<Threads>,
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
            let options = Options::new(std::str::from_utf8(slice(options, options_length)?)?)?;
            let (radius, norms) =
                (slice(radius, radius_length)?, optional(normalization, normalization_length)?);
            let rebuild = options.rebuild(radius.into(), norms.map(<[f32]>::to_vec))?;
            let threads = Arc::new(Threads::new(options.optional("threads")?.unwrap_or(0))?);
            hand_over(NativeDensifier { rebuild, threads }, out)
        })
    }
}

/// Another densifier of the same file with buffers of its own, for a frame that is rebuilt at the same time. It may
/// outlive the first.
#[no_mangle]
pub unsafe extern "C" fn bs_densifier_fork(
    densifier: *mut NativeDensifier,
    out: *mut *mut NativeDensifier,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativeDensifier { rebuild, threads } = target(densifier)?;
            hand_over(NativeDensifier { rebuild: rebuild.fork(), threads: threads.clone() }, out)
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
/// `intensity`: little-endian bytes of their values; `noise`: 0 to 1 of the recorded std. Three numbers go to `out`:
/// the place of the frame, and with `encode` 1 the place and the bytes of a bitshuffle-LZ4 chunk of it.
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
    encode: u32,
    out: *mut u64,
    out_length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativeDensifier { rebuild, threads } = target(densifier)?;
            let (mean, std) = (slice(mean, bins)?, slice(std, bins)?);
            let (index, intensity) = (slice(index, kept)?, slice(intensity, intensity_length)?);
            let out = output(out, out_length, 3)?;
            let noise = Noise { scale: noise, seed, frame };
            threads.run(|| {
                rebuild.frame(mean, std, index, intensity, &noise)?;
                out.copy_from_slice(&[rebuild.pixels().as_ptr() as u64, 0, 0]);
                if encode != 0 {
                    let chunk = rebuild.encode()?;
                    out[1..].copy_from_slice(&[chunk.as_ptr() as u64, chunk.len() as u64]);
                }
                Ok(())
            })
        })
    }
}
