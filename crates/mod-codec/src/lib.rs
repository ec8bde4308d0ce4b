//! taipan-mod-codec
