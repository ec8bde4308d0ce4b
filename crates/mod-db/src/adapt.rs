//! Adapters (PEP 246): how objects become SQLite values. Converters: how SQLite values become objects.

use crate::errors::{self, programming, state};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::{attr, call};

/// PEP 246 style object adaption protocol type.
#[pytype(name = "sqlite3.PrepareProtocol", basetype)]
#[repr(C)]
pub struct PyPrepareProtocol {
    head: ObjHead,
}

#[pymethods]
impl PyPrepareProtocol {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyPrepareProtocol>> {
        cx.new_object_of(cls, PyPrepareProtocol { head: Object::placeholder() })
    }
    #[slot(tp_init)]
    fn tp_init(&self, _args: Args<'_>, _kw: Kwargs<'_>, _cx: &mut Cx) -> PyResult<()> {
        Ok(())
    }
}

fn dict_of(cell: &'static FieldCell<PyDict>, cx: &mut Cx) -> PyResult<Own<PyDict>> {
    if let Some(d) = cell.own() {
        return Ok(d);
    }
    let d = PyDict::new(cx)?;
    cell.set(Some(d.clone()), cx);
    Ok(d)
}

/// The adapters, by (type, protocol).
pub fn adapters(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let s = state(cx);
    dict_of(&s.adapters, cx)
}

/// The converters, by upper-case type name.
pub fn converters(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let s = state(cx);
    dict_of(&s.converters, cx)
}

/// The protocol that parameters are adapted to.
pub fn protocol() -> &'static Object {
    PyPrepareProtocol::ty().as_object()
}

/// A method of the protocol or of the object that may adapt; `TypeError` inside means that it cannot.
fn ask(method: Option<Own<Object>>, arg: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(method) = method else { return Ok(None) };
    match call::call(&method, &[arg], cx) {
        Ok(v) => Ok(Some(v).filter(|v| !v.is_none())),
        Err(r) => cx.catch(r, exc::TypeError()).map(|()| None),
    }
}

/// Adapt `obj`; `alt` is the answer when nobody can, else it is `ProgrammingError`.
pub fn adapt(obj: &Object, proto: &Object, alt: Option<&Object>, cx: &mut Cx) -> PyResult {
    let key = PyTuple::from_slice(&[obj.ty().as_object(), proto], cx)?;
    if let Some(f) = adapters(cx)?.get(&key, cx)? {
        return call::call(&f, &[obj], cx);
    }
    let method = attr::get_opt(proto, name!(cx, "__adapt__"), cx)?;
    if let Some(v) = ask(method, obj, cx)? {
        return Ok(v);
    }
    let method = attr::get_opt(obj, name!(cx, "__conform__"), cx)?;
    if let Some(v) = ask(method, proto, cx)? {
        return Ok(v);
    }
    match alt {
        Some(alt) => Ok(alt.own()),
        None => Err(programming(format_args!("can't adapt"), cx)),
    }
}

/// Adapt a parameter, which stays as it is when nobody adapts it.
pub fn adapt_parameter(v: &Object, cx: &mut Cx) -> PyResult {
    adapt(v, protocol(), Some(v), cx)
}

/// Register an adapter. One for a basic type ends the short way by which such values are bound without asking.
pub fn register(ty: &PyType, adapter: &Object, cx: &mut Cx) -> PyResult<()> {
    let key = PyTuple::from_slice(&[ty.as_object(), protocol()], cx)?;
    let basic = [PyInt::ty(), PyFloat::ty(), PyStr::ty()];
    if basic.iter().any(|b| std::ptr::eq(*b, ty)) {
        errors::state(cx).basic_adapted.set(true);
    }
    adapters(cx)?.set(&key, adapter, cx)
}

/// The converter of a declared or bracketed type name.
pub fn converter(name: &[u8], cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let name = String::from_utf8_lossy(name).to_uppercase();
    converters(cx)?.get_text(&name, cx)
}

/// Call a converter.
pub fn convert(f: &Object, bytes: &[u8], cx: &mut Cx) -> PyResult {
    let b = PyBytes::new(bytes, cx)?;
    call::call(f, &[&b], cx)
}
