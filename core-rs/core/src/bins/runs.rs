//! The bin order as short runs of neighbouring pixels.
//!
//! Along a row, a ring covers two to five pixels at a time, so the permutation copies runs, not pixels: one 4-pixel
//! load and store per run, each store partly overwritten by the next. It needs a third of the index traffic and of
//! the cache lines of a gather pixel by pixel.

/// Longest run: pixels moved by one copy.
pub const RUN: usize = 4;

/// `length` pixels (1 to [`RUN`]) from raster index `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// raster index of the first pixel
    pub start: u32,
    /// number of pixels
    pub length: u8,
}

/// The bin order of a plan as runs: starts and lengths apart, so that a run takes five bytes.
pub struct Runs {
    starts: Vec<u32>,
    lengths: Vec<u8>,
    /// number of pixels in all runs
    pub pixels: usize,
}

impl Runs {
    /// Cuts `order` (raster indices in bin order) into runs.
    pub fn new(order: &[u32]) -> Self {
        let (mut starts, mut lengths) = (Vec::new(), Vec::<u8>::new());
        let mut next = None;
        for &pixel in order {
            match lengths.last_mut() {
                Some(length) if next == Some(pixel) && usize::from(*length) < RUN => *length += 1,
                _ => {
                    starts.push(pixel);
                    lengths.push(1);
                }
            }
            next = pixel.checked_add(1);
        }
        Self { starts, lengths, pixels: order.len() }
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// All runs, in bin order.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = Run> + '_ {
        self.starts.iter().zip(&self.lengths).map(|(&start, &length)| Run { start, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_spell_the_order_again() {
        let order = [5, 6, 7, 8, 9, 3, 4, 100, 0, 1, 2];
        let runs = Runs::new(&order);
        let again: Vec<u32> =
            runs.iter().flat_map(|run| run.start..run.start + u32::from(run.length)).collect();
        assert_eq!(again, order);
        assert_eq!(runs.len(), 5); // 5..=8, 9, 3..=4, 100, 0..=2
    }
}
