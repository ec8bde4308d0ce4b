//! taipan-testkit
