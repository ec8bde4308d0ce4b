//! The abstract object protocol (Include/abstract.h): what works on any object through its type's slots.

pub mod buffer;
pub mod iter;
pub mod number;
pub mod sequence;

use crate::call::lookup_special;
use crate::cx::Cx;
use crate::err::{PyResult, Raised, result_from_raw};
use crate::name;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::{boolean, exc, float::PyFloat, int::PyInt, none, not_implemented, str::PyStr, tuple::PyTuple};

/// A comparison operator, with CPython's numbers (`Py_LT` …).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum CmpOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CmpOp {
    /// From CPython's number; anything else is `Ge`.
    pub fn from_int(n: i32) -> CmpOp {
        [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge].get(n as usize).copied().unwrap_or(CmpOp::Ge)
    }
    /// The operator with its sides exchanged.
    pub fn swapped(self) -> CmpOp {
        match self {
            CmpOp::Lt => CmpOp::Gt,
            CmpOp::Le => CmpOp::Ge,
            CmpOp::Gt => CmpOp::Lt,
            CmpOp::Ge => CmpOp::Le,
            o => o,
        }
    }
    /// What the operator says of an ordering.
    #[inline]
    pub fn holds(self, o: std::cmp::Ordering) -> bool {
        match self {
            CmpOp::Lt => o.is_lt(),
            CmpOp::Le => o.is_le(),
            CmpOp::Eq => o.is_eq(),
            CmpOp::Ne => o.is_ne(),
            CmpOp::Gt => o.is_gt(),
            CmpOp::Ge => o.is_ge(),
        }
    }
    /// As written.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
}

fn try_compare(a: &Object, b: &Object, op: CmpOp) -> Option<PyResult> {
    let f = a.ty().tp_richcompare.get()?;
    // SAFETY: the slot's contract.
    match unsafe { result_from_raw(f(a.as_ptr(), b.as_ptr(), op as i32)) } {
        Ok(v) if v.is(not_implemented()) => None,
        r => Some(r),
    }
}

/// Equality (or identity) of two objects that needs no Python code, or `None` when it might.
#[inline(always)]
pub(crate) fn quiet_eq(a: &Object, b: &Object) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    if let (Some(a), Some(b)) = (a.exact::<PyStr>(), b.exact::<PyStr>()) {
        return Some(a.eq_str(b));
    }
    if !std::ptr::eq(a.ty(), b.ty()) {
        // Text is never equal to a number.
        let unlike = |a: &Object, b: &Object| a.is_exact::<PyStr>() && b.is_exact::<PyInt>();
        return if unlike(a, b) || unlike(b, a) { Some(false) } else { None };
    }
    if let (Some(a), Some(b)) = (a.exact::<PyInt>(), b.exact::<PyInt>()) {
        return Some(int_eq(a, b));
    }
    quiet_eq_rest(a, b)
}

#[inline(always)]
fn int_eq(a: &PyInt, b: &PyInt) -> bool {
    match (a.compact(), b.compact()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => {
            let (a, b) = (a.as_ref_int(), b.as_ref_int());
            a.neg == b.neg && a.digits == b.digits
        }
        _ => false,
    }
}

/// Floats, and tuples of quiet items (a few levels deep).
fn quiet_eq_rest(a: &Object, b: &Object) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.exact::<PyFloat>(), b.exact::<PyFloat>()) {
        return Some(a.value() == b.value());
    }
    quiet_eq_tuples(plain_tuple(a)?, plain_tuple(b)?)
}

/// Whether two tuples are equal, when that can be told without Python code.
#[inline]
pub fn quiet_eq_tuples(a: &PyTuple, b: &PyTuple) -> Option<bool> {
    quiet_eq_items(a, b, 6)
}

fn quiet_eq_items(a: &PyTuple, b: &PyTuple, depth: u32) -> Option<bool> {
    let (x, y) = (a.as_slice(), b.as_slice());
    for i in 0..x.len().min(y.len()) {
        if !x[i].is(y[i]) && !quiet_eq_unlike(x[i], y[i], depth)? {
            return Some(false);
        }
    }
    Some(x.len() == y.len())
}

/// Equality of two objects that are not the same one.
#[inline(always)]
fn quiet_eq_unlike(a: &Object, b: &Object, depth: u32) -> Option<bool> {
    if let Some(a) = a.exact::<PyStr>() {
        return match b.exact::<PyStr>() {
            Some(b) => Some(a.eq_str(b)),
            None => b.is_exact::<PyInt>().then_some(false),
        };
    }
    if let Some(a) = a.exact::<PyInt>() {
        return match b.exact::<PyInt>() {
            Some(b) => Some(int_eq(a, b)),
            None => b.is_exact::<PyStr>().then_some(false),
        };
    }
    if let (Some(a), Some(b)) = (a.exact::<PyFloat>(), b.exact::<PyFloat>()) {
        return Some(a.value() == b.value());
    }
    match (plain_tuple(a), plain_tuple(b)) {
        (Some(a), Some(b)) if depth > 0 => quiet_eq_items(a, b, depth - 1),
        _ => None,
    }
}

/// A tuple that compares as tuples do: an exact one, or of a subclass without a comparison of its own (named tuples).
#[inline]
fn plain_tuple(o: &Object) -> Option<&PyTuple> {
    let t = o.downcast::<PyTuple>()?;
    (o.is_exact::<PyTuple>() || o.ty().tp_richcompare.get().map(|f| f as usize) == PyTuple::ty().tp_richcompare.get().map(|f| f as usize)).then_some(t)
}

/// A comparison of two exact ints, strings or floats; `None` for others.
#[inline(always)]
pub(crate) fn compare_plain(a: &Object, b: &Object, op: CmpOp) -> Option<bool> {
    if !std::ptr::eq(a.ty(), b.ty()) {
        return None;
    }
    if let (Some(x), Some(y)) = (a.exact::<PyInt>(), b.exact::<PyInt>()) {
        return Some(op.holds(crate::types::int::ops::cmp(x, y)));
    }
    if let (Some(x), Some(y)) = (a.exact::<PyFloat>(), b.exact::<PyFloat>()) {
        let (x, y) = (x.value(), y.value());
        return Some(match op {
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
        });
    }
    let (x, y) = (a.exact::<PyStr>()?, b.exact::<PyStr>()?);
    match op {
        CmpOp::Eq => Some(x.eq_str(y)),
        CmpOp::Ne => Some(!x.eq_str(y)),
        _ if x.kind() == 1 && y.kind() == 1 => Some(op.holds(x.raw_bytes().cmp(y.raw_bytes()))),
        _ => None,
    }
}

/// `a op b` as an object (`PyObject_RichCompare`).
pub fn rich_compare(a: &Object, b: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
    if let Some(v) = compare_plain(a, b, op) {
        return Ok(boolean::from_bool(v));
    }
    rich_compare_slots(a, b, op, cx)
}

/// As [`rich_compare`] for operands that are no exact ints, strings or floats of one type.
#[inline]
pub fn rich_compare_slots(a: &Object, b: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
    if let (CmpOp::Eq | CmpOp::Ne, Some(x), Some(y)) = (op, a.exact::<PyTuple>(), b.exact::<PyTuple>()) {
        if let Some(same) = quiet_eq_tuples(x, y) {
            return Ok(boolean::from_bool(same == (op == CmpOp::Eq)));
        }
    }
    // One comparison that answers: the usual case, kept short.
    if !cx.ts().stack_is_low() && (std::ptr::eq(a.ty(), b.ty()) || std::ptr::eq(b.ty(), crate::typeobj::object_type())) {
        if let Some(f) = a.ty().tp_richcompare.get() {
            // SAFETY: the slot's contract.
            let r = unsafe { f(a.as_ptr(), b.as_ptr(), op as i32) };
            if !std::ptr::eq(r, not_implemented()) {
                // SAFETY: as above.
                return unsafe { result_from_raw(r) };
            }
            return rich_compare_rest(a, b, op, true, cx);
        }
    }
    rich_compare_rest(a, b, op, false, cx)
}

/// `asked`: the left operand's type had its say, and it was NotImplemented.
fn rich_compare_rest(a: &Object, b: &Object, op: CmpOp, asked: bool, cx: &mut Cx) -> PyResult {
    let _g = cx.enter_call(" in comparison")?;
    let mut reflected = false;
    if !asked && !std::ptr::eq(a.ty(), b.ty()) && b.ty().tp_richcompare.get().is_some() && b.ty().is_subtype(a.ty()) {
        reflected = true;
        if let Some(r) = try_compare(b, a, op.swapped()) {
            return r;
        }
    }
    if !asked && let Some(r) = try_compare(a, b, op) {
        return r;
    }
    if !reflected {
        if let Some(r) = try_compare(b, a, op.swapped()) {
            return r;
        }
    }
    match op {
        CmpOp::Eq => Ok(boolean::from_bool(a.is(b))),
        CmpOp::Ne => Ok(boolean::from_bool(!a.is(b))),
        _ => Err(cx.type_error(format_args!(
            "'{}' not supported between instances of '{}' and '{}'",
            op.symbol(),
            a.ty().tp_name_str(),
            b.ty().tp_name_str()
        ))),
    }
}

/// `bool(a op b)`, where identity implies equality (`PyObject_RichCompareBool`).
pub fn rich_compare_bool(a: &Object, b: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<bool> {
    if a.is(b) {
        match op {
            CmpOp::Eq => return Ok(true),
            CmpOp::Ne => return Ok(false),
            _ => {}
        }
    }
    if let Some(v) = compare_plain(a, b, op) {
        return Ok(v);
    }
    let r = rich_compare_slots(a, b, op, cx)?;
    is_true(&r, cx)
}

/// `a is b or a == b`.
#[inline]
pub fn eq(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
    if let Some(v) = quiet_eq(a, b) {
        return Ok(v);
    }
    let r = rich_compare_slots(a, b, CmpOp::Eq, cx)?;
    is_true(&r, cx)
}

/// `a == b` without the shortcut of identity (a NaN is not equal to itself).
pub fn eq_value(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
    let r = rich_compare(a, b, CmpOp::Eq, cx)?;
    is_true(&r, cx)
}

/// Truth (`PyObject_IsTrue`).
#[inline]
pub fn is_true(o: &Object, cx: &mut Cx) -> PyResult<bool> {
    if o.is(boolean::true_()) {
        return Ok(true);
    }
    if o.is(boolean::false_()) || o.is(none()) {
        return Ok(false);
    }
    let ty = o.ty();
    let n = if let Some(f) = ty.number().and_then(|n| n.nb_bool.get()) {
        // SAFETY: the slot's contract.
        unsafe { f(o.as_ptr()) as isize }
    } else if let Some(f) = ty.mapping().and_then(|m| m.mp_length.get()).or_else(|| ty.sequence().and_then(|s| s.sq_length.get())) {
        // SAFETY: the slot's contract.
        unsafe { f(o.as_ptr()) }
    } else {
        return Ok(true);
    };
    let _ = cx;
    // SAFETY: negative means raised.
    if n < 0 { Err(unsafe { Raised::assume() }) } else { Ok(n > 0) }
}

/// `hash(o)`; never -1.
#[inline]
pub fn hash(o: &Object, cx: &mut Cx) -> PyResult<isize> {
    if let Some(s) = o.exact::<PyStr>() {
        return Ok(s.hash_value());
    }
    if let Some(n) = o.exact::<PyInt>().and_then(PyInt::compact) {
        return Ok(if n == -1 { -2 } else { n as isize });
    }
    if let Some(t) = o.exact::<PyTuple>() {
        return t.hash_value(cx);
    }
    let Some(f) = o.ty().tp_hash.get() else { return hash_not_implemented(o, cx) };
    // SAFETY: the slot's contract.
    match unsafe { f(o.as_ptr()) } {
        // SAFETY: -1 means raised.
        -1 => Err(unsafe { Raised::assume() }),
        h => Ok(h),
    }
}

/// Raise "unhashable type".
#[cold]
pub fn hash_not_implemented(o: &Object, cx: &mut Cx) -> PyResult<isize> {
    Err(cx.type_error(format_args!("unhashable type: '{}'", o.ty().tp_name_str())))
}

/// `PyObject_HashNotImplemented`: the `tp_hash` of unhashable types.
pub unsafe extern "C" fn hash_not_implemented_slot(o: *mut Object) -> isize {
    // SAFETY: slot contract.
    unsafe { hash_not_implemented(&*o, &mut Cx::assume()).unwrap_or(-1) }
}

fn text_result(r: PyResult, what: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    r?.downcast_own::<PyStr>().map_err(|o| cx.type_error(format_args!("{what} returned non-string (type {})", o.ty().tp_name_str())))
}

/// The text of an exact int or float.
#[inline]
fn text_of_number(o: &Object, cx: &mut Cx) -> Option<PyResult<Own<PyStr>>> {
    if let Some(i) = o.exact::<PyInt>() {
        return Some(crate::types::int::text::decimal(i, cx));
    }
    o.exact::<PyFloat>().map(|f| crate::types::float::text::repr(f.value(), cx))
}

/// `repr(o)`.
pub fn repr(o: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Some(r) = text_of_number(o, cx) {
        return r;
    }
    let _g = cx.enter_call(" while getting the repr of an object")?;
    match o.ty().tp_repr.get() {
        // SAFETY: the slot's contract.
        Some(f) => text_result(unsafe { result_from_raw(f(o.as_ptr())) }, "__repr__", cx),
        None => crate::types::object_::default_repr(o, cx)?.downcast_own().map_err(|_| cx.type_error(format_args!("repr is not a string"))),
    }
}

/// What `tp_repr` gives, whatever it is.
pub fn repr_unchecked(o: &Object, cx: &mut Cx) -> PyResult {
    let _g = cx.enter_call(" while getting the repr of an object")?;
    match o.ty().tp_repr.get() {
        // SAFETY: the slot's contract.
        Some(f) => unsafe { result_from_raw(f(o.as_ptr())) },
        None => crate::types::object_::default_repr(o, cx).map(Own::into_object),
    }
}

/// `str(o)`.
pub fn str(o: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Some(s) = o.exact::<PyStr>() {
        return Ok(s.new_ref());
    }
    if let Some(r) = text_of_number(o, cx) {
        return r;
    }
    let Some(f) = o.ty().tp_str.get() else { return repr(o, cx) };
    let _g = cx.enter_call(" while getting the str of an object")?;
    // SAFETY: the slot's contract.
    text_result(unsafe { result_from_raw(f(o.as_ptr())) }, "__str__", cx)
}

/// `ascii(o)`: the repr with non-ASCII characters escaped.
pub fn ascii(o: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    use std::fmt::Write;
    let r = repr(o, cx)?;
    if r.is_ascii() {
        return Ok(r);
    }
    let mut out = String::with_capacity(r.len() * 2);
    for c in r.code_points() {
        let _ = match c {
            0..=0x7f => out.write_char(c as u8 as char),
            0x80..=0xff => write!(out, "\\x{c:02x}"),
            0x100..=0xffff => write!(out, "\\u{c:04x}"),
            _ => write!(out, "\\U{c:08x}"),
        };
    }
    PyStr::new(&out, cx)
}

/// `format(o, spec)`.
pub fn format(o: &Object, spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if spec.is_empty() {
        if let Some(s) = o.exact::<PyStr>() {
            return Ok(s.new_ref());
        }
        if let Some(r) = text_of_number(o, cx) {
            return r;
        }
    } else if let Some(f) = o.exact::<PyFloat>() {
        return crate::types::float::text::format(f.value(), spec, "float", cx);
    } else if let Some(i) = o.exact::<PyInt>() {
        return crate::types::int::text::format(i, spec, cx);
    } else if let Some(s) = o.exact::<PyStr>() {
        return crate::types::str::format_text(s, spec, cx);
    }
    match lookup_special(o, name!(cx, "__format__"), cx)? {
        None => Err(cx.type_error(format_args!("Type {} doesn't define __format__", o.ty().tp_name_str()))),
        Some(f) => {
            let r = crate::call::call(&f, &[spec], cx)?;
            r.downcast_own::<PyStr>().map_err(|r| cx.type_error(format_args!("__format__ must return a str, not {}", r.ty().tp_name_str())))
        }
    }
}

/// `len(o)`.
pub fn len(o: &Object, cx: &mut Cx) -> PyResult<usize> {
    let ty = o.ty();
    let f = ty.sequence().and_then(|s| s.sq_length.get()).or_else(|| ty.mapping().and_then(|m| m.mp_length.get()));
    match f {
        // SAFETY: the slot's contract; negative means raised.
        Some(f) => unsafe {
            let n = f(o.as_ptr());
            if n < 0 { Err(Raised::assume()) } else { Ok(n as usize) }
        },
        None => Err(cx.type_error(format_args!("object of type '{}' has no len()", ty.tp_name_str()))),
    }
}

/// `operator.length_hint(o, default)`.
pub fn length_hint(o: &Object, default: usize, cx: &mut Cx) -> PyResult<usize> {
    if let Some(l) = o.exact::<crate::types::list::PyList>() {
        return Ok(l.len());
    }
    let ty = o.ty();
    if ty.sequence().and_then(|s| s.sq_length.get()).is_some() || ty.mapping().and_then(|m| m.mp_length.get()).is_some() {
        match len(o, cx) {
            Ok(n) => return Ok(n),
            Err(r) => cx.catch(r, exc::TypeError())?,
        }
    }
    let Some(f) = lookup_special(o, name!(cx, "__length_hint__"), cx)? else { return Ok(default) };
    let v = match crate::call::call(&f, &[], cx) {
        Ok(v) => v,
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            return Ok(default);
        }
    };
    if v.is(not_implemented()) {
        return Ok(default);
    }
    let Some(i) = v.downcast::<PyInt>() else {
        return Err(cx.type_error(format_args!("__length_hint__ must be an integer, not {}", v.ty().tp_name_str())));
    };
    let n = number::int_as_isize(i, exc::OverflowError(), cx)?;
    usize::try_from(n).map_err(|_| cx.value_error(format_args!("__length_hint__() should return >= 0")))
}

/// `o[key]`.
pub fn get_item(o: &Object, key: &Object, cx: &mut Cx) -> PyResult {
    let ty = o.ty();
    if let Some(f) = ty.mapping().and_then(|m| m.mp_subscript.get()) {
        // SAFETY: the slot's contract.
        return unsafe { result_from_raw(f(o.as_ptr(), key.as_ptr())) };
    }
    if ty.sequence().and_then(|s| s.sq_item.get()).is_some() {
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("sequence index must be integer, not '{}'", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        return sequence::get(o, i, cx);
    }
    if let Some(t) = o.downcast::<PyType>() {
        if std::ptr::eq(t, PyType::ty()) {
            return crate::types::object_::generic_alias_hook(o, key, cx);
        }
        if let Some(f) = crate::attr::get_opt(o, name!(cx, "__class_getitem__"), cx)? {
            if !f.is(none()) {
                return crate::call::call(&f, &[key], cx);
            }
        }
        return Err(cx.type_error(format_args!("type '{}' is not subscriptable", t.tp_name_str())));
    }
    Err(cx.type_error(format_args!("'{}' object is not subscriptable", ty.tp_name_str())))
}

/// `o[key] = value`, or `del o[key]` without a value.
pub fn set_item(o: &Object, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let ty = o.ty();
    if let Some(f) = ty.mapping().and_then(|m| m.mp_ass_subscript.get()) {
        // SAFETY: the slot's contract; non-zero means raised.
        return unsafe {
            match f(o.as_ptr(), key.as_ptr(), value.map_or(std::ptr::null_mut(), |v| v.as_ptr())) {
                0 => Ok(()),
                _ => Err(Raised::assume()),
            }
        };
    }
    let by_index = number::has_index(key) && ty.sequence().is_some();
    if by_index || ty.sequence().is_some_and(|s| s.sq_ass_item.get().is_some()) {
        if !by_index {
            return Err(cx.type_error(format_args!("sequence index must be integer, not '{}'", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        return sequence::set(o, i, value, cx);
    }
    let verb = if value.is_some() { "assignment" } else { "deletion" };
    Err(cx.type_error(format_args!("'{}' object does not support item {verb}", ty.tp_name_str())))
}

/// Whether the object surely has no `__class__` but its type: exact objects of the commonest built-in types.
#[inline]
fn has_plain_class(o: &Object) -> bool {
    use crate::types::{dict::PyDict, list::PyList};
    o.is_exact::<PyInt>() || o.is_exact::<PyStr>() || o.is_exact::<PyTuple>() || o.is_exact::<PyList>() || o.is_exact::<PyDict>() || o.is_exact::<PyFloat>() || o.is_none()
}

/// `isinstance(o, cls)` for a class, tuple of classes, union or object with `__instancecheck__`.
pub fn is_instance(o: &Object, cls: &Object, cx: &mut Cx) -> PyResult<bool> {
    if std::ptr::eq(o.ty().as_object(), cls) {
        return Ok(true);
    }
    if cls.is_exact::<PyType>() {
        return recursive_is_instance(o, cls, cx);
    }
    if let Some(t) = cls.exact::<crate::types::tuple::PyTuple>() {
        // Most often one of the classes is the object's own type or a base of it, or all are ordinary classes.
        let mut passed = 0;
        for c in t.as_slice() {
            // SAFETY: an exact `type` instance is a type.
            if std::ptr::eq(o.ty().as_object(), *c) || (c.is_exact::<PyType>() && o.ty().is_subtype(unsafe { c.cast_unchecked::<PyType>() })) {
                // Each class that was passed over is compared with `__class__` too.
                if passed == 0 || class_is_type(o, cx) {
                    return Ok(true);
                }
                break;
            }
            if !c.is_exact::<PyType>() {
                break;
            }
            passed += 1;
        }
        if passed == t.len() && class_is_type(o, cx) {
            return Ok(false);
        }
    }
    let members = crate::types::object_::union_args_hook(cls);
    let cls = members.as_ref().map_or(cls, |m| m.as_object());
    if let Some(t) = cls.downcast::<crate::types::tuple::PyTuple>() {
        let _g = cx.enter_call(" in __instancecheck__")?;
        let t = t.new_ref();
        for c in t.as_slice() {
            if is_instance(o, c, cx)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if cls.is_a::<PyType>() && is_of_type(cls.ty(), name!(cx, "__instancecheck__"), cx) {
        return recursive_is_instance(o, cls, cx);
    }
    let r = {
        let _g = cx.enter_call(" in __instancecheck__")?;
        crate::call::call_special(cls, name!(cx, "__instancecheck__"), &[o], cx)?
    };
    match r {
        Some(r) => is_true(&r, cx),
        None => recursive_is_instance(o, cls, cx),
    }
}

/// Whether nobody overrides `__class__`: the type is all there is to ask.
pub fn class_is_type(o: &Object, cx: &Cx) -> bool {
    if class_is_known(o) {
        return true;
    }
    let ty = o.ty();
    if !has_plain_class(o) {
        if !crate::attr::uses_generic_get(ty) {
            return false;
        }
        let class = name!(cx, "__class__");
        let of = |t: &PyType| crate::typeobj::lookup(t, class, cx).map(|c| c.as_ptr());
        if of(ty) != of(crate::typeobj::object_type()) {
            return false;
        }
    }
    let version = crate::typeobj::version_tag(ty);
    PLAIN_CLASS.0[version as usize % PLAIN_CLASS.0.len()].set(version);
    true
}

/// [`class_is_type`] of a type that was asked about lately; false where that is not known.
#[inline(always)]
pub fn class_is_known(o: &Object) -> bool {
    let version = o.ty().tp_version_tag.get();
    version != 0 && PLAIN_CLASS.0[version as usize % PLAIN_CLASS.0.len()].get() == version
}

/// Versions of types whose instances have `object`'s `__class__`. A version that was used never means another type.
struct Versions([std::cell::Cell<u32>; 256]);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Versions {}
static PLAIN_CLASS: Versions = Versions([const { std::cell::Cell::new(0) }; 256]);

/// Whether what the metatype has under the name is what `type` has.
fn is_of_type(meta: &PyType, name: &PyStr, cx: &Cx) -> bool {
    let of = |t: &PyType| crate::typeobj::lookup(t, name, cx).map(|c| c.as_ptr());
    of(meta) == of(PyType::ty())
}

/// `type.__instancecheck__`: by the type, else by `__class__`.
pub fn recursive_is_instance(o: &Object, cls: &Object, cx: &mut Cx) -> PyResult<bool> {
    if let Some(t) = cls.downcast::<PyType>() {
        if o.ty().is_subtype(t) {
            return Ok(true);
        }
        if class_is_type(o, cx) {
            return Ok(false);
        }
        return Ok(match crate::attr::get_opt(o, name!(cx, "__class__"), cx)? {
            Some(c) if !std::ptr::eq(&*c, o.ty().as_object()) => c.downcast::<PyType>().is_some_and(|c| c.is_subtype(t)),
            _ => false,
        });
    }
    check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union", cx)?;
    match crate::attr::get_opt(o, name!(cx, "__class__"), cx)? {
        Some(c) => abstract_issubclass(&c, cls, cx),
        None => Ok(false),
    }
}

fn check_class(c: &Object, msg: &str, cx: &mut Cx) -> PyResult<()> {
    if bases_of(c, cx)?.is_none() { Err(cx.type_error(format_args!("{msg}"))) } else { Ok(()) }
}

fn bases_of(c: &Object, cx: &mut Cx) -> PyResult<Option<Own<crate::types::tuple::PyTuple>>> {
    let b = crate::attr::get_opt(c, name!(cx, "__bases__"), cx)?;
    Ok(b.and_then(|b| b.downcast_own().ok()))
}

fn abstract_issubclass(d: &Object, cls: &Object, cx: &mut Cx) -> PyResult<bool> {
    if d.is(cls) {
        return Ok(true);
    }
    let _g = cx.enter_call(" in __issubclass__")?;
    let Some(bases) = bases_of(d, cx)? else { return Ok(false) };
    for b in bases.as_slice() {
        if abstract_issubclass(b, cls, cx)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `issubclass(d, cls)`.
pub fn is_subclass(d: &Object, cls: &Object, cx: &mut Cx) -> PyResult<bool> {
    if cls.is_exact::<PyType>() {
        if d.is(cls) {
            return Ok(true);
        }
        return recursive_is_subclass(d, cls, cx);
    }
    let members = crate::types::object_::union_args_hook(cls);
    let cls = members.as_ref().map_or(cls, |m| m.as_object());
    if let Some(t) = cls.downcast::<crate::types::tuple::PyTuple>() {
        let _g = cx.enter_call(" in __subclasscheck__")?;
        let t = t.new_ref();
        for c in t.as_slice() {
            if is_subclass(d, c, cx)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if cls.is_a::<PyType>() && is_of_type(cls.ty(), name!(cx, "__subclasscheck__"), cx) {
        return recursive_is_subclass(d, cls, cx);
    }
    let r = {
        let _g = cx.enter_call(" in __subclasscheck__")?;
        crate::call::call_special(cls, name!(cx, "__subclasscheck__"), &[d], cx)?
    };
    match r {
        Some(r) => is_true(&r, cx),
        None => recursive_is_subclass(d, cls, cx),
    }
}

/// `type.__subclasscheck__`.
pub fn recursive_is_subclass(d: &Object, cls: &Object, cx: &mut Cx) -> PyResult<bool> {
    if let (Some(a), Some(b)) = (d.downcast::<PyType>(), cls.downcast::<PyType>()) {
        return Ok(a.is_subtype(b));
    }
    check_class(d, "issubclass() arg 1 must be a class", cx)?;
    check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union", cx)?;
    abstract_issubclass(d, cls, cx)
}

/// Guard against endless `repr` of containers that hold themselves (`Py_ReprEnter`): `None` when `o` is already being shown.
pub fn repr_enter(o: &Object, cx: &mut Cx) -> Option<ReprGuard> {
    let running = &cx.ts().repr_running;
    if running.borrow().contains(&(o as *const Object)) {
        return None;
    }
    running.borrow_mut().push(o);
    Some(ReprGuard(()))
}

/// Ends the entry of [`repr_enter`] when dropped.
pub struct ReprGuard(());
impl Drop for ReprGuard {
    fn drop(&mut self) {
        // SAFETY: made with a `Cx`, dropped on the same thread with the GIL held.
        unsafe { Cx::assume() }.ts().repr_running.borrow_mut().pop();
    }
}
