//! `Py_ReprEnter` and `Py_ReprLeave`: the kernel's guard without its Rust lifetime.

use taipan_object::prelude::*;

/// `true`: the object's `repr` is running already.
pub fn enter(o: &Object, cx: &mut Cx) -> PyResult<bool> {
    match taipan_object::abstract_::repr_enter(o, cx) {
        Some(guard) => {
            std::mem::forget(guard);
            Ok(false)
        }
        None => Ok(true),
    }
}

/// Remove the innermost entry of the object.
pub fn leave(o: &Object, cx: &mut Cx) {
    let mut running = cx.ts().repr_running.borrow_mut();
    if let Some(at) = running.iter().rposition(|p| std::ptr::eq(*p, o)) {
        running.remove(at);
    }
}
