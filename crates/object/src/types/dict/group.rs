//! Sixteen control bytes at a time: the probe primitive of the dict and set tables.
//!
//! A control byte is a 7-bit tag of a full bucket, [`EMPTY`] or [`DELETED`]. On x86-64 a group is one SSE2 register (part of the base instruction set), elsewhere
//! a loop that LLVM vectorises. Results are bit masks: bit `i` speaks of byte `i`.

/// Never used since the table was built.
pub const EMPTY: u8 = 0xFF;
/// Used before; probes go on.
pub const DELETED: u8 = 0x80;
/// Bytes in a group.
pub const GROUP: usize = 16;

/// Spread a hash of unknown quality over all bits. A table takes the group number from the low bits and the tag from the high ones, so hashes that differ only in some bits (ints, addresses) must
/// differ in both: folded multiplication does that in four cycles.
#[inline(always)]
pub fn mix(hash: isize) -> u64 {
    let m = (hash as u64 as u128) * 0x9E37_79B9_7F4A_7C15_u128;
    (m as u64) ^ ((m >> 64) as u64)
}

/// The tag of a mixed hash.
#[inline(always)]
pub fn tag_of(mixed: u64) -> u8 {
    (mixed >> 57) as u8
}

/// A loaded group.
#[derive(Clone, Copy)]
pub struct Group(Repr);

#[cfg(target_arch = "x86_64")]
type Repr = core::arch::x86_64::__m128i;
#[cfg(not(target_arch = "x86_64"))]
type Repr = [u8; GROUP];

#[cfg(target_arch = "x86_64")]
impl Group {
    /// Load a group.
    ///
    /// # Safety
    /// Sixteen bytes are readable at `p`.
    #[inline(always)]
    pub unsafe fn load(p: *const u8) -> Group {
        // SAFETY: the caller's promise; unaligned loads are allowed.
        Group(unsafe { core::arch::x86_64::_mm_loadu_si128(p as *const Repr) })
    }
    /// The bytes equal to `b`.
    #[inline(always)]
    pub fn matches(self, b: u8) -> u32 {
        use core::arch::x86_64::*;
        // SAFETY: SSE2 is part of x86-64.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(self.0, _mm_set1_epi8(b as i8))) as u32 }
    }
    /// The bytes that are not tags.
    #[inline(always)]
    pub fn free(self) -> u32 {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { core::arch::x86_64::_mm_movemask_epi8(self.0) as u32 }
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Group {
    /// Load a group.
    ///
    /// # Safety
    /// Sixteen bytes are readable at `p`.
    #[inline(always)]
    pub unsafe fn load(p: *const u8) -> Group {
        // SAFETY: the caller's promise.
        Group(unsafe { *(p as *const Repr) })
    }
    /// The bytes equal to `b`.
    #[inline(always)]
    pub fn matches(self, b: u8) -> u32 {
        let mut m = 0;
        for i in 0..GROUP {
            m |= ((self.0[i] == b) as u32) << i;
        }
        m
    }
    /// The bytes that are not tags.
    #[inline(always)]
    pub fn free(self) -> u32 {
        let mut m = 0;
        for i in 0..GROUP {
            m |= ((self.0[i] >= DELETED) as u32) << i;
        }
        m
    }
}
