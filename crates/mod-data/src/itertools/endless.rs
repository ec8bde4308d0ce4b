//! `count`, `cycle`, `repeat`: iterators that need not end.

use super::{no_keywords, positional};
use std::cell::{Cell, RefCell};
use taipan_object::abstract_::{self, iter, number};
use taipan_object::prelude::*;

/// Return a count object whose .__next__() method returns consecutive values.
#[pytype(name = "itertools.count", heap, gc, basetype)]
#[repr(C)]
pub struct PyCount {
    head: ObjHead,
    next: FieldCell<Object>,
    step: Field<Object>,
    /// The next value while both are small ints, the step being one.
    fast: Cell<i64>,
}

/// `fast` when the objects count.
const SLOW: i64 = i64::MAX;

fn is_number(o: &Object) -> bool {
    o.ty().number().is_some_and(|n| n.nb_index.get().is_some() || n.nb_int.get().is_some() || n.nb_float.get().is_some())
        || o.is_a::<taipan_object::types::complex::PyComplex>()
}

#[pymethods]
impl PyCount {
    #[new("count(start=0, step=1)")]
    fn new(cls: &PyType, start: Option<&Object>, step: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyCount>> {
        if start.is_some_and(|s| !is_number(s)) || step.is_some_and(|s| !is_number(s)) {
            return Err(cx.type_error(format_args!("a number is required")));
        }
        let start = match start {
            Some(s) => s.own(),
            None => PyInt::new(0, cx)?.into_object(),
        };
        let step = match step {
            Some(s) => s.own(),
            None => PyInt::new(1, cx)?.into_object(),
        };
        let one = step.exact::<PyInt>().is_some_and(|s| s.to_i64() == Some(1));
        let fast = start.exact::<PyInt>().filter(|_| one).and_then(|s| s.to_i64()).unwrap_or(SLOW);
        let next = FieldCell::new(Some(start));
        cx.new_object_of(cls, PyCount { head: Object::placeholder(), next, step: Field::new(step), fast: Cell::new(fast) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let n = self.fast.get();
        if n < SLOW {
            self.fast.set(n + 1);
            if n + 1 == SLOW {
                self.next.set(Some(PyInt::new(SLOW, cx)?.into_object()), cx);
            }
            return PyInt::new(n, cx).map(|v| Some(v.into_object()));
        }
        let Some(v) = self.next.own() else { return Ok(None) };
        let after = number::binary(&number::ADD, &v, &self.step, cx)?;
        self.next.set(Some(after), cx);
        Ok(Some(v))
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let name = self.ty().name().to_owned();
        if self.fast.get() < SLOW {
            return Ok(format!("{name}({})", self.fast.get()));
        }
        let now = self.next.own().unwrap_or_else(|| none().own());
        let now = abstract_::repr(&now, cx)?;
        if self.step.exact::<PyInt>().is_some_and(|s| s.to_i64() == Some(1)) {
            return Ok(format!("{name}({now})"));
        }
        Ok(format!("{name}({now}, {})", abstract_::repr(&self.step, cx)?))
    }
}

/// cycle(iterable, /)
/// --
///
/// Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.
#[pytype(name = "itertools.cycle", heap, gc, basetype)]
#[repr(C)]
pub struct PyCycle {
    head: ObjHead,
    it: FieldCell<Object>,
    saved: Field<PyList>,
    at: Cell<usize>,
}

#[pymethods]
impl PyCycle {
    #[new]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyCycle>> {
        no_keywords("cycle", cls, PyCycle::ty(), kw, cx)?;
        positional("cycle", args.0, 1, 1, cx)?;
        let it = iter::get_iter(args.0[0], cx)?;
        let saved = Field::new(PyList::new(cx)?);
        cx.new_object_of(cls, PyCycle { head: Object::placeholder(), it: FieldCell::new(Some(it)), saved, at: Cell::new(0) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(it) = self.it.own() {
            if let Some(v) = iter::next(&it, cx)? {
                self.saved.push(v.clone(), cx)?;
                return Ok(Some(v));
            }
            self.it.set(None, cx);
        }
        let Some(v) = self.saved.get_own(self.at.get()) else { return Ok(None) };
        let next = self.at.get() + 1;
        self.at.set(if next >= self.saved.len() { 0 } else { next });
        Ok(Some(v))
    }
}

/// repeat(object [,times]) -> create an iterator which returns the object
/// for the specified number of times.  If not specified, returns the object
/// endlessly.
#[pytype(name = "itertools.repeat", heap, gc, basetype)]
#[repr(C)]
pub struct PyRepeat {
    head: ObjHead,
    element: Field<Object>,
    /// Turns left; negative: endless.
    left: Cell<isize>,
}

#[pymethods]
impl PyRepeat {
    #[new("repeat(object, times=None)", nosig)]
    fn new(cls: &PyType, object: &Object, times: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyRepeat>> {
        let left = Cell::new(times.map_or(-1, |n| n.max(0)));
        cx.new_object_of(cls, PyRepeat { head: Object::placeholder(), element: Field::new(object.own()), left })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self) -> PyResult<Option<Own<Object>>> {
        match self.left.get() {
            0 => Ok(None),
            n => {
                if n > 0 {
                    self.left.set(n - 1);
                }
                Ok(Some(self.element.own()))
            }
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let name = self.ty().name().to_owned();
        let shown = abstract_::repr(&self.element, cx)?;
        Ok(if self.left.get() < 0 { format!("{name}({shown})") } else { format!("{name}({shown}, {})", self.left.get()) })
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()", nosig)]
    fn length_hint(&self, cx: &mut Cx) -> PyResult<isize> {
        if self.left.get() < 0 { Err(cx.type_error(format_args!("len() of unsized object"))) } else { Ok(self.left.get()) }
    }
}

/// How many items one block of a tee holds.
const BLOCK: usize = 57;

/// teedataobject(iterable, values, next, /)
/// --
///
/// Data container common to multiple tee objects.
#[pytype(name = "itertools._tee_dataobject", heap, gc, no_new)]
#[repr(C)]
pub struct PyTeeData {
    head: ObjHead,
    it: Field<Object>,
    running: Cell<bool>,
    values: RefCell<Vec<Own<Object>>>,
    next: FieldCell<PyTeeData>,
}

impl PyTeeData {
    fn of(it: Own<Object>, cx: &mut Cx) -> PyResult<Own<PyTeeData>> {
        let values = RefCell::new(Vec::new());
        cx.new_object(PyTeeData { head: Object::placeholder(), it: Field::new(it), running: Cell::new(false), values, next: FieldCell::empty() })
    }
    fn item(&self, i: usize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let known = self.values.borrow().get(i).cloned();
        if known.is_some() {
            return Ok(known);
        }
        if self.running.replace(true) {
            return Err(cx.runtime_error(format_args!("cannot re-enter the tee iterator")));
        }
        let v = iter::next(&self.it, cx);
        self.running.set(false);
        let v = v?;
        if let Some(v) = &v {
            self.values.borrow_mut().push(v.clone());
        }
        Ok(v)
    }
    fn following(&self, cx: &mut Cx) -> PyResult<Own<PyTeeData>> {
        if let Some(n) = self.next.own() {
            return Ok(n);
        }
        let n = PyTeeData::of(self.it.own(), cx)?;
        self.next.set(Some(n.clone()), cx);
        Ok(n)
    }
}

#[pymethods]
impl PyTeeData {}

/// Iterator wrapped to make it copyable.
#[pytype(name = "itertools._tee", heap, gc)]
#[repr(C)]
pub struct PyTee {
    head: ObjHead,
    data: FieldCell<PyTeeData>,
    at: Cell<usize>,
    weak: WeakList,
}

impl PyTee {
    /// A tee over an iterable; of a tee, a copy.
    pub fn of(iterable: &Object, cx: &mut Cx) -> PyResult<Own<PyTee>> {
        let it = iter::get_iter(iterable, cx)?;
        if let Some(t) = it.exact::<PyTee>() {
            return t.duplicate(cx);
        }
        let data = PyTeeData::of(it, cx)?;
        cx.new_object(PyTee { head: Object::placeholder(), data: FieldCell::new(Some(data)), at: Cell::new(0), weak: WeakList::new() })
    }
    /// Another iterator at the same place.
    pub fn duplicate(&self, cx: &mut Cx) -> PyResult<Own<PyTee>> {
        let data = FieldCell::new(self.data.own());
        cx.new_object(PyTee { head: Object::placeholder(), data, at: Cell::new(self.at.get()), weak: WeakList::new() })
    }
}

#[pymethods]
impl PyTee {
    #[new("_tee(iterable, /)")]
    fn new(_cls: &PyType, iterable: &Object, cx: &mut Cx) -> PyResult<Own<PyTee>> {
        PyTee::of(iterable, cx)
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(mut data) = self.data.own() else { return Ok(None) };
        if self.at.get() >= BLOCK {
            data = data.following(cx)?;
            self.data.set(Some(data.clone()), cx);
            self.at.set(0);
        }
        let v = data.item(self.at.get(), cx)?;
        if v.is_some() {
            self.at.set(self.at.get() + 1);
        }
        Ok(v)
    }
    /// Returns an independent iterator.
    #[method("__copy__()", nosig)]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyTee>> {
        self.duplicate(cx)
    }
}
