//! Other ways to rebuild the pixels that were not kept, pixel by pixel in f64: the published one, and the reference of
//! the conditional one.

use braggsieve_core::background::{Background, RadialGrid};
use braggsieve_core::bins::Bins;
use braggsieve_core::densify::{Conditional, Detector};
use braggsieve_core::pick::Cutoff;
use braggsieve_core::random::{counter, key, normal, philox, uniform, Stream};

/// What a sparse file tells of a frame, and the frame itself for its kept and masked pixels.
pub struct Sparse<'a> {
    pub bins: &'a Bins,
    pub original: &'a [f64],
    pub is_kept: &'a [bool],
    pub radius: &'a [f32],
    pub grid: &'a RadialGrid,
    pub background: &'a Background,
    pub cutoff: Cutoff,
}

impl Sparse<'_> {
    /// Mean and std at a pixel.
    fn moments(&self, p: usize) -> [f64; 2] {
        let place = self.grid.locate(self.radius[p]);
        [&self.background.mean, &self.background.std].map(|values| self.grid.interpolate(values, place))
    }

    /// What a pixel that was not kept is at most.
    fn limit(&self, p: usize) -> f64 {
        let [mean, std] = self.moments(p);
        mean + self.cutoff.reach(std)
    }

    /// Every pixel that was neither kept nor masked by `draw`, the others as they are.
    fn rebuilt(&self, draw: impl Fn(usize) -> f64) -> Vec<f64> {
        let stays = |p: usize| self.is_kept[p] || self.radius[p].is_nan();
        (0..self.original.len()).map(|p| if stays(p) { self.original[p] } else { draw(p) }).collect()
    }
}

/// The published way: `max(0, N(mean, std))`, rounded.
pub fn published(sparse: &Sparse) -> Vec<f64> {
    sparse.rebuilt(|p| {
        let [mean, std] = sparse.moments(p);
        (mean + normal(key(2), counter(Stream::Densify, 0, p as u32, 1)) * std).max(0.0).round()
    })
}

/// The conditional way: each ring's own distribution below the cut-off. Between two bin centres a pixel takes that of
/// either, the nearer one more often.
pub fn conditional(sparse: &Sparse, detector: Detector) -> Vec<f64> {
    let of_ring = |b: usize| {
        let (kept, open): (Vec<u32>, Vec<u32>) =
            sparse.bins.order[sparse.bins.range(b)].iter().partition(|&&p| sparse.is_kept[p as usize]);
        let values: Vec<f64> = kept.iter().map(|&p| sparse.original[p as usize]).collect();
        let limits: Vec<f64> = open.iter().map(|&p| sparse.limit(p as usize)).collect();
        let [mean, std] = [&sparse.background.mean, &sparse.background.std].map(|of| f64::from(of[b]));
        (!limits.is_empty()).then(|| Conditional::new(mean, std, &values, &limits, detector))
    };
    let rings: Vec<Option<Conditional>> = (0..sparse.bins.count()).map(of_ring).collect();
    sparse.rebuilt(|p| {
        let words = philox(key(2), counter(Stream::Densify, 0, p as u32, 2));
        let (below, fraction) = sparse.grid.locate(sparse.radius[p]);
        let above = (below + 1).min(rings.len() - 1);
        let (first, second) = if uniform(words[2]) < fraction { (above, below) } else { (below, above) };
        // A pixel lies in a ring that has pixels: one of the two.
        let ring = rings[first].as_ref().or(rings[second].as_ref()).expect("a ring with pixels");
        ring.draw(uniform(words[0]), uniform(words[1]), sparse.limit(p))
    })
}
