//! Lists of numbers one behind the other, as words of 32 bits: what threads without common memory hand each other.

use bytemuck::{pod_collect_to_vec, try_cast_slice, NoUninit, Pod};
use std::borrow::Cow;

/// Lists, each behind the number of its words. Long ones stay where they are until they are handed over: a copy of all in
/// one place takes fresh memory, and longer than what is handed over took to compute.
#[derive(Debug, Default)]
pub struct Words<'a>(Vec<Cow<'a, [u32]>>);

impl<'a> Words<'a> {
    /// One more list.
    ///
    /// # Panics
    /// When its bytes are not whole words.
    pub fn list<T: NoUninit>(&mut self, list: &'a [T]) {
        // Bytes may begin between two words.
        self.add(try_cast_slice(list).map_or_else(|_| copied(list), Cow::Borrowed));
    }

    /// One more short list, which is copied.
    ///
    /// # Panics
    /// When its bytes are not whole words.
    pub fn numbers<T: NoUninit>(&mut self, list: &[T]) {
        self.add(copied(list));
    }

    fn add(&mut self, list: Cow<'a, [u32]>) {
        self.0.push(vec![list.len() as u32].into());
        self.0.push(list);
    }

    /// Number of all words.
    pub fn length(&self) -> usize {
        self.0.iter().map(|list| list.len()).sum()
    }

    /// All of them, piece by piece: their number so far, and the next ones.
    pub fn each(&self, mut take: impl FnMut(usize, &[u32])) {
        let mut at = 0;
        for list in &self.0 {
            take(at, list);
            at += list.len();
        }
    }

    /// All of them in one place.
    pub fn all(&self) -> Vec<u32> {
        self.0.concat()
    }
}

fn copied<'a, T: NoUninit>(list: &[T]) -> Cow<'a, [u32]> {
    let bytes = size_of_val(list);
    assert!(bytes.is_multiple_of(4), "a list of {bytes} bytes");
    pod_collect_to_vec(list).into()
}

/// Lists that are yet to be read.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u32]);

impl<'a> Reader<'a> {
    /// Of [`Words::all`].
    pub fn new(words: &'a [u32]) -> Self {
        Self(words)
    }

    /// The next list; `None` where there is none that is whole.
    pub fn list<T: Pod>(&mut self) -> Option<Vec<T>> {
        let (&length, rest) = self.0.split_first()?;
        let (own, rest) = rest.split_at_checked(length as usize)?;
        self.0 = rest;
        size_of_val(own).is_multiple_of(size_of::<T>()).then(|| pod_collect_to_vec(own))
    }

    /// The next list, which has `N` numbers.
    pub fn array<T: Pod, const N: usize>(&mut self) -> Option<[T; N]> {
        self.list()?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_as_they_went() {
        let (bytes, pairs) = ([0u8, 1, 2, 3, 4, 5, 6, 7], [[7u32, 8], [9, 10]]);
        let mut words = Words::default();
        words.numbers(&[1.5f64, -2.0]);
        words.list::<u32>(&[]);
        // One of them begins between two words.
        words.list(&bytes[..4]);
        words.list(&bytes[1..5]);
        words.list(&pairs);
        let all = words.all();
        let mut pieces = Vec::new();
        words.each(|at, piece| {
            assert_eq!(at, pieces.len());
            pieces.extend_from_slice(piece);
        });
        assert_eq!((&pieces, words.length()), (&all, all.len()));
        let mut reader = Reader::new(&all);
        assert_eq!(reader.array(), Some([1.5f64, -2.0]));
        assert_eq!(reader.list::<u64>(), Some(vec![]));
        assert_eq!(reader.list(), Some(vec![0u8, 1, 2, 3]));
        assert_eq!(reader.list(), Some(vec![1u8, 2, 3, 4]));
        assert_eq!(reader.list(), Some(vec![[7u32, 8], [9, 10]]));
        assert_eq!(reader.list::<u32>(), None);
    }

    #[test]
    fn what_is_no_list_is_none() {
        assert_eq!(Reader::new(&[3, 1, 2]).list::<u32>(), None);
        assert_eq!(Reader::new(&[3, 1, 2, 3]).list::<u64>(), None);
        assert_eq!(Reader::new(&[2, 1, 2]).array::<u32, 3>(), None);
    }
}
