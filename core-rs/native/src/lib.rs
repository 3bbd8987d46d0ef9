//! The C face of the core: check, convert, call, convert the error. No physics here.
//!
//! Every function but the first two and the `free`s returns a status and writes the reason of a refusal, UTF-8 ending
//! with a zero, into the caller's `error` buffer ([`Failure`]). Handles are opaque pointers, made by `new`, given to one thread at a
//! time, and freed once. Arrays that come in are read during the call only, but for maps, which are copied; small
//! results go to buffers of the caller, whose lengths are checked; places of large results stay valid until the next
//! call with the same handle. Panics do not cross.

#![deny(missing_docs)]

mod boundary;
mod codec;
mod densify;
mod large;
mod maps;
mod plan;
mod plan_maps;
mod plan_stages;
mod shared;
mod threads;

pub use boundary::{ErrorText, OK, PANIC, REFUSED, WRONG_ARGUMENT};
pub use codec::*;
pub use densify::*;
pub use maps::*;
pub use plan::*;
pub use plan_maps::*;
pub use plan_stages::*;

/// Version of this face: one more whenever a signature or a meaning changes.
pub const ABI: u32 = 7;

/// [`ABI`].
#[no_mangle]
pub extern "C" fn bs_abi_version() -> u32 {
    ABI
}

/// Hash of the sources that the library was built from, 64 hexadecimal digits and a zero: the WebAssembly that was
/// built from the same sources has the same in `ts/engine/wasm/sources.sha256`.
#[no_mangle]
pub extern "C" fn bs_sources() -> *const u8 {
    concat!(env!("BRAGGSIEVE_SOURCES"), "\0").as_ptr()
}
