//! taipan-algo-float
