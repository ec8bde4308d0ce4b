//! Hashing, the Mersenne Twister and list sorting: algorithms whose exact results or order of comparisons programs see.
//!
//! - [`siphash`]: the keyed hash of str and bytes and the expansion of `PYTHONHASHSEED`;
//! - [`combine`]: hashes of tuples, frozensets, slices, complex numbers, pointers;
//! - [`mt19937`]: the generator of `random`;
//! - [`timsort`]: `list.sort` with a comparison that may fail.
#![forbid(unsafe_code)]

pub mod combine;
pub mod mt19937;
pub mod siphash;
pub mod timsort;

pub use combine::{FrozenSetHasher, TupleHasher, complex_hash, finish, pointer_hash, tuple_hash};
pub use mt19937::Mt19937;
pub use siphash::{HashSecret, SipKeys};
pub use timsort::{sort, sort_with_values};
