//! From `ModuleSpec` to a module object, in the two steps of multi-phase initialisation: create, exec.

use super::PyModule;
use crate::args::ModuleSpec;
use crate::prelude::*;
use crate::typeobj::ready_static;
use crate::types::{builtin, descr};

/// The empty module of a spec.
pub fn create(spec: &'static ModuleSpec, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    let name = descr::c_name(spec.name.as_ptr(), cx)?;
    let m = PyModule::new_named(&name, cx)?;
    if let Some(doc) = spec.doc {
        let doc = PyStr::new(doc.to_str().unwrap_or(""), cx)?;
        m.add("__doc__", &doc, cx)?;
    }
    Ok(m)
}

/// Fill a module from its spec: functions, types, constants, then the module's own `exec`.
pub fn exec(spec: &'static ModuleSpec, m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let module_name = descr::c_name(spec.name.as_ptr(), cx)?;
    let d = m.dict(cx)?;
    for row in spec.function_rows() {
        let f = builtin::new_function(row, Some(m.as_object()), Some(&module_name), cx)?;
        let name = descr::c_name(row.ml_name, cx)?;
        d.set(&name, &f, cx)?;
    }
    for t in spec.types {
        let t = t();
        ready_static(t, cx)?;
        let ty = &t.storage.ty;
        m.add(ty.name(), ty.as_object(), cx)?;
    }
    for c in spec.constant_rows() {
        let v = (c.make)(cx)?;
        m.add(c.name, &v, cx)?;
    }
    match spec.exec {
        Some(f) => f(m, cx),
        None => Ok(()),
    }
}
