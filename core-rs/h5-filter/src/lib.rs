//! HDF5 filter 32008 over the core codec.
