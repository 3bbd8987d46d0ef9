//! Sorting pixels into bins, in three passes over the detector: the range of radii; the bin of each pixel, kept as
//! pieces of neighbours (and in raster order, where that is wanted); the places of the pieces. A piece becomes a run of the permutation as it is, so that nothing
//! is done pixel by pixel that pixels have in common.

mod find;
mod pieces;
mod place;
#[cfg(test)]
mod tests;

use super::{Bins, BinsError, Order, Runs, Strips, Windows, UPPER_END};
use crate::parallel::{for_each, reduce, threads};
use crate::simd;
use find::{Band, Extent, Find};
use pieces::Found;
use place::{Part, Parts};
use std::sync::Arc;

pub use find::Scale;

/// Everything that sorting finds out.
pub struct Sorted {
    /// the pixels of each bin
    pub bins: Bins,
    /// the same permutation as runs
    pub runs: Arc<Runs>,
    /// how radii became bins
    pub scale: Scale,
    /// where they were asked for, and are worth it
    pub windows: Option<Windows>,
}

/// Sorts the pixels whose `masked` byte is 0 into `count` equal bins over their radial range:
/// bin = floor((r − r_min) / (r_max − r_min) · count), all in f64.
pub fn sort(
    strips: &(impl Strips + ?Sized),
    masked: &[u8],
    count: usize,
    with_windows: bool,
) -> Result<Sorted, BinsError> {
    sort_for(threads(), strips, masked, count, with_windows)
}

/// The same with runs for that many threads.
fn sort_for(
    threads: usize,
    strips: &(impl Strips + ?Sized),
    masked: &[u8],
    count: usize,
    with_windows: bool,
) -> Result<Sorted, BinsError> {
    assert_eq!(strips.pixels(), masked.len());
    if count == 0 || count > 65_536 {
        return Err(BinsError::Count);
    }
    let (low, high) = reduce(
        Band::new(strips, masked),
        &|band| simd::run(Extent(band)),
        &|(l0, h0): (f64, f64), (l1, h1)| (l0.min(l1), h0.max(h1)),
    );
    if low > high {
        return Err(BinsError::NothingUnmasked);
    }
    let range = high * UPPER_END - low;
    if low == high || range.is_nan() || range <= 0.0 {
        return Err(BinsError::NoRange);
    }
    let scale = Scale { low, range, count };
    let nothing = Order::from(Vec::new());
    let mut bins = Bins { offsets: vec![0; count + 1], order: nothing, minimum: low, width: scale.width() };
    let mut windows = with_windows.then(|| Windows::with_room(masked.len()));
    let find = Find { band: Band::new(strips, masked), scale, windows: windows.as_mut().map(Windows::part) };
    let mut found = reduce(find, &simd::run, &Found::merge);
    if let Some(windows) = &mut windows {
        windows.far = std::mem::take(&mut found.far);
    }

    for b in 0..count {
        bins.offsets[b + 1] = bins.offsets[b] + found.tallies[b].pixels();
    }
    let mut parts = Part::all(&bins.offsets, &found, threads);
    for_each(Parts(&mut parts), &|Parts(parts)| {
        parts.iter_mut().for_each(|part| part.place(&bins.offsets, &found.pieces));
    });
    let runs = Arc::new(Runs { parts: parts.into_iter().map(|part| part.runs).collect() });
    bins.order = Order::of(runs.clone());
    Ok(Sorted { bins, runs, scale, windows: windows.filter(Windows::are_worth_it) })
}
