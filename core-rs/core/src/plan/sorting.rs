//! Where the pixels of a plan go: what takes longest of making one. As words it can be handed to a thread that has a
//! memory of its own (WebAssembly), which makes the same plan of them in a fraction of the time.

use super::PlanError;
use crate::background::RadialGrid;
use crate::bins::{sort, Bins, Order, RadialRows, Radii, Runs, Scale, Sorted, Strips, Windows};
use crate::words::{Reader, Words};
use std::sync::Arc;

/// See the module.
pub struct Sorting {
    pub bins: Bins,
    pub runs: Arc<Runs>,
    pub scale: Scale,
    pub grid: RadialGrid,
    pub radii: Radii,
    /// where they were asked for, and pixels lie near the bins of their neighbours
    pub windows: Option<Windows>,
}

impl Sorting {
    /// Sorts the pixels whose `masked` byte is 0.
    pub fn new(rows: RadialRows, masked: &[u8], bins: usize, with_windows: bool) -> Result<Self, PlanError> {
        let Sorted { bins, runs, scale, windows } = sort(&rows, masked, bins, with_windows)?;
        let radii = Radii::new(rows, bins.centre(0), masked);
        let grid = grid(&bins);
        Ok(Self { bins, runs, scale, grid, radii, windows })
    }

    /// What [`Sorting::read`] takes.
    pub fn write<'a>(&'a self, words: &mut Words<'a>) {
        words.numbers(&self.scale.parameters());
        words.list(&self.bins.offsets);
        self.runs.write(words);
        self.radii.write(words);
        words.numbers(&[u32::from(self.windows.is_some())]);
        if let Some(windows) = &self.windows {
            windows.write(words);
        }
    }

    /// Of the words of another sorting of these rows into `count` bins. `None` when they are of other ones, as far as their
    /// lengths tell.
    pub fn read(rows: RadialRows, count: usize, words: &mut Reader) -> Option<Self> {
        let pixels = rows.pixels();
        let [minimum, range] = words.array()?;
        let scale = Scale::of([minimum, range], count);
        let offsets: Vec<u32> = words.list()?;
        let runs = Arc::new(Runs::read(words)?);
        let bins = Bins { offsets, order: Order::of(runs.clone()), minimum, width: scale.width() };
        if bins.offsets.len() != count + 1 || runs.places() != bins.places() {
            return None;
        }
        let radii = Radii::read(rows, bins.centre(0), words)?;
        let windows = match words.array()? {
            [0u32] => None,
            _ => Some(Windows::read(pixels, words)?),
        };
        let grid = grid(&bins);
        Some(Self { bins, runs, scale, grid, radii, windows })
    }
}

fn grid(bins: &Bins) -> RadialGrid {
    RadialGrid::new(bins.centre(0), bins.width, bins.count())
}
