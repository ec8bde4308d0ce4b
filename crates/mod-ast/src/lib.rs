//! taipan-mod-ast
