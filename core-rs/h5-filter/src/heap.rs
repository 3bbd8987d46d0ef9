//! The heap of the program that loads the filter: libhdf5 frees what the filter allocates and the other way round, and
//! a side module must not grow the memory that it shares by itself.

#[cfg(target_arch = "wasm32")]
use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;

extern "C" {
    /// `malloc` of the main module.
    fn malloc(size: usize) -> *mut c_void;
    /// `free` of the main module.
    fn free(pointer: *mut c_void);
    #[cfg(target_arch = "wasm32")]
    fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void;
}

/// A block of at least `size` bytes, not cleared; `None` when there is no room.
pub fn allocate(size: usize) -> Option<*mut u8> {
    // SAFETY: any size may be asked for.
    let block = unsafe { malloc(size) }.cast::<u8>();
    (!block.is_null()).then_some(block)
}

/// Gives a block back; null is allowed.
///
/// # Safety
/// The block comes from `malloc` and nothing uses it any more.
pub unsafe fn release(block: *mut u8) {
    free(block.cast());
}

/// Alignment that `malloc` of 32-bit WASM promises; nothing here asks for more.
#[cfg(target_arch = "wasm32")]
const MALLOC_ALIGN: usize = 8;

/// Rust's allocator over the main module's heap.
#[cfg(target_arch = "wasm32")]
struct MainHeap;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: MainHeap = MainHeap;

// SAFETY: the main module's functions keep C's promises; larger alignments are refused with null.
#[cfg(target_arch = "wasm32")]
unsafe impl GlobalAlloc for MainHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > MALLOC_ALIGN {
            return core::ptr::null_mut();
        }
        malloc(layout.size()).cast()
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        free(pointer.cast());
    }

    unsafe fn realloc(&self, pointer: *mut u8, _: Layout, size: usize) -> *mut u8 {
        realloc(pointer.cast(), size).cast()
    }
}
