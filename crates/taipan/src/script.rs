//! A file as the program: source, `.pyc`, a directory or zip archive with `__main__`.

use crate::cli::{self, Options};
use crate::finish;
use crate::run::sys_path_insert;
use std::ffi::CString;
use taipan_import::compile;
use taipan_object::prelude::*;
use taipan_object::{attr, audit, call, fspath};

/// Run the file, directory or archive at `path`.
pub fn run(options: &Options, path: &[u8], main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let c = CString::new(path).unwrap_or_default();
    let is_dir = taipan_host::stat::stat(&c).is_ok_and(|s| s.is_dir());
    if is_dir || (is_archive(&c) && importer_accepts(path, cx)?) {
        sys_path_insert(&absolute(path), cx)?;
        let f = cx.import_attr("runpy", "_run_module_as_main")?;
        let n = PyStr::new("__main__", cx)?;
        let no = taipan_object::types::boolean::false_();
        return call::call(&f, &[&n, no], cx).map(drop);
    }
    if !options.config.safe_path {
        sys_path_insert(&script_dir(path), cx)?;
    }
    let path = absolute(path);
    let shown = fspath::decode(&path, cx)?;
    audit::raise("cpython.run_file", &[&shown], cx)?;
    let c = CString::new(path.as_slice()).unwrap_or_default();
    let bytes = match taipan_host::fs::read_file(&c) {
        Ok(b) => b,
        Err(e) => {
            let program = String::from_utf8_lossy(&cx.interp().config.borrow().executable).into_owned();
            cli::err(format_args!("{program}: can't open file '{}': [Errno {}] {}\n", String::from_utf8_lossy(&path), e.0, e.message()));
            return Err(finish::exit_with(2, cx));
        }
    };
    let magic = taipan_bytecode::serial::MAGIC.to_le_bytes();
    let compiled = path.ends_with(b".pyc") || bytes.starts_with(&magic);
    let class = if compiled { "SourcelessFileLoader" } else { "SourceFileLoader" };
    if compiled {
        return with_file(main, &shown, Some(class), cx, |main, cx| run_pyc(&bytes, main, cx));
    }
    run_source(&bytes, &path, options.skip_first_line, Some(class), main, cx)
}

/// Whether the file ends like a zip archive: looking is cheaper than importing `zipimport` for every script.
fn is_archive(path: &std::ffi::CStr) -> bool {
    const END_MAX: u64 = 22 + 0xffff;
    let Ok(st) = taipan_host::stat::stat(path) else { return false };
    if !st.is_file() || st.size < 22 {
        return false;
    }
    let flags = taipan_host::consts::posix::O_RDONLY | taipan_host::consts::posix::O_CLOEXEC;
    let Ok(fd) = taipan_host::fs::open(taipan_host::AT_FDCWD, path, flags, 0) else { return false };
    let size = st.size as u64;
    let mut tail = vec![0; size.min(END_MAX) as usize];
    let start = (size - tail.len() as u64) as i64;
    let n = taipan_host::fd::pread(fd, &mut tail, start).unwrap_or(0);
    // The descriptor was only read from.
    let _ = taipan_host::fd::close(fd);
    tail[..n].windows(4).any(|w| w == b"PK\x05\x06")
}

/// Whether a path hook takes the path (`PyImport_GetImporter`).
fn importer_accepts(path: &[u8], cx: &mut Cx) -> PyResult<bool> {
    let f = cx.import_attr("pkgutil", "get_importer")?;
    let p = fspath::decode(path, cx)?;
    Ok(!call::call(&f, &[&p], cx)?.is_none())
}

/// The path with the working directory in front.
fn absolute(path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let mut full = taipan_host::fs::getcwd().unwrap_or_default();
    if !full.ends_with(b"/") {
        full.push(b'/');
    }
    // A lone "." names the working directory itself.
    if path == b"." {
        full.pop();
    } else {
        full.extend_from_slice(path);
    }
    full
}

/// The directory of the script after following symbolic links.
fn script_dir(path: &[u8]) -> Vec<u8> {
    let real = CString::new(path).ok().and_then(|c| taipan_host::fs::realpath(&c).ok()).unwrap_or_else(|| path.to_vec());
    match real.iter().rposition(|&b| b == b'/') {
        Some(0) => b"/".to_vec(),
        Some(i) => real[..i].to_vec(),
        None => Vec::new(),
    }
}

/// Run `body` while `__main__` has `__file__` and `__cached__` (`PyRun_SimpleFile`), and the loader `class`.
fn with_file(main: &PyModule, shown: &PyStr, class: Option<&str>, cx: &mut Cx, body: impl FnOnce(&PyModule, &mut Cx) -> PyResult<()>) -> PyResult<()> {
    let d = main.dict(cx)?;
    let mut ours = false;
    if !d.contains(name!(cx, "__file__"), cx)? {
        d.set(name!(cx, "__file__"), shown, cx)?;
        d.set(name!(cx, "__cached__"), none(), cx)?;
        ours = true;
    }
    if let Some(class) = class {
        let f = cx.import_attr("_frozen_importlib_external", class)?;
        let name = PyStr::new_interned("__main__", cx)?;
        let loader = call::call(&f, &[&name, shown], cx)?;
        d.set(name!(cx, "__loader__"), &loader, cx)?;
    }
    let result = body(main, cx);
    if ours && finish::inspect(cx) {
        // The prompt that follows does not belong to the file.
        let kept = result.map_err(|r| cx.take_raised(r));
        for n in [name!(cx, "__file__"), name!(cx, "__cached__")] {
            drop(d.remove(n, cx)?);
        }
        return kept.map_err(|e| cx.set_raised(e));
    }
    result
}

/// Run source text as `__main__`.
pub fn run_source(bytes: &[u8], path: &[u8], skip_first_line: bool, class: Option<&str>, main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let shown = fspath::decode(path, cx)?;
    let body = if skip_first_line { bytes.iter().position(|&b| b == b'\n').map_or(&bytes[..0], |i| &bytes[i..]) } else { bytes };
    with_file(main, &shown, class, cx, |main, cx| {
        if body.contains(&0) {
            let mut e = taipan_syntax::SyntaxError::without_location(taipan_syntax::ErrorKind::Syntax, "source code cannot contain null bytes");
            // The line up to the null byte, as C sees it.
            let before = body.split(|&b| b == 0).next().unwrap_or_default();
            e.lineno = before.iter().filter(|&&b| b == b'\n').count() as i64 + 1;
            e.end_lineno = e.lineno;
            e.text = before.rsplit(|&b| b == b'\n').next().map(|l| String::from_utf8_lossy(l).into_owned());
            return Err(compile::raise_syntax_error(&e, &shown, cx));
        }
        let text = compile::decode_script(body, &shown, cx)?;
        let code = compile::compile_script(&text, &shown, cx)?;
        let d = main.dict(cx)?;
        compile::run_module(&code, &d, cx).map(drop)
    })
}

fn run_pyc(bytes: &[u8], main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let magic = taipan_bytecode::serial::MAGIC.to_le_bytes();
    if bytes.len() < 16 || bytes[..4] != magic {
        return Err(cx.runtime_error(format_args!("Bad magic number in .pyc file")));
    }
    let loads = cx.import_attr("marshal", "loads")?;
    let data = taipan_object::types::bytes::PyBytes::new(&bytes[16..], cx)?;
    let code = call::call(&loads, &[&data], cx)?;
    let Some(code) = code.downcast::<taipan_object::types::code::PyCode>() else {
        return Err(cx.runtime_error(format_args!("Bad code object in .pyc file")));
    };
    let d = main.dict(cx)?;
    compile::run_module(code, &d, cx).map(drop)
}

/// Run the file that PYTHONSTARTUP names, in `__main__`. Its failure is reported and forgotten, except SystemExit.
pub fn run_startup(path: &[u8], main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let shown = fspath::decode(path, cx)?;
    audit::raise("cpython.run_startup", &[&shown], cx)?;
    let c = CString::new(path).unwrap_or_default();
    let run = match taipan_host::fs::read_file(&c) {
        Ok(bytes) => run_source(&bytes, path, false, None, main, cx),
        Err(e) => {
            cli::err(format_args!("Could not open PYTHONSTARTUP\n"));
            Err(cx.os_error(e.0, &e.message(), Some(&shown), None))
        }
    };
    if let Err(r) = run {
        finish::report_or_exit(r, cx)?;
    }
    // `__file__` was the startup file's.
    let d = main.dict(cx)?;
    for n in [name!(cx, "__file__"), name!(cx, "__cached__")] {
        drop(d.remove(n, cx)?);
    }
    Ok(())
}

/// `sys.__interactivehook__()`.
pub fn run_interactive_hook(cx: &mut Cx) -> PyResult<()> {
    let sys = cx.import("sys")?;
    let Some(hook) = attr::get_opt(&sys, name!(cx, "__interactivehook__"), cx)? else { return Ok(()) };
    audit::raise("cpython.run_interactivehook", &[&hook], cx)?;
    if let Err(r) = call::call(&hook, &[], cx) {
        cli::err(format_args!("Failed calling sys.__interactivehook__\n"));
        finish::report_or_exit(r, cx)?;
    }
    Ok(())
}
