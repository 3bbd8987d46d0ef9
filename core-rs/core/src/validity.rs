//! Which values of a frame are counts and which only mark a pixel as bad in that frame.

use crate::correct::IntegerPixel;
use crate::simd::for_each_outside;

/// Values outside [low, high], and values within `delta` of `dummy`, do not count; NaN never does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Validity {
    /// smallest value that counts
    pub low: f64,
    /// largest value that counts
    pub high: f64,
    /// (dummy, delta): |value − dummy| ≤ delta does not count
    pub dummy: Option<(f64, f64)>,
}

impl Validity {
    /// Everything but NaN counts.
    pub const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, dummy: None };

    /// Whether a value counts.
    #[inline(always)]
    pub fn contains(&self, value: f64) -> bool {
        let dummy = self.dummy.is_some_and(|(dummy, delta)| (value - dummy).abs() <= delta);
        value >= self.low && value <= self.high && !dummy
    }

    /// The same rule for values that are i32.
    pub fn of_integers(&self) -> IntegerValidity {
        let (gap_low, gap_high) = match self.dummy {
            Some((dummy, delta)) => ((dummy - delta).ceil(), (dummy + delta).floor()),
            None => (1.0, 0.0),
        };
        // The conversions saturate, which is right for bounds; a gap beyond i32 must not become its end.
        let outside = gap_low > f64::from(i32::MAX) || gap_high < f64::from(i32::MIN);
        let gap = if outside { (1, 0) } else { (gap_low as i32, gap_high as i32) };
        IntegerValidity { low: self.low.ceil() as i32, high: self.high.floor() as i32, gap }
    }
}

/// [`Validity`] for i32 values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerValidity {
    low: i32,
    high: i32,
    /// values that do not count, first and last; empty when first > last
    gap: (i32, i32),
}

impl IntegerValidity {
    /// Smallest and largest value that counts, first and last of those in between that do not (none when the first
    /// exceeds the last).
    pub fn limits(&self) -> [i32; 4] {
        [self.low, self.high, self.gap.0, self.gap.1]
    }

    /// The same rule where values from `limit` on do not count.
    pub fn below(self, limit: i32) -> Self {
        Self { high: self.high.min(limit.saturating_sub(1)), ..self }
    }

    /// Whether negative values never count.
    pub fn is_unsigned(&self) -> bool {
        self.low >= 0
    }

    /// Whether a value counts.
    #[inline(always)]
    pub fn contains(&self, value: i32) -> bool {
        value >= self.low && value <= self.high && !(value >= self.gap.0 && value <= self.gap.1)
    }

    /// Calls `visit` with the place of every signal that does not count, in order.
    pub fn for_each_invalid<T: IntegerPixel>(&self, signal: &[T], mut visit: impl FnMut(usize)) {
        if self.gap.0 > self.gap.1 {
            return for_each_outside(signal, self.low, self.high, visit);
        }
        for (place, &s) in signal.iter().enumerate() {
            if !self.contains(s.widen()) {
                visit(place);
            }
        }
    }

    /// Whether every value from `low` to `high` counts.
    pub fn contains_all(&self, low: i32, high: i32) -> bool {
        let gap_apart = self.gap.0 > self.gap.1 || high < self.gap.0 || low > self.gap.1;
        low >= self.low && high <= self.high && gap_apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_follow_the_rule_of_floats() {
        let rules = [
            Validity::ALL,
            Validity { low: 0.0, high: 100.0, dummy: None },
            Validity { low: -3.5, high: 1e12, dummy: Some((10.0, 1.5)) },
            Validity { low: -50.0, high: 50.0, dummy: Some((-1.0, 0.0)) },
            Validity { low: 0.0, high: 9e9, dummy: Some((4_294_967_295.0, 0.0)) },
        ];
        for rule in rules {
            let integers = rule.of_integers();
            for value in (-200..200).chain([i32::MIN, i32::MAX]) {
                assert_eq!(integers.contains(value), rule.contains(f64::from(value)), "{rule:?} at {value}");
                assert!(
                    !integers.contains_all(value - i32::from(value > i32::MIN), value)
                        || integers.contains(value)
                );
            }
        }
        let signal: Vec<i32> = (-200..200).collect();
        for rule in rules {
            let mut invalid = Vec::new();
            rule.of_integers().for_each_invalid(&signal, |place| invalid.push(signal[place]));
            let expected: Vec<i32> =
                signal.iter().copied().filter(|&s| !rule.contains(f64::from(s))).collect();
            assert_eq!(invalid, expected, "{rule:?}");
        }
        assert!(!rules[2].of_integers().contains_all(0, 20));
        assert!(rules[2].of_integers().contains_all(12, 20));
        assert!(!Validity::ALL.contains(f64::NAN));
    }
}
