//! Function pointer typedefs of the 3.14 headers.
//!
//! Struct fields hold `Option<…>` of these: a null slot is `None`. A function
//! that returns a pointer returns null for "an exception is set"; one that
//! returns `int` or a size returns -1 for it.

use core::ffi::{c_char, c_int, c_void};

use crate::headers::*;
use crate::scalars::*;

// object.h
pub type unaryfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
pub type binaryfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
pub type ternaryfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
pub type inquiry = unsafe extern "C" fn(*mut PyObject) -> c_int;
pub type lenfunc = unsafe extern "C" fn(*mut PyObject) -> Py_ssize_t;
pub type ssizeargfunc = unsafe extern "C" fn(*mut PyObject, Py_ssize_t) -> *mut PyObject;
pub type ssizessizeargfunc = unsafe extern "C" fn(*mut PyObject, Py_ssize_t, Py_ssize_t) -> *mut PyObject;
pub type ssizeobjargproc = unsafe extern "C" fn(*mut PyObject, Py_ssize_t, *mut PyObject) -> c_int;
pub type ssizessizeobjargproc = unsafe extern "C" fn(*mut PyObject, Py_ssize_t, Py_ssize_t, *mut PyObject) -> c_int;
pub type objobjproc = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> c_int;
pub type objobjargproc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
pub type visitproc = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;
pub type traverseproc = unsafe extern "C" fn(*mut PyObject, visitproc, *mut c_void) -> c_int;
pub type freefunc = unsafe extern "C" fn(*mut c_void);
pub type destructor = unsafe extern "C" fn(*mut PyObject);
pub type getattrfunc = unsafe extern "C" fn(*mut PyObject, *mut c_char) -> *mut PyObject;
pub type getattrofunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
pub type setattrfunc = unsafe extern "C" fn(*mut PyObject, *mut c_char, *mut PyObject) -> c_int;
pub type setattrofunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
pub type reprfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
pub type hashfunc = unsafe extern "C" fn(*mut PyObject) -> Py_hash_t;
pub type richcmpfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, c_int) -> *mut PyObject;
pub type getiterfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
pub type iternextfunc = unsafe extern "C" fn(*mut PyObject) -> *mut PyObject;
pub type descrgetfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
pub type descrsetfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
pub type initproc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
pub type newfunc = unsafe extern "C" fn(*mut PyTypeObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
pub type allocfunc = unsafe extern "C" fn(*mut PyTypeObject, Py_ssize_t) -> *mut PyObject;
/// Callable, arguments, their number with `PY_VECTORCALL_ARGUMENTS_OFFSET` perhaps, names of the keyword ones (PEP 590).
pub type vectorcallfunc =
    unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, usize, *mut PyObject) -> *mut PyObject;
pub type sendfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut *mut PyObject) -> PySendResult;
pub type PyType_WatchCallback = unsafe extern "C" fn(*mut PyTypeObject) -> c_int;
pub type PyRefTracer = unsafe extern "C" fn(*mut PyObject, PyRefTracerEvent, *mut c_void) -> c_int;

// pybuffer.h
pub type getbufferproc = unsafe extern "C" fn(*mut PyObject, *mut Py_buffer, c_int) -> c_int;
pub type releasebufferproc = unsafe extern "C" fn(*mut PyObject, *mut Py_buffer);

// descrobject.h
pub type getter = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> *mut PyObject;
pub type setter = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut c_void) -> c_int;
pub type wrapperfunc = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut c_void) -> *mut PyObject;
pub type wrapperfunc_kwds =
    unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut c_void, *mut PyObject) -> *mut PyObject;

// methodobject.h
pub type PyCFunction = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
pub type PyCFunctionFast = unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, Py_ssize_t) -> *mut PyObject;
pub type PyCFunctionWithKeywords =
    unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
pub type PyCFunctionFastWithKeywords =
    unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, Py_ssize_t, *mut PyObject) -> *mut PyObject;
pub type PyCMethod = unsafe extern "C" fn(
    *mut PyObject,
    *mut PyTypeObject,
    *const *mut PyObject,
    usize,
    *mut PyObject,
) -> *mut PyObject;

// moduleobject.h, import.h
pub type PyModInitFunction = unsafe extern "C" fn() -> *mut PyObject;

// pycapsule.h, objimpl.h, pystate.h, watchers, audit
pub type PyCapsule_Destructor = unsafe extern "C" fn(*mut PyObject);
pub type gcvisitobjects_t = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;
pub type Py_tracefunc = unsafe extern "C" fn(*mut PyObject, *mut PyFrameObject, c_int, *mut PyObject) -> c_int;
pub type PyDict_WatchCallback =
    unsafe extern "C" fn(PyDict_WatchEvent, *mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
pub type PyFunction_WatchCallback =
    unsafe extern "C" fn(PyFunction_WatchEvent, *mut PyFunctionObject, *mut PyObject) -> c_int;
pub type PyCode_WatchCallback = unsafe extern "C" fn(PyCodeEvent, *mut PyCodeObject) -> c_int;
pub type PyContext_WatchCallback = unsafe extern "C" fn(PyContextEvent, *mut PyObject) -> c_int;
pub type Py_AuditHookFunction = unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int;
pub type Py_OpenCodeHookFunction = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> *mut PyObject;
pub type PyOS_sighandler_t = unsafe extern "C" fn(c_int);

// pymem.h, objimpl.h, pyhash.h
pub type MallocFunction = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
pub type CallocFunction = unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void;
pub type ReallocFunction = unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void;
pub type FreeFunction = unsafe extern "C" fn(*mut c_void, *mut c_void);
pub type ArenaAllocFunction = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
pub type ArenaFreeFunction = unsafe extern "C" fn(*mut c_void, *mut c_void, usize);
pub type HashBufferFunction = unsafe extern "C" fn(*const c_void, Py_ssize_t) -> Py_hash_t;

// datetime.h: the members of `PyDateTime_CAPI`
pub type DateFromDateFunction = unsafe extern "C" fn(c_int, c_int, c_int, *mut PyTypeObject) -> *mut PyObject;
/// Year, month, day, hour, minute, second, microsecond, tzinfo, type.
pub type DateTimeFromDateAndTimeFunction = unsafe extern "C" fn(
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    *mut PyObject,
    *mut PyTypeObject,
) -> *mut PyObject;
/// Hour, minute, second, microsecond, tzinfo, type.
pub type TimeFromTimeFunction =
    unsafe extern "C" fn(c_int, c_int, c_int, c_int, *mut PyObject, *mut PyTypeObject) -> *mut PyObject;
/// Days, seconds, microseconds, whether to normalise, type.
pub type DeltaFromDeltaFunction =
    unsafe extern "C" fn(c_int, c_int, c_int, c_int, *mut PyTypeObject) -> *mut PyObject;
/// Offset, name (or null).
pub type TimeZoneFromTimeZoneFunction = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;
/// As [`DateTimeFromDateAndTimeFunction`] with fold before the type.
pub type DateTimeFromDateAndTimeAndFoldFunction = unsafe extern "C" fn(
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    *mut PyObject,
    c_int,
    *mut PyTypeObject,
) -> *mut PyObject;
/// As [`TimeFromTimeFunction`] with fold before the type.
pub type TimeFromTimeAndFoldFunction =
    unsafe extern "C" fn(c_int, c_int, c_int, c_int, *mut PyObject, c_int, *mut PyTypeObject) -> *mut PyObject;
