//! The module `builtins`, and every built-in type that the kernel does not need itself.
#![deny(unsafe_code)]

pub mod code;
pub mod functions;
mod module;
pub mod timeval;
pub mod types;

pub use module::{MODULE, fill};

use taipan_object::prelude::*;

/// Ready the types of this crate and install them where the kernel calls them. Once per process, after `typelist::init`.
pub fn init(cx: &mut Cx) -> PyResult<()> {
    types::init(cx)
}

/// A new exception class with a dotted name (`PyErr_NewException`).
pub fn new_exception(dotted: &str, base: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (module, name) = dotted.rsplit_once('.').unwrap_or(("builtins", dotted));
    let ns = PyDict::new(cx)?;
    let m = PyStr::new_interned(module, cx)?;
    ns.set_text("__module__", m.into_object(), cx)?;
    let name = PyStr::new_interned(name, cx)?;
    let bases = PyTuple::from_slice(&[base.as_object()], cx)?;
    taipan_object::call::call(PyType::ty().as_object(), &[&name, &bases, &ns], cx)
}

/// Raise `OSError(errno, strerror)`; the constructor picks the subclass.
#[cold]
pub fn os_error(code: i32, message: &str, cx: &mut Cx) -> Raised {
    let made = (|| {
        let (n, text) = (PyInt::new(code as i64, cx)?, PyStr::new(message, cx)?);
        taipan_object::call::call(exc::OSError().as_object(), &[&n, &text], cx)
    })();
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}
