//! Code on its way into another interpreter: scripts, which `exec` runs, and functions without state, both as marshalled code.

use taipan_builtins::code::{self, Mode, Request};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code::PyCode;
use taipan_object::types::function::PyFunction;
use taipan_object::{abstract_, attr, call};

/// Marshalled code.
pub struct Script(Vec<u8>);

impl Script {
    fn of_code(c: &PyCode, cx: &mut Cx) -> PyResult<Script> {
        let dumps = cx.import_attr("marshal", "dumps")?;
        let bytes = call::call(&dumps, &[c], cx)?;
        Ok(Script(bytes.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default()))
    }

    fn load(&self, cx: &mut Cx) -> PyResult<Own<PyCode>> {
        let loads = cx.import_attr("marshal", "loads")?;
        let bytes = PyBytes::new(&self.0, cx)?;
        let c = call::call(&loads, &[&bytes], cx)?;
        c.downcast_own::<PyCode>().map_err(|_| cx.type_error(format_args!("code expected")))
    }

    /// Run it in a namespace.
    pub fn run(&self, ns: &PyDict, cx: &mut Cx) -> PyResult<()> {
        let c = self.load(cx)?;
        let hooks = code::hooks(cx)?;
        (hooks.run)(&c, ns, None, None, cx).map(drop)
    }

    /// A function of the code, with the globals of `__main__`.
    pub fn function(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let c = self.load(cx)?;
        let main = super::session::main_dict(cx)?;
        PyFunction::new(&c, &main, cx).map(Own::into_object)
    }
}

/// A script from text, a function or a code object.
///
/// # Errors
/// `TypeError` for anything else; `ValueError` for code that takes or returns something or needs its surroundings.
pub fn of(o: &Object, cx: &mut Cx) -> PyResult<Script> {
    if let Some(f) = o.downcast::<PyFunction>() {
        let c = f.code().new_ref();
        return checked(&c, cx);
    }
    if let Some(c) = o.downcast::<PyCode>() {
        return checked(c, cx);
    }
    if !o.is_a::<PyStr>() && !o.is_a::<PyBytes>() {
        let shown = abstract_::repr(o, cx)?;
        return Err(cx.type_error(format_args!("unsupported script {shown}")));
    }
    let hooks = code::hooks(cx)?;
    let filename = PyStr::new("<script>", cx)?;
    let request = Request { source: o, filename: &filename, mode: Mode::Exec, flags: 0, dont_inherit: true, optimize: -1, feature_version: -1 };
    let c = (hooks.compile)(&request, cx)?;
    match c.downcast::<PyCode>() {
        Some(c) => checked(c, cx),
        None => Err(cx.type_error(format_args!("code expected"))),
    }
}

fn number(c: &PyCode, name: &str, cx: &mut Cx) -> PyResult<i64> {
    let v = attr::get_text(c, name, cx)?;
    Ok(v.downcast::<PyInt>().and_then(|i| i.to_i64()).unwrap_or(0))
}

const VARARGS: u32 = 4;
const VARKEYWORDS: u32 = 8;

fn checked(c: &PyCode, cx: &mut Cx) -> PyResult<Script> {
    if has_free_variables(c, cx)? {
        return Err(cx.value_error(format_args!("closures not supported")));
    }
    if c.argcount() > 0 || c.flags() & (VARARGS | VARKEYWORDS) != 0 || number(c, "co_kwonlyargcount", cx)? > 0 {
        return Err(cx.value_error(format_args!("code with args not supported")));
    }
    if !c.returns_only_none() {
        return Err(cx.value_error(format_args!("code that returns a value is not a script")));
    }
    Script::of_code(c, cx)
}

fn has_free_variables(c: &PyCode, cx: &mut Cx) -> PyResult<bool> {
    let hooks = code::hooks(cx)?;
    Ok((hooks.free_vars)(c.as_object()).is_some_and(|n| n > 0))
}

/// A function that needs nothing but its arguments and builtins (`_PyFunction_VerifyStateless`).
///
/// # Errors
/// `ValueError` that says what it needs.
pub fn of_function(f: &PyFunction, cx: &mut Cx) -> PyResult<Script> {
    let given = |name: &str, cx: &mut Cx| -> PyResult<bool> {
        let v = attr::get_text(f, name, cx)?;
        if v.is_none() { Ok(false) } else { abstract_::is_true(&v, cx) }
    };
    if given("__defaults__", cx)? {
        return Err(cx.value_error(format_args!("defaults not supported")));
    }
    if given("__kwdefaults__", cx)? {
        return Err(cx.value_error(format_args!("keyword defaults not supported")));
    }
    let c = f.code().new_ref();
    if has_free_variables(&c, cx)? || given("__closure__", cx)? {
        return Err(cx.value_error(format_args!("closures not supported")));
    }
    let globals = f.globals().new_ref();
    for name in c.global_names() {
        if globals.contains(&name, cx)? {
            return Err(cx.value_error(format_args!("globals not supported")));
        }
    }
    Script::of_code(&c, cx)
}
