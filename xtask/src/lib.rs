//! The chores as a library, so that `cargo test` runs the checking ones too.

pub mod abi_gen;
pub mod abi_probe;
pub mod bench;
pub mod border;
pub mod child;
pub mod config;
pub mod conformance;
pub mod imports;
pub mod interp;
pub mod pgo;
pub mod programs;
pub mod record;
pub mod startup_order;
pub mod tidy;
pub mod trees;
pub mod wheels;

use std::path::{Path, PathBuf};

/// What a chore returns: nothing, or one message for the person who ran it.
pub type Outcome = Result<(), String>;

/// The repository's root directory.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_path_buf()
}
