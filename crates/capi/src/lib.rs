//! taipan-capi
