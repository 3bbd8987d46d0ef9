//! Neighbouring pixels that are rebuilt together, cut into parts for threads and into blocks for the cache.

use super::places::MASKED;
use super::DensePixel;
use crate::parallel::{Split, WORTH_A_THREAD};

/// Pixels of a block: a few arrays of so many stay in the first-level cache.
pub const BLOCK: usize = 256;

/// Kept pixels: raster indices in order and little-endian values, as files hold them.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// raster indices, inside the frame
    pub index: &'a [u32],
    /// bytes of the values, not aligned
    pub intensity: &'a [u8],
}

impl Kept<'_> {
    /// No pixel.
    pub const NONE: Self = Self { index: &[], intensity: &[] };

    /// Those below pixel `end`, and the rest.
    fn split_before<T>(self, end: usize) -> (Self, Self) {
        let before = self.index.partition_point(|&index| (index as usize) < end);
        self.split_at::<T>(before)
    }

    #[inline(always)]
    fn split_at<T>(self, count: usize) -> (Self, Self) {
        let (index, index_rest) = self.index.split_at(count);
        let (intensity, rest) = self.intensity.split_at(count * size_of::<T>());
        (Self { index, intensity }, Self { index: index_rest, intensity: rest })
    }

    /// Puts the pixels back into `out`, whose first has raster index `first`.
    #[inline(always)]
    pub fn restore<T: DensePixel>(self, first: usize, out: &mut [T]) {
        for (&index, bytes) in self.index.iter().zip(self.intensity.chunks_exact(size_of::<T>())) {
            out[index as usize - first] = bytemuck::pod_read_unaligned(bytes);
        }
    }
}

/// Pixels from raster index `first`, a multiple of [`BLOCK`]: everything per pixel, and what is to be written.
pub struct Pixels<'a, T> {
    pub first: usize,
    pub out: &'a mut [T],
    pub places: &'a [u32],
    pub norms: Option<&'a [f32]>,
    pub kept: Kept<'a>,
}

/// A block of them.
pub struct Block<'a, T> {
    pub first: usize,
    pub out: &'a mut [T; BLOCK],
    pub places: &'a [u32; BLOCK],
    pub norms: Option<&'a [f32; BLOCK]>,
}

/// How a block is made. A trait, since closures cannot be told to be inlined, as a [`crate::simd::Kernel`] must.
pub trait Fill<T> {
    /// Writes every pixel of the block.
    fn fill(&mut self, block: Block<T>);
}

impl<T: DensePixel> Pixels<'_, T> {
    /// Has every block filled, and puts the kept pixels back while it is in the cache.
    #[inline(always)]
    pub fn fill(self, mut with: impl Fill<T>) {
        let Self { first, out, places, norms, mut kept } = self;
        let whole = out.len() / BLOCK * BLOCK;
        let mut restore = |first: usize, out: &mut [T]| {
            let end = first + out.len();
            let count = kept.index.iter().take_while(|&&index| (index as usize) < end).count();
            let (own, rest) = kept.split_at::<T>(count);
            own.restore(first, out);
            kept = rest;
        };
        for at in (0..whole).step_by(BLOCK) {
            let own = at..at + BLOCK;
            let block = <&mut [T; BLOCK]>::try_from(&mut out[own.clone()]).expect("whole");
            let norms = norms.map(|norms| norms[own.clone()].try_into().expect("whole"));
            let places = places[own].try_into().expect("whole");
            with.fill(Block { first: first + at, out: &mut *block, places, norms });
            restore(first + at, block);
        }
        let rest = out.len() - whole;
        if rest > 0 {
            let (mut block, mut padded, mut ones) = ([T::default(); BLOCK], [MASKED; BLOCK], [1.0; BLOCK]);
            padded[..rest].copy_from_slice(&places[whole..]);
            if let Some(norms) = norms {
                ones[..rest].copy_from_slice(&norms[whole..]);
            }
            let norms = norms.map(|_| &ones);
            with.fill(Block { first: first + whole, out: &mut block, places: &padded, norms });
            restore(first + whole, &mut block[..rest]);
            out[whole..].copy_from_slice(&block[..rest]);
        }
    }
}

impl<T: DensePixel> Split for Pixels<'_, T> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.out.len() < 2 * WORTH_A_THREAD {
            return Err(self);
        }
        let half = self.out.len() / 2 / BLOCK * BLOCK;
        let (out, out_right) = self.out.split_at_mut(half);
        let (places, places_right) = self.places.split_at(half);
        let (norms, norms_right) = self.norms.map(|norms| norms.split_at(half)).unzip();
        let first = self.first + half;
        let (kept, kept_right) = self.kept.split_before::<T>(first);
        Ok((
            Self { first: self.first, out, places, norms, kept },
            Self { first, out: out_right, places: places_right, norms: norms_right, kept: kept_right },
        ))
    }
}
