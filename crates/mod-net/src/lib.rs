//! taipan-mod-net
