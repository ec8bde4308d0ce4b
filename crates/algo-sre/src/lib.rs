//! taipan-algo-sre
