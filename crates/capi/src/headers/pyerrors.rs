//! `pyerrors.h`: raising, looking at and handing on exceptions.

use crate::border::{Borrowed, bad_argument, bad_internal_call, put, steal, str_of, text, want};
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::exc::PyBaseException;
use taipan_object::typeobj::flags;
use taipan_object::types::traceback::PyTraceback;
use taipan_object::{abstract_, attr, call, unraisable, warn};

/// Raise `ty(value)` as C code means it: an instance as it is, a tuple as the arguments, anything else as the one argument.
pub fn set_object(ty: &Object, value: Option<&Object>, cx: &mut Cx) -> Raised {
    let Some(cls) = ty.downcast::<PyType>().filter(|t| t.has(flags::BASE_EXC_SUBCLASS)) else {
        let shown = abstract_::repr(ty, cx).map(|s| s.to_string_lossy()).unwrap_or_default();
        return cx.system_error(format_args!("_PyErr_SetObject: exception {shown} is not a BaseException subclass"));
    };
    // A value that is an exception already is taken as it is when its class fits.
    let made = match value.filter(|v| v.is_a::<PyBaseException>()) {
        Some(v) => match abstract_::is_subclass(v.ty().as_object(), ty, cx) {
            Ok(true) => return cx.raise(v.own()),
            Ok(false) => call::call(ty, &[v], cx),
            Err(r) => return r,
        },
        None => instance_of(cls, value, cx),
    };
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => {
            let e = cx.take_raised(r);
            note_failure(&e, cls, value, cx);
            cx.set_raised(e)
        }
    }
}

/// Say in a note of the exception which one could not be made.
fn note_failure(e: &Object, cls: &PyType, value: Option<&Object>, cx: &mut Cx) {
    let args = match value.map(|v| abstract_::repr(v, cx)) {
        None => String::new(),
        Some(Ok(s)) => format!(" args={s}"),
        Some(Err(r)) => {
            cx.discard(r);
            " args=<unknown>".to_owned()
        }
    };
    let r = PyStr::new(&format!("Normalization failed: type={}{args}", cls.name()), cx).and_then(|n| call::call_method(e, name!(cx, "add_note"), &[&n], cx));
    if let Err(r) = r {
        cx.discard(r);
    }
}

/// The instance that `(ty, value)` stands for (`_PyErr_CreateException` and normalisation).
fn instance_of(cls: &PyType, value: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let value = value.filter(|v| !v.is_none());
    if let Some(v) = value.filter(|v| v.is_a::<PyBaseException>() && v.ty().is_subtype(cls)) {
        return Ok(v.own());
    }
    // Types that only keep their arguments need no call.
    let only = value.filter(|v| !v.is_a::<PyTuple>());
    if value.is_none() || only.is_some() {
        if let Some(made) = taipan_object::types::exc::base::new_plain(cls, only.as_slice(), cx) {
            return made;
        }
    }
    let made = match value {
        None => call::call(cls.as_object(), &[], cx)?,
        Some(v) => match v.downcast::<PyTuple>() {
            Some(t) => call::call_tuple_dict(cls.as_object(), t, None, cx)?,
            None => call::call(cls.as_object(), &[v], cx)?,
        },
    };
    if made.is_a::<PyBaseException>() {
        return Ok(made);
    }
    Err(cx.type_error(format_args!("calling {} should have returned an instance of BaseException, not {}", cls.tp_name_str(), made.ty().tp_name_str())))
}

/// Whether `err` (an instance or a class) is matched by `exc`, a class or a tuple of them.
pub fn matches(err: Option<&Object>, exc: Option<&Object>, cx: &mut Cx) -> bool {
    matches_at(err, exc, 0, cx)
}

/// Tuples nested deeper than this are refused, as CPython's stack would have them.
const NESTING_MAX: u32 = 20_000;

fn matches_at(err: Option<&Object>, exc: Option<&Object>, depth: u32, cx: &mut Cx) -> bool {
    let (Some(err), Some(exc)) = (err, exc) else { return false };
    if err.is(exc) || std::ptr::eq(err.ty() as *const PyType as *const Object, exc) {
        // An instance and its class: an exception only if the class is one, and otherwise only identity counts.
        return err.is(exc) || err.is_a::<PyBaseException>();
    }
    if let Some(t) = exc.downcast::<PyTuple>() {
        let low = cx.enter_call(" while checking exception tuple").is_err();
        if low || depth > NESTING_MAX {
            if !low {
                let _raised = cx.recursion_error(format_args!("maximum recursion depth exceeded while checking exception tuple"));
            }
            // The function has no way to raise.
            unraisable::write(cx, Some("checking exception tuple"), None);
            return false;
        }
        return t.as_slice().iter().any(|e| matches_at(Some(err), Some(e), depth + 1, cx));
    }
    let class = if err.is_a::<PyBaseException>() { Some(err.ty()) } else { err.downcast::<PyType>() };
    match (class, exc.downcast::<PyType>()) {
        (Some(c), Some(e)) if c.has(flags::BASE_EXC_SUBCLASS) && e.has(flags::BASE_EXC_SUBCLASS) => c.is_subtype(e),
        _ => err.is(exc),
    }
}

fn exception<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyBaseException> {
    match o.downcast::<PyBaseException>() {
        Some(e) => Ok(e),
        None => Err(bad_internal_call(cx)),
    }
}

/// `errno` now, before anything can change it.
fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Raise `ty(errno, strerror, filename…)`; a pending signal handler's exception comes first.
fn from_errno(ty: &Object, n: i32, name: Option<&Object>, name2: Option<&Object>, cx: &mut Cx) -> Raised {
    const EINTR: i32 = 4;
    if n == EINTR {
        if let Err(r) = crate::signals::check(cx) {
            return r;
        }
    }
    let message = if n == 0 { "Error".to_owned() } else { strerror(n) };
    match errno_arguments(n, &message, name, name2, cx) {
        Ok(args) => match call::call_tuple_dict(ty, &args, None, cx) {
            Ok(e) => cx.raise(e),
            Err(r) => r,
        },
        Err(r) => r,
    }
}

fn strerror(n: i32) -> String {
    let s = std::io::Error::from_raw_os_error(n).to_string();
    match s.rfind(" (os error") {
        Some(at) => s[..at].to_owned(),
        None => s,
    }
}

fn errno_arguments(n: i32, message: &str, name: Option<&Object>, name2: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let number = PyInt::new(n as i64, cx)?.into_object();
    let message = PyStr::new(message, cx)?.into_object();
    let mut v = vec![number, message];
    if let Some(f) = name {
        v.push(f.own());
        if let Some(g) = name2 {
            v.push(PyInt::new(0, cx)?.into_object());
            v.push(g.own());
        }
    }
    PyTuple::from_vec(v, cx)
}

unsafe fn file_name(p: *const c_char, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if p.is_null() {
        return Ok(None);
    }
    // SAFETY: a C string.
    let b = unsafe { std::ffi::CStr::from_ptr(p) }.to_bytes();
    taipan_object::fspath::decode(b, cx).map(|s| Some(s.into_object()))
}

/// `category`, or RuntimeWarning for null.
fn category(o: Option<&Object>) -> &PyType {
    o.and_then(|o| o.downcast::<PyType>()).unwrap_or_else(|| exc::RuntimeWarning())
}

/// The three words of `PyErr_Fetch`: type, value, traceback as new references.
unsafe fn fetch(ty: *mut *mut Object, value: *mut *mut Object, tb: *mut *mut Object, cx: &mut Cx) {
    // SAFETY: the caller's out-parameters.
    unsafe {
        match cx.ts().current_exception.take() {
            None => {
                put(ty, std::ptr::null_mut());
                put(value, std::ptr::null_mut());
                put(tb, std::ptr::null_mut());
            }
            Some(e) => {
                put(ty, e.ty().as_object().own().into_raw());
                let t = e.downcast::<PyBaseException>().and_then(|e| e.traceback.own()).filter(|t| !t.is_none());
                put(tb, t.map_or(std::ptr::null_mut(), Own::into_raw));
                put(value, e.into_raw());
            }
        }
    }
}

/// `PyErr_Restore`: takes all three over.
fn restore(ty: Option<Own<Object>>, value: Option<Own<Object>>, tb: Option<Own<Object>>, cx: &mut Cx) {
    let Some(ty) = ty else {
        drop(cx.ts().current_exception.take());
        return;
    };
    let e = match value {
        Some(v) if v.is_a::<PyBaseException>() => v,
        v => match ty.downcast::<PyType>().map(|c| instance_of(c, v.as_deref(), cx)) {
            Some(Ok(e)) => e,
            Some(Err(_)) | None => return,
        },
    };
    let tb = tb.filter(|t| !t.is_none());
    if tb.as_ref().is_some_and(|t| !t.is_a::<PyTraceback>()) {
        let _raised = cx.type_error(format_args!("traceback must be a Traceback or None"));
        return;
    }
    if let (Some(tb), Some(b)) = (tb, e.downcast::<PyBaseException>()) {
        b.traceback.set(Some(tb), cx);
    }
    let _raised = cx.set_raised(e);
}

fn new_exception(name: &str, doc: Option<&str>, base: Option<&Object>, dict: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some((module, class)) = name.rsplit_once('.') else {
        return Err(cx.system_error(format_args!("PyErr_NewException: name must be module.class")));
    };
    let d = match dict.and_then(|d| d.downcast::<PyDict>()) {
        Some(d) => d.new_ref(),
        None => PyDict::new(cx)?,
    };
    if let Some(doc) = doc {
        let s = PyStr::new(doc, cx)?;
        d.set_text("__doc__", s.into_object(), cx)?;
    }
    if d.get_text("__module__", cx)?.is_none() {
        let m = PyStr::new(module, cx)?;
        d.set_text("__module__", m.into_object(), cx)?;
    }
    let base = base.unwrap_or_else(|| exc::Exception().as_object());
    let bases = match base.downcast::<PyTuple>() {
        Some(t) => t.new_ref(),
        None => PyTuple::from_slice(&[base], cx)?,
    };
    let n = PyStr::new(class, cx)?;
    call::call(PyType::ty().as_object(), &[n.as_object(), bases.as_object(), d.as_object()], cx)
}

/// Report the current exception with a message made by `PyErr_FormatUnraisable`.
fn unraisable_text(message: Option<String>, obj: Option<&Object>, cx: &mut Cx) {
    unraisable::write(cx, message.as_deref(), obj);
}

fn import_error(cls: &PyType, msg: &Object, name: Option<&Object>, path: Option<&Object>, cx: &mut Cx) -> Raised {
    if !cls.is_subtype(exc::ImportError()) {
        return cx.type_error(format_args!("expected a subclass of ImportError"));
    }
    let made = (|| {
        let names = PyTuple::from_vec(vec![PyStr::new("name", cx)?.into_object(), PyStr::new("path", cx)?.into_object()], cx)?;
        call::call_kw(cls.as_object(), &[msg], &[name.unwrap_or_else(|| none()), path.unwrap_or_else(|| none())], Some(&names), cx)
    })();
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// Give the current SyntaxError a place.
fn syntax_location(name: Option<Own<Object>>, line: c_int, column: c_int, cx: &mut Cx) -> PyResult<()> {
    let Some(e) = cx.ts().current_exception.take() else { return Ok(()) };
    let r = (|| {
        let l = PyInt::new(line as i64, cx)?;
        attr::set(&e, name!(cx, "lineno"), Some(&l), cx)?;
        if column >= 0 {
            let c = PyInt::new(column as i64, cx)?;
            attr::set(&e, name!(cx, "offset"), Some(&c), cx)?;
        } else {
            attr::set(&e, name!(cx, "offset"), Some(none()), cx)?;
        }
        attr::set(&e, name!(cx, "filename"), Some(name.as_deref().unwrap_or_else(|| none())), cx)
    })();
    if let Err(r) = r {
        cx.discard(r);
    }
    let _raised = cx.set_raised(e);
    Ok(())
}

capi! {
    /// The type of the current exception, borrowed; null when there is none.
    fn PyErr_Occurred() -> Borrowed = direct |cx| {
        let p = cx.ts().current_exception.as_raw();
        if p.is_null() { Borrowed(p) } else { (*p).ty().as_object().into() }
    }
    /// Forget the current exception.
    fn PyErr_Clear() = direct |cx| { drop(cx.ts().current_exception.take()) }
    /// Raise `ty(message)`.
    fn PyErr_SetString(ty: &Object, message: *const c_char) = |cx| {
        match str_of(message, cx) {
            Ok(s) => { let _raised = set_object(ty, Some(&s), cx); }
            Err(_) => {}
        }
    }
    /// Raise `ty(value)`; a tuple is the arguments.
    fn PyErr_SetObject(ty: &Object, value: Option<&Object>) = |cx| { let _raised = set_object(ty, value, cx); }
    /// Raise `ty()`.
    fn PyErr_SetNone(ty: &Object) = |cx| { let _raised = set_object(ty, None, cx); }
    /// `MemoryError`; null.
    fn PyErr_NoMemory() -> Borrowed = |cx| {
        let _raised = cx.memory_error();
        Borrowed(std::ptr::null_mut())
    }
    /// `TypeError: bad argument type for built-in operation`; 0.
    fn PyErr_BadArgument() -> c_int = |cx| {
        let _raised = bad_argument(cx);
        0
    }
    /// `SystemError: bad argument to internal function`.
    fn PyErr_BadInternalCall() = |cx| { let _raised = cx.system_error(format_args!("bad argument to internal function")); }
    /// As `PyErr_BadInternalCall` with the place.
    fn _PyErr_BadInternalCall(file: *const c_char, line: c_int) = |cx| {
        let _raised = cx.system_error(format_args!("{}:{line}: bad argument to internal function", text(file)));
    }
    /// Whether the current exception is matched by a class or tuple.
    fn PyErr_ExceptionMatches(e: Option<&Object>) -> c_int = direct |cx| {
        let now = cx.ts().current_exception.as_raw();
        if let (Some(now), Some(e)) = (now.as_ref(), e) {
            if std::ptr::eq(now.ty() as *const PyType as *const Object, e) {
                return 1;
            }
        }
        taipan_exception_matches(e)
    }
    /// The rest of `PyErr_ExceptionMatches`.
    fn taipan_exception_matches(e: Option<&Object>) -> bool = |cx| {
        // The exception stays where it is, unless a recursion error is reported meanwhile.
        let now = cx.ts().current_exception.own();
        matches(now.as_deref(), e, cx)
    }
    /// Whether an instance or class is matched by a class or tuple.
    fn PyErr_GivenExceptionMatches(given: Option<&Object>, e: Option<&Object>) -> bool = |cx| { matches(given, e, cx) }
    /// Take the current exception.
    fn PyErr_GetRaisedException() -> Option<Own<Object>> = |cx| { cx.ts().current_exception.take() }
    /// Set the current exception (steals); null clears.
    fn PyErr_SetRaisedException(e: *mut Object) = |cx| {
        match steal(e) {
            Some(e) => { let _raised = cx.set_raised(e); }
            None => drop(cx.ts().current_exception.take()),
        }
    }
    /// The current exception as type, value and traceback.
    fn PyErr_Fetch(ty: *mut *mut Object, value: *mut *mut Object, tb: *mut *mut Object) = |cx| { fetch(ty, value, tb, cx) }
    /// Set the current exception from type, value and traceback (steals all).
    fn PyErr_Restore(ty: *mut Object, value: *mut Object, tb: *mut Object) = |cx| {
        let (t, v, b) = (steal(ty), steal(value), steal(tb));
        restore(t, v, b, cx)
    }
    /// Make `value` an instance of `ty`.
    fn PyErr_NormalizeException(ty: *mut *mut Object, value: *mut *mut Object, tb: *mut *mut Object) = |cx| {
        let Some(class) = (*ty).as_ref().and_then(|t| t.downcast::<PyType>()) else { return };
        match instance_of(class, (*value).as_ref(), cx) {
            Ok(e) => {
                let new_type = e.ty().as_object().own();
                drop(steal(std::mem::replace(&mut *value, e.into_raw())));
                drop(steal(std::mem::replace(&mut *ty, new_type.into_raw())));
            }
            Err(_) => {
                drop(steal(*ty));
                drop(steal(*value));
                let kept = steal(*tb);
                fetch(ty, value, tb, cx);
                if (*tb).is_null() {
                    *tb = kept.map_or(std::ptr::null_mut(), Own::into_raw);
                }
            }
        }
    }
    /// The exception being handled (`sys.exception()`), or null.
    fn PyErr_GetHandledException() -> Option<Own<Object>> = |cx| { cx.ts().handled_exception() }
    /// Set the exception being handled.
    fn PyErr_SetHandledException(e: Option<&Object>) = |cx| {
        let e = e.filter(|e| !e.is_none()).map(Object::own);
        (*cx.ts().exc_info.get()).exc_value.set(e, cx);
    }
    /// `sys.exc_info()` as new references.
    fn PyErr_GetExcInfo(ty: *mut *mut Object, value: *mut *mut Object, tb: *mut *mut Object) = |cx| {
        match cx.ts().handled_exception() {
            None => {
                put(ty, none().own().into_raw());
                put(value, none().own().into_raw());
                put(tb, none().own().into_raw());
            }
            Some(e) => {
                put(ty, e.ty().as_object().own().into_raw());
                let t = e.downcast::<PyBaseException>().and_then(|e| e.traceback.own()).unwrap_or_else(|| none().own());
                put(tb, t.into_raw());
                put(value, e.into_raw());
            }
        }
    }
    /// Set the exception being handled (steals all; only the value counts).
    fn PyErr_SetExcInfo(ty: *mut Object, value: *mut Object, tb: *mut Object) = |cx| {
        let (t, v, b) = (steal(ty), steal(value), steal(tb));
        (*cx.ts().exc_info.get()).exc_value.set(v.filter(|v| !v.is_none()), cx);
        drop((t, b));
    }
    /// A new exception class `module.name`.
    fn PyErr_NewException(name: *const c_char, base: Option<&Object>, dict: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        new_exception(&text(name), None, base, dict, cx)
    }
    /// A new exception class with a docstring.
    fn PyErr_NewExceptionWithDoc(name: *const c_char, doc: *const c_char, base: Option<&Object>, dict: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let doc = (!doc.is_null()).then(|| text(doc));
        new_exception(&text(name), doc.as_deref(), base, dict, cx)
    }
    /// `ty(errno, strerror(errno))`; null.
    fn PyErr_SetFromErrno(ty: &Object) -> Borrowed = |cx| {
        let _raised = from_errno(ty, errno(), None, None, cx);
        Borrowed(std::ptr::null_mut())
    }
    /// `ty(errno, strerror(errno), filename)`; null.
    fn PyErr_SetFromErrnoWithFilename(ty: &Object, name: *const c_char) -> PyResult<Borrowed> = |cx| {
        let n = errno();
        let f = file_name(name, cx)?;
        Err(from_errno(ty, n, f.as_deref(), None, cx))
    }
    /// `ty(errno, strerror(errno), filename)`; null.
    fn PyErr_SetFromErrnoWithFilenameObject(ty: &Object, name: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        Err(from_errno(ty, errno(), name, None, cx))
    }
    /// `ty(errno, strerror(errno), filename, filename2)`; null.
    fn PyErr_SetFromErrnoWithFilenameObjects(ty: &Object, name: Option<&Object>, name2: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        Err(from_errno(ty, errno(), name, name2, cx))
    }
    /// `ImportError(msg, name=, path=)`; null.
    fn PyErr_SetImportError(msg: Option<&Object>, name: Option<&Object>, path: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        let Some(msg) = msg else { return Err(cx.type_error(format_args!("expected a message argument"))) };
        Err(import_error(exc::ImportError(), msg, name, path, cx))
    }
    /// As `PyErr_SetImportError` for a subclass.
    fn PyErr_SetImportErrorSubclass(cls: Option<&Object>, msg: Option<&Object>, name: Option<&Object>, path: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        let Some(cls) = cls.and_then(|c| c.downcast::<PyType>()) else { return Err(cx.type_error(format_args!("expected a subclass of ImportError"))) };
        let Some(msg) = msg else { return Err(cx.type_error(format_args!("expected a message argument"))) };
        Err(import_error(cls, msg, name, path, cx))
    }
    /// Run Python handlers of signals that came in.
    fn PyErr_CheckSignals() -> PyResult<()> = |cx| { crate::signals::check(cx) }
    /// Report the current exception as one that nobody can catch.
    fn PyErr_WriteUnraisable(o: Option<&Object>) = |cx| { unraisable_text(None, o, cx) }
    /// For `csrc/variadic.c`: `PyErr_FormatUnraisable` with the message made.
    fn taipan_unraisable(message: Option<&Object>) = |cx| {
        let m = message.and_then(|m| m.downcast::<PyStr>()).map(|m| m.to_string_lossy());
        unraisable_text(m, None, cx)
    }
    /// Chain: `e` (stolen) becomes the context of the current exception, or the current exception.
    fn _PyErr_ChainExceptions1(e: *mut Object) = |cx| {
        let Some(e) = steal(e) else { return };
        match cx.ts().current_exception.own() {
            Some(now) => {
                if let Some(b) = now.downcast::<PyBaseException>() {
                    b.context.set(Some(e), cx);
                }
            }
            None => { let _raised = cx.set_raised(e); }
        }
    }
    /// Give the current SyntaxError a place.
    fn PyErr_SyntaxLocation(name: *const c_char, line: c_int) = |cx| {
        if let Ok(f) = file_name(name, cx) { let _ = syntax_location(f, line, -1, cx); }
    }
    /// Give the current SyntaxError a place.
    fn PyErr_SyntaxLocationEx(name: *const c_char, line: c_int, column: c_int) = |cx| {
        if let Ok(f) = file_name(name, cx) { let _ = syntax_location(f, line, column, cx); }
    }
    /// Give the current SyntaxError a place.
    fn PyErr_SyntaxLocationObject(name: Option<&Object>, line: c_int, column: c_int) = |cx| {
        let _ = syntax_location(name.map(Object::own), line, column, cx);
    }
    /// The name of an exception class.
    fn PyExceptionClass_Name(cls: &PyType) -> *const c_char = |_| { cls.tp_name.get() }
    /// `e.__traceback__`, or null.
    fn PyException_GetTraceback(e: &Object) -> PyResult<Option<Own<Object>>> = |cx| { Ok(exception(e, cx)?.traceback.own().filter(|t| !t.is_none())) }
    /// Set `e.__traceback__`.
    fn PyException_SetTraceback(e: &Object, tb: Option<&Object>) -> PyResult<()> = |cx| {
        let Some(tb) = tb else { return Err(cx.type_error(format_args!("__traceback__ may not be deleted"))) };
        if !tb.is_none() && !tb.is_a::<PyTraceback>() {
            return Err(cx.type_error(format_args!("__traceback__ must be a traceback or None")));
        }
        exception(e, cx)?.traceback.set(Some(tb.own()).filter(|t| !t.is_none()), cx);
        Ok(())
    }
    /// `e.__cause__`, or null.
    fn PyException_GetCause(e: &Object) -> PyResult<Option<Own<Object>>> = |cx| { Ok(exception(e, cx)?.cause.own()) }
    /// Set `e.__cause__` (steals).
    fn PyException_SetCause(e: &Object, cause: *mut Object) = |cx| {
        let c = steal(cause);
        if let Ok(e) = exception(e, cx) { e.set_cause(c, cx) }
    }
    /// `e.__context__`, or null.
    fn PyException_GetContext(e: &Object) -> PyResult<Option<Own<Object>>> = |cx| { Ok(exception(e, cx)?.context.own()) }
    /// Set `e.__context__` (steals).
    fn PyException_SetContext(e: &Object, context: *mut Object) = |cx| {
        let c = steal(context);
        if let Ok(e) = exception(e, cx) { e.context.set(c, cx) }
    }
    /// `e.args`.
    fn PyException_GetArgs(e: &Object) -> PyResult<Own<PyTuple>> = |cx| { Ok(exception(e, cx)?.args()) }
    /// Set `e.args`.
    fn PyException_SetArgs(e: &Object, args: Option<&Object>) = |cx| {
        if let (Ok(e), Some(a)) = (exception(e, cx), args.and_then(|a| a.downcast::<PyTuple>())) { e.args.set(Some(a.new_ref()), cx) }
    }
    /// `warnings.warn(message, category, stack_level)`.
    fn PyErr_WarnEx(cat: Option<&Object>, message: *const c_char, stack_level: isize) -> PyResult<()> = |cx| {
        warn::warn(category(cat), format_args!("{}", text(message)), stack_level, cx)
    }
    /// For `csrc/variadic.c`: a warning whose message is made.
    fn taipan_warn(cat: Option<&Object>, message: Option<&Object>, stack_level: isize) -> PyResult<()> = |cx| {
        let m: &PyStr = want(message, cx)?;
        warn::warn(category(cat), format_args!("{}", m.to_string_lossy()), stack_level, cx)
    }
    /// For `csrc/variadic.c`: raise with a message that is made; null when making it raised.
    fn taipan_raise(ty: &Object, message: Option<&Object>) -> Borrowed = |cx| {
        if let Some(m) = message { let _raised = set_object(ty, Some(m), cx); }
        Borrowed(std::ptr::null_mut())
    }
    /// `warnings.warn_explicit`.
    fn PyErr_WarnExplicit(cat: Option<&Object>, message: *const c_char, file: *const c_char, line: c_int, module: *const c_char, registry: Option<&Object>) -> PyResult<()> = |cx| {
        let f = file_name(file, cx)?.unwrap_or_else(|| none().own());
        let f: &PyStr = want(Some(&f), cx)?;
        let m = if module.is_null() { None } else { Some(str_of(module, cx)?) };
        warn::warn_explicit(category(cat), format_args!("{}", text(message)), f, line, m.as_deref(), cx)
    }
    /// `warnings.warn_explicit`.
    fn PyErr_WarnExplicitObject(cat: Option<&Object>, message: &Object, file: &Object, line: c_int, module: Option<&Object>, registry: Option<&Object>) -> PyResult<()> = |cx| {
        let f = cx.import_attr("warnings", "warn_explicit")?;
        let l = PyInt::new(line as i64, cx)?;
        let args: [&Object; 6] = [message, category(cat).as_object(), file, l.as_object(), module.unwrap_or_else(|| none()), registry.unwrap_or_else(|| none())];
        call::call(&f, &args, cx).map(drop)
    }
    /// Stop the process with a message.
    fn Py_FatalError(message: *const c_char) = |_| { taipan_object::fatal(&text(message)) }
    /// Stop the process with a message and the function's name.
    fn _Py_FatalErrorFunc(function: *const c_char, message: *const c_char) = |_| {
        taipan_object::fatal(&format!("{}: {}", text(function), text(message)))
    }
    /// Where a signal is noted while Python code runs: asks the main thread for `KeyboardInterrupt`.
    fn PyErr_SetInterrupt() = |cx| {
        let _ = raise_signal(2, cx);
    }
    /// As `PyErr_SetInterrupt` for any signal; -1 for a number that is none.
    fn PyErr_SetInterruptEx(signal: c_int) -> c_int = |cx| {
        if !(1..65).contains(&signal) { return -1; }
        let _ = raise_signal(signal, cx);
        0
    }
    /// `UnicodeDecodeError(encoding, object, start, end, reason)`.
    fn PyUnicodeDecodeError_Create(encoding: *const c_char, b: *const c_char, n: isize, start: isize, end: isize, reason: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let bytes = PyBytes::new(std::slice::from_raw_parts(b as *const u8, n.max(0) as usize), cx)?;
        taipan_object::types::exc::unicode::new_decode(&text(encoding), &bytes, start.max(0) as usize, end.max(0) as usize, &text(reason), cx)
    }
}

fn raise_signal(signal: c_int, cx: &mut Cx) -> PyResult<()> {
    let f = cx.import_attr("_signal", "raise_signal")?;
    let n = PyInt::new(signal as i64, cx)?;
    call::call(&f, &[&n], cx).map(drop)
}

