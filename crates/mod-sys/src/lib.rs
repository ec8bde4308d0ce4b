//! taipan-mod-sys
