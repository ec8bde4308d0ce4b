//! `SignalDictMixin`: the mapping of signals to truth values that shares a context's flags or traps.
//!
//! The class of `Context.flags` derives from it and from `collections.abc.MutableMapping`.

use crate::signals::{self, SIGNALS};
use crate::state::State;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use taipan_algo_decimal::Status;
use taipan_object::prelude::*;
use taipan_object::{abstract_, call};

/// A signal dict.
#[pytype(name = "decimal.SignalDictMixin", heap, basetype, doc = "")]
#[repr(C)]
pub struct PySignalDict {
    head: ObjHead,
    cell: RefCell<Weak<Cell<Status>>>,
}

impl PySignalDict {
    /// A dict over a set.
    pub fn make(set: &Rc<Cell<Status>>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(class) = cx.state::<State>().signal_dict.own() else {
            return Err(cx.runtime_error(format_args!("_decimal is not initialised")));
        };
        let o = call::call(&class, &[], cx)?;
        if let Some(d) = o.downcast::<PySignalDict>() {
            d.cell.replace(Rc::downgrade(set));
        }
        Ok(o)
    }

    fn shared(&self, cx: &mut Cx) -> PyResult<Rc<Cell<Status>>> {
        match self.cell.borrow().upgrade() {
            Some(c) => Ok(c),
            None => Err(invalid(cx)),
        }
    }

    /// The set, unless the context is gone (`ValueError`).
    pub fn set(&self, cx: &mut Cx) -> PyResult<Status> {
        self.shared(cx).map(|c| c.get())
    }
}

#[cold]
fn invalid(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("invalid signal dict"))
}

#[pymethods]
impl PySignalDict {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = PySignalDict { head: Object::placeholder(), cell: RefCell::new(Weak::new()) };
        cx.new_object_of(cls, d).map(Own::into_object)
    }
    #[init]
    fn init(&self, _args: Args<'_>, _kw: Kwargs<'_>) {
        self.cell.replace(Weak::new());
    }
    #[slot(mp_length)]
    fn len(&self, cx: &mut Cx) -> PyResult<usize> {
        self.set(cx)?;
        Ok(SIGNALS.len())
    }
    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        let set = self.set(cx)?;
        Ok(set & signals::conditions_of(key, cx)? != 0)
    }
    #[slot(mp_ass_subscript)]
    fn set_item(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let cell = self.shared(cx)?;
        let Some(value) = value else { return Err(cx.value_error(format_args!("signal keys cannot be deleted"))) };
        let bits = signals::conditions_of(key, cx)?;
        let on = abstract_::is_true(value, cx)?;
        cell.set(if on { cell.get() | bits } else { cell.get() & !bits });
        Ok(())
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.set(cx)?;
        let mut v = Vec::with_capacity(SIGNALS.len());
        for i in 0..SIGNALS.len() {
            v.push(signals::class_of(i, cx)?);
        }
        let t = PyTuple::from_vec(v, cx)?;
        abstract_::iter::get_iter(&t, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let set = self.set(cx)?;
        let items: Vec<String> =
            SIGNALS.iter().map(|(n, bits)| format!("<class 'decimal.{n}'>:{}", if set & bits != 0 { "True" } else { "False" })).collect();
        Ok(format!("{{{}}}", items.join(", ")))
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mine = self.set(cx)?;
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(not_implemented().own());
        }
        let theirs = if let Some(d) = other.downcast::<PySignalDict>() {
            d.set(cx)?
        } else if let Some(d) = other.downcast::<PyDict>() {
            if d.is_empty() {
                return Err(invalid(cx));
            }
            match signals::set_of_dict(d, cx) {
                Ok(s) => s,
                Err(r) => {
                    cx.catch(r, exc::KeyError())?;
                    return Ok(not_implemented().own());
                }
            }
        } else {
            return Ok(not_implemented().own());
        };
        // A part of the conditions of `InvalidOperation` counts as the signal.
        let same = SIGNALS.iter().all(|(_, bits)| (mine & bits != 0) == (theirs & bits != 0));
        Ok(taipan_object::types::boolean::from_bool(same == (op == CmpOp::Eq)))
    }
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let set = self.set(cx)?;
        let d = PyDict::new(cx)?;
        for (i, (_, bits)) in SIGNALS.iter().enumerate() {
            let class = signals::class_of(i, cx)?;
            let on = taipan_object::types::boolean::from_bool(set & bits != 0);
            d.set(&class, &on, cx)?;
        }
        Ok(d)
    }
}
