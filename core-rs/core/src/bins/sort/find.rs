//! The first two passes: the range of radii, and the bin of each pixel.

use super::super::windows::{WindowsPart, GROUP, NOWHERE};
use super::super::Strips;
use super::pieces::Found;
use crate::parallel::{threads, Split, WORTH_A_THREAD};
use crate::simd::sorting::bins_of;
use crate::simd::{truncate, Kernel};
use std::ops::Range;

/// Neighbouring strips.
pub struct Band<'a, S: ?Sized> {
    strips: &'a S,
    range: Range<usize>,
    masked: &'a [u8],
    /// strips that are worth a thread
    least: usize,
}

impl<'a, S: Strips + ?Sized> Band<'a, S> {
    pub fn new(strips: &'a S, masked: &'a [u8]) -> Self {
        let (pixels, length) = (strips.pixels(), strips.length());
        // Few, since each has counts of its own for every bin.
        let least = WORTH_A_THREAD.max(pixels / (8 * threads().max(2))).div_ceil(length);
        Self { strips, range: 0..pixels.div_ceil(length), masked, least }
    }

    /// Pixels of a strip.
    #[inline(always)]
    fn pixels(&self, strip: usize) -> Range<usize> {
        let length = self.strips.length();
        strip * length..((strip + 1) * length).min(self.strips.pixels())
    }
}

impl<S: Strips + ?Sized> Split for Band<'_, S> {
    fn split(self) -> Result<(Self, Self), Self> {
        // Whole groups on either side, whatever the length of a strip.
        let middle = (self.range.start + self.range.len() / 2).next_multiple_of(GROUP);
        if self.range.len() < 2 * self.least || middle >= self.range.end {
            return Err(self);
        }
        let Self { strips, range, masked, least } = self;
        Ok((
            Self { strips, range: range.start..middle, masked, least },
            Self { strips, range: middle..range.end, masked, least },
        ))
    }
}

/// The smallest and the largest radius that is not masked. Strips whose bounds lie within what is found are passed over:
/// on a detector nearly all, once those near the beam and in the corners have been looked at.
pub struct Extent<'a, S: ?Sized>(pub Band<'a, S>);

impl<S: Strips + ?Sized> Kernel for Extent<'_, S> {
    type Out = (f64, f64);

    #[inline(always)]
    fn run(self) -> (f64, f64) {
        let Self(band) = self;
        let bounds: Vec<(f64, f64)> = band.range.clone().map(|strip| band.strips.bounds(strip)).collect();
        let first = |by: fn(&(f64, f64)) -> f64| {
            (0..bounds.len()).min_by(|&a, &b| by(&bounds[a]).total_cmp(&by(&bounds[b])))
        };
        let promising = [first(|bounds| bounds.0), first(|bounds| -bounds.1)];
        let mut radii = vec![0.0; band.strips.length()];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for at in promising.into_iter().flatten().chain(0..bounds.len()) {
            if bounds[at].0 < low || bounds[at].1 > high {
                let pixels = band.pixels(band.range.start + at);
                let radii = &mut radii[..pixels.len()];
                band.strips.radii(band.range.start + at, radii);
                // No comparison with NaN is true.
                for (&r, _) in radii.iter().zip(&band.masked[pixels]).filter(|(_, &masked)| masked == 0) {
                    low = if r < low { r } else { low };
                    high = if r > high { r } else { high };
                }
            }
        }
        (low, high)
    }
}

/// How radii become bins.
#[derive(Clone, Copy)]
pub struct Scale {
    /// where the first bin begins
    pub(crate) low: f64,
    /// width of all bins
    pub(crate) range: f64,
    /// number of bins
    pub(crate) count: usize,
}

/// The second pass over a band.
pub struct Find<'a, S: ?Sized> {
    pub band: Band<'a, S>,
    pub scale: Scale,
    /// of the band's pixels, where they are wanted
    pub windows: Option<WindowsPart<'a>>,
}

impl<S: Strips + ?Sized> Split for Find<'_, S> {
    fn split(self) -> Result<(Self, Self), Self> {
        let Self { band, scale, windows } = self;
        match band.split() {
            Err(band) => Err(Self { band, scale, windows }),
            Ok((left, right)) => {
                let pixels = left.range.len() * left.strips.length();
                let (windows, others) = windows.map(|windows| windows.split_at(pixels)).unzip();
                Ok((Self { band: left, scale, windows }, Self { band: right, scale, windows: others }))
            }
        }
    }
}

impl<S: Strips + ?Sized> Kernel for Find<'_, S> {
    type Out = Found;

    #[inline(always)]
    fn run(self) -> Found {
        let strips = self.band.range.clone();
        let mut pass = Pass::new(self);
        for strip in strips {
            pass.add(strip);
        }
        pass.end()
    }
}

/// A band on its way, strip by strip.
struct Pass<'a, S: ?Sized> {
    find: Find<'a, S>,
    found: Found,
    /// of a strip
    radii: Vec<f64>,
    /// a strip's, behind those of a group that is not whole yet; with what [`Found::add`] looks at beside them
    bins: Vec<u32>,
    /// where the strip's begin
    first: usize,
    /// the group that is next
    group: usize,
}

impl<'a, S: Strips + ?Sized> Pass<'a, S> {
    fn new(find: Find<'a, S>) -> Self {
        let length = find.band.strips.length();
        Self {
            found: Found::with_room(find.scale.count, find.band.range.len() * length),
            radii: vec![0.0; length],
            bins: vec![0; 1 + GROUP + length + GROUP],
            first: 1,
            group: 0,
            find,
        }
    }

    /// A function of its own on WebAssembly: see [`crate::parallel::apart`]. Not a closure there, for on other processors
    /// it would be compiled without the instructions of the kernel.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn add(&mut self, strip: usize) {
        let Self { find: Find { band, scale, windows }, found, radii, bins, first, group } = self;
        let pixels = band.pixels(strip);
        let (count, end) = (pixels.len(), *first + pixels.len());
        let radii = &mut radii[..count];
        band.strips.radii(strip, radii);
        scale.apply(radii, &band.masked[pixels], &mut bins[*first..end]);
        found.add(&bins[*first - 1..], count);
        let Some(windows) = windows else { return };
        let (groups, rest) = bins[1..end].as_chunks();
        windows.put(*group, groups, &mut found.far);
        *group += groups.len();
        let left = end - rest.len()..end;
        *first = 1 + left.len();
        bins.copy_within(left, 1);
    }

    #[inline(always)]
    fn end(mut self) -> Found {
        if let (Some(windows), true) = (&mut self.find.windows, self.first > 1) {
            self.bins[self.first..=GROUP].fill(NOWHERE);
            windows.put(self.group, &self.bins[1..].as_chunks().0[..1], &mut self.found.far);
        }
        self.found
    }
}

impl Scale {
    /// Lower end and width of the radial range.
    pub fn parameters(&self) -> [f64; 2] {
        [self.low, self.range]
    }

    /// Width of a bin.
    pub fn width(&self) -> f64 {
        self.range / self.count as f64
    }

    /// The scale of these, and a number of bins.
    pub fn of([low, range]: [f64; 2], count: usize) -> Self {
        Self { low, range, count }
    }

    /// The bin of a radius: the first one for those below the range and NaN, the last one for those above it.
    #[inline(always)]
    pub fn bin(&self, r: f64) -> u32 {
        truncate((r - self.low) / self.range * self.count as f64, (self.count - 1) as i32) as u32
    }

    /// Bins of a strip.
    #[inline(always)]
    fn apply(&self, radii: &[f64], masked: &[u8], bins: &mut [u32]) {
        bins_of(radii, self, bins);
        // Most groups have no masked pixel.
        for (masked, bins) in masked.chunks(GROUP).zip(bins.chunks_mut(GROUP)) {
            if any(masked) {
                bins.iter_mut().zip(masked).for_each(|(bin, &m)| *bin = if m == 0 { *bin } else { NOWHERE });
            }
        }
    }
}

/// Whether any byte is not 0: eight at a time, which compilers do not do for WebAssembly by themselves.
#[inline(always)]
fn any(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    let words = words.iter().fold(0, |any, &word| any | u64::from_ne_bytes(word));
    words != 0 || rest.iter().any(|&byte| byte != 0)
}
