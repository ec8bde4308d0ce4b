//! `cell`: the box that a variable shared between scopes lives in (`PyCellObject`).

use crate::abstract_::{self, CmpOp};
use crate::prelude::*;
use crate::types::singletons;
use taipan_macros::{pymethods, pytype};

#[pytype(name = "cell", doc = "cell([contents])\n--\n\nCreate a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    and \n further attempts to access its cell_contents attribute will\n    raise a ValueError.", gc, export = "PyCell_Type")]
#[repr(C)]
pub struct PyCell {
    head: ObjHead,
    ob_ref: FieldCell<Object>,
}

impl PyCell {
    /// A new cell, empty or with a value.
    pub fn new(v: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyCell>> {
        cx.new_object(PyCell { head: Object::placeholder(), ob_ref: FieldCell::new(v) })
    }
    /// The contents.
    #[inline(always)]
    pub fn get(&self) -> Option<Own<Object>> {
        self.ob_ref.own()
    }
    /// The contents, borrowed.
    #[inline(always)]
    pub fn borrow<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        self.ob_ref.get(cx)
    }
    /// Replace the contents; the old ones come back.
    #[inline(always)]
    #[must_use]
    pub fn replace(&self, v: Option<Own<Object>>) -> Option<Own<Object>> {
        self.ob_ref.swap(v)
    }
}

#[pymethods]
impl PyCell {
    #[new("cell(contents=<unrepresentable>, /)")]
    fn py_new(_cls: &PyType, contents: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyCell>> {
        PyCell::new(contents.map(|o| o.own()), cx)
    }

    #[getter("cell_contents")]
    fn contents(&self, cx: &mut Cx) -> PyResult {
        match self.get() {
            Some(v) => Ok(v),
            None => Err(cx.value_error(format_args!("Cell is empty"))),
        }
    }

    #[setter("cell_contents")]
    fn set_contents(&self, v: Option<&Object>) -> PyResult<()> {
        drop(self.replace(v.map(|v| v.own())));
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let text = match self.get() {
            None => format!("<cell at {:p}: empty>", self),
            Some(v) => format!("<cell at {:p}: {} object at {:p}>", self, v.ty().tp_name_str(), v.as_ptr()),
        };
        PyStr::new(&text, cx)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
        let Some(o) = other.downcast::<PyCell>() else { return Ok(singletons::not_implemented().own()) };
        match (self.get(), o.get()) {
            (Some(a), Some(b)) => abstract_::rich_compare(&a, &b, op, cx),
            // Empty cells sort before all others.
            (a, b) => {
                let (a, b) = (a.is_some(), b.is_some());
                Ok(crate::types::boolean::from_bool(op.holds(a.cmp(&b))))
            }
        }
    }
}
