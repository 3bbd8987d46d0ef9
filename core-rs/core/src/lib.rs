//! Bragg signal separated from background in X-ray diffraction frames.
//!
//! Pure functions on slices: no I/O, no bindings, no allocation per frame. A [`plan::Plan`] is made once per
//! geometry, mask and settings and owns every buffer. The double-precision scalar code is the reference that every
//! faster path is tested against.

#![deny(missing_docs)]

pub mod background;
pub mod beyond;
pub mod bins;
pub mod clip;
pub mod codec;
pub mod correct;
pub mod densify;
pub mod geometry;
pub mod map_step;
pub mod marks;
pub mod mask;
pub mod options;
pub mod parallel;
pub mod peaks;
pub mod pick;
pub mod plan;
mod prefetch;
pub mod random;
pub mod reduce;
pub mod simd;
pub mod simulate;
pub mod validity;
pub mod words;
