//! Hashes made of hashes. All results are as `tp_hash` returns them: never -1.

/// `sys.hash_info.modulus`.
pub const MODULUS: u64 = (1 << 61) - 1;
/// `sys.hash_info.inf`.
pub const INF: i64 = 314_159;
/// `sys.hash_info.imag`.
pub const IMAG: u64 = 1_000_003;
/// `sys.hash_info.width`.
pub const WIDTH: u32 = 64;

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// -1 means an error in C, so no hash is -1.
#[inline]
pub const fn finish(hash: u64) -> i64 {
    if hash == u64::MAX { -2 } else { hash as i64 }
}

/// The hash of a tuple, item after item: a reduced xxHash.
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher(u64);

impl Default for TupleHasher {
    fn default() -> Self {
        TupleHasher(PRIME_5)
    }
}

impl TupleHasher {
    /// Take in the hash of the next item.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        self.0 = self.0.wrapping_add((hash as u64).wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1);
    }

    /// The hash of a tuple of `len` items.
    #[inline]
    pub fn tuple(self, len: usize) -> i64 {
        TupleHasher(self.0.wrapping_add(len as u64 ^ (PRIME_5 ^ 3_527_539))).slice()
    }

    /// The hash of a slice, whose three bounds were added: no length is mixed in.
    #[inline]
    pub fn slice(self) -> i64 {
        if self.0 == u64::MAX { 1_546_275_796 } else { self.0 as i64 }
    }
}

/// The hash of a tuple whose items have these hashes; also that of a `range`, from its length, start and step.
pub fn tuple_hash(items: &[i64]) -> i64 {
    let mut hasher = TupleHasher::default();
    items.iter().for_each(|&h| hasher.add(h));
    hasher.tuple(items.len())
}

/// The hash of a frozenset: independent of order.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrozenSetHasher {
    bits: u64,
    len: u64,
}

impl FrozenSetHasher {
    /// Take in the hash of a member.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let h = hash as u64;
        self.bits ^= ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
        self.len += 1;
    }

    /// The hash of the set.
    pub fn finish(self) -> i64 {
        let mut h = self.bits ^ (self.len + 1).wrapping_mul(1_927_868_237);
        h ^= (h >> 11) ^ (h >> 25);
        h = h.wrapping_mul(69_069).wrapping_add(907_133_923);
        if h == u64::MAX { 590_923_713 } else { h as i64 }
    }
}

/// `hash` of a complex number from the hashes of its parts.
#[inline]
pub fn complex_hash(real: i64, imag: i64) -> i64 {
    finish((real as u64).wrapping_add(IMAG.wrapping_mul(imag as u64)))
}

/// The hash of an object by its address: the low bits, always zero, go to the top.
#[inline]
pub fn pointer_hash(address: usize) -> i64 {
    finish((address as u64).rotate_right(4))
}
