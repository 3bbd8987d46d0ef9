//! Work on whole maps, for the TypeScript side: what `braggsieve_core::mask` and `map_step` do.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, output, slice, ErrorText, Failure};
use braggsieve_core::background::RadialGrid;
use braggsieve_core::{map_step, mask};

/// Rounds a map in place to multiples of `step`, a power of two, not below `least`; NaN stays NaN.
#[no_mangle]
pub unsafe extern "C" fn bs_round_to_step(
    map: *mut f32,
    length: usize,
    step: f32,
    least: f32,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let map = output(map, length, length)?;
            if !map_step::is_step(step) {
                return Err(Failure::Refused(format!("{step} is no step: it must be a power of two")));
            }
            map_step::round_to_step(map, step, least);
            Ok(())
        })
    }
}

/// Share of the valid pixels between the centre of each bin and the next, times their norms; `norms`: null without.
/// `first`, `width`: centre of the first bin, distance of the centres. One number per bin goes to `shares`.
#[no_mangle]
pub unsafe extern "C" fn bs_ring_shares(
    radius: *const f32,
    pixels: usize,
    norms: *const f32,
    norms_length: usize,
    first: f64,
    width: f64,
    shares: *mut f64,
    bins: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let (radius, norms) = (slice(radius, pixels)?, slice(norms, norms_length)?);
            if bins == 0 || ![0, pixels].contains(&norms.len()) {
                return Err(Failure::Refused("the maps and the bins do not belong together".into()));
            }
            let (grid, norms) = (RadialGrid::new(first, width, bins), (!norms.is_empty()).then_some(norms));
            map_step::ring_shares(radius, norms, &grid, output(shares, bins, bins)?);
            Ok(())
        })
    }
}

/// 1 where an element of `size` bytes is not zero, one byte per element to `out`. `float`: 0 or 1.
#[no_mangle]
pub unsafe extern "C" fn bs_nonzero_mask(
    bytes: *const u8,
    length: usize,
    size: usize,
    float: u32,
    out: *mut u8,
    out_length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let bytes = slice(bytes, length)?;
            if size == 0 || !bytes.len().is_multiple_of(size) {
                return Err(Failure::Refused(format!("{length} bytes are not whole elements of {size}")));
            }
            let found = mask::nonzero(bytes, size, float != 0);
            output(out, out_length, found.len())?.copy_from_slice(&found);
            Ok(())
        })
    }
}

/// 1 where a value is NaN, one byte per value to `out`.
#[no_mangle]
pub unsafe extern "C" fn bs_nan_mask(
    values: *const f32,
    length: usize,
    out: *mut u8,
    out_length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let found = mask::not_a_number(slice(values, length)?);
            output(out, out_length, found.len())?.copy_from_slice(&found);
            Ok(())
        })
    }
}
