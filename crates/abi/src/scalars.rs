//! Scalar typedefs of `pyport.h` and the C library.

/// A size that may be negative (`Py_ssize_t`).
pub type Py_ssize_t = isize;
/// A hash value; -1 means an error or "not computed yet" (`Py_hash_t`).
pub type Py_hash_t = isize;
/// A hash value for arithmetic that wraps (`Py_uhash_t`).
pub type Py_uhash_t = usize;
/// One Latin-1 character of a str.
pub type Py_UCS1 = u8;
/// One character of a str whose largest is below U+10000.
pub type Py_UCS2 = u16;
/// One character of any str.
pub type Py_UCS4 = u32;
/// One 30-bit digit of an int (`longintrepr.h`).
pub type digit = u32;
/// A signed [`digit`].
pub type sdigit = i32;
/// Two digits.
pub type twodigits = u64;
/// Two signed digits.
pub type stwodigits = i64;
/// Nanoseconds (`pytime.h`).
pub type PyTime_t = i64;
/// C's `wchar_t` (32 bits on Linux; unsigned on ARM).
#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
pub type wchar_t = u32;
/// C's `wchar_t` (32 bits on Linux; unsigned on ARM).
#[cfg(not(any(target_arch = "aarch64", target_arch = "arm")))]
pub type wchar_t = i32;
