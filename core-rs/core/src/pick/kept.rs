//! The values of picked pixels, on their way from bin order into raster order.

use super::PixelSet;
use crate::correct::IntegerPixel;
use bytemuck::cast_slice_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A pixel and its value, the bits of an i32 or of an f32.
type Kept = [u32; 2];

/// Values of the pixels of a [`PixelSet`], as they were met; the room of earlier frames is used again.
#[derive(Debug, Default)]
pub struct KeptValues {
    lists: Mutex<Lists>,
    ranks: Vec<u32>,
}

#[derive(Debug, Default)]
struct Lists {
    filled: Vec<Vec<Kept>>,
    spare: Vec<Vec<Kept>>,
}

impl KeptValues {
    /// Forgets the last frame's.
    pub fn clear(&mut self) {
        let Lists { filled, spare } = &mut *self.lists();
        for mut list in filled.drain(..) {
            list.clear();
            spare.push(list);
        }
    }

    /// Writes the indices of `set` in order to `index`, and their values, `size` bytes each, packed from the start of
    /// `values`. Every pixel of the set must have come with its value.
    ///
    /// # Panics
    /// When `size` is not 1, 2 or 4.
    pub fn write_to(&mut self, set: &PixelSet, size: usize, index: &mut Vec<u32>, values: &mut Vec<u32>) {
        set.write_to(index, &mut self.ranks);
        values.clear();
        values.resize((index.len() * size).div_ceil(4), 0);
        let Self { lists, ranks } = self;
        let lists = lists.get_mut().unwrap_or_else(PoisonError::into_inner);
        for &[pixel, value] in lists.filled.iter().flatten() {
            let place = set.rank(ranks, pixel as usize);
            match size {
                1 => cast_slice_mut::<u32, u8>(values)[place] = value as u8,
                2 => cast_slice_mut::<u32, u16>(values)[place] = value as u16,
                4 => values[place] = value,
                _ => panic!("pixels of {size} bytes"),
            }
        }
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pixel's value as it is kept.
pub trait Value: Copy + Send + Sync {
    /// The bits of an i32 or of an f32.
    fn bits(self) -> u32;
}

impl<T: IntegerPixel> Value for T {
    #[inline(always)]
    fn bits(self) -> u32 {
        self.widen() as u32
    }
}

impl Value for f32 {
    #[inline(always)]
    fn bits(self) -> u32 {
        self.to_bits()
    }
}

/// Places that may wait.
const WAITING: usize = 64;

/// Where picked pixels go: into a set, and with their values into a list of their own.
pub struct Arrivals<'a, T> {
    set: &'a PixelSet,
    order: &'a [u32],
    /// the frame in bin order
    signal: &'a [T],
    values: Option<(&'a KeptValues, Vec<Kept>)>,
}

impl<'a, T: Value> Arrivals<'a, T> {
    /// For one part of the bins. `values`: absent where only the set is wanted.
    pub fn new(set: &'a PixelSet, order: &'a [u32], signal: &'a [T], values: Option<&'a KeptValues>) -> Self {
        let values = values.map(|values| (values, values.lists().spare.pop().unwrap_or_default()));
        Self { set, order, signal, values }
    }

    /// Puts in the pixels of some places that pass a test. The places lie so far apart that each has to be fetched from
    /// memory, which takes many at a time when nothing is done between them.
    #[inline(always)]
    pub fn enter(&mut self, places: &[u32], test: impl Fn(usize) -> bool) {
        let (mut kept, mut count) = ([[0; 2]; WAITING], 0);
        for &place in places {
            let place = place as usize;
            kept[count] = [self.order[place], self.signal[place].bits()];
            count += usize::from(test(place));
        }
        // After the loads: putting a pixel in waits for all of them.
        let kept = &kept[..count];
        kept.iter().for_each(|&[pixel, _]| self.set.insert(pixel as usize));
        if let Some((_, list)) = &mut self.values {
            list.extend_from_slice(kept);
        }
    }
}

impl<T> Drop for Arrivals<'_, T> {
    fn drop(&mut self) {
        if let Some((values, list)) = self.values.take() {
            values.lists().filled.push(list);
        }
    }
}

/// Places of the bin order that wait to be entered together.
pub struct Waiting {
    places: [u32; WAITING],
    count: usize,
}

impl Waiting {
    /// None.
    pub fn new() -> Self {
        Self { places: [0; WAITING], count: 0 }
    }

    /// One more; those that pass `test` are entered when there are enough.
    #[inline(always)]
    pub fn push<T: Value>(
        &mut self,
        place: usize,
        arrivals: &mut Arrivals<T>,
        test: &impl Fn(usize) -> bool,
    ) {
        self.places[self.count] = place as u32;
        self.count += 1;
        if self.count == WAITING {
            self.enter(arrivals, test);
        }
    }

    /// Enters those that wait.
    #[inline(never)]
    pub fn enter<T: Value>(&mut self, arrivals: &mut Arrivals<T>, test: &impl Fn(usize) -> bool) {
        arrivals.enter(&self.places[..self.count], test);
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_raster_order_whatever_list_they_were_in() {
        let order: Vec<u32> = (0..1000).rev().collect();
        let signal: Vec<i32> = order.iter().map(|&pixel| pixel as i32 * 3 - 7).collect();
        let (mut set, mut values) = (PixelSet::new(1000), KeptValues::default());
        for (size, mask) in [(4, u32::MAX), (2, 0xffff), (1, 0xff)] {
            set.clear();
            values.clear();
            for part in [200..1000, 0..200] {
                let (mut waiting, mut arrivals) =
                    (Waiting::new(), Arrivals::new(&set, &order, &signal, Some(&values)));
                let test = |place: usize| place.is_multiple_of(3);
                part.for_each(|place| waiting.push(place, &mut arrivals, &test));
                waiting.enter(&mut arrivals, &test);
            }
            let (mut index, mut packed) = (Vec::new(), Vec::new());
            values.write_to(&set, size, &mut index, &mut packed);
            let expected: Vec<u32> = (0..1000).filter(|pixel| (999 - pixel) % 3 == 0).collect();
            assert_eq!(index, expected);
            for (place, &pixel) in index.iter().enumerate() {
                let word = packed[place * size / 4] >> (place * size % 4 * 8);
                assert_eq!(word & mask, (pixel as i32 * 3 - 7) as u32 & mask);
            }
        }
    }
}
