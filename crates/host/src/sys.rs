//! How this crate calls C: one macro for the plain cases and result conversions.

use crate::{Errno, Result};

/// Call a C function whose arguments are integers, or pointers made from live
/// references in the same expression with the length that belongs to them.
/// Anything else (stored pointers, out-parameters read afterwards, callbacks)
/// is written as a visible `unsafe` block with its own reason.
macro_rules! sys {
    ($call:expr) => {
        // SAFETY: see the macro's contract; every use keeps to it.
        unsafe { $call }
    };
}

/// A value of a plain C struct with all bits zero.
macro_rules! zeroed {
    ($ty:ty) => {
        // SAFETY: the C struct consists of integers, arrays and raw pointers, for which zero is a value.
        unsafe { core::mem::zeroed::<$ty>() }
    };
}

/// A C return value in which -1 stands for "see errno".
pub(crate) trait CReturn: Copy {
    /// Whether this is the error value.
    fn is_error(self) -> bool;
}

macro_rules! c_return {
    ($($ty:ty)*) => { $(impl CReturn for $ty {
        #[inline]
        fn is_error(self) -> bool {
            self == -1
        }
    })* };
}
c_return!(i32 i64 isize);

/// Turn -1 into the current errno.
#[inline]
pub(crate) fn check<T: CReturn>(value: T) -> Result<T> {
    if value.is_error() { Err(Errno::last()) } else { Ok(value) }
}

/// Turn -1 into the current errno and drop the value.
#[inline]
pub(crate) fn done<T: CReturn>(value: T) -> Result<()> {
    check(value).map(drop)
}

/// A byte count.
#[inline]
pub(crate) fn count(value: isize) -> Result<usize> {
    check(value).map(|n| n as usize)
}

/// The functions that return an error number instead of setting errno.
#[inline]
pub(crate) fn direct(code: i32) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Errno(code)) }
}
