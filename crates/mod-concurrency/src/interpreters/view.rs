//! `_interpreters.CrossInterpreterBufferView`: memory that an object of another interpreter exports. It is given back there.
//!
//! Unsafe code: filling the view that `bf_getbuffer` gets.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::rc::Rc;
use taipan_object::abstract_::buffer::{self, Py_buffer};
use taipan_object::prelude::*;
use taipan_object::thread::interpreters;

/// A buffer on its way between interpreters.
pub struct Lent {
    buffer: Option<Buffer>,
    owner: i64,
}

impl Lent {
    /// Borrow an object's memory.
    pub fn of(o: &Object, cx: &mut Cx) -> PyResult<Rc<Lent>> {
        let buffer = Buffer::get(o, buffer::FULL_RO, cx)?;
        Ok(Rc::new(Lent { buffer: Some(buffer), owner: cx.interp().identity().id.get() }))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(b) = self.buffer.take() {
            interpreters::release_in(self.owner, b);
        }
    }
}

#[pytype(name = "_interpreters.CrossInterpreterBufferView", heap, no_new, doc = "")]
#[repr(C)]
pub struct PyBufferView {
    head: ObjHead,
    #[gc(skip)]
    lent: Rc<Lent>,
}

/// A view of lent memory.
pub fn new(lent: Rc<Lent>, cx: &mut Cx) -> PyResult<Own<Object>> {
    taipan_object::typeobj::ready_static(PyBufferView::SPEC, cx)?;
    cx.new_object(PyBufferView { head: Object::placeholder(), lent }).map(Own::into_object)
}

#[pymethods]
impl PyBufferView {
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, _flags: c_int, cx: &mut Cx) -> PyResult<()> {
        match (&self.lent.buffer, view.is_null()) {
            (Some(b), false) => {
                // SAFETY: slot contract; the buffer lives as long as this object.
                unsafe { buffer::fill_like(view, b.view(), self.as_object()) };
                Ok(())
            }
            _ => Err(cx.buffer_error(format_args!("the memory is gone"))),
        }
    }
}
