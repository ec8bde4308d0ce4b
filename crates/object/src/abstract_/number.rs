//! The number protocol: binary operators with reflection, in-place operators, conversion to integers and floats.

use crate::cx::Cx;
use crate::err::{PyResult, result_from_raw};
use crate::name;
use crate::refs::*;
use crate::typeobj::flags::HEAPTYPE;
use crate::typeobj::{BinaryFunc, NumberMethods, PyType};
use crate::types::int::{PyInt, ops};
use crate::types::{exc, none, not_implemented};
use std::cell::Cell;

/// Where a slot lies in `NumberMethods`.
type Offset = usize;
/// The operator of two exact ints.
type IntOp = fn(&PyInt, &PyInt, &mut Cx) -> PyResult<Own<PyInt>>;

/// A binary operator: its slots and how messages write it.
pub struct BinOp {
    slot: Offset,
    inplace: Option<Offset>,
    symbol: &'static str,
    inplace_symbol: &'static str,
    ints: Option<IntOp>,
}

impl BinOp {
    /// Call the operator's slot as the given type fills it, whatever the operands' types are (for a subtype that falls back on its base).
    pub fn call_slot_of(&self, ty: &PyType, a: &Object, b: &Object, _cx: &mut Cx) -> PyResult {
        match slot_of(ty, self.slot) {
            // SAFETY: the slot's contract.
            Some(f) => unsafe { result_from_raw(f(a.as_ptr(), b.as_ptr())) },
            None => Ok(not_implemented().own()),
        }
    }
}

macro_rules! ops {
    ($($name:ident $slot:ident $in:ident $sym:literal $ints:expr;)*) => { $(
        #[doc = concat!("`", $sym, "`")]
        pub static $name: BinOp = BinOp {
            slot: std::mem::offset_of!(NumberMethods, $slot),
            inplace: Some(std::mem::offset_of!(NumberMethods, $in)),
            symbol: $sym,
            inplace_symbol: concat!($sym, "="),
            ints: $ints,
        };
    )* };
}
ops! {
    ADD nb_add nb_inplace_add "+" Some(ops::add); SUB nb_subtract nb_inplace_subtract "-" Some(ops::sub); MUL nb_multiply nb_inplace_multiply "*" Some(ops::mul);
    MOD nb_remainder nb_inplace_remainder "%" Some(ops::modulo); FLOOR_DIV nb_floor_divide nb_inplace_floor_divide "//" Some(ops::floor_div);
    TRUE_DIV nb_true_divide nb_inplace_true_divide "/" None; LSHIFT nb_lshift nb_inplace_lshift "<<" Some(ops::shl); RSHIFT nb_rshift nb_inplace_rshift ">>" Some(ops::shr);
    AND nb_and nb_inplace_and "&" Some(ops::and); XOR nb_xor nb_inplace_xor "^" Some(ops::xor); OR nb_or nb_inplace_or "|" Some(ops::or);
    MATMUL nb_matrix_multiply nb_inplace_matrix_multiply "@" None;
}
/// `divmod()`
pub static DIVMOD: BinOp =
    BinOp { slot: std::mem::offset_of!(NumberMethods, nb_divmod), inplace: None, symbol: "divmod()", inplace_symbol: "divmod()", ints: None };

#[inline(always)]
fn slot_of(ty: &PyType, at: Offset) -> Option<BinaryFunc> {
    // SAFETY: `at` is the offset of a slot for a binary function.
    ty.number().and_then(|n| unsafe { (*((n as *const NumberMethods as *const u8).add(at) as *const Cell<Option<BinaryFunc>>)).get() })
}

/// The operator of two exact ints, which needs no slot.
#[inline(always)]
pub fn on_ints(op: &BinOp, a: &Object, b: &Object, cx: &mut Cx) -> Option<PyResult> {
    match (a.exact::<PyInt>(), b.exact::<PyInt>(), op.ints) {
        (Some(a), Some(b), Some(f)) => Some(f(a, b, cx).map(Own::into_object)),
        _ => None,
    }
}

/// The one slot that decides `a op b`: the left operand's, where the right one's type is the same or has no number slots.
#[inline(always)]
pub fn deciding_slot(op: &'static BinOp, a: &PyType, b: &PyType) -> Option<BinaryFunc> {
    if std::ptr::eq(a, b) || b.number().is_none() { slot_of(a, op.slot) } else { None }
}

/// What `a op b` is when [`deciding_slot`] has given NotImplemented.
#[cold]
pub fn undecided(op: &'static BinOp, a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
    sequence_fallback(op, a, b, false, cx).unwrap_or_else(|| Err(unsupported(op.symbol, a, b, cx)))
}

/// Call a slot; `None` for NotImplemented.
#[inline(always)]
fn try_slot(f: BinaryFunc, a: &Object, b: &Object) -> PyResult<Option<Own<Object>>> {
    // SAFETY: the slot's contract.
    let r = unsafe { result_from_raw(f(a.as_ptr(), b.as_ptr()))? };
    Ok(if r.is(not_implemented()) { None } else { Some(r) })
}

/// Left slot, then right slot; the right one first when its type is a subtype with a slot of its own.
#[inline(always)]
fn binary_slots(a: &Object, b: &Object, g: Offset) -> PyResult<Option<Own<Object>>> {
    let left = slot_of(a.ty(), g);
    let mut right = if std::ptr::eq(a.ty(), b.ty()) { None } else { slot_of(b.ty(), g) };
    if right.map(|f| f as usize) == left.map(|f| f as usize) {
        right = None;
    }
    if let Some(l) = left {
        // A static type derives from no class.
        if let Some(r) = right.filter(|_| (b.ty().has(HEAPTYPE) || !a.ty().has(HEAPTYPE)) && b.ty().is_subtype(a.ty())) {
            if let Some(v) = try_slot(r, a, b)? {
                return Ok(Some(v));
            }
            right = None;
        }
        if let Some(v) = try_slot(l, a, b)? {
            return Ok(Some(v));
        }
    }
    match right {
        Some(r) => try_slot(r, a, b),
        None => Ok(None),
    }
}

/// `a op b`.
pub fn binary(op: &'static BinOp, a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
    if let Some(r) = on_ints(op, a, b, cx) {
        return r;
    }
    if let Some(v) = binary_slots(a, b, op.slot)? {
        return Ok(v);
    }
    sequence_fallback(op, a, b, false, cx).unwrap_or_else(|| Err(unsupported(op.symbol, a, b, cx)))
}

/// As [`binary`] where the left operand is no exact int.
#[inline]
pub fn binary_by_slots(op: &'static BinOp, a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
    match binary_slots(a, b, op.slot)? {
        Some(v) => Ok(v),
        None => sequence_fallback(op, a, b, false, cx).unwrap_or_else(|| Err(unsupported(op.symbol, a, b, cx))),
    }
}

/// `a op= b`.
pub fn inplace(op: &'static BinOp, a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
    if let Some(r) = on_ints(op, a, b, cx) {
        return r;
    }
    if let Some(f) = op.inplace.and_then(|g| slot_of(a.ty(), g)) {
        if let Some(v) = try_slot(f, a, b)? {
            return Ok(v);
        }
    }
    if let Some(v) = binary_slots(a, b, op.slot)? {
        return Ok(v);
    }
    sequence_fallback(op, a, b, true, cx).unwrap_or_else(|| Err(unsupported(op.inplace_symbol, a, b, cx)))
}

/// `+` and `*` of sequences.
fn sequence_fallback(op: &'static BinOp, a: &Object, b: &Object, inplace: bool, cx: &mut Cx) -> Option<PyResult> {
    if std::ptr::eq(op, &ADD) {
        let s = a.ty().sequence()?;
        let f = s.sq_inplace_concat.get().filter(|_| inplace).or(s.sq_concat.get())?;
        // SAFETY: the slot's contract.
        return Some(unsafe { result_from_raw(f(a.as_ptr(), b.as_ptr())) });
    }
    if std::ptr::eq(op, &MUL) {
        let of = |o: &Object, inp: bool| o.ty().sequence().and_then(|s| s.sq_inplace_repeat.get().filter(|_| inp).or(s.sq_repeat.get()));
        let (f, seq, n) = match of(a, inplace) {
            Some(f) => (f, a, b),
            None => (of(b, false)?, b, a),
        };
        if !has_index(n) {
            return Some(Err(cx.type_error(format_args!("can't multiply sequence by non-int of type '{}'", n.ty().tp_name_str()))));
        }
        return Some(match index_as_isize(n, exc::OverflowError(), cx) {
            // SAFETY: the slot's contract.
            Ok(n) => unsafe { result_from_raw(f(seq.as_ptr(), n)) },
            Err(r) => Err(r),
        });
    }
    None
}

/// "unsupported operand type(s) for +: 'int' and 'str'".
#[cold]
pub fn unsupported(symbol: &str, a: &Object, b: &Object, cx: &mut Cx) -> crate::err::Raised {
    if symbol == ">>" && a.downcast::<crate::types::builtin::PyCFunction>().is_some_and(|f| f.name() == "print") {
        return cx.type_error(format_args!(
            "unsupported operand type(s) for {symbol}: '{}' and '{}'. Did you mean \"print(<message>, file=<output_stream>)\"?",
            a.ty().tp_name_str(),
            b.ty().tp_name_str()
        ));
    }
    cx.type_error(format_args!("unsupported operand type(s) for {symbol}: '{}' and '{}'", a.ty().tp_name_str(), b.ty().tp_name_str()))
}

/// `pow(a, b, m)`; `m` is None for `a ** b`. `in_place` for `**=`.
pub fn power(a: &Object, b: &Object, m: &Object, in_place: bool, cx: &mut Cx) -> PyResult {
    let ternary = |t: &PyType| t.number().and_then(|n| n.nb_power.get());
    let run = |f: crate::typeobj::TernaryFunc| -> PyResult<Option<Own<Object>>> {
        // SAFETY: the slot's contract.
        let r = unsafe { result_from_raw(f(a.as_ptr(), b.as_ptr(), m.as_ptr()))? };
        Ok(if r.is(not_implemented()) { None } else { Some(r) })
    };
    if in_place {
        if let Some(f) = a.ty().number().and_then(|n| n.nb_inplace_power.get()) {
            if let Some(v) = run(f)? {
                return Ok(v);
            }
        }
    }
    let left = ternary(a.ty());
    let mut right = if std::ptr::eq(a.ty(), b.ty()) { None } else { ternary(b.ty()) };
    if right.map(|f| f as usize) == left.map(|f| f as usize) {
        right = None;
    }
    if let Some(l) = left {
        if let Some(r) = right.filter(|_| b.ty().is_subtype(a.ty())) {
            if let Some(v) = run(r)? {
                return Ok(v);
            }
            right = None;
        }
        if let Some(v) = run(l)? {
            return Ok(v);
        }
    }
    if let Some(r) = right {
        if let Some(v) = run(r)? {
            return Ok(v);
        }
    }
    if !m.is(none()) {
        let third = ternary(m.ty());
        let seen = |f: &crate::typeobj::TernaryFunc| [left, right].iter().any(|x| x.is_some_and(|x| x as usize == *f as usize));
        if let Some(f) = third.filter(|f| !seen(f)) {
            if let Some(v) = run(f)? {
                return Ok(v);
            }
        }
        return Err(cx.type_error(format_args!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            a.ty().tp_name_str(),
            b.ty().tp_name_str(),
            m.ty().tp_name_str()
        )));
    }
    Err(unsupported(if in_place { "**=" } else { "** or pow()" }, a, b, cx))
}

macro_rules! unary {
    ($($f:ident $slot:ident $what:literal;)*) => { $(
        #[doc = concat!("Unary `", $what, "`.")]
        pub fn $f(a: &Object, cx: &mut Cx) -> PyResult {
            match a.ty().number().and_then(|n| n.$slot.get()) {
                // SAFETY: the slot's contract.
                Some(f) => unsafe { result_from_raw(f(a.as_ptr())) },
                None => Err(cx.type_error(format_args!("bad operand type for {}: '{}'", $what, a.ty().tp_name_str()))),
            }
        }
    )* };
}
unary! { negative nb_negative "unary -"; positive nb_positive "unary +"; invert nb_invert "unary ~"; absolute nb_absolute "abs()"; }

/// Whether `__index__` exists.
#[inline]
pub fn has_index(o: &Object) -> bool {
    o.ty().number().is_some_and(|n| n.nb_index.get().is_some())
}

/// `operator.index(o)` (`PyNumber_Index` without making the result exact).
pub fn index(o: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some(i) = o.downcast::<PyInt>() {
        return Ok(i.new_ref());
    }
    let Some(f) = o.ty().number().and_then(|n| n.nb_index.get()) else {
        return Err(cx.type_error(format_args!("'{}' object cannot be interpreted as an integer", o.ty().tp_name_str())));
    };
    // SAFETY: the slot's contract.
    let r = unsafe { result_from_raw(f(o.as_ptr()))? };
    strict_int(r, "__index__", cx)
}

/// A conversion method must give an int; an instance of a subclass works with a warning.
pub(crate) fn strict_int(r: Own<Object>, what: &str, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if r.is_exact::<PyInt>() {
        return r.downcast_own().map_err(|_| cx.type_error(format_args!("not an int")));
    }
    match r.downcast_own::<PyInt>() {
        Ok(i) => {
            let t = i.as_object().ty().tp_name_str().to_owned();
            crate::warn::warn(
                exc::DeprecationWarning(),
                format_args!("{what} returned non-int (type {t}).  The ability to return an instance of a strict subclass of int is deprecated, and may be removed in a future version of Python."),
                1,
                cx,
            )?;
            Ok(i)
        }
        Err(r) => Err(cx.type_error(format_args!("{what} returned non-int (type {})", r.ty().tp_name_str()))),
    }
}

/// An int object as `isize`; too large raises `err` ("cannot fit 'int' into an index-sized integer").
pub fn int_as_isize(i: &PyInt, err: &PyType, cx: &mut Cx) -> PyResult<isize> {
    match i.to_i64() {
        Some(n) => Ok(n as isize),
        None => Err(cx.raise_msg(err, format_args!("cannot fit '{}' into an index-sized integer", i.as_object().ty().tp_name_str()))),
    }
}

/// `operator.index(o)` as `isize`; too large raises `err`.
#[inline]
pub fn index_as_isize(o: &Object, err: &PyType, cx: &mut Cx) -> PyResult<isize> {
    if let Some(n) = o.exact::<PyInt>().and_then(PyInt::compact) {
        return Ok(n as isize);
    }
    let i = index(o, cx)?;
    match i.to_i64() {
        Some(n) => Ok(n as isize),
        None => Err(cx.raise_msg(err, format_args!("cannot fit '{}' into an index-sized integer", o.ty().tp_name_str()))),
    }
}

/// `operator.index(o)` clipped to the range of `isize` (slice bounds).
#[inline]
pub fn index_clipped(o: &Object, cx: &mut Cx) -> PyResult<isize> {
    if let Some(n) = o.exact::<PyInt>().and_then(PyInt::compact) {
        return Ok(n as isize);
    }
    let i = index(o, cx)?;
    Ok(i.to_i64().map_or(if i.is_negative() { isize::MIN } else { isize::MAX }, |n| n as isize))
}

/// `float(o)` for numbers: `__float__`, then `__index__` (`PyFloat_AsDouble`).
pub fn as_f64(o: &Object, cx: &mut Cx) -> PyResult<f64> {
    if let Some(f) = o.downcast::<crate::types::float::PyFloat>() {
        return Ok(f.value());
    }
    as_f64_by_slot(o, cx)
}

/// As [`as_f64`], through the slots even for floats.
pub(crate) fn as_f64_by_slot(o: &Object, cx: &mut Cx) -> PyResult<f64> {
    let n = o.ty().number();
    if let Some(f) = n.and_then(|n| n.nb_float.get()) {
        // SAFETY: the slot's contract.
        let r = unsafe { result_from_raw(f(o.as_ptr()))? };
        let Some(v) = r.downcast::<crate::types::float::PyFloat>() else {
            return Err(cx.type_error(format_args!("{}.__float__ returned non-float (type {})", o.ty().tp_name_str(), r.ty().tp_name_str())));
        };
        if !r.is_exact::<crate::types::float::PyFloat>() {
            let (t, s) = (o.ty().tp_name_str().to_owned(), r.ty().tp_name_str().to_owned());
            crate::warn::warn(
                exc::DeprecationWarning(),
                format_args!("{t}.__float__ returned non-float (type {s}).  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in a future version of Python."),
                1,
                cx,
            )?;
        }
        return Ok(v.value());
    }
    if n.is_some_and(|n| n.nb_index.get().is_some()) {
        let i = index(o, cx)?;
        return int_to_f64(&i, cx);
    }
    Err(cx.type_error(format_args!("must be real number, not {}", o.ty().tp_name_str())))
}

/// An int as float; too large raises `OverflowError`.
pub fn int_to_f64(i: &PyInt, cx: &mut Cx) -> PyResult<f64> {
    taipan_algo_int::to_f64(i.as_ref_int()).map_err(|_| cx.overflow_error(format_args!("int too large to convert to float")))
}

/// The name of `__index__`, for callers that look it up by hand.
pub fn index_name(cx: &Cx) -> &'static crate::types::str::PyStr {
    name!(cx, "__index__")
}
