//! Floats and number formatting without Python objects.
//!
//! - [`text`]: digits of a double: `repr`, and the styles `e`, `f`, `g` with any precision, exactly rounded;
//! - [`parse`]: `float(text)` and `complex(text)`; [`hex`]: `float.hex` and `fromhex`;
//! - [`number`]: rounding, hash, integer ratio, floor division;
//! - [`spec`]: the format specification mini-language and its layouts for int, float, complex and str;
//! - [`percent`] formatting with the `%` operator;
//! - [`template`]: the templates of `str.format`;
//! - [`digit`]: decimal digits of other scripts.
//!
//! Text is ASCII bytes wherever Python's is; results that may hold other characters are [`spec::Padded`], whose fill is a code
//! point (lone surrogates included) and whose length the caller learns before anything of that length exists.
#![forbid(unsafe_code)]

pub mod digit;
pub mod hex;
pub mod number;
pub mod parse;
pub mod percent;
pub mod spec;
pub mod template;
pub mod text;

pub use number::{as_integer_ratio, divmod, hash, round_digits};
pub use parse::{parse_complex, parse_float};
pub use text::{complex_repr, repr};

/// Text in one of the three widths that a Python str is stored in.
pub trait CodeUnits {
    /// Number of code points.
    fn count(&self) -> usize;
    /// The code point at `i`; `None` past the end.
    fn at(&self, i: usize) -> Option<u32>;
}

impl CodeUnits for [u8] {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, i: usize) -> Option<u32> {
        self.get(i).map(|&c| c.into())
    }
}

impl CodeUnits for [u16] {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, i: usize) -> Option<u32> {
        self.get(i).map(|&c| c.into())
    }
}

impl CodeUnits for [u32] {
    fn count(&self) -> usize {
        self.len()
    }
    fn at(&self, i: usize) -> Option<u32> {
        self.get(i).copied()
    }
}

/// The result would not fit the memory; the caller raises `MemoryError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Largest precision of a float format: beyond it the size of the text could not be told as a C int (gh-158446).
pub const PRECISION_MAX: usize = i32::MAX as usize - 1024;
