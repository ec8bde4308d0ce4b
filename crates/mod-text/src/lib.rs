//! taipan-mod-text
