//! What was kept of a frame as it lies, part by part, on its way into lists.

use crate::simd::KeptRun;
use bytemuck::cast_slice_mut;

/// Kept pixels of parts of a frame, one after the other.
#[derive(Debug, Default)]
pub struct KeptRuns(pub(super) Vec<KeptRun>);

impl KeptRuns {
    /// Writes all indices to `index`, and the values, `size` bytes each, packed from the start of `values`.
    ///
    /// # Panics
    /// When `size` is not 1, 2 or 4.
    pub fn write_to(&self, size: usize, index: &mut Vec<u32>, values: &mut Vec<u32>) {
        index.clear();
        self.0.iter().for_each(|run| index.extend_from_slice(run.kept().0));
        values.resize((index.len() * size).div_ceil(4), 0);
        // Behind the last value.
        values.last_mut().into_iter().for_each(|word| *word = 0);
        match size {
            1 => self.pack::<u8>(cast_slice_mut(values), |s| s as u8),
            2 => self.pack::<u16>(cast_slice_mut(values), |s| s as u16),
            4 => self.pack(cast_slice_mut(values), |s| s),
            _ => panic!("pixels of {size} bytes"),
        }
    }

    /// Puts further pixels, in raster order, between those written by [`KeptRuns::write_to`] with a size of 4.
    pub fn merge(more: &[(u32, i32)], index: &mut Vec<u32>, values: &mut Vec<u32>) {
        let mut left = index.len();
        index.resize(left + more.len(), 0);
        values.resize(index.len(), 0);
        // From the end, so that what is moved makes room for what is put in.
        for (before, &(pixel, value)) in more.iter().enumerate().rev() {
            let first = index[..left].partition_point(|&own| own < pixel);
            index.copy_within(first..left, first + before + 1);
            values.copy_within(first..left, first + before + 1);
            (index[first + before], values[first + before]) = (pixel, value as u32);
            left = first;
        }
    }

    fn pack<T>(&self, mut to: &mut [T], narrowed: impl Fn(i32) -> T) {
        for run in &self.0 {
            let (own, rest) = to.split_at_mut(run.kept().1.len());
            own.iter_mut().zip(run.kept().1).for_each(|(to, &s)| *to = narrowed(s));
            to = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_packed_in_the_size_of_the_frames_pixels() {
        let mut runs = KeptRuns(vec![KeptRun::default(), KeptRun::default()]);
        for (part, pixel, value) in [(0, 3, -2), (1, 70, 258), (1, 71, 9)] {
            runs.0[part].push(pixel, value);
        }
        for (size, expected) in
            [(1, vec![0x0009_02fe]), (2, vec![0x0102_fffe, 9]), (4, vec![0xffff_fffe, 258, 9])]
        {
            let (mut index, mut values) = (vec![1; 9], vec![7; 9]);
            runs.write_to(size, &mut index, &mut values);
            assert_eq!((index, values), (vec![3, 70, 71], expected));
        }
    }

    #[test]
    fn pixels_are_merged_in_order() {
        let (mut index, mut values) = (vec![3, 5, 8], vec![30, 50, 80]);
        KeptRuns::merge(&[(1, 10), (4, 40), (6, 60), (9, 90)], &mut index, &mut values);
        assert_eq!(index, [1, 3, 4, 5, 6, 8, 9]);
        assert_eq!(values, [10, 30, 40, 50, 60, 80, 90]);
        KeptRuns::merge(&[], &mut index, &mut values);
        assert_eq!(index.len(), 7);
        let (mut index, mut values) = (Vec::new(), Vec::new());
        KeptRuns::merge(&[(7, -1)], &mut index, &mut values);
        assert_eq!((index, values), (vec![7], vec![u32::MAX]));
    }
}
