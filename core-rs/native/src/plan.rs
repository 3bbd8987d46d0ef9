//! Plans: frames in, profiles, kept pixels and peaks out.
//!
//! # Safety
//! Of every function here: pointers lead to as many values as the length beside them says (null: none), buffers for
//! results are not shared, and handles are alive and used by one thread at a time. What can be checked is checked.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, hand_over, optional, output, release, slice, target, ErrorText, Failure};
use crate::options::Options;
use crate::threads::Threads;
use braggsieve_core::clip::Profile;
use braggsieve_core::plan::{PixelType, Plan};

/// A plan and its threads.
pub struct NativePlan {
    plan: Plan,
    threads: Threads,
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
            let options = Options::new(slice(options, options_length)?)?;
            let (mask, dark) = (optional(mask, mask_length)?, optional(dark, dark_length)?);
            let input = options.plan(mask, dark, optional(flat, flat_length)?)?;
            let threads = Threads::new(options.optional("threads")?.unwrap_or(0))?;
            // Made with the threads that will share its work: the permutation has a part for each.
            let plan = threads.run(|| Plan::new(input))?;
            hand_over(NativePlan { plan, threads }, out)
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

/// Decodes a frame into the frame buffer and permutes it into bin order. `encoding`: 0 raw little-endian pixels,
/// 1 CBF byte-offset (int32 alone), 2 bitshuffle-LZ4 (a chunk of HDF5 filter 32008); 3 takes what lies in the buffer.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_load(
    plan: *mut NativePlan,
    encoding: u32,
    bytes: *const u8,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            let bytes = slice(bytes, length)?;
            threads.run(|| {
                match encoding {
                    0 => {
                        let frame = plan.frame().bytes_mut();
                        if frame.len() != bytes.len() {
                            let (got, wanted) = (bytes.len(), frame.len());
                            let reason = format!("a frame of {got} bytes where {wanted} are expected");
                            return Err(Failure::Refused(reason));
                        }
                        frame.copy_from_slice(bytes);
                        plan.gather();
                    }
                    1 if plan.frame().pixel_type() != PixelType::I32 => {
                        return Err(Failure::Refused("byte-offset decodes to int32".into()));
                    }
                    1 => plan.load_byte_offset(bytes)?,
                    2 => plan.load_bitshuffle_lz4(bytes)?,
                    3 => plan.gather(),
                    _ => return Err(Failure::Argument("there is no such encoding")),
                }
                Ok(())
            })
        })
    }
}

/// Azimuthal averages without clipping: mean, std, sem, count of all bins, one after the other.
#[no_mangle]
pub unsafe extern "C" fn bs_plan_integrate(
    plan: *mut NativePlan,
    out: *mut f64,
    length: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            let out = output(out, length, 4 * plan.background().mean.len())?;
            flatten(threads.run(|| plan.integrate()), out);
            Ok(())
        })
    }
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
    unsafe {
        guarded(error, || {
            let NativePlan { plan, threads } = target(plan)?;
            let out = output(out, length, 4 * plan.background().mean.len())?;
            flatten(threads.run(|| plan.clip()), out);
            Ok(())
        })
    }
}

fn flatten(profile: &Profile, out: &mut [f64]) {
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
    unsafe {
        guarded(error, || {
            output(out, length, 1)?[0] = target(plan)?.plan.invalid();
            Ok(())
        })
    }
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
            let background = target(plan)?.plan.background();
            let bins = background.mean.len();
            let (mean, std) = output(out, length, 2 * bins)?.split_at_mut(bins);
            mean.copy_from_slice(&background.mean);
            std.copy_from_slice(&background.std);
            Ok(())
        })
    }
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
    unsafe {
        guarded(error, || {
            let out = output(out, length, 3)?;
            let NativePlan { plan, threads } = target(plan)?;
            let (index, intensity) = threads.run(|| plan.pick());
            let places = [index.len() as u64, index.as_ptr() as u64, intensity.as_ptr() as u64];
            out.copy_from_slice(&places);
            Ok(())
        })
    }
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
    unsafe {
        guarded(error, || {
            let out = output(out, length, 6)?;
            let NativePlan { plan, threads } = target(plan)?;
            let peaks = threads.run(|| plan.peaks());
            let columns = [&peaks.x, &peaks.y, &peaks.intensity, &peaks.sigma];
            out[0] = peaks.len() as u64;
            out[1..5].copy_from_slice(&columns.map(|column| column.as_ptr() as u64));
            out[5] = peaks.pixels.as_ptr() as u64;
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
            let absent = || Failure::Refused("the plan has no corrections".into());
            let norms = target(plan)?.plan.normalization().ok_or_else(absent)?;
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
