//! `pylifecycle.h`: ending the process. What that means is the program's business: it says so through [`set_ending`].

use crate::border::text;
use crate::capi;
use std::ffi::{c_char, c_int};
use std::sync::OnceLock;
use taipan_object::prelude::*;
use taipan_object::thread::{ThreadState, interpreters};

/// How the program ends.
pub struct Ending {
    /// The exit status of a `SystemExit`; a message in it is shown.
    pub status_of: fn(&Object, &mut Cx) -> i32,
    /// Wait for threads, run exit functions, flush: the final status.
    pub finish: fn(i32, &mut Cx) -> i32,
}
static ENDING: OnceLock<Ending> = OnceLock::new();

/// Say once how the program ends.
pub fn set_ending(e: Ending) {
    drop(ENDING.set(e));
}

unsafe extern "C" {
    fn exit(status: c_int) -> !;
}

/// Finish and leave the process.
fn leave(status: i32, cx: &mut Cx) -> ! {
    let status = ENDING.get().map_or(status, |e| (e.finish)(status, cx));
    // SAFETY: ends the process.
    unsafe { exit(status) }
}

/// Leave the process as an uncaught `SystemExit` does.
pub fn exit_by(e: &Object, cx: &mut Cx) -> ! {
    let status = ENDING.get().map_or(1, |end| (end.status_of)(e, cx));
    leave(status, cx)
}

capi! {
    /// End the process.
    fn Py_Exit(status: c_int) = |cx| { leave(status, cx) }
    /// Flush and run exit functions; the interpreter stays usable, there is only one.
    fn Py_FinalizeEx() -> c_int = |cx| { ENDING.get().map_or(0, |e| (e.finish)(0, cx)) }
    /// As `Py_FinalizeEx`.
    fn Py_Finalize() = |cx| { if let Some(e) = ENDING.get() { (e.finish)(0, cx); } }
    /// `warnings`' options are kept in `sys.warnoptions`.
    fn PySys_HasWarnOptions() -> bool = |cx| {
        cx.import_attr("sys", "warnoptions").is_ok_and(|l| l.downcast::<PyList>().is_some_and(|l| !l.is_empty()))
    }
    /// Add an option of `-W`.
    fn PySys_AddWarnOptionUnicode(o: &Object) = |cx| { warn_option(o, cx) }
    /// Forget the options of `-W`.
    fn PySys_ResetWarnOptions() = |cx| {
        if let Ok(l) = cx.import_attr("sys", "warnoptions") {
            let r = taipan_object::call::call_method(&l, name!(cx, "clear"), &[], cx);
            if let Err(r) = r { cx.discard(r); }
        }
    }
    /// The directories of modules, as `sys.path` has them, are not settable this way any more.
    fn Py_GetPrefix() -> PyResult<*const i32> = |cx| { wide_sys("prefix", cx) }
    /// `sys.exec_prefix`.
    fn Py_GetExecPrefix() -> PyResult<*const i32> = |cx| { wide_sys("exec_prefix", cx) }
    /// `sys.executable`.
    fn Py_GetProgramFullPath() -> PyResult<*const i32> = |cx| { wide_sys("executable", cx) }
    /// `sys.executable`.
    fn Py_GetProgramName() -> PyResult<*const i32> = |cx| { wide_sys("executable", cx) }
    /// An environment variable, null when variables are to be ignored.
    fn Py_GETENV(name: *const c_char) -> *const c_char = |cx| {
        unsafe extern "C" { fn getenv(name: *const c_char) -> *const c_char; }
        if cx.interp().config.borrow().ignore_environment { std::ptr::null() } else { getenv(name) }
    }
}

fn warn_option(o: &Object, cx: &mut Cx) {
    let r = cx.import_attr("sys", "warnoptions").and_then(|l| taipan_object::call::call_method(&l, name!(cx, "append"), &[o], cx));
    if let Err(r) = r {
        cx.discard(r);
    }
}

/// Text of `sys` as wide characters that live as long as the process; one copy per name.
fn wide_sys(name: &'static str, cx: &mut Cx) -> PyResult<*const i32> {
    let v = cx.import_attr("sys", name)?;
    let Some(s) = v.downcast::<PyStr>() else { return Ok(std::ptr::null()) };
    let texts = cx.state::<Wide>();
    if let Some((_, t)) = texts.0.borrow().iter().find(|(n, _)| *n == name) {
        return Ok(t.as_ptr());
    }
    let mut w: Vec<i32> = s.to_points().into_iter().map(|c| c as i32).collect();
    w.push(0);
    let t: &'static [i32] = Box::leak(w.into_boxed_slice());
    texts.0.borrow_mut().push((name, t));
    Ok(t.as_ptr())
}

/// Wide texts that were given out.
#[derive(Default)]
struct Wide(std::cell::RefCell<Vec<(&'static str, &'static [i32])>>);

/// `PyStatus`.
#[repr(C)]
pub struct Status {
    kind: c_int,
    func: *const c_char,
    message: *const c_char,
    exitcode: c_int,
}

const OK: c_int = 0;
const ERROR: c_int = 1;
const EXIT: c_int = 2;

impl Status {
    const fn of(kind: c_int, message: *const c_char, exitcode: c_int) -> Status {
        Status { kind, func: std::ptr::null(), message, exitcode }
    }
    /// An error with a fixed message.
    pub const fn error(message: &'static std::ffi::CStr) -> Status {
        Status::of(ERROR, message.as_ptr(), 0)
    }
}

macro_rules! statuses {
    ($($(#[$m:meta])* fn $name:ident($($a:ident : $t:ty),*) -> $r:ty $body:block)*) => {
        $(
            $(#[$m])*
            ///
            /// # Safety
            /// The C contract of the function.
            #[unsafe(no_mangle)]
            #[allow(non_snake_case)]
            pub unsafe extern "C" fn $name($($a: $t),*) -> $r { $body }
        )*
        /// Functions with structs as results.
        pub const STATUSES: &[crate::border::Export] = &[$(crate::border::Export { name: stringify!($name), address: $name as *const () }),*];
    };
}

statuses! {
    /// Success.
    fn PyStatus_Ok() -> Status { Status::of(OK, std::ptr::null(), 0) }
    /// An error with a message.
    fn PyStatus_Error(message: *const c_char) -> Status { Status::of(ERROR, message, 0) }
    /// Out of memory.
    fn PyStatus_NoMemory() -> Status { Status::error(c"memory allocation failed") }
    /// An exit with a status.
    fn PyStatus_Exit(code: c_int) -> Status { Status::of(EXIT, std::ptr::null(), code) }
    /// Whether it is an error.
    fn PyStatus_IsError(s: Status) -> c_int { (s.kind == ERROR).into() }
    /// Whether it is an exit.
    fn PyStatus_IsExit(s: Status) -> c_int { (s.kind == EXIT).into() }
    /// Whether it is an error or an exit.
    fn PyStatus_Exception(s: Status) -> c_int { (s.kind != OK).into() }
    /// Raise an error that a status tells.
    fn _PyErr_SetFromPyStatus(s: Status) -> () {
        // SAFETY: called with the GIL held; the message is a C string.
        let cx = &mut unsafe { Cx::assume() };
        let _raised = if s.kind == ERROR {
            let m = unsafe { text(s.message) };
            cx.runtime_error(format_args!("{m}"))
        } else {
            cx.runtime_error(format_args!("interpreter requested exit, code={}", s.exitcode))
        };
    }
    /// A new interpreter made by a configuration; its state is current afterwards.
    fn Py_NewInterpreterFromConfig(out: *mut *mut ThreadState, config: *const taipan_abi::PyInterpreterConfig) -> Status {
        // SAFETY: the caller's configuration and out-parameter.
        unsafe {
            crate::border::put(out, std::ptr::null_mut());
            match super::interpreters::settings(&*config).and_then(|s| interpreters::create(&s, interpreters::whence::CAPI)) {
                Ok(ts) => {
                    crate::border::put(out, ts as *const ThreadState as *mut ThreadState);
                    Status::of(OK, std::ptr::null(), 0)
                }
                // The text must stay; there are few.
                Err(text) => Status::of(ERROR, Box::leak(std::ffi::CString::new(text).unwrap_or_default().into_boxed_c_str()).as_ptr(), 0),
            }
        }
    }
}
