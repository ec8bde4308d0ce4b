//! The buffer protocol of Python classes (PEP 688): `__buffer__` and `__release_buffer__`.
//!
//! A buffer made by a Python `__buffer__` belongs to a `_buffer_wrapper`, which keeps the class's object beside the memoryview and calls
//! `__release_buffer__` before the view itself is given back.

use super::wrap::exactly;
use crate::abstract_::buffer::Buffer;
use crate::call::call_special;
use crate::prelude::*;
use crate::typeobj::layout::{GetBufferProc, Ptr};
use crate::types::memoryview::PyMemoryView;
use std::ffi::{c_int, c_void};
use taipan_abi::Py_buffer;

/// The exporter of buffers that a Python `__buffer__` made.
#[pytype(name = "_buffer_wrapper", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyBufferWrapper {
    head: ObjHead,
    mv: FieldCell<PyMemoryView>,
    obj: FieldCell<Object>,
}

#[pymethods]
impl PyBufferWrapper {
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, view: *mut Py_buffer) {
        let (Some(mv), Some(obj)) = (self.mv.take(), self.obj.take()) else { return };
        // SAFETY: called with the GIL; `view` is the one that `slot_bf_getbuffer` filled through `mv`.
        unsafe {
            if let Some(f) = mv.ty().buffer().and_then(|b| b.bf_releasebuffer.get()) {
                f(mv.as_object().as_ptr(), view as *mut c_void);
            }
            // A C `bf_releasebuffer` runs when the memoryview is released; only a Python one is called here.
            let python = obj.ty().buffer().and_then(|b| b.bf_releasebuffer.get()).is_some_and(|f| f as usize == slot_bf_releasebuffer as *const () as usize);
            if python && !mv.is_exported() {
                // A view of the object's own memory (a built-in base's) must end with the call, so that one does not come back itself.
                let given = (!mv.exporter().is_some_and(|e| e.is(&obj))).then(|| mv.clone());
                call_python_release(&obj, given, &*view, &mut Cx::assume());
            }
        }
    }
}

fn python_buffer(o: &Object, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
    let flags_object = PyInt::new(flags as i64, cx)?;
    let Some(r) = call_special(o, name!(cx, "__buffer__"), &[&flags_object], cx)? else {
        return Err(cx.type_error(format_args!("'{}' object has no attribute '__buffer__'", o.ty().tp_name_str())));
    };
    let Ok(mv) = r.downcast_own::<PyMemoryView>() else {
        return Err(cx.type_error(format_args!("__buffer__ returned non-memoryview object")));
    };
    let w = cx.new_object(PyBufferWrapper { head: Object::placeholder(), mv: FieldCell::empty(), obj: FieldCell::new(Some(o.own())) })?;
    let Some(f) = mv.ty().buffer().and_then(|b| b.bf_getbuffer.get()) else { return Ok(()) };
    // SAFETY: the slot's contract; `view` can be written.
    unsafe {
        if f(mv.as_object().as_ptr(), view as *mut c_void, flags) != 0 {
            return Err(Raised::assume());
        }
        // The view's count of the memoryview goes to the wrapper.
        let held = Own::<Object>::from_raw((*view).obj as *mut Object);
        drop(held);
        w.mv.set(Some(mv), cx);
        (*view).obj = w.into_object().into_raw() as *mut _;
    }
    Ok(())
}

/// `bf_getbuffer` of Python classes: calls `__buffer__`.
pub unsafe extern "C" fn slot_bf_getbuffer(o: Ptr, view: *mut c_void, flags: c_int) -> c_int {
    // SAFETY: slot contract.
    unsafe { if python_buffer(&*o, view as *mut Py_buffer, flags, &mut Cx::assume()).is_ok() { 0 } else { -1 } }
}

/// Call `__release_buffer__` with the memoryview that `__buffer__` gave, or else with a view of the buffer that ends with the call. What it raises cannot go anywhere.
fn call_python_release(o: &Object, given: Option<Own<PyMemoryView>>, view: &Py_buffer, cx: &mut Cx) {
    // SAFETY: only assumed when an exception is set.
    let saved = if cx.is_raised() { Some(cx.take_raised(unsafe { Raised::assume() })) } else { None };
    let r = (|| {
        let is_given = given.is_some();
        let mv = given.map_or_else(|| PyMemoryView::lent(view, cx), Ok)?;
        let r = call_special(o, name!(cx, "__release_buffer__"), &[mv.as_object()], cx);
        let released = if is_given { Ok(()) } else { mv.release(cx) };
        r?;
        released
    })();
    if r.is_err() {
        crate::unraisable::write(cx, Some(&format!("Exception ignored in __release_buffer__ of {}", o.ty().tp_name_str())), None);
    }
    if let Some(e) = saved {
        let _ = cx.set_raised(e);
    }
}

/// `bf_releasebuffer` of Python classes: calls `__release_buffer__`, then what the built-in base does.
pub unsafe extern "C" fn slot_bf_releasebuffer(o: Ptr, view: *mut c_void) {
    // SAFETY: slot contract.
    unsafe {
        let o = &*o;
        call_python_release(o, None, &*(view as *const Py_buffer), &mut Cx::assume());
        let mut t = o.ty().base();
        while let Some(b) = t {
            match b.buffer().and_then(|p| p.bf_releasebuffer.get()) {
                Some(f) if f as usize != slot_bf_releasebuffer as *const () as usize => return f(o.as_ptr(), view),
                _ => t = b.base(),
            }
        }
    }
}

/// `type.__buffer__(obj, flags)` of a built-in type.
///
/// # Safety
/// `f` is the `bf_getbuffer` of `o`'s type.
pub(super) unsafe fn wrap_buffer(f: *const (), o: &Object, args: &[&Object], cx: &mut Cx) -> PyResult {
    let a = exactly(args, 1, cx)?;
    let flags = crate::abstract_::number::index_as_isize(a[0], exc::OverflowError(), cx)?;
    let Ok(flags) = c_int::try_from(flags) else {
        return Err(cx.overflow_error(format_args!("buffer flags out of range")));
    };
    // SAFETY: the caller vouches for the function.
    let f = unsafe { std::mem::transmute::<*const (), GetBufferProc>(f) };
    let b = Buffer::get_with(o, f, flags)?;
    PyMemoryView::over(b, cx).map(Own::into_object)
}

/// `type.__release_buffer__(obj, view)` of a built-in type.
pub(super) fn wrap_release(o: &Object, args: &[&Object], cx: &mut Cx) -> PyResult {
    let a = exactly(args, 1, cx)?;
    let Some(mv) = a[0].downcast::<PyMemoryView>() else {
        return Err(cx.type_error(format_args!("expected a memoryview object")));
    };
    match mv.exporter() {
        None => return Err(cx.value_error(format_args!("memoryview's buffer has already been released"))),
        Some(e) if !e.is(o) => return Err(cx.value_error(format_args!("memoryview's buffer is not this object"))),
        Some(_) => {}
    }
    mv.release(cx)?;
    Ok(none().own())
}
