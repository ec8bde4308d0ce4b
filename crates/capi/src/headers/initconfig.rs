//! `initconfig.h`: the options of the running interpreter by name (PEP 741).

use crate::border::text;
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// Where an option is kept.
enum Place {
    /// `sys.flags.NAME`.
    Flag(&'static str),
    /// The opposite of `sys.flags.NAME`.
    NotFlag(&'static str),
    /// `sys.NAME`.
    Sys(&'static str),
    /// `-X NAME` was not given.
    NoOption(&'static str),
    /// `-X NAME` was given.
    Given(&'static str),
}

use Place::*;

/// Every option that has a place in `sys`.
const OPTIONS: &[(&str, Place)] = &[
    ("argv", Sys("argv")),
    ("base_exec_prefix", Sys("base_exec_prefix")),
    ("base_executable", Sys("_base_executable")),
    ("base_prefix", Sys("base_prefix")),
    ("bytes_warning", Flag("bytes_warning")),
    ("code_debug_ranges", NoOption("no_debug_ranges")),
    ("dev_mode", Flag("dev_mode")),
    ("exec_prefix", Sys("exec_prefix")),
    ("executable", Sys("executable")),
    ("faulthandler", Given("faulthandler")),
    ("filesystem_encoding", Sys("getfilesystemencoding()")),
    ("filesystem_errors", Sys("getfilesystemencodeerrors()")),
    ("import_time", Given("importtime")),
    ("inspect", Flag("inspect")),
    ("int_max_str_digits", Sys("get_int_max_str_digits()")),
    ("interactive", Flag("interactive")),
    ("isolated", Flag("isolated")),
    ("module_search_paths", Sys("path")),
    ("optimization_level", Flag("optimize")),
    ("orig_argv", Sys("orig_argv")),
    ("parser_debug", Flag("debug")),
    ("platlibdir", Sys("platlibdir")),
    ("prefix", Sys("prefix")),
    ("pycache_prefix", Sys("pycache_prefix")),
    ("quiet", Flag("quiet")),
    ("safe_path", Flag("safe_path")),
    ("site_import", NotFlag("no_site")),
    ("stdlib_dir", Sys("_stdlib_dir")),
    ("use_environment", NotFlag("ignore_environment")),
    ("user_site_directory", NotFlag("no_user_site")),
    ("utf8_mode", Flag("utf8_mode")),
    ("verbose", Flag("verbose")),
    ("warn_default_encoding", Flag("warn_default_encoding")),
    ("warnoptions", Sys("warnoptions")),
    ("write_bytecode", NotFlag("dont_write_bytecode")),
    ("xoptions", Sys("_xoptions")),
];

fn flag(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("sys", "flags")?;
    attr::get_text(&f, name, cx)
}

fn option_given(name: &str, cx: &mut Cx) -> PyResult<bool> {
    let d = cx.import_attr("sys", "_xoptions")?;
    let k = PyStr::new(name, cx)?;
    taipan_object::abstract_::sequence::contains(&d, &k, cx)
}

fn get(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some((_, place)) = OPTIONS.iter().find(|(n, _)| *n == name) else {
        return Err(cx.value_error(format_args!("unknown config option name: {name}")));
    };
    let bool_of = |b: bool| taipan_object::types::boolean::from_bool(b);
    Ok(match place {
        Flag(n) => flag(n, cx)?,
        NotFlag(n) => {
            let v = flag(n, cx)?;
            bool_of(!taipan_object::abstract_::is_true(&v, cx)?)
        }
        Sys(n) => match n.strip_suffix("()") {
            Some(f) => {
                let f = cx.import_attr("sys", f)?;
                call::call(&f, &[], cx)?
            }
            None => cx.import_attr("sys", n)?,
        },
        NoOption(n) => bool_of(!option_given(n, cx)?),
        Given(n) => bool_of(option_given(n, cx)?),
    })
}

capi! {
    /// An option's value.
    fn PyConfig_Get(name: *const c_char) -> PyResult<Own<Object>> = |cx| { get(&text(name), cx) }
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
        for (n, _) in OPTIONS { l.push(PyStr::new(n, cx)?.into_object(), cx)?; }
        taipan_object::types::set::PyFrozenSet::from_iterable(&l, cx)
    }
}
