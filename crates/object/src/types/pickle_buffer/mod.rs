//! `PickleBuffer`: a buffer that pickling may hand over out of band (`PyPickleBuffer`, PEP 574).
//!
//! It holds one request to the exporter until it is released; requests to it go to the exporter itself.

use crate::abstract_::buffer::{self, FULL_RO};
use crate::prelude::*;
use crate::types::memoryview::PyMemoryView;
use crate::field::GcField;
use crate::name;
use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use taipan_abi::Py_buffer;

/// Wrapper for potentially out-of-band buffers
#[pytype(name = "pickle.PickleBuffer", export = "PyPickleBuffer_Type", gc, doc = "Wrapper for potentially out-of-band buffers")]
#[repr(C)]
pub struct PyPickleBuffer {
    head: ObjHead,
    view: Request,
    weak: WeakList,
}

/// A request to an exporter, which the exporter may point into; without `obj` it is released.
#[repr(transparent)]
struct Request(UnsafeCell<Py_buffer>);

impl Request {
    fn get(&self) -> &Py_buffer {
        // SAFETY: written by `fill` and `release` only, and nobody keeps the reference over them.
        unsafe { &*self.0.get() }
    }
    fn exporter(&self) -> Option<&Object> {
        // SAFETY: null or alive until the request is released.
        unsafe { (self.get().obj as *const Object).as_ref() }
    }
    /// Ask `obj`, once the request lies where it stays.
    fn fill(&self, obj: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(ask) = obj.ty().buffer().and_then(|b| b.bf_getbuffer.get()) else {
            return Err(cx.type_error(format_args!("a bytes-like object is required, not '{}'", obj.ty().tp_name_str())));
        };
        // SAFETY: the slot fills the view or raises; what it wrote before raising is not its.
        unsafe {
            if ask(obj.as_ptr(), self.0.get() as *mut c_void, FULL_RO) != 0 {
                (*self.0.get()).obj = std::ptr::null_mut();
                return Err(Raised::assume());
            }
        }
        Ok(())
    }
    fn release(&self) {
        // SAFETY: filled, or without an object. A copy is given back, since doing so may run code that comes here again; what the copy points to stays.
        unsafe {
            let mut taken = std::ptr::read(self.0.get());
            (*self.0.get()).obj = std::ptr::null_mut();
            buffer::release(&mut taken);
        }
    }
}

impl GcField for Request {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.exporter().map_or(Ok(()), |o| v.object(o))
    }
    fn gc_clear(&self) {
        self.release();
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.release();
    }
}

#[cold]
fn released(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("operation forbidden on released PickleBuffer object"))
}

impl PyPickleBuffer {
    /// A new buffer of `obj` (`PyPickleBuffer_FromObject`).
    pub fn of(obj: &Object, cx: &mut Cx) -> PyResult<Own<PyPickleBuffer>> {
        PyPickleBuffer::make(PyPickleBuffer::ty(), obj, cx)
    }

    /// The request to the exporter (`PyPickleBuffer_GetBuffer`); it goes with the object or its release.
    pub fn request(&self, cx: &mut Cx) -> PyResult<*const crate::abstract_::buffer::Py_buffer> {
        match self.view.exporter() {
            Some(_) => Ok(self.view.get()),
            None => Err(released(cx)),
        }
    }

    fn make(cls: &PyType, obj: &Object, cx: &mut Cx) -> PyResult<Own<PyPickleBuffer>> {
        // SAFETY: all zero is a valid `Py_buffer`.
        let view = Request(UnsafeCell::new(unsafe { std::mem::zeroed() }));
        let made = cx.new_object_of(cls, PyPickleBuffer { head: Object::placeholder(), view, weak: WeakList::default() })?;
        made.view.fill(obj, cx)?;
        Ok(made)
    }

    fn exporter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.view.exporter() {
            Some(o) => Ok(o.own()),
            None => Err(released(cx)),
        }
    }

    /// Whether the memory may not be written, and whether it lies in one piece (row by row or column by column).
    pub fn facts(&self, cx: &mut Cx) -> PyResult<(bool, bool)> {
        let exporter = self.exporter(cx)?;
        let m = PyMemoryView::of(exporter.as_object(), FULL_RO, cx)?;
        let contiguous = crate::attr::get(&m, name!(cx, "contiguous"), cx)?;
        let readonly = crate::attr::get(&m, name!(cx, "readonly"), cx)?;
        Ok((crate::abstract_::is_true(&readonly, cx)?, crate::abstract_::is_true(&contiguous, cx)?))
    }

    /// A one-dimensional view of the bytes.
    pub fn raw(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let exporter = self.exporter(cx)?;
        let (_, contiguous) = self.facts(cx)?;
        if !contiguous {
            return Err(cx.buffer_error(format_args!("cannot extract raw buffer from non-contiguous buffer")));
        }
        let m = PyMemoryView::of(exporter.as_object(), FULL_RO, cx)?;
        m.flat_bytes(cx).map(Own::into_object)
    }
}

#[pymethods]
impl PyPickleBuffer {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyPickleBuffer>> {
        kw.refuse("PickleBuffer", cx)?;
        match args.0 {
            &[o] => PyPickleBuffer::make(cls, o, cx),
            many => Err(cx.type_error(format_args!("PickleBuffer() takes exactly 1 argument ({} given)", many.len()))),
        }
    }
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
        let exporter = self.exporter(cx)?;
        let Some(f) = exporter.ty().buffer().and_then(|b| b.bf_getbuffer.get()) else {
            return Err(released(cx));
        };
        // SAFETY: the exporter fills the view as its own; the caller's contract is the same.
        match unsafe { f(exporter.as_ptr(), view as *mut c_void, flags) } {
            0 => Ok(()),
            // SAFETY: the slot raised.
            _ => Err(unsafe { Raised::assume() }),
        }
    }
    /// Never called, since a request goes to the exporter: it only says that giving back is not trivial.
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut Py_buffer) {}
    /// Return a memoryview of the raw memory underlying this buffer.
    /// Will raise BufferError is the buffer isn't contiguous.
    #[method("raw()")]
    fn raw_view(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.raw(cx)
    }
    /// Release the underlying buffer exposed by the PickleBuffer object.
    #[method("release()")]
    fn release(&self) {
        self.view.release();
    }
}
