//! taipan-mod-concurrency
