//! The per-process hash secret and hashing of byte strings (SipHash-1-3, as CPython 3.14); a hasher for the runtime's own tables.

use std::cell::Cell;
use std::hash::{BuildHasherDefault, Hasher};
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

/// Hashes keys that are numbers nobody chooses: addresses, and identities of types, which are hashes already.
#[derive(Default)]
pub struct NumberHasher(u64);

/// For a map whose keys are such numbers.
pub type ByNumber = BuildHasherDefault<NumberHasher>;

impl Hasher for NumberHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }
    /// Addresses are spread enough once their low zero bits are gone.
    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.0 = ((n >> 4) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}
