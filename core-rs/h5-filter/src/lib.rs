//! HDF5 filter 32008 (bitshuffle with LZ4) over the core's codec, as a plugin that libhdf5 loads.
//!
//! Built as an Emscripten side module for libhdf5 in WASM. It imports `malloc`, `realloc`, `free` and `getenv`, and no
//! symbol of HDF5, so that it does not depend on the library's version: no `can_apply`, no `set_local`; all that the filter must
//! know stands in `cd_values` as hdf5plugin writes them: major, minor, bytes per element, elements per block
//! (0: default), 2 for LZ4.
//!
//! Source: the HDF5 documents "HDF5 Dynamically Loaded Filters" and the reference of `H5Z_class2_t` and `H5Z_func_t`.

#![deny(missing_docs)]

mod expected;
mod heap;

use braggsieve_core::codec::bitshuffle_lz4::{self, Scratch};
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::slice;
use std::sync::Mutex;

/// The registered number of the bitshuffle filter.
const FILTER_ID: c_int = 32008;
/// `H5Z_FLAG_REVERSE`: decode.
const REVERSE: c_uint = 0x0100;
/// `H5Z_CLASS_T_VERS` of `H5Z_class2_t`.
const CLASS_VERSION: c_int = 1;
/// `H5PL_TYPE_FILTER`.
const PLUGIN_FILTER: c_int = 0;
/// The value of `cd_values[4]` for LZ4.
const LZ4: c_uint = 2;
/// An LZ4 block grows by less than this factor: a header that asks for more lies, and nothing is allocated for it.
const MAX_RATIO: usize = 256;

/// `H5Z_func_t`: transforms `*buf` in place or replaces it; returns the bytes in it, or 0 for failure.
type Filter =
    unsafe extern "C" fn(c_uint, usize, *const c_uint, usize, *mut usize, *mut *mut c_void) -> usize;

/// `H5Z_class2_t`: what libhdf5 wants to know of a filter.
#[repr(C)]
pub struct FilterClass {
    version: c_int,
    id: c_int,
    encoder_present: c_uint,
    decoder_present: c_uint,
    name: *const c_char,
    can_apply: Option<unsafe extern "C" fn()>,
    set_local: Option<unsafe extern "C" fn()>,
    filter: Filter,
}

// SAFETY: nothing in it is ever written.
unsafe impl Sync for FilterClass {}

static CLASS: FilterClass = FilterClass {
    version: CLASS_VERSION,
    id: FILTER_ID,
    encoder_present: 1,
    decoder_present: 1,
    name: c"bitshuffle; braggsieve".as_ptr(),
    can_apply: None,
    set_local: None,
    filter,
};

/// What the chunks share: a block, the encoder's table and its output.
static BUFFERS: Mutex<Option<(Scratch, Vec<u8>)>> = Mutex::new(None);

/// Tells libhdf5 that this plugin is a filter.
#[no_mangle]
pub extern "C" fn H5PLget_plugin_type() -> c_int {
    PLUGIN_FILTER
}

/// Hands libhdf5 the filter's class.
#[no_mangle]
pub extern "C" fn H5PLget_plugin_info() -> *const c_void {
    (&raw const CLASS).cast()
}

/// The filter itself; see [`Filter`] and the HDF5 reference of `H5Z_func_t`.
///
/// # Safety
/// As libhdf5 calls it: `cd_values` has `cd_nelmts` values, `*buf` was allocated with `malloc` and holds `*buf_size`
/// bytes, of which `nbytes` are data.
unsafe extern "C" fn filter(
    flags: c_uint,
    cd_nelmts: usize,
    cd_values: *const c_uint,
    nbytes: usize,
    buf_size: *mut usize,
    buf: *mut *mut c_void,
) -> usize {
    if cd_values.is_null() || buf.is_null() || (*buf).is_null() || buf_size.is_null() {
        return 0;
    }
    // SAFETY: the caller's promise.
    let settings = slice::from_raw_parts(cd_values, cd_nelmts);
    let data = slice::from_raw_parts_mut((*buf).cast::<u8>(), (*buf_size).max(nbytes));
    let &[_, _, elem_size, block_elems, LZ4, ..] = settings else {
        return 0;
    };
    let Ok(mut guard) = BUFFERS.lock() else {
        return 0;
    };
    let (scratch, packed) = guard.get_or_insert_with(Default::default);
    if flags & REVERSE == 0 {
        let plain = &data[..nbytes];
        if bitshuffle_lz4::encode(plain, elem_size as usize, block_elems as usize, packed, scratch).is_err() {
            return 0;
        }
        return put(packed, data, buf_size, buf);
    }
    let chunk = &data[..nbytes];
    let Some(total) = chunk.first_chunk().map(|&bytes| u64::from_be_bytes(bytes)) else {
        return 0;
    };
    let Some(total) = usize::try_from(total).ok().filter(|&t| t / MAX_RATIO <= nbytes && t > 0) else {
        return 0;
    };
    if expected::chunk_bytes().is_some_and(|bytes| bytes != total) {
        return 0;
    }
    let out = heap::malloc(total).cast::<u8>();
    if out.is_null() {
        return 0;
    }
    // Decoding writes every byte or fails, but a slice must not show uninitialised memory.
    out.write_bytes(0, total);
    let plain = slice::from_raw_parts_mut(out, total);
    if bitshuffle_lz4::decode(chunk, elem_size as usize, plain, scratch).is_err() {
        heap::free(out.cast());
        return 0;
    }
    replace(out.cast(), total, buf_size, buf);
    total
}

/// Puts `bytes` where libhdf5 expects the result: into its own buffer when they fit.
unsafe fn put(bytes: &[u8], data: &mut [u8], buf_size: *mut usize, buf: *mut *mut c_void) -> usize {
    if let Some(room) = data.get_mut(..bytes.len()) {
        room.copy_from_slice(bytes);
        return bytes.len();
    }
    let out = heap::malloc(bytes.len());
    if out.is_null() {
        return 0;
    }
    out.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
    replace(out, bytes.len(), buf_size, buf);
    bytes.len()
}

unsafe fn replace(out: *mut c_void, size: usize, buf_size: *mut usize, buf: *mut *mut c_void) {
    heap::free(*buf);
    *buf = out;
    *buf_size = size;
}
