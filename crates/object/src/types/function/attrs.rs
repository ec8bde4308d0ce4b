//! What Python sees of a function.

use super::*;
use crate::types::method::new_method;
use crate::watchers::{self, FunctionEvent};
use taipan_macros::pymethods;

impl PyFunction {
    /// The annotations dict: made from the tuple that `make_function` left, or by calling `__annotate__`.
    fn annotations(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        match self.func_annotations.own() {
            Some(a) => match a.downcast_own::<PyDict>() {
                Ok(d) => return Ok(d),
                Err(a) => {
                    let d = PyDict::new(cx)?;
                    if let Some(t) = a.downcast::<PyTuple>() {
                        for p in t.as_slice().chunks_exact(2) {
                            d.set(p[0], p[1], cx)?;
                        }
                    }
                    self.func_annotations.set(Some(d.clone().into_object()), cx);
                    return Ok(d);
                }
            },
            None => {}
        }
        let d = match self.func_annotate.own().filter(|f| !f.is_none()) {
            Some(f) => {
                let one = PyInt::new(1, cx)?;
                let r = crate::call::call(&f, &[&one], cx)?;
                match r.downcast_own::<PyDict>() {
                    Ok(d) => d,
                    Err(r) => {
                        let n = r.ty().tp_name_str();
                        return Err(cx.type_error(format_args!("__annotate__ returned non-dict of type '{n}'")));
                    }
                }
            }
            None => PyDict::new(cx)?,
        };
        self.func_annotations.set(Some(d.clone().into_object()), cx);
        Ok(d)
    }
}

/// A deletable attribute: None when absent.
fn or_none<T: PyLayout>(v: Option<Own<T>>) -> Own<Object> {
    match v {
        Some(v) => v.into_object(),
        None => none().own(),
    }
}

impl PyFunction {
    fn report(&self, event: FunctionEvent, value: Option<&Object>, cx: &mut Cx) {
        if watchers::FUNCTIONS.any() {
            watchers::function_event(event, self, value, cx);
        }
    }
}

#[pymethods]
impl PyFunction {
    #[slot(tp_call)]
    fn call(&self, args: crate::args::Args<'_>, kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(self, args.0, vals, names.as_deref(), cx)
    }
    #[new("function(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)")]
    fn py_new(
        _cls: &PyType,
        code: &PyCode,
        globals: &PyDict,
        name: Option<&Object>,
        argdefs: Option<&Object>,
        closure: Option<&Object>,
        kwdefaults: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<Own<PyFunction>> {
        let given = |o: Option<&'_ Object>| o.filter(|o| !o.is_none()).map(|o| o.own());
        let (name, argdefs, closure, kwdefaults) = (given(name), given(argdefs), given(closure), given(kwdefaults));
        if name.as_ref().is_some_and(|n| n.downcast::<PyStr>().is_none()) {
            return Err(cx.type_error(format_args!("arg 3 (name) must be None or string")));
        }
        if argdefs.as_ref().is_some_and(|n| n.downcast::<PyTuple>().is_none()) {
            return Err(cx.type_error(format_args!("arg 4 (defaults) must be None or tuple")));
        }
        let nfree = code.nfreevars();
        let cells = match &closure {
            Some(c) => match c.downcast::<PyTuple>() {
                Some(t) => Some(t),
                None if nfree > 0 => return Err(cx.type_error(format_args!("arg 5 (closure) must be tuple"))),
                None => return Err(cx.type_error(format_args!("arg 5 (closure) must be None or tuple"))),
            },
            None if nfree > 0 => return Err(cx.type_error(format_args!("arg 5 (closure) must be tuple"))),
            None => None,
        };
        if kwdefaults.as_ref().is_some_and(|n| n.downcast::<PyDict>().is_none()) {
            return Err(cx.type_error(format_args!("arg 6 (kwdefaults) must be None or dict")));
        }
        let given_cells = cells.map_or(0, |t| t.len());
        if given_cells != nfree {
            return Err(cx.value_error(format_args!("{} requires closure of length {nfree}, not {given_cells}", code.name())));
        }
        if let Some(bad) = cells.and_then(|t| t.as_slice().iter().find(|c| c.downcast::<PyCell>().is_none())) {
            return Err(cx.type_error(format_args!("arg 5 (closure) expected cell, found {}", bad.ty().tp_name_str())));
        }
        let f = PyFunction::new(code, globals, cx)?;
        if let Some(n) = name.and_then(|n| n.downcast_own::<PyStr>().ok()) {
            f.func_name.set(Some(n), cx);
        }
        f.set_defaults(argdefs.and_then(|d| d.downcast_own().ok()));
        f.set_closure(cells.filter(|t| !t.is_empty()).map(|t| t.new_ref()));
        f.set_kwdefaults(kwdefaults.and_then(|d| d.downcast_own().ok()));
        Ok(f)
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let q = self.func_qualname.own().map_or_else(String::new, |q| q.to_string_lossy());
        PyStr::new(&format!("<function {q} at {:p}>", self), cx)
    }

    #[slot(tp_descr_get)]
    fn descr_get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match obj {
            Some(o) if !o.is_none() => new_method(self.as_object(), o, cx),
            _ => Ok(self.as_object().own()),
        }
    }

    #[getter("__dict__")]
    fn get_dict(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::get_dict(self.as_object(), cx)
    }
    #[setter("__dict__")]
    fn set_dict(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            None => Err(cx.type_error(format_args!("cannot delete __dict__"))),
            Some(v) => match v.downcast::<PyDict>() {
                Some(d) => {
                    crate::instance::set_dict(self.as_object(), Some(d.new_ref()));
                    Ok(())
                }
                None => Err(cx.type_error(format_args!("__dict__ must be set to a dictionary, not a '{}'", v.ty().tp_name_str()))),
            },
        }
    }
    #[getter("__code__")]
    fn get_code(&self, cx: &mut Cx) -> PyResult<Own<PyCode>> {
        // C code looks at its parts.
        self.code().ensure_linked(cx)?;
        Ok(self.code().new_ref())
    }
    #[setter("__code__")]
    fn py_set_code(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(c) = v.and_then(|v| v.exact::<PyCode>()) else {
            return Err(cx.type_error(format_args!("__code__ must be set to a code object")));
        };
        let (want, have) = (c.nfreevars(), self.func_closure.own().map_or(0, |t| t.len()));
        if want != have {
            let name = self.func_name.own().map_or_else(String::new, |n| n.to_string_lossy());
            return Err(cx.value_error(format_args!("{name}() requires a code object with {have} free vars, not {want}")));
        }
        crate::types::type_::audited(self, "__code__", c, cx)?;
        use taipan_bytecode::flags::{ASYNC_GENERATOR, COROUTINE, GENERATOR};
        let kind = |code: &PyCode| code.flags() & (GENERATOR | COROUTINE | ASYNC_GENERATOR);
        if kind(c) != kind(self.code()) {
            let text = "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)";
            crate::warn::warn(exc::DeprecationWarning(), format_args!("{text}"), 1, cx)?;
        }
        self.report(FunctionEvent::ModifyCode, Some(c.as_object()), cx);
        self.set_code(c.new_ref(), cx)
    }
    #[getter("__name__")]
    fn get_name(&self) -> Option<Own<PyStr>> {
        self.func_name.own()
    }
    #[setter("__name__")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v.and_then(|v| v.downcast::<PyStr>()) {
            Some(s) => {
                self.func_name.set(Some(s.new_ref()), cx);
                Ok(())
            }
            None => Err(cx.type_error(format_args!("__name__ must be set to a string object"))),
        }
    }
    #[getter("__qualname__")]
    fn get_qualname(&self) -> Option<Own<PyStr>> {
        self.func_qualname.own()
    }
    #[setter("__qualname__")]
    fn set_qualname(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v.and_then(|v| v.downcast::<PyStr>()) {
            Some(s) => {
                self.func_qualname.set(Some(s.new_ref()), cx);
                Ok(())
            }
            None => Err(cx.type_error(format_args!("__qualname__ must be set to a string object"))),
        }
    }
    #[getter("__defaults__")]
    fn get_defaults(&self) -> Own<Object> {
        or_none(self.func_defaults.own())
    }
    #[setter("__defaults__")]
    fn py_set_defaults(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v.filter(|v| !v.is_none()) {
            None => {
                self.report(FunctionEvent::ModifyDefaults, None, cx);
                self.set_defaults(None)
            }
            Some(v) => match v.downcast::<PyTuple>() {
                Some(t) => {
                    self.report(FunctionEvent::ModifyDefaults, Some(v), cx);
                    self.set_defaults(Some(t.new_ref()))
                }
                None => return Err(cx.type_error(format_args!("__defaults__ must be set to a tuple object"))),
            },
        }
        Ok(())
    }
    #[getter("__kwdefaults__")]
    fn get_kwdefaults(&self) -> Own<Object> {
        or_none(self.func_kwdefaults.own())
    }
    #[setter("__kwdefaults__")]
    fn py_set_kwdefaults(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v.filter(|v| !v.is_none()) {
            None => {
                self.report(FunctionEvent::ModifyKwDefaults, None, cx);
                self.set_kwdefaults(None)
            }
            Some(v) => match v.downcast::<PyDict>() {
                Some(d) => {
                    self.report(FunctionEvent::ModifyKwDefaults, Some(v), cx);
                    self.set_kwdefaults(Some(d.new_ref()))
                }
                None => return Err(cx.type_error(format_args!("__kwdefaults__ must be set to a dict object"))),
            },
        }
        Ok(())
    }
    #[getter("__builtins__")]
    fn get_builtins(&self) -> Own<Object> {
        self.builtins().own()
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> Own<Object> {
        self.doc(cx)
    }
    #[setter("__doc__")]
    fn set_doc(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.func_doc.set(Some(v.unwrap_or(singletons::none()).own()), cx);
        Ok(())
    }
    #[getter("__module__")]
    fn get_module(&self) -> Own<Object> {
        or_none(self.func_module.own())
    }
    #[setter("__module__")]
    fn set_module(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.func_module.set(v.map(|v| v.own()), cx);
        Ok(())
    }
    /// Dict of annotations in a function object.
    #[getter("__annotations__")]
    fn get_annotations(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        self.annotations(cx)
    }
    #[setter("__annotations__")]
    fn py_set_annotations(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v.filter(|v| !v.is_none()) {
            None => self.set_annotations(None),
            Some(v) if v.downcast::<PyDict>().is_some() => self.set_annotations(Some(v.own())),
            Some(_) => return Err(cx.type_error(format_args!("__annotations__ must be set to a dict object"))),
        }
        self.set_annotate(None);
        Ok(())
    }
    /// Get the code object for a function.
    #[getter("__annotate__")]
    fn get_annotate(&self) -> Own<Object> {
        or_none(self.func_annotate.own())
    }
    #[setter("__annotate__")]
    fn py_set_annotate(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            None => Err(cx.type_error(format_args!("__annotate__ cannot be deleted"))),
            Some(v) if v.is_none() => {
                self.set_annotate(None);
                Ok(())
            }
            Some(v) if v.ty().tp_call.get().is_some() => {
                self.set_annotate(Some(v.own()));
                self.set_annotations(None);
                Ok(())
            }
            Some(_) => Err(cx.type_error(format_args!("__annotate__ must be callable or None"))),
        }
    }
    /// Get the declared type parameters for a function.
    #[getter("__type_params__")]
    fn get_type_params(&self) -> Own<Object> {
        match self.func_typeparams.own() {
            Some(t) => t,
            None => PyTuple::empty().into_object(),
        }
    }
    #[setter("__type_params__")]
    fn py_set_type_params(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v.filter(|v| v.downcast::<PyTuple>().is_some()) {
            Some(v) => {
                self.set_type_params(Some(v.own()));
                Ok(())
            }
            None => Err(cx.type_error(format_args!("__type_params__ must be set to a tuple"))),
        }
    }
}
