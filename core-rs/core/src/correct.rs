//! From the pixels of a frame to signals in bin order (method, section 1): decode-typed pixels in, i32 or f32 out.
//!
//! Signal and norm stay apart until they have been summed; the norm (flat · solid angle · polarization) is a
//! constant of the plan and lies in bin order already.

use crate::bins::{Runs, RUN};

/// Pixels that integer gathering reads: widened to i32. Values that i32 cannot hold become `i32::MAX`, which no
/// valid range includes for unsigned 32-bit frames: no counting detector counts that far.
pub trait IntegerPixel: Copy {
    /// The value as i32.
    fn widen(self) -> i32;
}

macro_rules! widen_losslessly {
    ($($t:ty),*) => { $(impl IntegerPixel for $t {
        #[inline(always)]
        fn widen(self) -> i32 { i32::from(self) }
    })* };
}
widen_losslessly!(u8, u16, i16, i32);

impl IntegerPixel for u32 {
    #[inline(always)]
    fn widen(self) -> i32 {
        self.min(i32::MAX as u32) as i32
    }
}

/// Permutes a frame into bin order: `signal[place] = frame[order[place]]`.
///
/// `frame` is followed by at least `RUN − 1` spare pixels and `signal` by as many spare places: each run is moved
/// by one fixed-width copy, whose excess the next run overwrites.
///
/// # Panics
/// When the spare room is missing.
pub fn gather<T: IntegerPixel>(frame: &[T], runs: &Runs, signal: &mut [i32]) {
    gather_with(frame, runs, signal, T::widen);
}

/// The same for f32 frames.
pub fn gather_float(frame: &[f32], runs: &Runs, signal: &mut [f32]) {
    gather_with(frame, runs, signal, |value| value);
}

#[inline(always)]
fn gather_with<T: Copy, U: Copy>(frame: &[T], runs: &Runs, signal: &mut [U], convert: impl Fn(T) -> U) {
    assert!(signal.len() >= runs.pixels + RUN - 1, "spare room behind the signal");
    let mut place = 0;
    for run in runs.iter() {
        let start = run.start as usize;
        let source: &[T] = &frame[start..start + RUN];
        let target: &mut [U] = &mut signal[place..place + RUN];
        for lane in 0..RUN {
            target[lane] = convert(source[lane]);
        }
        place += usize::from(run.length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_by_runs_is_the_permutation() {
        let frame: Vec<u16> = (0..1003u16).map(|i| i.wrapping_mul(7919)).collect();
        let order: Vec<u32> = (0..1000u32).map(|i| (i / 3 * 3 + i % 3) * 331 % 997).collect();
        let runs = Runs::new(&order);
        let mut signal = vec![0; order.len() + RUN - 1];
        gather(&frame, &runs, &mut signal);
        for (place, &pixel) in order.iter().enumerate() {
            assert_eq!(signal[place], i32::from(frame[pixel as usize]), "place {place}");
        }
    }

    #[test]
    fn counts_beyond_i32_become_the_invalid_value() {
        assert_eq!(u32::MAX.widen(), i32::MAX);
        assert_eq!(0x7fff_fffe_u32.widen(), 0x7fff_fffe);
    }
}
