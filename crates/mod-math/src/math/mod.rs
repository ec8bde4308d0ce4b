//! `math`: the functions of C's mathematics and those on integers and sums.

mod elementary;
mod extended;
mod integer;
mod sums;

use taipan_object::prelude::*;

/// "… , got x": a value outside of a function's domain.
#[cold]
pub(crate) fn domain(expected: &str, x: f64, cx: &mut Cx) -> Raised {
    match taipan_object::types::float::text::repr(x, cx) {
        Ok(s) => cx.value_error(format_args!("{expected}, got {}", &*s)),
        Err(r) => r,
    }
}

/// "math domain error".
#[cold]
pub(crate) fn domain_error(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("math domain error"))
}

/// "math range error".
#[cold]
pub(crate) fn range_error(cx: &mut Cx) -> Raised {
    cx.overflow_error(format_args!("math range error"))
}

#[pymodule(
    name = "math",
    doc = "This module provides access to the mathematical functions\ndefined by the C standard.",
    parts(super::elementary::functions, super::extended::functions, super::integer::functions, super::sums::functions)
)]
pub mod math {
    #[constant("pi")]
    const PI: f64 = std::f64::consts::PI;
    #[constant("e")]
    const E: f64 = std::f64::consts::E;
    #[constant("tau")]
    const TAU: f64 = std::f64::consts::TAU;
    #[constant("inf")]
    const INF: f64 = f64::INFINITY;
    #[constant("nan")]
    const NAN: f64 = f64::NAN;
}
