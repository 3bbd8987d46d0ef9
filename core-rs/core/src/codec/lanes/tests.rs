//! Every kind of vector that this processor has, against the plain one.

use super::{plain::Plain, Lanes};

const BYTES: usize = 256;

fn noise(seed: usize) -> [u8; BYTES] {
    core::array::from_fn(|i| (((i + seed) * (i * 31 + 89 * seed + 7)) >> 3) as u8)
}

/// What `operation` makes of two inputs, vector by vector: lanes are independent, so their number must not matter.
///
/// # Safety
/// The processor has the instructions of `V`.
unsafe fn apply<V: Lanes>(operation: impl Fn(V, V) -> V) -> Vec<u8> {
    let (a, b) = (noise(1), noise(2));
    let mut out = vec![0; BYTES];
    for at in (0..BYTES).step_by(V::WIDTH) {
        // SAFETY: `at + WIDTH <= BYTES`.
        unsafe {
            operation(V::load(a[at..].as_ptr()), V::load(b[at..].as_ptr())).store(out[at..].as_mut_ptr())
        };
    }
    out
}

/// # Safety
/// As [`apply`].
unsafe fn results<V: Lanes>() -> Vec<(&'static str, Vec<u8>)> {
    let mut paired = vec![0; BYTES];
    // SAFETY: the caller's promise; lane q moves 32 bytes at 32q, twice as much as the vector is wide.
    unsafe {
        for at in (0..BYTES).step_by(2 * V::WIDTH) {
            let (a, b) = V::load_pair(noise(3)[at..].as_ptr(), 32);
            a.xor(b.splat(1)).store_pair(b.zip_low(a), paired[at..].as_mut_ptr(), 32);
        }
        vec![
            ("zero", apply::<V>(|_, _| V::zero())),
            ("splat", apply::<V>(|a, _| a.splat(0xA5))),
            ("xor", apply::<V>(|a, b| a.xor(b))),
            ("or", apply::<V>(|a, b| a.or(b))),
            ("and", apply::<V>(|a, b| a.and(b))),
            ("shr", apply::<V>(|a, _| a.shr::<2>())),
            ("shl", apply::<V>(|a, _| a.shl::<4>())),
            ("zip_low", apply::<V>(|a, b| a.zip_low(b))),
            ("zip_high", apply::<V>(|a, b| a.zip_high(b))),
            (
                "gather_bits",
                apply::<V>(|a, b| V::gather_bits([a, b, a.xor(b), b, a, a.or(b), a.and(b), a])[5]),
            ),
            ("pairs", paired),
        ]
    }
}

/// # Safety
/// As [`apply`].
unsafe fn zeros_are_seen<V: Lanes>() {
    for place in 0..V::WIDTH {
        let mut bytes = [0; BYTES];
        bytes[place] = 1 << (place % 8);
        // SAFETY: the caller's promise.
        unsafe {
            assert!(!V::load(bytes.as_ptr()).is_zero());
            assert!(V::load(bytes[place + 1..].as_ptr()).is_zero() && V::zero().is_zero());
        }
    }
}

/// # Safety
/// As [`apply`].
unsafe fn check<V: Lanes>() {
    // SAFETY: the caller's promise; `Plain` needs nothing.
    unsafe {
        zeros_are_seen::<V>();
        for ((name, found), (_, wanted)) in results::<V>().into_iter().zip(results::<Plain>()) {
            assert_eq!(found, wanted, "{name} of {} bytes", V::WIDTH);
            assert_ne!(found, noise(1), "{name} does something");
        }
    }
}

#[test]
fn every_kind_of_vector_agrees_with_the_plain_one() {
    // SAFETY: each kind is checked only where the processor has it.
    unsafe {
        check::<super::Base>();
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            check::<super::avx2::Avx2>();
        }
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("gfni") {
            check::<super::avx512::Avx512>();
        }
    }
}

#[test]
fn the_comparison_sees_one_bit() {
    // SAFETY: `Plain` needs nothing.
    let (found, mut wanted) = unsafe { (apply::<Plain>(|a, b| a.xor(b)), apply::<Plain>(|a, b| a.xor(b))) };
    assert_eq!(found, wanted);
    wanted[200] ^= 4;
    assert_ne!(found, wanted);
}
