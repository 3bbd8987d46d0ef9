//! Peak finding in square patches (method, section 7).
//!
//! A pixel above the cut-off that is the largest of its patch (background subtracted; ties go to the first in raster
//! order) with at least `connected` pixels above the cut-off in the patch, itself among them, is a peak. Masked,
//! invalid and missing pixels of a patch are not there: they are neither compared nor counted nor summed.

use crate::geometry::Shape;
use crate::pick::PixelSet;

/// What makes a peak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeakSettings {
    /// edge of the patch in pixels: 3 or 5
    pub patch: usize,
    /// fewest pixels above the cut-off in the patch
    pub connected: u32,
}

/// What a patch needs to know of one pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatchPixel {
    /// I_cor − background, counts
    pub excess: f64,
    /// variance of that: std(r)² of the background, and the counting noise of the excess, max(0, excess)/norm
    pub variance: f64,
}

/// Peaks of one frame, in raster order of their largest pixel; one entry per peak in each array.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peaks {
    /// fast coordinate, in pixels; the centre of the first pixel is 0
    pub x: Vec<f32>,
    /// slow coordinate, likewise
    pub y: Vec<f32>,
    /// Σ excess over the patch, counts
    pub intensity: Vec<f32>,
    /// its propagated std, counts
    pub sigma: Vec<f32>,
    /// pixels above the cut-off in the patch
    pub pixels: Vec<u32>,
}

impl Peaks {
    /// Number of peaks.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
        self.intensity.clear();
        self.sigma.clear();
        self.pixels.clear();
    }
}

/// Finds the peaks among the pixels of `above`. `pixel(index)` gives a pixel of the frame by its raster index, `None`
/// where it is masked or invalid. `peaks` keeps its room from frame to frame.
pub fn find_peaks(
    shape: Shape,
    above: &PixelSet,
    pixel: impl Fn(usize) -> Option<PatchPixel>,
    settings: &PeakSettings,
    peaks: &mut Peaks,
) {
    peaks.clear();
    let reach = settings.patch / 2;
    for centre in above.iter() {
        let (row, column) = (centre / shape.fast, centre % shape.fast);
        let rows = row.saturating_sub(reach)..(row + reach + 1).min(shape.slow);
        let columns = column.saturating_sub(reach)..(column + reach + 1).min(shape.fast);
        let patch = || {
            let columns = columns.clone();
            rows.clone().flat_map(move |r| columns.clone().map(move |c| (r, c, r * shape.fast + c)))
        };
        let connected = patch().filter(|&(_, _, p)| above.contains(p)).count() as u32;
        if connected < settings.connected {
            continue;
        }
        let Some(largest) = pixel(centre) else { continue };
        let mut moments = Patch::default();
        let is_largest = patch().all(|(r, c, p)| match pixel(p) {
            Some(other) => {
                moments.add(r, c, other);
                if p < centre {
                    other.excess < largest.excess
                } else {
                    other.excess <= largest.excess
                }
            }
            None => true,
        });
        if is_largest {
            peaks.x.push((moments.column / moments.positive) as f32);
            peaks.y.push((moments.row / moments.positive) as f32);
            peaks.intensity.push(moments.excess as f32);
            peaks.sigma.push(moments.variance.sqrt() as f32);
            peaks.pixels.push(connected);
        }
    }
}

/// Sums over a patch. The centroid weighs with the positive excess alone, so that it stays inside the patch.
#[derive(Default)]
struct Patch {
    excess: f64,
    variance: f64,
    positive: f64,
    row: f64,
    column: f64,
}

impl Patch {
    fn add(&mut self, row: usize, column: usize, pixel: PatchPixel) {
        let positive = pixel.excess.max(0.0);
        self.excess += pixel.excess;
        self.variance += pixel.variance;
        self.positive += positive;
        self.row += positive * row as f64;
        self.column += positive * column as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { slow: 12, fast: 10 };

    /// Peaks of a frame of excess values: NaN is masked, above 3 is above the cut-off.
    fn peaks_of(frame: &[f64], patch: usize, connected: u32) -> Peaks {
        let above = PixelSet::new(frame.len());
        (0..frame.len()).filter(|&p| frame[p] > 3.0).for_each(|p| above.insert(p));
        let pixel = |p: usize| {
            (!frame[p].is_nan()).then(|| PatchPixel { excess: frame[p], variance: 1.0 + frame[p].max(0.0) })
        };
        let mut peaks = Peaks::default();
        find_peaks(SHAPE, &above, pixel, &PeakSettings { patch, connected }, &mut peaks);
        peaks
    }

    fn frame(pixels: &[(usize, usize, f64)]) -> Vec<f64> {
        let mut frame = vec![0.0; SHAPE.pixels()];
        for &(row, column, value) in pixels {
            frame[row * SHAPE.fast + column] = value;
        }
        frame
    }

    #[test]
    fn centroid_sum_and_std_of_a_spot() {
        let spot = frame(&[(4, 5, 20.0), (4, 6, 10.0), (5, 5, 10.0)]);
        let peaks = peaks_of(&spot, 3, 3);
        assert_eq!((peaks.x[0], peaks.y[0]), (5.25, 4.25));
        assert_eq!((peaks.intensity[0], peaks.pixels[0]), (40.0, 3));
        assert_eq!(peaks.sigma[0], 49f32.sqrt());
        assert_eq!(peaks.len(), 1);
    }

    #[test]
    fn too_few_connected_pixels_make_no_peak() {
        let pair = frame(&[(4, 5, 20.0), (4, 6, 10.0)]);
        assert!(peaks_of(&pair, 3, 3).is_empty());
        assert_eq!(peaks_of(&pair, 3, 2).len(), 1);
    }

    #[test]
    fn ties_go_to_the_first_in_raster_order() {
        let plateau = frame(&[(4, 5, 9.0), (4, 6, 9.0), (5, 5, 9.0)]);
        let peaks = peaks_of(&plateau, 3, 3);
        assert_eq!(peaks.len(), 1);
        assert!((peaks.x[0] - 16.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn a_larger_patch_merges_what_a_smaller_one_splits() {
        let two = frame(&[(4, 4, 9.0), (4, 3, 8.0), (4, 6, 10.0), (4, 7, 8.0)]);
        assert_eq!(peaks_of(&two, 3, 2).len(), 2);
        assert_eq!(peaks_of(&two, 5, 2).len(), 1);
    }

    #[test]
    fn corners_and_edges_count_only_what_is_there() {
        let corner = frame(&[(0, 0, 9.0), (0, 1, 5.0), (11, 9, 9.0), (10, 9, 5.0)]);
        let peaks = peaks_of(&corner, 5, 2);
        assert_eq!(peaks.len(), 2);
        assert_eq!((peaks.x[0], peaks.y[0]), ((5.0 / 14.0) as f32, 0.0));
    }

    #[test]
    fn masked_pixels_are_not_there() {
        let mut spot = frame(&[(4, 5, 20.0), (4, 6, 10.0), (5, 5, 10.0)]);
        spot[4 * SHAPE.fast + 6] = f64::NAN;
        let peaks = peaks_of(&spot, 3, 2);
        assert_eq!((peaks.len(), peaks.pixels[0], peaks.intensity[0]), (1, 2, 30.0));
        assert!(peaks_of(&spot, 3, 3).is_empty());
        assert!(peaks_of(&[f64::NAN; 120], 5, 1).is_empty());
    }
}
