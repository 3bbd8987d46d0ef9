//! The radius of each pixel as the stages take it: rounded to f32, not below the first bin's centre, NaN where masked.
//!
//! Inside the centre of the first bin the background is that of the centre. FabIO takes smaller radii for masked, so
//! that the centre stands there, which means the same.
//!
//! Radii are computed where they are asked for: that takes less than first touching the memory of a map of them, and
//! most pixels are asked for once or not at all. A stage that needs many in any order has the map spelled out.

use super::{RadialRows, Strips};
use crate::parallel::{for_each, Split, WORTH_A_THREAD};
use crate::simd::{self, Kernel};
use crate::words::{Reader, Words};
use std::sync::OnceLock;

/// One f32 per pixel in raster order, held or computed.
pub trait PixelMap: Sync {
    /// Number of pixels.
    fn pixels(&self) -> usize;
    /// The value of a pixel.
    fn at(&self, pixel: usize) -> f32;
    /// The values from pixel `first` on. To be inlined: see [`crate::simd::Kernel`].
    ///
    /// # Panics
    /// When they are not all there.
    fn fill(&self, first: usize, out: &mut [f32]);
}

impl PixelMap for [f32] {
    fn pixels(&self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn at(&self, pixel: usize) -> f32 {
        self[pixel]
    }

    #[inline(always)]
    fn fill(&self, first: usize, out: &mut [f32]) {
        out.copy_from_slice(&self[first..first + out.len()]);
    }
}

/// See the module.
pub struct Radii {
    rows: RadialRows,
    first: f32,
    masked: Bits,
    map: OnceLock<Vec<f32>>,
}

impl Radii {
    /// `first`: the centre of the first bin; `masked`: a byte per pixel, not 0 where masked.
    pub fn new(rows: RadialRows, first: f64, masked: &[u8]) -> Self {
        Self { rows, first: first as f32, masked: Bits::new(masked), map: OnceLock::new() }
    }

    /// What [`Radii::read`] takes.
    pub fn write<'a>(&'a self, words: &mut Words<'a>) {
        words.list(&self.masked.0);
    }

    /// Of the same rows and first bin; `None` when another number of pixels was written.
    pub fn read(rows: RadialRows, first: f64, words: &mut Reader) -> Option<Self> {
        let masked = Bits(words.list()?);
        let fits = masked.0.len() == rows.pixels().div_ceil(WORD);
        fits.then(|| Self { rows, first: first as f32, masked, map: OnceLock::new() })
    }

    /// The radius of a pixel before it is rounded, masked or not.
    pub fn exact(&self, pixel: usize) -> f64 {
        self.rows.radius(pixel)
    }

    /// Whether a pixel is masked.
    #[inline(always)]
    pub fn is_masked(&self, pixel: usize) -> bool {
        self.masked.0[pixel / WORD] >> (pixel % WORD) & 1 != 0
    }

    /// All of them; the first call computes them.
    pub fn map(&self) -> &[f32] {
        // On one thread: see `Order`.
        self.map.get_or_init(|| {
            let mut map = vec![0.0; self.pixels()];
            fill(self, 0, &mut map);
            map
        })
    }

    #[inline(always)]
    fn rounded(&self, radius: f64) -> f32 {
        let r = radius as f32;
        if r > self.first {
            r
        } else {
            self.first
        }
    }
}

/// Pixels whose exact radii wait to be rounded.
const WAITING: usize = 256;

impl PixelMap for Radii {
    fn pixels(&self) -> usize {
        self.rows.pixels()
    }

    #[inline(always)]
    fn at(&self, pixel: usize) -> f32 {
        if self.is_masked(pixel) {
            f32::NAN
        } else {
            self.rounded(self.exact(pixel))
        }
    }

    #[inline(always)]
    fn fill(&self, first: usize, out: &mut [f32]) {
        let mut exact = [0.0; WAITING];
        let mut next = first;
        while next < first + out.len() {
            let part = self.rows.radii_from(next, &mut exact[..WAITING.min(first + out.len() - next)]);
            let out = &mut out[next - first..][..part.len()];
            out.iter_mut().zip(&*part).for_each(|(out, &r)| *out = self.rounded(r));
            next += part.len();
        }
        self.masked.each(first, out.len(), |at| out[at] = f32::NAN);
    }
}

/// [`PixelMap::fill`] with the best instructions that this processor has.
pub fn fill(map: &(impl PixelMap + ?Sized), first: usize, out: &mut [f32]) {
    simd::run(Fill { map, first, out });
}

struct Fill<'a, M: ?Sized> {
    map: &'a M,
    first: usize,
    out: &'a mut [f32],
}

impl<M: PixelMap + ?Sized> Kernel for Fill<'_, M> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        self.map.fill(self.first, self.out);
    }
}

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// A bit for each pixel.
struct Bits(Vec<u64>);

/// Words and the bytes that they are made of.
struct Part<'a> {
    words: &'a mut [u64],
    bytes: &'a [u8],
}

impl Split for Part<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.bytes.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let half = self.words.len() / 2;
        let (words, other_words) = self.words.split_at_mut(half);
        let (bytes, other_bytes) = self.bytes.split_at(half * WORD);
        Ok((Self { words, bytes }, Self { words: other_words, bytes: other_bytes }))
    }
}

impl Bits {
    /// Of bytes: those that are not 0.
    fn new(bytes: &[u8]) -> Self {
        let mut words = vec![0; bytes.len().div_ceil(WORD)];
        for_each(Part { words: &mut words, bytes }, &|Part { words, bytes }| {
            let (whole, rest) = bytes.as_chunks::<8>();
            let octets = |octets: &[[u8; 8]]| {
                octets.iter().rev().fold(0, |word, &octet| word << 8 | u64::from(nonzero(octet)))
            };
            words.iter_mut().zip(whole.chunks(8)).for_each(|(word, eight)| *word = octets(eight));
            for (at, _) in rest.iter().enumerate().filter(|(_, &byte)| byte != 0) {
                let pixel = 8 * whole.len() + at;
                words[pixel / WORD] |= 1 << (pixel % WORD);
            }
        });
        Self(words)
    }

    /// Calls `visit` with the distance from `first` of each set bit of the `count` bits from there on.
    #[inline(always)]
    fn each(&self, first: usize, count: usize, mut visit: impl FnMut(usize)) {
        let end = first + count;
        for number in first / WORD..end.div_ceil(WORD) {
            let mut left = self.0[number];
            while left != 0 {
                let bit = number * WORD + left.trailing_zeros() as usize;
                if (first..end).contains(&bit) {
                    visit(bit - first);
                }
                left &= left - 1;
            }
        }
    }
}

/// A bit for each byte that is not 0, the first one lowest.
#[inline(always)]
fn nonzero(octet: [u8; 8]) -> u8 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let word = u64::from_le_bytes(octet);
    let ones = (((word & LOW) + LOW) | word) & !LOW;
    // Bit 8i + 7 goes to bit 56 + i: no two products meet.
    ((ones >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detector, SHAPE};
    use super::*;
    use crate::geometry::Unit;
    use proptest::prelude::*;

    fn radii(unit: Unit) -> (Radii, Vec<f32>) {
        let (rows, exact, masked) = detector(unit);
        let masked: Vec<u8> = masked.iter().enumerate().map(|(p, m)| m << (p % 8)).collect();
        let first = exact.iter().sum::<f64>() / exact.len() as f64 / 3.0;
        let expected =
            exact
                .iter()
                .zip(&masked)
                .map(|(&r, &m)| if m == 0 { (r as f32).max(first as f32) } else { f32::NAN });
        (Radii::new(rows, first, &masked), expected.collect())
    }

    fn bits(map: &[f32]) -> Vec<u32> {
        map.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn every_way_gives_the_rounded_radius_or_nan() {
        for unit in [Unit::RadiusM, Unit::QA, Unit::TwoThetaDeg] {
            let (radii, expected) = radii(unit);
            assert_eq!(radii.pixels(), expected.len());
            assert_eq!(bits(radii.map()), bits(&expected));
            let one_by_one: Vec<f32> = (0..expected.len()).map(|pixel| radii.at(pixel)).collect();
            assert_eq!(bits(&one_by_one), bits(&expected));
            for (first, count) in
                [(0, 1), (3, 0), (500, 7), (1, 64), (63, 1030), (1007, SHAPE.pixels() - 1007)]
            {
                let mut out = vec![0.0; count];
                radii.fill(first, &mut out);
                assert_eq!(bits(&out), bits(&expected[first..first + count]), "{first}");
                expected.fill(first, &mut out);
                assert_eq!(bits(&out), bits(&expected[first..first + count]), "{first}");
            }
            assert!((0..expected.len()).all(|pixel| radii.is_masked(pixel) == expected[pixel].is_nan()));
            assert!(expected.iter().filter(|&&r| r == radii.first).count() > 100);
        }
    }

    #[test]
    #[should_panic(expected = "left")]
    fn the_comparison_sees_one_pixel() {
        let (radii, mut expected) = radii(Unit::RadiusM);
        expected[777] = f32::from_bits(expected[777].to_bits() + 1);
        assert_eq!(bits(radii.map()), bits(&expected));
    }

    proptest! {
        #[test]
        fn bytes_become_bits(bytes in prop::collection::vec(prop_oneof![2 => Just(0u8), 1 => any::<u8>()], 0..400),
            first in 0..400usize, count in 0..400usize,
        ) {
            let set = Bits::new(&bytes);
            let (first, end) = (first.min(bytes.len()), (first + count).min(bytes.len()));
            let first = first.min(end);
            let mut seen = Vec::new();
            set.each(first, end - first, |at| seen.push(first + at));
            let expected: Vec<usize> = (first..end).filter(|&at| bytes[at] != 0).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
