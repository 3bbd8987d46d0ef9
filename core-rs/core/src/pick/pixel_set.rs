//! The pixels that stand out, a bit each.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One bit per pixel of the frame, in raster order. Threads put pixels in side by side: bits that are set in any order
/// give the same set.
#[derive(Debug, Default)]
pub struct PixelSet {
    words: Vec<AtomicU64>,
}

impl PixelSet {
    /// Room for `pixels` pixels, all out.
    pub fn new(pixels: usize) -> Self {
        Self { words: std::iter::repeat_with(AtomicU64::default).take(pixels.div_ceil(64)).collect() }
    }

    /// Takes all pixels out.
    pub fn clear(&mut self) {
        self.words.iter_mut().for_each(|word| *word.get_mut() = 0);
    }

    /// Puts a pixel in.
    #[inline(always)]
    pub fn insert(&self, pixel: usize) {
        self.words[pixel / 64].fetch_or(1 << (pixel % 64), Relaxed);
    }

    /// Whether a pixel is in.
    #[inline(always)]
    pub fn contains(&self, pixel: usize) -> bool {
        self.words[pixel / 64].load(Relaxed) >> (pixel % 64) & 1 != 0
    }

    /// Number of pixels in.
    pub fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no pixel is in.
    pub fn is_empty(&self) -> bool {
        self.words().all(|word| word == 0)
    }

    fn words(&self) -> impl Iterator<Item = u64> + '_ {
        self.words.iter().map(|word| word.load(Relaxed))
    }

    /// The pixels that are in, in raster order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words().enumerate().flat_map(|(at, word)| {
            std::iter::successors((word != 0).then_some(word), |w| {
                let rest = w & (w - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |w| at * 64 + w.trailing_zeros() as usize)
        })
    }

    /// Writes the raster indices of the pixels that are in, in order, to `index`, and how many lie before each word of the
    /// set to `ranks`, which [`PixelSet::rank`] takes. Both keep their room.
    pub fn write_to(&self, index: &mut Vec<u32>, ranks: &mut Vec<u32>) {
        index.clear();
        index.resize(self.len(), 0);
        ranks.clear();
        let mut count = 0;
        for (at, mut left) in self.words().enumerate() {
            ranks.push(count as u32);
            while left != 0 {
                index[count] = (at * 64) as u32 + left.trailing_zeros();
                count += 1;
                left &= left - 1;
            }
        }
    }

    /// How many pixels are in before this one.
    #[inline(always)]
    pub fn rank(&self, ranks: &[u32], pixel: usize) -> usize {
        let before = self.words[pixel / 64].load(Relaxed) & ((1 << (pixel % 64)) - 1);
        (ranks[pixel / 64] + before.count_ones()) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_set_gives_its_pixels_in_order() {
        let set = PixelSet::new(200);
        for pixel in [199, 0, 63, 64, 128, 63] {
            set.insert(pixel);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 128, 199]);
        assert_eq!(set.len(), 5);
        let (mut index, mut ranks) = (vec![7; 9], vec![7; 9]);
        set.write_to(&mut index, &mut ranks);
        assert_eq!(index, [0, 63, 64, 128, 199]);
        assert_eq!(ranks, [0, 2, 3, 4]);
        for (place, &pixel) in index.iter().enumerate() {
            assert_eq!(set.rank(&ranks, pixel as usize), place);
        }
        assert!(set.contains(64) && !set.contains(65) && !set.is_empty());
    }
}
