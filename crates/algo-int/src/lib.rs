//! Big integers of Python without Python objects.
//!
//! Every number is a sign and a slice of 30-bit digits, least significant first: exactly what a CPython `PyLongObject`
//! holds, so the algorithms run on the digits of an int object in place. [`IntRef`] borrows such digits, [`BigInt`] owns
//! them. Both are normalised: the most significant digit is not zero, and zero has no digits and is not negative.
//!
//! Layers: [`repr`] (the two types, conversions, order), [`parse`] (text to number).
#![forbid(unsafe_code)]

pub mod parse;
pub mod repr;

pub use parse::{ParseIntError, from_str_radix, parse_literal};
pub use repr::{BASE, BigInt, DIGIT_BITS, DIGIT_MASK, IntRef, u64_digits};
