//! taipan-import
