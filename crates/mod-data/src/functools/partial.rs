//! `partial`: a function with some of its arguments given.
//!
//! Invariants: the last positional argument is no placeholder; `holes` counts the placeholders; `keywords` is an exact dict.

use super::placeholder;
use std::cell::Cell;
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::types::dict::Clash;
use taipan_object::types::method::new_method;
use taipan_object::{attr, call, instance};

#[pytype(
    name = "functools.partial", heap,
    gc,
    basetype,
    doc = "partial(func, /, *args, **keywords)\n--\n\nCreate a new function with partial application of the given arguments\nand keywords."
)]
#[repr(C)]
pub struct PyPartial {
    head: ObjHead,
    #[member("func", readonly, doc = "function object to use in future partial calls")]
    func: FieldCell<Object>,
    #[member("args", readonly, doc = "tuple of arguments to future partial calls")]
    args: FieldCell<PyTuple>,
    #[member("keywords", readonly, doc = "dictionary of keyword arguments to future partial calls")]
    keywords: FieldCell<PyDict>,
    attrs: InstDict,
    weak: WeakList,
    vectorcall: Vectorcall,
    holes: Cell<usize>,
}

fn holes_in(args: &[&Object]) -> usize {
    args.iter().filter(|a| placeholder::is(a)).count()
}

fn refuse_trailing(args: &[&Object], cx: &mut Cx) -> PyResult<()> {
    match args.last() {
        Some(a) if placeholder::is(a) => Err(cx.type_error(format_args!("trailing Placeholders are not allowed"))),
        _ => Ok(()),
    }
}

/// The earlier arguments, placeholders replaced by `new` in turn, then the rest of `new`.
fn fill<'a>(old: &[&'a Object], new: &[&'a Object]) -> Vec<&'a Object> {
    let mut rest = new.iter();
    let mut out = Vec::with_capacity(old.len() + new.len());
    for &a in old {
        out.push(if placeholder::is(a) { rest.next().copied().unwrap_or(a) } else { a });
    }
    out.extend(rest);
    out
}

impl PyPartial {
    /// `func` as a partial that can be merged with: one without attributes that is called as partials are.
    fn mergeable(func: &Object) -> Option<&PyPartial> {
        let p = func.downcast::<PyPartial>()?;
        let same_call = func.ty().tp_call.get().map(|f| f as usize) == PyPartial::ty().tp_call.get().map(|f| f as usize);
        (same_call && p.attrs.is_empty()).then_some(p)
    }
    fn parts(&self, cx: &mut Cx) -> PyResult<(Own<Object>, Own<PyTuple>, Own<PyDict>)> {
        match (self.func.own(), self.args.own(), self.keywords.own()) {
            (Some(f), Some(a), Some(k)) => Ok((f, a, k)),
            _ => Err(cx.system_error(format_args!("partial object without a function"))),
        }
    }
    /// Call with the stored keywords and those of the call, which win.
    fn call_merged(func: &Object, args: &[&Object], stored: &PyDict, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut names: Vec<Own<Object>> = Vec::with_capacity(stored.len() + kw.len());
        let mut values: Vec<Own<Object>> = Vec::with_capacity(stored.len() + kw.len());
        let mut at = 0;
        while let Some((k, v, _)) = stored.next_own(&mut at) {
            names.push(k);
            values.push(v);
        }
        let known = names.len();
        for (k, v) in kw.iter() {
            let mut place = None;
            for (i, n) in names[..known].iter().enumerate() {
                if n.is(k) || abstract_::eq(n, k, cx)? {
                    place = Some(i);
                    break;
                }
            }
            match place {
                Some(i) => values[i] = v.own(),
                None => {
                    names.push(k.own());
                    values.push(v.own());
                }
            }
        }
        let names = PyTuple::from_vec(names, cx)?;
        let values: Vec<&Object> = values.iter().map(|v| &**v).collect();
        call::call_kw(func, args, &values, Some(&names), cx)
    }
}

#[pymethods]
impl PyPartial {
    #[slot(tp_new)]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyPartial>> {
        let Some((&func, given)) = args.0.split_first() else {
            return Err(cx.type_error(format_args!("type 'partial' takes at least one argument")));
        };
        let inner = PyPartial::mergeable(func);
        if inner.is_none() && !cx.is_callable(func) {
            return Err(cx.type_error(format_args!("the first argument must be callable")));
        }
        refuse_trailing(given, cx)?;
        if kw.iter().any(|(_, v)| placeholder::is(v)) {
            return Err(cx.type_error(format_args!("Placeholder cannot be passed as a keyword argument")));
        }
        let (func, all, keywords) = match inner {
            None => (func.own(), PyTuple::from_slice(given, cx)?, kw.to_dict(cx)?),
            Some(p) => {
                let (f, old, stored) = p.parts(cx)?;
                let all = PyTuple::from_slice(&fill(old.as_slice(), given), cx)?;
                let keywords = stored.copy(cx)?;
                for (k, v) in kw.iter() {
                    keywords.set(k, v, cx)?;
                }
                (f, all, keywords)
            }
        };
        let holes = holes_in(all.as_slice());
        cx.new_object_of(
            cls,
            PyPartial {
                head: Object::placeholder(),
                func: FieldCell::new(Some(func)),
                args: FieldCell::new(Some(all)),
                keywords: FieldCell::new(Some(keywords)),
                attrs: InstDict::empty(),
                weak: WeakList::new(),
                vectorcall: Vectorcall::new(Self::VECTORCALL),
                holes: Cell::new(holes),
            },
        )
    }
    #[vectorcall]
    fn run(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (func, stored, keywords) = self.parts(cx)?;
        let (old, new) = (stored.as_slice(), args.0);
        let holes = self.holes.get();
        if new.len() < holes {
            return Err(cx.type_error(format_args!(
                "missing positional arguments in 'partial' call; expected at least {holes}, got {}",
                new.len()
            )));
        }
        let mut few = [none(); 8];
        let many;
        let all: &[&Object] = if old.is_empty() {
            new
        } else if holes == 0 && old.len() + new.len() <= few.len() {
            few[..old.len()].copy_from_slice(old);
            few[old.len()..old.len() + new.len()].copy_from_slice(new);
            &few[..old.len() + new.len()]
        } else {
            many = fill(old, new);
            &many
        };
        if keywords.is_empty() {
            let (names, values) = kw.split(cx)?;
            return call::call_kw(&func, all, values, names.as_deref(), cx);
        }
        PyPartial::call_merged(&func, all, &keywords, kw, cx)
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.run(args, kw, cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match obj.filter(|o| !o.is(none())) {
            Some(o) => new_method(self.as_object(), o, cx),
            None => Ok(self.own()),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let me = self.as_object();
        let Some(_guard) = abstract_::repr_enter(me, cx) else { return PyStr::new("...", cx) };
        let ty = me.ty().as_object();
        let module = attr::get(ty, name!(cx, "__module__"), cx)?;
        let name = attr::get(ty, name!(cx, "__qualname__"), cx)?;
        let (func, args, keywords) = self.parts(cx)?;
        let mut pieces = vec![abstract_::str(&module, cx)?, PyStr::new(".", cx)?, abstract_::str(&name, cx)?, PyStr::new("(", cx)?];
        pieces.push(abstract_::repr(&func, cx)?);
        for a in args.as_slice() {
            pieces.push(PyStr::new(", ", cx)?);
            pieces.push(abstract_::repr(a, cx)?);
        }
        let mut at = 0;
        while let Some((k, v, _)) = keywords.next_own(&mut at) {
            pieces.push(PyStr::new(", ", cx)?);
            pieces.push(abstract_::str(&k, cx)?);
            pieces.push(PyStr::new("=", cx)?);
            pieces.push(abstract_::repr(&v, cx)?);
        }
        pieces.push(PyStr::new(")", cx)?);
        let refs: Vec<&PyStr> = pieces.iter().map(|p| &**p).collect();
        PyStr::concat_all(&refs, cx)
    }
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (func, args, keywords) = self.parts(cx)?;
        let dict = self.attrs.own().map_or_else(|| none().own(), Own::into_object);
        let state = PyTuple::from_slice(&[&func, args.as_object(), keywords.as_object(), &dict], cx)?;
        let make = PyTuple::from_slice(&[&func], cx)?;
        PyTuple::from_slice(&[self.as_object().ty().as_object(), &make, &state], cx)
    }
    #[method("__setstate__(object, /)")]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        let parts = state.downcast::<PyTuple>().map(|t| t.as_slice()).and_then(|s| <&[&Object; 4]>::try_from(s).ok());
        let Some([func, args, keywords, dict]) = parts else {
            return Err(cx.type_error(format_args!("invalid partial state")));
        };
        let (true, Some(args), true) = (cx.is_callable(func), args.downcast::<PyTuple>(), keywords.is(none()) || keywords.is_a::<PyDict>()) else {
            return Err(cx.type_error(format_args!("invalid partial state")));
        };
        refuse_trailing(args.as_slice(), cx)?;
        let args = if args.as_object().is_exact::<PyTuple>() { args.new_ref() } else { iter::to_tuple(args.as_object(), cx)? };
        let keywords = match keywords.exact::<PyDict>() {
            Some(d) => d.new_ref(),
            None => {
                let d = PyDict::new(cx)?;
                if !keywords.is(none()) {
                    d.merge_any(keywords, Clash::Replace, cx)?;
                }
                d
            }
        };
        let attrs = match dict.downcast::<PyDict>() {
            Some(d) => Some(d.new_ref()),
            None if dict.is(none()) => None,
            None => return Err(cx.type_error(format_args!("invalid partial state"))),
        };
        self.holes.set(holes_in(args.as_slice()));
        self.func.set(Some(func.own()), cx);
        self.args.set(Some(args), cx);
        self.keywords.set(Some(keywords), cx);
        self.attrs.set(attrs, cx);
        Ok(())
    }
    #[getter("__dict__")]
    fn instance_dict(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDict>>> {
        instance::dict(self.as_object(), cx)
    }
    #[setter("__dict__")]
    fn set_instance_dict(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        super::set_dict(self.as_object(), value, cx)
    }
    /// partial is generic over the wrapped function's return type
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls.as_object(), object, cx)
    }
}
