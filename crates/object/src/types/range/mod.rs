//! `range`: start, stop and step as ints of any size; the length is computed once.
//!
//! Parts: `iter` (the two iterators).

mod iter;

pub use iter::{PyLongRangeIter, PyRangeIter};

use crate::abstract_::{self, CmpOp, iter as any_iter, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use crate::types::slice::PySlice;
use taipan_algo_int::{self as big, BigInt, IntRef};

#[pytype(
    name = "range",
    export = "PyRange_Type",
    sequence,
    no_dealloc,
    doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement)."
)]
#[repr(C)]
pub struct PyRange {
    head: ObjHead,
    #[member("start", readonly)]
    start: Field<PyInt>,
    #[member("stop", readonly)]
    stop: Field<PyInt>,
    #[member("step", readonly)]
    step: Field<PyInt>,
    length: Field<PyInt>,
}

/// `operator.index(o)` as an exact int.
fn exact_index(o: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let i = number::index(o, cx)?;
    if i.as_object().is_exact::<PyInt>() {
        return Ok(i);
    }
    let d = i.as_ref_int();
    PyInt::from_digits(d.neg, d.digits, cx)
}

fn int_of(v: i128, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match i64::try_from(v) {
        Ok(n) => PyInt::new(n, cx),
        Err(_) => PyInt::from_big(&BigInt::from_sign_u128(v < 0, v.unsigned_abs()), cx),
    }
}

/// An int; those that exist once are not counted.
#[inline(always)]
fn int_at_hand(v: i64, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match PyInt::small(v) {
        // SAFETY: an immortal object.
        Some(i) => Ok(unsafe { Own::from_raw(i.as_object().as_ptr()) }),
        None => PyInt::new(v, cx),
    }
}

fn is_one(i: &PyInt) -> bool {
    i.compact() == Some(1)
}

/// How many numbers lie in `start..stop` by `step`.
fn count(start: &PyInt, stop: &PyInt, step: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let (Some(a), Some(b), Some(s)) = (start.to_i64(), stop.to_i64(), step.to_i64()) {
        if let (1, Some(n)) = (s, b.checked_sub(a)) {
            return PyInt::new(n.max(0), cx);
        }
        let (a, b, s) = (a as i128, b as i128, s as i128);
        let (lo, hi, s) = if s > 0 { (a, b, s) } else { (b, a, -s) };
        return int_of(if lo < hi { (hi - lo - 1) / s + 1 } else { 0 }, cx);
    }
    let (a, b, s) = (start.as_ref_int(), stop.as_ref_int(), step.as_ref_int());
    let (lo, hi) = if s.neg { (b, a) } else { (a, b) };
    if lo.cmp(&hi).is_ge() {
        return PyInt::new(0, cx);
    }
    let one = PyInt::new(1, cx)?;
    let span = big::sub(big::sub(hi, lo).view(), one.as_ref_int());
    let q = big::floor_div(span.view(), s.abs()).unwrap_or_else(|| BigInt::from_sign_u64(false, 0));
    PyInt::from_big(&big::add(q.view(), one.as_ref_int()), cx)
}

/// `start + i * step`.
fn item(start: IntRef<'_>, step: IntRef<'_>, i: IntRef<'_>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let (Some(a), Some(s), Some(i)) = (start.to_i64(), step.to_i64(), i.to_i64()) {
        if let Some(v) = i.checked_mul(s).and_then(|x| x.checked_add(a)) {
            return PyInt::new(v, cx);
        }
    }
    PyInt::from_big(&big::add(start, big::mul(i, step).view()), cx)
}

impl PyRange {
    /// `range(start, stop)` of machine integers of at most 62 bits.
    #[inline(always)]
    pub fn between(start: i64, stop: i64, cx: &mut Cx) -> PyResult<Own<PyRange>> {
        let end = int_at_hand(stop, cx)?;
        let length = match stop.saturating_sub(start) {
            ..0 => int_at_hand(0, cx)?,
            _ if start == 0 => end.new_ref(),
            n => int_at_hand(n, cx)?,
        };
        let (start, step) = (int_at_hand(start, cx)?, int_at_hand(1, cx)?);
        let p = crate::alloc::malloc(size_of::<PyRange>()) as *mut PyRange;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of the size; the type is static, and not the collector's business.
        unsafe {
            p.write(PyRange { head: Object::new_heap(PyRange::ty()), start: Field::new(start), stop: Field::new(end), step: Field::new(step), length: Field::new(length) });
            Ok(Own::from_raw(p as *mut Object))
        }
    }

    fn make(start: Own<PyInt>, stop: Own<PyInt>, step: Own<PyInt>, cx: &mut Cx) -> PyResult<Own<PyRange>> {
        let length = count(&start, &stop, &step, cx)?;
        cx.new_object(PyRange {
            head: Object::placeholder(),
            start: Field::new(start),
            stop: Field::new(stop),
            step: Field::new(step),
            length: Field::new(length),
        })
    }
    /// Start, step and length when all its numbers, and the one behind the last, are machine integers.
    #[inline]
    pub fn machine(&self) -> Option<(i64, i64, i64)> {
        if let (Some(a), Some(1), Some(n), Some(_)) = (self.start.compact(), self.step.compact(), self.length.compact(), self.stop.compact()) {
            return Some((a, 1, n));
        }
        let (a, s, n) = (self.start.to_i64()?, self.step.to_i64()?, self.length.to_i64()?);
        self.stop.to_i64()?;
        n.checked_mul(s)?.checked_add(a)?;
        Some((a, s, n))
    }
    fn at(&self, i: IntRef<'_>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        item(self.start.as_ref_int(), self.step.as_ref_int(), i, cx)
    }
    /// Whether an int is one of the numbers.
    fn has_int(&self, v: &PyInt) -> bool {
        if let (Some(x), Some((a, s, n))) = (v.to_i64(), self.machine()) {
            let (x, a, s, n) = (x as i128, a as i128, s as i128, n as i128);
            let d = x - a;
            return d % s == 0 && d / s >= 0 && d / s < n;
        }
        let d = big::sub(v.as_ref_int(), self.start.as_ref_int());
        match big::divmod_floor(d.view(), self.step.as_ref_int()) {
            Some((q, r)) => r.is_zero() && !q.neg && q.view().cmp(&self.length.as_ref_int()).is_lt(),
            None => false,
        }
    }
    fn same_numbers(&self, o: &PyRange) -> bool {
        let eq = |a: &PyInt, b: &PyInt| a.as_ref_int().cmp(&b.as_ref_int()).is_eq();
        if !eq(&self.length, &o.length) {
            return false;
        }
        self.length.is_zero() || (eq(&self.start, &o.start) && (is_one(&self.length) || eq(&self.step, &o.step)))
    }
}

/// An exact int or bool, for which membership is arithmetic.
fn plain_int(v: &Object) -> Option<&PyInt> {
    if v.is_exact::<PyInt>() || v.is_exact::<crate::types::boolean::PyBool>() { v.downcast::<PyInt>() } else { None }
}

#[pymethods]
impl PyRange {
    #[new(vectorcall)]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyRange>> {
        // Small bounds, and no step: no arithmetic on objects.
        if kw.is_empty() {
            let small = |o: &Object| o.exact::<PyInt>().and_then(PyInt::compact);
            let bounds = match args.0 {
                [stop] => small(stop).map(|b| (0, b)),
                [start, stop] => small(start).zip(small(stop)),
                _ => None,
            };
            if let Some((a, b)) = bounds {
                return PyRange::between(a, b, cx);
            }
        }
        kw.refuse("range", cx)?;
        let (start, stop, step) = match args.0 {
            [] => return Err(cx.type_error(format_args!("range expected at least 1 argument, got 0"))),
            [stop] => (PyInt::new(0, cx)?, exact_index(stop, cx)?, PyInt::new(1, cx)?),
            [start, stop] => (exact_index(start, cx)?, exact_index(stop, cx)?, PyInt::new(1, cx)?),
            [start, stop, step] => (exact_index(start, cx)?, exact_index(stop, cx)?, exact_index(step, cx)?),
            a => return Err(cx.type_error(format_args!("range expected at most 3 arguments, got {}", a.len()))),
        };
        if step.is_zero() {
            return Err(cx.value_error(format_args!("range() arg 3 must not be zero")));
        }
        PyRange::make(start, stop, step, cx)
    }
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc(obj: *mut Object) {
        // SAFETY: a dying range; the type has no subtypes. Its fields are dropped once.
        unsafe {
            std::ptr::drop_in_place(obj as *mut PyRange);
            crate::alloc::free(obj as *mut u8, size_of::<PyRange>());
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let (a, b) = (abstract_::repr(self.start.as_object(), cx)?, abstract_::repr(self.stop.as_object(), cx)?);
        if is_one(&self.step) {
            return Ok(format!("range({a}, {b})"));
        }
        let s = abstract_::repr(self.step.as_object(), cx)?;
        Ok(format!("range({a}, {b}, {s})"))
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let n = none();
        let t = if self.length.is_zero() {
            [self.length.as_object(), n, n]
        } else if is_one(&self.length) {
            [self.length.as_object(), self.start.as_object(), n]
        } else {
            [self.length.as_object(), self.start.as_object(), self.step.as_object()]
        };
        let t = PyTuple::from_slice(&t, cx)?;
        abstract_::hash(&t, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyRange>()) else { return not_implemented().own() };
        from_bool(self.same_numbers(o) == (op == CmpOp::Eq))
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some((a, s, n)) = self.machine() {
            return PyRangeIter::of(a, s, n, cx).map(Own::into_object);
        }
        PyLongRangeIter::of(self.start.new_ref(), self.step.new_ref(), self.length.new_ref(), cx).map(Own::into_object)
    }
    #[slot(sq_length, mp_length)]
    fn len(&self, cx: &mut Cx) -> PyResult<usize> {
        match self.length.to_i64() {
            Some(n) => Ok(n as usize),
            None => Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t"))),
        }
    }
    #[slot(nb_bool)]
    fn bool(&self) -> bool {
        !self.length.is_zero()
    }
    #[slot(sq_item)]
    fn sq_item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let i = PyInt::new(i as i64, cx)?;
        self.subscript_int(&i, cx)
    }
    #[slot(sq_contains)]
    fn contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        match plain_int(v) {
            Some(i) => Ok(self.has_int(i)),
            None => any_iter::search(self, v, cx),
        }
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if number::has_index(key) {
            let i = number::index(key, cx)?;
            return self.subscript_int(&i, cx).map(Own::into_object);
        }
        let Some(s) = key.downcast::<PySlice>() else {
            return Err(cx.type_error(format_args!("range indices must be integers or slices, not {}", key.ty().tp_name_str())));
        };
        let [a, b, s] = s.long_indices(&self.length, cx)?;
        let start = self.at(a.as_ref_int(), cx)?;
        let stop = self.at(b.as_ref_int(), cx)?;
        let step = PyInt::from_big(&big::mul(self.step.as_ref_int(), s.as_ref_int()), cx)?;
        PyRange::make(start, stop, step, cx).map(Own::into_object)
    }
    /// Return a reverse iterator.
    #[method("__reversed__()")]
    fn reversed(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some((a, s, n)) = self.machine() {
            if let Some(back) = s.checked_neg().filter(|_| a.checked_sub(s).is_some()) {
                return PyRangeIter::of(a + (n - 1) * s, back, n, cx).map(Own::into_object);
            }
        }
        let one = PyInt::new(1, cx)?;
        let last = big::sub(self.length.as_ref_int(), one.as_ref_int());
        let start = self.at(last.view(), cx)?;
        let step = PyInt::from_big(&self.step.as_ref_int().negated().to_owned(), cx)?;
        PyLongRangeIter::of(start, step, self.length.new_ref(), cx).map(Own::into_object)
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = PyTuple::from_slice(&[self.start.as_object(), self.stop.as_object(), self.step.as_object()], cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args], cx)
    }
    /// rangeobject.count(value) -> integer -- return number of occurrences of value
    #[method("count(object, /)")]
    fn count(&self, object: &Object, cx: &mut Cx) -> PyResult<isize> {
        if let Some(i) = plain_int(object) {
            return Ok(self.has_int(i) as isize);
        }
        let mut n = 0;
        any_iter::for_each(self, cx, |v, cx| {
            n += abstract_::eq(&v, object, cx)? as isize;
            Ok(true)
        })?;
        Ok(n)
    }
    /// rangeobject.index(value) -> integer -- return index of value.
    /// Raise ValueError if the value is not present.
    #[method("index(object, /)")]
    fn index(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        if let Some(i) = plain_int(object) {
            if self.has_int(i) {
                let d = big::sub(i.as_ref_int(), self.start.as_ref_int());
                if let Some(q) = big::floor_div(d.view(), self.step.as_ref_int()) {
                    return PyInt::from_big(&q, cx);
                }
            }
            return Err(cx.value_error(format_args!("range.index(x): x not in range")));
        }
        let (mut at, mut found) = (0i64, false);
        any_iter::for_each(self, cx, |v, cx| {
            found = abstract_::eq(&v, object, cx)?;
            at += !found as i64;
            Ok(!found)
        })?;
        if found { PyInt::new(at, cx) } else { Err(cx.value_error(format_args!("sequence.index(x): x not in sequence"))) }
    }
}

impl PyRange {
    fn subscript_int(&self, i: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let n = self.length.as_ref_int();
        let back;
        let mut at = i.as_ref_int();
        if at.neg {
            back = big::add(at, n);
            at = back.view();
        }
        if at.neg || at.cmp(&n).is_ge() {
            return Err(cx.index_error(format_args!("range object index out of range")));
        }
        self.at(at, cx)
    }
}
