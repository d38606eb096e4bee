//! The few operations on vectors of words that all kernels use.

pub(crate) mod v256;
pub(crate) mod v512;
