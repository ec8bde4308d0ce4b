//! `module`: `PyModuleObject`, and making native modules from their `ModuleSpec`.

mod annotations;
pub mod foreign;
pub mod shadow;
mod make;

pub use make::{create, exec};

use crate::field::FieldCell;
use crate::prelude::*;
use taipan_macros::{pymethods, pytype};

/// Create a module object.
///
/// The name must be a string; the optional docstring can have any type.
#[pytype(name = "module", layout = "PyModuleObject", gc, basetype, export = "PyModule_Type")]
#[repr(C)]
pub struct PyModule {
    head: ObjHead,
    pub md_dict: InstDict,
    /// `md_def` and `md_state` of C modules.
    pub definition: foreign::Definition,
    md_weaklist: WeakList,
    pub md_name: FieldCell<Object>,
}

impl PyModule {
    /// A module with the standard dunders (`PyModule_NewObject`).
    pub fn new_named(name: &Object, cx: &mut Cx) -> PyResult<Own<PyModule>> {
        let m = PyModule::alloc(PyModule::ty(), cx)?;
        m.init_dict(name, crate::types::none(), cx)?;
        Ok(m)
    }

    fn alloc(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyModule>> {
        let d = PyDict::new(cx)?;
        cx.new_object_of(
            cls,
            PyModule {
                head: Object::placeholder(),
                md_dict: FieldCell::new(Some(d)),
                definition: foreign::Definition::none(),
                md_weaklist: WeakList::new(),
                md_name: FieldCell::empty(),
            },
        )
    }

    fn init_dict(&self, name: &Object, doc: &Object, cx: &mut Cx) -> PyResult<()> {
        let d = self.dict(cx)?;
        d.set(name!(cx, "__name__"), name, cx)?;
        d.set(name!(cx, "__doc__"), doc, cx)?;
        for n in [name!(cx, "__package__"), name!(cx, "__loader__"), name!(cx, "__spec__")] {
            d.set(n, crate::types::none(), cx)?;
        }
        if name.is_a::<PyStr>() {
            self.md_name.set(Some(name.own()), cx);
        }
        Ok(())
    }

    /// `__dict__`; made when missing.
    pub fn dict(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        if let Some(d) = self.md_dict.own() {
            return Ok(d);
        }
        let d = PyDict::new(cx)?;
        self.md_dict.set(Some(d.clone()), cx);
        Ok(d)
    }

    /// Store an attribute (`PyModule_AddObject`).
    pub fn add(&self, name: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = PyStr::new_interned(name, cx)?;
        self.dict(cx)?.set(&n, v, cx)
    }
}

#[pymethods]
impl PyModule {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: crate::args::Args<'_>, _kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyModule>> {
        PyModule::alloc(cls, cx)
    }

    #[init("module(name, doc=None)")]
    fn init(&self, name: &PyStr, doc: &Object, cx: &mut Cx) -> PyResult<()> {
        self.init_dict(name, doc, cx)
    }

    #[getter("__dict__")]
    fn get_dict(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        self.dict(cx)
    }

    #[getter("__annotations__")]
    fn annotations(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        annotations::get(self, cx)
    }
    #[setter("__annotations__")]
    fn set_annotations(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        annotations::set(self, v, cx)
    }
    #[getter("__annotate__")]
    fn annotate(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        annotations::get_annotate(self, cx)
    }
    #[setter("__annotate__")]
    fn set_annotate(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        annotations::set_annotate(self, v, cx)
    }

    /// __dir__() -> list
    /// specialized dir() implementation
    #[method("__dir__()", nosig)]
    fn dir(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let dict = crate::attr::get(self, name!(cx, "__dict__"), cx)?;
        let Some(d) = dict.downcast::<PyDict>() else {
            return Err(cx.type_error(format_args!("<module>.__dict__ is not a dictionary")));
        };
        if let Some(f) = d.get(name!(cx, "__dir__"), cx)? {
            let r = crate::call::call(&f, &[], cx)?;
            return crate::abstract_::iter::to_list(&r, cx);
        }
        crate::abstract_::iter::to_list(d, cx)
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = cx.interp().importlib.own();
        match f {
            Some(lib) => crate::call::call_method(&lib, name!(cx, "_module_repr"), &[self], cx),
            None => {
                let name = match self.md_name.own() {
                    Some(n) => crate::abstract_::repr(&n, cx)?.to_string(),
                    None => "'?'".to_owned(),
                };
                PyStr::new(&format!("<module {name} (built-in)>"), cx).map(Own::into_object)
            }
        }
    }

    /// Attribute lookup with the module's own `__getattr__` (PEP 562) as a fallback.
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = crate::attr::as_name(name, cx)?;
        if let Some(v) = crate::attr::generic_get_opt(self, &n, cx)? {
            return Ok(v);
        }
        let d = self.dict(cx)?;
        if let Some(f) = d.get(name!(cx, "__getattr__"), cx)? {
            return crate::call::call(&f, &[name], cx);
        }
        Err(missing::attribute(self, &d, &n, cx))
    }
}

mod missing {
    //! The message for a missing module attribute, with the hints of 3.13+.
    use super::*;

    /// "module 'x' has no attribute 'y'", with hints about shadowing and circular imports.
    pub fn attribute(m: &PyModule, d: &PyDict, n: &PyStr, cx: &mut Cx) -> Raised {
        let text = match text(d, n, cx) {
            Ok(t) => t,
            Err(r) => return r,
        };
        crate::attr::attribute_error(m, n, &text, cx)
    }

    fn text(d: &PyDict, n: &PyStr, cx: &mut Cx) -> PyResult<String> {
        let Some(name) = d.get(name!(cx, "__name__"), cx)?.and_then(|x| x.downcast_own::<PyStr>().ok()) else {
            return Ok(format!("module has no attribute '{n}'"));
        };
        if let Some(spec) = d.get(name!(cx, "__spec__"), cx)?.filter(|s| !s.is_none()) {
            let initializing = match crate::attr::get_opt(&spec, name!(cx, "_initializing"), cx)? {
                Some(v) => crate::abstract_::is_true(&v, cx)?,
                None => false,
            };
            let origin = match crate::attr::get_opt(&spec, name!(cx, "has_location"), cx)? {
                Some(h) if crate::abstract_::is_true(&h, cx)? => crate::attr::get_opt(&spec, name!(cx, "origin"), cx)?,
                _ => None,
            };
            let origin = origin.and_then(|o| o.downcast_own::<PyStr>().ok());
            let shadowing = match &origin {
                Some(o) => shadow::is_beside_script(o, cx)?,
                None => false,
            };
            if let Some(o) = origin.as_ref().filter(|_| shadowing) {
                if shadow::is_stdlib(&name, cx)? {
                    return Ok(format!(
                        "module '{name}' has no attribute '{n}' (consider renaming '{o}' since it has the same name as the standard library module named '{name}' and prevents importing that standard library module)"
                    ));
                }
                if initializing {
                    return Ok(format!("module '{name}' has no attribute '{n}' (consider renaming '{o}' if it has the same name as a library you intended to import)"));
                }
            }
            if initializing {
                let from = origin.as_ref().map(|o| format!(" from '{o}'")).unwrap_or_default();
                return Ok(format!(
                    "partially initialized module '{name}'{from} has no attribute '{n}' (most likely due to a circular import)"
                ));
            }
            if let Some(open) = crate::attr::get_opt(&spec, name!(cx, "_uninitialized_submodules"), cx)?
                && crate::abstract_::sequence::contains(&open, n.as_object(), cx)?
            {
                return Ok(format!("cannot access submodule '{n}' of module '{name}' (most likely due to a circular import)"));
            }
        }
        Ok(format!("module '{name}' has no attribute '{n}'"))
    }
}
