//! Pixels of a frame that is held in fewer bits than it has whose values need more: few, and kept apart.

/// See the module. In the frame itself these pixels hold a value that does not count.
#[derive(Debug, Default)]
pub struct Beyond {
    pixels: Vec<Pixel>,
    /// values by bin
    values: Vec<(u32, i32)>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pixel {
    /// raster index
    pub index: u32,
    /// where it is summed
    pub bin: u32,
    /// which counts
    pub value: i32,
}

impl Beyond {
    /// Takes those of another frame, in raster order.
    pub fn replace(&mut self, pixels: impl Iterator<Item = Pixel>) {
        self.pixels.clear();
        self.pixels.extend(pixels);
        self.values.clear();
        self.values.extend(self.pixels.iter().map(|pixel| (pixel.bin, pixel.value)));
        self.values.sort_unstable();
    }

    /// All, in raster order.
    pub fn pixels(&self) -> &[Pixel] {
        &self.pixels
    }

    /// The values in a bin.
    #[inline(always)]
    pub fn values(&self, bin: usize) -> impl Iterator<Item = i32> + '_ {
        let first = self.values.partition_point(|&(own, _)| (own as usize) < bin);
        self.values[first..].iter().take_while(move |&&(own, _)| own as usize == bin).map(|&(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_bin_and_pixels_stay_in_order() {
        let mut beyond = Beyond::default();
        let pixels = [(3, 7, 70_000), (9, 2, 80_000), (11, 7, 65_535)];
        beyond.replace(pixels.into_iter().map(|(index, bin, value)| Pixel { index, bin, value }));
        assert_eq!(beyond.values(7).collect::<Vec<_>>(), [65_535, 70_000]);
        assert_eq!(beyond.values(2).collect::<Vec<_>>(), [80_000]);
        assert_eq!(beyond.values(3).count() + beyond.values(9).count(), 0);
        assert_eq!(beyond.pixels().iter().map(|pixel| pixel.index).collect::<Vec<_>>(), [3, 9, 11]);
        beyond.replace(std::iter::empty());
        assert_eq!((beyond.values(7).count(), beyond.pixels().len()), (0, 0));
    }
}
