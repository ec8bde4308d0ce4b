//! Dispatchers: what a slot of a Python class does — look the dunder up on the type and call it.
//!
//! Each is a slot function: called with the GIL held, arguments borrowed, null or -1 when raised.

use crate::call::{call, call_special, call_special_maybe, lookup_special, lookup_special_maybe};
use crate::cx::Cx;
use crate::err::{PyResult, Raised, result_from_raw, result_into_raw};
use crate::name;
use crate::refs::*;
use crate::typeobj::layout::Ptr;
use crate::typeobj::{PyType, lookup};
use crate::types::{exc, int::PyInt, none, not_implemented, str::PyStr, tuple::PyTuple};
use std::ffi::c_int;

/// The result of a dispatcher that gives an object.
fn obj(r: PyResult) -> Ptr {
    result_into_raw(r)
}
fn status(r: PyResult<()>) -> c_int {
    if r.is_ok() { 0 } else { -1 }
}

/// Call the dunder, which must exist (it did when the slot was filled, but may have been removed).
fn must(o: &Object, name: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult {
    match call_special(o, name, args, cx)? {
        Some(v) => Ok(v),
        None => Err(exc::raise::raise_attribute_error(cx, o, name, &name.to_string_lossy())),
    }
}

macro_rules! unary { ($($f:ident $name:literal;)*) => { $(
    #[doc = concat!("Calls `", $name, "`.")]
    pub unsafe extern "C" fn $f(o: Ptr) -> Ptr {
        // SAFETY: slot contract.
        unsafe { let cx = &mut Cx::assume(); obj(must(&*o, name!(cx, $name), &[], cx)) }
    }
)* } }
unary! {
    slot_nb_negative "__neg__"; slot_nb_positive "__pos__"; slot_nb_absolute "__abs__"; slot_nb_invert "__invert__"; slot_nb_int "__int__";
    slot_nb_float "__float__"; slot_nb_index "__index__";
}

macro_rules! unary_async { ($($f:ident $name:literal;)*) => { $(
    #[doc = concat!("Calls `", $name, "`.")]
    pub unsafe extern "C" fn $f(o: Ptr) -> Ptr {
        // SAFETY: slot contract.
        unsafe {
            let cx = &mut Cx::assume();
            let o = &*o;
            match call_special(o, name!(cx, $name), &[], cx) {
                Ok(None) => obj(Err(exc::raise::raise_attribute_error(cx, o, name!(cx, $name), &format!("object {} does not have {} method", o.ty().tp_name_str(), $name)))),
                Ok(Some(v)) => v.into_raw(),
                Err(_) => std::ptr::null_mut(),
            }
        }
    }
)* } }
unary_async! { slot_am_await "__await__"; slot_am_aiter "__aiter__"; slot_am_anext "__anext__"; }

/// Whether `right`'s class overrides the reflected method `name` that `left`'s class has.
fn overrides(left: &Object, right: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let Some(b) = lookup(right.ty(), name, cx).map(|x| x.own()) else { return Ok(false) };
    let Some(a) = lookup(left.ty(), name, cx).map(|x| x.own()) else { return Ok(true) };
    if a.is(&b) {
        return Ok(false);
    }
    Ok(!crate::abstract_::eq(&a, &b, cx)?)
}

type Bin = unsafe extern "C" fn(Ptr, Ptr) -> Ptr;

/// `__op__` of the left operand and `__rop__` of the right one, in Python's order.
fn binary(l: &Object, r: &Object, me: *const (), slot: impl Fn(&PyType) -> Option<Bin>, op: &'static PyStr, rop: &'static PyStr, cx: &mut Cx) -> PyResult {
    let mine = |o: &Object| slot(o.ty()).is_some_and(|f| f as *const () == me);
    let mut do_other = !std::ptr::eq(l.ty(), r.ty()) && mine(r);
    if mine(l) {
        if do_other && r.ty().is_subtype(l.ty()) && overrides(l, r, rop, cx)? {
            if let Some(v) = call_special_maybe(r, rop, &[l], cx)? {
                if !v.is(not_implemented()) {
                    return Ok(v);
                }
            }
            do_other = false;
        }
        if let Some(v) = call_special_maybe(l, op, &[r], cx)? {
            if !v.is(not_implemented()) || std::ptr::eq(l.ty(), r.ty()) {
                return Ok(v);
            }
        }
    }
    if do_other {
        if let Some(v) = call_special_maybe(r, rop, &[l], cx)? {
            return Ok(v);
        }
    }
    Ok(not_implemented().own())
}

macro_rules! binary { ($($f:ident $slot:ident $op:literal $rop:literal;)*) => { $(
    #[doc = concat!("Calls `", $op, "` or `", $rop, "`.")]
    pub unsafe extern "C" fn $f(l: Ptr, r: Ptr) -> Ptr {
        // SAFETY: slot contract.
        unsafe {
            let cx = &mut Cx::assume();
            let (op, rop) = (name!(cx, $op), name!(cx, $rop));
            obj(binary(&*l, &*r, $f as *const (), |t| t.number().and_then(|n| n.$slot.get()), op, rop, cx))
        }
    }
)* } }
binary! {
    slot_nb_add nb_add "__add__" "__radd__"; slot_nb_subtract nb_subtract "__sub__" "__rsub__"; slot_nb_multiply nb_multiply "__mul__" "__rmul__";
    slot_nb_remainder nb_remainder "__mod__" "__rmod__"; slot_nb_divmod nb_divmod "__divmod__" "__rdivmod__";
    slot_nb_lshift nb_lshift "__lshift__" "__rlshift__"; slot_nb_rshift nb_rshift "__rshift__" "__rrshift__"; slot_nb_and nb_and "__and__" "__rand__";
    slot_nb_xor nb_xor "__xor__" "__rxor__"; slot_nb_or nb_or "__or__" "__ror__"; slot_nb_floor_divide nb_floor_divide "__floordiv__" "__rfloordiv__";
    slot_nb_true_divide nb_true_divide "__truediv__" "__rtruediv__"; slot_nb_matrix_multiply nb_matrix_multiply "__matmul__" "__rmatmul__";
}

unsafe extern "C" fn power_binary(l: Ptr, r: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let (op, rop) = (name!(cx, "__pow__"), name!(cx, "__rpow__"));
        // A ternary slot stands for the binary protocol here: compare by address only.
        let is_ours = |t: &PyType| t.number().and_then(|n| n.nb_power.get()).is_some_and(|f| f as *const () == slot_nb_power as *const ());
        obj(binary(&*l, &*r, power_binary as *const (), |t| is_ours(t).then_some(power_binary as Bin), op, rop, cx))
    }
}

/// Calls `__pow__` or `__rpow__`, with the modulus when there is one.
pub unsafe extern "C" fn slot_nb_power(b: Ptr, e: Ptr, m: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        if (*m).is(none()) {
            return power_binary(b, e);
        }
        let cx = &mut Cx::assume();
        let ours = |o: &Object| o.ty().number().and_then(|n| n.nb_power.get()).is_some_and(|f| f as *const () == slot_nb_power as *const ());
        let (op, rop) = (name!(cx, "__pow__"), name!(cx, "__rpow__"));
        obj((|| {
            if ours(&*b) {
                if let Some(v) = call_special_maybe(&*b, op, &[&*e, &*m], cx)? {
                    if !v.is(not_implemented()) {
                        return Ok(v);
                    }
                }
            }
            if ours(&*e) {
                if let Some(v) = call_special_maybe(&*e, rop, &[&*b, &*m], cx)? {
                    return Ok(v);
                }
            }
            Ok(not_implemented().own())
        })())
    }
}

/// Calls `__ipow__`; the modulus is not passed on.
pub unsafe extern "C" fn slot_nb_inplace_power(a: Ptr, b: Ptr, _m: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe { let cx = &mut Cx::assume(); obj(must(&*a, name!(cx, "__ipow__"), &[&*b], cx)) }
}

macro_rules! binary_plain { ($($f:ident $name:literal;)*) => { $(
    #[doc = concat!("Calls `", $name, "`.")]
    pub unsafe extern "C" fn $f(a: Ptr, b: Ptr) -> Ptr {
        // SAFETY: slot contract.
        unsafe { let cx = &mut Cx::assume(); obj(must(&*a, name!(cx, $name), &[&*b], cx)) }
    }
)* } }
binary_plain! {
    slot_nb_inplace_add "__iadd__"; slot_nb_inplace_subtract "__isub__"; slot_nb_inplace_multiply "__imul__"; slot_nb_inplace_remainder "__imod__";
    slot_nb_inplace_lshift "__ilshift__"; slot_nb_inplace_rshift "__irshift__"; slot_nb_inplace_and "__iand__"; slot_nb_inplace_xor "__ixor__";
    slot_nb_inplace_or "__ior__"; slot_nb_inplace_floor_divide "__ifloordiv__"; slot_nb_inplace_true_divide "__itruediv__";
    slot_nb_inplace_matrix_multiply "__imatmul__"; slot_mp_subscript "__getitem__";
}

/// Calls `__repr__`, or the default of `object`.
pub unsafe extern "C" fn slot_tp_repr(o: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        match call_special_maybe(&*o, name!(cx, "__repr__"), &[], cx) {
            Ok(Some(v)) => v.into_raw(),
            Ok(None) => obj(crate::types::object_::default_repr(&*o, cx)),
            Err(_) => std::ptr::null_mut(),
        }
    }
}
/// Calls `__str__`.
pub unsafe extern "C" fn slot_tp_str(o: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe { let cx = &mut Cx::assume(); obj(must(&*o, name!(cx, "__str__"), &[], cx)) }
}
/// Calls `__hash__`; None as `__hash__` means unhashable.
pub unsafe extern "C" fn slot_tp_hash(o: Ptr) -> isize {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let o = &*o;
        (|| {
            let f = match lookup_special_maybe(o, name!(cx, "__hash__"), cx)? {
                Some(f) if !f.is(none()) => f,
                _ => return crate::abstract_::hash_not_implemented(o, cx),
            };
            let v = call(&f, &[], cx)?;
            let Some(i) = v.downcast::<PyInt>() else {
                return Err(cx.type_error(format_args!("__hash__ method should return an integer")));
            };
            let h = match i.to_i64() {
                Some(h) => h as isize,
                None => crate::types::int::hash_value(i),
            };
            Ok(if h == -1 { -2 } else { h })
        })()
        .unwrap_or(-1)
    }
}
/// Calls `__call__` with arguments and keywords.
pub unsafe extern "C" fn slot_tp_call(o: Ptr, args: Ptr, kwargs: Ptr) -> Ptr {
    // SAFETY: slot contract: a tuple, and a dict or null.
    unsafe {
        let cx = &mut Cx::assume();
        let o = &*o;
        obj((|| match lookup_special(o, name!(cx, "__call__"), cx)? {
            Some(f) => {
                // An instance as its own class's `__call__` recurses without any Python frame.
                let _g = cx.enter_call(" while calling a Python object")?;
                crate::call::call_tuple_dict(&f, (*args).cast_unchecked(), kwargs.as_ref().map(|d| d.cast_unchecked()), cx)
            }
            None => Err(cx.type_error(format_args!("'{}' object is not callable", o.ty().tp_name_str()))),
        })())
    }
}
/// Whether attributes of the type are looked up in the ordinary way, then by `__getattr__`.
pub fn has_getattr_only(ty: &PyType, cx: &mut Cx) -> bool {
    let plain = crate::typeobj::object_type().tp_getattro.get().map_or(std::ptr::null(), |f| f as *const ());
    ty.tp_getattro.get().map(|f| f as usize) == Some(slot_tp_getattr_hook as *const () as usize)
        && lookup(ty, name!(cx, "__getattribute__"), cx).is_none_or(|g| crate::types::descr::wraps(g, plain))
}

/// `__getattribute__`, then `__getattr__` after an `AttributeError`.
pub unsafe extern "C" fn slot_tp_getattr_hook(o: Ptr, name: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let (o, name) = (&*o, &*name);
        obj((|| {
            let n = crate::attr::as_name(name, cx)?;
            let get = lookup(o.ty(), name!(cx, "__getattribute__"), cx).map(|x| x.own());
            let plain = crate::typeobj::object_type().tp_getattro.get().map_or(std::ptr::null(), |f| f as *const ());
            let generic = get.as_ref().is_none_or(|g| crate::types::descr::wraps(g, plain));
            if generic && lookup(o.ty(), name!(cx, "__getattr__"), cx).is_some() {
                // No exception is made for what `__getattr__` answers; one that a descriptor raises is handed on as usual.
                return match crate::attr::generic_get_opt(o, &n, cx)? {
                    Some(v) => Ok(v),
                    None => must(o, name!(cx, "__getattr__"), &[name], cx),
                };
            }
            let first = if generic { crate::attr::generic_get(o, &n, cx) } else { must(o, name!(cx, "__getattribute__"), &[name], cx) };
            let hook = lookup(o.ty(), name!(cx, "__getattr__"), cx).is_some();
            match first {
                Err(r) if hook => {
                    cx.catch(r, exc::AttributeError())?;
                    must(o, name!(cx, "__getattr__"), &[name], cx)
                }
                r => r,
            }
        })())
    }
}
/// Calls `__setattr__` or `__delattr__`.
pub unsafe extern "C" fn slot_tp_setattro(o: Ptr, name: Ptr, value: Ptr) -> c_int {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        status(
            match value.as_ref() {
                Some(v) => must(&*o, name!(cx, "__setattr__"), &[&*name, v], cx),
                None => must(&*o, name!(cx, "__delattr__"), &[&*name], cx),
            }
            .map(drop),
        )
    }
}
/// Calls the comparison method; missing means NotImplemented.
pub unsafe extern "C" fn slot_tp_richcompare(a: Ptr, b: Ptr, op: c_int) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let name = match op {
            0 => name!(cx, "__lt__"),
            1 => name!(cx, "__le__"),
            2 => name!(cx, "__eq__"),
            3 => name!(cx, "__ne__"),
            4 => name!(cx, "__gt__"),
            _ => name!(cx, "__ge__"),
        };
        match call_special_maybe(&*a, name, &[&*b], cx) {
            Ok(Some(v)) => v.into_raw(),
            Ok(None) => not_implemented().own().into_raw(),
            Err(_) => std::ptr::null_mut(),
        }
    }
}
/// Calls `__iter__`, or iterates by `__getitem__`.
pub unsafe extern "C" fn slot_tp_iter(o: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let o = &*o;
        obj((|| {
            match lookup_special_maybe(o, name!(cx, "__iter__"), cx)? {
                Some(f) if f.is(none()) => return Err(cx.type_error(format_args!("'{}' object is not iterable", o.ty().tp_name_str()))),
                Some(f) => return call(&f, &[], cx),
                None => {}
            }
            if lookup(o.ty(), name!(cx, "__getitem__"), cx).is_none() {
                return Err(cx.type_error(format_args!("'{}' object is not iterable", o.ty().tp_name_str())));
            }
            crate::abstract_::iter::new_seq_iter(o, cx)
        })())
    }
}
/// Calls `__next__`.
pub unsafe extern "C" fn slot_tp_iternext(o: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe { let cx = &mut Cx::assume(); obj(must(&*o, name!(cx, "__next__"), &[], cx)) }
}
/// Calls `__get__`; without one the object itself is the value.
pub unsafe extern "C" fn slot_tp_descr_get(d: Ptr, o: Ptr, ty: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let d = &*d;
        let Some(f) = lookup(d.ty(), name!(cx, "__get__"), cx).map(|f| f.own()) else { return d.own().into_raw() };
        obj(call(&f, &[d, o.as_ref().unwrap_or(none()), ty.as_ref().unwrap_or(none())], cx))
    }
}
/// Calls `__set__` or `__delete__`.
pub unsafe extern "C" fn slot_tp_descr_set(d: Ptr, o: Ptr, value: Ptr) -> c_int {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        status(
            match value.as_ref() {
                Some(v) => must(&*d, name!(cx, "__set__"), &[&*o, v], cx),
                None => must(&*d, name!(cx, "__delete__"), &[&*o], cx),
            }
            .map(drop),
        )
    }
}
/// Calls `__init__`, which must return None.
pub unsafe extern "C" fn slot_tp_init(o: Ptr, args: Ptr, kwargs: Ptr) -> c_int {
    // SAFETY: slot contract: a tuple, and a dict or null.
    unsafe {
        let cx = &mut Cx::assume();
        let o = &*o;
        status((|| {
            let Some(f) = lookup_special(o, name!(cx, "__init__"), cx)? else {
                return Err(exc::raise::raise_attribute_error(cx, o, name!(cx, "__init__"), "__init__"));
            };
            let v = crate::call::call_tuple_dict(&f, (*args).cast_unchecked(), kwargs.as_ref().map(|d| d.cast_unchecked()), cx)?;
            if v.is(none()) { Ok(()) } else { Err(cx.type_error(format_args!("__init__() should return None, not '{}'", v.ty().tp_name_str()))) }
        })())
    }
}
/// Calls `__new__` with the class in front.
pub unsafe extern "C" fn slot_tp_new(ty: *mut PyType, args: Ptr, kwargs: Ptr) -> Ptr {
    // SAFETY: slot contract: a tuple, and a dict or null.
    unsafe {
        let cx = &mut Cx::assume();
        let ty = &*ty;
        obj((|| {
            let f = crate::attr::get(ty.as_object(), name!(cx, "__new__"), cx)?;
            let rest = (*args).cast_unchecked::<PyTuple>();
            let mut all = Vec::with_capacity(rest.len() + 1);
            all.push(ty.as_object());
            all.extend_from_slice(rest.as_slice());
            match kwargs.as_ref().map(|d| d.cast_unchecked::<crate::types::dict::PyDict>()).filter(|d| d.len() > 0) {
                None => call(&f, &all, cx),
                Some(d) => {
                    let (names, vals) = d.split_kwargs(cx)?;
                    let refs: Vec<&Object> = vals.iter().map(|v| &**v).collect();
                    crate::call::call_kw(&f, &all, &refs, Some(&names), cx)
                }
            }
        })())
    }
}
/// Calls `__del__`; exceptions are reported, not raised.
pub unsafe extern "C" fn slot_tp_finalize(o: Ptr) {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let saved = cx.ts().current_exception.take();
        match lookup_special(&*o, name!(cx, "__del__"), cx) {
            Ok(Some(f)) => {
                if call(&f, &[], cx).is_err() {
                    // Named is the function itself, not its binding to the dying object.
                    let shown = crate::typeobj::lookup((*o).ty(), name!(cx, "__del__"), cx).map_or(f, |f| f.own());
                    crate::unraisable::write_while("calling deallocator", &shown, cx);
                }
            }
            Ok(None) => {}
            Err(_) => crate::unraisable::write(cx, None, Some(&*o)),
        }
        cx.ts().current_exception.set(saved, cx);
    }
}
/// Calls `__bool__`, else `__len__`; neither means true.
pub unsafe extern "C" fn slot_nb_bool(o: Ptr) -> c_int {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let o = &*o;
        let r: PyResult<bool> = (|| {
            match call_special_maybe(o, name!(cx, "__bool__"), &[], cx)? {
                Some(v) if v.ty() as *const PyType == crate::types::boolean::bool_type() => return Ok(v.is(crate::types::boolean::true_())),
                Some(v) => return Err(cx.type_error(format_args!("__bool__ should return bool, returned {}", v.ty().tp_name_str()))),
                None => {}
            }
            Ok(match call_special(o, name!(cx, "__len__"), &[], cx)? {
                Some(v) => length_from(&v, cx)? != 0,
                None => true,
            })
        })();
        r.map_or(-1, |b| b as c_int)
    }
}
fn length_from(v: &Object, cx: &mut Cx) -> PyResult<isize> {
    let i = crate::abstract_::number::index(v, cx)?;
    if i.is_negative() {
        return Err(cx.value_error(format_args!("__len__() should return >= 0")));
    }
    crate::abstract_::number::int_as_isize(&i, exc::OverflowError(), cx)
}
/// Calls `__len__`.
pub unsafe extern "C" fn slot_mp_length(o: Ptr) -> isize {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        must(&*o, name!(cx, "__len__"), &[], cx).and_then(|v| length_from(&v, cx)).unwrap_or(-1)
    }
}
/// Calls `__setitem__` or `__delitem__`.
pub unsafe extern "C" fn slot_mp_ass_subscript(o: Ptr, key: Ptr, value: Ptr) -> c_int {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        status(
            match value.as_ref() {
                Some(v) => must(&*o, name!(cx, "__setitem__"), &[&*key, v], cx),
                None => must(&*o, name!(cx, "__delitem__"), &[&*key], cx),
            }
            .map(drop),
        )
    }
}
/// Calls `__getitem__` with an int.
pub unsafe extern "C" fn slot_sq_item(o: Ptr, i: isize) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        obj((|| {
            let i = PyInt::new(i as i64, cx)?;
            must(&*o, name!(cx, "__getitem__"), &[&i], cx)
        })())
    }
}
/// Calls `__setitem__` or `__delitem__` with an int.
pub unsafe extern "C" fn slot_sq_ass_item(o: Ptr, i: isize, value: Ptr) -> c_int {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        match PyInt::new(i as i64, cx) {
            Ok(i) => slot_mp_ass_subscript(o, i.as_object().as_ptr(), value),
            Err(_) => -1,
        }
    }
}
/// Calls `__contains__`, or searches by iteration.
pub unsafe extern "C" fn slot_sq_contains(o: Ptr, v: Ptr) -> c_int {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        let (o, v) = (&*o, &*v);
        let r: PyResult<bool> = (|| match lookup_special_maybe(o, name!(cx, "__contains__"), cx)? {
            Some(f) if f.is(none()) => Err(cx.type_error(format_args!("'{}' object is not a container", o.ty().tp_name_str()))),
            Some(f) => {
                let r = call(&f, &[v], cx)?;
                crate::abstract_::is_true(&r, cx)
            }
            None => crate::abstract_::iter::search(o, v, cx),
        })();
        r.map_or(-1, |b| b as c_int)
    }
}
/// The `tp_iternext` of classes that have lost their `__next__`.
pub unsafe extern "C" fn next_not_implemented(o: Ptr) -> Ptr {
    // SAFETY: slot contract.
    unsafe {
        let cx = &mut Cx::assume();
        obj(Err(cx.type_error(format_args!("'{}' object is not iterable", (*o).ty().tp_name_str()))))
    }
}

/// For wrappers: a slot's integer status as a result.
pub(super) fn from_status(n: c_int) -> PyResult<()> {
    // SAFETY: negative means raised.
    if n < 0 { Err(unsafe { Raised::assume() }) } else { Ok(()) }
}
/// For wrappers: a slot's pointer as a result.
///
/// # Safety
/// `p` is owned, or null with an exception set.
pub(super) unsafe fn from_ptr(p: Ptr) -> PyResult {
    // SAFETY: the caller's promise.
    unsafe { result_from_raw(p) }
}
