//! The module `builtins`: functions, and all built-in types and exceptions under their names.

use taipan_object::prelude::*;
use taipan_object::types::{boolean, ellipsis};

/// Built-in functions, types and exceptions, and other objects of Python.
#[pymodule(
    name = "builtins",
    doc = "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\nThis module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\nobjects with the same name as a builtin and need access\nto the built-in of that name.",
    parts(crate::functions::objects::part, crate::functions::numbers::part, crate::functions::iterators::part, crate::functions::output::part, crate::functions::namespaces::part, crate::functions::classes::part)
)]
mod builtins {}

pub use builtins::MODULE;

/// What is not a function: singletons, types and exceptions.
pub fn fill(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    m.add("None", none(), cx)?;
    m.add("Ellipsis", ellipsis(), cx)?;
    m.add("NotImplemented", not_implemented(), cx)?;
    m.add("False", boolean::false_(), cx)?;
    m.add("True", boolean::true_(), cx)?;
    for t in crate::types::named() {
        m.add(t.name(), t, cx)?;
    }
    for row in exc::EXCEPTIONS.iter().filter(|row| row.is_builtin()) {
        let t = &row.storage.ty;
        m.add(t.name(), t, cx)?;
    }
    m.add("ExceptionGroup", exc::group::exception_group(cx)?, cx)?;
    for alias in ["EnvironmentError", "IOError"] {
        m.add(alias, exc::OSError(), cx)?;
    }
    let debug = cx.interp().config.borrow().optimize == 0;
    m.add("__debug__", &boolean::from_bool(debug), cx)
}
