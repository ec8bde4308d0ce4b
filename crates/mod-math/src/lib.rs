//! taipan-mod-math
