//! The prompt: Lib's `_pyrepl` on a terminal; the plain loop (`sys._baserepl`, what CPython does in C) elsewhere.
//!
//! The plain loop reads descriptor 0 byte by byte, so that a statement such as `sys.stdin.readline()` gets the lines after it.

use crate::cli::{self, Options, Program};
use crate::{finish, run, script};
use std::cell::Cell;
use taipan_import::compile::{self, Interactive};
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

/// How many statements the plain loop has run: they number the sources that tracebacks show. And the `__future__`
/// flags that they have set.
#[derive(Default)]
struct Counter(Cell<u64>, Cell<i32>);

/// `-i`, or a terminal.
pub fn stdin_is_interactive(options: &Options) -> bool {
    options.config.interactive || taipan_host::fd::isatty(0)
}

/// Startup file and hook (for `startup`), then the prompt until the end of input.
pub fn session(options: &Options, startup: bool, cx: &mut Cx) -> PyResult<()> {
    let main = cx.import("__main__")?;
    header(options, cx)?;
    let basic = !options.config.ignore_environment && taipan_host::env::get(c"PYTHON_BASIC_REPL").is_some_and(|v| !v.is_empty());
    let rich = taipan_host::fd::isatty(0) && !basic;
    // The rich prompt reads the startup file also after a program (`-i FILE`).
    if startup || rich {
        let file = if options.config.ignore_environment { None } else { taipan_host::env::get(c"PYTHONSTARTUP").filter(|f| !f.is_empty()) };
        if let (Some(file), Some(m)) = (file, main.downcast::<PyModule>()) {
            script::run_startup(&file, m, cx)?;
        }
    }
    script::run_interactive_hook(cx)?;
    if rich {
        let f = cx.import_attr("_pyrepl.main", "interactive_console")?;
        return call::call(&f, &[&main], cx).map(drop);
    }
    plain_loop(cx)
}

fn header(options: &Options, cx: &mut Cx) -> PyResult<()> {
    if options.config.quiet || (options.config.verbose == 0 && !matches!(options.program, Program::Stdin)) {
        return Ok(());
    }
    let version = cx.import_attr("sys", "version")?;
    let version = abstract_::str(&version, cx)?;
    let more = if options.config.no_site { "" } else { "Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n" };
    cli::err(format_args!("Python {version} on linux\n{more}"));
    Ok(())
}

/// Make `sys._baserepl` run [`plain_loop`].
pub fn install(cx: &mut Cx) {
    taipan_mod_sys::sys::set_base_repl(plain_loop, cx);
}

/// Read statements and run them until the end of input or SystemExit.
fn plain_loop(cx: &mut Cx) -> PyResult<()> {
    let sys = cx.import("sys")?;
    for (n, v) in [(name!(cx, "ps1"), ">>> "), (name!(cx, "ps2"), "... ")] {
        if attr::get_opt(&sys, n, cx)?.is_none() {
            let v = PyStr::new(v, cx)?;
            attr::set(&sys, n, Some(&v), cx)?;
        }
    }
    loop {
        match one_statement(&sys, cx) {
            Ok(true) => {}
            Ok(false) => break,
            Err(r) => finish::report_or_exit(r, cx)?,
        }
        finish::flush(cx);
    }
    Ok(())
}

/// One statement; false at the end of input.
fn one_statement(sys: &Object, cx: &mut Cx) -> PyResult<bool> {
    let mut text = String::new();
    let shown = PyStr::new("<stdin>", cx)?;
    let code = loop {
        let line = read_line(sys, !text.is_empty(), cx)?;
        let ended = line.is_empty();
        if ended && text.is_empty() {
            return Ok(false);
        }
        // A null byte ends the line, as it does for C.
        let line = line.split(|&b| b == 0).next().unwrap_or_default();
        if line.is_empty() && !ended && text.is_empty() {
            return Ok(false);
        }
        text.push_str(&decode(line, sys, cx)?);
        if !ended && !text.ends_with('\n') {
            text.push('\n');
        }
        if text.trim_start().is_empty() || only_comment(&text) {
            return Ok(!ended);
        }
        let number = cx.state::<Counter>().0.get();
        let name = PyStr::new(&format!("<stdin-{number}>"), cx)?;
        let futures = cx.state::<Counter>().1.get();
        match compile::compile_interactive(&text, &shown, &name, ended, futures, cx)? {
            Interactive::Incomplete => continue,
            Interactive::Complete(code) => break (code, name),
        }
    };
    let (code, _name) = code;
    let counter = cx.state::<Counter>();
    counter.0.set(counter.0.get() + 1);
    counter.1.set(counter.1.get() | compile::futures_of(&code));
    let source = PyStr::new(&text, cx)?;
    run::register_source(&code, &source, &shown, cx)?;
    let main = cx.import("__main__")?;
    let d = match main.downcast::<PyModule>() {
        Some(m) => m.dict(cx)?,
        None => return Err(cx.type_error(format_args!("__main__ is not a module"))),
    };
    compile::run_module(&code, &d, cx)?;
    Ok(true)
}

fn only_comment(text: &str) -> bool {
    !text.contains(|c| c == '"' || c == '\'') && text.lines().all(|l| l.trim_start().is_empty() || l.trim_start().starts_with('#'))
}

/// A line in the encoding of `sys.stdin`.
fn decode(line: &[u8], sys: &Object, cx: &mut Cx) -> PyResult<String> {
    if let Ok(s) = std::str::from_utf8(line) {
        return Ok(s.to_owned());
    }
    let stdin = attr::get(sys, name!(cx, "stdin"), cx)?;
    let encoding = attr::get_opt(&stdin, name!(cx, "encoding"), cx)?;
    let b = taipan_object::types::bytes::PyBytes::new(line, cx)?;
    let args: &[&Object] = match &encoding {
        Some(e) if e.is_a::<PyStr>() => &[e],
        _ => &[],
    };
    let s = call::call_method(&b, name!(cx, "decode"), args, cx)?;
    Ok(s.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default())
}

/// Show the prompt and read a line with its end; empty at the end of input.
fn read_line(sys: &Object, more: bool, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let which = if more { name!(cx, "ps2") } else { name!(cx, "ps1") };
    let prompt = match attr::get_opt(sys, which, cx)? {
        Some(p) => match abstract_::str(&p, cx) {
            Ok(s) => s.to_string_lossy(),
            Err(r) => {
                cx.discard(r);
                String::new()
            }
        },
        None => String::new(),
    };
    cli::err(format_args!("{prompt}"));
    let mut line = Vec::new();
    loop {
        let mut b = [0];
        match cx.without_gil(|| taipan_host::fd::read(0, &mut b)) {
            Ok(0) => {
                cli::err(format_args!("\n"));
                return Ok(line);
            }
            Ok(_) => line.push(b[0]),
            Err(taipan_host::Errno::EINTR) => {
                if let Err(r) = taipan_mod_concurrency::signal::run_handlers(cx) {
                    cli::err(format_args!("\n"));
                    return Err(r);
                }
            }
            Err(_) => return Ok(line),
        }
        if line.last() == Some(&b'\n') {
            return Ok(line);
        }
    }
}
