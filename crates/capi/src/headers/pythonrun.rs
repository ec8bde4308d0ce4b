//! `pythonrun.h`, `cpython/pythonrun.h`: compiling and running text and files, printing exceptions.

use crate::border::bad_internal_call;
use crate::capi;
use crate::cfile::{self, File};
use std::ffi::{CStr, c_char, c_int};
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code::PyCode;
use taipan_object::{attr, call};

const ONLY_AST: c_int = 0x0400;
const IGNORE_COOKIE: c_int = 0x0800;
const DONT_IMPLY_DEDENT: c_int = 0x0200;
const ALLOW_INCOMPLETE_INPUT: c_int = 0x4000;
/// `from __future__` bits, of code and compiler flags alike.
const FUTURES: c_int = 0x01fe_0000;
/// What `compile` takes besides those.
const COMPILE_FLAGS: c_int = ONLY_AST | 0x8000 | 0x1000 | 0x2000 | DONT_IMPLY_DEDENT | ALLOW_INCOMPLETE_INPUT;
/// The parser needs more lines (`E_EOF`).
const E_EOF: c_int = 11;

/// `PyCompilerFlags`.
#[repr(C)]
pub struct CompilerFlags {
    flags: c_int,
    feature_version: c_int,
}

/// `Py_single_input`, `Py_file_input`, `Py_eval_input`, `Py_func_type_input`.
fn mode_of(start: c_int, cx: &mut Cx) -> PyResult<&'static str> {
    match start {
        256 => Ok("single"),
        257 => Ok("exec"),
        258 => Ok("eval"),
        345 => Ok("func_type"),
        _ => Err(cx.value_error(format_args!("invalid start argument"))),
    }
}

/// A file name in the encoding of the file system.
unsafe fn file_name(p: *const c_char, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's C string.
    let b = if p.is_null() { c"???".to_bytes() } else { unsafe { CStr::from_ptr(p) }.to_bytes() };
    taipan_object::types::str::codec::decode(b, "utf-8", "surrogateescape", cx)
}

/// `compile(source, file, mode, flags, True, optimize)`; futures of the code are added to the flags.
fn compile(source: &[u8], file: &Object, start: c_int, flags: *mut CompilerFlags, optimize: c_int, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mode = mode_of(start, cx)?;
    // SAFETY: null or the caller's flags.
    let given = unsafe { flags.as_ref() }.map_or(0, |f| f.flags);
    let source = if given & IGNORE_COOKIE != 0 { crate::border::utf8(source, cx)?.into_object() } else { PyBytes::new(source, cx)?.into_object() };
    let (m, o) = (PyStr::new(mode, cx)?, PyInt::new(optimize.into(), cx)?);
    let f = PyInt::new((given & (FUTURES | COMPILE_FLAGS)).into(), cx)?;
    let compile = cx.import_attr("builtins", "compile")?;
    let code = call::call(&compile, &[&source, file, &m, &f, boolean::true_(), &o], cx)?;
    // SAFETY: as above.
    if let (Some(f), Some(c)) = (unsafe { flags.as_mut() }, code.downcast::<PyCode>()) {
        f.flags |= c.flags() as c_int & FUTURES;
    }
    Ok(code)
}

/// Run code with namespaces of C callers.
pub fn evaluate(code: &Object, globals: Option<&Object>, locals: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(g) = globals.and_then(|g| g.downcast::<PyDict>()) else {
        return Err(cx.system_error(format_args!("globals must be a real dict")));
    };
    let Some(c) = code.downcast::<PyCode>() else { return Err(bad_internal_call(cx)) };
    if !g.contains(name!(cx, "__builtins__"), cx)? {
        let b = cx.import("builtins")?;
        g.set(name!(cx, "__builtins__"), &b, cx)?;
    }
    taipan_interp::eval_code(c, g, locals, cx)
}

fn run(source: &[u8], file: &Object, start: c_int, globals: Option<&Object>, locals: Option<&Object>, flags: *mut CompilerFlags, cx: &mut Cx) -> PyResult<Own<Object>> {
    let code = compile(source, file, start, flags, -1, cx)?;
    evaluate(&code, globals, locals, cx)
}

fn run_text(source: &[u8], start: c_int, globals: Option<&Object>, locals: Option<&Object>, flags: *mut CompilerFlags, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = PyStr::new("<string>", cx)?;
    run(source, &f, start, globals, locals, flags, cx)
}

#[allow(clippy::too_many_arguments)]
unsafe fn run_file(fp: File, name: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>, closeit: c_int, flags: *mut CompilerFlags, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's file and name.
    unsafe {
        let f = file_name(name, cx)?;
        let source = cfile::read_all(fp, cx);
        if closeit != 0 {
            cfile::close(fp);
        }
        run(&source?, &f, start, globals, locals, flags, cx)
    }
}

fn main_dict(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let m = cx.import("__main__")?;
    match m.downcast::<PyModule>() {
        Some(m) => m.dict(cx),
        None => Err(cx.runtime_error(format_args!("cannot create __main__ module"))),
    }
}

/// Write out what the standard streams hold.
fn flush(cx: &mut Cx) {
    for name in ["stderr", "stdout"] {
        let r = cx.import_attr("sys", name).and_then(|f| if f.is_none() { Ok(f) } else { call::call_method(&f, name!(cx, "flush"), &[], cx) });
        if let Err(r) = r {
            cx.discard(r);
        }
    }
}

/// 0, or -1 after printing the exception.
fn settled(r: PyResult<Own<Object>>, cx: &mut Cx) -> c_int {
    let status = match r {
        Ok(_) => 0,
        Err(_) => {
            print_error(true, cx);
            -1
        }
    };
    flush(cx);
    status
}

fn simple_string(source: &[u8], flags: *mut CompilerFlags, cx: &mut Cx) -> c_int {
    let r = main_dict(cx).and_then(|d| run_text(source, 257, Some(d.as_object()), Some(d.as_object()), flags, cx));
    settled(r, cx)
}

/// Run a file in `__main__`, which gets `__file__` for the time being.
unsafe fn simple_file(fp: File, name: *const c_char, closeit: c_int, flags: *mut CompilerFlags, cx: &mut Cx) -> c_int {
    let mut file_set = None;
    let r = (|| {
        let d = main_dict(cx)?;
        // SAFETY: the caller's name.
        let f = unsafe { file_name(name, cx)? };
        if !d.contains(name!(cx, "__file__"), cx)? {
            d.set(name!(cx, "__file__"), &f, cx)?;
            d.set(name!(cx, "__cached__"), none(), cx)?;
            file_set = Some(d.clone());
        }
        if f.downcast::<PyStr>().is_none_or(|f| !f.eq_text("<stdin>")) {
            let loader = cx.import_attr("importlib.machinery", "SourceFileLoader")?;
            let name = PyStr::new("__main__", cx)?;
            let loader = call::call(&loader, &[&name, &f], cx)?;
            d.set(name!(cx, "__loader__"), &loader, cx)?;
        }
        // SAFETY: the caller's file.
        unsafe { run_file(fp, name, 257, Some(d.as_object()), Some(d.as_object()), closeit, flags, cx) }
    })();
    let status = settled(r, cx);
    if let Some(d) = file_set {
        for n in [name!(cx, "__file__"), name!(cx, "__cached__")] {
            if let Err(r) = d.remove(n, cx) {
                cx.discard(r);
            }
        }
    }
    status
}

/// The text of a prompt.
fn prompt(name: &str, default: &str, cx: &mut Cx) -> String {
    match cx.import_attr("sys", name).and_then(|p| taipan_object::abstract_::str(&p, cx)) {
        Ok(p) => p.to_string_lossy(),
        Err(r) => {
            cx.discard(r);
            default.to_owned()
        }
    }
}

/// Read and compile one statement: none at the end of the file.
unsafe fn read_statement(fp: File, file: &Object, flags: *mut CompilerFlags, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let mut source = Vec::new();
    loop {
        let p = if source.is_empty() { prompt("ps1", ">>> ", cx) } else { prompt("ps2", "... ", cx) };
        cfile::complain(&p);
        // SAFETY: the caller's file.
        let mut line = unsafe { cfile::line(fp, usize::MAX) };
        let last = !line.ends_with(b"\n");
        if source.is_empty() && line.is_empty() {
            return Ok(None);
        }
        if last {
            line.push(b'\n');
        }
        if source.is_empty() && line.iter().all(u8::is_ascii_whitespace) && !last {
            continue;
        }
        source.extend_from_slice(&line);
        // SAFETY: null or the caller's flags.
        let own = unsafe { flags.as_ref() }.map_or(0, |f| f.flags);
        let mut f = CompilerFlags { flags: own | if last { 0 } else { DONT_IMPLY_DEDENT | ALLOW_INCOMPLETE_INPUT }, feature_version: -1 };
        match compile(&source, file, 256, &raw mut f, -1, cx) {
            Ok(c) => {
                // SAFETY: as above.
                if let Some(own) = unsafe { flags.as_mut() } {
                    own.flags |= f.flags & FUTURES;
                }
                return Ok(Some(c));
            }
            Err(r) => {
                let e = cx.take_raised(r);
                if last || e.ty().name() != "_IncompleteInputError" {
                    return Err(cx.set_raised(e));
                }
            }
        }
    }
}

unsafe fn interactive_one(fp: File, file: &Object, flags: *mut CompilerFlags, cx: &mut Cx) -> PyResult<bool> {
    if !file.is_a::<PyStr>() {
        return Err(cx.type_error(format_args!("expected str, got {}", file.ty().tp_name_str())));
    }
    let d = main_dict(cx)?;
    // SAFETY: the caller's file and flags.
    match unsafe { read_statement(fp, file, flags, cx)? } {
        None => Ok(false),
        Some(code) => evaluate(&code, Some(d.as_object()), Some(d.as_object()), cx).map(|_| true),
    }
}

/// `PyRun_InteractiveOne`: 0, -1 after printing an exception, `E_EOF` at the end.
unsafe fn interactive_status(fp: File, file: &Object, flags: *mut CompilerFlags, cx: &mut Cx) -> c_int {
    // SAFETY: the caller's file and flags.
    match unsafe { interactive_one(fp, file, flags, cx) } {
        Ok(true) => {
            flush(cx);
            0
        }
        Ok(false) => E_EOF,
        Err(r) => settled(Err(r), cx),
    }
}

unsafe fn interactive_loop(fp: File, name: *const c_char, flags: *mut CompilerFlags, cx: &mut Cx) -> c_int {
    // SAFETY: the caller's file and name.
    unsafe {
        let Ok(file) = file_name(name, cx) else {
            print_error(true, cx);
            return -1;
        };
        for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
            let r = (|| {
                let sys = cx.import("sys")?;
                let n = PyStr::new_interned(name, cx)?;
                if attr::get_opt(&sys, &n, cx)?.is_none() {
                    let v = PyStr::new(text, cx)?;
                    attr::set(&sys, &n, Some(&v), cx)?;
                }
                Ok(())
            })();
            if let Err(r) = r {
                cx.discard(r);
            }
        }
        while interactive_status(fp, &file, flags, cx) != E_EOF {}
        0
    }
}

unsafe fn interactive(fp: File, name: *const c_char, cx: &Cx) -> bool {
    // SAFETY: the caller's file and name.
    unsafe {
        if cfile::is_terminal(fp) {
            return true;
        }
        cx.interp().config.borrow().interactive && (name.is_null() || matches!(CStr::from_ptr(name).to_bytes(), b"<stdin>" | b"???"))
    }
}

unsafe fn any_file(fp: File, name: *const c_char, closeit: c_int, flags: *mut CompilerFlags, cx: &mut Cx) -> c_int {
    // SAFETY: the caller's file and name.
    unsafe {
        if !interactive(fp, name, cx) {
            return simple_file(fp, name, closeit, flags, cx);
        }
        let status = interactive_loop(fp, name, flags, cx);
        if closeit != 0 {
            cfile::close(fp);
        }
        status
    }
}

fn display(e: &Object, cx: &mut Cx) {
    let r = (|| {
        let hook = cx.import_attr("sys", "__excepthook__")?;
        let tb = attr::get_opt(e, name!(cx, "__traceback__"), cx)?.unwrap_or_else(|| none().own());
        call::call(&hook, &[e.ty().as_object(), e, &tb], cx)
    })();
    if let Err(r) = r {
        cx.discard(r);
    }
}

/// `sys.last_exc` and its parts.
fn remember(e: &Object, tb: &Object, cx: &mut Cx) -> PyResult<()> {
    let sys = cx.import("sys")?;
    attr::set(&sys, name!(cx, "last_exc"), Some(e), cx)?;
    attr::set(&sys, name!(cx, "last_type"), Some(e.ty().as_object()), cx)?;
    attr::set(&sys, name!(cx, "last_value"), Some(e), cx)?;
    attr::set(&sys, name!(cx, "last_traceback"), Some(tb), cx)
}

/// `PyErr_PrintEx`: the current exception through `sys.excepthook`; `SystemExit` ends the process.
fn print_error(set_last: bool, cx: &mut Cx) {
    let Some(e) = cx.ts().current_exception.take() else { return };
    if e.ty().is_subtype(exc::SystemExit()) {
        super::lifecycle::exit_by(&e, cx);
    }
    let tb = match attr::get_opt(&e, name!(cx, "__traceback__"), cx) {
        Ok(t) => t.unwrap_or_else(|| none().own()),
        Err(r) => {
            cx.discard(r);
            none().own()
        }
    };
    if set_last && let Err(r) = remember(&e, &tb, cx) {
        cx.discard(r);
    }
    let hook = match cx.import_attr("sys", "excepthook") {
        Ok(h) => h,
        Err(r) => {
            cx.discard(r);
            cfile::complain("sys.excepthook is missing\n");
            return display(&e, cx);
        }
    };
    if let Err(r) = call::call(&hook, &[e.ty().as_object(), &e, &tb], cx) {
        let second = cx.take_raised(r);
        if second.ty().is_subtype(exc::SystemExit()) {
            super::lifecycle::exit_by(&second, cx);
        }
        cfile::complain("Error in sys.excepthook:\n");
        display(&second, cx);
        cfile::complain("\nOriginal exception was:\n");
        display(&e, cx);
    }
}

unsafe fn bytes<'a>(p: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's C string.
    if p.is_null() { &[] } else { unsafe { CStr::from_ptr(p) }.to_bytes() }
}

type Flags = *mut CompilerFlags;
const NO_FLAGS: Flags = std::ptr::null_mut();

capi! {
    /// Compile and run text.
    fn PyRun_StringFlags(source: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>, flags: Flags) -> PyResult<Own<Object>> = |cx| {
        run_text(bytes(source), start, globals, locals, flags, cx)
    }
    /// Compile and run text.
    fn PyRun_String(source: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        run_text(bytes(source), start, globals, locals, NO_FLAGS, cx)
    }
    /// Run text in `__main__`; errors are printed.
    fn PyRun_SimpleStringFlags(source: *const c_char, flags: Flags) -> c_int = |cx| { simple_string(bytes(source), flags, cx) }
    /// Run text in `__main__`; errors are printed.
    fn PyRun_SimpleString(source: *const c_char) -> c_int = |cx| { simple_string(bytes(source), NO_FLAGS, cx) }
    /// Compile and run a file.
    fn PyRun_File(fp: File, name: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        run_file(fp, name, start, globals, locals, 0, NO_FLAGS, cx)
    }
    /// Compile and run a file.
    fn PyRun_FileEx(fp: File, name: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>, closeit: c_int) -> PyResult<Own<Object>> = |cx| {
        run_file(fp, name, start, globals, locals, closeit, NO_FLAGS, cx)
    }
    /// Compile and run a file.
    fn PyRun_FileFlags(fp: File, name: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>, flags: Flags) -> PyResult<Own<Object>> = |cx| {
        run_file(fp, name, start, globals, locals, 0, flags, cx)
    }
    /// Compile and run a file.
    fn PyRun_FileExFlags(fp: File, name: *const c_char, start: c_int, globals: Option<&Object>, locals: Option<&Object>, closeit: c_int, flags: Flags) -> PyResult<Own<Object>> = |cx| {
        run_file(fp, name, start, globals, locals, closeit, flags, cx)
    }
    /// Run a file in `__main__`; errors are printed.
    fn PyRun_SimpleFile(fp: File, name: *const c_char) -> c_int = |cx| { simple_file(fp, name, 0, NO_FLAGS, cx) }
    /// Run a file in `__main__`; errors are printed.
    fn PyRun_SimpleFileEx(fp: File, name: *const c_char, closeit: c_int) -> c_int = |cx| { simple_file(fp, name, closeit, NO_FLAGS, cx) }
    /// Run a file in `__main__`; errors are printed.
    fn PyRun_SimpleFileExFlags(fp: File, name: *const c_char, closeit: c_int, flags: Flags) -> c_int = |cx| { simple_file(fp, name, closeit, flags, cx) }
    /// Run a terminal's lines one by one, or a file.
    fn PyRun_AnyFile(fp: File, name: *const c_char) -> c_int = |cx| { any_file(fp, name, 0, NO_FLAGS, cx) }
    /// Run a terminal's lines one by one, or a file.
    fn PyRun_AnyFileEx(fp: File, name: *const c_char, closeit: c_int) -> c_int = |cx| { any_file(fp, name, closeit, NO_FLAGS, cx) }
    /// Run a terminal's lines one by one, or a file.
    fn PyRun_AnyFileFlags(fp: File, name: *const c_char, flags: Flags) -> c_int = |cx| { any_file(fp, name, 0, flags, cx) }
    /// Run a terminal's lines one by one, or a file.
    fn PyRun_AnyFileExFlags(fp: File, name: *const c_char, closeit: c_int, flags: Flags) -> c_int = |cx| { any_file(fp, name, closeit, flags, cx) }
    /// Run one statement of a file.
    fn PyRun_InteractiveOne(fp: File, name: *const c_char) -> c_int = |cx| {
        match file_name(name, cx) { Ok(f) => interactive_status(fp, &f, NO_FLAGS, cx), Err(r) => settled(Err(r), cx) }
    }
    /// Run one statement of a file.
    fn PyRun_InteractiveOneFlags(fp: File, name: *const c_char, flags: Flags) -> c_int = |cx| {
        match file_name(name, cx) { Ok(f) => interactive_status(fp, &f, flags, cx), Err(r) => settled(Err(r), cx) }
    }
    /// Run one statement of a file.
    fn PyRun_InteractiveOneObject(fp: File, name: &Object, flags: Flags) -> c_int = |cx| { interactive_status(fp, name, flags, cx) }
    /// Run the statements of a file one by one.
    fn PyRun_InteractiveLoop(fp: File, name: *const c_char) -> c_int = |cx| { interactive_loop(fp, name, NO_FLAGS, cx) }
    /// Run the statements of a file one by one.
    fn PyRun_InteractiveLoopFlags(fp: File, name: *const c_char, flags: Flags) -> c_int = |cx| { interactive_loop(fp, name, flags, cx) }
    /// Whether a file is to be treated as a terminal.
    fn Py_FdIsInteractive(fp: File, name: *const c_char) -> bool = |cx| { interactive(fp, name, cx) }
    /// Compile text.
    fn Py_CompileString(source: *const c_char, file: *const c_char, start: c_int) -> PyResult<Own<Object>> = |cx| {
        let f = file_name(file, cx)?;
        compile(bytes(source), &f, start, NO_FLAGS, -1, cx)
    }
    /// Compile text.
    fn Py_CompileStringFlags(source: *const c_char, file: *const c_char, start: c_int, flags: Flags) -> PyResult<Own<Object>> = |cx| {
        let f = file_name(file, cx)?;
        compile(bytes(source), &f, start, flags, -1, cx)
    }
    /// Compile text.
    fn Py_CompileStringExFlags(source: *const c_char, file: *const c_char, start: c_int, flags: Flags, optimize: c_int) -> PyResult<Own<Object>> = |cx| {
        let f = file_name(file, cx)?;
        compile(bytes(source), &f, start, flags, optimize, cx)
    }
    /// Compile text.
    fn Py_CompileStringObject(source: *const c_char, file: &Object, start: c_int, flags: Flags, optimize: c_int) -> PyResult<Own<Object>> = |cx| {
        compile(bytes(source), file, start, flags, optimize, cx)
    }
    /// Print the current exception and forget it; `SystemExit` ends the process.
    fn PyErr_Print() = |cx| { print_error(true, cx) }
    /// As `PyErr_Print`; `sys.last_exc` is set when asked for.
    fn PyErr_PrintEx(set_last: c_int) = |cx| { print_error(set_last != 0, cx) }
    /// Print an exception.
    fn PyErr_DisplayException(e: &Object) = |cx| { display(e, cx) }
    /// Print an exception.
    fn PyErr_Display(ty: *mut Object, e: Option<&Object>, tb: *mut Object) = |cx| { if let Some(e) = e { display(e, cx) } }
    /// The text of a line of a file, or null.
    fn PyErr_ProgramText(file: *const c_char, line: c_int) -> PyResult<Option<Own<Object>>> = |cx| {
        if file.is_null() || line <= 0 { return Ok(None); }
        let f = file_name(file, cx)?;
        program_text(&f, line, cx)
    }
    /// The text of a line of a file, or null.
    fn PyErr_ProgramTextObject(file: Option<&Object>, line: c_int) -> PyResult<Option<Own<Object>>> = |cx| {
        match file { Some(f) if line > 0 => program_text(f, line, cx), _ => Ok(None) }
    }
}

fn program_text(file: &Object, line: c_int, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let f = cx.import_attr("linecache", "getline")?;
    let n = PyInt::new(line.into(), cx)?;
    let s = call::call(&f, &[file, &n], cx)?;
    Ok(Some(s).filter(|s| s.downcast::<PyStr>().is_some_and(|s| !s.is_empty())))
}
