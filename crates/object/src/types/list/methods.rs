//! `list` as Python sees it.

use super::{PyList, PyListIter, PyListRevIter};
use crate::abstract_::{self, CmpOp, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use crate::types::slice::PySlice;

/// The position that index `i` means in `n` items, if it is there.
#[inline]
pub(crate) fn position(i: isize, n: usize) -> Option<usize> {
    let i = if i < 0 { i + n as isize } else { i };
    usize::try_from(i).ok().filter(|&i| i < n)
}

/// A start or stop argument of `index` and `insert`: from the end when negative, clipped.
pub(crate) fn clip(i: isize, n: usize) -> usize {
    let i = if i < 0 { i.saturating_add(n as isize).max(0) } else { i };
    i as usize
}

/// "[a, b]" with a guard against lists that hold themselves. Items are looked at as they are when their turn comes.
pub(crate) fn repr_items(
    o: &Object,
    open: &str,
    close: &str,
    item: impl Fn(usize) -> Option<Option<Own<Object>>>,
    cx: &mut Cx,
) -> PyResult<Own<PyStr>> {
    let mut out = crate::types::dict::TextBuf::new();
    out.push(open);
    let Some(_guard) = abstract_::repr_enter(o, cx) else {
        out.push("...");
        out.push(if close == ",)" { ")" } else { close });
        return out.finish(cx);
    };
    let mut i = 0;
    // A representation can shrink the container: every item is asked for anew.
    while let Some(v) = item(i) {
        if i > 0 {
            out.push(", ");
        }
        match v {
            Some(v) => out.push_str(&*abstract_::repr(&v, cx)?),
            // C code has made the container and not filled it yet.
            None => out.push("<NULL>"),
        }
        i += 1;
    }
    out.push(close);
    out.finish(cx)
}

impl PyList {
    fn assign_slice(&self, s: &PySlice, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let (start, stop, step) = s.unpack(cx)?;
        let Some(value) = value else {
            let span = crate::types::slice::Span::clip(start, stop, step, self.len());
            if span.count == 0 {
                return Ok(());
            }
            if span.step == 1 {
                return self.splice_refs(span.start as usize, span.start as usize + span.count, &[], cx);
            }
            drop(self.delete_span(span, cx));
            return Ok(());
        };
        if step == 1 && !value.is(self) {
            let items = match (value.exact::<PyList>(), value.exact::<PyTuple>()) {
                (Some(l), _) => Some(l.raw_slice()),
                (_, Some(t)) => Some(t.as_slice()),
                _ => None,
            };
            if let Some(items) = items {
                let span = crate::types::slice::Span::clip(start, stop, step, self.len());
                return self.splice_refs(span.start as usize, span.stop.max(span.start) as usize, items, cx);
            }
        }
        let new = match abstract_::iter::collect(value, cx) {
            Ok(v) => v,
            Err(r) if !abstract_::iter::is_iterable(value) => {
                cx.catch(r, exc::TypeError())?;
                return Err(cx.type_error(format_args!("must assign iterable to extended slice")));
            }
            Err(r) => return Err(r),
        };
        let span = crate::types::slice::Span::clip(start, stop, step, self.len());
        if step == 1 {
            drop(self.splice(span.start as usize, span.stop.max(span.start) as usize, new, cx)?);
            return Ok(());
        }
        if new.len() != span.count {
            return Err(cx.value_error(format_args!(
                "attempt to assign sequence of size {} to extended slice of size {}",
                new.len(),
                span.count
            )));
        }
        let old: Vec<Own<Object>> = span.positions().zip(new).map(|(i, v)| self.replace(i, v)).collect();
        drop(old);
        Ok(())
    }

    fn find(&self, value: &Object, start: usize, stop: usize, cx: &mut Cx) -> PyResult<Option<usize>> {
        let mut i = start;
        while i < stop {
            let Some(v) = self.raw_slice().get(i) else { break };
            let same = match abstract_::quiet_eq(v, value) {
                Some(same) => same,
                None => {
                    let v = v.own();
                    abstract_::eq(&v, value, cx)?
                }
            };
            if same {
                return Ok(Some(i));
            }
            i += 1;
        }
        Ok(None)
    }
}

#[pymethods(SEQUENCE_PART)]
impl PyList {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if std::ptr::eq(cls, PyList::ty()) {
            return PyList::new(cx).map(Own::into_object);
        }
        crate::typeobj::alloc_instance(cls, 0, cx)
    }
    #[slot(tp_vectorcall)]
    fn py_vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = PyList::py_new(cls, args, kw, cx)?;
        if let Some(l) = o.downcast::<PyList>() {
            l.py_init(args, kw, cx)?;
        }
        Ok(o)
    }
    #[slot(tp_init)]
    fn py_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        // A subtype with a `__new__` of its own decides about keywords itself.
        let new = |t: &PyType| t.tp_new.get().map(|f| f as usize);
        if self.as_object().is_exact::<PyList>() || new(self.ty()) == new(PyList::ty()) {
            kw.refuse("list", cx)?;
        }
        if args.len() > 1 {
            return Err(cx.type_error(format_args!("list expected at most 1 argument, got {}", args.len())));
        }
        if !self.is_empty() {
            drop(self.take_all());
        }
        match args.first() {
            Some(o) => self.extend(o, cx),
            None => Ok(()),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if self.is_empty() {
            return PyStr::new("[]", cx);
        }
        repr_items(self, "[", "]", |i| self.get_filled(i), cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyListIter>> {
        PyListIter::of(self, cx)
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
    #[slot(sq_concat)]
    fn py_concat(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<PyList>> {
        match other.downcast::<PyList>() {
            Some(o) => self.concat(o, cx),
            None => Err(cx.type_error(format_args!("can only concatenate list (not \"{}\") to list", other.ty().tp_name_str()))),
        }
    }
    #[slot(sq_repeat)]
    fn py_repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        self.repeated(n, cx)
    }
    #[slot(sq_inplace_concat)]
    fn py_iadd(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.extend(other, cx)?;
        Ok(self.own())
    }
    #[slot(sq_inplace_repeat)]
    fn py_imul(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.repeat_in_place(n, cx)?;
        Ok(self.own())
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        match usize::try_from(i).ok().and_then(|i| self.get_own(i)) {
            Some(v) => Ok(v),
            None => Err(cx.index_error(format_args!("list index out of range"))),
        }
    }
    #[slot(sq_ass_item)]
    fn ass_item(&self, i: isize, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(i) = usize::try_from(i).ok().filter(|&i| i < self.len()) else {
            return Err(cx.index_error(format_args!("list assignment index out of range")));
        };
        match value {
            Some(v) => drop(self.replace(i, v.own())),
            None => drop(self.remove_at(i, cx)),
        }
        Ok(())
    }
    #[slot(sq_contains)]
    fn contains(&self, value: &Object, cx: &mut Cx) -> PyResult<bool> {
        Ok(self.find(value, 0, usize::MAX, cx)?.is_some())
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(s) = key.downcast::<PySlice>() {
            let span = s.span(|| self.len(), cx)?;
            return self.select(span, cx).map(Own::into_object);
        }
        if let Some(v) = key.exact::<PyInt>().and_then(PyInt::compact).and_then(|i| position(i as isize, self.len())) {
            if let Some(v) = self.get_own(v) {
                return Ok(v);
            }
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("list indices must be integers or slices, not {}", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        match position(i, self.len()).and_then(|i| self.get_own(i)) {
            Some(v) => Ok(v),
            None => Err(cx.index_error(format_args!("list index out of range"))),
        }
    }
    #[slot(mp_ass_subscript)]
    fn ass_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if let Some(s) = key.downcast::<PySlice>() {
            return self.assign_slice(s, value, cx);
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("list indices must be integers or slices, not {}", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        let i = if i < 0 { i + self.len() as isize } else { i };
        self.ass_item(i, value, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyList>() else { return Ok(not_implemented().own()) };
        if self.len() != o.len() && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(from_bool(op == CmpOp::Ne));
        }
        let mut i = 0;
        // The lists may change while items are compared.
        while let (Some(a), Some(b)) = (self.raw_slice().get(i), o.raw_slice().get(i)) {
            if abstract_::quiet_eq(a, b) == Some(true) {
                i += 1;
                continue;
            }
            let (a, b) = (a.own(), b.own());
            if !abstract_::eq(&a, &b, cx)? {
                if i >= self.len() || i >= o.len() {
                    break;
                }
                return match op {
                    CmpOp::Eq => Ok(from_bool(false)),
                    CmpOp::Ne => Ok(from_bool(true)),
                    _ => abstract_::rich_compare(&a, &b, op, cx),
                };
            }
            i += 1;
        }
        Ok(from_bool(op.holds(self.len().cmp(&o.len()))))
    }
}

#[pymethods(METHODS)]
impl PyList {
    /// Return self[index].
    #[method("__getitem__(index, /)", coexist)]
    fn py_getitem(&self, index: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.subscript(index, cx)
    }
    /// Return a reverse iterator over the list.
    #[method("__reversed__()")]
    fn py_reversed(&self, cx: &mut Cx) -> PyResult<Own<PyListRevIter>> {
        PyListRevIter::of(self, cx)
    }
    /// Return the size of the list in memory, in bytes.
    #[method("__sizeof__()")]
    fn py_sizeof(&self) -> isize {
        self.ty().tp_basicsize.get() + self.allocated.get() * 8
    }
    /// Remove all items from list.
    #[method("clear()")]
    fn py_clear(&self) {
        // SAFETY: a live list.
        unsafe { super::clear(self.as_object().as_ptr()) };
    }
    /// Return a shallow copy of the list.
    #[method("copy()")]
    fn py_copy(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        self.slice(0, self.len(), cx)
    }
    /// Append object to the end of the list.
    #[method("append(object, /)")]
    fn py_append(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        self.push(object.own(), cx)
    }
    /// Insert object before index.
    #[method("insert(index, object, /)")]
    fn py_insert(&self, index: isize, object: &Object, cx: &mut Cx) -> PyResult<()> {
        self.insert(clip(index, self.len()), object.own(), cx)
    }
    /// Extend list by appending elements from the iterable.
    #[method("extend(iterable, /)")]
    fn py_extend(&self, iterable: &Object, cx: &mut Cx) -> PyResult<()> {
        self.extend(iterable, cx)
    }
    /// Remove and return item at index (default last).
    ///
    /// Raises IndexError if list is empty or index is out of range.
    #[method("pop(index=-1, /)")]
    fn py_pop(&self, index: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is_empty() {
            return Err(cx.index_error(format_args!("pop from empty list")));
        }
        match position(index, self.len()) {
            Some(i) => Ok(self.remove_at(i, cx)),
            None => Err(cx.index_error(format_args!("pop index out of range"))),
        }
    }
    /// Remove first occurrence of value.
    ///
    /// Raises ValueError if the value is not present.
    #[method("remove(value, /)")]
    fn py_remove(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        match self.find(value, 0, usize::MAX, cx)? {
            Some(i) if i < self.len() => {
                drop(self.remove_at(i, cx));
                Ok(())
            }
            Some(_) => Ok(()),
            None => Err(cx.value_error(format_args!("list.remove(x): x not in list"))),
        }
    }
    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[method("index(value, start=0, stop=sys.maxsize, /)")]
    fn py_index(&self, value: &Object, start: Option<SliceIndex>, stop: Option<SliceIndex>, cx: &mut Cx) -> PyResult<isize> {
        let n = self.len();
        let (lo, hi) = (clip(start.map_or(0, |s| s.0), n), clip(stop.map_or(isize::MAX, |s| s.0), n));
        match self.find(value, lo, hi, cx)? {
            Some(i) => Ok(i as isize),
            None => Err(cx.value_error(format_args!("list.index(x): x not in list"))),
        }
    }
    /// Return number of occurrences of value.
    #[method("count(value, /)")]
    fn py_count(&self, value: &Object, cx: &mut Cx) -> PyResult<isize> {
        let mut n = 0;
        let mut i = 0;
        while let Some(v) = self.raw_slice().get(i) {
            n += match abstract_::quiet_eq(v, value) {
                Some(same) => same,
                None => {
                    let v = v.own();
                    abstract_::eq(&v, value, cx)?
                }
            } as isize;
            i += 1;
        }
        Ok(n)
    }
    /// Reverse *IN PLACE*.
    #[method("reverse()")]
    fn py_reverse(&self) {
        self.reverse();
    }
    /// lists are generic over the type of their contents
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls, object, cx)
    }
}
