//! The border between C and the kernel: what every exported function goes through.
//!
//! [`capi!`] declares exported functions with Rust types that have C's representation: `&Object` is a non-null `PyObject *`, `Option<&Object>` one that may
//! be null, both borrowed; `PyResult<Own<T>>` is a new reference or null with an exception. [`CReturn`] turns the other results into CPython's conventions
//! (`int` 0 or -1, and so on). A panic does not cross: it becomes a `SystemError` that names the function.

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use taipan_object::err::result_into_raw;
use taipan_object::prelude::*;

/// An exported function: its C name and address. Lists of them keep the functions in the executable and are compared with the headers.
pub struct Export {
    pub name: &'static str,
    pub address: *const (),
}
// SAFETY: addresses of functions.
unsafe impl Sync for Export {}

/// How a result looks to C.
pub trait CReturn {
    /// The C type.
    type C;
    /// The value for C.
    fn into_c(self) -> Self::C;
    /// The value that says "an exception is set".
    fn failed() -> Self::C;
}

/// A borrowed reference as a result; null means an exception where the function can raise.
pub struct Borrowed(pub *mut Object);

impl From<&Object> for Borrowed {
    fn from(o: &Object) -> Borrowed {
        Borrowed(o.as_ptr())
    }
}

impl<T: PyLayout> CReturn for PyResult<Own<T>> {
    type C = *mut Object;
    #[inline(always)]
    fn into_c(self) -> *mut Object {
        result_into_raw(self)
    }
    #[inline(always)]
    fn failed() -> *mut Object {
        std::ptr::null_mut()
    }
}

/// A new reference, or null without an exception ("not there") or with one.
impl<T: PyLayout> CReturn for PyResult<Option<Own<T>>> {
    type C = *mut Object;
    #[inline(always)]
    fn into_c(self) -> *mut Object {
        self.ok().flatten().map_or(std::ptr::null_mut(), Own::into_raw)
    }
    #[inline(always)]
    fn failed() -> *mut Object {
        std::ptr::null_mut()
    }
}

/// A new reference of a function that cannot raise; null says "none".
impl<T: PyLayout> CReturn for Option<Own<T>> {
    type C = *mut Object;
    #[inline(always)]
    fn into_c(self) -> *mut Object {
        self.map_or(std::ptr::null_mut(), Own::into_raw)
    }
    #[inline(always)]
    fn failed() -> *mut Object {
        std::ptr::null_mut()
    }
}

/// A new reference of a function that cannot fail.
impl<T: PyLayout> CReturn for Own<T> {
    type C = *mut Object;
    #[inline(always)]
    fn into_c(self) -> *mut Object {
        self.into_raw()
    }
    #[inline(always)]
    fn failed() -> *mut Object {
        std::ptr::null_mut()
    }
}

impl CReturn for PyResult<Borrowed> {
    type C = *mut Object;
    #[inline(always)]
    fn into_c(self) -> *mut Object {
        self.map_or(std::ptr::null_mut(), |b| b.0)
    }
    #[inline(always)]
    fn failed() -> *mut Object {
        std::ptr::null_mut()
    }
}

impl CReturn for Borrowed {
    type C = *mut Object;
    #[inline(always)]
    fn into_c(self) -> *mut Object {
        self.0
    }
    #[inline(always)]
    fn failed() -> *mut Object {
        std::ptr::null_mut()
    }
}

impl CReturn for PyResult<()> {
    type C = c_int;
    #[inline(always)]
    fn into_c(self) -> c_int {
        if self.is_ok() { 0 } else { -1 }
    }
    #[inline(always)]
    fn failed() -> c_int {
        -1
    }
}

impl CReturn for PyResult<bool> {
    type C = c_int;
    #[inline(always)]
    fn into_c(self) -> c_int {
        self.map_or(-1, c_int::from)
    }
    #[inline(always)]
    fn failed() -> c_int {
        -1
    }
}

/// C's "true or false" that cannot raise.
impl CReturn for bool {
    type C = c_int;
    #[inline(always)]
    fn into_c(self) -> c_int {
        c_int::from(self)
    }
    #[inline(always)]
    fn failed() -> c_int {
        0
    }
}

impl CReturn for () {
    type C = ();
    #[inline(always)]
    fn into_c(self) {}
    #[inline(always)]
    fn failed() {}
}

impl<T> CReturn for PyResult<*mut T> {
    type C = *mut T;
    #[inline(always)]
    fn into_c(self) -> *mut T {
        self.unwrap_or(std::ptr::null_mut())
    }
    #[inline(always)]
    fn failed() -> *mut T {
        std::ptr::null_mut()
    }
}

impl<T> CReturn for PyResult<*const T> {
    type C = *const T;
    #[inline(always)]
    fn into_c(self) -> *const T {
        self.unwrap_or(std::ptr::null())
    }
    #[inline(always)]
    fn failed() -> *const T {
        std::ptr::null()
    }
}

impl<T> CReturn for *mut T {
    type C = *mut T;
    #[inline(always)]
    fn into_c(self) -> *mut T {
        self
    }
    #[inline(always)]
    fn failed() -> *mut T {
        std::ptr::null_mut()
    }
}

impl<T> CReturn for *const T {
    type C = *const T;
    #[inline(always)]
    fn into_c(self) -> *const T {
        self
    }
    #[inline(always)]
    fn failed() -> *const T {
        std::ptr::null()
    }
}

macro_rules! plain {
    ($($t:ty = $failed:expr),*) => { $(
        impl CReturn for $t {
            type C = $t;
            #[inline(always)]
            fn into_c(self) -> $t {
                self
            }
            #[inline(always)]
            fn failed() -> $t {
                $failed
            }
        }
        impl CReturn for PyResult<$t> {
            type C = $t;
            #[inline(always)]
            fn into_c(self) -> $t {
                self.unwrap_or($failed)
            }
            #[inline(always)]
            fn failed() -> $t {
                $failed
            }
        }
    )* };
}
plain!(i32 = -1, i64 = -1, isize = -1, u8 = 0, u32 = u32::MAX, u64 = u64::MAX, usize = usize::MAX, f64 = -1.0);

/// How an argument comes from C: references are pointers that must not be null.
pub trait FromC: Sized {
    /// The C type.
    type Raw;
    /// The Rust view, or none for a null pointer where an object is needed.
    ///
    /// # Safety
    /// A pointer that is not null points to what the function's contract says.
    unsafe fn from_c(raw: Self::Raw) -> Option<Self>;
}

impl<'a, T> FromC for &'a T {
    type Raw = *const T;
    #[inline(always)]
    unsafe fn from_c(raw: *const T) -> Option<&'a T> {
        // SAFETY: the caller's promise.
        unsafe { raw.as_ref() }
    }
}

macro_rules! as_it_is {
    ($([$($g:ident),*] $t:ty;)*) => { $(
        impl<$($g),*> FromC for $t {
            type Raw = $t;
            #[inline(always)]
            unsafe fn from_c(raw: $t) -> Option<$t> {
                Some(raw)
            }
        }
    )* };
}
as_it_is! {
    [] i8; [] u8; [] i32; [] u32; [] i64; [] u64; [] isize; [] usize; [] f64; [T] *mut T; [T] *const T; [T] Option<T>; [] taipan_abi::Py_complex;
    [A, R] unsafe extern "C" fn(A) -> R; [A, B, R] unsafe extern "C" fn(A, B) -> R; [A, B, C, R] unsafe extern "C" fn(A, B, C) -> R; [A, B, C, D, R] unsafe extern "C" fn(A, B, C, D) -> R; [R] extern "C" fn() -> R;
}

/// Raise what CPython's abstract layer raises for a null argument, unless an exception is set already.
#[cold]
#[inline(never)]
pub extern "C" fn null_argument() {
    // SAFETY: C code calls the API with the GIL held.
    let cx = &mut unsafe { Cx::assume() };
    if !cx.is_raised() {
        let _raised = cx.system_error(format_args!("null argument to internal routine"));
    }
}

/// Run the body of an exported function.
#[inline(always)]
pub fn border<R: CReturn>(name: &'static str, body: impl FnOnce(&mut Cx) -> R) -> R::C {
    // SAFETY: C code calls the API with the GIL held, unless the header says otherwise, and then the body does not use the token.
    let mut cx = unsafe { Cx::assume() };
    match catch_unwind(AssertUnwindSafe(|| body(&mut cx))) {
        Ok(r) => r.into_c(),
        Err(_) => panicked::<R>(name),
    }
}

/// Run the body of an exported function that cannot panic.
#[inline(always)]
pub fn direct<R: CReturn>(_name: &'static str, body: impl FnOnce(&mut Cx) -> R) -> R::C {
    // SAFETY: as in `border`.
    body(&mut unsafe { Cx::assume() }).into_c()
}

#[cold]
#[inline(never)]
fn panicked<R: CReturn>(name: &str) -> R::C {
    // SAFETY: as in `border`.
    let cx = &mut unsafe { Cx::assume() };
    let _raised = cx.system_error(format_args!("internal error in {name}()"));
    R::failed()
}

/// Declare the exported functions of a header:
///
/// `capi! { /// doc  fn PyObject_Repr(o: &Object) -> PyResult<Own<PyStr>> = |cx| { … } … }`
///
/// and `EXPORTS`, the list of them. One block per file.
///
/// `= direct |cx| { … }` leaves the net for panics out: for bodies that cannot panic and are so short that the net would be the larger part. What is rare or long there goes to another
/// exported function (`taipan_…`), which has one: a call of it is a jump.
#[macro_export]
macro_rules! capi {
    ($( $(#[$m:meta])* fn $name:ident($($a:ident : $t:ty),* $(,)?) $(-> $r:ty)? = $($how:ident)? |$cx:tt| $body:block )*) => {
        $(
            $(#[$m])*
            ///
            /// # Safety
            /// The C contract of the function: valid pointers, and the GIL held where the reference demands it.
            #[unsafe(no_mangle)]
            #[allow(non_snake_case, unused_variables, clippy::too_many_arguments)]
            pub unsafe extern "C" fn $name($($a: <$t as $crate::border::FromC>::Raw),*) -> <$crate::capi!(@ret $($r)?) as $crate::border::CReturn>::C {
                // SAFETY: the caller's contract.
                #[allow(clippy::unused_unit, unused_unsafe)]
                let converted = (|| unsafe { Some(($(<$t as $crate::border::FromC>::from_c($a)?,)*)) })();
                let Some(($($a,)*)) = converted else {
                    $crate::border::null_argument();
                    return <$crate::capi!(@ret $($r)?) as $crate::border::CReturn>::failed();
                };
                #[allow(unused_unsafe)]
                $crate::capi!(@way $($how)?)(stringify!($name), |cx_: &mut taipan_object::cx::Cx| -> $crate::capi!(@ret $($r)?) {
                    #[allow(unused_variables)]
                    let $cx = cx_;
                    // SAFETY: the caller's contract; see above.
                    unsafe { $body }
                })
            }
        )*
        /// The functions of this header.
        pub const EXPORTS: &[$crate::border::Export] = &[$($crate::border::Export { name: stringify!($name), address: $name as *const () }),*];
    };
    (@ret) => { () };
    (@ret $r:ty) => { $r };
    (@way) => { $crate::border::border };
    (@way direct) => { $crate::border::direct };
}

/// Text of a C string, empty for null; bytes that are not UTF-8 are replaced.
///
/// # Safety
/// `p` is a C string or null.
pub unsafe fn text<'a>(p: *const c_char) -> std::borrow::Cow<'a, str> {
    if p.is_null() {
        return "".into();
    }
    // SAFETY: the caller's promise.
    unsafe { std::ffi::CStr::from_ptr(p) }.to_string_lossy()
}

/// A new str from a C string in UTF-8; `UnicodeDecodeError` when it is not, `SystemError` for null.
///
/// # Safety
/// `p` is a C string or null.
pub unsafe fn str_of(p: *const c_char, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if p.is_null() {
        null_argument();
        // SAFETY: just raised.
        return Err(unsafe { Raised::assume() });
    }
    // SAFETY: the caller's promise.
    utf8(unsafe { std::ffi::CStr::from_ptr(p) }.to_bytes(), cx)
}

/// A new str from bytes in UTF-8; `UnicodeDecodeError` when they are not.
pub fn utf8(b: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if b.is_ascii() {
        return PyStr::from_ascii(b, cx);
    }
    match std::str::from_utf8(b) {
        Ok(s) => PyStr::new(s, cx),
        Err(_) => as_str(taipan_object::types::str::codec::decode(b, "utf-8", "strict", cx)?, cx),
    }
}

/// The object as a str, or `TypeError: bad argument type for built-in operation`.
pub fn want_str<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyStr> {
    match o.downcast::<PyStr>() {
        Some(s) => Ok(s),
        None => Err(bad_argument(cx)),
    }
}

/// As [`want_str`] for an owned object.
pub fn as_str(o: Own<Object>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    o.downcast_own::<PyStr>().map_err(|_| bad_argument(cx))
}

/// `PyErr_BadArgument`.
#[cold]
pub fn bad_argument(cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("bad argument type for built-in operation"))
}

/// `PyErr_BadInternalCall`: a C function got an object of the wrong type.
#[cold]
#[track_caller]
pub fn bad_internal_call(cx: &mut Cx) -> Raised {
    let at = std::panic::Location::caller();
    cx.system_error(format_args!("{}:{}: bad argument to internal function", at.file(), at.line()))
}

/// View as `T` or raise `SystemError` (`PyErr_BadInternalCall`).
#[inline]
#[track_caller]
pub fn want<'a, T: PyTyped>(o: Option<&'a Object>, cx: &mut Cx) -> PyResult<&'a T> {
    match o.and_then(|o| o.downcast::<T>()) {
        Some(t) => Ok(t),
        None => Err(bad_internal_call(cx)),
    }
}

/// Take over a reference that C gave away; null is none.
///
/// # Safety
/// `p` is null or an owned reference.
pub unsafe fn steal(p: *mut Object) -> Option<Own<Object>> {
    // SAFETY: the caller's promise.
    unsafe { Own::from_raw_opt(p) }
}

/// Argument arrays of C as references.
///
/// # Safety
/// `p` points to `n` objects (anything when `n` is 0).
pub unsafe fn objects<'a>(p: *const *mut Object, n: usize) -> &'a [&'a Object] {
    if n == 0 {
        return &[];
    }
    // SAFETY: the caller's promise; `&Object` has the representation of a pointer.
    unsafe { std::slice::from_raw_parts(p as *const &Object, n) }
}

/// Store through an out-parameter that may be null.
///
/// # Safety
/// `p` is null or valid for a write.
pub unsafe fn put<T>(p: *mut T, v: T) {
    if !p.is_null() {
        // SAFETY: the caller's promise.
        unsafe { p.write(v) }
    }
}

/// An untyped pointer of C.
pub type Void = *mut c_void;
