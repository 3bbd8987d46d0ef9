//! What a plan holds that an engine needs which computes elsewhere: the WebGPU engine uploads these once.

use super::Plan;
use crate::background::RadialGrid;
use crate::bins::Bins;
use crate::clip::WeightSums;
use crate::reduce::FixedWeights;
use crate::validity::{IntegerValidity, Validity};

impl Plan {
    /// The pixels in bin order.
    pub fn bins(&self) -> &Bins {
        &self.setup.sorting.bins
    }

    /// Fixed-point weights in bin order; `None` where every norm is 1 or none fits.
    pub fn fixed_weights(&self) -> Option<&FixedWeights> {
        self.setup.weights.fixed()
    }

    /// Σω and Σω² per bin.
    pub fn weight_sums(&self) -> &WeightSums {
        &self.setup.constants
    }

    /// Which values count.
    pub fn validity(&self) -> Validity {
        self.setup.validity
    }

    /// The same rule for integer frames.
    pub fn integer_validity(&self) -> IntegerValidity {
        self.setup.integer_validity
    }

    /// Where the bin centres lie.
    pub fn grid(&self) -> &RadialGrid {
        &self.setup.sorting.grid
    }
}
