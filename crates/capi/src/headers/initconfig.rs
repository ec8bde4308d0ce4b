//! `initconfig.h`: the options of the running interpreter by name (PEP 741).

use crate::border::text;
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::structseq::StructSeq;
use taipan_object::{abstract_, attr, call};

/// What values an option has.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bool,
    /// Not negative.
    UInt,
    Int,
    Str,
    /// A str or None.
    OptStr,
    StrList,
    /// Names with texts or truth values.
    Dict,
}
use Kind::*;

/// Where an option is kept. Options in `sys` can be set, the others are read-only.
#[derive(Clone, Copy)]
enum Place {
    /// `sys.flags.NAME`, settable.
    Flag(&'static str),
    /// The opposite of `sys.flags.NAME`, settable.
    NotFlag(&'static str),
    /// `sys.flags.NAME`.
    FixedFlag(&'static str),
    /// The opposite of `sys.flags.NAME`.
    FixedNotFlag(&'static str),
    /// `sys.NAME`, settable.
    Sys(&'static str),
    /// `sys.NAME()`.
    Call(&'static str),
    /// Computed from the interpreter's configuration.
    Of(fn(&mut Cx) -> PyResult<Own<Object>>),
    /// The same in every Taipan.
    Always(i64),
}
use Place::*;

fn bool_of(b: bool) -> PyResult<Own<Object>> {
    Ok(from_bool(b))
}

fn text_of(s: Option<&str>, cx: &mut Cx) -> PyResult<Own<Object>> {
    match s {
        Some(s) => PyStr::new(s, cx).map(Own::into_object),
        None => Ok(none().own()),
    }
}

fn int_of(n: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyInt::new(n, cx).map(Own::into_object)
}

/// The argument of `-c` or `-m`, or the file, by the shape of `sys.orig_argv`.
fn run_what(option: Option<&str>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let argv: Vec<String> = cx.interp().config.borrow().orig_argv.iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect();
    let mut i = 1;
    while let Some(a) = argv.get(i) {
        match a.as_str() {
            "-c" | "-m" => return text_of(argv.get(i + 1).filter(|_| option == Some(a.as_str())).map(String::as_str), cx),
            "-X" | "-W" | "--check-hash-based-pycs" => i += 1,
            _ if a.starts_with('-') && a != "-" => {}
            _ => return text_of(Some(a.as_str()).filter(|_| option.is_none()), cx),
        }
        i += 1;
    }
    Ok(none().own())
}

fn stream(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("sys", "stdin")?;
    match attr::get_text(&f, name, cx) {
        Ok(v) if v.is_a::<PyStr>() => Ok(v),
        Ok(_) => text_of(Some(if name == "encoding" { "utf-8" } else { "strict" }), cx),
        Err(r) => {
            cx.discard(r);
            text_of(Some(if name == "encoding" { "utf-8" } else { "strict" }), cx)
        }
    }
}

fn check_pycs(cx: &mut Cx) -> PyResult<Own<Object>> {
    let s = format!("{:?}", cx.interp().config.borrow().check_pycs).to_lowercase();
    text_of(Some(&s), cx)
}

/// Every option.
const OPTIONS: &[(&str, Kind, Place)] = &[
    ("allocator", Int, Always(0)),
    ("argv", StrList, Sys("argv")),
    ("base_exec_prefix", OptStr, Sys("base_exec_prefix")),
    ("base_executable", OptStr, Sys("_base_executable")),
    ("base_prefix", OptStr, Sys("base_prefix")),
    ("buffered_stdio", Bool, Of(|cx| bool_of(!cx.interp().config.borrow().unbuffered))),
    ("bytes_warning", UInt, Flag("bytes_warning")),
    ("check_hash_pycs_mode", Str, Of(check_pycs)),
    ("code_debug_ranges", Bool, Of(|cx| bool_of(!cx.interp().config.borrow().no_debug_ranges))),
    ("coerce_c_locale", Bool, Always(0)),
    ("coerce_c_locale_warn", Bool, Always(0)),
    ("configure_c_stdio", Bool, Always(1)),
    ("configure_locale", Bool, Always(1)),
    ("context_aware_warnings", Int, FixedFlag("context_aware_warnings")),
    ("cpu_count", Int, Of(|cx| { let n = cx.interp().config.borrow().cpu_count; int_of(if n == 0 { -1 } else { n.into() }, cx) })),
    ("dev_mode", Bool, FixedFlag("dev_mode")),
    ("dump_refs", Bool, Always(0)),
    ("dump_refs_file", OptStr, Of(|_| Ok(none().own()))),
    ("exec_prefix", OptStr, Sys("exec_prefix")),
    ("executable", OptStr, Sys("executable")),
    ("faulthandler", Bool, Of(|cx| bool_of(cx.interp().config.borrow().faulthandler))),
    ("filesystem_encoding", Str, Call("getfilesystemencoding")),
    ("filesystem_errors", Str, Call("getfilesystemencodeerrors")),
    ("hash_seed", UInt, Of(|cx| { let n = cx.interp().config.borrow().hash_seed.unwrap_or(0); int_of(n.into(), cx) })),
    ("home", OptStr, Of(|cx| { let h = cx.interp().config.borrow().home.clone(); text_of(h.map(|h| String::from_utf8_lossy(&h).into_owned()).as_deref(), cx) })),
    ("import_time", UInt, Of(|cx| { let n = cx.interp().config.borrow().import_time; int_of(n.into(), cx) })),
    ("inspect", Bool, Flag("inspect")),
    ("install_signal_handlers", Bool, Always(1)),
    ("int_max_str_digits", UInt, Flag("int_max_str_digits")),
    ("interactive", Bool, Flag("interactive")),
    ("isolated", Bool, FixedFlag("isolated")),
    ("malloc_stats", Bool, Always(0)),
    ("module_search_paths", StrList, Sys("path")),
    ("optimization_level", UInt, Flag("optimize")),
    ("orig_argv", StrList, Sys("orig_argv")),
    ("parse_argv", Bool, Always(1)),
    ("parser_debug", Bool, Flag("debug")),
    ("pathconfig_warnings", Bool, Always(1)),
    ("perf_profiling", UInt, Always(0)),
    ("platlibdir", Str, Sys("platlibdir")),
    ("prefix", OptStr, Sys("prefix")),
    ("program_name", Str, Of(|cx| { let a = cx.interp().config.borrow().orig_argv.first().map(|a| String::from_utf8_lossy(a).into_owned()); text_of(Some(a.as_deref().unwrap_or("")), cx) })),
    ("pycache_prefix", OptStr, Sys("pycache_prefix")),
    ("quiet", Bool, Flag("quiet")),
    ("remote_debug", Int, Always(0)),
    ("run_command", OptStr, Of(|cx| run_what(Some("-c"), cx))),
    ("run_filename", OptStr, Of(|cx| run_what(None, cx))),
    ("run_module", OptStr, Of(|cx| run_what(Some("-m"), cx))),
    ("safe_path", Bool, FixedFlag("safe_path")),
    ("show_ref_count", Bool, Always(0)),
    ("site_import", Bool, FixedNotFlag("no_site")),
    ("skip_source_first_line", Bool, Always(0)),
    ("stdio_encoding", Str, Of(|cx| stream("encoding", cx))),
    ("stdio_errors", Str, Of(|cx| stream("errors", cx))),
    ("stdlib_dir", OptStr, Sys("_stdlib_dir")),
    ("thread_inherit_context", Int, FixedFlag("thread_inherit_context")),
    ("tracemalloc", UInt, Of(|cx| { let n = cx.interp().config.borrow().tracemalloc; int_of(n.into(), cx) })),
    ("use_environment", Bool, NotFlag("ignore_environment")),
    ("use_frozen_modules", Bool, Of(|cx| bool_of(!cx.interp().config.borrow().frozen_modules_off))),
    ("use_hash_seed", Bool, Of(|cx| bool_of(cx.interp().config.borrow().hash_seed.is_some()))),
    ("user_site_directory", Bool, FixedNotFlag("no_user_site")),
    ("utf8_mode", Bool, FixedFlag("utf8_mode")),
    ("verbose", UInt, Flag("verbose")),
    ("warn_default_encoding", Bool, FixedFlag("warn_default_encoding")),
    ("warnoptions", StrList, Sys("warnoptions")),
    ("write_bytecode", Bool, NotFlag("dont_write_bytecode")),
    ("xoptions", Dict, Sys("_xoptions")),
];

fn find(name: &str, cx: &mut Cx) -> PyResult<(Kind, Place)> {
    match OPTIONS.iter().find(|(n, ..)| *n == name) {
        Some((_, k, p)) => Ok((*k, *p)),
        None => Err(cx.value_error(format_args!("unknown config option name: {name}"))),
    }
}

/// A flag as bool or int; `negated` says the opposite.
fn flag(name: &str, kind: Kind, negated: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    // This one may have been changed since.
    let v = if name == "dont_write_bytecode" {
        cx.import_attr("sys", name)?
    } else {
        let f = cx.import_attr("sys", "flags")?;
        attr::get_text(&f, name, cx)?
    };
    if kind == Bool || negated {
        return Ok(from_bool(abstract_::is_true(&v, cx)? != negated));
    }
    match v.downcast::<PyInt>().and_then(|i| i.to_i64()) {
        Some(n) => int_of(n, cx),
        None => Ok(v),
    }
}

fn get(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (kind, place) = find(name, cx)?;
    match place {
        Flag(n) | FixedFlag(n) => flag(n, kind, false, cx),
        NotFlag(n) | FixedNotFlag(n) => flag(n, kind, true, cx),
        Sys(n) => cx.import_attr("sys", n),
        Call(n) => {
            let f = cx.import_attr("sys", n)?;
            call::call(&f, &[], cx)
        }
        Of(f) => f(cx),
        Always(n) if kind == Bool => bool_of(n != 0),
        Always(n) => int_of(n, cx),
    }
}

/// The numbers that flags were set to, for the global variables of C.
#[derive(Default)]
struct RawFlags(std::cell::RefCell<Vec<(&'static str, i64)>>);

/// `sys.flags` anew, with one value changed.
fn set_flag(name: &str, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
    let old = cx.import_attr("sys", "flags")?;
    let Some(s) = StructSeq::of(&old) else { return Ok(()) };
    let Some(at) = s.position(name) else { return Ok(()) };
    let mut values = Vec::new();
    while let Some(x) = StructSeq::field(&old, values.len()) {
        values.push(x);
    }
    values[at] = if values[at].ty().is_subtype(taipan_object::types::boolean::bool_type()) { from_bool(abstract_::is_true(&v, cx)?) } else { v };
    let new = s.make(values, cx)?;
    let sys = cx.import("sys")?;
    attr::set(&sys, name!(cx, "flags"), Some(new.as_object()), cx)
}

fn wrong_type(name: &str, expected: &str, v: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("expected {expected} for config option {name}, got {}", v.ty().tp_name_str()))
}

fn is_text_list(v: &Object, cx: &mut Cx) -> bool {
    v.downcast::<PyList>().is_some_and(|l| l.items(cx).iter().all(|x| x.is_a::<PyStr>()))
}

fn is_option_dict(v: &Object) -> bool {
    let Some(d) = v.downcast::<PyDict>() else { return false };
    let mut at = 0;
    while let Some((k, x, _)) = d.next_own(&mut at) {
        if !k.is_a::<PyStr>() || !(x.is_a::<PyStr>() || x.ty().is_subtype(taipan_object::types::boolean::bool_type())) {
            return false;
        }
    }
    true
}

/// The number for an int option.
fn number(name: &str, kind: Kind, v: &Object, cx: &mut Cx) -> PyResult<i64> {
    let Some(i) = v.downcast::<PyInt>() else { return Err(wrong_type(name, "int or bool", v, cx)) };
    let Some(n) = i.to_i64().filter(|n| i32::try_from(*n).is_ok()) else {
        return Err(cx.overflow_error(format_args!("config option {name} value does not fit into a C int")));
    };
    if n < 0 && kind != Int {
        return Err(cx.value_error(format_args!("value must be positive")));
    }
    Ok(n)
}

fn set(name: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
    let (kind, place) = find(name, cx)?;
    match place {
        Sys(n) => {
            let ok = match kind {
                StrList => is_text_list(v, cx),
                Dict => is_option_dict(v),
                OptStr => v.is_none() || v.is_a::<PyStr>(),
                _ => v.is_a::<PyStr>(),
            };
            if !ok {
                let expected = match kind { StrList => "list of str", Dict => "dict", OptStr => "str or None", _ => "str" };
                return Err(wrong_type(name, expected, v, cx));
            }
            let sys = cx.import("sys")?;
            let n = PyStr::new_interned(n, cx)?;
            attr::set(&sys, &n, Some(v), cx)
        }
        Flag(n) | NotFlag(n) => {
            let x = number(name, kind, v, cx)?;
            let raw = cx.state::<RawFlags>();
            raw.0.borrow_mut().retain(|(k, _)| *k != n);
            raw.0.borrow_mut().push((n, if matches!(place, NotFlag(_)) { i64::from(x == 0) } else { x }));
            let x = if kind == Bool { i64::from(x != 0) } else { x };
            let x = if matches!(place, NotFlag(_)) { i64::from(x == 0) } else { x };
            if n == "int_max_str_digits" {
                let f = cx.import_attr("sys", "set_int_max_str_digits")?;
                let i = PyInt::new(x, cx)?;
                call::call(&f, &[&i], cx)?;
            }
            if n == "dont_write_bytecode" {
                let sys = cx.import("sys")?;
                attr::set(&sys, name!(cx, "dont_write_bytecode"), Some(&*from_bool(x != 0)), cx)?;
            }
            let i = int_of(x, cx)?;
            set_flag(n, i, cx)
        }
        Of(_) if name == "cpu_count" => {
            let n = number(name, kind, v, cx)?;
            cx.interp().config.borrow_mut().cpu_count = n.max(0) as i32;
            Ok(())
        }
        _ => Err(cx.value_error(format_args!("cannot set read-only option {name}"))),
    }
}

/// Global variables of C that mirror options.
const GLOBALS: [(&str, &str, bool); 14] = [
    ("Py_BytesWarningFlag", "bytes_warning", false),
    ("Py_DebugFlag", "parser_debug", false),
    ("Py_DontWriteBytecodeFlag", "write_bytecode", true),
    ("Py_FrozenFlag", "pathconfig_warnings", true),
    ("Py_IgnoreEnvironmentFlag", "use_environment", true),
    ("Py_InspectFlag", "inspect", false),
    ("Py_InteractiveFlag", "interactive", false),
    ("Py_IsolatedFlag", "isolated", false),
    ("Py_NoSiteFlag", "site_import", true),
    ("Py_NoUserSiteDirectory", "user_site_directory", true),
    ("Py_OptimizeFlag", "optimization_level", false),
    ("Py_QuietFlag", "quiet", false),
    ("Py_UnbufferedStdioFlag", "buffered_stdio", true),
    ("Py_VerboseFlag", "verbose", false),
];

fn all(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let (result, config, globals) = (PyDict::new(cx)?, PyDict::new(cx)?, PyDict::new(cx)?);
    for (n, ..) in OPTIONS {
        let v = get(n, cx)?;
        config.set_text(n, v, cx)?;
    }
    for (variable, option, negated) in GLOBALS {
        // A flag that was set is told as it was set.
        let name = match find(option, cx)?.1 {
            Flag(n) | NotFlag(n) => n,
            _ => "",
        };
        let set = cx.state::<RawFlags>().0.borrow().iter().find(|(k, _)| *k == name).map(|(_, v)| *v);
        let v = get(option, cx)?;
        let v = if let Some(n) = set { n } else if negated { i64::from(!abstract_::is_true(&v, cx)?) } else { v.downcast::<PyInt>().and_then(|i| i.to_i64()).unwrap_or(0) };
        let v = int_of(v, cx)?;
        globals.set_text(variable, v, cx)?;
    }
    let utf8 = get("utf8_mode", cx)?;
    globals.set_text("Py_UTF8Mode", utf8, cx)?;
    result.set_text("global_config", globals.into_object(), cx)?;
    result.set_text("config", config.into_object(), cx)?;
    Ok(result)
}

capi! {
    /// An option's value.
    fn PyConfig_Get(name: *const c_char) -> PyResult<Own<Object>> = |cx| { get(&text(name), cx) }
    /// Set an option; most are read-only.
    fn PyConfig_Set(name: *const c_char, v: &Object) -> PyResult<()> = |cx| { set(&text(name), v, cx) }
    /// An option's value as a C int.
    fn PyConfig_GetInt(name: *const c_char, out: *mut c_int) -> PyResult<()> = |cx| {
        let n = text(name);
        let v = get(&n, cx)?;
        let Some(i) = v.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("config option {n} is not an int"))) };
        match i.to_i64().and_then(|i| c_int::try_from(i).ok()) {
            Some(i) => { *out = i; Ok(()) }
            None => Err(cx.overflow_error(format_args!("config option {n} value does not fit into a C int"))),
        }
    }
    /// The names of all options.
    fn PyConfig_Names() -> PyResult<Own<Object>> = |cx| {
        let l = PyList::new(cx)?;
        for (n, ..) in OPTIONS { l.push(PyStr::new(n, cx)?.into_object(), cx)?; }
        taipan_object::types::set::PyFrozenSet::from_iterable(&l, cx)
    }
    /// All options, and the global variables that mirror them.
    fn _Py_GetConfigsAsDict() -> PyResult<Own<PyDict>> = |cx| { all(cx) }
}
