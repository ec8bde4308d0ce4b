//! Running a program: `-c`, `-m`, a file, a directory, standard input; then its exit status.

use crate::cli::{self, Options, Program};
use crate::runtime::Runtime;
use crate::{finish, repl, script};
use taipan_import::compile;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::{attr, audit, call, import};

/// Start, run, finish. Gives the exit status.
pub fn run_program(options: Options) -> i32 {
    let rt = match Runtime::new(options.config.clone()) {
        Ok(rt) => rt,
        Err(text) => {
            let c = &options.config;
            let shown = |b: &Option<Vec<u8>>| b.as_ref().map_or("(not set)".into(), |b| format!("'{}'", String::from_utf8_lossy(b)));
            let flag = |b: bool| b as u8;
            cli::err(format_args!(
                "Python path configuration:\n  PYTHONHOME = {}\n  isolated = {}\n  environment = {}\n  user site = {}\n  safe_path = {}\n  import site = {}\nFatal Python error: init_fs_encoding: failed to start\nPython runtime state: core initialized\n{text}\n",
                shown(&c.home),
                flag(c.isolated),
                flag(!c.ignore_environment),
                flag(!c.no_user_site),
                flag(c.safe_path),
                flag(!c.no_site)
            ));
            return 1;
        }
    };
    let mut options = options;
    rt.with(|cx| options.config = cx.interp().config.borrow().clone());
    let status = rt.with(|cx| {
        let status = match prepare(&options, cx) {
            Ok(main) => session(&options, &main, cx),
            Err(r) => finish::report(r, cx),
        };
        finish::finish(status, cx)
    });
    if finish::was_interrupted() {
        // The parent is to see that a signal ended the program.
        taipan_host::signal::die_by(taipan_host::consts::signal::SIGINT);
    }
    status
}

/// The program, then the prompt if `-i` or PYTHONINSPECT asks for it.
fn session(options: &Options, main: &PyModule, cx: &mut Cx) -> i32 {
    let status = match run_main(options, main, cx) {
        Ok(()) => 0,
        Err(r) => finish::report(r, cx),
    };
    if finish::wants_exit(cx) {
        return status;
    }
    let late = !options.config.ignore_environment && taipan_host::env::get(c"PYTHONINSPECT").is_some_and(|v| !v.is_empty());
    let inspect = finish::inspect(cx) || late;
    if !inspect || matches!(options.program, Program::Stdin) || !repl::stdin_is_interactive(options) {
        return status;
    }
    finish::set_inspect(false, cx);
    match repl::session(options, false, cx) {
        Ok(()) => 0,
        Err(r) => finish::report(r, cx),
    }
}

/// `__main__`, early warnings and `site`.
fn prepare(options: &Options, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    finish::set_inspect(options.config.inspect, cx);
    let main = main_module(cx)?;
    // Warnings are set up before any code of the user can warn.
    if !options.config.warnoptions.is_empty() {
        cx.import("warnings")?;
    }
    if options.config.faulthandler {
        if let Err(r) = cx.import_attr("faulthandler", "enable").and_then(|f| call::call(&f, &[], cx)) {
            cx.catch(r, exc::ImportError())?;
        }
    }
    if options.config.tracemalloc > 0 {
        let n = PyInt::new(options.config.tracemalloc as i64, cx)?;
        if let Err(r) = cx.import_attr("_tracemalloc", "start").and_then(|f| call::call(&f, &[&n], cx)) {
            cx.catch(r, exc::ImportError())?;
        }
    }
    if !options.config.no_site {
        // Importing it does its work.
        cx.import("site")?;
    }
    Ok(main)
}

/// A new `__main__` in `sys.modules`.
pub fn main_module(cx: &mut Cx) -> PyResult<Own<PyModule>> {
    let name = PyStr::new_interned("__main__", cx)?;
    let main = PyModule::new_named(&name, cx)?;
    import::modules(cx)?.set(&name, &main, cx)?;
    let builtins = cx.import("builtins")?;
    main.add("__builtins__", &builtins, cx)?;
    let loader = cx.import_attr("_frozen_importlib", "BuiltinImporter")?;
    main.add("__loader__", &loader, cx)?;
    Ok(main)
}

/// Put a directory in front of `sys.path`.
pub fn sys_path_insert(dir: &[u8], cx: &mut Cx) -> PyResult<()> {
    let sys = cx.import("sys")?;
    let path = attr::get(&sys, name!(cx, "path"), cx)?;
    *cx.state::<taipan_object::types::module::shadow::ScriptDir>().0.borrow_mut() = Some(dir.to_vec());
    let (zero, d) = (PyInt::new(0, cx)?, fspath::decode(dir, cx)?);
    call::call_method(&path, name!(cx, "insert"), &[&zero, &d], cx).map(drop)
}

fn run_main(options: &Options, main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let safe = options.config.safe_path;
    match &options.program {
        Program::Command(text) => {
            if !safe {
                sys_path_insert(b"", cx)?;
            }
            run_command(text, main, cx)
        }
        Program::Module(name) => {
            if !safe {
                let cwd = taipan_host::fs::getcwd().unwrap_or_default();
                sys_path_insert(&cwd, cx)?;
            }
            cx.state::<finish::ModuleRun>().0.set(true);
            let n = fspath::decode(name, cx)?;
            audit::raise("cpython.run_module", &[&n], cx)?;
            let f = cx.import_attr("runpy", "_run_module_as_main")?;
            call::call(&f, &[&n], cx).map(drop)
        }
        Program::File(path) => script::run(options, path, main, cx),
        Program::Stdin => run_stdin(options, main, cx),
    }
}

/// Code may be indented as a whole (`textwrap.dedent`): the common margin goes, blank lines become empty.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let blank = |l: &str| l.trim_matches([' ', '\t', '\n']).is_empty();
    let margin = lines.iter().filter(|l| !blank(l)).map(|l| &l[..l.len() - l.trim_start_matches([' ', '\t']).len()]).reduce(|a, b| {
        let n = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
        &a[..n]
    });
    match margin.filter(|m| !m.is_empty()) {
        None => text.to_owned(),
        Some(m) => lines.iter().map(|l| if blank(l) { l.trim_matches([' ', '\t']) } else { l.strip_prefix(m).unwrap_or(l) }).collect(),
    }
}

/// `-c`.
fn run_command(text: &[u8], main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let text = fspath::decode(text, cx)?;
    audit::raise("cpython.run_command", &[&text], cx)?;
    let Some(source) = text.to_str_checked() else {
        cli::err(format_args!("Unable to decode the command from the command line:\n"));
        // Encoding raises the error with its position.
        call::call_method(&text, name!(cx, "encode"), &[], cx)?;
        return Err(finish::exit_with(1, cx));
    };
    let source = dedent(&source);
    let name = PyStr::new("<string>", cx)?;
    let code = compile::compile_module(&source, &name, cx)?;
    let shown = PyStr::new(&source, cx)?;
    register_source(&code, &shown, &name, cx)?;
    let d = main.dict(cx)?;
    compile::run_module(&code, &d, cx).map(drop)
}

/// Let tracebacks and `inspect` show the lines of code that has no file (`linecache._register_code`).
pub fn register_source(code: &Object, text: &PyStr, name: &PyStr, cx: &mut Cx) -> PyResult<()> {
    let f = cx.import_attr("linecache", "_register_code")?;
    call::call(&f, &[code, text, name], cx).map(drop)
}

fn run_stdin(options: &Options, main: &PyModule, cx: &mut Cx) -> PyResult<()> {
    if !options.config.safe_path {
        sys_path_insert(b"", cx)?;
    }
    audit::raise("cpython.run_stdin", &[], cx)?;
    if repl::stdin_is_interactive(options) {
        finish::set_inspect(false, cx);
        return repl::session(options, true, cx);
    }
    let bytes = match cx.without_gil(|| taipan_host::fs::read_to_end(0)) {
        Ok(b) => b,
        Err(e) => return Err(cx.os_error(e.0, &e.message(), None, None)),
    };
    script::run_source(&bytes, b"<stdin>", options.skip_first_line, None, main, cx)
}
