//! taipan-algo-hash
