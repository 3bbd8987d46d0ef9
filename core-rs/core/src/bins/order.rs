//! The pixel at each place of the bin order, spelled out when somebody first asks for it: frames are permuted by its
//! runs, and many plans need no more.

use super::Runs;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// A slice of raster indices; see the module.
pub struct Order {
    runs: Arc<Runs>,
    spelled: OnceLock<Vec<u32>>,
}

impl Order {
    /// What these runs do.
    pub fn of(runs: Arc<Runs>) -> Self {
        Self { runs, spelled: OnceLock::new() }
    }
}

impl From<Vec<u32>> for Order {
    fn from(order: Vec<u32>) -> Self {
        Self { runs: Arc::new(Runs { parts: Vec::new() }), spelled: OnceLock::from(order) }
    }
}

impl Deref for Order {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        // On one thread: one that waited for others here might do another frame's work meanwhile, which asks for the order
        // and would wait for itself.
        self.spelled.get_or_init(|| self.runs.spelled())
    }
}
