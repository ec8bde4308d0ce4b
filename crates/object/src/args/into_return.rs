//! `IntoReturn`: what a Rust function gives becomes an object.

use super::needs;
use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::refs::*;
use crate::types::int::PyInt;
use crate::types::str::PyStr;
use std::ffi::c_int;

/// A type that a method, function, getter or object slot can give.
pub trait IntoReturn {
    /// The object.
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>>;
}

/// The result of an entry point.
#[inline(always)]
pub fn ret<R: IntoReturn>(r: R, cx: &mut Cx) -> PyResult<Own<Object>> {
    r.into_return(cx)
}

impl<T: PyLayout> IntoReturn for Own<T> {
    #[inline(always)]
    fn into_return(self, _cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(self.into_object())
    }
}

/// A new reference to something borrowed.
impl<T: PyLayout> IntoReturn for &T {
    #[inline(always)]
    fn into_return(self, _cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(self.as_object().own())
    }
}

impl<R: IntoReturn> IntoReturn for Result<R, Raised> {
    #[inline(always)]
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self?.into_return(cx)
    }
}

/// Nothing is Python's `None`.
impl<R: IntoReturn> IntoReturn for Option<R> {
    #[inline]
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self {
            Some(r) => r.into_return(cx),
            None => Ok(needs::none().own()),
        }
    }
}

impl IntoReturn for () {
    #[inline(always)]
    fn into_return(self, _cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(needs::none().own())
    }
}

impl IntoReturn for bool {
    #[inline(always)]
    fn into_return(self, _cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(needs::bool_object(self).own())
    }
}

impl IntoReturn for f64 {
    #[inline]
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        needs::new_float(self, cx)
    }
}

impl IntoReturn for &str {
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyStr::new(self, cx).map(Own::into_object)
    }
}

impl IntoReturn for String {
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyStr::new(&self, cx).map(Own::into_object)
    }
}

impl IntoReturn for char {
    fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyStr::from_code_points(&[self as u32], cx).map(Own::into_object)
    }
}

macro_rules! ints {
    ($f:ident as $w:ty: $($t:ty),*) => { $(
        impl IntoReturn for $t {
            #[inline]
            fn into_return(self, cx: &mut Cx) -> PyResult<Own<Object>> {
                PyInt::$f(self as $w, cx).map(Own::into_object)
            }
        }
    )* };
}
ints!(new as i64: i8, i16, i32, i64, isize, u8, u16, u32);
ints!(from_u64 as u64: u64, usize);

/// What slots that answer with an `int` give: nothing, or a truth value.
pub trait IntoFlag {
    fn into_flag(self) -> PyResult<c_int>;
}
impl IntoFlag for () {
    #[inline(always)]
    fn into_flag(self) -> PyResult<c_int> {
        Ok(0)
    }
}
impl IntoFlag for bool {
    #[inline(always)]
    fn into_flag(self) -> PyResult<c_int> {
        Ok(self as c_int)
    }
}
impl<T: IntoFlag> IntoFlag for PyResult<T> {
    #[inline(always)]
    fn into_flag(self) -> PyResult<c_int> {
        self?.into_flag()
    }
}

/// What length and hash slots give.
pub trait IntoSize: Sized {
    fn into_size(self) -> PyResult<isize>;
    /// As a hash: -1 means "raised" to C, so it becomes -2.
    #[inline(always)]
    fn into_hash(self) -> PyResult<isize> {
        self.into_size().map(|h| if h == -1 { -2 } else { h })
    }
}
impl IntoSize for isize {
    #[inline(always)]
    fn into_size(self) -> PyResult<isize> {
        Ok(self)
    }
}
impl IntoSize for usize {
    #[inline(always)]
    fn into_size(self) -> PyResult<isize> {
        Ok(self as isize)
    }
}
impl<T: IntoSize> IntoSize for PyResult<T> {
    #[inline(always)]
    fn into_size(self) -> PyResult<isize> {
        self?.into_size()
    }
}

/// The result of `tp_iternext`: `Ok(None)` means exhausted.
#[inline(always)]
pub fn ret_next<R: IntoReturn>(r: PyResult<Option<R>>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match r? {
        Some(v) => v.into_return(cx).map(Some),
        None => Ok(None),
    }
}

/// The result of `am_send`.
pub enum SendResult {
    /// The generator gave a value and waits.
    Yield(Own<Object>),
    /// It is finished with this value.
    Return(Own<Object>),
}
