//! `deque`: a list that grows and shrinks at both ends.
//!
//! `state` counts the changes of the item sequence, so that iterators notice them; replacing an item, and `reverse`, do not count.

use super::deque_iter::{PyDequeIter, PyDequeRevIter};
use super::ring::Ring;
use std::cell::Cell;
use taipan_object::abstract_::{self, iter, number};
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;

/// No `maxlen`.
const UNBOUNDED: isize = -1;

#[pytype(
    name = "collections.deque", heap,
    gc,
    basetype,
    sequence,
    doc = "deque([iterable[, maxlen]])\n--\n\nA list-like sequence optimized for data accesses near its endpoints."
)]
#[repr(C)]
pub struct PyDeque {
    head: ObjHead,
    ring: Ring,
    state: Cell<usize>,
    maxlen: Cell<isize>,
    weak: WeakList,
}

impl PyDeque {
    fn empty(cls: &PyType, maxlen: isize, cx: &mut Cx) -> PyResult<Own<PyDeque>> {
        let head = Object::placeholder();
        cx.new_object_of(cls, PyDeque { head, ring: Ring::default(), state: Cell::new(0), maxlen: Cell::new(maxlen), weak: WeakList::new() })
    }
    /// The items.
    pub(super) fn ring(&self) -> &Ring {
        &self.ring
    }
    /// How often the sequence of items changed.
    pub(super) fn state(&self) -> usize {
        self.state.get()
    }
    #[inline]
    fn changed(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }
    #[inline]
    fn is_over(&self) -> bool {
        // -1 is the greatest unsigned number: unbounded.
        self.ring.len() > self.maxlen.get() as usize
    }
    #[inline]
    fn push_back(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        self.ring.push_back(v, cx)?;
        self.changed();
        if self.is_over() {
            self.changed();
            drop(self.ring.pop_front());
        }
        Ok(())
    }
    #[inline]
    fn push_front(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        self.ring.push_front(v, cx)?;
        self.changed();
        if self.is_over() {
            self.changed();
            drop(self.ring.pop_back());
        }
        Ok(())
    }
    fn extend_with(&self, items: &Object, back: bool, cx: &mut Cx) -> PyResult<()> {
        if items.is(self.as_object()) {
            for v in self.ring.snapshot() {
                if back { self.push_back(v, cx)? } else { self.push_front(v, cx)? }
            }
            return Ok(());
        }
        let it = iter::get_iter(items, cx)?;
        while let Some(v) = iter::next(&it, cx)? {
            if back { self.push_back(v, cx)? } else { self.push_front(v, cx)? }
        }
        Ok(())
    }
    fn clear_items(&self) {
        if self.ring.len() > 0 {
            self.changed();
            drop(self.ring.take());
        }
    }
    /// Where index `i` is, if it is inside.
    fn place(&self, i: isize) -> Option<usize> {
        usize::try_from(i).ok().filter(|&i| i < self.ring.len())
    }
    fn out_of_range(cx: &mut Cx) -> Raised {
        cx.index_error(format_args!("deque index out of range"))
    }
    /// The first item in `[start, stop)` that equals `value`; `None` in the result: the deque changed meanwhile.
    fn find(&self, value: &Object, start: usize, stop: usize, cx: &mut Cx) -> PyResult<Result<Option<usize>, ()>> {
        let state = self.state.get();
        for i in start..stop {
            let Some(v) = self.ring.get(i) else { break };
            let same = abstract_::eq(&v, value, cx)?;
            if state != self.state.get() {
                return Ok(Err(()));
            }
            if same {
                return Ok(Ok(Some(i)));
            }
        }
        Ok(Ok(None))
    }
    fn mutated(cx: &mut Cx) -> Raised {
        cx.runtime_error(format_args!("deque mutated during iteration"))
    }
    /// A deque of the same type, items and bound.
    fn duplicate(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let ty = self.ty();
        if std::ptr::eq(ty, PyDeque::ty()) {
            let new = PyDeque::empty(ty, self.maxlen.get(), cx)?;
            new.ring.reserve(self.ring.len(), cx)?;
            for v in self.ring.snapshot() {
                new.ring.push_back(v, cx)?;
            }
            return Ok(new.into_object());
        }
        let made = if self.maxlen.get() < 0 {
            call::call(ty.as_object(), &[self.as_object()], cx)?
        } else {
            let n = PyInt::new(self.maxlen.get() as i64, cx)?;
            call::call(ty.as_object(), &[self.as_object(), &n], cx)?
        };
        if !made.is_a::<PyDeque>() {
            return Err(cx.type_error(format_args!("{}() must return a deque, not {}", ty.tp_name_str(), made.ty().tp_name_str())));
        }
        Ok(made)
    }
    /// Repeat the items `n` times in place.
    fn multiply(&self, n: isize, cx: &mut Cx) -> PyResult<()> {
        let len = self.ring.len();
        if len == 0 || n == 1 {
            return Ok(());
        }
        if n <= 0 {
            self.clear_items();
            return Ok(());
        }
        let (items, max) = (self.ring.snapshot(), self.maxlen.get() as usize);
        let Some(total) = len.checked_mul(n as usize).filter(|&t| t.min(max) <= isize::MAX as usize / 8) else {
            return Err(cx.memory_error());
        };
        let keep = total.min(max);
        self.ring.reserve(keep.saturating_sub(len), cx)?;
        // Only the last `maxlen` items survive: start where they begin.
        let skip = total - keep;
        let old = self.ring.take();
        self.changed();
        self.ring.reserve(keep, cx)?;
        for i in skip..total {
            self.ring.push_back(items[i % len].clone(), cx)?;
        }
        drop(old);
        Ok(())
    }
}

#[pymethods]
impl PyDeque {
    #[slot(tp_new)]
    fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDeque>> {
        PyDeque::empty(cls, UNBOUNDED, cx)
    }
    #[init("deque(iterable=<unrepresentable>, maxlen=None)")]
    fn init(&self, iterable: Option<&Object>, maxlen: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let max = match maxlen.filter(|m| !m.is(none())) {
            None => UNBOUNDED,
            Some(m) => {
                if !number::has_index(m) {
                    return Err(cx.type_error(format_args!("an integer is required")));
                }
                let n = match number::index(m, cx)?.to_i64() {
                    Some(n) => n as isize,
                    None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t"))),
                };
                if n < 0 {
                    return Err(cx.value_error(format_args!("maxlen must be non-negative")));
                }
                n
            }
        };
        self.maxlen.set(max);
        self.clear_items();
        match iterable {
            Some(items) => self.extend_with(items, true, cx),
            None => Ok(()),
        }
    }
    /// Add an element to the right side of the deque.
    #[method("append(item, /)")]
    fn append(&self, item: &Object, cx: &mut Cx) -> PyResult<()> {
        self.push_back(item.own(), cx)
    }
    /// Add an element to the left side of the deque.
    #[method("appendleft(item, /)")]
    fn appendleft(&self, item: &Object, cx: &mut Cx) -> PyResult<()> {
        self.push_front(item.own(), cx)
    }
    /// Remove and return the rightmost element.
    #[method("pop()")]
    fn pop(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.ring.pop_back() {
            Some(v) => {
                self.changed();
                Ok(v)
            }
            None => Err(cx.index_error(format_args!("pop from an empty deque"))),
        }
    }
    /// Remove and return the leftmost element.
    #[method("popleft()")]
    fn popleft(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.ring.pop_front() {
            Some(v) => {
                self.changed();
                Ok(v)
            }
            None => Err(cx.index_error(format_args!("pop from an empty deque"))),
        }
    }
    /// Extend the right side of the deque with elements from the iterable.
    #[method("extend(iterable, /)")]
    fn extend(&self, iterable: &Object, cx: &mut Cx) -> PyResult<()> {
        self.extend_with(iterable, true, cx)
    }
    /// Extend the left side of the deque with elements from the iterable.
    #[method("extendleft(iterable, /)")]
    fn extendleft(&self, iterable: &Object, cx: &mut Cx) -> PyResult<()> {
        self.extend_with(iterable, false, cx)
    }
    /// Return a shallow copy of a deque.
    #[method("copy()", alias = "__copy__")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.duplicate(cx)
    }
    /// Remove all elements from the deque.
    #[method("clear()")]
    fn clear(&self) {
        self.clear_items();
    }
    /// Rotate the deque n steps to the right.  If n is negative, rotates left.
    #[method("rotate(n=1, /)")]
    fn rotate(&self, n: isize) {
        if self.ring.len() > 1 {
            self.changed();
            self.ring.rotate(n);
        }
    }
    /// Reverse *IN PLACE*.
    #[method("reverse()")]
    fn reverse(&self) {
        self.ring.reverse();
    }
    /// Return number of occurrences of value.
    #[method("count(value, /)")]
    fn count(&self, value: &Object, cx: &mut Cx) -> PyResult<isize> {
        let state = self.state.get();
        let mut n = 0;
        for i in 0..self.ring.len() {
            let Some(v) = self.ring.get(i) else { break };
            n += abstract_::eq(&v, value, cx)? as isize;
            if state != self.state.get() {
                return Err(PyDeque::mutated(cx));
            }
        }
        Ok(n)
    }
    /// index($self, value, [start, [stop]])
    /// --
    ///
    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[method("index(value, start=0, stop=sys.maxsize, /)", nosig)]
    fn index(&self, value: &Object, start: Option<SliceIndex>, stop: Option<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
        let n = self.ring.len();
        let clip = |i: isize| (if i < 0 { i.saturating_add(n as isize).max(0) } else { i } as usize).min(n);
        let stop = stop.map_or(n, |s| clip(s.0));
        match self.find(value, start.map_or(0, |s| clip(s.0)), stop, cx)? {
            Ok(Some(i)) => Ok(i),
            Ok(None) => Err(cx.value_error(format_args!("deque.index(x): x not in deque"))),
            Err(()) => Err(PyDeque::mutated(cx)),
        }
    }
    /// Insert value before index.
    #[method("insert(index, value, /)")]
    fn insert(&self, index: isize, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = self.ring.len();
        if self.maxlen.get() == n as isize {
            return Err(cx.index_error(format_args!("deque already at its maximum size")));
        }
        let i = if index < 0 { index.saturating_add(n as isize).max(0) } else { index } as usize;
        self.changed();
        self.ring.insert(i, value.own(), cx)
    }
    /// Remove first occurrence of value.
    #[method("remove(value, /)")]
    fn remove(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        match self.find(value, 0, self.ring.len(), cx)? {
            Ok(Some(i)) => {
                self.changed();
                drop(self.ring.remove(i));
                Ok(())
            }
            Ok(None) => Err(cx.value_error(format_args!("deque.remove(x): x not in deque"))),
            Err(()) => Err(cx.index_error(format_args!("deque mutated during remove()."))),
        }
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let me = self.as_object();
        let state = call::call_method(me, name!(cx, "__getstate__"), &[], cx)?;
        let it = iter::get_iter(me, cx)?;
        let args = match self.maxlen.get() {
            UNBOUNDED => PyTuple::empty(),
            n => {
                let n = PyInt::new(n as i64, cx)?;
                PyTuple::from_slice(&[PyTuple::empty().as_object(), &n], cx)?
            }
        };
        PyTuple::from_slice(&[me.ty().as_object(), &args, &state, &it], cx)
    }
    /// Return a reverse iterator over the deque.
    #[method("__reversed__()")]
    fn reversed(&self, cx: &mut Cx) -> PyResult<Own<PyDequeRevIter>> {
        PyDequeRevIter::of(self, cx)
    }
    /// Return the size of the deque in memory, in bytes.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        self.ty().tp_basicsize.get() as usize + self.ring.bytes()
    }
    /// deques are generic over the type of their contents
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls.as_object(), object, cx)
    }
    /// maximum size of a deque or None if unbounded
    #[getter("maxlen")]
    fn maxlen(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.maxlen.get() {
            UNBOUNDED => Ok(none().own()),
            n => PyInt::new(n as i64, cx).map(Own::into_object),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let Some(_guard) = abstract_::repr_enter(self.as_object(), cx) else {
            return PyStr::new("[...]", cx);
        };
        let list = PyList::from_vec(self.ring.snapshot(), cx)?;
        let head = PyStr::new(&format!("{}(", self.ty().name()), cx)?;
        let shown = abstract_::repr(&list, cx)?;
        let tail = match self.maxlen.get() {
            UNBOUNDED => PyStr::new(")", cx)?,
            n => PyStr::new(&format!(", maxlen={n})"), cx)?,
        };
        PyStr::concat_all(&[&head, &shown, &tail], cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyDequeIter>> {
        PyDequeIter::of(self, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyDeque>() else { return Ok(not_implemented().own()) };
        let same_len = self.ring.len() == o.ring.len();
        match op {
            CmpOp::Eq if std::ptr::eq(self, o) => return Ok(from_bool(true)),
            CmpOp::Ne if std::ptr::eq(self, o) => return Ok(from_bool(false)),
            CmpOp::Eq if !same_len => return Ok(from_bool(false)),
            CmpOp::Ne if !same_len => return Ok(from_bool(true)),
            _ => {}
        }
        let (sa, sb) = (self.state.get(), o.state.get());
        let mut i = 0;
        loop {
            if sa != self.state.get() || sb != o.state.get() {
                return Err(PyDeque::mutated(cx));
            }
            match (self.ring.get(i), o.ring.get(i)) {
                (Some(a), Some(b)) => {
                    if !abstract_::eq(&a, &b, cx)? {
                        return match op {
                            CmpOp::Eq => Ok(from_bool(false)),
                            CmpOp::Ne => Ok(from_bool(true)),
                            _ => abstract_::rich_compare(&a, &b, op, cx),
                        };
                    }
                }
                (a, b) => return Ok(from_bool(op.holds(a.is_some().cmp(&b.is_some())))),
            }
            i += 1;
        }
    }
    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.ring.len()
    }
    #[slot(sq_contains)]
    fn contains(&self, value: &Object, cx: &mut Cx) -> PyResult<bool> {
        match self.find(value, 0, self.ring.len(), cx)? {
            Ok(at) => Ok(at.is_some()),
            Err(()) => Err(PyDeque::mutated(cx)),
        }
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        match usize::try_from(i).ok().and_then(|i| self.ring.get(i)) {
            Some(v) => Ok(v),
            None => Err(PyDeque::out_of_range(cx)),
        }
    }
    #[slot(sq_ass_item)]
    fn ass_item(&self, i: isize, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(i) = self.place(i) else { return Err(PyDeque::out_of_range(cx)) };
        match value {
            Some(v) => drop(self.ring.replace(i, v.own())),
            None => {
                self.changed();
                drop(self.ring.remove(i));
            }
        }
        Ok(())
    }
    #[slot(sq_concat)]
    fn concat(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !other.is_a::<PyDeque>() {
            return Err(cx.type_error(format_args!("can only concatenate deque (not \"{}\") to deque", other.ty().tp_name_str())));
        }
        let new = self.duplicate(cx)?;
        if let Some(d) = new.downcast::<PyDeque>() {
            d.extend_with(other, true, cx)?;
        }
        Ok(new)
    }
    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        let new = self.duplicate(cx)?;
        if let Some(d) = new.downcast::<PyDeque>() {
            d.multiply(n, cx)?;
        }
        Ok(new)
    }
    #[slot(sq_inplace_concat)]
    fn iadd(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.extend_with(other, true, cx)?;
        Ok(self.own())
    }
    #[slot(sq_inplace_repeat)]
    fn imul(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.multiply(n, cx)?;
        Ok(self.own())
    }
}
