//! `_operator`: the operators as functions, and the getters.

mod functions;
mod getters;

use getters::{PyAttrGetter, PyItemGetter, PyMethodCaller};
use taipan_object::prelude::*;

#[pymodule(
    name = "_operator",
    doc = "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.  The function names are those\nused for special methods; variants without leading and trailing\n'__' are also provided for convenience.",
    types(PyAttrGetter, PyItemGetter, PyMethodCaller),
    parts(super::functions::functions)
)]
pub mod module {
    use super::*;
}
