//! HDF5 filters over the core's codec, as one plugin that libhdf5 loads: 32008 (bitshuffle), 32004 (LZ4) and 32015
//! (Zstandard). It decodes and encodes, or hands chunks over as they are, which the library of HDF5 in WASM cannot do
//! by itself ([`channel`]).
//!
//! Built as an Emscripten side module for libhdf5 in WASM. It imports `malloc`, `realloc`, `free` and `getenv`, and no
//! symbol of HDF5, so that it does not depend on the library's version: no `can_apply`, no `set_local`; all that a
//! filter must know stands in `cd_values` as hdf5plugin writes them. For bitshuffle: major, minor, bytes per element,
//! elements per block (0: default), 2 for LZ4 or 3 for Zstandard.
//!
//! Source: the HDF5 documents "HDF5 Dynamically Loaded Filters" and the reference of `H5Z_class2_t` and `H5Z_func_t`.

#![deny(missing_docs)]

mod channel;
mod codec;
mod heap;

use braggsieve_core::codec::Scratch;
use channel::{Channel, Mode};
use codec::Kind;
use core::ffi::{c_char, c_int, c_uint, c_void, CStr};
use core::slice;
use std::sync::Mutex;

/// `H5Z_FLAG_REVERSE`: decode.
const REVERSE: c_uint = 0x0100;
/// `H5Z_CLASS_T_VERS` of `H5Z_class2_t`.
const CLASS_VERSION: c_int = 1;
/// `H5PL_TYPE_FILTER`.
const PLUGIN_FILTER: c_int = 0;

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

impl FilterClass {
    const fn new(kind: Kind, name: &'static CStr, filter: Filter) -> Self {
        Self {
            version: CLASS_VERSION,
            id: kind.id(),
            encoder_present: 1,
            decoder_present: 1,
            name: name.as_ptr(),
            can_apply: None,
            set_local: None,
            filter,
        }
    }
}

/// The filters; the first is the one that a program without a channel gets.
static CLASSES: [FilterClass; 3] = [
    FilterClass::new(Kind::Bitshuffle, c"bitshuffle; braggsieve", bitshuffle),
    FilterClass::new(Kind::Lz4, c"lz4; braggsieve", lz4),
    FilterClass::new(Kind::Zstd, c"zstd; braggsieve", zstd),
];

/// What the chunks share: a block, the encoder's table and its output.
static BUFFERS: Mutex<Option<(Scratch, Vec<u8>)>> = Mutex::new(None);

/// Tells libhdf5 that this plugin is a filter.
#[no_mangle]
pub extern "C" fn H5PLget_plugin_type() -> c_int {
    PLUGIN_FILTER
}

/// Hands libhdf5 the class of the filter that the program wants at this moment: libhdf5 asks when it has none for the
/// number in a file, and goes on seeking when it gets another.
#[no_mangle]
pub extern "C" fn H5PLget_plugin_info() -> *const c_void {
    let wanted = channel::channel().and_then(|channel| channel.filter());
    let class = CLASSES.iter().find(|class| wanted == u32::try_from(class.id).ok());
    (&raw const *class.unwrap_or(&CLASSES[0])).cast()
}

/// Makes the `H5Z_func_t` of one kind.
macro_rules! filter_of {
    ($name:ident, $kind:expr) => {
        /// See [`filter`].
        ///
        /// # Safety
        /// As libhdf5 calls it.
        unsafe extern "C" fn $name(
            flags: c_uint,
            cd_nelmts: usize,
            cd_values: *const c_uint,
            nbytes: usize,
            buf_size: *mut usize,
            buf: *mut *mut c_void,
        ) -> usize {
            if buf.is_null() || (*buf).is_null() || buf_size.is_null() {
                return 0;
            }
            // SAFETY: the caller's promise.
            let settings =
                if cd_values.is_null() { &[] } else { slice::from_raw_parts(cd_values, cd_nelmts) };
            let mut buffer = Buffer { data: buf.cast(), size: buf_size, used: nbytes };
            filter($kind, flags & REVERSE != 0, settings, &mut buffer).unwrap_or(0)
        }
    };
}
filter_of!(bitshuffle, Kind::Bitshuffle);
filter_of!(lz4, Kind::Lz4);
filter_of!(zstd, Kind::Zstd);

/// libhdf5's buffer: `*data` was allocated with `malloc` and holds `*size` bytes, of which `used` are data.
struct Buffer {
    data: *mut *mut u8,
    size: *mut usize,
    used: usize,
}

impl Buffer {
    unsafe fn bytes(&self) -> &[u8] {
        slice::from_raw_parts(*self.data, self.used)
    }

    /// Puts another block of the heap in place of the one that is there, which is given back.
    unsafe fn replace(&mut self, data: *mut u8, size: usize) -> *mut u8 {
        let earlier = *self.data;
        *self.data = data;
        *self.size = size;
        earlier
    }

    /// Puts `bytes` where libhdf5 expects the result: into its own block when they fit.
    unsafe fn put(&mut self, bytes: &[u8]) -> Option<usize> {
        if bytes.len() > *self.size {
            let out = heap::allocate(bytes.len())?;
            heap::release(self.replace(out, bytes.len()));
        }
        (*self.data).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Some(bytes.len())
    }
}

/// One chunk, one way. Gives the bytes that the buffer then holds, `None` for failure.
///
/// # Safety
/// `buffer` is as its fields say.
unsafe fn filter(kind: Kind, reverse: bool, settings: &[c_uint], buffer: &mut Buffer) -> Option<usize> {
    let channel = channel::channel();
    let expected = channel.as_ref().and_then(|channel| channel.chunk_bytes());
    if let Some(channel) = channel.filter(|channel| channel.mode() != Mode::Code) {
        return match (channel.mode(), reverse) {
            (Mode::HandOut, true) => hand_out(channel, buffer),
            (Mode::TakeIn, false) => take_in(channel, buffer),
            (Mode::TakeIn, true) => blank(channel, buffer),
            _ => None,
        };
    }
    let mut guard = BUFFERS.lock().ok()?;
    let (scratch, packed) = guard.get_or_insert_with(Default::default);
    if !reverse {
        codec::encode(kind, settings, buffer.bytes(), packed, scratch)?;
        return buffer.put(packed);
    }
    let total = match (expected, codec::stated_bytes(kind, buffer.bytes())) {
        (Some(expected), Some(stated)) if expected != stated => return None,
        (None, Some(stated)) if stated / codec::MAX_RATIO > buffer.used => return None,
        (expected, stated) => expected.or(stated)?,
    };
    let out = heap::allocate(total)?;
    // Decoding writes every byte or fails, but a slice must not show uninitialised memory.
    out.write_bytes(0, total);
    let plain = slice::from_raw_parts_mut(out, total);
    if codec::decode(kind, settings, buffer.bytes(), plain, scratch).is_none() {
        heap::release(out);
        return None;
    }
    heap::release(buffer.replace(out, total));
    Some(total)
}

/// Leaves the chunk for the program and gives libhdf5 an empty one.
unsafe fn hand_out(channel: &mut Channel, buffer: &mut Buffer) -> Option<usize> {
    let total = channel.chunk_bytes()?;
    let empty = heap::allocate(total)?;
    let used = buffer.used;
    heap::release(channel.hand_out(buffer.replace(empty, total), used));
    Some(total)
}

/// Gives libhdf5 an empty chunk, in place of one that is overwritten.
unsafe fn blank(channel: &Channel, buffer: &mut Buffer) -> Option<usize> {
    let total = channel.chunk_bytes()?;
    let empty = heap::allocate(total)?;
    heap::release(buffer.replace(empty, total));
    Some(total)
}

/// Gives libhdf5 the chunk that the program has left.
unsafe fn take_in(channel: &mut Channel, buffer: &mut Buffer) -> Option<usize> {
    let (chunk, length) = channel.take_in();
    if chunk.is_null() || length == 0 {
        return None;
    }
    heap::release(buffer.replace(chunk, length));
    Some(length)
}
