//! Lists of numbers one behind the other, as words of 32 bits: what threads without common memory hand each other.

use bytemuck::{pod_collect_to_vec, try_cast_slice, NoUninit, Pod};

/// Lists, each behind the number of its words.
#[derive(Debug, Default)]
pub struct Words(Vec<u32>);

impl Words {
    /// With room for so many bytes and some lists: words that move to larger room take time and memory.
    pub fn with_room(bytes: usize) -> Self {
        const LISTS: usize = 64;
        Self(Vec::with_capacity(bytes / 4 + LISTS))
    }

    /// One more list.
    ///
    /// # Panics
    /// When its bytes are not whole words.
    pub fn list<T: NoUninit>(&mut self, list: &[T]) {
        let (bytes, words) = (size_of_val(list), size_of_val(list) / 4);
        assert!(bytes.is_multiple_of(4), "a list of {bytes} bytes");
        self.0.reserve(words + 1);
        self.0.push(words as u32);
        match try_cast_slice(list) {
            Ok(words) => self.0.extend_from_slice(words),
            // Bytes that begin between two words.
            Err(_) => self.0.extend_from_slice(&pod_collect_to_vec::<T, u32>(list)),
        }
    }

    /// All of them.
    pub fn all(&self) -> &[u32] {
        &self.0
    }
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
        let mut words = Words::default();
        words.list(&[1.5f64, -2.0]);
        words.list::<u32>(&[]);
        words.list(&[1u8, 2, 3, 4]);
        words.list(&[[7u32, 8], [9, 10]]);
        let mut reader = Reader::new(words.all());
        assert_eq!(reader.array(), Some([1.5f64, -2.0]));
        assert_eq!(reader.list::<u64>(), Some(vec![]));
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
