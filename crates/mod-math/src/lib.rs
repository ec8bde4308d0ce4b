//! Native modules of mathematics: math, cmath, random numbers, operators, bisection, heaps.
#![deny(unsafe_code)]

pub mod bisect;
pub mod cmath;
pub mod heapq;
pub mod math;
pub mod operator;
pub mod random;
pub mod statistics;

use taipan_object::prelude::ModuleSpec;

/// A new module is its file and one line here.
static MODULES: &[&ModuleSpec] = &[
    &math::math::MODULE,
    &cmath::module::MODULE,
    &random::module::MODULE,
    &operator::module::MODULE,
    &bisect::module::MODULE,
    &heapq::module::MODULE,
    &statistics::module::MODULE,
];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
