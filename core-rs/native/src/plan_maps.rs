//! The maps of a plan: as they are, and on their way into a file.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, output, target, ErrorText, Failure};
use crate::codec::PACKERS;
use crate::plan::NativePlan;
use braggsieve_core::bins::PixelMap;
use braggsieve_core::map_step::{is_step, shuffled_band, Rounding};

/// Packs the values `start` to `end` of the plan's radii, or of its norms where `normalization` is not 0, as one chunk of
/// `length` float32 of HDF5 filter 32008 with Zstandard; zeros stand behind them. `step`: a power of two that they are
/// rounded to, but not below `least`, or 0. `out`: room of [`bs_pack_bound`](crate::bs_pack_bound) of the chunk's bytes;
/// the number of bytes written goes to `written`.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_pack_map(
    plan: *mut NativePlan,
    normalization: u32,
    start: usize,
    end: usize,
    length: usize,
    step: f32,
    least: f32,
    level: i32,
    out: *mut u8,
    out_length: usize,
    written: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let plan = &target(plan)?.plan;
            let norms = if normalization == 0 {
                None
            } else {
                Some(plan.normalization().ok_or_else(Failure::no_corrections)?)
            };
            if step != 0.0 && !is_step(step) {
                return Err(Failure::Refused(format!("{step} is no step: it must be a power of two")));
            }
            if start > end || end > plan.radii().pixels() || end - start > length {
                return Err(Failure::Argument("a band does not lie inside its map"));
            }
            let rounding = (step != 0.0).then_some(Rounding { step, least });
            let (out, written) = (output(out, out_length, out_length)?, output(written, 1, 1)?);
            PACKERS.lend(|packer| {
                let (values, shuffled) = (&mut packer.values, &mut packer.shuffled);
                match norms {
                    Some(norms) => shuffled_band(norms, start..end, length, rounding, values, shuffled)?,
                    None => shuffled_band(plan.radii(), start..end, length, rounding, values, shuffled)?,
                }
                written[0] = packer.compressed(size_of::<f32>(), level, out)? as u64;
                Ok(())
            })
        })
    }
}

/// Share of the valid pixels between the centre of each bin and the next, times their norms where `weighted` is not 0.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_ring_shares(
    plan: *mut NativePlan,
    weighted: u32,
    out: *mut f64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let shares = target(plan)?.plan.ring_shares(weighted != 0);
            let shares = shares.ok_or_else(Failure::no_corrections)?;
            output(out, length, shares.len())?.copy_from_slice(&shares);
            Ok(())
        })
    }
}

/// Radial coordinate per pixel, NaN where masked.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_radius(
    plan: *mut NativePlan,
    out: *mut f32,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let radius = target(plan)?.plan.radius();
            output(out, length, radius.len())?.copy_from_slice(radius);
            Ok(())
        })
    }
}

/// Norm per pixel; refused without corrections.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_normalization(
    plan: *mut NativePlan,
    out: *mut f32,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let norms = target(plan)?.plan.normalization().ok_or_else(Failure::no_corrections)?;
            output(out, length, norms.len())?.copy_from_slice(norms);
            Ok(())
        })
    }
}

/// Radial coordinate of the bin centres.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_centres(
    plan: *mut NativePlan,
    out: *mut f64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let centres = target(plan)?.plan.centres();
            output(out, length, centres.len())?.copy_from_slice(&centres);
            Ok(())
        })
    }
}
