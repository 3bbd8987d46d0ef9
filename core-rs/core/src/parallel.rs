//! Independent parts of a frame: on several threads with the feature `parallel`, in turn without it.
//!
//! Parts never write to the same place, and what they return is merged without rounding (sums of integers, extremes,
//! lists one after the other), so results have the same bits whatever the number of threads. Work is halved
//! recursively: a frame allocates nothing here either.

/// Work that can be cut into two independent halves.
pub trait Split: Send + Sized {
    /// Two halves, or the whole where halves would not be worth a thread.
    fn split(self) -> Result<(Self, Self), Self>;
}

/// Does `work` on every part of `whole` and merges what neighbouring parts return, left and right, which must not depend
/// on where they were cut.
#[cfg(feature = "parallel")]
pub fn reduce<P: Split, R: Send>(
    whole: P,
    work: &(impl Fn(P) -> R + Sync),
    merge: &(impl Fn(R, R) -> R + Sync),
) -> R {
    match whole.split() {
        Ok((left, right)) => {
            let (left, right) = rayon::join(|| reduce(left, work, merge), || reduce(right, work, merge));
            merge(left, right)
        }
        Err(part) => work(part),
    }
}

/// The same, part after part: see [`apart`].
#[cfg(not(feature = "parallel"))]
pub fn reduce<P: Split, R: Send>(
    whole: P,
    work: &(impl Fn(P) -> R + Sync),
    merge: &(impl Fn(R, R) -> R + Sync),
) -> R {
    match whole.split() {
        Ok((left, right)) => {
            let left = reduce(left, work, merge);
            merge(left, reduce(right, work, merge))
        }
        Err(part) => apart(|| work(part)),
    }
}

/// Does a part of long work, as a function of its own on WebAssembly. Engines begin with slow code and compile what is
/// called often once more, but never replace the code of a call that runs: a plan made by one long call took three
/// times as long.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Does `work` on every part of `whole` and sums what it returns.
pub fn sum<P: Split>(whole: P, work: &(impl Fn(P) -> u64 + Sync)) -> u64 {
    reduce(whole, work, &|left, right| left + right)
}

/// The same for work that returns nothing.
pub fn for_each<P: Split>(whole: P, work: &(impl Fn(P) + Sync)) {
    sum(whole, &|part| {
        work(part);
        0
    });
}

/// Threads that share the work of a plan made here.
pub fn threads() -> usize {
    #[cfg(feature = "parallel")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "parallel"))]
    1
}

/// Fewest pixels that are worth handing to another thread: some 50 µs of the cheapest stage.
pub const WORTH_A_THREAD: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers<'a>(&'a mut [u64]);

    impl Split for Numbers<'_> {
        fn split(self) -> Result<(Self, Self), Self> {
            if self.0.len() < 10 {
                return Err(self);
            }
            let (left, right) = self.0.split_at_mut(self.0.len() / 2);
            Ok((Numbers(left), Numbers(right)))
        }
    }

    #[test]
    fn every_part_is_worked_on_once() {
        let mut numbers: Vec<u64> = (0..1000).collect();
        let double = |part: Numbers| {
            part.0.iter_mut().for_each(|n| *n *= 2);
            part.0.iter().sum()
        };
        assert_eq!(sum(Numbers(&mut numbers), &double), 999_000);
        assert!(numbers.iter().enumerate().all(|(i, &n)| n == 2 * i as u64));
    }
}
