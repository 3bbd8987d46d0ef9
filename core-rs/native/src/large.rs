//! Large blocks of memory in large pages: a frame's permutation writes to hundreds of places at a time, which the
//! processor's table of small pages does not hold, and a new plan touches tens of thousands of them.
//!
//! Linux alone; elsewhere the system's allocator serves every size.

#[cfg(target_os = "linux")]
mod linux {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::ptr::{null_mut, NonNull};

    /// Two large pages of 2 MiB: below, most of a block would lie beside them.
    const LARGE: usize = 4 << 20;
    /// Blocks of the kernel begin at its small pages.
    const PAGE: usize = 4096;

    struct LargePages;

    #[global_allocator]
    static ALLOCATOR: LargePages = LargePages;

    fn is_large(layout: &Layout) -> bool {
        layout.size() >= LARGE && layout.align() <= PAGE
    }

    // SAFETY: large blocks come from `mmap` and go back by `munmap` with the size that they were asked for; all others are
    // the system's. Which of both a block is follows from its layout, which the caller gives again.
    unsafe impl GlobalAlloc for LargePages {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            if is_large(&layout) {
                map(layout.size()).map_or(null_mut(), NonNull::as_ptr)
            } else {
                // SAFETY: passed on.
                unsafe { System.alloc(layout) }
            }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            if is_large(&layout) {
                // The kernel gives zeros.
                map(layout.size()).map_or(null_mut(), NonNull::as_ptr)
            } else {
                // SAFETY: passed on.
                unsafe { System.alloc_zeroed(layout) }
            }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            if is_large(&layout) {
                // SAFETY: the caller's word that the block is one of this layout. It cannot fail for a whole mapping.
                unsafe { libc::munmap(block.cast(), layout.size()) };
            } else {
                // SAFETY: passed on.
                unsafe { System.dealloc(block, layout) }
            }
        }
    }

    fn map(bytes: usize) -> Option<NonNull<u8>> {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping at a place of the kernel's choice touches nothing that is there.
        let block = unsafe { libc::mmap(null_mut(), bytes, access, kind, -1, 0) };
        if block == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: advice on the mapping just made; a kernel without large pages refuses it, and nothing is lost.
        unsafe { libc::madvise(block, bytes, libc::MADV_HUGEPAGE) };
        NonNull::new(block.cast())
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn large_blocks_hold_what_is_written_and_begin_as_zeros() {
            for size in [super::LARGE - 1, super::LARGE, super::LARGE + 4097, 9 * super::LARGE] {
                let mut zeros = vec![0u8; size];
                assert!(zeros.iter().all(|&byte| byte == 0), "{size}");
                zeros[size - 1] = 7;
                zeros.reserve_exact(size + 5);
                zeros.extend_from_slice(&[9; 5]);
                assert_eq!((zeros[0], zeros[size - 1], zeros[size + 4]), (0, 7, 9), "{size}");
            }
        }
    }
}
