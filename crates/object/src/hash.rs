//! The per-process hash secret and hashing of byte strings (SipHash-1-3, as CPython 3.14).

use std::cell::Cell;
use taipan_algo_hash::SipKeys;

struct Secret(Cell<SipKeys>);
// SAFETY: written once at start.
unsafe impl Sync for Secret {}
static SECRET: Secret = Secret(Cell::new(SipKeys { k0: 0, k1: 0 }));

/// Set the key, before any string is hashed.
pub fn set_secret(keys: SipKeys) {
    SECRET.0.set(keys);
}

/// The key (`sys.hash_info` and tests).
pub fn secret() -> SipKeys {
    SECRET.0.get()
}

/// Hash of a byte string: never -1; 0 when empty (`Py_HashBuffer`).
pub fn hash_bytes(b: &[u8]) -> isize {
    SECRET.0.get().hash(b) as isize
}

/// Hash of an address (`Py_HashPointer`).
#[inline]
pub fn hash_pointer<T>(p: *const T) -> isize {
    match (p as usize).rotate_right(4) as isize {
        -1 => -2,
        h => h,
    }
}
