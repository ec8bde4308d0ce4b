//! What functions give where a part of the argument is infinite or not a number: facts of Annex G of the C standard (recorded from the reference).
//!
//! Rows are kinds of the first part, columns of the second: -inf, negative, -0, +0, positive, +inf, NaN. Fields for two finite parts, and for
//! points where the function raises, are never used.

use std::f64::consts::{FRAC_PI_2 as P12, FRAC_PI_4 as P14, PI};
const P34: f64 = 3.0 * P14;
const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Results by kind of both parts.
pub type Table = [[(f64, f64); 7]; 7];

#[rustfmt::skip]
pub static ACOS: Table = [
    [(P34, INF), (PI, INF), (PI, INF), (PI, -INF), (PI, -INF), (P34, -INF), (NAN, INF)],
    [(P12, INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (P12, -INF), (NAN, NAN)],
    [(P12, INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (P12, -INF), (P12, NAN)],
    [(P12, INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (P12, -INF), (P12, NAN)],
    [(P12, INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (P12, -INF), (NAN, NAN)],
    [(P14, INF), (0.0, INF), (0.0, INF), (0.0, -INF), (0.0, -INF), (P14, -INF), (NAN, INF)],
    [(NAN, INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, -INF), (NAN, NAN)],
];
#[rustfmt::skip]
pub static ACOSH: Table = [
    [(INF, -P34), (INF, -PI), (INF, -PI), (INF, PI), (INF, PI), (INF, P34), (INF, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, P12)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, P12)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P14), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, P14), (INF, NAN)],
    [(INF, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static ASINH: Table = [
    [(-INF, -P14), (-INF, -0.0), (-INF, -0.0), (-INF, 0.0), (-INF, 0.0), (-INF, P14), (-INF, NAN)],
    [(-INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (-INF, P12), (NAN, NAN)],
    [(-INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (-INF, P12), (NAN, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P14), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, P14), (INF, NAN)],
    [(INF, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (INF, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static ATANH: Table = [
    [(-0.0, -P12), (-0.0, -P12), (-0.0, -P12), (-0.0, P12), (-0.0, P12), (-0.0, P12), (-0.0, NAN)],
    [(-0.0, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (-0.0, P12), (NAN, NAN)],
    [(-0.0, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (-0.0, P12), (-0.0, NAN)],
    [(0.0, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, P12), (0.0, NAN)],
    [(0.0, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, P12), (NAN, NAN)],
    [(0.0, -P12), (0.0, -P12), (0.0, -P12), (0.0, P12), (0.0, P12), (0.0, P12), (0.0, NAN)],
    [(0.0, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, P12), (NAN, NAN)],
];
#[rustfmt::skip]
pub static LOG: Table = [
    [(INF, -P34), (INF, -PI), (INF, -PI), (INF, PI), (INF, PI), (INF, P34), (INF, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P12), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, P12), (NAN, NAN)],
    [(INF, -P14), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, P14), (INF, NAN)],
    [(INF, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static SQRT: Table = [
    [(INF, -INF), (0.0, -INF), (0.0, -INF), (0.0, INF), (0.0, INF), (INF, INF), (NAN, INF)],
    [(INF, -INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, INF), (NAN, NAN)],
    [(INF, -INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, INF), (NAN, NAN)],
    [(INF, -INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, INF), (NAN, NAN)],
    [(INF, -INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, INF), (NAN, NAN)],
    [(INF, -INF), (INF, -0.0), (INF, -0.0), (INF, 0.0), (INF, 0.0), (INF, INF), (INF, NAN)],
    [(INF, -INF), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (INF, INF), (NAN, NAN)],
];
#[rustfmt::skip]
pub static EXP: Table = [
    [(0.0, 0.0), (0.0, -0.0), (0.0, -0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static COSH: Table = [
    [(NAN, NAN), (INF, INF), (INF, 0.0), (INF, -0.0), (INF, -INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, 0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static SINH: Table = [
    [(NAN, NAN), (-INF, -INF), (-INF, -0.0), (-INF, 0.0), (-INF, INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static TANH: Table = [
    [(-1.0, 0.0), (-1.0, -0.0), (-1.0, -0.0), (-1.0, 0.0), (-1.0, 0.0), (-1.0, 0.0), (-1.0, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (-0.0, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(1.0, 0.0), (1.0, -0.0), (1.0, -0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, -0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];
#[rustfmt::skip]
pub static RECT: Table = [
    [(NAN, NAN), (-INF, INF), (-INF, 0.0), (-INF, -0.0), (-INF, -INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(0.0, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, 0.0), (0.0, 0.0)],
    [(0.0, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (0.0, 0.0), (0.0, 0.0)],
    [(NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
    [(NAN, NAN), (INF, -INF), (INF, -0.0), (INF, 0.0), (INF, INF), (NAN, NAN), (INF, NAN)],
    [(NAN, NAN), (NAN, NAN), (NAN, 0.0), (NAN, 0.0), (NAN, NAN), (NAN, NAN), (NAN, NAN)],
];
