//! The threads of a handle: rayon's shared ones, or a given number of its own.

use crate::boundary::Failure;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Where the work of a handle runs.
pub struct Threads(Option<ThreadPool>);

impl Threads {
    /// `count` threads of their own; 0 shares one thread per processor with all other handles.
    pub fn new(count: usize) -> Result<Self, Failure> {
        if count > 1024 {
            return Err(Failure::Refused("more than 1024 threads are not meant".into()));
        }
        let pool = (count > 0).then(|| ThreadPoolBuilder::new().num_threads(count).build());
        Ok(Self(pool.transpose()?))
    }

    /// Runs `work` with them.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.0 {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}
