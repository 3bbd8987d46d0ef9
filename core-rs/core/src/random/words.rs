//! The words of many pixels at once: runs of the generator side by side, one a vector lane.

use super::{counter, key, Stream, MULTIPLIER, ROUNDS, WEYL};

/// `words[i]` becomes `words_at(stream, seed, frame, first + i, draw)`, bit for bit.
#[inline(always)]
pub fn fill_words(stream: Stream, seed: u64, frame: u32, first: u32, draw: u32, words: &mut [[u32; 4]]) {
    let mut keys = [key(seed); ROUNDS];
    for round in 1..ROUNDS {
        keys[round] = std::array::from_fn(|k| keys[round - 1][k].wrapping_add(WEYL[k]));
    }
    for (i, words) in words.iter_mut().enumerate() {
        *words = counter(stream, frame, first.wrapping_add(i as u32), draw);
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let words = {
        let (fours, rest) = words.as_chunks_mut();
        fours.iter_mut().for_each(|four| crate::simd::philox(four, MULTIPLIER, &keys));
        rest
    };
    // A loop and not a closure: that would be a function of its own, without this level's instructions.
    for words in words.iter_mut() {
        *words = run(*words, &keys);
    }
}

/// [`super::philox`] with words that lie in 64 bits each: the product of two is one vector instruction that reads the low
/// halves, so what is left in the high ones never matters until the end.
#[inline(always)]
fn run(counter: [u32; 4], keys: &[[u32; 2]; ROUNDS]) -> [u32; 4] {
    const LOW: u64 = u32::MAX as u64;
    let [mut a, mut b, mut c, mut d] = counter.map(u64::from);
    for &[k0, k1] in keys {
        let one = u64::from(MULTIPLIER[0]) * (a & LOW);
        let two = u64::from(MULTIPLIER[1]) * (c & LOW);
        a = (two >> 32) ^ b ^ u64::from(k0);
        c = (one >> 32) ^ d ^ u64::from(k1);
        (b, d) = (two, one);
    }
    [a, b, c, d].map(|word| word as u32)
}

#[cfg(test)]
mod tests {
    use super::super::words_at;
    use super::*;
    use crate::simd::{run_on_every_level, Kernel};

    const RUNS: usize = 13;

    #[derive(Clone)]
    struct Fill(u64, u32, u32, u32);

    impl Kernel for Fill {
        type Out = [[u32; 4]; RUNS];

        #[inline(always)]
        fn run(self) -> Self::Out {
            let mut words = [[0; 4]; RUNS];
            fill_words(Stream::Densify, self.0, self.1, self.2, self.3, &mut words);
            words
        }
    }

    #[test]
    fn words_made_together_are_those_made_one_by_one_on_every_level() {
        for (seed, frame, first, draw) in
            [(0, 0, 0, 0), (u64::MAX, 7, 1000, 1), (1 << 33, u32::MAX, u32::MAX - 3, 9)]
        {
            let one_by_one: [_; RUNS] = std::array::from_fn(|i| {
                words_at(Stream::Densify, seed, frame, first.wrapping_add(i as u32), draw)
            });
            for words in run_on_every_level(Fill(seed, frame, first, draw)) {
                assert_eq!(words, one_by_one);
            }
            assert_ne!(run_on_every_level(Fill(seed, frame, first ^ 1, draw))[0], one_by_one);
        }
    }
}
