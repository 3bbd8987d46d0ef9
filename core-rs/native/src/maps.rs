//! Work on whole maps, for the TypeScript side: what `braggsieve_core::mask` and `marks` do.
//!
//! # Safety
//! As in `plan`.
#![allow(clippy::missing_safety_doc)]

use crate::boundary::{guarded, named, output, slice, ErrorText, Failure};
use braggsieve_core::codec::Encoding as ChunkEncoding;
use braggsieve_core::plan::{Encoding, PixelType};
use braggsieve_core::{marks, mask};

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
            mask::nonzero(bytes, size, float != 0, output(out, out_length, length / size)?);
            Ok(())
        })
    }
}

/// The same of one HDF5 chunk of elements of `size` bytes, of which there is one a byte of `out`. `encoding`: a name,
/// UTF-8.
#[no_mangle]
pub unsafe extern "C" fn bs_decode_mask(
    encoding: *const u8,
    encoding_length: usize,
    chunk: *const u8,
    length: usize,
    size: usize,
    float: u32,
    out: *mut u8,
    pixels: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let (encoding, chunk) = (
                named("encoding", encoding, encoding_length, ChunkEncoding::from_name)?,
                slice(chunk, length)?,
            );
            Ok(mask::nonzero_chunk(encoding, chunk, size, float != 0, output(out, pixels, pixels)?)?)
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
            mask::not_a_number(slice(values, length)?, output(out, out_length, length)?);
            Ok(())
        })
    }
}

/// Values of a map that are NaN; their number goes to `count`.
#[no_mangle]
pub unsafe extern "C" fn bs_count_nan(
    values: *const f32,
    length: usize,
    count: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            output(count, 1, 1)?[0] = mask::count_nan(slice(values, length)?) as u64;
            Ok(())
        })
    }
}

/// Elements of a mask that are not zero; their number goes to `count`.
#[no_mangle]
pub unsafe extern "C" fn bs_count_masked(
    mask: *const u8,
    pixels: usize,
    count: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            output(count, 1, 1)?[0] = mask::count(slice(mask, pixels)?) as u64;
            Ok(())
        })
    }
}

/// Whether every raster index is below `pixels`: 1 or 0 goes to `answer`.
#[no_mangle]
pub unsafe extern "C" fn bs_all_below(
    index: *const u32,
    length: usize,
    pixels: usize,
    answer: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            output(answer, 1, 1)?[0] = u64::from(mask::all_below(slice(index, length)?, pixels));
            Ok(())
        })
    }
}

/// Whether no value is below the one before it, nor NaN: 1 or 0 goes to `answer`.
#[no_mangle]
pub unsafe extern "C" fn bs_rises(
    values: *const f64,
    length: usize,
    answer: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            output(answer, 1, 1)?[0] = u64::from(mask::rises(slice(values, length)?));
            Ok(())
        })
    }
}

/// 64-bit values as u32, to `out`; 1 goes to `fits`, or 0 where one is larger, and `out` is left as it is.
#[no_mangle]
pub unsafe extern "C" fn bs_narrowed(
    values: *const u64,
    length: usize,
    out: *mut u32,
    out_length: usize,
    fits: *mut u64,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let (out, fits) = (output(out, out_length, length)?, output(fits, 1, 1)?);
            let narrow = mask::narrowed(slice(values, length)?);
            fits[0] = u64::from(narrow.is_some());
            if let Some(narrow) = narrow {
                out.copy_from_slice(&narrow);
            }
            Ok(())
        })
    }
}

/// What the values of a frame mark, one byte per pixel: to `marks` as `braggsieve_core::marks::of_frame` says, or, where
/// `common` is not 0, those of `marks` that this frame has too are kept (`keep_common`). `encoding`, `pixel_type`: names,
/// UTF-8. Refused for float frames, which mark with NaN.
#[no_mangle]
pub unsafe extern "C" fn bs_frame_marks(
    encoding: *const u8,
    encoding_length: usize,
    bytes: *const u8,
    length: usize,
    pixel_type: *const u8,
    pixel_type_length: usize,
    common: u32,
    marks: *mut u8,
    pixels: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            let encoding = named("name", encoding, encoding_length, Encoding::from_name)?;
            let pixel_type = named("name", pixel_type, pixel_type_length, PixelType::from_name)?;
            let mark = if common == 0 { marks::of_frame } else { marks::keep_common };
            let marked = mark(encoding, slice(bytes, length)?, pixel_type, output(marks, pixels, pixels)?)?;
            marked.then_some(()).ok_or_else(|| Failure::Refused("frames of floats mark with NaN".into()))
        })
    }
}

/// Adds the bits of another mask of as many pixels to `mask`.
#[no_mangle]
pub unsafe extern "C" fn bs_united_mask(
    mask: *mut u8,
    pixels: usize,
    other: *const u8,
    other_pixels: usize,
    error: *const ErrorText,
) -> i32 {
    // SAFETY: see the module.
    unsafe {
        guarded(error, || {
            if pixels != other_pixels {
                return Err(Failure::Refused(format!("masks of {pixels} and {other_pixels} pixels")));
            }
            mask::unite(output(mask, pixels, pixels)?, slice(other, other_pixels)?);
            Ok(())
        })
    }
}
