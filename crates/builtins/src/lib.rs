//! taipan-builtins
