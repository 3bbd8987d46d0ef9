//! Where scans of a frame put what they keep.

/// Kept pixels in raster order, and their values.
#[derive(Debug, Default)]
pub struct KeptRun {
    index: Vec<u32>,
    values: Vec<i32>,
    pub(super) count: usize,
}

impl KeptRun {
    /// Forgets them, and keeps the room.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Raster indices, and as many values.
    pub fn kept(&self) -> (&[u32], &[i32]) {
        (&self.index[..self.count], &self.values[..self.count])
    }

    /// One more.
    #[inline(always)]
    pub fn push(&mut self, pixel: u32, value: i32) {
        let ([index], [own]) = self.room::<1>();
        (*index, *own) = (pixel, value);
        self.count += 1;
    }

    /// Where the next ones go.
    #[inline(always)]
    pub(super) fn room<const N: usize>(&mut self) -> (&mut [u32; N], &mut [i32; N]) {
        if self.count + N > self.index.len() {
            self.grow();
        }
        let (index, values) = (&mut self.index[self.count..], &mut self.values[self.count..]);
        match (index.first_chunk_mut(), values.first_chunk_mut()) {
            (Some(index), Some(values)) => (index, values),
            _ => unreachable!("there is room"),
        }
    }

    #[cold]
    fn grow(&mut self) {
        let room = (2 * self.index.len()).max(1 << 12);
        self.index.resize(room, 0);
        self.values.resize(room, 0);
    }
}
