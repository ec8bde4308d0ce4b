//! taipan-host
