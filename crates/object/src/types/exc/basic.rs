//! Exceptions with a field or two: StopIteration, SystemExit, KeyError, NameError, AttributeError, ImportError.

use super::*;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use taipan_macros::pymethods;

/// What most initialisers begin with: `args` only.
fn base_init(e: &PyBaseException, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    let t = args.to_tuple(cx)?;
    e.args.set(Some(t), cx);
    Ok(())
}

#[pymethods]
impl PyStopIteration {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.take_args(args, kw, cx)?;
        let v = args.0.first().copied().unwrap_or(crate::types::none()).own();
        self.value.set(Some(v), cx);
        Ok(())
    }
    /// generator return value
    #[getter("value")]
    fn get_value(&self) -> Option<Own<Object>> {
        self.value.own()
    }
    #[setter("value")]
    fn set_value(&self, v: Option<&Object>, cx: &mut Cx) {
        self.value.set(v.map(|v| v.own()), cx);
    }
}

#[pymethods]
impl PySystemExit {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.take_args(args, kw, cx)?;
        let v = match args.0 {
            [] => crate::types::none().own(),
            [x] => x.own(),
            _ => self.args().into_object(),
        };
        self.code.set(Some(v), cx);
        Ok(())
    }
    /// exception code
    #[getter("code")]
    fn get_code(&self) -> Option<Own<Object>> {
        self.code.own()
    }
    #[setter("code")]
    fn set_code(&self, v: Option<&Object>, cx: &mut Cx) {
        self.code.set(v.map(|v| v.own()), cx);
    }
}

/// `KeyError` has no fields, only another `__str__`.
#[repr(C)]
pub struct KeyErrorMethods {
    base: PyBaseException,
}
// SAFETY: it begins with the common part.
unsafe impl PyLayout for KeyErrorMethods {}
// SAFETY: KeyErrors have the common layout.
unsafe impl PyTyped for KeyErrorMethods {
    fn ty() -> &'static PyType {
        KeyError()
    }
}

#[pymethods]
impl KeyErrorMethods {
    /// With one argument its repr, so that `KeyError('')` says something.
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let a = self.base.args();
        match a.as_slice() {
            [] => Ok(crate::types::str::intern::empty()),
            [x] => crate::abstract_::repr(x, cx),
            _ => crate::abstract_::str(&a, cx),
        }
    }
}

#[pymethods]
impl PyNameError {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        base_init(self, args, cx)?;
        kw.only("NameError", &["name"], cx)?;
        self.name.set(kw.get("name").map(|v| v.own()), cx);
        Ok(())
    }
    /// name
    #[getter("name")]
    fn get_name(&self) -> Option<Own<Object>> {
        self.name.own()
    }
    #[setter("name")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) {
        self.name.set(v.map(|v| v.own()), cx);
    }
}

#[pymethods]
impl PyAttributeError {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        base_init(self, args, cx)?;
        kw.only("AttributeError", &["name", "obj"], cx)?;
        self.name.set(kw.get("name").map(|v| v.own()), cx);
        self.obj.set(kw.get("obj").map(|v| v.own()), cx);
        Ok(())
    }
    /// attribute name
    #[getter("name")]
    fn get_name(&self) -> Option<Own<Object>> {
        self.name.own()
    }
    #[setter("name")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) {
        self.name.set(v.map(|v| v.own()), cx);
    }
    /// object
    #[getter("obj")]
    fn get_obj(&self) -> Option<Own<Object>> {
        self.obj.own()
    }
    #[setter("obj")]
    fn set_obj(&self, v: Option<&Object>, cx: &mut Cx) {
        self.obj.set(v.map(|v| v.own()), cx);
    }
    /// Pickled without the object, which may not be picklable.
    #[method("__getstate__()", nosig)]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = match self.dict.own() {
            Some(d) => d.copy(cx)?,
            None => PyDict::new(cx)?,
        };
        let had = d.len() > 0;
        if let Some(n) = self.name.own() {
            d.set(name!(cx, "name"), &n, cx)?;
        }
        if d.len() == 0 && !had {
            return Ok(crate::types::none().own());
        }
        Ok(d.into_object())
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let state = self.getstate(cx)?;
        let cls = self.ty().as_object().own();
        let a = self.args();
        PyTuple::from_slice(&[&cls, &a, &state], cx)
    }
}

#[pymethods]
impl PyImportError {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        base_init(self, args, cx)?;
        kw.only("ImportError", &["name", "path", "name_from"], cx)?;
        self.name.set(kw.get("name").map(|v| v.own()), cx);
        self.path.set(kw.get("path").map(|v| v.own()), cx);
        self.name_from.set(kw.get("name_from").map(|v| v.own()), cx);
        let msg = if let [m] = args.0 { Some(m.own()) } else { None };
        self.msg.set(msg, cx);
        Ok(())
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if let Some(m) = self.msg.own() {
            if m.is_exact::<PyStr>() {
                return crate::abstract_::str(&m, cx);
            }
        }
        let a = self.args();
        match a.as_slice() {
            [] => Ok(crate::types::str::intern::empty()),
            [x] => crate::abstract_::str(x, cx),
            _ => crate::abstract_::str(&a, cx),
        }
    }
    /// exception message
    #[getter("msg")]
    fn get_msg(&self) -> Option<Own<Object>> {
        self.msg.own()
    }
    #[setter("msg")]
    fn set_msg(&self, v: Option<&Object>, cx: &mut Cx) {
        self.msg.set(v.map(|v| v.own()), cx);
    }
    /// module name
    #[getter("name")]
    fn get_name(&self) -> Option<Own<Object>> {
        self.name.own()
    }
    #[setter("name")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) {
        self.name.set(v.map(|v| v.own()), cx);
    }
    /// module path
    #[getter("path")]
    fn get_path(&self) -> Option<Own<Object>> {
        self.path.own()
    }
    #[setter("path")]
    fn set_path(&self, v: Option<&Object>, cx: &mut Cx) {
        self.path.set(v.map(|v| v.own()), cx);
    }
    /// name imported from module
    #[getter("name_from")]
    fn get_name_from(&self) -> Option<Own<Object>> {
        self.name_from.own()
    }
    #[setter("name_from")]
    fn set_name_from(&self, v: Option<&Object>, cx: &mut Cx) {
        self.name_from.set(v.map(|v| v.own()), cx);
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let cls = self.ty().as_object().own();
        let a = self.args();
        let fields = [(name!(cx, "name"), self.name.own()), (name!(cx, "path"), self.path.own()), (name!(cx, "name_from"), self.name_from.own())];
        let base = self.dict.own();
        if base.is_none() && fields.iter().all(|f| f.1.is_none()) {
            return PyTuple::from_slice(&[&cls, &a], cx);
        }
        let d = match base {
            Some(d) => d.copy(cx)?,
            None => PyDict::new(cx)?,
        };
        for (k, v) in fields {
            if let Some(v) = v {
                d.set(k, &v, cx)?;
            }
        }
        PyTuple::from_slice(&[&cls, &a, &d], cx)
    }
}
