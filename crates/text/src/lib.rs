//! taipan-text
