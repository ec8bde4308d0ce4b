//! Signals: which exception stands for which conditions, sets of them from and to Python, raising.

use crate::context::PyContext;
use crate::state::State;
use taipan_algo_decimal::{Status, flag};
use taipan_object::abstract_;
use taipan_object::prelude::*;

/// The nine signals, in the order of signal dicts: name, conditions.
pub const SIGNALS: [(&str, Status); 9] = [
    ("InvalidOperation", flag::ANY_INVALID),
    ("FloatOperation", flag::FLOAT_OPERATION),
    ("DivisionByZero", flag::DIVISION_BY_ZERO),
    ("Overflow", flag::OVERFLOW),
    ("Underflow", flag::UNDERFLOW),
    ("Subnormal", flag::SUBNORMAL),
    ("Inexact", flag::INEXACT),
    ("Rounded", flag::ROUNDED),
    ("Clamped", flag::CLAMPED),
];

/// The conditions that `InvalidOperation` stands for, each with its own class.
pub const CONDITIONS: [(&str, Status); 5] = [
    ("InvalidOperation", flag::INVALID_OPERATION),
    ("ConversionSyntax", flag::CONVERSION_SYNTAX),
    ("DivisionImpossible", flag::DIVISION_IMPOSSIBLE),
    ("DivisionUndefined", flag::DIVISION_UNDEFINED),
    ("InvalidContext", flag::INVALID_CONTEXT),
];

/// The signals as `repr(context)` lists them: by their bits.
pub const BY_BIT: [usize; 9] = [8, 0, 2, 6, 1, 3, 7, 5, 4];

#[cold]
fn no_signal(cx: &mut Cx) -> Raised {
    cx.key_error_text("valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]")
}

/// Raise `KeyError` with a text.
pub trait KeyErrorText {
    /// `KeyError(text)`.
    fn key_error_text(&mut self, text: &str) -> Raised;
}

impl KeyErrorText for Cx {
    fn key_error_text(&mut self, text: &str) -> Raised {
        match PyStr::new(text, self) {
            Ok(t) => self.raise_arg(exc::KeyError(), &t),
            Err(r) => r,
        }
    }
}

/// The conditions of a signal class.
pub fn conditions_of(class: &Object, cx: &mut Cx) -> PyResult<Status> {
    let state = cx.state::<State>();
    for (cell, (_, bits)) in state.signals.iter().zip(SIGNALS) {
        if cell.as_raw() == class.as_ptr() {
            return Ok(bits);
        }
    }
    Err(no_signal(cx))
}

/// The class of a signal.
pub fn class_of(index: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    match cx.state::<State>().signals.get(index).and_then(|c| c.own()) {
        Some(c) => Ok(c),
        None => Err(cx.runtime_error(format_args!("_decimal is not initialised"))),
    }
}

/// The classes of the signals in a set.
pub fn signal_list(status: Status, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let list = PyList::new(cx)?;
    for (i, (_, bits)) in SIGNALS.iter().enumerate() {
        if status & bits != 0 {
            list.push(class_of(i, cx)?, cx)?;
        }
    }
    Ok(list)
}

/// The set that a list of classes means.
pub fn set_of_list(list: &PyList, cx: &mut Cx) -> PyResult<Status> {
    let mut set = 0;
    for class in abstract_::iter::collect(list, cx)? {
        set |= conditions_of(&class, cx)?;
    }
    Ok(set)
}

/// The set that a dict from every signal to a truth value means.
pub fn set_of_dict(dict: &PyDict, cx: &mut Cx) -> PyResult<Status> {
    if dict.len() != SIGNALS.len() {
        return Err(cx.key_error_text("invalid signal dict"));
    }
    let items = abstract_::iter::collect(&*taipan_object::call::call_method(dict, name!(cx, "items"), &[], cx)?, cx)?;
    let mut set = 0;
    for item in items {
        let Some([k, v]) = item.downcast::<PyTuple>().map(PyTuple::as_slice) else { continue };
        let bits = conditions_of(k, cx)?;
        if abstract_::is_true(v, cx)? {
            set |= bits;
        }
    }
    Ok(set)
}

/// Add conditions to a context; raise those that are trapped.
#[cold]
pub fn report(context: &PyContext, status: Status, cx: &mut Cx) -> PyResult<()> {
    context.add_status(status);
    if status & flag::MALLOC_ERROR != 0 {
        return Err(cx.memory_error());
    }
    let trapped = status & context.traps();
    if trapped == 0 {
        return Ok(());
    }
    let list = PyList::new(cx)?;
    for (i, (_, bits)) in CONDITIONS.iter().enumerate() {
        if trapped & bits != 0
            && let Some(c) = cx.state::<State>().conditions[i].own()
        {
            list.push(c, cx)?;
        }
    }
    for (i, (_, bits)) in SIGNALS.iter().enumerate().skip(1) {
        if trapped & bits != 0 {
            list.push(class_of(i, cx)?, cx)?;
        }
    }
    let first = SIGNALS.iter().position(|(_, bits)| trapped & bits != 0).unwrap_or(0);
    let class = class_of(first, cx)?;
    match class.downcast::<PyType>() {
        Some(t) => Err(cx.raise_arg(t, &list)),
        None => Err(cx.runtime_error(format_args!("_decimal is not initialised"))),
    }
}
