//! `slice`: an immutable triple of bounds, and the arithmetic that turns bounds into positions.

use crate::abstract_::{self, CmpOp, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use taipan_algo_hash::TupleHasher;
use taipan_algo_int as big;

#[pytype(
    name = "slice", no_clear,
    layout = "PySliceObject",
    export = "PySlice_Type",
    gc,
    doc = "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.\n\nThis is used for extended slicing (e.g. a[0:10:2])."
)]
#[repr(C)]
pub struct PySlice {
    head: ObjHead,
    #[member("start", readonly)]
    start: Field<Object>,
    #[member("stop", readonly)]
    stop: Field<Object>,
    #[member("step", readonly)]
    step: Field<Object>,
}

/// `slice(start, stop, step)`.
pub fn new_slice(start: &Object, stop: &Object, step: &Object, cx: &mut Cx) -> PyResult {
    cx.new_object(PySlice { head: Object::placeholder(), start: Field::new(start.own()), stop: Field::new(stop.own()), step: Field::new(step.own()) })
        .map(Own::into_object)
}

/// The positions a slice selects in a sequence: `start`, `start + step`, … (`count` of them).
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
    pub count: usize,
}

impl Span {
    /// Clip unpacked bounds to a sequence of `len` items (`PySlice_AdjustIndices`).
    #[inline]
    pub fn clip(mut start: isize, mut stop: isize, step: isize, len: usize) -> Span {
        let n = len as isize;
        let clip = |i: isize| {
            if i < 0 {
                let j = i.saturating_add(n);
                if j < 0 { if step < 0 { -1 } else { 0 } } else { j }
            } else if i >= n {
                if step < 0 { n - 1 } else { n }
            } else {
                i
            }
        };
        start = clip(start);
        stop = clip(stop);
        let count = if step < 0 {
            if stop < start { (start - stop - 1) / -step + 1 } else { 0 }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Span { start, stop, step, count: count as usize }
    }
    /// The positions in order.
    #[inline]
    pub fn positions(self) -> impl ExactSizeIterator<Item = usize> {
        let (mut at, step) = (self.start, self.step);
        (0..self.count).map(move |_| {
            let i = at as usize;
            at = at.wrapping_add(step);
            i
        })
    }
}

#[inline(always)]
fn bound(o: &Object, cx: &mut Cx) -> PyResult<isize> {
    if let Some(n) = o.exact::<PyInt>().and_then(PyInt::compact) {
        return Ok(n as isize);
    }
    if !number::has_index(o) {
        return Err(cx.type_error(format_args!("slice indices must be integers or None or have an __index__ method")));
    }
    number::index_clipped(o, cx)
}

impl PySlice {
    /// The bounds as machine integers, not yet clipped to a length (`PySlice_Unpack`). Raises for a zero step and for non-integers.
    #[inline]
    pub fn unpack(&self, cx: &mut Cx) -> PyResult<(isize, isize, isize)> {
        let step = if self.step.is_none() {
            1
        } else {
            let s = bound(&self.step, cx)?;
            if s == 0 {
                return Err(cx.value_error(format_args!("slice step cannot be zero")));
            }
            s.max(-isize::MAX)
        };
        let start = if self.start.is_none() { if step < 0 { isize::MAX } else { 0 } } else { bound(&self.start, cx)? };
        let stop = if self.stop.is_none() { if step < 0 { isize::MIN } else { isize::MAX } } else { bound(&self.stop, cx)? };
        Ok((start, stop, step))
    }
    /// The positions in a sequence whose length is asked for after the bounds ran their code.
    pub fn span(&self, len: impl FnOnce() -> usize, cx: &mut Cx) -> PyResult<Span> {
        let (a, b, s) = self.unpack(cx)?;
        Ok(Span::clip(a, b, s, len()))
    }
    /// First and last position in a sequence of `len` items, when the bounds are small ints or absent and there is no step.
    #[inline(always)]
    pub fn plain_range(&self, len: usize) -> Option<(usize, usize)> {
        if !self.step.is_none() {
            return None;
        }
        let at = |o: &Object, absent: usize| {
            if o.is_none() {
                return Some(absent);
            }
            let i = o.exact::<PyInt>()?.compact()?;
            Some(if i < 0 { (i + len as i64).max(0) as usize } else { (i as usize).min(len) })
        };
        let (lo, hi) = (at(&self.start, 0)?, at(&self.stop, len)?);
        Some((lo, hi.max(lo)))
    }
    /// Whether the bounds are ints or absent, so that reading them runs no code.
    pub fn is_plain(&self) -> bool {
        let plain = |o: &Object| o.is_none() || o.is_exact::<PyInt>();
        plain(&self.start) && plain(&self.stop) && plain(&self.step)
    }
    /// The bounds as they are.
    pub fn parts(&self) -> (&Object, &Object, &Object) {
        (&self.start, &self.stop, &self.step)
    }
    /// Start, stop and step for a sequence of `len` items, as big as need be.
    pub fn long_indices(&self, len: &PyInt, cx: &mut Cx) -> PyResult<[Own<PyInt>; 3]> {
        let one = PyInt::new(1, cx)?;
        let index = |o: &Object, cx: &mut Cx| {
            if !number::has_index(o) {
                return Err(cx.type_error(format_args!("slice indices must be integers or None or have an __index__ method")));
            }
            number::index(o, cx)
        };
        let step = if self.step.is_none() { PyInt::new(1, cx)? } else { index(&self.step, cx)? };
        if step.is_zero() {
            return Err(cx.value_error(format_args!("slice step cannot be zero")));
        }
        let back = step.is_negative();
        let (lower, upper) = if back {
            (PyInt::new(-1, cx)?, PyInt::from_big(&big::sub(len.as_ref_int(), one.as_ref_int()), cx)?)
        } else {
            (PyInt::new(0, cx)?, len.new_ref())
        };
        let clip = |o: &Object, none: &Own<PyInt>, cx: &mut Cx| -> PyResult<Own<PyInt>> {
            if o.is_none() {
                return Ok(none.clone());
            }
            let mut i = index(o, cx)?;
            if i.is_negative() {
                i = PyInt::from_big(&big::add(i.as_ref_int(), len.as_ref_int()), cx)?;
                return Ok(if i.as_ref_int().cmp(&lower.as_ref_int()).is_lt() { lower.clone() } else { i });
            }
            Ok(if i.as_ref_int().cmp(&upper.as_ref_int()).is_gt() { upper.clone() } else { i })
        };
        let (first, last) = if back { (&upper, &lower) } else { (&lower, &upper) };
        let start = clip(&self.start, first, cx)?;
        let stop = clip(&self.stop, last, cx)?;
        Ok([start, stop, step])
    }
}

#[pymethods]
impl PySlice {
    #[new]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        kw.refuse("slice", cx)?;
        let n = none();
        match args.0 {
            [] => Err(cx.type_error(format_args!("slice expected at least 1 argument, got 0"))),
            [stop] => new_slice(n, stop, n, cx),
            [start, stop] => new_slice(start, stop, n, cx),
            [start, stop, step] => new_slice(start, stop, step, cx),
            a => Err(cx.type_error(format_args!("slice expected at most 3 arguments, got {}", a.len()))),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut out = crate::types::dict::TextBuf::new();
        out.push("slice(");
        for (i, p) in [&*self.start, &*self.stop, &*self.step].into_iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            out.push_str(&*abstract_::repr(p, cx)?);
        }
        out.push(")");
        out.finish(cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let mut h = TupleHasher::default();
        for p in [&*self.start, &*self.stop, &*self.step] {
            h.add(abstract_::hash(p, cx)? as i64);
        }
        Ok(h.slice() as isize)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PySlice>() else { return Ok(not_implemented().own()) };
        if self.is(other) {
            return Ok(from_bool(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)));
        }
        let a = PyTuple::from_slice(&[&self.start, &self.stop, &self.step], cx)?;
        let b = PyTuple::from_slice(&[&o.start, &o.stop, &o.step], cx)?;
        abstract_::rich_compare(&a, &b, op, cx)
    }
    /// S.indices(len) -> (start, stop, stride)
    ///
    /// Assuming a sequence of length len, calculate the start and stop
    /// indices, and the stride length of the extended slice described by
    /// S. Out of bounds indices are clipped in a manner consistent with the
    /// handling of normal slices.
    #[method("indices(object, /)")]
    fn indices(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let len = number::index(object, cx)?;
        if len.is_negative() {
            return Err(cx.value_error(format_args!("length should not be negative")));
        }
        let [a, b, c] = self.long_indices(&len, cx)?;
        PyTuple::from_slice(&[&a, &b, &c], cx)
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = PyTuple::from_slice(&[&self.start, &self.stop, &self.step], cx)?;
        PyTuple::from_slice(&[self.ty(), &args], cx)
    }
}
