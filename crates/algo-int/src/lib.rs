//! taipan-algo-int
