//! `ContextManager`: what `localcontext()` gives.

use super::PyContext;
use crate::state;
use taipan_object::prelude::*;

/// The context to set and the one to go back to.
#[pytype(name = "decimal.ContextManager", heap, gc, no_new, flags(DISALLOW_INSTANTIATION), doc = "")]
#[repr(C)]
pub struct PyContextManager {
    head: ObjHead,
    local: Field<PyContext>,
    global: Field<PyContext>,
}

impl PyContextManager {
    /// A manager of a copy.
    pub fn make(local: Own<PyContext>, global: Own<PyContext>, cx: &mut Cx) -> PyResult<Own<PyContextManager>> {
        cx.new_object(PyContextManager { head: Object::placeholder(), local: Field::new(local), global: Field::new(global) })
    }
}

#[pymethods]
impl PyContextManager {
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        state::set_current(&self.local, cx)?;
        Ok(self.local.new_ref())
    }
    #[method("__exit__(*args)", nosig)]
    fn exit(&self, _args: Args<'_>, cx: &mut Cx) -> PyResult<bool> {
        state::set_current(&self.global, cx)?;
        Ok(false)
    }
}
