//! taipan-mod-os
