//! Big integers of Python without Python objects.
//!
//! Every number is a sign and a slice of 30-bit digits, least significant first: exactly what a CPython `PyLongObject`
//! holds, so the algorithms run on the digits of an int object in place. [`IntRef`] borrows such digits, [`BigInt`] owns
//! them. Both are normalised: the most significant digit is not zero, and zero has no digits and is not negative.
//!
//! Layers, each on those before it:
//! - [`repr`]: the two types, conversions, order;
//! - `limb`: the inner form of 60-bit limbs, with the fast products and divisions;
//! - [`mag`]: magnitudes as digit slices, writing into digits that the caller provides;
//! - [`arith`], [`bits`], [`modpow`], [`gcd`], [`combinat`], [`float`], [`bytes`], [`radix`], [`parse`]: what Python's int and
//!   `math` need, as functions over [`IntRef`].
//!
//! Callers keep small operands (one or two digits) in machine integers; the functions here are right for them too, but
//! they return vectors.
#![forbid(unsafe_code)]

pub mod arith;
pub mod bits;
pub mod bytes;
pub mod combinat;
pub mod float;
pub mod gcd;
mod limb;
pub mod mag;
pub mod modpow;
pub mod parse;
pub mod radix;
pub mod repr;

pub use arith::{TooLarge, add, divmod_floor, divrem_trunc, floor_div, isqrt, modulo, mul, pow, sub};
pub use bits::{BitOp, and, bitwise, invert, or, shl, shr, xor};
pub use bytes::{Endian, ToBytesError, from_bytes, to_bytes};
pub use limb::ntt::convolve;
pub use float::{FloatError, cmp_f64, from_f64, hash, to_f64, true_div};
pub use modpow::{ModPowError, modpow};
pub use parse::{ParseIntError, from_str_radix, parse_literal};
pub use radix::{TooManyDigits, to_decimal, to_decimal_limited, to_radix};
pub use repr::{BASE, BigInt, DIGIT_BITS, DIGIT_MASK, IntRef, u64_digits};
