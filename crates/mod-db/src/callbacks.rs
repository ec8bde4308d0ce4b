//! Python functions that SQLite calls: SQL functions, aggregates, window functions, collations, and the hooks of a connection.
//!
//! SQLite hands back a pointer that each callback gave it: a `Box<Callable>` which SQLite frees through `destroy`, or, for the three hooks of a
//! connection (authorizer, progress, trace), a `Callable` that the connection keeps alive until the hook is replaced. Calls come
//! from within a step that runs without the GIL; `with_gil` takes it for the time of the callback.
#![allow(unsafe_code)]

use crate::errors;
use crate::raw::{Db, text_at};
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};
use taipan_object::abstract_::buffer::has_buffer;
use taipan_object::prelude::*;
use taipan_object::thread::gil::with_gil;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::{abstract_, attr, call, unraisable};

/// What a callback calls.
pub struct Callable(pub Own<Object>);

/// Report or forget an exception that has no caller (`enable_callback_tracebacks`).
fn report(r: Raised, what: &Object, cx: &mut Cx) {
    if errors::state(cx).callback_tracebacks.get() {
        let e = cx.take_raised(r);
        let shown = abstract_::repr(what, cx).map_or_else(|r| { cx.discard(r); String::from("?") }, |s| s.to_string_lossy());
        let _ = cx.set_raised(e);
        unraisable::write(cx, Some(&format!("Exception ignored on sqlite3 callback {shown}")), None);
    } else {
        cx.discard(r);
    }
}

/// Turn an exception into the error of an SQL function.
fn fail(context: *mut ffi::sqlite3_context, r: Raised, message: &CStr, what: &Object, cx: &mut Cx) {
    // SAFETY: the context of the running call.
    unsafe {
        if cx.raised_is(exc::MemoryError()) {
            ffi::sqlite3_result_error_nomem(context);
        } else if cx.raised_is(exc::OverflowError()) {
            ffi::sqlite3_result_error_toobig(context);
        } else {
            ffi::sqlite3_result_error(context, message.as_ptr(), -1);
        }
    }
    report(r, what, cx);
}

/// The arguments of an SQL function.
///
/// # Safety
/// `values` are `n` values of the running call.
unsafe fn arguments(n: c_int, values: *mut *mut ffi::sqlite3_value, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    let mut out = Vec::with_capacity(n.max(0) as usize);
    for i in 0..n.max(0) as usize {
        // SAFETY: see above; text and bytes hold until the value is converted again.
        let v = unsafe {
            let v = *values.add(i);
            let bytes = |p: *const u8| if p.is_null() { &[][..] } else { std::slice::from_raw_parts(p, ffi::sqlite3_value_bytes(v) as usize) };
            match ffi::sqlite3_value_type(v) {
                ffi::SQLITE_INTEGER => PyInt::new(ffi::sqlite3_value_int64(v), cx)?.into_object(),
                ffi::SQLITE_FLOAT => PyFloat::new(ffi::sqlite3_value_double(v), cx)?.into_object(),
                ffi::SQLITE_TEXT => {
                    let t = bytes(ffi::sqlite3_value_text(v));
                    errors::decode(t, cx)?.into_object()
                }
                ffi::SQLITE_BLOB => {
                    let p = ffi::sqlite3_value_blob(v).cast();
                    PyBytes::new(bytes(p), cx)?.into_object()
                }
                _ => none().own(),
            }
        };
        out.push(v);
    }
    Ok(out)
}

/// Give an SQL function its result.
fn set_result(context: *mut ffi::sqlite3_context, v: &Object, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the context of the running call; SQLite copies text and bytes.
    unsafe {
        if v.is_none() {
            ffi::sqlite3_result_null(context);
        } else if let Some(n) = v.downcast::<PyInt>() {
            let Some(n) = n.to_i64() else { return Err(cx.overflow_error(format_args!("Python int too large to convert to SQLite INTEGER"))) };
            ffi::sqlite3_result_int64(context, n);
        } else if let Some(x) = v.downcast::<PyFloat>() {
            ffi::sqlite3_result_double(context, x.value());
        } else if let Some(s) = v.downcast::<PyStr>() {
            let t = taipan_object::args::utf8(s, cx)?;
            let Ok(n) = c_int::try_from(t.len()) else { return Err(cx.overflow_error(format_args!("string is longer than INT_MAX bytes"))) };
            ffi::sqlite3_result_text(context, t.as_ptr().cast(), n, ffi::SQLITE_TRANSIENT());
        } else if has_buffer(v) {
            let b = Buffer::get(v, 0, cx)?;
            let Ok(n) = c_int::try_from(b.bytes().len()) else { return Err(cx.overflow_error(format_args!("BLOB longer than INT_MAX bytes"))) };
            ffi::sqlite3_result_blob(context, b.bytes().as_ptr().cast(), n, ffi::SQLITE_TRANSIENT());
        } else {
            // The caller gives the error its text.
            return Err(cx.type_error(format_args!("unsupported result type '{}'", v.ty().tp_name_str())));
        }
    }
    Ok(())
}

/// The callable behind a context or hook.
///
/// # Safety
/// `p` came from `Callable`'s registration and is alive.
unsafe fn callable(p: *mut c_void) -> Own<Object> {
    // SAFETY: see above.
    unsafe { (*p.cast::<Callable>()).0.clone() }
}

fn call_with(f: &Object, args: &[Own<Object>], cx: &mut Cx) -> PyResult {
    let refs: Vec<&Object> = args.iter().map(|a| &**a).collect();
    call::call(f, &refs, cx)
}

unsafe extern "C" fn function(context: *mut ffi::sqlite3_context, n: c_int, values: *mut *mut ffi::sqlite3_value) {
    with_gil(|cx| {
        // SAFETY: the context is that of a registered function, the values are its arguments.
        let (f, args) = unsafe { (callable(ffi::sqlite3_user_data(context)), arguments(n, values, cx)) };
        let done = args.and_then(|args| call_with(&f, &args, cx)).and_then(|v| set_result(context, &v, cx));
        if let Err(r) = done {
            fail(context, r, c"user-defined function raised exception", &f, cx);
        }
    });
}

/// The place of the aggregate's instance; `make` says whether it may be made now.
fn place(context: *mut ffi::sqlite3_context, make: bool) -> Option<&'static mut Option<Own<Object>>> {
    let n = if make { size_of::<*mut Object>() as c_int } else { 0 };
    // SAFETY: SQLite zeroes the memory, and zero is `None`; it belongs to this aggregation.
    unsafe { ffi::sqlite3_aggregate_context(context, n).cast::<Option<Own<Object>>>().as_mut() }
}

/// One of the methods of an aggregate.
struct Step {
    method: &'static str,
    missing: &'static CStr,
    failed: &'static CStr,
}
const STEP: Step = Step { method: "step", missing: c"user-defined aggregate's 'step' method not defined", failed: c"user-defined aggregate's 'step' method raised error" };
const INVERSE: Step =
    Step { method: "inverse", missing: c"user-defined aggregate's 'inverse' method not defined", failed: c"user-defined aggregate's 'inverse' method raised error" };
const VALUE: Step = Step { method: "value", missing: c"user-defined aggregate's 'value' method not defined", failed: c"user-defined aggregate's 'value' method raised error" };
const FINALIZE: Step =
    Step { method: "finalize", missing: c"user-defined aggregate's 'finalize' method not defined", failed: c"user-defined aggregate's 'finalize' method raised error" };

/// The aggregate's class.
fn class_of(context: *mut ffi::sqlite3_context) -> Own<Object> {
    // SAFETY: the context is that of a registered aggregate.
    unsafe { callable(ffi::sqlite3_user_data(context)) }
}

fn run_method(context: *mut ffi::sqlite3_context, it: &Object, step: &Step, args: PyResult<Vec<Own<Object>>>, cx: &mut Cx) -> Option<Own<Object>> {
    let method = match attr::get_text(it, step.method, cx) {
        Ok(m) => m,
        Err(r) => {
            fail(context, r, step.missing, &class_of(context), cx);
            return None;
        }
    };
    match args.and_then(|args| call_with(&method, &args, cx)) {
        Ok(v) => Some(v),
        Err(r) => {
            fail(context, r, step.failed, &class_of(context), cx);
            None
        }
    }
}

fn step_with(context: *mut ffi::sqlite3_context, n: c_int, values: *mut *mut ffi::sqlite3_value, step: &Step) {
    with_gil(|cx| {
        // SAFETY: the context is that of a registered aggregate.
        let class = unsafe { callable(ffi::sqlite3_user_data(context)) };
        let Some(it) = place(context, true) else { return };
        if it.is_none() {
            match call::call(&class, &[], cx) {
                Ok(new) => *it = Some(new),
                Err(r) => return fail(context, r, c"user-defined aggregate's '__init__' method raised error", &class, cx),
            }
        }
        let Some(it) = it.clone() else { return };
        // SAFETY: the call's arguments.
        let args = unsafe { arguments(n, values, cx) };
        run_method(context, &it, step, args, cx);
    });
}

unsafe extern "C" fn step(context: *mut ffi::sqlite3_context, n: c_int, values: *mut *mut ffi::sqlite3_value) {
    step_with(context, n, values, &STEP);
}

unsafe extern "C" fn inverse(context: *mut ffi::sqlite3_context, n: c_int, values: *mut *mut ffi::sqlite3_value) {
    step_with(context, n, values, &INVERSE);
}

unsafe extern "C" fn value(context: *mut ffi::sqlite3_context) {
    with_gil(|cx| {
        let Some(it) = place(context, true).and_then(|p| p.clone()) else { return };
        if let Some(v) = run_method(context, &it, &VALUE, Ok(Vec::new()), cx)
            && let Err(r) = set_result(context, &v, cx)
        {
            fail(context, r, VALUE.failed, &class_of(context), cx);
        }
    });
}

unsafe extern "C" fn finalize(context: *mut ffi::sqlite3_context) {
    with_gil(|cx| {
        // Without a single step there is no instance, and the result is NULL.
        let Some(it) = place(context, false).and_then(Option::take) else { return };
        if let Some(v) = run_method(context, &it, &FINALIZE, Ok(Vec::new()), cx)
            && let Err(r) = set_result(context, &v, cx)
        {
            fail(context, r, FINALIZE.failed, &class_of(context), cx);
        }
    });
}

unsafe extern "C" fn destroy(p: *mut c_void) {
    // SAFETY: the box that was registered, freed once.
    with_gil(|_| drop(unsafe { Box::from_raw(p.cast::<Callable>()) }));
}

unsafe extern "C" fn collate(p: *mut c_void, n: c_int, a: *const c_void, m: c_int, b: *const c_void) -> c_int {
    with_gil(|cx| {
        // SAFETY: the registered callable; two texts of that many bytes.
        let (f, a, b) = unsafe {
            let text = |p: *const c_void, n: c_int| if n <= 0 || p.is_null() { &[][..] } else { std::slice::from_raw_parts(p.cast::<u8>(), n as usize) };
            (callable(p), text(a, n), text(b, m))
        };
        let order = (|| {
            let (a, b) = (errors::decode(a, cx)?, errors::decode(b, cx)?);
            let v = call::call(&f, &[&a, &b], cx)?;
            let n = abstract_::number::index(&v, cx)?;
            Ok(n.sign())
        })();
        order.unwrap_or_else(|r: Raised| {
            report(r, &f, cx);
            0
        })
    })
}

unsafe extern "C" fn authorize(p: *mut c_void, action: c_int, a: *const c_char, b: *const c_char, db: *const c_char, source: *const c_char) -> c_int {
    with_gil(|cx| {
        // SAFETY: the registered callable.
        let f = unsafe { callable(p) };
        let answer = (|| {
            let mut args = vec![PyInt::new(action.into(), cx)?.into_object()];
            for t in [a, b, db, source] {
                args.push(match text_at(t) {
                    Some(t) => PyStr::new(&t, cx)?.into_object(),
                    None => none().own(),
                });
            }
            let v = call_with(&f, &args, cx)?;
            let Some(n) = v.downcast::<PyInt>() else { return Ok(ffi::SQLITE_DENY) };
            match n.to_i64().and_then(|n| c_int::try_from(n).ok()) {
                Some(n) => Ok(n),
                None => Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
            }
        })();
        answer.unwrap_or_else(|r: Raised| {
            report(r, &f, cx);
            ffi::SQLITE_DENY
        })
    })
}

unsafe extern "C" fn progress(p: *mut c_void) -> c_int {
    with_gil(|cx| {
        // SAFETY: the registered callable.
        let f = unsafe { callable(p) };
        match call::call(&f, &[], cx).and_then(|v| abstract_::is_true(&v, cx)) {
            Ok(stop) => stop.into(),
            Err(r) => {
                report(r, &f, cx);
                1
            }
        }
    })
}

unsafe extern "C" fn trace(kind: c_uint, p: *mut c_void, stmt: *mut c_void, sql: *mut c_void) -> c_int {
    if kind != ffi::SQLITE_TRACE_STMT as c_uint {
        return 0;
    }
    with_gil(|cx| {
        // SAFETY: the registered callable.
        let f = unsafe { callable(p) };
        let done = (|| {
            // SAFETY: the traced statement; the expanded text is ours to free.
            let expanded = unsafe {
                let t = ffi::sqlite3_expanded_sql(stmt.cast());
                let copy = text_at(t);
                ffi::sqlite3_free(t.cast());
                copy
            };
            let text = match expanded {
                Some(t) => t,
                None => {
                    let r = errors::raise("DataError", format_args!("Expanded SQL string exceeds the maximum string length"), cx);
                    report(r, &f, cx);
                    text_at(sql.cast()).unwrap_or_default()
                }
            };
            let text = PyStr::new(&text, cx)?;
            call::call(&f, &[&text], cx).map(drop)
        })();
        if let Err(r) = done {
            report(r, &f, cx);
        }
    });
    0
}

type Pointer = *mut c_void;

fn boxed(f: &Object) -> Pointer {
    Box::into_raw(Box::new(Callable(f.own()))).cast()
}

impl Db {
    /// Define (or with `None` remove) an SQL function; the code.
    pub fn create_function(&self, name: &CStr, n: i32, f: Option<&Object>, deterministic: bool) -> i32 {
        let flags = ffi::SQLITE_UTF8 | if deterministic { ffi::SQLITE_DETERMINISTIC } else { 0 };
        // SAFETY: open; the box goes over to SQLite, which frees it also when the call fails.
        unsafe {
            match f {
                None => ffi::sqlite3_create_function_v2(self.0, name.as_ptr(), n, flags, null_mut(), None, None, None, None),
                Some(f) => ffi::sqlite3_create_function_v2(self.0, name.as_ptr(), n, flags, boxed(f), Some(function), None, None, Some(destroy)),
            }
        }
    }
    /// Define or remove an aggregate.
    pub fn create_aggregate(&self, name: &CStr, n: i32, class: Option<&Object>) -> i32 {
        let flags = ffi::SQLITE_UTF8;
        // SAFETY: as above.
        unsafe {
            match class {
                None => ffi::sqlite3_create_function_v2(self.0, name.as_ptr(), n, flags, null_mut(), None, None, None, None),
                Some(c) => ffi::sqlite3_create_function_v2(self.0, name.as_ptr(), n, flags, boxed(c), None, Some(step), Some(finalize), Some(destroy)),
            }
        }
    }
    /// Define or remove a window function.
    pub fn create_window_function(&self, name: &CStr, n: i32, class: Option<&Object>) -> i32 {
        let flags = ffi::SQLITE_UTF8;
        // SAFETY: as above.
        unsafe {
            match class {
                None => ffi::sqlite3_create_window_function(self.0, name.as_ptr(), n, flags, null_mut(), None, None, None, None, None),
                Some(c) => ffi::sqlite3_create_window_function(
                    self.0,
                    name.as_ptr(),
                    n,
                    flags,
                    boxed(c),
                    Some(step),
                    Some(finalize),
                    Some(value),
                    Some(inverse),
                    Some(destroy),
                ),
            }
        }
    }
    /// Define or remove a collation.
    pub fn create_collation(&self, name: &CStr, f: Option<&Object>) -> i32 {
        // SAFETY: open; unlike functions, a box is not freed when the call fails.
        unsafe {
            let Some(f) = f else { return ffi::sqlite3_create_collation_v2(self.0, name.as_ptr(), ffi::SQLITE_UTF8, null_mut(), None, None) };
            let p = boxed(f);
            let rc = ffi::sqlite3_create_collation_v2(self.0, name.as_ptr(), ffi::SQLITE_UTF8, p, Some(collate), Some(destroy));
            if rc != ffi::SQLITE_OK {
                drop(Box::from_raw(p.cast::<Callable>()));
            }
            rc
        }
    }
    /// Set or remove the authorizer. The callable must live until it is replaced or the database is closed.
    pub fn set_authorizer(&self, f: Option<&Callable>) -> i32 {
        let p = f.map_or(null(), |f| f as *const Callable);
        // SAFETY: open; the caller keeps the callable.
        unsafe { ffi::sqlite3_set_authorizer(self.0, f.map(|_| authorize as _), p as Pointer) }
    }
    /// Set or remove the progress handler, called every `n` instructions; as above.
    pub fn set_progress(&self, n: i32, f: Option<&Callable>) {
        let p = f.map_or(null(), |f| f as *const Callable);
        // SAFETY: as above.
        unsafe { ffi::sqlite3_progress_handler(self.0, n, f.map(|_| progress as _), p as Pointer) };
    }
    /// Set or remove the trace callback; as above.
    pub fn set_trace(&self, f: Option<&Callable>) -> i32 {
        let p = f.map_or(null(), |f| f as *const Callable);
        let mask = if f.is_some() { ffi::SQLITE_TRACE_STMT as c_uint } else { 0 };
        // SAFETY: as above.
        unsafe { ffi::sqlite3_trace_v2(self.0, mask, f.map(|_| trace as _), p as Pointer) }
    }
}
