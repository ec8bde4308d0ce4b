//! Functions about code and namespaces: compile, eval, exec, globals, locals, vars, dir, `__import__`, breakpoint.

use crate::code::{Mode, Request, hooks};
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

const PY_CF_SOURCE_IS_UTF8: i32 = 0x0100;
const PY_CF_DONT_IMPLY_DEDENT: i32 = 0x0200;
const PY_CF_ONLY_AST: i32 = 0x0400;
const PY_CF_TYPE_COMMENTS: i32 = 0x1000;
const PY_CF_ALLOW_TOP_LEVEL_AWAIT: i32 = 0x2000;
const PY_CF_ALLOW_INCOMPLETE_INPUT: i32 = 0x4000;
const PY_CF_OPTIMIZED_AST: i32 = 0x8000 | PY_CF_ONLY_AST;
const FUTURES: i32 = 0x1fe0000;
const KNOWN: i32 = PY_CF_SOURCE_IS_UTF8
    | PY_CF_DONT_IMPLY_DEDENT
    | PY_CF_ONLY_AST
    | PY_CF_TYPE_COMMENTS
    | PY_CF_ALLOW_TOP_LEVEL_AWAIT
    | PY_CF_ALLOW_INCOMPLETE_INPUT
    | PY_CF_OPTIMIZED_AST
    | FUTURES
    | 0x10;

/// Names of `dir`.
fn dir_of(o: &Object, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let Some(r) = call::call_special(o, name!(cx, "__dir__"), &[], cx)? else {
        return Err(cx.type_error(format_args!("object does not provide __dir__")));
    };
    let l = abstract_::iter::to_list(&r, cx)?;
    call::call_method(&l, name!(cx, "sort"), &[], cx)?;
    Ok(l)
}

/// Put `__builtins__` into a namespace that code will run in.
fn ensure_builtins(globals: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let n = name!(cx, "__builtins__");
    if !globals.contains(n, cx)? {
        if let Some(b) = cx.interp().builtins.own() {
            globals.set(n, &b, cx)?;
        }
    }
    Ok(())
}

/// The namespaces for `exec` and `eval`.
fn namespaces(what: &str, globals: Option<&Object>, locals: Option<&Object>, cx: &mut Cx) -> PyResult<(Own<PyDict>, Own<Object>)> {
    let locals = locals.filter(|l| !l.is_none());
    if let Some(l) = locals {
        let mapping = l.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some());
        if !mapping {
            let got = l.ty().tp_name_str();
            return Err(if what == "exec" {
                cx.type_error(format_args!("locals must be a mapping or None, not {got}"))
            } else {
                cx.type_error(format_args!("locals must be a mapping"))
            });
        }
    }
    match globals.filter(|g| !g.is_none()) {
        Some(g) => match g.downcast::<PyDict>() {
            Some(d) => Ok((d.new_ref(), locals.unwrap_or(g).own())),
            None if what == "eval" && g.ty().mapping().is_some() => {
                Err(cx.type_error(format_args!("globals must be a real dict; try eval(code, {{}}, mapping)")))
            }
            None if what == "eval" => Err(cx.type_error(format_args!("globals must be a dict"))),
            None => Err(cx.type_error(format_args!("exec() globals must be a dict, not {}", g.ty().tp_name_str()))),
        },
        None => {
            let h = hooks(cx)?;
            let Some(g) = (h.globals)(cx) else {
                return Err(cx.system_error(format_args!("globals and locals cannot be NULL")));
            };
            let l = match locals {
                Some(l) => l.own(),
                None => (h.locals)(cx)?,
            };
            Ok((g, l))
        }
    }
}

/// Tell the audit hooks of source text that is about to be parsed, as bytes.
fn audit_source(source: &Object, filename: &PyStr, cx: &mut Cx) -> PyResult<()> {
    if !taipan_object::audit::is_active() {
        return Ok(());
    }
    let text = match source.downcast::<PyStr>() {
        Some(s) => s.utf8_cached(cx)?.to_vec(),
        None if abstract_::buffer::has_buffer(source) => abstract_::buffer::Buffer::get(source, abstract_::buffer::SIMPLE, cx)?.bytes().to_vec(),
        None => return Ok(()),
    };
    let text = taipan_object::types::bytes::PyBytes::new(&text, cx)?;
    taipan_object::audit::raise("compile", &[&text, filename], cx)
}

fn compile_text(source: &Object, mode: Mode, cx: &mut Cx) -> PyResult<Own<Object>> {
    let filename = PyStr::new("<string>", cx)?;
    audit_source(source, &filename, cx)?;
    let r = Request { source, filename: &filename, mode, flags: PY_CF_SOURCE_IS_UTF8, dont_inherit: false, optimize: -1, feature_version: -1 };
    (hooks(cx)?.compile)(&r, cx)
}

fn is_source(o: &Object) -> bool {
    o.is_a::<PyStr>() || abstract_::buffer::has_buffer(o)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Compile source into a code object that can be executed by exec() or eval().
    ///
    /// The source code may represent a Python module, statement or expression.
    /// The filename will be used for run-time error messages.
    /// The mode must be 'exec' to compile a module, 'single' to compile a
    /// single (interactive) statement, or 'eval' to compile an expression.
    /// The flags argument, if present, controls which future statements influence
    /// the compilation of the code.
    /// The dont_inherit argument, if true, stops the compilation inheriting
    /// the effects of any future statements in effect in the code calling
    /// compile; if absent or false these statements do influence the compilation,
    /// in addition to any features explicitly specified.
    #[function("compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)")]
    #[allow(clippy::too_many_arguments)]
    fn compile(source: &Object, filename: &Object, mode: &PyStr, flags: i32, dont_inherit: bool, optimize: i32, feature_version: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        let fspath = cx.import_attr("posix", "fspath")?;
        let filename = match filename.downcast::<PyStr>() {
            Some(s) => s.new_ref(),
            None => {
                let f = call::call(&fspath, &[filename], cx)?;
                let f = match f.downcast_own::<PyStr>() {
                    Ok(s) => s,
                    Err(b) => {
                        let decode = cx.import_attr("os", "fsdecode")?;
                        {
                            let d = call::call(&decode, &[&b], cx)?;
                            abstract_::str(&d, cx)?
                        }
                    }
                };
                f
            }
        };
        if flags & !KNOWN != 0 {
            return Err(cx.value_error(format_args!("compile(): unrecognised flags")));
        }
        if !(-1..=2).contains(&optimize) {
            return Err(cx.value_error(format_args!("compile(): invalid optimize value")));
        }
        let mode = match mode.to_string_lossy().as_str() {
            "exec" => Mode::Exec,
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            "func_type" => {
                if flags & PY_CF_ONLY_AST == 0 {
                    return Err(cx.value_error(format_args!("compile() mode 'func_type' requires flag PyCF_ONLY_AST")));
                }
                Mode::FuncType
            }
            _ if flags & PY_CF_ONLY_AST != 0 => {
                return Err(cx.value_error(format_args!("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")));
            }
            _ => return Err(cx.value_error(format_args!("compile() mode must be 'exec', 'eval' or 'single'"))),
        };
        let r = Request { source, filename: &filename, mode, flags, dont_inherit, optimize, feature_version };
        audit_source(source, r.filename, cx)?;
        (hooks(cx)?.compile)(&r, cx)
    }

    /// Evaluate the given source in the context of globals and locals.
    ///
    /// The source may be a string representing a Python expression
    /// or a code object as returned by compile().
    /// The globals must be a dictionary and locals can be any mapping,
    /// defaulting to the current globals and locals.
    /// If only globals is given, locals defaults to it.
    #[function("eval(source, /, globals=None, locals=None)")]
    fn eval(source: &Object, globals: Option<&Object>, locals: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (g, l) = namespaces("eval", globals, locals, cx)?;
        ensure_builtins(&g, cx)?;
        let h = hooks(cx)?;
        if let Some(n) = (h.free_vars)(source) {
            if n > 0 {
                return Err(cx.type_error(format_args!("code object passed to eval() may not contain free variables")));
            }
            return (h.run)(source, &g, Some(&l), None, cx);
        }
        if !is_source(source) {
            return Err(cx.type_error(format_args!("eval() arg 1 must be a string, bytes or code object")));
        }
        let trimmed = trim_start(source, cx)?;
        let code = compile_text(&trimmed, Mode::Eval, cx)?;
        (h.run)(&code, &g, Some(&l), None, cx)
    }

    /// Execute the given source in the context of globals and locals.
    ///
    /// The source may be a string representing one or more Python statements
    /// or a code object as returned by compile().
    /// The globals must be a dictionary and locals can be any mapping,
    /// defaulting to the current globals and locals.
    /// If only globals is given, locals defaults to it.
    /// The closure must be a tuple of cellvars, and can only be used
    /// when source is a code object requiring exactly that many cellvars.
    #[function("exec(source, /, globals=None, locals=None, *, closure=None)")]
    fn exec(source: &Object, globals: Option<&Object>, locals: Option<&Object>, closure: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let (g, l) = namespaces("exec", globals, locals, cx)?;
        ensure_builtins(&g, cx)?;
        let h = hooks(cx)?;
        let closure = closure.filter(|c| !c.is_none());
        if let Some(n) = (h.free_vars)(source) {
            let cells = closure_cells(n, closure, cx)?;
            return (h.run)(source, &g, Some(&l), cells, cx).map(drop);
        }
        if closure.is_some() {
            return Err(cx.type_error(format_args!("closure can only be used when source is a code object")));
        }
        if !is_source(source) {
            return Err(cx.type_error(format_args!("exec() arg 1 must be a string, bytes or code object")));
        }
        let code = compile_text(source, Mode::Exec, cx)?;
        (h.run)(&code, &g, Some(&l), None, cx).map(drop)
    }

    /// Return the dictionary containing the current scope's global variables.
    ///
    /// NOTE: Updates to this dictionary *will* affect name lookups in the current
    /// global scope and vice-versa.
    #[function("globals()")]
    fn globals(cx: &mut Cx) -> PyResult<Own<Object>> {
        let h = hooks(cx)?;
        Ok((h.globals)(cx).map_or_else(|| none().own(), Own::into_object))
    }
    /// Return a dictionary containing the current scope's local variables.
    ///
    /// NOTE: Whether or not updates to this dictionary will affect name lookups in
    /// the local scope and vice-versa is *implementation dependent* and not
    /// covered by any backwards compatibility guarantees.
    #[function("locals()")]
    fn locals(cx: &mut Cx) -> PyResult<Own<Object>> {
        (hooks(cx)?.locals)(cx)
    }

    #[function("vars(*args)", nosig, doc = "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__.")]
    fn vars(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match args.0 {
            [] => (hooks(cx)?.locals)(cx),
            [o] => match attr::get_opt(o, name!(cx, "__dict__"), cx)? {
                Some(d) => Ok(d),
                None => Err(cx.type_error(format_args!("vars() argument must have __dict__ attribute"))),
            },
            a => Err(cx.type_error(format_args!("vars expected at most 1 argument, got {}", a.len()))),
        }
    }

    #[function("dir(*args)", nosig, doc = "dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current scope.\nElse, return an alphabetized list of names comprising (some of) the attributes\nof the given object, and of attributes reachable from it.\nIf the object supplies a method named __dir__, it will be used; otherwise\nthe default dir() logic is used and returns:\n  for a module object: the module's attributes.\n  for a class object:  its attributes, and recursively the attributes\n    of its bases.\n  for any other object: its attributes, its class's attributes, and\n    recursively the attributes of its class's base classes.")]
    fn dir(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        match args.0 {
            [] => {
                let l = (hooks(cx)?.locals)(cx)?;
                let keys = call::call_method(&l, name!(cx, "keys"), &[], cx)?;
                let l = abstract_::iter::to_list(&keys, cx)?;
                call::call_method(&l, name!(cx, "sort"), &[], cx)?;
                Ok(l)
            }
            [o] => dir_of(o, cx),
            a => Err(cx.type_error(format_args!("dir expected at most 1 argument, got {}", a.len()))),
        }
    }

    #[function("breakpoint(*args, **kws)")]
    /// Call sys.breakpointhook(*args, **kws).
    ///
    /// sys.breakpointhook() must accept whatever arguments are passed.
    ///
    /// By default, this drops you into the pdb debugger.
    fn breakpoint(args: Args<'_>, kws: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let hook = cx.interp().sysdict.own().map(|d| d.get_text("breakpointhook", cx)).transpose()?.flatten();
        let Some(hook) = hook else {
            return Err(cx.runtime_error(format_args!("lost sys.breakpointhook")));
        };
        let (names, vals) = kws.split(cx)?;
        call::call_kw(&hook, args.0, vals, names.as_deref(), cx)
    }

    /// Import a module.
    ///
    /// Because this function is meant for use by the Python
    /// interpreter and not for general use, it is better to use
    /// importlib.import_module() to programmatically import a module.
    ///
    /// The globals argument is only used to determine the context;
    /// they are not modified.  The locals argument is unused.  The fromlist
    /// should be a list of names to emulate ``from name import ...``, or an
    /// empty list to emulate ``import name``.
    /// When importing a module from a package, note that __import__('A.B', ...)
    /// returns package A when fromlist is empty, but its submodule B when
    /// fromlist is not empty.  The level argument is used to determine whether to
    /// perform absolute or relative imports: 0 is absolute, while a positive number
    /// is the number of parent directories to search relative to the current module.
    #[function("__import__(name, globals=None, locals=None, fromlist=(), level=0)")]
    fn import(name: &Object, globals: Option<&Object>, _locals: Option<&Object>, fromlist: Option<&Object>, level: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::import::import(name, globals, fromlist, level, cx)
    }
}

/// Leading blanks do not count in `eval`.
fn trim_start(source: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match source.downcast::<PyStr>() {
        Some(s) => {
            let skip = s.code_points().take_while(|&c| c == 32 || c == 9).count();
            if skip == 0 {
                return Ok(source.own());
            }
            let rest: Vec<u32> = s.code_points().skip(skip).collect();
            PyStr::from_code_points(&rest, cx).map(Own::into_object)
        }
        None => Ok(source.own()),
    }
}

fn closure_cells(n: usize, closure: Option<&Object>, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
    let Some(c) = closure else {
        if n > 0 {
            return Err(cx.type_error(format_args!("code object requires a closure of exactly length {n}")));
        }
        return Ok(None);
    };
    if n == 0 {
        return Err(cx.type_error(format_args!("cannot use a closure with this code object")));
    }
    match c.downcast::<PyTuple>().filter(|t| t.len() == n && t.as_slice().iter().all(|x| x.ty().tp_name_str() == "cell")) {
        Some(t) => Ok(Some(t.new_ref())),
        None => Err(cx.type_error(format_args!("code object requires a closure of exactly length {n}"))),
    }
}
