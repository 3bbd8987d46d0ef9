//! Clipping in f64 with two-pass sums in place order: the reference for the exact path, and the path of f32 frames,
//! of dark-subtracted frames and of norms that fixed point cannot hold.

use super::{ClipSettings, Interval, Profile};
use crate::bins::Bins;
use crate::parallel;
use crate::reduce::{ErrorModel, Moments};
use std::cell::RefCell;

/// A pixel as the f64 path sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloatPixel {
    /// raw − dark
    pub signal: f64,
    /// norm
    pub norm: f64,
    /// variance of the signal for the Poisson model: max(1, raw)
    pub variance: f64,
}

thread_local! {
    /// The pixels of one bin: each thread keeps its room from frame to frame.
    static SCRATCH: RefCell<Vec<FloatPixel>> = const { RefCell::new(Vec::new()) };
}

/// Clips every bin. `pixel(place)` gives the pixel at a place of the bin order, `None` where it is not valid.
/// Returns how many pixels were not valid.
pub fn clip_float(
    bins: &Bins,
    pixel: impl Fn(usize) -> Option<FloatPixel> + Sync,
    settings: &ClipSettings,
    profile: &mut Profile,
) -> u64 {
    parallel::sum(profile.part(bins), &|mut part| {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut invalid = 0;
            for b in part.range.clone() {
                let range = bins.range(b);
                let size = range.len();
                scratch.clear();
                scratch.extend(range.filter_map(&pixel));
                invalid += (size - scratch.len()) as u64;
                clip_bin(scratch, settings);
                part.set(b, moments(scratch, settings.error_model.of_result()), scratch.len() as u64);
            }
            invalid
        })
    })
}

/// Drops the pixels of one bin that clipping drops.
fn clip_bin(pixels: &mut Vec<FloatPixel>, settings: &ClipSettings) {
    let model = settings.error_model.while_clipping();
    let mut kept = Interval::ALL;
    for _ in 0..settings.cycle {
        let before = pixels.len();
        let Some(next) = kept.tightened(moments(pixels, model), before as u64, settings.cutoff) else {
            break;
        };
        pixels.retain(|p| next.keeps(p.signal, p.norm));
        kept = next;
        if pixels.len() == before {
            break;
        }
    }
}

/// Two passes: the mean, then the scatter about it.
fn moments(pixels: &[FloatPixel], model: ErrorModel) -> Moments {
    let v: f64 = pixels.iter().map(|p| p.signal).sum();
    let omega: f64 = pixels.iter().map(|p| p.norm).sum();
    let omega2: f64 = pixels.iter().map(|p| p.norm * p.norm).sum();
    let mean = v / omega;
    let vv: f64 = match model {
        ErrorModel::Poisson => pixels.iter().map(|p| p.variance).sum(),
        ErrorModel::Azimuthal | ErrorModel::Hybrid => {
            pixels.iter().map(|p| p.signal - mean * p.norm).map(|d| d * d).sum()
        }
    };
    Moments::new(v, omega, vv, omega2)
}
