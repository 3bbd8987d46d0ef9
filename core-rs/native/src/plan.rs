//! Plans: frames in, profiles, kept pixels and peaks out.
//!
//! # Safety
//! Of every function here: pointers lead to as many values as the length beside them says (null: none), buffers for
//! results are not shared, and handles are alive and used by one thread at a time. What can be checked is checked.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, hand_over, named, optional, output, release, slice, target, ErrorText};
use crate::plan_stages::{flatten, flatten_background, peak_places, picked_places};
use crate::threads::Threads;
use braggsieve_core::options::Options;
use braggsieve_core::plan::{Encoding, Plan};
use std::borrow::Cow;
use std::sync::Arc;

/// A plan and its threads, which plans forked from it share.
pub struct NativePlan {
    pub(crate) plan: Plan,
    pub(crate) threads: Arc<Threads>,
}

/// Makes a plan. `options`: UTF-8 lines `name=value`, `threads` among them if not all processors are wanted; `mask`,
/// `dark`, `flat`: one entry per pixel in raster order, or null.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_new(
    options: *const u8,
    options_length: usize,
    mask: *const u8,
    mask_length: usize,
    dark: *const f32,
    dark_length: usize,
    flat: *const f32,
    flat_length: usize,
    out: *mut *mut NativePlan,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let options = Options::new(std::str::from_utf8(slice(options, options_length)?)?)?;
            let mask = optional(mask, mask_length)?.map(Cow::Borrowed);
            let (dark, flat) = (optional(dark, dark_length)?, optional(flat, flat_length)?);
            let input = options.plan(mask, dark.map(<[f32]>::to_vec), flat.map(<[f32]>::to_vec))?;
            let threads = Arc::new(Threads::new(options.optional("threads")?.unwrap_or(0))?);
            // Made with the threads that will share its work: the permutation has a part for each.
            let plan = threads.run(|| Plan::new(input))?;
            hand_over(NativePlan { plan, threads }, out)
        })
    }
}

/// Another plan of the same setup with buffers of its own, for a frame that is worked on at the same time. It may
/// outlive the first.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_fork(
    plan: *mut NativePlan,
    out: *mut *mut NativePlan,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            hand_over(NativePlan { plan: plan.fork(), threads: threads.clone() }, out)
        })
    }
}

/// Frees a plan; null is nothing.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_free(plan: *mut NativePlan) {
    // SAFETY: see the module.
    unsafe { release(plan) }
}

/// Five numbers: place of the frame buffer and its bytes, bins, pixels that are not masked, 1 with corrections.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_facts(
    plan: *mut NativePlan,
    out: *mut u64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let plan = &mut target(plan)?.plan;
            let frame = plan.frame().bytes_mut();
            let (place, bytes) = (frame.as_ptr() as u64, frame.len() as u64);
            let (bins, valid) = (plan.background().mean.len() as u64, plan.valid_pixels() as u64);
            let facts = [place, bytes, bins, valid, u64::from(plan.normalization().is_some())];
            output(out, length, facts.len())?.copy_from_slice(&facts);
            Ok(())
        })
    }
}

/// Decodes a frame into the frame buffer and permutes it into bin order. `encoding`: the name of one, UTF-8.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_load(
    plan: *mut NativePlan,
    encoding: *const u8,
    encoding_length: usize,
    bytes: *const u8,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            let (encoding, bytes) =
                (named("encoding", encoding, encoding_length, Encoding::from_name)?, slice(bytes, length)?);
            Ok(threads.run(|| plan.load(encoding, bytes))?)
        })
    }
}

/// Stages of [`bs_plan_process`] beside loading and clipping, as bits.
pub mod stages {
    /// averages before clipping as well
    pub const INTEGRATE: u32 = 1;
    /// kept pixels
    pub const PICK: u32 = 2;
    /// peaks
    pub const PEAKS: u32 = 4;
    /// the frame as a bitshuffle-LZ4 chunk
    pub const ENCODE: u32 = 8;
}

/// A whole frame in one call, which may run beside calls with other handles: loads, clips, and does the stages whose
/// bits are set. `profiles`: mean, std, sem, count of all bins after clipping, and before it too where INTEGRATE is
/// set, that first. `background`: mean, std of all bins. Twelve numbers go to `out`: invalid pixels; kept pixels and the
/// places of their raster indices and values; peaks and the places of x, y, intensity, sigma, pixels; place and
/// bytes of the chunk. What was not asked for is 0.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_process(
    plan: *mut NativePlan,
    encoding: *const u8,
    encoding_length: usize,
    bytes: *const u8,
    length: usize,
    stages: u32,
    profiles: *mut f64,
    profiles_length: usize,
    background: *mut f32,
    background_length: usize,
    out: *mut u64,
    out_length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            let (encoding, bytes) =
                (named("encoding", encoding, encoding_length, Encoding::from_name)?, slice(bytes, length)?);
            let asked = |bit: u32| stages & bit != 0;
            let bins = plan.background().mean.len();
            let wanted = if asked(stages::INTEGRATE) { 8 * bins } else { 4 * bins };
            let (before, after) = output(profiles, profiles_length, wanted)?.split_at_mut(wanted - 4 * bins);
            let background = output(background, background_length, 2 * bins)?;
            let out = output(out, out_length, 12)?;
            out.fill(0);
            threads.run(|| {
                if asked(stages::PEAKS | stages::ENCODE) {
                    plan.load(encoding, bytes)?;
                } else {
                    plan.load_counts(encoding, bytes)?;
                }
                if asked(stages::INTEGRATE) {
                    flatten(plan.integrate(), before);
                }
                flatten(plan.clip(), after);
                out[0] = plan.invalid();
                flatten_background(plan, background);
                if asked(stages::PICK) {
                    out[1..4].copy_from_slice(&picked_places(plan));
                }
                if asked(stages::PEAKS) {
                    out[4..10].copy_from_slice(&peak_places(plan));
                }
                if asked(stages::ENCODE) {
                    let chunk = plan.encode()?;
                    out[10..].copy_from_slice(&[chunk.as_ptr() as u64, chunk.len() as u64]);
                }
                Ok(())
            })
        })
    }
}
