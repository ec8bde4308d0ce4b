//! `_thread._local`: attributes that every thread has for itself.
//!
//! An object keeps one dict per thread; when a thread ends its dicts are taken out of all objects. `__init__` runs again in every thread that
//! touches the object, with the arguments of its creation.

use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::types::weakref::PyWeakref;
use taipan_object::{attr, typeobj};

/// Thread-local data
#[pytype(name = "_thread._local", heap, gc, basetype, doc = "_local()\n--\n\nThread-local data")]
#[repr(C)]
pub struct PyLocal {
    head: ObjHead,
    args: Field<PyTuple>,
    kwargs: FieldCell<PyDict>,
    dicts: Dicts,
    weak: WeakList,
}

/// Dicts by thread (`ThreadState::id`).
#[derive(Default)]
struct Dicts(RefCell<Vec<(u64, Own<PyDict>)>>);

impl taipan_object::field::GcField for Dicts {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        match self.0.try_borrow() {
            Ok(d) => d.iter().try_for_each(|(_, d)| v.object(d)),
            Err(_) => Ok(()),
        }
    }
    fn gc_clear(&self) {
        let old = self.0.try_borrow_mut().map(|mut d| std::mem::take(&mut *d));
        drop(old);
    }
}

/// All thread-local objects of an interpreter, weakly.
#[derive(Default)]
struct Registry(RefCell<Vec<Own<PyWeakref>>>);

impl Registry {
    fn add(&self, w: Own<PyWeakref>) {
        let mut dead = Vec::new();
        let mut list = self.0.borrow_mut();
        if list.len() == list.capacity() {
            let (alive, gone): (Vec<_>, Vec<_>) = list.drain(..).partition(|w| !std::ptr::eq(w.object.get(), none()));
            *list = alive;
            dead = gone;
        }
        list.push(w);
        drop(list);
        drop(dead);
    }
}

/// The calling thread ends: its values die.
pub fn thread_ends(cx: &mut Cx) {
    let id = cx.ts().id.get();
    let all: Vec<Own<PyWeakref>> = cx.state::<Registry>().0.borrow().clone();
    for w in all {
        let Some(o) = w.referent() else { continue };
        let Some(l) = o.downcast::<PyLocal>() else { continue };
        let old = {
            let mut d = l.dicts.0.borrow_mut();
            d.iter().position(|e| e.0 == id).map(|i| d.swap_remove(i))
        };
        drop(old);
    }
}

/// In the child of a fork the other threads are gone: their values die.
pub fn forked(cx: &mut Cx) {
    let id = cx.ts().id.get();
    let all: Vec<Own<PyWeakref>> = cx.state::<Registry>().0.borrow().clone();
    for w in all {
        let Some(o) = w.referent() else { continue };
        let Some(l) = o.downcast::<PyLocal>() else { continue };
        let (mine, others): (Vec<_>, Vec<_>) = l.dicts.0.take().into_iter().partition(|d| d.0 == id);
        l.dicts.0.replace(mine);
        drop(others);
    }
}

impl PyLocal {
    fn find(&self, id: u64) -> Option<Own<PyDict>> {
        self.dicts.0.borrow().iter().find(|e| e.0 == id).map(|e| e.1.clone())
    }

    /// The calling thread's dict; made, and the object initialised in this thread, on first use.
    fn dict(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let id = cx.ts().id.get();
        if let Some(d) = self.find(id) {
            return Ok(d);
        }
        let d = PyDict::new(cx)?;
        self.dicts.0.borrow_mut().push((id, d.clone()));
        let ty = self.ty();
        if ty.tp_init.get().map(|f| f as usize) != typeobj::object_type().tp_init.get().map(|f| f as usize) {
            if let Err(r) = self.call_init(cx) {
                let e = cx.take_raised(r);
                let old = {
                    let mut v = self.dicts.0.borrow_mut();
                    v.iter().position(|e| e.0 == id).map(|i| v.swap_remove(i))
                };
                drop(old);
                return Err(cx.set_raised(e));
            }
        }
        Ok(d)
    }

    fn call_init(&self, cx: &mut Cx) -> PyResult<()> {
        let init = attr::get(self.ty(), name!(cx, "__init__"), cx)?;
        let mut args = vec![self.as_object()];
        args.extend_from_slice(self.args.as_slice());
        let args = PyTuple::from_slice(&args, cx)?;
        let kw = self.kwargs.own();
        taipan_object::call::call_tuple_dict(&init, &args, kw.as_deref(), cx).map(drop)
    }
}

#[pymethods]
impl PyLocal {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyLocal>> {
        let plain = cls.tp_init.get().map(|f| f as usize) == typeobj::object_type().tp_init.get().map(|f| f as usize);
        if plain && (!args.0.is_empty() || !kw.is_empty()) {
            return Err(cx.type_error(format_args!("Initialization arguments are not supported")));
        }
        let args = args.to_tuple(cx)?;
        let kwargs = if kw.is_empty() { None } else { Some(kw.to_dict(cx)?) };
        let l = PyLocal {
            head: Object::placeholder(),
            args: Field::new(args),
            kwargs: FieldCell::new(kwargs),
            dicts: Dicts::default(),
            weak: WeakList::new(),
        };
        let l = cx.new_object_of(cls, l)?;
        // `type.__call__` runs `__init__` for this thread: the dict must be there already.
        let d = PyDict::new(cx)?;
        l.dicts.0.borrow_mut().push((cx.ts().id.get(), d));
        let w = taipan_object::weakref::new_ref(&l, None, cx)?;
        cx.state::<Registry>().add(w);
        Ok(l)
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = self.dict(cx)?;
        let n = attr::as_name(name, cx)?;
        if n.eq_text("__dict__") {
            return Ok(d.into_object());
        }
        attr::generic_get_with_dict(self, &n, &d, cx)
    }

    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let d = self.dict(cx)?;
        let n = attr::as_name(name, cx)?;
        if n.eq_text("__dict__") {
            let text = format!("'{}' object attribute '__dict__' is read-only", self.ty().name());
            return Err(attr::attribute_error(self, &n, &text, cx));
        }
        attr::generic_set_with_dict(self, &n, value, &d, cx)
    }
}
