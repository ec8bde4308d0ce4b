//! `tuple` as Python sees it.

use super::{PyTuple, PyTupleIter};
use crate::abstract_::{self, CmpOp, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use crate::types::list::{clip, position, repr_items};
use crate::types::slice::{PySlice, Span};
use taipan_algo_hash::TupleHasher;

impl PyTuple {
    /// A tuple of type `cls` (a subtype) with the items of an iterable.
    fn of_subtype(cls: &PyType, items: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let t = match items {
            Some(o) => abstract_::iter::to_tuple(o, cx)?,
            None => PyTuple::empty(),
        };
        let new = crate::typeobj::alloc_instance(cls, t.len(), cx)?;
        // SAFETY: a fresh instance with room for the items; nothing ran in between that could see it half filled but the collector, which skips null.
        unsafe {
            let n = new.cast_unchecked::<PyTuple>();
            n.hash.set(-1);
            for (i, v) in t.as_slice().iter().enumerate() {
                *(n.items.as_ptr() as *mut *mut Object).add(i) = v.own().into_raw();
            }
        }
        Ok(new)
    }

    /// The items `lo..hi` (clipped); the whole of an exact tuple is itself.
    pub fn slice(&self, lo: usize, hi: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let hi = hi.min(self.len());
        let lo = lo.min(hi);
        if lo == 0 && hi == self.len() && self.is_exact::<PyTuple>() {
            return Ok(self.new_ref());
        }
        PyTuple::from_slice(self.as_slice().get(lo..hi).unwrap_or(&[]), cx)
    }

    /// The hash, computed once. Raises what the items' `__hash__` raise.
    #[inline]
    pub fn hash_value(&self, cx: &mut Cx) -> PyResult<isize> {
        match self.hash.get() {
            -1 => self.compute_hash(cx),
            h => Ok(h),
        }
    }

    fn compute_hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let mut h = TupleHasher::default();
        let mut items = self.as_slice().iter();
        let rest = loop {
            let Some(v) = items.next() else {
                let h = h.tuple(self.len()) as isize;
                self.hash.set(h);
                return Ok(h);
            };
            match crate::types::dict::quick_hash(v) {
                Some(x) => h.add(x as i64),
                None => break v,
            }
        };
        // The others may run code, or lie deep.
        let _guard = cx.enter_call(" while hashing a tuple")?;
        h.add(abstract_::hash(rest, cx)? as i64);
        for v in items {
            h.add(abstract_::hash(v, cx)? as i64);
        }
        let h = h.tuple(self.len()) as isize;
        self.hash.set(h);
        Ok(h)
    }

    fn select(&self, s: Span, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if s.step == 1 {
            return self.slice(s.start as usize, s.start as usize + s.count, cx);
        }
        let v: Vec<&Object> = s.positions().filter_map(|i| self.get(i)).collect();
        PyTuple::from_slice(&v, cx)
    }
}

#[pymethods(METHODS)]
impl PyTuple {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let exact = std::ptr::eq(cls, PyTuple::ty());
        if exact || cls.tp_init.get().is_none_or(|f| PyTuple::ty().tp_init.get().is_some_and(|g| f as usize == g as usize)) {
            kw.refuse("tuple", cx)?;
        }
        if args.len() > 1 {
            return Err(cx.type_error(format_args!("tuple expected at most 1 argument, got {}", args.len())));
        }
        if !exact {
            return PyTuple::of_subtype(cls, args.first().copied(), cx);
        }
        match args.first() {
            Some(o) => abstract_::iter::to_tuple(o, cx).map(Own::into_object),
            None => Ok(PyTuple::empty().into_object()),
        }
    }
    #[slot(tp_vectorcall)]
    fn py_vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        kw.refuse("tuple", cx)?;
        PyTuple::py_new(cls, args, kw, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if self.is_empty() {
            return PyStr::new("()", cx);
        }
        repr_items(self, "(", if self.len() == 1 { ",)" } else { ")" }, |i| self.get_filled(i), cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        self.hash_value(cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyTupleIter>> {
        PyTupleIter::of(self, cx)
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
    #[slot(sq_concat)]
    fn concat(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if self.is_empty() && other.is_exact::<PyTuple>() {
            if let Some(o) = other.exact::<PyTuple>() {
                return Ok(o.new_ref());
            }
        }
        let Some(o) = other.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("can only concatenate tuple (not \"{}\") to tuple", other.ty().tp_name_str())));
        };
        if o.is_empty() && self.is_exact::<PyTuple>() {
            return Ok(self.new_ref());
        }
        let t = PyTuple::alloc(self.len() + o.len(), cx)?;
        // SAFETY: room for the items of both, each slot written once.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            for (i, v) in self.as_slice().iter().chain(o.as_slice()).enumerate() {
                *items.add(i) = v.own().into_raw();
            }
            Ok(PyTuple::publish(t))
        }
    }
    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = n.max(0) as usize;
        if (self.is_empty() || n == 1) && self.is_exact::<PyTuple>() {
            return Ok(self.new_ref());
        }
        let Some(total) = self.len().checked_mul(n).filter(|&t| t <= isize::MAX as usize / 8) else { return Err(cx.memory_error()) };
        if total == 0 {
            return Ok(PyTuple::empty());
        }
        let t = PyTuple::alloc(total, cx)?;
        // SAFETY: room for `total` items, each written once.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            for k in 0..n {
                for (i, v) in self.as_slice().iter().enumerate() {
                    *items.add(k * self.len() + i) = v.own().into_raw();
                }
            }
            Ok(PyTuple::publish(t))
        }
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        match usize::try_from(i).ok().and_then(|i| self.get(i)) {
            Some(v) => Ok(v.own()),
            None => Err(cx.index_error(format_args!("tuple index out of range"))),
        }
    }
    #[slot(sq_contains)]
    fn contains(&self, value: &Object, cx: &mut Cx) -> PyResult<bool> {
        for v in self.as_slice() {
            if abstract_::eq(v, value, cx)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(s) = key.downcast::<PySlice>() {
            let span = s.span(|| self.len(), cx)?;
            return self.select(span, cx).map(Own::into_object);
        }
        if let Some(v) = key.exact::<PyInt>().and_then(PyInt::compact).and_then(|i| position(i as isize, self.len())).and_then(|i| self.get(i)) {
            return Ok(v.own());
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("tuple indices must be integers or slices, not {}", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        match position(i, self.len()).and_then(|i| self.get(i)) {
            Some(v) => Ok(v.own()),
            None => Err(cx.index_error(format_args!("tuple index out of range"))),
        }
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyTuple>() else { return Ok(not_implemented().own()) };
        for (a, b) in self.as_slice().iter().zip(o.as_slice()) {
            if !abstract_::eq(a, b, cx)? {
                return match op {
                    CmpOp::Eq => Ok(from_bool(false)),
                    CmpOp::Ne => Ok(from_bool(true)),
                    _ => abstract_::rich_compare(a, b, op, cx),
                };
            }
        }
        Ok(from_bool(op.holds(self.len().cmp(&o.len()))))
    }
    #[method("__getnewargs__()", doc = "")]
    fn getnewargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let copy = PyTuple::from_slice(self.as_slice(), cx)?;
        PyTuple::from_slice(&[&copy], cx)
    }
    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[method("index(value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Object, start: Option<SliceIndex>, stop: Option<SliceIndex>, cx: &mut Cx) -> PyResult<isize> {
        let n = self.len();
        let (lo, hi) = (clip(start.map_or(0, |s| s.0), n), clip(stop.map_or(isize::MAX, |s| s.0), n));
        for i in lo..hi.min(n) {
            if let Some(v) = self.get(i) {
                if abstract_::eq(v, value, cx)? {
                    return Ok(i as isize);
                }
            }
        }
        Err(cx.value_error(format_args!("tuple.index(x): x not in tuple")))
    }
    /// Return number of occurrences of value.
    #[method("count(value, /)")]
    fn count(&self, value: &Object, cx: &mut Cx) -> PyResult<isize> {
        let mut n = 0;
        for v in self.as_slice() {
            n += abstract_::eq(v, value, cx)? as isize;
        }
        Ok(n)
    }
    /// Tuples are generic over the types of their contents.
    ///
    /// For example, use ``tuple[int, str]`` for a pair whose first element
    /// is an int and second element is a string.
    ///
    /// Tuples also support the form ``tuple[T, ...]`` to indicate
    /// an arbitrary length tuple of elements of type T.
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls, object, cx)
    }
}
