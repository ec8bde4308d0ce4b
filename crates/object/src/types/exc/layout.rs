//! Layouts of exception instances (Include/cpython/pyerrors.h). Every struct begins with `PyBaseException`.

use crate::field::FieldCell;
use crate::refs::*;
use crate::types::{dict::PyDict, tuple::PyTuple};
use std::cell::Cell;

/// `PyBaseExceptionObject`: the head of every exception.
#[repr(C)]
pub struct PyBaseException {
    pub head: ObjHead,
    pub dict: FieldCell<PyDict>,
    pub args: FieldCell<PyTuple>,
    pub notes: FieldCell<Object>,
    pub traceback: FieldCell<Object>,
    pub context: FieldCell<Object>,
    pub cause: FieldCell<Object>,
    pub suppress_context: Cell<bool>,
}
const _: () = assert!(size_of::<PyBaseException>() == 72);
// SAFETY: repr(C), head first.
unsafe impl PyLayout for PyBaseException {}
// SAFETY: all exceptions begin with this layout.
unsafe impl PyTyped for PyBaseException {
    #[inline]
    fn ty() -> &'static crate::typeobj::PyType {
        super::BaseException()
    }
    #[inline]
    fn check(obj: &Object) -> bool {
        obj.ty().tp_flags.get() & crate::typeobj::flags::BASE_EXC_SUBCLASS != 0
    }
}
impl std::ops::Deref for PyBaseException {
    type Target = Object;
    fn deref(&self) -> &Object {
        &self.head
    }
}

macro_rules! layouts {
    ($($(#[$m:meta])* $name:ident($ty:ident $(| $other:ident)*, $size:literal) { $($f:ident: $t:ty),* })*) => { $(
        $(#[$m])*
        #[repr(C)]
        pub struct $name { pub base: PyBaseException, $(pub $f: $t),* }
        const _: () = assert!(size_of::<$name>() == $size);
        // SAFETY: repr(C), head first.
        unsafe impl PyLayout for $name {}
        // SAFETY: the exception table gives this layout to the type; subtypes extend it.
        unsafe impl PyTyped for $name {
            #[inline]
            fn ty() -> &'static crate::typeobj::PyType { super::$ty() }
            #[inline]
            fn check(obj: &Object) -> bool { obj.ty().is_subtype(super::$ty()) $(|| obj.ty().is_subtype(super::$other()))* }
        }
        impl std::ops::Deref for $name {
            type Target = PyBaseException;
            fn deref(&self) -> &PyBaseException { &self.base }
        }
        impl super::base::ExcLayout for $name {
            fn visit_own(&self, f: &mut dyn FnMut(&dyn crate::field::GcField) -> Result<(), i32>) -> Result<(), i32> {
                $( f(&self.$f)?; )*
                Ok(())
            }
        }
    )* };
}

layouts! {
    /// `PyBaseExceptionGroupObject`.
    PyExceptionGroup(BaseExceptionGroup, 96) { msg: FieldCell<Object>, excs: FieldCell<PyTuple>, excs_str: FieldCell<Object> }
    /// `PyStopIterationObject`.
    PyStopIteration(StopIteration, 80) { value: FieldCell<Object> }
    /// `PySystemExitObject`.
    PySystemExit(SystemExit, 80) { code: FieldCell<Object> }
    /// `PyImportErrorObject`.
    PyImportError(ImportError, 104) { msg: FieldCell<Object>, name: FieldCell<Object>, path: FieldCell<Object>, name_from: FieldCell<Object> }
    /// `PyOSErrorObject`; `written` is -1 unless BlockingIOError got `characters_written`.
    PyOSError(OSError, 112) { myerrno: FieldCell<Object>, strerror: FieldCell<Object>, filename: FieldCell<Object>, filename2: FieldCell<Object>, written: Cell<isize> }
    /// `PyNameErrorObject`.
    PyNameError(NameError, 80) { name: FieldCell<Object> }
    /// `PyAttributeErrorObject`.
    PyAttributeError(AttributeError, 88) { obj: FieldCell<Object>, name: FieldCell<Object> }
    /// `PySyntaxErrorObject`.
    PySyntaxError(SyntaxError, 144) {
        msg: FieldCell<Object>, filename: FieldCell<Object>, lineno: FieldCell<Object>, offset: FieldCell<Object>, end_lineno: FieldCell<Object>,
        end_offset: FieldCell<Object>, text: FieldCell<Object>, print_file_and_line: FieldCell<Object>, metadata: FieldCell<Object>
    }
    /// `PyUnicodeErrorObject`: what three types share. (A plain `UnicodeError` has the common layout only.)
    PyUnicodeError(UnicodeEncodeError | UnicodeDecodeError | UnicodeTranslateError, 112) { encoding: FieldCell<Object>, object: FieldCell<Object>, start: Cell<isize>, end: Cell<isize>, reason: FieldCell<Object> }
}

pub(super) fn as_attribute_error(e: &Object) -> Option<&PyAttributeError> {
    e.downcast::<PyAttributeError>()
}
