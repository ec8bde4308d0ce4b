//! taipan-algo-ucd
