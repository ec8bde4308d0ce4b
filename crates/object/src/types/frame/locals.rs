//! `f_locals` of functions (PEP 667): a mapping that reads and writes the frame's slots.
//!
//! Names that the code does not know go to a dict of the frame object (`f_extra_locals`). A value that a write displaces is kept alive while the frame runs its instruction.

use super::*;
use crate::abstract_;
use crate::types::cell::PyCell;
use taipan_bytecode::local_kind;
use taipan_macros::{pymethods, pytype};

/// The proxy.
#[pytype(name = "FrameLocalsProxy", doc = "", gc, mapping, parts(PART), export = "PyFrameLocalsProxy_Type")]
#[repr(C)]
pub struct FrameLocalsProxy {
    head: ObjHead,
    frame: Field<PyFrame>,
}

impl FrameLocalsProxy {
    pub fn new(f: &PyFrame, cx: &mut Cx) -> PyResult<Own<FrameLocalsProxy>> {
        cx.new_object(FrameLocalsProxy { head: Object::placeholder(), frame: Field::new(f.new_ref()) })
    }
}

/// The slot of local `i`, its cell if the variable lives in one.
fn cell_of(f: &Frame, i: usize) -> (*mut Slot, Option<Own<PyCell>>) {
    let at = f.locals_ptr().wrapping_add(i);
    if f.code().is_cell_local(i) {
        // SAFETY: a local of a complete frame.
        let s = unsafe { *at };
        if s.is_object() {
            // SAFETY: an owned object.
            if let Some(c) = unsafe { &*s.as_ptr() }.exact::<PyCell>() {
                return (at, Some(c.new_ref()));
            }
        }
    }
    (at, None)
}

/// The value of local `i`.
fn value_of(f: &Frame, i: usize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let (at, cell) = cell_of(f, i);
    if let Some(c) = cell {
        return Ok(c.get());
    }
    // SAFETY: a local of a complete frame.
    unsafe { if (*at).is_empty() { Ok(None) } else { Slot::boxed(at, cx).map(|o| Some(o.own())) } }
}

fn is_hidden(code: &PyCode, i: usize) -> bool {
    code.local_kind(i) & local_kind::HIDDEN != 0
}

impl PyFrame {
    /// Index of a visible local by name, which may be anything that has a name's hash and equals it.
    fn local_index(&self, name: &Object, cx: &mut Cx) -> PyResult<Option<usize>> {
        let code = self.code();
        // While a comprehension runs its variable is the one that the name means.
        if let Some(f) = self.frame()
            && let Some(name) = name.exact::<PyStr>()
        {
            for i in (0..code.nlocals()).rev().filter(|&i| is_hidden(code, i)) {
                if code.local_name(i).eq_str(name) && value_of(f, i, cx)?.is_some() {
                    return Ok(Some(i));
                }
            }
        }
        let visible = |i: &usize| !is_hidden(code, *i);
        if let Some(name) = name.exact::<PyStr>() {
            return Ok((0..code.nlocals()).filter(visible).find(|&i| code.local_name(i).eq_str(name)));
        }
        let hash = abstract_::hash(name, cx)?;
        for i in (0..code.nlocals()).filter(visible) {
            let local = code.local_name(i);
            if local.hash_value() == hash && abstract_::eq(local, name, cx)? {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }
    /// Visible locals that are set, in order, then the extra ones.
    fn local_items(&self, cx: &mut Cx) -> PyResult<Vec<(Own<Object>, Own<Object>)>> {
        let mut out = Vec::new();
        if let Some(f) = self.frame() {
            let code = f.code();
            let (hidden, plain): (Vec<usize>, Vec<usize>) = (0..code.nlocals()).partition(|&i| is_hidden(code, i));
            for i in plain.into_iter().chain(hidden) {
                let Some(v) = value_of(f, i, cx)? else { continue };
                let name = code.local_name(i);
                // A comprehension's variable takes the place of one that it hides.
                let same = |(other, _): &&mut (Own<Object>, Own<Object>)| other.exact::<PyStr>().is_some_and(|o| o.eq_str(name));
                match if is_hidden(code, i) { out.iter_mut().find(same) } else { None } {
                    Some(entry) => entry.1 = v,
                    None => out.push((name.new_ref().into_object(), v)),
                }
            }
        }
        if let Some(d) = self.f_extra_locals.own() {
            let mut pos = 0;
            while let Some((k, v, _)) = d.next_own(&mut pos) {
                out.push((k, v));
            }
        }
        Ok(out)
    }
    fn set_local(&self, i: usize, v: &Object, cx: &mut Cx) {
        let Some(f) = self.frame() else { return };
        let (at, cell) = cell_of(f, i);
        let _ = cx;
        if let Some(c) = cell {
            drop(c.replace(Some(v.own())));
            return;
        }
        // SAFETY: a local of a complete frame; the old value is kept for an instruction that borrows it.
        unsafe {
            let old = std::mem::replace(&mut *at, Slot::new_ref(v));
            if old.is_object() {
                self.displace(Own::from_raw(old.as_ptr()));
            }
        }
    }
    fn extra(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        if let Some(d) = self.f_extra_locals.own() {
            return Ok(d);
        }
        let d = PyDict::new(cx)?;
        self.f_extra_locals.set(Some(d.clone()), cx);
        Ok(d)
    }
}

/// A dict with the values of a frame's locals (`locals()` in functions), or the namespace of a module or class body.
pub fn locals_of(f: &Frame, cx: &mut Cx) -> PyResult {
    if let Some(ns) = f.namespace()
        && !runs_comprehension(f, cx)?
    {
        return Ok(ns.own());
    }
    let o = PyFrame::of(f, cx)?;
    let d = PyDict::new(cx)?;
    for (k, v) in o.local_items(cx)? {
        d.set(&k, &v, cx)?;
    }
    Ok(d.into_object())
}

/// Whether the variables of a comprehension are set, which in a module or class are then the only locals that count.
pub fn runs_comprehension(f: &Frame, cx: &mut Cx) -> PyResult<bool> {
    let code = f.code();
    for i in (0..code.nlocals()).filter(|&i| is_hidden(code, i)) {
        if value_of(f, i, cx)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What `super()` without arguments stands for in the innermost frame: the class of the method, and its first argument.
pub fn super_arguments(cx: &mut Cx) -> PyResult<(Own<PyType>, Own<Object>)> {
    // SAFETY: null or a live frame.
    let Some(f) = (unsafe { cx.ts().current_frame.get().as_ref() }) else {
        return Err(cx.runtime_error(format_args!("super(): no current frame")));
    };
    let code = f.code();
    if code.argcount() == 0 {
        return Err(cx.runtime_error(format_args!("super(): no arguments")));
    }
    let Some(first) = value_of(f, 0, cx)? else {
        return Err(cx.runtime_error(format_args!("super(): arg[0] deleted")));
    };
    let Some(i) = (0..code.nlocals()).find(|&i| code.local_kind(i) & local_kind::FREE != 0 && code.local_name(i).eq_text("__class__")) else {
        return Err(cx.runtime_error(format_args!("super(): __class__ cell not found")));
    };
    let Some(c) = value_of(f, i, cx)? else {
        return Err(cx.runtime_error(format_args!("super(): empty __class__ cell")));
    };
    match c.downcast_own::<PyType>() {
        Ok(t) => Ok((t, first)),
        Err(c) => Err(cx.runtime_error(format_args!("super(): __class__ is not a type ({})", c.ty().tp_name_str()))),
    }
}

impl FrameLocalsProxy {
    fn get_opt(&self, key: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let (Some(i), Some(f)) = (self.frame.local_index(key, cx)?, self.frame.frame()) {
            if let Some(v) = value_of(f, i, cx)? {
                return Ok(Some(v));
            }
        }
        match self.frame.f_extra_locals.own() {
            Some(d) => d.get(key, cx),
            None => Ok(None),
        }
    }
    fn set(&self, key: &Object, v: &Object, cx: &mut Cx) -> PyResult<()> {
        match self.frame.local_index(key, cx)? {
            Some(i) => {
                self.frame.set_local(i, v, cx);
                Ok(())
            }
            None => self.frame.extra(cx)?.set(key, v, cx),
        }
    }
    fn dict(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let d = PyDict::new(cx)?;
        for (k, v) in self.frame.local_items(cx)? {
            d.set(&k, &v, cx)?;
        }
        Ok(d)
    }
    fn merge(&self, other: &Object, cx: &mut Cx) -> PyResult<()> {
        let d = PyDict::new(cx)?;
        d.update(other, cx)?;
        let mut pos = 0;
        while let Some((k, v, _)) = d.next_own(&mut pos) {
            self.set(&k, &v, cx)?;
        }
        Ok(())
    }
}

#[pymethods]
impl FrameLocalsProxy {
    #[new("FrameLocalsProxy(frame, /)", nosig)]
    fn py_new(_cls: &PyType, frame: &Object, cx: &mut Cx) -> PyResult<Own<FrameLocalsProxy>> {
        match frame.downcast::<PyFrame>() {
            Some(f) => FrameLocalsProxy::new(f, cx),
            None => Err(cx.type_error(format_args!("expect frame, not {}", frame.ty().tp_name_str()))),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let Some(_g) = abstract_::repr_enter(self.as_object(), cx) else { return PyStr::new("{...}", cx) };
        let d = self.dict(cx)?;
        abstract_::repr(&d, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(not_implemented().own());
        }
        if let Some(o) = other.downcast::<FrameLocalsProxy>() {
            let same = std::ptr::eq(&*self.frame, &*o.frame);
            return Ok(crate::types::boolean::from_bool(same == (op == CmpOp::Eq)));
        }
        if other.downcast::<PyDict>().is_some() {
            let d = self.dict(cx)?;
            return abstract_::rich_compare(&d, other, op, cx);
        }
        Ok(not_implemented().own())
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult {
        let k = FrameLocalsProxy::keys(self, cx)?;
        abstract_::iter::get_iter(&k, cx)
    }
    #[slot(mp_length)]
    fn len(&self, cx: &mut Cx) -> PyResult<usize> {
        Ok(self.frame.local_items(cx)?.len())
    }
    #[slot(sq_contains)]
    fn contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        Ok(self.get_opt(key, cx)?.is_some())
    }
    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object, cx: &mut Cx) -> PyResult {
        match self.get_opt(key, cx)? {
            Some(v) => Ok(v),
            None => {
                let r = abstract_::repr(key, cx)?;
                Err(cx.raise_msg(exc::KeyError(), format_args!("local variable {r} is not defined")))
            }
        }
    }
    #[slot(mp_ass_subscript)]
    fn set_item(&self, key: &Object, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if let Some(v) = v {
            return self.set(key, v, cx);
        }
        if self.frame.local_index(key, cx)?.is_some() {
            return Err(cx.value_error(format_args!("cannot remove local variables from FrameLocalsProxy")));
        }
        let gone = match self.frame.f_extra_locals.own() {
            Some(d) => d.remove(key, cx)?,
            None => None,
        };
        match gone {
            Some(_) => Ok(()),
            None => Err(cx.raise_arg(exc::KeyError(), key)),
        }
    }
    #[slot(nb_or)]
    fn or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let ok = |o: &Object| o.downcast::<PyDict>().is_some() || o.downcast::<FrameLocalsProxy>().is_some();
        if !ok(a) || !ok(b) {
            return Ok(not_implemented().own());
        }
        let d = PyDict::new(cx)?;
        d.update(a, cx)?;
        d.update(b, cx)?;
        Ok(d.into_object())
    }
    #[slot(nb_inplace_or)]
    fn ior(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if other.downcast::<PyDict>().is_none() && other.downcast::<FrameLocalsProxy>().is_none() {
            return Ok(not_implemented().own());
        }
        self.merge(other, cx)?;
        Ok(self.as_object().own())
    }
    #[method("__contains__(key, /)", nosig, doc = "Return key in self.", coexist)]
    fn dunder_contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        Ok(self.get_opt(key, cx)?.is_some())
    }
    #[method("__getitem__(key, /)", nosig, doc = "Return self[key].", coexist)]
    fn dunder_getitem(&self, key: &Object, cx: &mut Cx) -> PyResult {
        self.get_item(key, cx)
    }
    #[method("update(other, /)", nosig)]
    fn update(&self, other: &Object, cx: &mut Cx) -> PyResult<()> {
        if other.downcast::<PyDict>().is_none() && other.downcast::<FrameLocalsProxy>().is_none() {
            return Err(cx.type_error(format_args!("update() argument must be dict or another FrameLocalsProxy")));
        }
        self.merge(other, cx)
    }
    #[method("__reversed__()", nosig)]
    fn reversed(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let mut items = self.frame.local_items(cx)?;
        items.reverse();
        PyList::from_vec(items.into_iter().map(|p| p.0).collect(), cx)
    }
    #[method("copy()", nosig)]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        self.dict(cx)
    }
    #[method("keys()", nosig)]
    fn keys(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let v = self.frame.local_items(cx)?.into_iter().map(|p| p.0).collect();
        PyList::from_vec(v, cx)
    }
    #[method("values()", nosig)]
    fn values(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let v = self.frame.local_items(cx)?.into_iter().map(|p| p.1).collect();
        PyList::from_vec(v, cx)
    }
    #[method("items()", nosig)]
    fn items(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let mut out = Vec::new();
        for (k, v) in self.frame.local_items(cx)? {
            out.push(PyTuple::from_vec(vec![k, v], cx)?.into_object());
        }
        PyList::from_vec(out, cx)
    }
    #[method("get(key, default=None, /)", nosig)]
    fn get(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        Ok(match self.get_opt(key, cx)? {
            Some(v) => v,
            None => default.unwrap_or(none()).own(),
        })
    }
    #[method("pop(key, default=None, /)", nosig)]
    fn pop(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        if self.frame.local_index(key, cx)?.is_some() {
            return Err(cx.value_error(format_args!("cannot remove local variables from FrameLocalsProxy")));
        }
        let gone = match self.frame.f_extra_locals.own() {
            Some(d) => d.remove(key, cx)?,
            None => None,
        };
        match (gone, default) {
            (Some(v), _) => Ok(v),
            (None, Some(d)) => Ok(d.own()),
            (None, None) => Err(cx.raise_arg(exc::KeyError(), key)),
        }
    }
    #[method("setdefault(key, default=None, /)", nosig)]
    fn setdefault(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        if let Some(v) = self.get_opt(key, cx)? {
            return Ok(v);
        }
        let v = default.unwrap_or(none()).own();
        self.set(key, &v, cx)?;
        Ok(v)
    }
}
