//! taipan-algo-codec
