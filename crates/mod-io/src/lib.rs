//! taipan-mod-io
