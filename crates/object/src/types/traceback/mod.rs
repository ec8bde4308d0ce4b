//! `traceback`: one entry per frame that an exception went through (`PyTracebackObject`).
//!
//! `tb_lineno` is -1 until somebody asks; it follows from `tb_lasti`.

pub mod print;

use crate::prelude::*;
use crate::types::frame::PyFrame;
use std::cell::Cell;
use taipan_macros::{pymethods, pytype};

/// Create a new traceback object.
#[pytype(name = "traceback", gc, export = "PyTraceBack_Type")]
#[repr(C)]
pub struct PyTraceback {
    head: ObjHead,
    tb_next: FieldCell<PyTraceback>,
    tb_frame: Field<PyFrame>,
    tb_lasti: Cell<i32>,
    tb_lineno: Cell<i32>,
}

impl PyTraceback {
    /// A new entry in front of `next`. `lasti` counts bytes (two per word); `lineno` -1: to be found when asked for.
    #[inline]
    pub fn new(next: Option<Own<PyTraceback>>, frame: Own<PyFrame>, lasti: i32, lineno: i32, cx: &mut Cx) -> PyResult<Own<PyTraceback>> {
        cx.new_object_here(|| PyTraceback {
            head: Object::placeholder(),
            tb_next: FieldCell::new(next),
            tb_frame: Field::new(frame),
            tb_lasti: Cell::new(lasti),
            tb_lineno: Cell::new(lineno),
        })
    }
    /// Change the next entry; the caller makes no cycle.
    pub(crate) fn link_next(&self, next: Option<Own<PyTraceback>>, cx: &mut Cx) {
        self.tb_next.set(next, cx);
    }
    /// The next entry (towards where the exception was raised).
    pub fn next(&self) -> Option<Own<PyTraceback>> {
        self.tb_next.own()
    }
    pub fn frame(&self) -> &PyFrame {
        &self.tb_frame
    }
    pub fn lasti(&self) -> i32 {
        self.tb_lasti.get()
    }
    /// The line, -1 when unknown.
    pub fn lineno(&self) -> i32 {
        match self.tb_lineno.get() {
            -1 => self.tb_frame.code().line_at(self.tb_lasti.get() / 2),
            n => n,
        }
    }
}

#[pymethods]
impl PyTraceback {
    #[new("traceback(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn py_new(_cls: &PyType, tb_next: &Object, tb_frame: &PyFrame, tb_lasti: i32, tb_lineno: i32, cx: &mut Cx) -> PyResult<Own<PyTraceback>> {
        let next = match tb_next.downcast::<PyTraceback>() {
            Some(t) => Some(t.new_ref()),
            None if tb_next.is(crate::types::singletons::none()) => None,
            None => return Err(cx.type_error(format_args!("expected traceback object or None, got '{}'", tb_next.ty().tp_name_str()))),
        };
        PyTraceback::new(next, tb_frame.new_ref(), tb_lasti, tb_lineno, cx)
    }

    #[getter("tb_next")]
    fn py_next(&self) -> Option<Own<PyTraceback>> {
        self.next()
    }

    #[setter("tb_next")]
    fn set_next(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.type_error(format_args!("can't delete tb_next attribute"))) };
        if v.is(crate::types::singletons::none()) {
            self.tb_next.set(None, cx);
            return Ok(());
        }
        let Some(t) = v.downcast::<PyTraceback>() else {
            return Err(cx.type_error(format_args!("expected traceback object, got '{}'", v.ty().tp_name_str())));
        };
        let mut at = Some(t.new_ref());
        while let Some(x) = at {
            if std::ptr::eq(&*x, self) {
                return Err(cx.value_error(format_args!("traceback loop detected")));
            }
            at = x.next();
        }
        self.tb_next.set(Some(t.new_ref()), cx);
        Ok(())
    }

    #[getter("tb_frame")]
    fn py_frame(&self) -> Own<PyFrame> {
        self.tb_frame.new_ref()
    }

    #[getter("tb_lasti")]
    fn py_lasti(&self) -> i32 {
        self.tb_lasti.get()
    }

    #[getter("tb_lineno")]
    fn py_lineno(&self) -> Option<i32> {
        Some(self.lineno()).filter(|&n| n != -1)
    }

    #[method("__dir__()", nosig)]
    fn dir(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let mut v = Vec::new();
        for n in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
            v.push(PyStr::new_interned(n, cx)?.into_object());
        }
        PyList::from_vec(v, cx)
    }
}

/// Put an entry for `frame` in front of the traceback of the current exception (`PyTraceBack_Here`).
pub fn add_entry(frame: &PyFrame, lasti: i32, lineno: i32, cx: &mut Cx) {
    let Some(e) = cx.ts().current_exception.take() else { return };
    if let Some(exc) = e.downcast::<exc::PyBaseException>() {
        let next = exc.traceback.own().and_then(|t| t.downcast_own::<PyTraceback>().ok());
        match PyTraceback::new(next, frame.new_ref(), lasti, lineno, cx) {
            Ok(t) => exc.traceback.set(Some(t.into_object()), cx),
            // Out of memory while recording: the exception goes on without this entry.
            Err(r) => cx.discard(r),
        }
    }
    cx.ts().current_exception.set(Some(e), cx);
}

/// As `add_entry` for a frame in use, at its present instruction.
pub fn add_frame_entry(f: &crate::frame::Frame, cx: &mut Cx) {
    let Some(e) = cx.ts().current_exception.take() else { return };
    if let Some(exc) = e.downcast::<exc::PyBaseException>() {
        // The entries so far move into the new one.
        // SAFETY: the field holds tracebacks only (its setter checks).
        let next = exc.traceback.take().map(|t| unsafe { t.cast_own_unchecked::<PyTraceback>() });
        let made = match PyFrame::of(f, cx) {
            Ok(o) => PyTraceback::new(next, o, f.lasti_word().max(0) * 2, -1, cx),
            Err(r) => Err(r),
        };
        match made {
            Ok(t) => drop(exc.traceback.swap(Some(t.into_object()))),
            // Out of memory while recording: the exception goes on without its entries.
            Err(r) => cx.discard(r),
        }
    }
    drop(cx.ts().current_exception.swap(Some(e)));
}
