//! How many bytes a chunk must decode to, when the program that reads says so.
//!
//! libhdf5 tells a filter the size of the compressed chunk only, and copies the full size from whatever the filter gives
//! back, reading beyond it when a damaged chunk decodes to less. The reader knows the full size; it writes it over the
//! value of the environment variable [`VARIABLE`], which both sides reach by `getenv`.

use core::ffi::{c_char, CStr};

extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
}

/// A variable that Emscripten always sets (to a path, which is not a number) and that nothing here needs.
const VARIABLE: &CStr = c"HOME";

/// The size, or `None` when the variable holds no number.
pub fn chunk_bytes() -> Option<usize> {
    // SAFETY: `getenv` returns null or a string that lives as long as the program; nothing runs beside this.
    let value = unsafe {
        let pointer = getenv(VARIABLE.as_ptr());
        if pointer.is_null() {
            return None;
        }
        CStr::from_ptr(pointer)
    };
    value.to_str().ok()?.parse().ok()
}
