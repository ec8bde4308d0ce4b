//! The module `_decimal`: classes, constants, and access to the current context.

use crate::context::manager::PyContextManager;
use crate::context::signal_dict::PySignalDict;
use crate::context::{DEFAULT, DEFAULT_TRAPS, PyContext, bind, optional};
use crate::decimal::PyDecimal;
use crate::signals::{CONDITIONS, SIGNALS};
use crate::state::{self, State};
use taipan_algo_decimal::context::{MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY};
use taipan_algo_decimal::{Context, Rounding, flag};
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// The largest size of an interchange format.
const IEEE_MAX_BITS: i64 = 512;

/// A class of the module `decimal`.
fn new_class(name: &str, bases: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
    let namespace = PyDict::new(cx)?;
    let module = PyStr::new_interned("decimal", cx)?;
    namespace.set_text("__module__", module.into_object(), cx)?;
    let name = PyStr::new_interned(name, cx)?;
    let bases = PyTuple::from_slice(bases, cx)?;
    call::call(PyType::ty().as_object(), &[&name, &bases, &namespace], cx)
}

/// The exceptions in the order in which the module lists them: name, bases (those before in the list, or built in).
const EXCEPTIONS: [(&str, &[&str]); 14] = [
    ("DecimalException", &["ArithmeticError"]),
    ("Clamped", &["DecimalException"]),
    ("Rounded", &["DecimalException"]),
    ("Inexact", &["DecimalException"]),
    ("Subnormal", &["DecimalException"]),
    ("Underflow", &["Inexact", "Rounded", "Subnormal"]),
    ("Overflow", &["Inexact", "Rounded"]),
    ("DivisionByZero", &["DecimalException", "ZeroDivisionError"]),
    ("FloatOperation", &["DecimalException", "TypeError"]),
    ("InvalidOperation", &["DecimalException"]),
    ("ConversionSyntax", &["InvalidOperation"]),
    ("DivisionImpossible", &["InvalidOperation"]),
    ("DivisionUndefined", &["InvalidOperation", "ZeroDivisionError"]),
    ("InvalidContext", &["InvalidOperation"]),
];

/// Make the exceptions, or take those that are there from an earlier import.
fn add_exceptions(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let state = cx.state::<State>();
    let mut made: Vec<(&str, Own<Object>)> = Vec::with_capacity(EXCEPTIONS.len());
    for (i, (name, bases)) in EXCEPTIONS.iter().enumerate() {
        if let Some(c) = state.exceptions[i].own() {
            m.add(name, &c, cx)?;
            continue;
        }
        let mut parents: Vec<Own<Object>> = Vec::with_capacity(bases.len());
        for b in *bases {
            parents.push(match *b {
                "ArithmeticError" => exc::ArithmeticError().as_object().own(),
                "ZeroDivisionError" => exc::ZeroDivisionError().as_object().own(),
                "TypeError" => exc::TypeError().as_object().own(),
                b => match made.iter().find(|(n, _)| *n == b) {
                    Some((_, c)) => c.clone(),
                    None => return Err(cx.runtime_error(format_args!("_decimal: no class {b}"))),
                },
            });
        }
        let parents: Vec<&Object> = parents.iter().map(|p| &**p).collect();
        let c = new_class(name, &parents, cx)?;
        m.add(name, &c, cx)?;
        state.exceptions[i].set(Some(c.clone()), cx);
        if let Some(k) = SIGNALS.iter().position(|(n, _)| n == name) {
            state.signals[k].set(Some(c.clone()), cx);
        }
        if let Some(k) = CONDITIONS.iter().position(|(n, _)| n == name) {
            state.conditions[k].set(Some(c.clone()), cx);
        }
        made.push((name, c));
    }
    Ok(())
}

/// What comes from Lib: `DecimalTuple`, `numbers`, the class of signal dicts.
fn add_python_classes(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let state = cx.state::<State>();
    if state.tuple.is_empty() {
        let register = cx.import_attr("numbers", "Number")?;
        call::call_method(&register, name!(cx, "register"), &[PyDecimal::ty().as_object()], cx)?;
        let rational = cx.import_attr("numbers", "Rational")?;
        state.rational.set(Some(rational), cx);
        let mapping = cx.import_attr("collections.abc", "MutableMapping")?;
        let namespace = PyDict::new(cx)?;
        let name = PyStr::new_interned("SignalDict", cx)?;
        let bases = PyTuple::from_slice(&[PySignalDict::ty().as_object(), &mapping], cx)?;
        let dict = call::call(PyType::ty().as_object(), &[&name, &bases, &namespace], cx)?;
        state.signal_dict.set(Some(dict), cx);
        let namedtuple = cx.import_attr("collections", "namedtuple")?;
        let name = PyStr::new_interned("DecimalTuple", cx)?;
        let fields = PyStr::new("sign digits exponent", cx)?;
        let tuple = call::call(&namedtuple, &[&name, &fields], cx)?;
        let module = PyStr::new_interned("decimal", cx)?;
        attr::set(&tuple, name!(cx, "__module__"), Some(&module), cx)?;
        state.tuple.set(Some(tuple), cx);
    }
    match state.tuple.own() {
        Some(t) => m.add("DecimalTuple", &t, cx),
        None => Ok(()),
    }
}

/// `DefaultContext`, `BasicContext` and `ExtendedContext`.
fn add_templates(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let basic = Context { prec: 9, round: Rounding::HalfUp, ..DEFAULT };
    let extended = Context { prec: 9, ..DEFAULT };
    let all = [
        ("DefaultContext", DEFAULT, DEFAULT_TRAPS),
        ("BasicContext", basic, DEFAULT_TRAPS | flag::UNDERFLOW | flag::CLAMPED),
        ("ExtendedContext", extended, 0),
    ];
    for (i, (name, rules, traps)) in all.into_iter().enumerate() {
        let cell = &cx.state::<State>().templates[i];
        let c = match cell.own() {
            Some(c) => c,
            None => {
                let c = PyContext::make(PyContext::ty(), rules, true, traps, cx)?;
                cell.set(Some(c.clone()), cx);
                c
            }
        };
        m.add(name, &c, cx)?;
    }
    Ok(())
}

#[pymodule(name = "_decimal", doc = "C decimal arithmetic module", types(PyDecimal, PyContext))]
pub mod module {
    use super::*;

    #[constant("HAVE_CONTEXTVAR")]
    const HAVE_CONTEXTVAR: bool = true;
    #[constant("HAVE_THREADS")]
    const HAVE_THREADS: bool = true;
    #[constant("MAX_PREC")]
    const PREC: i64 = MAX_PREC;
    #[constant("MAX_EMAX")]
    const EMAX: i64 = MAX_EMAX;
    #[constant("MIN_EMIN")]
    const EMIN: i64 = MIN_EMIN;
    #[constant("MIN_ETINY")]
    const ETINY: i64 = MIN_ETINY;
    #[constant("IEEE_CONTEXT_MAX_BITS")]
    const MAX_BITS: i64 = IEEE_MAX_BITS;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PySignalDict::SPEC, cx)?;
        taipan_object::typeobj::ready_static(PyContextManager::SPEC, cx)?;
        add_exceptions(m, cx)?;
        add_python_classes(m, cx)?;
        add_templates(m, cx)?;
        for name in Rounding::NAMES {
            let s = PyStr::new_interned(name, cx)?;
            m.add(name, &s, cx)?;
        }
        // The version of the specification's module, and of the C library whose behaviour this is.
        for (name, text) in [("__version__", "1.70"), ("__libmpdec_version__", "2.5.1")] {
            let s = PyStr::new(text, cx)?;
            m.add(name, &s, cx)?;
        }
        Ok(())
    }

    /// Get the current default context.
    #[function("getcontext()")]
    fn getcontext(cx: &mut Cx) -> PyResult<Own<PyContext>> {
        state::current(cx)
    }
    /// Set a new default context.
    #[function("setcontext(context, /)")]
    fn setcontext(context: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(c) = context.downcast::<PyContext>() else {
            return Err(cx.type_error(format_args!("argument must be a context")));
        };
        // The templates must stay what they are.
        if state::is_template(c, cx) {
            let copy = c.duplicate(cx)?;
            copy.clear_status();
            return state::set_current(&copy, cx);
        }
        state::set_current(c, cx)
    }
    #[function(
        "localcontext(*args, **kwargs)",
        doc = "localcontext($module, /, ctx=None, **kwargs)\n--\n\nReturn a context manager that will set the default context to a copy of ctx\non entry to the with-statement and restore the previous default context when\nexiting the with-statement. If no context is specified, a copy of the current\ndefault context is used."
    )]
    fn localcontext(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyContextManager>> {
        const NAMES: [&str; 9] = ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
        let given = bind(NAMES, args, kwargs, cx)?;
        let global = state::current(cx)?;
        let local = optional(given[0].unwrap_or(none()), cx)?.duplicate(cx)?;
        for (name, v) in NAMES.iter().zip(given).skip(1) {
            if let Some(v) = v.filter(|v| !v.is_none()) {
                local.set_given(name, v, cx)?;
            }
        }
        PyContextManager::make(local, global, cx)
    }
    /// Return a context object initialized to the proper values for one of the
    /// IEEE interchange formats.  The argument must be a multiple of 32 and less
    /// than IEEE_CONTEXT_MAX_BITS.
    #[function("IEEEContext(bits, /)")]
    fn ieee_context(bits: &Object, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        let Some(i) = bits.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("an integer is required"))) };
        let Some(bits) = i.to_i64() else {
            return Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t")));
        };
        if bits <= 0 || bits > IEEE_MAX_BITS || bits % 32 != 0 {
            return Err(cx.value_error(format_args!("argument must be a multiple of 32, with a maximum of {IEEE_MAX_BITS}")));
        }
        let emax = 3i64 << (bits / 16 + 3);
        let rules = Context { prec: 9 * (bits / 32) - 2, emax, emin: 1 - emax, round: Rounding::HalfEven, clamp: true };
        PyContext::make(PyContext::ty(), rules, true, 0, cx)
    }
}
