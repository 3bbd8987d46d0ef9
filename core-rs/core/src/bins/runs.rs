//! The bin order as short runs of neighbouring pixels, in raster order.
//!
//! Along a row, a ring covers two to five pixels at a time, so the permutation moves runs, not pixels. Taken in raster
//! order the frame is read once from front to back, and each bin is written from front to back: 800 streams of
//! cache lines, which a second-level cache holds. A run is moved by one 4-pixel load and store; what it writes
//! too much is overwritten by the bin's next run, except behind the last run of a bin, where it would clobber the
//! start of the next bin: those runs are moved last, by their exact length.

use super::Bins;

/// Longest run: pixels moved by one copy.
pub const RUN: usize = 4;

/// `length` pixels (1 to [`RUN`]) from raster index `start` to `place` of the bin order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// raster index of the first pixel
    pub start: u32,
    /// its place in the bin order
    pub place: u32,
    /// number of pixels
    pub length: u32,
}

/// The permutation of a plan.
pub struct Runs {
    /// raster order; what they write beyond their length is overwritten later
    pub wide: Vec<Wide>,
    /// to be moved after the wide ones, by their exact length
    pub exact: Vec<Run>,
}

/// A run that is moved by one copy of [`RUN`] pixels: no length is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide {
    /// raster index of the first pixel
    pub start: u32,
    /// its place in the bin order
    pub place: u32,
}

impl Runs {
    /// Cuts the bin order into runs.
    pub fn new(bins: &Bins) -> Self {
        let (mut wide, mut exact) = (Vec::new(), Vec::new());
        for b in 0..bins.count() {
            let range = bins.range(b);
            let end = range.end;
            let mut place = range.start;
            while place < end {
                let start = bins.order[place];
                let longest = RUN.min(end - place);
                let length =
                    (1..longest).find(|&i| bins.order[place + i] != start + i as u32).unwrap_or(longest);
                if place + RUN <= end {
                    wide.push(Wide { start, place: place as u32 });
                } else {
                    exact.push(Run { start, place: place as u32, length: length as u32 });
                }
                place += length;
            }
        }
        // Within a bin, raster order is place order: later copies repair what earlier ones wrote too much.
        wide.sort_unstable_by_key(|run| run.start);
        Self { wide, exact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_spell_the_bin_order() {
        let radial: Vec<f64> = (0..5000).map(|i| ((i / 3 * 37) % 101) as f64).collect();
        let masked: Vec<u8> = (0..5000).map(|i| u8::from(i % 17 == 2)).collect();
        let bins = Bins::new(&radial, &masked, 23).unwrap();
        let runs = Runs::new(&bins);
        let mut order = vec![u32::MAX; bins.order.len()];
        for run in &runs.wide {
            for i in 0..RUN {
                order[run.place as usize + i] = run.start + i as u32;
            }
        }
        for run in &runs.exact {
            for i in 0..run.length {
                order[(run.place + i) as usize] = run.start + i;
            }
        }
        assert_eq!(order, bins.order);
        assert!(runs.wide.len() < bins.order.len() / 2);
    }
}
