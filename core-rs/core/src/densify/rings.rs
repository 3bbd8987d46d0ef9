//! What the pixels of each ring that were not kept are drawn from.
//!
//! What is known of a ring: the mean and std that clipping found, the pixels that were kept, and that all others lie
//! below the cut-off. The kept pixels' share of the recorded moments is subtracted, which gives mean and variance of the
//! others, whatever their distribution; [`super::family`] finds one that has them. Deviations are of raw values from
//! `mean·norm`, as the recorded variance is: `std²·Σ norm² = Σ (s − mean·norm)²`. Values are those of a pixel with the
//! ring's mean norm.

use super::detector::Detector;
use super::family::{Family, Limited, Values, Wanted, MOST_VALUES};
use super::places::{PlaceScale, Places, MASKED};
use super::tables::{Ring, Tables};
use super::{DensePixel, Kept, Noise};
use crate::background::{interpolate, Background};
use crate::clip::chauvenet;
use crate::parallel::{for_each, reduce, Split, WORTH_A_THREAD};
use crate::pick::Cutoff;
use crate::prefetch;

/// Bits of the parts of a ring whose pixels are taken to have one limit. Where a limit passes a whole number, pixels of
/// one part are taken for either side: a hundredth of a ring.
const PART_BITS: u32 = 5;
const PARTS: usize = 1 << PART_BITS;

/// Photons a pixel above which values scatter with the root of the norm, below which they are in proportion to it: what
/// rounding to whole photons adds to their scatter is what the first takes away where photons are few.
const FEW: f64 = 4.0;

/// Kept pixels whose places are on their way from memory while one is looked at.
const FETCHED_AHEAD: usize = 24;

/// Rings that are worth handing to another thread.
const WORTH_RINGS: usize = 16;

/// What stays the same in all frames of a file.
pub struct Facts {
    /// pixels in each part of each ring
    parts: Vec<[u32; PARTS]>,
    /// mean of norm and norm² of each ring's pixels
    norms: Vec<[f64; 2]>,
    /// Chauvenet's cut-off for as many pixels
    chauvenet: Vec<f64>,
}

/// Places whose pixels are to be counted.
struct Counting<'a>(&'a [u32], PlaceScale, usize);

impl Split for Counting<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.0.len() < 8 * WORTH_A_THREAD {
            return Err(self);
        }
        let (left, right) = self.0.split_at(self.0.len() / 2);
        Ok((Self(left, self.1, self.2), Self(right, self.1, self.2)))
    }
}

impl Facts {
    /// From the places of all pixels and their norms, where there are any.
    pub fn new(places: &Places, norms: Option<&[f32]>, bins: usize) -> Self {
        let scale = places.scale();
        let count = |Counting(places, scale, bins): Counting| {
            let mut parts = vec![[0u32; PARTS]; bins];
            for &place in places.iter().filter(|&&place| place != MASKED) {
                let part = scale.part(place, PART_BITS);
                parts[part >> PART_BITS][part % PARTS] += 1;
            }
            parts
        };
        let add = |mut left: Vec<[u32; PARTS]>, right: Vec<[u32; PARTS]>| {
            left.iter_mut().zip(right).for_each(|(l, r)| l.iter_mut().zip(r).for_each(|(l, r)| *l += r));
            left
        };
        let parts = reduce(Counting(places.all(), scale, bins), &count, &add);
        let means = |norms: &[f32]| {
            let mut sums = vec![[0.0; 2]; bins];
            for (&place, &norm) in places.all().iter().zip(norms).filter(|(&place, _)| place != MASKED) {
                let (sum, norm) = (&mut sums[scale.ring(place)], f64::from(norm));
                *sum = [sum[0] + norm, sum[1] + norm * norm];
            }
            let per = |(sum, parts): (&[f64; 2], &[u32; PARTS])| {
                let count = f64::from(parts.iter().sum::<u32>()).max(1.0);
                sum.map(|sum| if sum > 0.0 { sum / count } else { 1.0 })
            };
            sums.iter().zip(&parts).map(per).collect()
        };
        let norms = norms.map_or_else(|| vec![[1.0; 2]; bins], means);
        let pixels = parts.iter().map(|parts| u64::from(parts.iter().sum::<u32>()));
        let chauvenet = pixels.map(chauvenet).collect();
        Self { parts, norms, chauvenet }
    }

    fn pixels(&self, ring: usize) -> u32 {
        self.parts[ring].iter().sum()
    }
}

/// Sums over the kept pixels of a ring, of those that clipping cannot have dropped the deviation and its square too.
#[derive(Clone, Copy, Debug, Default)]
struct KeptSums {
    /// pixels in each part of the ring
    parts: [u32; PARTS],
    inside: u32,
    deviation: f64,
    square: f64,
}

/// A ring's distribution before its tables are made.
#[derive(Clone, Copy, Debug)]
struct Solution {
    values: Values,
    wanted: Wanted,
    poisson: Option<f64>,
    tilt: [f64; 2],
}

/// Distributions and tables of a frame, in memory that the next one reuses.
#[derive(Clone, Default)]
pub struct Rings {
    kept: Vec<KeptSums>,
    solutions: Vec<Option<Solution>>,
    tables: Tables,
}

/// A frame's side of it.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub background: &'a Background,
    pub cutoff: Cutoff,
    pub noise: Noise,
    pub places: &'a Places,
    pub norms: Option<&'a [f32]>,
}

impl Rings {
    /// The tables that were made last.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Makes the tables of a frame with these kept pixels.
    pub fn update<T: DensePixel>(&mut self, facts: &Facts, frame: Frame, kept: Kept) {
        let bins = facts.parts.len();
        let rings = (0..bins).map(|b| {
            let Background { mean, std } = frame.background;
            let [norm, square] = facts.norms[b];
            (u64::from(facts.pixels(b)), f64::from(mean[b]) * norm, f64::from(std[b]) * square.sqrt())
        });
        let detector = if T::WHOLE { Detector::guess(rings) } else { Detector::Continuous };
        self.sum_kept::<T>(facts, frame, kept);
        self.solutions.clear();
        self.solutions.resize(bins, None);
        let work = Solving { facts, frame, detector, kept: &self.kept, first: 0, out: &mut self.solutions };
        for_each(work, &|mut work| work.run());
        self.fill(facts, frame, detector);
        self.tables.finish(if detector == Detector::Counting { 0.0 } else { f64::NEG_INFINITY });
    }

    fn sum_kept<T: DensePixel>(&mut self, facts: &Facts, frame: Frame, kept: Kept) {
        let Frame { background, places, norms, .. } = frame;
        self.kept.clear();
        self.kept.resize(facts.parts.len(), KeptSums::default());
        let scale = places.scale();
        let all = places.all();
        for (at, (&index, bytes)) in
            kept.index.iter().zip(kept.intensity.chunks_exact(size_of::<T>())).enumerate()
        {
            // They lie too far apart for the processor to see where the next ones are.
            if let Some(&next) = kept.index.get(at + FETCHED_AHEAD) {
                prefetch::fetch(all.as_ptr().wrapping_add(next as usize).cast(), size_of::<u32>());
            }
            let place = all[index as usize];
            if place == MASKED {
                continue;
            }
            let part = scale.part(place, PART_BITS);
            let ring = part >> PART_BITS;
            let norm = norms.map_or(1.0, |norms| f64::from(norms[index as usize]));
            let [mean, std] = [&background.mean, &background.std].map(|of| f64::from(of[ring]));
            let deviation = bytemuck::pod_read_unaligned::<T>(bytes).number() - mean * norm;
            let sums = &mut self.kept[ring];
            sums.parts[part % PARTS] += 1;
            if deviation <= facts.chauvenet[ring] * std * norm {
                sums.inside += 1;
                sums.deviation += deviation;
                sums.square += deviation * deviation;
            }
        }
    }

    fn fill(&mut self, facts: &Facts, frame: Frame, detector: Detector) {
        let whole = detector != Detector::Continuous;
        let mut weights = [0.0; MOST_VALUES];
        self.tables.clear();
        let mut last = None;
        for (b, solution) in self.solutions.iter().enumerate() {
            // A ring without pixels is asked by its neighbours' alone: they take what the other neighbour has.
            let near = solution.as_ref().map(|own| (b, own)).or(last);
            last = near;
            let next =
                || self.solutions[b..].iter().enumerate().find_map(|(k, s)| Some((b + k, s.as_ref()?)));
            let Some((ring, &Solution { values, wanted, poisson, tilt })) = near.or_else(next) else {
                self.tables.push(
                    Ring::default(),
                    Values { first: 0.0, step: 1.0, size: 1 },
                    &[1.0; MOST_VALUES],
                    whole,
                );
                continue;
            };
            Family::new(values, wanted, poisson).weights(tilt, &mut weights);
            let norm = facts.norms[ring][0];
            let mean = f64::from(frame.background.mean[ring]) * norm;
            let pivot = if poisson.is_some() && mean < FEW { 0.0 } else { mean };
            let low = values.first - 0.5 * (values.step - if whole { 1.0 } else { 0.0 });
            let ring = Ring { low, per_norm: 1.0 / norm, pivot, ..Ring::default() };
            self.tables.push(ring, values, &weights, whole);
        }
    }
}

/// Groups of pixels by their limits, lowest first, those with the same limit as one.
fn merged(limits: &mut [Limited]) -> &[Limited] {
    limits.sort_unstable_by_key(|of| of.last);
    let mut end = 0;
    for k in 1..limits.len() {
        if limits[k].last == limits[end].last {
            limits[end].part += limits[k].part;
        } else {
            end += 1;
            limits[end] = limits[k];
        }
    }
    &limits[..=end]
}

/// Neighbouring rings whose distributions are to be found.
struct Solving<'a> {
    facts: &'a Facts,
    frame: Frame<'a>,
    detector: Detector,
    kept: &'a [KeptSums],
    first: usize,
    out: &'a mut [Option<Solution>],
}

impl Split for Solving<'_> {
    fn split(self) -> Result<(Self, Self), Self> {
        if self.out.len() < 2 * WORTH_RINGS {
            return Err(self);
        }
        let Self { facts, frame, detector, kept, first, out } = self;
        let (left, right) = out.split_at_mut(out.len() / 2);
        let middle = first + left.len();
        Ok((
            Self { facts, frame, detector, kept, first, out: left },
            Self { facts, frame, detector, kept, first: middle, out: right },
        ))
    }
}

impl Solving<'_> {
    fn run(&mut self) {
        for k in 0..self.out.len() {
            self.out[k] = self.solution(self.first + k);
        }
    }

    /// The distribution of a ring; none where no pixel was left.
    fn solution(&self, ring: usize) -> Option<Solution> {
        let wanted = self.wanted(ring)?;
        let (mut limits, mut highest) = ([(0.0, 0.0); PARTS], f64::NEG_INFINITY);
        let open: [u32; PARTS] = std::array::from_fn(|part| self.open(ring, part));
        let all = f64::from(open.iter().sum::<u32>());
        for (part, limit) in limits.iter_mut().enumerate().filter(|&(part, _)| open[part] > 0) {
            *limit = (self.limit(ring, part), f64::from(open[part]) / all);
            highest = highest.max(limit.0);
        }
        let mean = f64::from(self.frame.background.mean[ring]) * self.facts.norms[ring][0];
        let (values, poisson) = self.detector.values(wanted, mean, highest);
        let scatter = self.detector.within(values.step) + self.rounding(ring, mean);
        let variance = (wanted.std * wanted.std - scatter).max(0.0);
        let wanted = Wanted { std: variance.sqrt(), ..wanted };
        let last = |limit: f64| ((limit - values.first) / values.step).floor().max(0.0) as usize;
        let mut limits = limits.map(|(limit, part)| Limited { last: last(limit).min(values.size - 1), part });
        let limits = merged(&mut limits);
        let mut weights = [0.0; MOST_VALUES];
        let tilt = Family::new(values, wanted, poisson).solve(limits, &mut weights);
        Some(Solution { values, wanted, poisson, tilt })
    }

    /// Variance that rounding adds to values for other norms than the ring's mean one: they lie anywhere between two whole
    /// numbers (on average ⅙) where the norms' scatter moves them by a number or so, and in between where it does not.
    fn rounding(&self, ring: usize, mean: f64) -> f64 {
        let [norm, square] = self.facts.norms[ring];
        let scatter = (square / (norm * norm) - 1.0).max(0.0).sqrt();
        match self.detector {
            Detector::Continuous => 0.0,
            // The mean size of a normal draw: √(2/π) of its scatter.
            _ => (std::f64::consts::FRAC_2_PI.sqrt() * mean.abs() * scatter).min(1.0 / 6.0),
        }
    }

    /// Pixels of a part of a ring that were not kept. A file may list a pixel more than once.
    fn open(&self, ring: usize, part: usize) -> u32 {
        self.facts.parts[ring][part].saturating_sub(self.kept[ring].parts[part])
    }

    /// Mean and std of the pixels that were not kept, at the ring's mean norm.
    fn wanted(&self, ring: usize) -> Option<Wanted> {
        let sums = self.kept[ring];
        let open = (0..PARTS).map(|part| self.open(ring, part)).sum::<u32>();
        if open == 0 {
            return None;
        }
        let open = f64::from(open);
        let [norm, square] = self.facts.norms[ring];
        let Background { mean, std } = self.frame.background;
        let [mean, std] = [mean, std].map(|of| f64::from(of[ring]));
        let shift = -sums.deviation / open;
        let second = (std * std * square * (open + f64::from(sums.inside)) - sums.square) / open;
        let variance = (second - shift * shift).max(0.0);
        Some(Wanted { mean: mean * norm + shift, std: variance.sqrt() * self.frame.noise.scale })
    }

    /// What pixels of a part of a ring that were not kept are at most.
    fn limit(&self, ring: usize, part: usize) -> f64 {
        if self.frame.cutoff.cutoff.is_infinite() {
            return f64::INFINITY;
        }
        let Background { mean, std } = self.frame.background;
        let last = mean.len() - 1;
        let place = ring as f64 - 0.5 + (part as f64 + 0.5) / PARTS as f64;
        let place = place.clamp(0.0, last as f64);
        let below = (place as usize).min(last.saturating_sub(1));
        let [mean, std] = [mean, std].map(|of| interpolate(of, (below, place - below as f64)));
        (mean + self.frame.cutoff.reach(std)) * self.facts.norms[ring][0]
    }
}
