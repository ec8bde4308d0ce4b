//! The context of operations: precision, exponent limits, rounding, traps; and the conditions that operations report.

/// A set of conditions: the bits below.
pub type Status = u32;

/// Bits of [`Status`], in libmpdec's places (`Context._flags` and its `repr` show them).
pub mod flag {
    /// The exponent of a result was altered to fit.
    pub const CLAMPED: u32 = 0x1;
    /// A string is not a number.
    pub const CONVERSION_SYNTAX: u32 = 0x2;
    /// Division of a number by zero.
    pub const DIVISION_BY_ZERO: u32 = 0x4;
    /// The integer quotient has more digits than the precision.
    pub const DIVISION_IMPOSSIBLE: u32 = 0x8;
    /// Division of zero by zero.
    pub const DIVISION_UNDEFINED: u32 = 0x10;
    /// Digits that are not zero were dropped.
    pub const INEXACT: u32 = 0x40;
    /// The operation cannot work with this context.
    pub const INVALID_CONTEXT: u32 = 0x80;
    /// Any other invalid operation.
    pub const INVALID_OPERATION: u32 = 0x100;
    /// There is no memory for the result.
    pub const MALLOC_ERROR: u32 = 0x200;
    /// A float was mixed with a decimal.
    pub const FLOAT_OPERATION: u32 = 0x400;
    /// The result is too large.
    pub const OVERFLOW: u32 = 0x800;
    /// Digits were dropped.
    pub const ROUNDED: u32 = 0x1000;
    /// The result is subnormal before rounding.
    pub const SUBNORMAL: u32 = 0x2000;
    /// The result is subnormal and inexact.
    pub const UNDERFLOW: u32 = 0x4000;
    /// All that Python's `InvalidOperation` stands for (the bit 0x20 is reserved for it in libmpdec).
    pub const ANY_INVALID: u32 =
        CONVERSION_SYNTAX | DIVISION_IMPOSSIBLE | DIVISION_UNDEFINED | 0x20 | INVALID_CONTEXT | INVALID_OPERATION | MALLOC_ERROR;
    /// Conditions whose result is an error.
    pub const ERRORS: u32 = ANY_INVALID | DIVISION_BY_ZERO;
    /// Every bit there is.
    pub const ALL: u32 = 0x7fff;
}

/// The largest precision.
pub const MAX_PREC: i64 = 999_999_999_999_999_999;
/// The largest exponent of a most significant digit.
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
/// The least exponent of a normal number.
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
/// The least exponent of all.
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);
/// Beyond every exponent: stands for one that is too large.
pub const EXP_INF: i64 = 2_000_000_000_000_000_001;
/// Beyond every exponent on the other side.
pub const EXP_CLAMP: i64 = -4_000_000_000_000_000_001;

/// How to round, in libmpdec's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards +infinity.
    Ceiling,
    /// Towards -infinity.
    Floor,
    /// To nearest, ties away from zero.
    HalfUp,
    /// To nearest, ties towards zero.
    HalfDown,
    /// To nearest, ties to even.
    HalfEven,
    /// Away from zero if the last digit is 0 or 5.
    ZeroFiveUp,
}

impl Rounding {
    /// All of them, by number.
    pub const ALL: [Rounding; 8] = [
        Rounding::Up,
        Rounding::Down,
        Rounding::Ceiling,
        Rounding::Floor,
        Rounding::HalfUp,
        Rounding::HalfDown,
        Rounding::HalfEven,
        Rounding::ZeroFiveUp,
    ];
    /// Python's names, by number.
    pub const NAMES: [&'static str; 8] =
        ["ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_05UP"];
}

/// What an operation obeys. Status and traps are the caller's: operations only report.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Digits of a result, 1 to [`MAX_PREC`].
    pub prec: i64,
    /// Largest adjusted exponent, 0 to [`MAX_EMAX`].
    pub emax: i64,
    /// Least adjusted exponent of normal numbers, [`MIN_EMIN`] to 0.
    pub emin: i64,
    /// How to round.
    pub round: Rounding,
    /// Keep exponents within `etop` by padding coefficients (IEEE 754).
    pub clamp: bool,
}

impl Context {
    /// Everything at its limit.
    pub const MAX: Context = Context { prec: MAX_PREC, emax: MAX_EMAX, emin: MIN_EMIN, round: Rounding::HalfEven, clamp: false };

    /// The least exponent of a result.
    #[inline(always)]
    pub fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }
    /// The largest exponent of a result of full precision.
    #[inline(always)]
    pub fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }
    /// Digits that a NaN's payload may have.
    #[inline]
    pub fn payload_digits(&self) -> i64 {
        self.prec - i64::from(self.clamp)
    }
    /// The same with the largest exponents, another precision, and rounding to nearest.
    pub fn work(prec: i64) -> Context {
        Context { prec: prec.clamp(1, MAX_PREC), ..Context::MAX }
    }
}
