//! `itemgetter`, `attrgetter`, `methodcaller`.

use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::str::intern;
use taipan_object::{attr, call};

/// The one operand of a getter's call.
fn operand<'a>(name: &str, args: Args<'a>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<&'a Object> {
    if !kw.is_empty() {
        return Err(cx.type_error(format_args!("{name}() takes no keyword arguments")));
    }
    one(name, args, cx)
}

fn one<'a>(name: &str, args: Args<'a>, cx: &mut Cx) -> PyResult<&'a Object> {
    match args.0 {
        &[x] => Ok(x),
        a => Err(cx.type_error(format_args!("{name} expected 1 argument, got {}", a.len()))),
    }
}

/// `name(repr, repr)` of a callable's arguments; `...` when it is shown within itself.
fn shown(o: &Object, args: &[&Object], kw: Option<&PyDict>, cx: &mut Cx) -> PyResult<String> {
    let name = o.ty().tp_name_str().to_owned();
    let Some(_guard) = abstract_::repr_enter(o, cx) else { return Ok(format!("{name}(...)")) };
    let mut parts = Vec::new();
    for a in args {
        parts.push(abstract_::repr(a, cx)?.to_string());
    }
    if let Some(kw) = kw {
        let mut pos = 0;
        while let Some((k, v, _)) = kw.next_own(&mut pos) {
            let (k, v) = (abstract_::str(&k, cx)?, abstract_::repr(&v, cx)?);
            parts.push(format!("{}={}", &*k, &*v));
        }
    }
    Ok(format!("{name}({})", parts.join(", ")))
}

/// `(type(o), args)`.
fn reduced(o: &Object, args: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    PyTuple::from_slice(&[o.ty().as_object(), args], cx)
}

/// Return a callable object that fetches the given item(s) from its operand.
/// After f = itemgetter(2), the call f(r) returns r[2].
/// After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])
#[pytype(
    name = "operator.itemgetter", heap,
    gc,
    flags(HAVE_VECTORCALL),
    doc = "itemgetter(item, /, *items)\n--\n\nReturn a callable object that fetches the given item(s) from its operand.\nAfter f = itemgetter(2), the call f(r) returns r[2].\nAfter g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])"
)]
#[repr(C)]
pub struct PyItemGetter {
    head: ObjHead,
    items: Field<PyTuple>,
    vectorcall: Vectorcall,
}

#[pymethods]
impl PyItemGetter {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        kw.refuse("itemgetter", cx)?;
        if args.is_empty() {
            return Err(cx.type_error(format_args!("itemgetter expected 1 argument, got 0")));
        }
        let items = args.to_tuple(cx)?;
        let g = PyItemGetter { head: Object::placeholder(), items: Field::new(items), vectorcall: Vectorcall::new(Self::VECTORCALL) };
        cx.new_object(g).map(Own::into_object)
    }
    #[vectorcall]
    fn run(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = operand("itemgetter", args, kw, cx)?;
        match self.items.as_slice() {
            &[i] => abstract_::get_item(o, i, cx),
            many => {
                let mut out = Vec::with_capacity(many.len());
                for i in many {
                    out.push(abstract_::get_item(o, i, cx)?);
                }
                PyTuple::from_vec(out, cx).map(Own::into_object)
            }
        }
    }
    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj, /)"
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.run(args, kw, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        shown(self, self.items.as_slice(), None, cx)
    }
    /// Return state information for pickling
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        reduced(self, &self.items, cx)
    }
}

/// Return a callable object that fetches the given attribute(s) from its operand.
/// After f = attrgetter('name'), the call f(r) returns r.name.
/// After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).
/// After h = attrgetter('name.first', 'name.last'), the call h(r) returns
/// (r.name.first, r.name.last).
#[pytype(
    name = "operator.attrgetter", heap,
    gc,
    flags(HAVE_VECTORCALL),
    doc = "attrgetter(attr, /, *attrs)\n--\n\nReturn a callable object that fetches the given attribute(s) from its operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name.\nAfter g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\nAfter h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last)."
)]
#[repr(C)]
pub struct PyAttrGetter {
    head: ObjHead,
    /// As given.
    names: Field<PyTuple>,
    /// Each name as the interned names between its dots.
    paths: Box<[Box<[Own<PyStr>]>]>,
    vectorcall: Vectorcall,
}

/// The names between the dots, interned.
fn path_of(name: &PyStr, cx: &mut Cx) -> PyResult<Box<[Own<PyStr>]>> {
    let points: Vec<u32> = name.code_points().collect();
    let mut out = Vec::new();
    for part in points.split(|&c| c == u32::from(b'.')) {
        let s = PyStr::from_code_points(part, cx)?;
        out.push(intern::intern(s, cx));
    }
    Ok(out.into_boxed_slice())
}

fn walk(o: &Object, path: &[Own<PyStr>], cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut o = o.own();
    for n in path {
        o = attr::get(&o, n, cx)?;
    }
    Ok(o)
}

#[pymethods]
impl PyAttrGetter {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        kw.refuse("attrgetter", cx)?;
        if args.is_empty() {
            return Err(cx.type_error(format_args!("attrgetter expected 1 argument, got 0")));
        }
        let mut paths = Vec::with_capacity(args.len());
        for a in args.0 {
            let Some(s) = a.downcast::<PyStr>() else {
                return Err(cx.type_error(format_args!("attribute name must be a string")));
            };
            paths.push(path_of(s, cx)?);
        }
        let names = args.to_tuple(cx)?;
        let (names, paths) = (Field::new(names), paths.into_boxed_slice());
        let g = PyAttrGetter { head: Object::placeholder(), names, paths, vectorcall: Vectorcall::new(Self::VECTORCALL) };
        cx.new_object(g).map(Own::into_object)
    }
    #[vectorcall]
    fn run(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = operand("attrgetter", args, kw, cx)?;
        match &*self.paths {
            [path] => walk(o, path, cx),
            many => {
                let mut out = Vec::with_capacity(many.len());
                for path in many {
                    out.push(walk(o, path, cx)?);
                }
                PyTuple::from_vec(out, cx).map(Own::into_object)
            }
        }
    }
    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj, /)"
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.run(args, kw, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        shown(self, self.names.as_slice(), None, cx)
    }
    /// Return state information for pickling
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        reduced(self, &self.names, cx)
    }
}

/// Return a callable object that calls the given method on its operand.
/// After f = methodcaller('name'), the call f(r) returns r.name().
/// After g = methodcaller('name', 'date', foo=1), the call g(r) returns
/// r.name('date', foo=1).
#[pytype(
    name = "operator.methodcaller", heap,
    gc,
    flags(HAVE_VECTORCALL),
    doc = "methodcaller(name, /, *args, **kwargs)\n--\n\nReturn a callable object that calls the given method on its operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name().\nAfter g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1)."
)]
#[repr(C)]
pub struct PyMethodCaller {
    head: ObjHead,
    name: Field<PyStr>,
    args: Field<PyTuple>,
    kwargs: Field<PyDict>,
    vectorcall: Vectorcall,
}

#[pymethods]
impl PyMethodCaller {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let [name, rest @ ..] = args.0 else {
            return Err(cx.type_error(format_args!("methodcaller needs at least one argument, the method name")));
        };
        let Some(name) = name.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("method name must be a string")));
        };
        let name = intern::intern(AsObject::new_ref(name), cx);
        let (args, kwargs) = (PyTuple::from_slice(rest, cx)?, kw.to_dict(cx)?);
        let m = PyMethodCaller {
            head: Object::placeholder(),
            name: Field::new(name),
            args: Field::new(args),
            kwargs: Field::new(kwargs),
            vectorcall: Vectorcall::new(Self::VECTORCALL),
        };
        cx.new_object(m).map(Own::into_object)
    }
    #[vectorcall]
    fn run(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = one("methodcaller", args, cx)?;
        kw.refuse("methodcaller", cx)?;
        if self.kwargs.is_empty() {
            return call::call_method(o, &self.name, self.args.as_slice(), cx);
        }
        let f = attr::get(o, &self.name, cx)?;
        call::call_tuple_dict(&f, &self.args, Some(&self.kwargs), cx)
    }
    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj, /)"
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.run(args, kw, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let mut all: Vec<&Object> = vec![&self.name];
        all.extend_from_slice(self.args.as_slice());
        shown(self, &all, Some(&self.kwargs), cx)
    }
    /// Return state information for pickling
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if self.kwargs.is_empty() {
            let mut all: Vec<&Object> = vec![&self.name];
            all.extend_from_slice(self.args.as_slice());
            let args = PyTuple::from_slice(&all, cx)?;
            return reduced(self, &args, cx);
        }
        let partial = cx.import_attr("functools", "partial")?;
        let head = PyTuple::from_slice(&[self.ty().as_object(), &self.name], cx)?;
        let f = call::call_tuple_dict(&partial, &head, Some(&self.kwargs), cx)?;
        PyTuple::from_slice(&[&f, &self.args], cx)
    }
}
