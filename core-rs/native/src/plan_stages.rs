//! The stages of a plan behind loading, one by one.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, output, target, ErrorText};
use crate::plan::NativePlan;
use braggsieve_core::clip::Profile;
use braggsieve_core::plan::Plan;

/// Azimuthal averages without clipping: mean, std, sem, count of all bins, one after the other.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_integrate(
    plan: *mut NativePlan,
    out: *mut f64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe { reduced(plan, out, length, error, Plan::integrate) }
}

/// The same after sigma clipping, and the background made of it.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_clip(
    plan: *mut NativePlan,
    out: *mut f64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe { reduced(plan, out, length, error, Plan::clip) }
}

/// A reduction of the loaded frame.
unsafe fn reduced(
    plan: *mut NativePlan,
    out: *mut f64,
    length: usize,
    error: *const ErrorText,
    reduce: fn(&mut Plan) -> &Profile,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            let out = output(out, length, 4 * plan.background().mean.len())?;
            flatten(threads.run(|| reduce(plan)), out);
            Ok(())
        })
    }
}

/// A few numbers that a stage gives.
unsafe fn numbers<const N: usize>(
    plan: *mut NativePlan,
    out: *mut u64,
    length: usize,
    error: *const ErrorText,
    stage: fn(&mut Plan) -> [u64; N],
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let out = output(out, length, N)?;
            let NativePlan { plan, threads } = target(plan)?;
            out.copy_from_slice(&threads.run(|| stage(plan)));
            Ok(())
        })
    }
}

pub(crate) fn flatten(profile: &Profile, out: &mut [f64]) {
    let (mean, rest) = out.split_at_mut(profile.mean.len());
    let (std, rest) = rest.split_at_mut(profile.std.len());
    let (sem, count) = rest.split_at_mut(profile.sem.len());
    mean.copy_from_slice(&profile.mean);
    std.copy_from_slice(&profile.std);
    sem.copy_from_slice(&profile.sem);
    count.iter_mut().zip(&profile.count).for_each(|(out, &n)| *out = f64::from(n));
}

/// Unmasked pixels without a valid value in the last reduction, as one number.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_invalid(
    plan: *mut NativePlan,
    out: *mut u64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe { numbers(plan, out, length, error, |plan| [plan.invalid()]) }
}

/// Background of the last clipped frame: mean then std of all bins.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_background(
    plan: *mut NativePlan,
    out: *mut f32,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let plan = &target(plan)?.plan;
            flatten_background(plan, output(out, length, 2 * plan.background().mean.len())?);
            Ok(())
        })
    }
}

pub(crate) fn flatten_background(plan: &Plan, out: &mut [f32]) {
    let background = plan.background();
    let (mean, std) = out.split_at_mut(background.mean.len());
    mean.copy_from_slice(&background.mean);
    std.copy_from_slice(&background.std);
}

/// Picks. Three numbers: kept pixels, place of their raster indices (u32), place of their values (frame's type).
#[no_mangle]
pub unsafe extern "C" fn bs_plan_pick(
    plan: *mut NativePlan,
    out: *mut u64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe { numbers(plan, out, length, error, picked_places) }
}

pub(crate) fn picked_places(plan: &mut Plan) -> [u64; 3] {
    let (index, intensity) = plan.pick();
    [index.len() as u64, index.as_ptr() as u64, intensity.as_ptr() as u64]
}

/// Finds peaks. Six numbers: how many, then the places of x, y, intensity, sigma (f32) and pixels (u32).
#[no_mangle]
pub unsafe extern "C" fn bs_plan_peaks(
    plan: *mut NativePlan,
    out: *mut u64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe { numbers(plan, out, length, error, peak_places) }
}

pub(crate) fn peak_places(plan: &mut Plan) -> [u64; 6] {
    let peaks = plan.peaks();
    let [x, y, intensity, sigma] =
        [&peaks.x, &peaks.y, &peaks.intensity, &peaks.sigma].map(|column| column.as_ptr() as u64);
    [peaks.len() as u64, x, y, intensity, sigma, peaks.pixels.as_ptr() as u64]
}
