//! `ModuleSpec`: what `#[pymodule]` says about a native module, as constant data. The import machinery makes the module object from it.

use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::typeobj::{MethodDef, TypeSpec};
use std::ffi::CStr;

/// One constant of a module.
pub struct ConstSpec {
    pub name: &'static str,
    /// Makes the value.
    pub make: fn(&mut Cx) -> PyResult<Own<Object>>,
}

/// Everything about a native module.
pub struct ModuleSpec {
    /// `__name__`.
    pub name: &'static CStr,
    /// `__doc__`.
    pub doc: Option<&'static CStr>,
    /// One table per part; each ends with a row whose name is null.
    pub functions: &'static [&'static [MethodDef]],
    /// Types to be readied (if they are not yet) and added under the last part of their name.
    pub types: &'static [fn() -> &'static TypeSpec],
    pub constants: &'static [&'static [ConstSpec]],
    /// Runs last: whatever is not a plain function, type or constant (`Py_mod_exec`).
    pub exec: Option<fn(&crate::types::module::PyModule, &mut Cx) -> PyResult<()>>,
}

impl ModuleSpec {
    /// Rows of all function tables, without the closing ones.
    pub fn function_rows(&self) -> impl Iterator<Item = &'static MethodDef> {
        self.functions.iter().flat_map(|t| t.iter()).filter(|d| !d.ml_name.is_null())
    }

    /// All constants.
    pub fn constant_rows(&self) -> impl Iterator<Item = &'static ConstSpec> {
        self.constants.iter().flat_map(|t| t.iter())
    }
}
