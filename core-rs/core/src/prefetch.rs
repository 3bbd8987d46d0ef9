//! Memory that does not fit the caches, fetched while the processor is busy with what comes before it.

/// Asks for the cache lines of the `bytes` bytes from `place` on; changes nothing but time, whatever lies there.
#[inline]
pub fn fetch(place: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..bytes).step_by(64) {
        use core::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
        // SAFETY: SSE is part of x86-64, and a prefetch never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.wrapping_add(line).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (place, bytes);
}
