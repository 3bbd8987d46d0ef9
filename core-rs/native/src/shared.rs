//! Buffers that calls on many threads share: the runtime may take a new thread for each, and memory that a thread has of
//! its own is touched for the first time on each of them.

use std::sync::{Mutex, PoisonError};

/// As many things as were ever in use at the same time.
pub struct Shared<T>(Mutex<Vec<T>>);

impl<T: Default> Shared<T> {
    /// None yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Lends one to `work`. Where that panics it is lost, and nothing else.
    pub fn lend<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // A lock that was held by a panic guards a list of whole things.
        let list = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = list().pop();
        let mut thing = idle.unwrap_or_default();
        let result = work(&mut thing);
        list().push(thing);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_used_again_and_never_by_two_at_a_time() {
        static NUMBERS: Shared<Vec<u32>> = Shared::new();
        NUMBERS.lend(|outer| {
            outer.push(1);
            NUMBERS.lend(|inner| {
                assert!(inner.is_empty());
                inner.push(2);
            });
        });
        let seen = NUMBERS.lend(|last| last.clone());
        assert_eq!(seen, [1]);
        assert!(std::panic::catch_unwind(|| NUMBERS.lend(|_| panic!("lost"))).is_err());
        assert_eq!(NUMBERS.lend(|other| other.clone()), [2]);
    }
}
