//! taipan-mod-data
