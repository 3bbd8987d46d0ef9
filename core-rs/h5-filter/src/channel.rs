//! What the program that reads or writes a file tells this filter, and the other way round: a few words of the memory
//! that both share, whose address the program puts into the value of the environment variable [`VARIABLE`], which both
//! sides reach by `getenv`. The other side is ts/io/hdf5/wasm/channel.ts.
//!
//! libhdf5 tells a filter the size of the compressed chunk only, and copies the full size from whatever the filter gives
//! back, reading beyond it when a damaged chunk decodes to less; and it cannot hand out a chunk as it is. Hence this.

use core::ffi::{c_char, CStr};

extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
}

/// A variable that Emscripten always sets (to a path, which does not begin with `@`) and that nothing here needs.
const VARIABLE: &CStr = c"HOME";
/// The layout of [`Channel`].
const VERSION: u32 = 2;
/// `Channel::mode` for [`Mode::HandOut`].
const HAND_OUT: u32 = 1;
/// `Channel::mode` for [`Mode::TakeIn`].
const TAKE_IN: u32 = 2;

/// What the filter does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It decodes and encodes.
    Code,
    /// Chunks that are read are handed to the program as they are.
    HandOut,
    /// A chunk that is written is the one that the program has left; one that is read before is not wanted.
    TakeIn,
}

/// The shared words.
#[repr(C)]
pub struct Channel {
    version: u32,
    /// number of the filter that is wanted; 0 when the program does not say
    filter: u32,
    /// bytes that a chunk must decode to; 0 when the program does not say
    chunk_bytes: u32,
    mode: u32,
    /// a chunk that is handed over, on the heap of `malloc`; its new owner frees it
    pointer: u32,
    length: u32,
}

// WORDS of channel.ts.
const _: () = assert!(size_of::<Channel>() == 6 * 4);

impl Channel {
    /// The number of the filter that is wanted.
    pub fn filter(&self) -> Option<u32> {
        Some(self.filter).filter(|&id| id != 0)
    }

    /// How many bytes the chunk must decode to.
    pub fn chunk_bytes(&self) -> Option<usize> {
        usize::try_from(self.chunk_bytes).ok().filter(|&bytes| bytes != 0)
    }

    /// What the filter is to do.
    pub fn mode(&self) -> Mode {
        match self.mode {
            HAND_OUT => Mode::HandOut,
            TAKE_IN => Mode::TakeIn,
            _ => Mode::Code,
        }
    }

    /// Leaves a chunk for the program, and gives back the one that it has not fetched.
    pub fn hand_out(&mut self, pointer: *mut u8, length: usize) -> *mut u8 {
        let earlier = self.pointer as usize as *mut u8;
        self.pointer = pointer as usize as u32;
        self.length = length as u32;
        earlier
    }

    /// Takes the chunk that the program has left; null when there is none.
    pub fn take_in(&mut self) -> (*mut u8, usize) {
        let pointer = self.pointer as usize as *mut u8;
        self.pointer = 0;
        (pointer, self.length as usize)
    }
}

/// The channel of the program, or `None` when it has none: then this is an ordinary filter.
pub fn channel() -> Option<&'static mut Channel> {
    // SAFETY: `getenv` returns null or a string that lives as long as the program; a value that begins with the mark was
    // written by the program, and is the address of a channel for as long as it stands there. Nothing runs beside this.
    unsafe {
        let value = getenv(VARIABLE.as_ptr());
        if value.is_null() {
            return None;
        }
        let digits = CStr::from_ptr(value).to_str().ok()?.strip_prefix('@')?;
        let address = usize::from_str_radix(digits, 16).ok()?;
        let channel = (address as *mut Channel).as_mut()?;
        (channel.version == VERSION).then_some(channel)
    }
}
