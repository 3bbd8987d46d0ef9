//! Random numbers that depend on where they are used, never on when: a counter-based generator.
//!
//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11) is a keyed
//! bijection of 128-bit counters. The key is the user's seed and the counter says which frame, pixel and draw is
//! meant, so any thread of any engine can draw any number first and all of them get the same bits. Everything built
//! on it here uses only `+ - * /`, square roots and comparisons, which IEEE 754 rounds alike everywhere: the system's
//! own `exp` and `ln` are not used, because they differ between machines in the last bit.

pub mod elementary;
mod normal;
mod poisson;
mod words;

pub use normal::inverse_normal;
pub use poisson::poisson;
pub use words::fill_words;

/// The 64-bit key of the generator, low word first.
pub type Key = [u32; 2];

/// The 128-bit counter of the generator; see [`counter`] for what this library puts in it.
pub type Counter = [u32; 4];

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// The Weyl steps of the key schedule: the golden ratio and √3 − 1, as 32-bit fractions.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// What a draw is for. Two uses of one pixel never share a counter, so they are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// Noise of rebuilt background pixels ([`words_at`]).
    Densify = 0,
    /// Counts of simulated pixels.
    Counts = 1,
    /// Whether a simulated frame has a crystal and how it is oriented.
    Crystal = 2,
    /// Intensities of simulated reflections.
    Reflection = 3,
    /// Which simulated pixels are defective.
    Defects = 4,
}

/// The key of `seed`.
#[inline]
pub fn key(seed: u64) -> Key {
    [seed as u32, (seed >> 32) as u32]
}

/// The counter of draw `draw` for pixel `pixel` of frame `frame` in `stream`: `[pixel, draw, frame, stream]`.
#[inline]
pub fn counter(stream: Stream, frame: u32, pixel: u32, draw: u32) -> Counter {
    [pixel, draw, frame, stream as u32]
}

/// Philox4x32-10: four random words for one counter under one key.
#[inline]
pub fn philox(key: Key, counter: Counter) -> [u32; 4] {
    let [mut k0, mut k1] = key;
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    for _ in 0..ROUNDS {
        let first = u64::from(MULTIPLIER[0]) * u64::from(c0);
        let second = u64::from(MULTIPLIER[1]) * u64::from(c2);
        c0 = (second >> 32) as u32 ^ c1 ^ k0;
        c2 = (first >> 32) as u32 ^ c3 ^ k1;
        c1 = second as u32;
        c3 = first as u32;
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [c0, c1, c2, c3]
}

/// A word as a number of the open interval (0, 1): the middle of one of 2³² equal cells.
#[inline]
pub fn uniform(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// Two words as a number of the open interval (0, 1): the middle of one of 2⁵² equal cells, so that tails are not
/// cut before 8 standard deviations of a normal draw.
#[inline]
pub fn uniform52(high: u32, low: u32) -> f64 {
    let cell = (u64::from(high) << 20) | u64::from(low >> 12);
    (cell as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// A draw of the normal distribution with mean 0 and standard deviation 1, by inversion of its distribution.
#[inline]
pub fn normal(key: Key, counter: Counter) -> f64 {
    let words = philox(key, counter);
    inverse_normal(uniform52(words[0], words[1]))
}

/// The words of draw `draw` that belong to pixels `4·quad` to `4·quad + 3` of one frame in `stream`: one run of the
/// generator.
#[inline]
pub fn words_at(stream: Stream, seed: u64, frame: u32, quad: u32, draw: u32) -> [u32; 4] {
    philox(key(seed), counter(stream, frame, quad, draw))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The normal draw of one pixel of one frame, by inversion of its uniform one.
    fn normal_at(seed: u64, frame: u32, pixel: u32) -> f64 {
        let words = words_at(Stream::Densify, seed, frame, pixel / 4, 0);
        inverse_normal(uniform(words[pixel as usize % 4]))
    }

    #[test]
    fn philox_gives_the_published_vectors() {
        // The known-answer vectors that come with the authors' Random123 distribution.
        let cases: [(Counter, Key, [u32; 4]); 3] = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, words) in cases {
            assert_eq!(philox(key, counter), words);
        }
    }

    #[test]
    fn a_change_of_any_input_changes_the_words() {
        let base = philox(key(1), counter(Stream::Densify, 2, 3, 4));
        assert_ne!(base, philox(key(1 << 40), counter(Stream::Densify, 2, 3, 4)));
        assert_ne!(base, philox(key(1), counter(Stream::Counts, 2, 3, 4)));
        assert_ne!(base, philox(key(1), counter(Stream::Densify, 3, 3, 4)));
        assert_ne!(base, philox(key(1), counter(Stream::Densify, 2, 4, 4)));
        assert_ne!(base, philox(key(1), counter(Stream::Densify, 2, 3, 5)));
    }

    #[test]
    fn uniforms_stay_inside_the_open_interval() {
        for (high, low) in [(0, 0), (u32::MAX, u32::MAX)] {
            for u in [uniform(high), uniform52(high, low)] {
                assert!(u > 0.0 && u < 1.0, "{u}");
            }
        }
    }

    #[test]
    fn normal_at_has_mean_0_and_deviation_1_and_neighbours_are_independent() {
        let n = 400_000u32;
        let (mut sum, mut squares, mut lagged, mut last) = (0.0, 0.0, 0.0, 0.0);
        for pixel in 0..n {
            let z = normal_at(7, 3, pixel);
            sum += z;
            squares += z * z;
            lagged += z * last;
            last = z;
        }
        // Standard errors of the three: 1/√n, √2/√n and 1/√n; five of them.
        let unit = 5.0 / f64::from(n).sqrt();
        assert!((sum / f64::from(n)).abs() < unit);
        assert!((squares / f64::from(n) - 1.0).abs() < unit * 1.5);
        assert!((lagged / f64::from(n)).abs() < unit);
    }

    #[test]
    fn normal_at_keeps_its_bits() {
        // Files densified once must be densified the same ever after: these bits are a promise.
        assert_eq!(
            words_at(Stream::Densify, 0, 0, 0, 0),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(normal_at(0, 0, 0).to_bits(), PROMISED_BITS);
    }

    const PROMISED_BITS: u64 = 0xbfd0_5f49_f2b3_7755;
}
