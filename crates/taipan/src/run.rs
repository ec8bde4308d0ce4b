//! Running a program: `-c`, `-m`, a file, a directory, standard input; then its exit status.

use crate::cli::{Options, Program};
use crate::finish;
use crate::runtime::{Runtime, fs_str};
use std::ffi::CString;
use taipan_import::compile;
use taipan_object::prelude::*;
use taipan_object::{attr, call, import};

/// Start, run, finish. Gives the exit status.
pub fn run_program(options: Options) -> i32 {
    let rt = match Runtime::new(options.config.clone()) {
        Ok(rt) => rt,
        Err(text) => {
            eprintln!("Fatal Python error: init_import_site: Failed to start\n{text}");
            return 1;
        }
    };
    rt.with(|cx| {
        let r = prepare(&options, cx).and_then(|main| run_main(&options, &main, cx));
        let mut status = match r {
            Ok(()) => 0,
            Err(r) => finish::report(r, cx),
        };
        if options.config.inspect && !matches!(options.program, Program::Stdin) {
            status = interactive(&options, cx).unwrap_or(status);
        }
        finish::finish(status, cx)
    })
}

/// `__main__` and `site`.
fn prepare(options: &Options, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    let name = PyStr::new_interned("__main__", cx)?;
    let main = PyModule::new_named(&name, cx)?;
    import::modules(cx)?.set(&name, &main, cx)?;
    let builtins = cx.import("builtins")?;
    main.add("__builtins__", &builtins, cx)?;
    // Warnings are set up before any code of the user can warn.
    if !options.config.warnoptions.is_empty() {
        cx.import("warnings")?;
    }
    if !options.config.no_site {
        let site = cx.import("site")?;
        let f = attr::get_text(&site, "main", cx)?;
        call::call(&f, &[], cx)?;
    }
    Ok(main)
}

fn sys_path_insert(dir: &[u8], cx: &mut Cx) -> PyResult<()> {
    let sys = cx.import("sys")?;
    let path = attr::get(&sys, name!(cx, "path"), cx)?;
    let (zero, d) = (PyInt::new(0, cx)?, fs_str(dir, cx)?);
    call::call_method(&path, name!(cx, "insert"), &[&zero, &d], cx).map(drop)
}

fn run_main(options: &Options, main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let safe = options.config.safe_path;
    match &options.program {
        Program::Command(text) => {
            if !safe {
                sys_path_insert(b"", cx)?;
            }
            let text = match String::from_utf8(text.clone()) {
                Ok(t) => t,
                Err(_) => return Err(cx.value_error(format_args!("the command is not valid UTF-8"))),
            };
            run_text(&dedent(&text), "<string>", main, cx)
        }
        Program::Module(name) => {
            if !safe {
                let cwd = taipan_host::fs::getcwd().unwrap_or_default();
                sys_path_insert(&cwd, cx)?;
            }
            let n = fs_str(name, cx)?;
            let f = cx.import_attr("runpy", "_run_module_as_main")?;
            call::call(&f, &[&n], cx).map(drop)
        }
        Program::File(path) => run_file(options, path, main, cx),
        Program::Stdin => run_stdin(options, main, cx),
    }
}

/// `-c` code may be indented as a whole.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let margin = lines.iter().filter(|l| !l.trim().is_empty()).map(|l| &l[..l.len() - l.trim_start_matches([' ', '\t']).len()]).reduce(|a, b| {
        let n = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
        &a[..n]
    });
    match margin.filter(|m| !m.is_empty()) {
        None => text.to_owned(),
        Some(m) => lines.iter().map(|l| l.strip_prefix(m).unwrap_or_else(|| l.trim_start_matches([' ', '\t']))).collect(),
    }
}

fn run_text(text: &str, filename: &str, main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let name = PyStr::new(filename, cx)?;
    let code = compile::compile_module(text, &name, cx)?;
    let d = main.dict(cx)?;
    remember_source(text, filename, cx)?;
    compile::run_module(&code, &d, cx).map(drop)
}

/// Let tracebacks show the lines of a command (`linecache._register_code` of 3.13+).
fn remember_source(text: &str, filename: &str, cx: &mut Cx) -> PyResult<()> {
    let st = cx.state::<finish::CommandSource>();
    *st.0.borrow_mut() = Some((filename.to_owned(), text.to_owned()));
    Ok(())
}

fn run_file(options: &Options, path: &[u8], main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let c = CString::new(path).unwrap_or_default();
    let is_dir = taipan_host::stat::stat(&c).is_ok_and(|s| s.is_dir());
    if is_dir || path.ends_with(b".zip") || path.ends_with(b".pyz") {
        return run_path_as_main(path, cx);
    }
    let bytes = match taipan_host::fs::read_file(&c) {
        Ok(b) => b,
        Err(e) => {
            let shown = String::from_utf8_lossy(path);
            let prog = String::from_utf8_lossy(options.config.orig_argv.first().map_or(b"python3", |a| a)).into_owned();
            eprintln!("{prog}: can't open file '{}': [Errno {}] {}", absolute(&shown), e.0, e.message());
            return Err(finish::exit_with(2, cx));
        }
    };
    if bytes.starts_with(b"PK\x03\x04") {
        return run_path_as_main(path, cx);
    }
    if !options.config.safe_path {
        sys_path_insert(&script_dir(path), cx)?;
    }
    // The file's name is absolute everywhere but in `sys.argv`.
    let whole = absolute_bytes(path);
    let shown = fs_str(&whole, cx)?;
    main.add("__file__", &shown, cx)?;
    set_loader(main, path, &shown, cx)?;
    if path.ends_with(b".pyc") {
        return run_pyc(&bytes, main, cx);
    }
    let body = if options.skip_first_line { bytes.iter().position(|&b| b == b'\n').map_or(&bytes[..0], |i| &bytes[i..]) } else { &bytes[..] };
    if body.contains(&0) {
        return Err(compile::raise_syntax_error(
            &taipan_syntax::SyntaxError::without_location(taipan_syntax::ErrorKind::Syntax, "source code cannot contain null bytes"),
            &shown,
            cx,
        ));
    }
    let text = compile::decode_source(body, &shown, 0, cx)?;
    let code = compile::compile_module(&text, &shown, cx)?;
    let d = main.dict(cx)?;
    compile::run_module(&code, &d, cx).map(drop)
}

fn absolute_bytes(path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let mut whole = taipan_host::fs::getcwd().unwrap_or_default();
    whole.push(b'/');
    whole.extend_from_slice(path);
    whole
}

fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let cwd = taipan_host::fs::getcwd().unwrap_or_default();
    format!("{}/{path}", String::from_utf8_lossy(&cwd))
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

fn set_loader(main: &PyModule, path: &[u8], shown: &PyStr, cx: &mut Cx) -> PyResult<()> {
    let class = if path.ends_with(b".pyc") { "SourcelessFileLoader" } else { "SourceFileLoader" };
    let f = cx.import_attr("_frozen_importlib_external", class)?;
    let name = PyStr::new_interned("__main__", cx)?;
    let loader = call::call(&f, &[&name, shown], cx)?;
    main.add("__loader__", &loader, cx)
}

/// A directory or zip file with `__main__.py`.
fn run_path_as_main(path: &[u8], cx: &mut Cx) -> PyResult<()> {
    sys_path_insert(path, cx)?;
    let f = cx.import_attr("runpy", "_run_module_as_main")?;
    let n = PyStr::new("__main__", cx)?;
    let no = taipan_object::types::boolean::false_();
    call::call(&f, &[&n, no], cx).map(drop)
}

fn run_pyc(bytes: &[u8], main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let magic = taipan_bytecode::serial::MAGIC.to_le_bytes();
    if bytes.len() < 16 || bytes[..4] != magic {
        return Err(cx.runtime_error(format_args!("Bad magic number in .pyc file")));
    }
    let loads = cx.import_attr("marshal", "loads")?;
    let data = taipan_object::types::bytes::PyBytes::new(&bytes[16..], cx)?;
    let code = call::call(&loads, &[&data], cx)?;
    let d = main.dict(cx)?;
    let exec = cx.import_attr("builtins", "exec")?;
    call::call(&exec, &[&code, &d], cx).map(drop)
}

fn run_stdin(options: &Options, main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    if !options.config.safe_path {
        sys_path_insert(b"", cx)?;
    }
    if taipan_host::fd::isatty(0) || options.config.interactive {
        interactive(options, cx);
        return Ok(());
    }
    let bytes = match taipan_host::fs::read_to_end(0) {
        Ok(b) => b,
        Err(e) => return Err(cx.runtime_error(format_args!("cannot read standard input: {}", e.message()))),
    };
    let name = PyStr::new("<stdin>", cx)?;
    let text = compile::decode_source(&bytes, &name, 0, cx)?;
    run_text(&text, "<stdin>", main, cx)
}

/// The interactive loop: Lib's `_pyrepl` on a terminal, `code.interact`-like reading otherwise. Gives the exit status if the session decided one.
fn interactive(options: &Options, cx: &mut Cx) -> Option<i32> {
    let r = start_repl(options, cx);
    match r {
        Ok(()) => Some(0),
        Err(r) => Some(finish::report(r, cx)),
    }
}

fn start_repl(options: &Options, cx: &mut Cx) -> PyResult<()> {
    let main = cx.import("__main__")?;
    if let Some(file) = &options.startup {
        run_startup(file, &main, cx)?;
    }
    if !options.config.quiet && matches!(options.program, Program::Stdin) {
        let f = cx.import_attr("sys", "version")?;
        let v = taipan_object::abstract_::str(&f, cx)?;
        eprintln!("Python {v} on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
    let sys = cx.import("sys")?;
    for (n, v) in [("ps1", ">>> "), ("ps2", "... ")] {
        let v = PyStr::new(v, cx)?;
        let n = PyStr::new_interned(n, cx)?;
        attr::set(&sys, &n, Some(&v), cx)?;
    }
    if taipan_host::fd::isatty(0) && taipan_host::fd::isatty(1) {
        let f = cx.import_attr("_pyrepl.main", "interactive_console")?;
        return call::call(&f, &[&main], cx).map(drop);
    }
    let console = cx.import_attr("code", "InteractiveConsole")?;
    let ns = attr::get(&main, name!(cx, "__dict__"), cx)?;
    let file = PyStr::new("<stdin>", cx)?;
    let c = call::call(&console, &[&ns, &file], cx)?;
    let empty = PyStr::new("", cx)?;
    call::call_method(&c, name!(cx, "interact"), &[&empty, &empty], cx).map(drop)
}

fn run_startup(file: &[u8], main: &Object, cx: &mut Cx) -> PyResult<()> {
    let Ok(c) = CString::new(file) else { return Ok(()) };
    let Ok(bytes) = taipan_host::fs::read_file(&c) else {
        eprintln!("Could not open PYTHONSTARTUP");
        return Ok(());
    };
    let name = fs_str(file, cx)?;
    let run = (|| {
        let text = compile::decode_source(&bytes, &name, 0, cx)?;
        let code = compile::compile_module(&text, &name, cx)?;
        let Some(m) = main.downcast::<PyModule>() else { return Ok(()) };
        let d = m.dict(cx)?;
        compile::run_module(&code, &d, cx).map(drop)
    })();
    if let Err(r) = run {
        finish::report(r, cx);
    }
    Ok(())
}
