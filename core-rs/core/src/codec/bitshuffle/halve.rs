//! Elements of four bytes as two: detectors count to 2³¹ and hardly ever beyond 2¹⁶. Which elements need more shows in
//! the shuffled bits, many elements at a time, before any is put together.

use crate::simd::Kernel;

/// What stands for an element that two bytes cannot hold, 65535 or more.
pub const BEYOND: u16 = u16::MAX;

/// Planes of the bits of an element.
const PLANES: usize = 32;
const LOWER: usize = PLANES / 2;

/// Makes of the shuffled bits of elements of four bytes those of elements of two, in the first half of `bits`; what does
/// not fit becomes [`BEYOND`].
pub struct Halve<'a, V> {
    /// of whole octets of elements
    pub bits: &'a mut [u8],
    /// room for two planes
    pub marks: &'a mut Vec<u8>,
    /// called in order as `visit(element, value)` for elements that do not fit and are below 2³¹
    pub visit: V,
}

impl<V: FnMut(usize, u32)> Kernel for Halve<'_, V> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { bits, marks, mut visit } = self;
        let run = bits.len() / PLANES;
        if run == 0 {
            return;
        }
        marks.resize(2 * run, 0);
        let (large, found) = marks.split_at_mut(run);
        let (lower, upper) = bits.split_at(LOWER * run);
        large.fill(0);
        for plane in upper.chunks_exact(run) {
            large.iter_mut().zip(plane).for_each(|(large, bits)| *large |= bits);
        }
        // 65535 itself looks like what does not fit.
        found.fill(u8::MAX);
        for plane in lower.chunks_exact(run) {
            found.iter_mut().zip(plane).for_each(|(found, bits)| *found &= bits);
        }
        let top = &upper[(LOWER - 1) * run..];
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
        for plane in bits[..LOWER * run].chunks_exact_mut(run) {
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

    #[derive(Clone)]
    struct Halved<'a>(&'a [u8]);

    impl Kernel for Halved<'_> {
        type Out = (Vec<u8>, Vec<(usize, u32)>);

        #[inline(always)]
        fn run(self) -> Self::Out {
            let (mut bits, mut seen) = (self.0.to_vec(), Vec::new());
            Halve { bits: &mut bits, marks: &mut vec![9; 3], visit: |e, v| seen.push((e, v)) }.run();
            bits.truncate(self.0.len() / 2);
            (bits, seen)
        }
    }

    fn check(elements: &[u32]) {
        let bytes: &[u8] = bytemuck::cast_slice(elements);
        let mut bits = vec![0; bytes.len()];
        shuffle(bytes, 4, &mut bits).unwrap();
        let expected: Vec<u16> = elements.iter().map(|&e| u16::try_from(e).unwrap_or(BEYOND)).collect();
        let beyond: Vec<(usize, u32)> = (0..elements.len())
            .map(|at| (at, elements[at]))
            .filter(|&(_, e)| (u32::from(BEYOND)..1 << 31).contains(&e))
            .collect();
        for (half, seen) in run_on_every_level(Halved(&bits)) {
            let mut got = vec![0u16; elements.len()];
            unshuffle(&half, 2, bytemuck::cast_slice_mut(&mut got)).unwrap();
            assert_eq!((&got, &seen), (&expected, &beyond));
        }
    }

    proptest! {
        #[test]
        fn elements_become_half_as_wide_and_those_that_do_not_fit_are_told(
            octets in prop::collection::vec(prop::array::uniform8(prop_oneof![
                6 => 0u32..300, 1 => 65_530u32..65_540, 1 => any::<u32>(), 1 => Just(u32::MAX),
            ]), 0..300),
        ) {
            check(&octets.concat());
        }
    }

    #[test]
    #[should_panic(expected = "left")]
    fn the_comparison_sees_one_element() {
        let (half, seen) = Halved(&[0; 32]).run();
        assert_eq!((half, seen), (vec![0; 16], vec![(3, 65_535)]));
    }
}
