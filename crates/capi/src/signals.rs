//! Running the Python handlers of signals that came in.

use taipan_object::prelude::*;

/// `PyErr_CheckSignals`.
pub fn check(cx: &mut Cx) -> PyResult<()> {
    match taipan_object::machine::breaker_handlers().0 {
        Some(f) => f(cx),
        None => Ok(()),
    }
}
