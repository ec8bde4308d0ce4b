//! The module `_weakref`.

use taipan_object::prelude::*;
use taipan_object::types::weakref::{PyWeakref, proxy};
use taipan_object::weakref::all_to;

#[pymodule(name = "_weakref", doc = "Weak-reference support module.")]
pub mod weakref {
    use super::*;

    /// Return the number of weak references to 'object'.
    #[function("getweakrefcount(object, /)")]
    fn getweakrefcount(object: &Object) -> usize {
        all_to(object).len()
    }
    /// Return a list of all weak reference objects pointing to 'object'.
    #[function("getweakrefs(object, /)")]
    fn getweakrefs(object: &Object, cx: &mut Cx) -> PyResult<Own<PyList>> {
        PyList::from_vec(all_to(object), cx)
    }
    /// Create a proxy object that weakly references 'object'.
    ///
    /// 'callback', if given, is called with a reference to the
    /// proxy when 'object' is about to be finalized.
    #[function("proxy(object, callback=None, /)")]
    fn proxy_(object: &Object, callback: &Object, cx: &mut Cx) -> PyResult<Own<PyWeakref>> {
        proxy::new_proxy(object, Some(callback), cx)
    }
    /// Atomically remove key from dict if it points to a dead weakref.
    #[function("_remove_dead_weakref(dct, key, /)")]
    fn remove_dead_weakref(dct: &PyDict, key: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = dct.get(key, cx)? else { return Ok(()) };
        let dead = match v.downcast::<PyWeakref>() {
            Some(w) => w.referent().is_none(),
            None => return Err(cx.type_error(format_args!("not a weakref"))),
        };
        if dead {
            dct.remove(key, cx)?;
        }
        Ok(())
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        m.add("ref", PyWeakref::ty(), cx)?;
        m.add("ReferenceType", PyWeakref::ty(), cx)?;
        m.add("ProxyType", &proxy::_PyWeakref_ProxyType.ty, cx)?;
        m.add("CallableProxyType", &proxy::_PyWeakref_CallableProxyType.ty, cx)
    }
}
