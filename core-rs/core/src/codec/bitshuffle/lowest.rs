//! Elements of four bytes as their lowest one or two: detectors count to 2³¹ and hardly ever beyond 2⁸. Which elements
//! need more shows in the shuffled bits, many elements at a time, before any is put together.

use crate::simd::Kernel;
use bytemuck::Pod;

/// What elements of four bytes are narrowed to.
pub trait Narrow: Pod + PartialEq + TryFrom<u32> + Into<u32> {
    /// The largest: what stands for an element that is as large, or larger.
    const BEYOND: Self;

    /// An element that fits, or [`Self::BEYOND`].
    fn of(element: u32) -> Self {
        Self::try_from(element).unwrap_or(Self::BEYOND)
    }
}

impl Narrow for u8 {
    const BEYOND: Self = Self::MAX;
}

impl Narrow for u16 {
    const BEYOND: Self = Self::MAX;
}

/// Planes of the bits of an element.
const PLANES: usize = 32;

/// Makes of the shuffled bits of elements of four bytes those of [`Narrow`] ones, at the start of `bits`.
pub struct Lowest<'a, V> {
    /// of whole octets of elements
    pub bits: &'a mut [u8],
    /// bits of a narrow element, less than 32
    pub kept: usize,
    /// room for two planes
    pub marks: &'a mut Vec<u8>,
    /// called in order as `visit(element, value)` for elements that do not fit and are below 2³¹
    pub visit: V,
}

impl<V: FnMut(usize, u32)> Kernel for Lowest<'_, V> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { bits, kept, marks, mut visit } = self;
        let run = bits.len() / PLANES;
        if run == 0 {
            return;
        }
        marks.resize(2 * run, 0);
        let (large, found) = marks.split_at_mut(run);
        let (lower, upper) = bits.split_at(kept * run);
        large.fill(0);
        for plane in upper.chunks_exact(run) {
            large.iter_mut().zip(plane).for_each(|(large, bits)| *large |= bits);
        }
        // The largest narrow element itself looks like what does not fit.
        found.fill(u8::MAX);
        for plane in lower.chunks_exact(run) {
            found.iter_mut().zip(plane).for_each(|(found, bits)| *found &= bits);
        }
        let top = &upper[(PLANES - kept - 1) * run..];
        let mut any = 0;
        for ((found, &large), &top) in found.iter_mut().zip(&*large).zip(top) {
            *found = (large & !top) | (*found & !large);
            any |= *found;
        }
        if any != 0 {
            for (octet, &found) in found.iter().enumerate() {
                let mut left = found;
                while left != 0 {
                    let bit = left.trailing_zeros() as usize;
                    visit(8 * octet + bit, element(bits, run, octet, bit));
                    left &= left - 1;
                }
            }
        }
        for plane in bits[..kept * run].chunks_exact_mut(run) {
            plane.iter_mut().zip(&*large).for_each(|(bits, large)| *bits |= large);
        }
    }
}

/// One element, bit by bit.
#[cold]
fn element(bits: &[u8], run: usize, octet: usize, bit: usize) -> u32 {
    (0..PLANES).fold(0, |value, plane| value | u32::from(bits[plane * run + octet] >> bit & 1) << plane)
}

#[cfg(test)]
mod tests {
    use super::super::{shuffle, unshuffle};
    use super::*;
    use crate::simd::run_on_every_level;
    use proptest::prelude::*;
    use std::fmt::Debug;

    #[derive(Clone)]
    struct Narrowed<'a>(&'a [u8], usize);

    impl Kernel for Narrowed<'_> {
        type Out = (Vec<u8>, Vec<(usize, u32)>);

        #[inline(always)]
        fn run(self) -> Self::Out {
            let Self(bits, bytes) = self;
            let (mut bits, mut seen) = (bits.to_vec(), Vec::new());
            let visit = |e, v| seen.push((e, v));
            Lowest { bits: &mut bits, kept: 8 * bytes, marks: &mut vec![9; 3], visit }.run();
            bits.truncate(self.0.len() / 4 * bytes);
            (bits, seen)
        }
    }

    fn check<T: Narrow + Debug>(elements: &[u32]) {
        let bytes: &[u8] = bytemuck::cast_slice(elements);
        let mut bits = vec![0; bytes.len()];
        shuffle(bytes, 4, &mut bits).unwrap();
        let expected: Vec<T> = elements.iter().map(|&e| T::of(e)).collect();
        let most: u32 = T::BEYOND.into();
        let beyond: Vec<(usize, u32)> = (0..elements.len())
            .map(|at| (at, elements[at]))
            .filter(|&(_, e)| (most..1 << 31).contains(&e))
            .collect();
        for (narrow, seen) in run_on_every_level(Narrowed(&bits, size_of::<T>())) {
            let mut got: Vec<T> = vec![T::of(0); elements.len()];
            unshuffle(&narrow, size_of::<T>(), bytemuck::cast_slice_mut(&mut got)).unwrap();
            assert_eq!((&got, &seen), (&expected, &beyond));
        }
    }

    proptest! {
        #[test]
        fn elements_become_narrow_and_those_that_do_not_fit_are_told(
            octets in prop::collection::vec(prop::array::uniform8(prop_oneof![
                6 => 0u32..300, 1 => 250u32..260, 1 => 65_530u32..65_540, 1 => any::<u32>(), 1 => Just(u32::MAX),
            ]), 0..300),
        ) {
            check::<u8>(&octets.concat());
            check::<u16>(&octets.concat());
        }
    }

    #[test]
    #[should_panic(expected = "left")]
    fn the_comparison_sees_one_element() {
        let (narrow, seen) = Narrowed(&[0; 32], 2).run();
        assert_eq!((narrow, seen), (vec![0; 16], vec![(3, 65_535)]));
    }
}
