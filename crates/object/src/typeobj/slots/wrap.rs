//! Wrappers: what `type.__dunder__` of a built-in type does — check the arguments and call the C slot.

use super::dispatch::{from_ptr, from_status};
use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::refs::*;
use crate::typeobj::layout::*;
use crate::typeobj::{PyType, flags};
use crate::types::{boolean, dict::PyDict, exc, int::PyInt, none, not_implemented, tuple::PyTuple};
use std::mem::transmute;

/// How the arguments of a dunder call become a call of the slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrap {
    /// No wrapper: the dunder of this row is not offered.
    None,
    Unary,
    Binary,
    BinaryL,
    BinaryR,
    Ternary,
    TernaryR,
    Hash,
    Call,
    SetAttr,
    DelAttr,
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
    Next,
    DescrGet,
    DescrSet,
    DescrDelete,
    Init,
    Del,
    InquiryPred,
    Len,
    SetItem,
    DelItem,
    IndexArg,
    SqItem,
    SqSetItem,
    SqDelItem,
    ObjObj,
    Buffer,
    ReleaseBuffer,
}

/// Raise unless there are exactly `n` arguments.
pub(super) fn exactly<'a>(args: &'a [&'a Object], n: usize, cx: &mut Cx) -> PyResult<&'a [&'a Object]> {
    let got = args.len();
    if got == n {
        return Ok(args);
    }
    let s = if n == 1 { "" } else { "s" };
    Err(cx.type_error(format_args!("expected {n} argument{s}, got {got}")))
}

fn between<'a>(args: &'a [&'a Object], lo: usize, hi: usize, cx: &mut Cx) -> PyResult<&'a [&'a Object]> {
    let got = args.len();
    if got < lo {
        let s = if lo == 1 { "" } else { "s" };
        return Err(cx.type_error(format_args!("expected at least {lo} argument{s}, got {got}")));
    }
    if got > hi {
        let s = if hi == 1 { "" } else { "s" };
        return Err(cx.type_error(format_args!("expected at most {hi} argument{s}, got {got}")));
    }
    Ok(args)
}

/// `object.__setattr__(cls, …)` must not be used to get around a metaclass's own (Carlo Verre's hack).
fn check_hack(o: &Object, f: ObjObjArgProc, what: &str, cx: &mut Cx) -> PyResult<()> {
    let mut t = Some(o.ty());
    while let Some(x) = t {
        if !x.has(flags::HEAPTYPE) || x.tp_setattro.get().is_some_and(|g| g as usize == f as usize) {
            break;
        }
        t = x.base();
    }
    // The most derived built-in ancestor decides.
    let mut base = Some(o.ty());
    while base.is_some_and(|b| b.has(flags::HEAPTYPE)) {
        base = base.and_then(|b| b.base());
    }
    match base {
        Some(b) if b.tp_setattro.get().is_some_and(|g| g as usize != f as usize) && t.is_none_or(|t| !t.has(flags::HEAPTYPE)) => {
            Err(cx.type_error(format_args!("can't apply this {what} to {} object", o.ty().tp_name_str())))
        }
        _ => Ok(()),
    }
}

fn opt<'a>(o: &'a Object) -> Option<&'a Object> {
    if o.is(none()) { None } else { Some(o) }
}
fn ptr(o: Option<&Object>) -> Ptr {
    o.map_or(std::ptr::null_mut(), |o| o.as_ptr())
}

/// Index argument of sequence slots: negative ones count from the end.
fn seq_index(o: &Object, arg: &Object, cx: &mut Cx) -> PyResult<isize> {
    let mut i = crate::abstract_::number::index_as_isize(arg, exc::OverflowError(), cx)?;
    if i < 0 {
        if let Some(len) = o.ty().sequence().and_then(|s| s.sq_length.get()) {
            // SAFETY: the slot's contract.
            let n = unsafe { len(o.as_ptr()) };
            if n < 0 {
                // SAFETY: negative means raised.
                return Err(unsafe { Raised::assume() });
            }
            i += n;
        }
    }
    Ok(i)
}

/// Call the slot `f` of `o` as `wrap` says.
///
/// # Safety
/// `f` is a slot function of the kind that `wrap` names, suitable for `o`.
pub unsafe fn call_wrapped(wrap: Wrap, f: *const (), o: &Object, args: &[&Object], kwargs: Option<&PyDict>, cx: &mut Cx) -> PyResult {
    let me = o.as_ptr();
    let done = |r: PyResult<()>| r.map(|()| none().own());
    // SAFETY: the caller vouches for the signature; results follow the slot's contract.
    unsafe {
        macro_rules! slot { ($t:ty) => { transmute::<*const (), $t>(f) }; }
        match wrap {
            Wrap::None => Err(cx.system_error(format_args!("slot without wrapper"))),
            Wrap::Unary => {
                exactly(args, 0, cx)?;
                from_ptr(slot!(UnaryFunc)(me))
            }
            Wrap::Binary | Wrap::BinaryL => {
                let a = exactly(args, 1, cx)?;
                from_ptr(slot!(BinaryFunc)(me, a[0].as_ptr()))
            }
            Wrap::BinaryR => {
                let a = exactly(args, 1, cx)?;
                from_ptr(slot!(BinaryFunc)(a[0].as_ptr(), me))
            }
            Wrap::Ternary | Wrap::TernaryR => {
                if !(1..=2).contains(&args.len()) {
                    return Err(cx.type_error(format_args!("expected 1 or 2 arguments, got {}", args.len())));
                }
                let a = args;
                let m = a.get(1).copied().unwrap_or(none()).as_ptr();
                let (l, r) = if wrap == Wrap::Ternary { (me, a[0].as_ptr()) } else { (a[0].as_ptr(), me) };
                from_ptr(slot!(TernaryFunc)(l, r, m))
            }
            Wrap::Hash => {
                exactly(args, 0, cx)?;
                let h = slot!(HashFunc)(me);
                if h == -1 && cx.is_raised() {
                    return Err(Raised::assume());
                }
                PyInt::new(h as i64, cx).map(Own::into_object)
            }
            Wrap::Call => {
                let args = PyTuple::from_slice(args, cx)?;
                from_ptr(slot!(TernaryFunc)(me, args.as_object().as_ptr(), ptr(kwargs.map(|k| k.as_object()))))
            }
            Wrap::SetAttr => {
                let a = exactly(args, 2, cx)?;
                check_hack(o, slot!(ObjObjArgProc), "__setattr__", cx)?;
                done(from_status(slot!(ObjObjArgProc)(me, a[0].as_ptr(), a[1].as_ptr())))
            }
            Wrap::DelAttr => {
                let a = exactly(args, 1, cx)?;
                check_hack(o, slot!(ObjObjArgProc), "__delattr__", cx)?;
                done(from_status(slot!(ObjObjArgProc)(me, a[0].as_ptr(), std::ptr::null_mut())))
            }
            Wrap::Lt | Wrap::Le | Wrap::Eq | Wrap::Ne | Wrap::Gt | Wrap::Ge => {
                let a = exactly(args, 1, cx)?;
                from_ptr(slot!(RichCmpFunc)(me, a[0].as_ptr(), wrap as i32 - Wrap::Lt as i32))
            }
            Wrap::Next => {
                exactly(args, 0, cx)?;
                let r = slot!(UnaryFunc)(me);
                if r.is_null() && !cx.is_raised() {
                    return Err(cx.raise_empty(exc::StopIteration()));
                }
                from_ptr(r)
            }
            Wrap::DescrGet => {
                let a = between(args, 1, 2, cx)?;
                let (i, t) = (opt(a[0]), a.get(1).and_then(|t| opt(t)));
                if i.is_none() && t.is_none() {
                    return Err(cx.type_error(format_args!("__get__(None, None) is invalid")));
                }
                from_ptr(slot!(TernaryFunc)(me, ptr(i), ptr(t)))
            }
            Wrap::DescrSet => {
                let a = exactly(args, 2, cx)?;
                done(from_status(slot!(ObjObjArgProc)(me, a[0].as_ptr(), a[1].as_ptr())))
            }
            Wrap::DescrDelete => {
                let a = exactly(args, 1, cx)?;
                done(from_status(slot!(ObjObjArgProc)(me, a[0].as_ptr(), std::ptr::null_mut())))
            }
            Wrap::Init => {
                let args = PyTuple::from_slice(args, cx)?;
                done(from_status(slot!(InitProc)(me, args.as_object().as_ptr(), ptr(kwargs.map(|k| k.as_object())))))
            }
            Wrap::Del => {
                exactly(args, 0, cx)?;
                slot!(Destructor)(me);
                Ok(none().own())
            }
            Wrap::InquiryPred => {
                exactly(args, 0, cx)?;
                let n = slot!(Inquiry)(me);
                from_status(n)?;
                Ok(boolean::from_bool(n != 0))
            }
            Wrap::Len => {
                exactly(args, 0, cx)?;
                let n = slot!(LenFunc)(me);
                if n < 0 {
                    return Err(Raised::assume());
                }
                PyInt::new(n as i64, cx).map(Own::into_object)
            }
            Wrap::SetItem => {
                let a = exactly(args, 2, cx)?;
                done(from_status(slot!(ObjObjArgProc)(me, a[0].as_ptr(), a[1].as_ptr())))
            }
            Wrap::DelItem => {
                let a = exactly(args, 1, cx)?;
                done(from_status(slot!(ObjObjArgProc)(me, a[0].as_ptr(), std::ptr::null_mut())))
            }
            Wrap::IndexArg => {
                let a = exactly(args, 1, cx)?;
                let i = crate::abstract_::number::index_as_isize(a[0], exc::OverflowError(), cx)?;
                from_ptr(slot!(SsizeArgFunc)(me, i))
            }
            Wrap::SqItem => {
                let a = exactly(args, 1, cx)?;
                let i = seq_index(o, a[0], cx)?;
                from_ptr(slot!(SsizeArgFunc)(me, i))
            }
            Wrap::SqSetItem => {
                let a = exactly(args, 2, cx)?;
                let i = seq_index(o, a[0], cx)?;
                done(from_status(slot!(SsizeObjArgProc)(me, i, a[1].as_ptr())))
            }
            Wrap::SqDelItem => {
                let a = exactly(args, 1, cx)?;
                let i = seq_index(o, a[0], cx)?;
                done(from_status(slot!(SsizeObjArgProc)(me, i, std::ptr::null_mut())))
            }
            Wrap::Buffer => super::buffer::wrap_buffer(f, o, args, cx),
            Wrap::ReleaseBuffer => super::buffer::wrap_release(o, args, cx),
            Wrap::ObjObj => {
                let a = exactly(args, 1, cx)?;
                let n = slot!(ObjObjProc)(me, a[0].as_ptr());
                from_status(n)?;
                Ok(boolean::from_bool(n != 0))
            }
        }
    }
}

impl Wrap {
    /// Whether the dunder takes keyword arguments.
    pub fn takes_keywords(self) -> bool {
        matches!(self, Wrap::Call | Wrap::Init)
    }
}

/// `__new__` of a built-in type, called from Python: `type.__new__(cls, *args, **kwargs)` (`tp_new_wrapper`).
pub fn call_new(ty: &PyType, args: &PyTuple, kwargs: Option<&PyDict>, cx: &mut Cx) -> PyResult {
    let Some(first) = args.get(0) else {
        return Err(cx.type_error(format_args!("{}.__new__(): not enough arguments", ty.tp_name_str())));
    };
    let Some(sub) = first.downcast::<PyType>() else {
        return Err(cx.type_error(format_args!("{}.__new__(X): X is not a type object ({})", ty.tp_name_str(), first.ty().tp_name_str())));
    };
    if !sub.is_subtype(ty) {
        let (t, s) = (ty.tp_name_str(), sub.tp_name_str());
        return Err(cx.type_error(format_args!("{t}.__new__({s}): {s} is not a subtype of {t}")));
    }
    // The nearest built-in ancestor must be the type whose __new__ this is: its layout is what will be made.
    let mut stat = sub;
    while stat.tp_new.get().is_some_and(|f| f as usize == super::dispatch::slot_tp_new as *const () as usize) {
        match stat.base() {
            Some(b) => stat = b,
            None => break,
        }
    }
    if stat.tp_new.get().map(|f| f as usize) != ty.tp_new.get().map(|f| f as usize) {
        if stat.tp_new.get().is_none() {
            return Err(cx.type_error(format_args!("cannot create '{}' instances", sub.tp_name_str())));
        }
        if stat.tp_new.get().is_none() {
            return Err(cx.type_error(format_args!("cannot create '{}' instances", sub.tp_name_str())));
        }
        return Err(cx.type_error(format_args!("{}.__new__({}) is not safe, use {}.__new__()", ty.tp_name_str(), sub.tp_name_str(), stat.tp_name_str())));
    }
    let rest = PyTuple::from_slice(&args.as_slice()[1..], cx)?;
    match ty.tp_new.get() {
        // SAFETY: the slot's contract.
        Some(f) => unsafe {
            from_ptr(f(sub as *const PyType as *mut PyType, rest.as_object().as_ptr(), ptr(kwargs.map(|k| k.as_object()))))
        },
        None => Err(cx.type_error(format_args!("cannot create '{}' instances", ty.tp_name_str()))),
    }
}

/// NotImplemented, for slots that cannot answer.
pub fn not_impl() -> PyResult {
    Ok(not_implemented().own())
}
