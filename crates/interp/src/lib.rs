//! taipan-interp
