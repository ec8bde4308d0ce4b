//! `defaultdict`: a dict that makes missing values with a factory.

use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// defaultdict(default_factory=None, /, [...]) --> dict with default factory
///
/// The default factory is called without arguments to produce
/// a new value when a key is not present, in __getitem__ only.
/// A defaultdict compares equal to a dict with the same items.
/// All remaining arguments are treated the same as if they were
/// passed to the dict constructor, including keyword arguments.
#[pytype(name = "collections.defaultdict", heap, base = PyDict, gc, basetype)]
#[repr(C)]
pub struct PyDefaultDict {
    dict: PyDict,
    /// Factory for default value called by __missing__().
    #[member("default_factory")]
    factory: FieldCell<Object>,
}

impl PyDefaultDict {
    fn factory_or_none(&self) -> Own<Object> {
        self.factory.own().unwrap_or_else(|| none().own())
    }
}

#[pymethods]
impl PyDefaultDict {
    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let (factory, rest) = match args.0.split_first() {
            Some((f, rest)) => {
                if !f.is(none()) && f.ty().tp_call.get().is_none() {
                    return Err(cx.type_error(format_args!("first argument must be callable or None")));
                }
                (Some((*f).own()), rest)
            }
            None => (None, args.0),
        };
        self.factory.set(factory, cx);
        let init = attr::get(PyDict::ty().as_object(), name!(cx, "__init__"), cx)?;
        let mut all: Vec<&Object> = vec![self.as_object()];
        all.extend_from_slice(rest);
        let (names, values) = kw.split(cx)?;
        call::call_kw(&init, &all, values, names.as_deref(), cx).map(drop)
    }
    /// __missing__(key) # Called by __getitem__ for missing key
    #[method("__missing__(key, /)", nosig)]
    fn missing(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = self.factory_or_none();
        if f.is(none()) {
            return Err(cx.raise_arg(exc::KeyError(), key));
        }
        let v = call::call(&f, &[], cx)?;
        self.dict.setdefault(key, &v, cx).map(|r| r.0)
    }
    /// D.copy() -> a shallow copy of D.
    #[method("copy()", nosig, alias = "__copy__")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = self.factory_or_none();
        call::call(self.as_object().ty().as_object(), &[&f, self.as_object()], cx)
    }
    /// Return state information for pickling.
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = match self.factory.own().filter(|f| !f.is(none())) {
            Some(f) => PyTuple::from_slice(&[&f], cx)?,
            None => PyTuple::empty(),
        };
        let items = call::call_method(self.as_object(), name!(cx, "items"), &[], cx)?;
        let items = abstract_::iter::get_iter(&items, cx)?;
        PyTuple::from_slice(&[self.as_object().ty().as_object(), args.as_object(), none(), none(), &items], cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let show = attr::get(PyDict::ty().as_object(), name!(cx, "__repr__"), cx)?;
        let base = call::call(&show, &[self.as_object()], cx)?;
        let base = abstract_::str(&base, cx)?;
        let f = self.factory_or_none();
        let shown = match abstract_::repr_enter(&f, cx) {
            None => "...".to_owned(),
            Some(_guard) => format!("{}", abstract_::repr(&f, cx)?),
        };
        Ok(format!("{}({shown}, {base})", self.as_object().ty().name()))
    }
    #[slot(nb_or)]
    fn or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let me = if a.is_a::<PyDefaultDict>() { a } else { b };
        let (Some(me), true, true) = (me.downcast::<PyDefaultDict>(), a.is_a::<PyDict>(), b.is_a::<PyDict>()) else {
            return Ok(not_implemented().own());
        };
        let f = me.factory_or_none();
        let new = call::call(me.as_object().ty().as_object(), &[&f, a], cx)?;
        number::inplace(&number::OR, &new, b, cx)
    }
}
