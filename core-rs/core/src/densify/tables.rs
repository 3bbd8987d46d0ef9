//! Draws by table: for each ring the values, the uniform numbers where they begin, and a guide to these.
//!
//! A uniform number has [`BITS`] bits. That of a value begins at a whole number; so all engines draw alike.

use super::family::{Values, MOST_VALUES};

/// Bits of a uniform number: the upper ones of a word, whose others choose between two rings.
pub const BITS: u32 = 24;

/// End of the uniform numbers.
pub const END: u32 = 1 << BITS;

/// Cells tell of counts below this; larger ones are searched.
pub const SPREAD: i32 = i32::MAX - 1;

/// Most that a count may be where it needs no look at the pixel's own cut-off: less than what [`SPREAD`] makes.
pub const MOST_SAFE: i32 = i32::MAX / 2;

/// The values of a ring.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ring {
    /// lower end of the first value's step
    pub low: f64,
    /// length of a step
    pub step: f64,
    /// 1 over the norm that the values are for
    pub per_norm: f64,
    /// that norm's mean where values scatter with the root of the norm; 0 where they are in proportion to it
    pub pivot: f64,
    /// its first slot
    pub slots: u32,
    /// whether a step holds more than one value
    pub spread: bool,
}

/// Where the guide of a ring lies.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guide {
    /// its first cell
    pub first: u32,
    /// bits of a uniform number within a cell
    pub shift: u32,
}

/// Where a value begins, and how much of its step one more in the uniform number is.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slot {
    pub from: u32,
    pub slope: f32,
}

/// A part of the uniform numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// where the next value begins; 0 where more than one does: then the slots must be searched
    pub next: u32,
    /// the count that the part begins with; of a ring whose steps hold more than one, [`SPREAD`] less the value's number
    pub count: i32,
}

/// The tables of all rings, in memory that frames reuse.
#[derive(Clone, Default)]
pub struct Tables {
    /// no number below is drawn
    pub least: f64,
    /// whether steps of most rings hold more than one value
    pub spread: bool,
    pub rings: Vec<Ring>,
    pub guides: Vec<Guide>,
    pub cells: Vec<Cell>,
    pub slots: Vec<Slot>,
}

impl Tables {
    /// Forgets all rings.
    pub fn clear(&mut self) {
        self.rings.clear();
        self.guides.clear();
        self.cells.clear();
        self.slots.clear();
    }

    /// Adds a ring whose `values` have `weights`; `ring` says what else there is. `whole`: a step of 1 is one number.
    pub fn push(&mut self, ring: Ring, values: Values, weights: &[f64; MOST_VALUES], whole: bool) {
        let Values { step, size, .. } = values;
        let (slots, guide) = (self.slots.len(), self.cells.len());
        let per_sum = f64::from(END) / weights[..size].iter().sum::<f64>();
        let (mut sum, mut from) = (0.0, 0);
        for &weight in &weights[..size] {
            sum += weight;
            // Where weights are no numbers, nothing lies before the last value.
            let to = ((sum * per_sum + 0.5) as u32).clamp(from, END);
            self.slots.push(Slot { from, slope: (step / f64::from((to - from).max(1))) as f32 });
            from = to;
        }
        self.slots.push(Slot { from: END, slope: 0.0 });
        let cells = (2 * size as u32).next_power_of_two().clamp(32, MOST_VALUES as u32);
        let shift = BITS - cells.trailing_zeros();
        let own = &self.slots[slots..];
        let spread = step > 1.0 || !whole;
        let mut value = 0;
        for cell in 0..cells {
            let (start, end) = (cell << shift, (cell + 1) << shift);
            while own[value + 1].from <= start {
                value += 1;
            }
            let next = own[value + 1].from;
            let several = next < end && own[value + 2].from < end;
            let value = value as i32;
            self.cells.push(Cell {
                next: if several { 0 } else { next },
                count: if spread { SPREAD - value } else { (ring.low as i32).saturating_add(value) },
            });
        }
        self.guides.push(Guide { first: guide as u32, shift });
        self.rings.push(Ring { slots: slots as u32, step, spread, ..ring });
    }

    /// Says what all rings have in common.
    pub fn finish(&mut self, least: f64) {
        self.least = least;
        self.spread = 2 * self.rings.iter().filter(|ring| ring.spread).count() > self.rings.len();
    }

    /// Number of the value of ring number `ring` that a uniform number belongs to.
    #[inline(always)]
    pub fn value(&self, ring: usize, uniform: u32) -> u32 {
        let (Guide { first, shift }, Ring { low, slots, spread, .. }) = (self.guides[ring], self.rings[ring]);
        let Cell { next, count } = self.cells[(first + (uniform >> shift)) as usize];
        let mut value = if spread { SPREAD - count } else { count.saturating_sub(low as i32) } as u32;
        if next != 0 {
            return value + u32::from(uniform >= next);
        }
        while self.slots[(slots + value + 1) as usize].from <= uniform {
            value += 1;
        }
        value
    }

    /// The number drawn: value `value` of a ring, and where it lies within its step.
    #[inline(always)]
    pub fn number(&self, ring: usize, uniform: u32, value: u32, whole: bool) -> f64 {
        let Ring { low, step, slots, spread, .. } = self.rings[ring];
        let low = low + step * f64::from(value);
        if !spread {
            return low;
        }
        let Slot { from, slope } = self.slots[(slots + value) as usize];
        let within = f64::from((uniform - from) as f32 * slope);
        low + if whole { within.floor().min(step - 1.0) } else { within }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(weights: &[f64], step: f64) -> Tables {
        let mut all = [0.0; MOST_VALUES];
        all[..weights.len()].copy_from_slice(weights);
        let (mut tables, values) = (Tables::default(), Values { first: 0.0, step, size: weights.len() });
        for _ in 0..2 {
            tables.push(Ring { low: -3.0, ..Ring::default() }, values, &all, true);
        }
        tables
    }

    /// How often each value is drawn by uniform numbers that lie evenly apart.
    fn parts(tables: &Tables, size: usize) -> Vec<f64> {
        let mut counts = vec![0.0; size];
        let all = (0..END).step_by(37);
        let one = 1.0 / all.len() as f64;
        all.for_each(|uniform| counts[tables.value(1, uniform) as usize] += one);
        counts
    }

    #[test]
    fn values_are_drawn_as_often_as_their_weights_say() {
        let many: Vec<f64> =
            (0..300).map(|k| (-0.001 * f64::from(k - 200) * f64::from(k - 200)).exp()).collect();
        for weights in [vec![1.0], vec![3.0, 1.0], vec![0.0, 1e-9, 5.0, 0.0, 2.0, 1.0, 0.0], many] {
            let sum: f64 = weights.iter().sum();
            let found = parts(&tables(&weights, 1.0), weights.len());
            for (k, (found, weight)) in found.iter().zip(&weights).enumerate() {
                assert!((found - weight / sum).abs() < 1e-5, "{k}: {found} of {}", weight / sum);
            }
        }
    }

    #[test]
    fn numbers_of_a_step_are_drawn_equally_often() {
        let tables = tables(&[2.0, 1.0], 3.0);
        let mut counts = [0u32; 6];
        for uniform in (0..END).step_by(101) {
            let number = tables.number(1, uniform, tables.value(1, uniform), true);
            counts[(number + 3.0) as usize] += 1;
        }
        let all: u32 = counts.iter().sum();
        for (k, count) in counts.into_iter().enumerate() {
            let expected = if k < 3 { 2.0 / 9.0 } else { 1.0 / 9.0 };
            assert!((f64::from(count) / f64::from(all) - expected).abs() < 1e-3, "{counts:?}");
        }
    }

    #[test]
    fn weights_that_are_no_numbers_draw_some_value_all_the_same() {
        let tables = tables(&[f64::NAN, 1.0, f64::INFINITY], 1.0);
        for uniform in [0, END / 2, END - 1] {
            assert!(tables.value(1, uniform) < 3);
        }
    }
}
