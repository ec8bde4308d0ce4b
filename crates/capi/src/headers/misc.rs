//! Small headers: `sysmodule.h`, `pyhash.h`, `traceback.h`, `pyframe.h`, `code.h`, `osmodule.h`, `fileobject.h`, `pylifecycle.h`, `pythonrun.h`, `marshal.h`, `structseq.h`, `setobject` remainders.

use crate::border::{Borrowed, bad_internal_call, str_of, want};
use crate::capi;
use std::ffi::{c_char, c_int, c_long, c_ulong, c_void};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::frame::PyFrame;
use taipan_object::{attr, call, fspath};

fn sys_dict(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    match cx.interp().sysdict.own() {
        Some(d) => Ok(d),
        None => want::<PyModule>(Some(&*cx.import("sys")?), cx)?.dict(cx),
    }
}

/// `PyHash_FuncDef`.
#[repr(C)]
pub struct HashFunction {
    hash: unsafe extern "C" fn(*const u8, isize) -> isize,
    name: *const c_char,
    hash_bits: c_int,
    seed_bits: c_int,
}
// SAFETY: constant data.
unsafe impl Sync for HashFunction {}
static HASH: HashFunction = HashFunction { hash: _Py_HashBytes, name: c"siphash13".as_ptr(), hash_bits: 64, seed_bits: 128 };

/// A line of a traceback file: `print_file_and_line`.
fn print_traceback(tb: &Object, file: &Object, cx: &mut Cx) -> PyResult<()> {
    let Some(tb) = tb.downcast::<taipan_object::types::traceback::PyTraceback>() else { return Err(bad_internal_call(cx)) };
    let mut write = |text: &str, cx: &mut Cx| {
        let s = PyStr::new(text, cx)?;
        call::call_method(file, name!(cx, "write"), &[&s], cx).map(drop)
    };
    taipan_object::types::traceback::print::print(tb, &mut write, cx)
}

fn write(o: &Object, file: &Object, raw: bool, cx: &mut Cx) -> PyResult<()> {
    let s = if raw { taipan_object::abstract_::str(o, cx)? } else { taipan_object::abstract_::repr(o, cx)? };
    call::call_method(file, name!(cx, "write"), &[&s], cx).map(drop)
}

capi! {
    /// `sys.name`, borrowed; null without an exception when missing.
    fn PySys_GetObject(name: *const c_char) -> Borrowed = |cx| {
        let saved = cx.ts().current_exception.take();
        let v = str_of(name, cx).and_then(|n| sys_dict(cx)?.get(&n, cx));
        let p = match v {
            Ok(v) => v.map_or(std::ptr::null_mut(), |v| v.as_ptr()),
            Err(_) => {
                taipan_object::unraisable::write(cx, Some("Exception ignored in PySys_GetObject()"), None);
                std::ptr::null_mut()
            }
        };
        cx.ts().current_exception.set(saved, cx);
        Borrowed(p)
    }
    /// `sys.name = v`; null deletes.
    fn PySys_SetObject(name: *const c_char, v: Option<&Object>) -> PyResult<()> = |cx| {
        let d = sys_dict(cx)?;
        let n = str_of(name, cx)?;
        let n = taipan_object::types::str::intern::intern(n, cx);
        match v {
            Some(v) => d.set(&n, v, cx),
            None => d.remove(&n, cx).map(drop),
        }
    }
    /// `sys._xoptions`, borrowed.
    fn PySys_GetXOptions() -> PyResult<Borrowed> = |cx| {
        let d = sys_dict(cx)?;
        if let Some(x) = d.get_text("_xoptions", cx)?.filter(|x| x.is_a::<PyDict>()) {
            return Ok(Borrowed(x.as_ptr()));
        }
        let x = PyDict::new(cx)?.into_object();
        let p = x.as_ptr();
        d.set_text("_xoptions", x, cx)?;
        Ok(Borrowed(p))
    }
    /// The hash of bytes.
    fn Py_HashBuffer(p: *const u8, n: isize) -> isize = |_| {
        if n == 0 { 0 } else { taipan_object::hash::hash_bytes(std::slice::from_raw_parts(p, n as usize)) }
    }
    /// As `Py_HashBuffer`.
    fn _Py_HashBytes(p: *const u8, n: isize) -> isize = |_| {
        if n == 0 { 0 } else { taipan_object::hash::hash_bytes(std::slice::from_raw_parts(p, n as usize)) }
    }
    /// How bytes and strings are hashed.
    fn PyHash_GetFuncDef() -> *const HashFunction = |_| { &raw const HASH }
    /// The hash of a pointer.
    fn Py_HashPointer(p: *const c_void) -> isize = |_| { taipan_object::hash::hash_pointer(p) }
    /// The hash of a float; `o` gives the hash of a nan.
    fn _Py_HashDouble(o: &Object, v: f64) -> isize = |_| { taipan_object::types::float::hash_f64(v, o) }
    /// The hash by identity.
    fn PyObject_GenericHash(o: &Object) -> isize = |_| { taipan_object::hash::hash_pointer(o.as_ptr()) }
    /// Add a frame to the traceback of the current exception.
    fn PyTraceBack_Here(f: &PyFrame) -> PyResult<()> = |cx| {
        taipan_object::types::traceback::add_entry(f, f.lasti_word(), f.line(), cx);
        Ok(())
    }
    /// Print a traceback into a file object.
    fn PyTraceBack_Print(tb: &Object, file: &Object) -> PyResult<()> = |cx| { print_traceback(tb, file, cx) }
    /// The code of a frame.
    fn PyFrame_GetCode(f: &PyFrame) -> Own<PyCode> = |_| { f.code().new_ref() }
    /// The caller's frame, or null.
    fn PyFrame_GetBack(f: &PyFrame) -> PyResult<Option<Own<PyFrame>>> = |cx| { f.back(cx) }
    /// The globals of a frame.
    fn PyFrame_GetGlobals(f: &PyFrame) -> Own<PyDict> = |_| { f.globals() }
    /// The builtins of a frame.
    fn PyFrame_GetBuiltins(f: &PyFrame) -> PyResult<Own<Object>> = |cx| { attr::get(f, name!(cx, "f_builtins"), cx) }
    /// The locals of a frame.
    fn PyFrame_GetLocals(f: &PyFrame) -> PyResult<Own<Object>> = |cx| { attr::get(f, name!(cx, "f_locals"), cx) }
    /// The generator of a frame, or null.
    fn PyFrame_GetGenerator(f: &PyFrame) -> PyResult<Option<Own<Object>>> = |cx| {
        Ok(attr::get(f, name!(cx, "f_generator"), cx).ok().filter(|g| !g.is_none()))
    }
    /// The line of a frame.
    fn PyFrame_GetLineNumber(f: &PyFrame) -> c_int = |_| { f.line() }
    /// The byte offset of a frame's instruction, -1 before the first.
    fn PyFrame_GetLasti(f: &PyFrame) -> c_int = |_| { f.lasti_word().max(-1) * if f.lasti_word() < 0 { 1 } else { 2 } }
    /// A variable of a frame.
    fn PyFrame_GetVar(f: &PyFrame, name: &Object) -> PyResult<Own<Object>> = |cx| { frame_var(f, name, cx) }
    /// A variable of a frame.
    fn PyFrame_GetVarString(f: &PyFrame, name: *const c_char) -> PyResult<Own<Object>> = |cx| { let n = str_of(name, cx)?; frame_var(f, &n, cx) }
    /// A frame that runs nothing, for tracebacks of C code.
    fn PyFrame_New(ts: *mut c_void, code: &PyCode, globals: &PyDict, locals: *mut Object) -> PyResult<Own<PyFrame>> = |cx| { PyFrame::invent(code, globals, cx) }
    /// `os.fspath(o)`.
    fn PyOS_FSPath(o: &Object) -> PyResult<Own<Object>> = |cx| { fspath::fspath(o, cx) }
    /// `file.write(str(o))` or of `repr(o)`.
    fn PyFile_WriteObject(o: Option<&Object>, file: Option<&Object>, flags: c_int) -> PyResult<()> = |cx| {
        let Some(file) = file else { return Err(cx.type_error(format_args!("writeobject with NULL file"))) };
        match o {
            Some(o) => write(o, file, flags & 1 != 0, cx),
            None => { let s = PyStr::new("<NULL>", cx)?; write(&s, file, true, cx) }
        }
    }
    /// `file.write(text)`.
    fn PyFile_WriteString(s: *const c_char, file: Option<&Object>) -> PyResult<()> = |cx| {
        let Some(file) = file else {
            return Err(if cx.is_raised() { Raised::assume() } else { cx.system_error(format_args!("null file for PyFile_WriteString")) });
        };
        if cx.is_raised() { return Err(Raised::assume()); }
        let s = str_of(s, cx)?;
        write(&s, file, true, cx)
    }
    /// A line of a file: 0 all of it, more at most so many characters, less without its end.
    fn PyFile_GetLine(file: Option<&Object>, n: c_int) -> PyResult<Own<Object>> = |cx| {
        let Some(file) = file else { return Err(bad_internal_call(cx)) };
        let line = if n <= 0 {
            call::call_method(file, name!(cx, "readline"), &[], cx)?
        } else {
            let k = PyInt::new(n.into(), cx)?;
            call::call_method(file, name!(cx, "readline"), &[&k], cx)?
        };
        if n >= 0 { return Ok(line); }
        if let Some(b) = line.downcast::<taipan_object::types::bytes::PyBytes>() {
            if b.as_bytes().is_empty() { return Err(cx.eof_error(format_args!("EOF when reading a line"))); }
            return match b.as_bytes().strip_suffix(b"\n") {
                Some(rest) => taipan_object::types::bytes::PyBytes::new(rest, cx).map(Own::into_object),
                None => Ok(line),
            };
        }
        if let Some(s) = line.downcast::<PyStr>() {
            if s.is_empty() { return Err(cx.eof_error(format_args!("EOF when reading a line"))); }
            let end = if s.code_point(s.len() - 1) == 10 { s.len() - 1 } else { s.len() };
            return s.slice(0, end, cx).map(Own::into_object);
        }
        Ok(line)
    }
    /// `open(fd, …)`.
    fn PyFile_FromFd(fd: c_int, name: *const c_char, mode: *const c_char, buffering: c_int, encoding: *const c_char, errors: *const c_char, newline: *const c_char, closefd: c_int) -> PyResult<Own<Object>> = |cx| {
        let open = cx.import_attr("_io", "open")?;
        let opt = |p: *const c_char, cx: &mut Cx| if p.is_null() { Ok(none().own()) } else { str_of(p, cx).map(Own::into_object) };
        let (f, m, b) = (PyInt::new(fd.into(), cx)?, str_of(if mode.is_null() { c"r".as_ptr() } else { mode }, cx)?, PyInt::new(buffering.into(), cx)?);
        let (e, r, n) = (opt(encoding, cx)?, opt(errors, cx)?, opt(newline, cx)?);
        let c = taipan_object::types::boolean::from_bool(closefd != 0);
        call::call(&open, &[&f, &m, &b, &e, &r, &n, &c], cx)
    }
    /// A descriptor number or what has `fileno()`.
    fn PyObject_AsFileDescriptor(o: &Object) -> PyResult<c_int> = |cx| {
        let n = match o.downcast::<PyInt>() {
            Some(i) => {
                if std::ptr::eq(o.ty(), taipan_object::types::boolean::bool_type()) {
                    taipan_object::warn::warn(exc::RuntimeWarning(), format_args!("bool is used as a file descriptor"), 1, cx)?;
                }
                i.new_ref()
            }
            None => match attr::get_opt(o, name!(cx, "fileno"), cx)? {
                None => return Err(cx.type_error(format_args!("argument must be an int, or have a fileno() method."))),
                Some(f) => call::call(&f, &[], cx)?.downcast_own::<PyInt>().map_err(|_| cx.type_error(format_args!("fileno() returned a non-integer")))?,
            },
        };
        let v = n.to_i64().unwrap_or(-1);
        if v < 0 || v > i32::MAX.into() {
            return Err(cx.value_error(format_args!("file descriptor cannot be a negative integer ({v})")));
        }
        Ok(v as c_int)
    }
    /// Whether the interpreter runs.
    fn Py_IsInitialized() -> bool = |_| { true }
    /// Whether the interpreter ends.
    fn Py_IsFinalizing() -> bool = |_| { crate::headers::pystate::main_is_finalizing() }
    /// `sys.version`.
    fn Py_GetVersion() -> PyResult<*const c_char> = |cx| { sys_text("version", cx) }
    /// `sys.platform`.
    fn Py_GetPlatform() -> PyResult<*const c_char> = |cx| { sys_text("platform", cx) }
    /// `sys.copyright`.
    fn Py_GetCopyright() -> PyResult<*const c_char> = |cx| { sys_text("copyright", cx) }
    /// What the interpreter was compiled with.
    fn Py_GetCompiler() -> *const c_char = |_| { c"[Rust]".as_ptr() }
    /// Build details.
    fn Py_GetBuildInfo() -> *const c_char = |_| { c"taipan".as_ptr() }
    /// Have `f` called when the process ends.
    fn Py_AtExit(f: extern "C" fn()) -> c_int = |_| { unsafe extern "C" { fn atexit(f: extern "C" fn()) -> c_int; } atexit(f) }
    /// `stricmp`.
    fn PyOS_mystricmp(a: *const c_char, b: *const c_char) -> c_int = |_| { order(a, b, usize::MAX) }
    /// `strnicmp`.
    fn PyOS_mystrnicmp(a: *const c_char, b: *const c_char, n: isize) -> c_int = |_| { order(a, b, n.max(0) as usize) }
    /// C's `strtol` with Python's prefixes.
    fn PyOS_strtol(p: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long = |_| {
        unsafe extern "C" { fn strtol(p: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long; }
        strtol(p, end, base)
    }
    /// C's `strtoul` with Python's prefixes.
    fn PyOS_strtoul(p: *const c_char, end: *mut *mut c_char, base: c_int) -> u64 = |_| {
        unsafe extern "C" { fn strtoul(p: *const c_char, end: *mut *mut c_char, base: c_int) -> c_ulong; }
        strtoul(p, end, base)
    }
}

unsafe fn order(a: *const c_char, b: *const c_char, n: usize) -> c_int {
    for i in 0..n {
        // SAFETY: the caller's C strings, read up to their ends.
        let (x, y) = unsafe { (*a.add(i) as u8, *b.add(i) as u8) };
        let (x, y) = (x.to_ascii_lowercase(), y.to_ascii_lowercase());
        if x != y || x == 0 {
            return c_int::from(x) - c_int::from(y);
        }
    }
    0
}

fn sys_text(name: &str, cx: &mut Cx) -> PyResult<*const c_char> {
    let v = cx.import_attr("sys", name)?;
    want::<PyStr>(Some(&v), cx)?.utf8_cached(cx).map(|b| b.as_ptr() as *const c_char)
}

fn frame_var(f: &PyFrame, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if !name.is_a::<PyStr>() {
        return Err(cx.type_error(format_args!("name must be str, not {}", name.ty().tp_name_str())));
    }
    let l = attr::get(f, name!(cx, "f_locals"), cx)?;
    match taipan_object::abstract_::get_item(&l, name, cx) {
        Ok(v) => Ok(v),
        Err(r) => {
            cx.catch(r, exc::KeyError())?;
            let shown = taipan_object::abstract_::repr(name, cx)?;
            Err(cx.name_error(format_args!("variable {shown} does not exist")))
        }
    }
}

