//! taipan-abi
