//! The General Decimal Arithmetic (speleotrove.com/decimal, which PEP 327 follows) without Python objects.
//!
//! Numbers are [`Dec`]: sign, kind, exponent and a coefficient of base 10**19 limbs. Operations are functions that take a [`Context`] (precision,
//! exponent limits, rounding) and add the conditions they meet to a [`Status`]; which of those raise is the caller's affair. Results agree with
//! libmpdec, the library behind CPython's `decimal`, limits of exponents included.
//!
//! Layers, each on those before it:
//! - [`limb`]: magnitudes: sums, products (rows, Karatsuba, number-theoretic transform), quotients, roots, decimal shifts;
//! - [`num`], [`context`], [`round`]: the number, the context, and the rounding of a result into it;
//! - [`convert`]: binary integers and floats, hashes; [`text`]: strings and the format mini-language;
//! - [`elementary`]: exp and logarithms, correctly rounded;
//! - [`ops`]: the operations.
#![forbid(unsafe_code)]

pub mod context;
pub mod convert;
pub mod elementary;
pub mod limb;
pub mod num;
pub mod ops;
pub mod round;
pub mod text;

#[cfg(test)]
mod tests;

pub use context::{Context, Rounding, Status, flag};
pub use num::{Coeff, Dec, Kind};
