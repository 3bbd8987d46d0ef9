//! The predecessor of sigma clipping, for comparison (method, section 4): a frame is rebinned to polar coordinates, and
//! the background at a radius is the median, or the mean of a band of quantiles, along the azimuth.
//!
//! What is kept of its drawbacks on purpose: cells mix pixels, pixels are split over cells, the curve is what each ring
//! gives by itself, and every ring is sorted for every frame.

use super::Background;

/// Where the cells lie and how pixels fall into them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolarGrid {
    /// rings
    pub rings: usize,
    /// cells of a ring
    pub azimuthal: usize,
    /// half the edge of a pixel in the unit of the radii: pixels are split over all cells that their bounding box in
    /// polar coordinates meets; 0: a pixel belongs to the cell of its centre
    pub half_pixel: f64,
}

/// See the module. Owns the room that frames need.
pub struct PolarMedian {
    grid: PolarGrid,
    /// first entry of each cell; one more than cells
    offsets: Vec<u32>,
    /// pixel and the part of it in the cell
    entries: Vec<(u32, f32)>,
    /// values of the cells of one ring
    ring: Vec<f64>,
}

impl PolarMedian {
    /// `radius` and `chi` (rad, −π to π) per pixel; those whose `masked` byte is not 0 are left out. Rings divide
    /// `first` to `last` equally; what lies outside is left out.
    pub fn new(
        radius: &[f64],
        chi: &[f64],
        masked: &[u8],
        (first, last): (f64, f64),
        grid: PolarGrid,
    ) -> Self {
        assert!(radius.len() == chi.len() && radius.len() == masked.len());
        let mut offsets = vec![0u32; grid.rings * grid.azimuthal + 1];
        let ring_width = (last - first) / grid.rings as f64;
        let cell_width = 2.0 * std::f64::consts::PI / grid.azimuthal as f64;
        // Calls `visit(cell, part)` for every cell that pixel `p` falls into.
        let cells_of = |p: usize, visit: &mut dyn FnMut(usize, f64)| {
            // The extent of a square pixel along the radius.
            let reach = grid.half_pixel * (libm::fabs(libm::cos(chi[p])) + libm::fabs(libm::sin(chi[p])));
            let r = (radius[p] - first) / ring_width;
            let a = (chi[p] + std::f64::consts::PI) / cell_width;
            let turn = (reach / radius[p]).min(std::f64::consts::PI) / cell_width;
            for_overlaps(r, reach / ring_width, |ring, part_r| {
                for_overlaps(a, turn, |cell, part_a| {
                    if (0..grid.rings as i64).contains(&ring) {
                        let cell = cell.rem_euclid(grid.azimuthal as i64) as usize;
                        visit(ring as usize * grid.azimuthal + cell, part_r * part_a);
                    }
                });
            });
        };
        let unmasked = || (0..radius.len()).filter(|&p| masked[p] == 0);
        unmasked().for_each(|p| cells_of(p, &mut |cell, _| offsets[cell + 1] += 1));
        for cell in 1..offsets.len() {
            offsets[cell] += offsets[cell - 1];
        }
        let mut next = offsets.clone();
        let mut entries = vec![(0, 0.0); offsets[offsets.len() - 1] as usize];
        for p in unmasked() {
            cells_of(p, &mut |cell, part| {
                entries[next[cell] as usize] = (p as u32, part as f32);
                next[cell] += 1;
            });
        }
        Self { grid, offsets, entries, ring: Vec::with_capacity(grid.azimuthal) }
    }

    /// The background of a frame: `pixel(index)` gives signal and norm, `None` where a pixel is not valid. The mean of
    /// a ring is that of its cells between the quantiles `band` (½ and ½: the median), its std half the distance of the
    /// quantiles that lie one standard deviation from the median of a normal distribution. Rings without cells get 0.
    pub fn background(
        &mut self,
        pixel: impl Fn(usize) -> Option<(f64, f64)>,
        band: (f64, f64),
        background: &mut Background,
    ) {
        for ring in 0..self.grid.rings {
            self.ring.clear();
            for cell in ring * self.grid.azimuthal..(ring + 1) * self.grid.azimuthal {
                let range = self.offsets[cell] as usize..self.offsets[cell + 1] as usize;
                let (mut signal, mut norm) = (0.0, 0.0);
                for &(p, part) in &self.entries[range] {
                    if let Some((s, w)) = pixel(p as usize) {
                        signal += f64::from(part) * s;
                        norm += f64::from(part) * w;
                    }
                }
                if norm > 0.0 {
                    self.ring.push(signal / norm);
                }
            }
            self.ring.sort_unstable_by(f64::total_cmp);
            let (mean, std) = if self.ring.is_empty() { (0.0, 0.0) } else { band_of(&self.ring, band) };
            (background.mean[ring], background.std[ring]) = (mean as f32, std as f32);
        }
    }

    /// Cells and entries: what a frame costs.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }
}

/// Calls `visit(cell, part)` for the unit cells that the interval `centre ± half` meets.
fn for_overlaps(centre: f64, half: f64, mut visit: impl FnMut(i64, f64)) {
    if half <= 0.0 {
        return visit(centre.floor() as i64, 1.0);
    }
    let (low, high) = (centre - half, centre + half);
    for cell in low.floor() as i64..=high.floor() as i64 {
        let part = (high.min(cell as f64 + 1.0) - low.max(cell as f64)) / (high - low);
        if part > 0.0 {
            visit(cell, part);
        }
    }
}

/// A tail of the normal distribution beyond one standard deviation.
const TAIL: f64 = 0.158_655_253_931_457_05;

fn band_of(sorted: &[f64], (low, high): (f64, f64)) -> (f64, f64) {
    let last = (sorted.len() - 1) as f64;
    let at = |quantile: f64| {
        let place = quantile * last;
        let below = place as usize;
        let above = (below + 1).min(sorted.len() - 1);
        sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
    };
    let band =
        &sorted[(low * last).ceil() as usize..=(high * last).floor().max((low * last).ceil()) as usize];
    let mean = if low == high { at(low) } else { band.iter().sum::<f64>() / band.len() as f64 };
    (mean, 0.5 * (at(1.0 - TAIL) - at(TAIL)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: usize = 101;

    /// A polar median of a square frame about its centre, in pixels.
    fn polar(half_pixel: f64, masked: &[u8]) -> PolarMedian {
        let offset = |i: usize| i as f64 - 50.0;
        let xy = |p: usize| (offset(p % EDGE), offset(p / EDGE));
        let radius: Vec<f64> = (0..EDGE * EDGE).map(xy).map(|(x, y)| x.hypot(y)).collect();
        let chi: Vec<f64> = (0..EDGE * EDGE).map(xy).map(|(x, y)| y.atan2(x)).collect();
        PolarMedian::new(
            &radius,
            &chi,
            masked,
            (5.0, 50.0),
            PolarGrid { rings: 15, azimuthal: 24, half_pixel },
        )
    }

    #[test]
    fn a_median_is_not_moved_by_a_few_strong_pixels_and_a_mean_is() {
        let none = vec![0; EDGE * EDGE];
        let mut background = Background::new(15);
        for half in [0.0, 0.5] {
            let mut polar = polar(half, &none);
            let pixel = |p: usize| Some((if p % 997 == 3 { 1e6 } else { 2.0 * 7.0 }, 2.0));
            polar.background(pixel, (0.5, 0.5), &mut background);
            assert!(background.mean.iter().all(|&m| (m - 7.0).abs() < 1e-6), "{:?}", background.mean);
            polar.background(pixel, (0.0, 1.0), &mut background);
            assert!(background.mean.iter().any(|&m| m > 100.0));
        }
    }

    #[test]
    fn the_parts_of_a_split_pixel_add_up_to_it() {
        let mut masked = vec![1; EDGE * EDGE];
        masked[30 * EDGE + 61] = 0;
        let split = polar(0.5, &masked);
        assert!(split.entries() > 1);
        let sum: f32 = split.entries.iter().map(|entry| entry.1).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        assert_eq!(polar(0.0, &masked).entries(), 1);
    }

    #[test]
    fn quantiles_of_a_line_are_its_values() {
        let line: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(band_of(&line, (0.5, 0.5)).0, 50.0);
        assert_eq!(band_of(&line, (0.2, 0.4)).0, 30.0);
        assert!((band_of(&line, (0.5, 0.5)).1 - 50.0 * (1.0 - 2.0 * TAIL)).abs() < 1e-9);
        assert_eq!(band_of(&[3.0], (0.5, 0.5)), (3.0, 0.0));
    }

    #[test]
    fn rings_without_valid_pixels_are_0() {
        let mut polar = polar(0.0, &vec![0; EDGE * EDGE]);
        let mut background = Background::new(15);
        polar.background(|_| None, (0.5, 0.5), &mut background);
        assert_eq!(background, Background::new(15));
    }
}
