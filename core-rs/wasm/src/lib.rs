//! The WASM face of the core: check, convert, call, convert the error.
