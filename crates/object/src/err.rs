//! Errors as values. `Raised` says that the exception is in the thread state (`current_exception`), as CPython's null result does.

use crate::cx::Cx;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::exc;
use std::fmt::Arguments;

/// Proof that an exception is set in the thread state.
#[derive(Debug)]
#[must_use]
pub struct Raised(());

/// What a function that can raise gives.
pub type PyResult<T = Own<Object>> = Result<T, Raised>;

const _: () = assert!(size_of::<PyResult<Own<Object>>>() == 8);

impl Raised {
    /// # Safety
    /// The thread state holds an exception.
    pub unsafe fn assume() -> Raised {
        Raised(())
    }
}

impl Cx {
    /// Raise an exception instance; sets `__context__` to the exception being handled.
    #[cold]
    pub fn raise(&mut self, e: Own<Object>) -> Raised {
        exc::raise::raise_instance(self, e);
        Raised(())
    }

    /// Raise `ty(msg)`.
    #[cold]
    pub fn raise_msg(&mut self, ty: &PyType, msg: Arguments<'_>) -> Raised {
        exc::raise::raise_message(self, ty, msg);
        Raised(())
    }

    /// Raise `ty(arg)`.
    #[cold]
    pub fn raise_arg(&mut self, ty: &PyType, arg: &Object) -> Raised {
        exc::raise::raise_with_args(self, ty, &[arg]);
        Raised(())
    }

    /// Raise `ty()`.
    #[cold]
    pub fn raise_empty(&mut self, ty: &PyType) -> Raised {
        exc::raise::raise_with_args(self, ty, &[]);
        Raised(())
    }

    /// Take the current exception (`PyErr_GetRaisedException`).
    pub fn take_raised(&mut self, _r: Raised) -> Own<Object> {
        self.ts().current_exception.take().expect("Raised without an exception")
    }

    /// Set the exception as it is, without a context (`PyErr_SetRaisedException`).
    pub fn set_raised(&mut self, e: Own<Object>) -> Raised {
        self.ts().current_exception.set(Some(e), self);
        Raised(())
    }

    /// Whether an exception is set.
    #[inline]
    pub fn is_raised(&self) -> bool {
        !self.ts().current_exception.is_empty()
    }

    /// Whether the current exception is an instance of `ty` (`PyErr_ExceptionMatches`).
    pub fn raised_is(&self, ty: &PyType) -> bool {
        self.ts().current_exception.get(self).is_some_and(|e| e.ty().is_subtype(ty))
    }

    /// Drop the current exception if it is an instance of `ty`; otherwise hand it on.
    pub fn catch(&mut self, r: Raised, ty: &PyType) -> PyResult<()> {
        if self.raised_is(ty) {
            drop(self.take_raised(r));
            Ok(())
        } else {
            Err(r)
        }
    }

    /// Drop the current exception.
    pub fn discard(&mut self, r: Raised) {
        drop(self.take_raised(r));
    }
}

macro_rules! raisers {
    ($($f:ident $t:ident;)*) => { impl Cx { $(
        #[doc = concat!("Raise `", stringify!($t), "(msg)`.")]
        #[cold]
        pub fn $f(&mut self, msg: Arguments<'_>) -> Raised { self.raise_msg(exc::$t(), msg) }
    )* } };
}
raisers! {
    type_error TypeError; value_error ValueError; index_error IndexError; attribute_error AttributeError; runtime_error RuntimeError;
    overflow_error OverflowError; zero_division_error ZeroDivisionError; system_error SystemError; import_error ImportError;
    not_implemented_error NotImplementedError; buffer_error BufferError; recursion_error RecursionError; lookup_error LookupError; eof_error EOFError;
    name_error NameError; assertion_error AssertionError; reference_error ReferenceError;
}

/// Turn a slot's nullable pointer into a result.
///
/// # Safety
/// `p` is an owned reference, or null with an exception set.
#[inline(always)]
pub unsafe fn result_from_raw(p: *mut Object) -> PyResult {
    // SAFETY: the caller's promise.
    unsafe { Own::from_raw_opt(p).ok_or(Raised(())) }
}

/// Turn a result into a slot's nullable pointer.
#[inline(always)]
pub fn result_into_raw<T: PyLayout>(r: PyResult<Own<T>>) -> *mut Object {
    match r {
        Ok(o) => o.into_raw(),
        Err(Raised(())) => std::ptr::null_mut(),
    }
}
