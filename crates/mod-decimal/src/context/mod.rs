//! `decimal.Context`: precision, limits, rounding, traps and flags.
//!
//! Flags and traps are cells of their own, which the signal dicts share; a dict outlives its context only as an invalid one.

pub mod attributes;
pub mod manager;
mod methods;
mod predicates;
pub mod signal_dict;

use crate::decimal::PyDecimal;
use crate::signals;
use crate::state::{self, State};
use signal_dict::PySignalDict;
use std::cell::Cell;
use std::rc::Rc;
use taipan_algo_decimal::{Context, Dec, Rounding, Status, flag};
use taipan_object::prelude::*;

/// A context.
#[pytype(
    name = "decimal.Context",
    heap,
    basetype,
    gc,
    doc = "Context(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)\n--\n\nThe context affects almost all operations and controls rounding,\nOver/Underflow, raising of exceptions and much more.  A new context\ncan be constructed as follows:\n\n    >>> c = Context(prec=28, Emin=-425000000, Emax=425000000,\n    ...             rounding=ROUND_HALF_EVEN, capitals=1, clamp=1,\n    ...             traps=[InvalidOperation, DivisionByZero, Overflow],\n    ...             flags=[])\n    >>>\n\n\n",
    parts(PART, ATTRIBUTES, METHODS, PREDICATES)
)]
#[repr(C)]
pub struct PyContext {
    head: ObjHead,
    #[gc(skip)]
    rules: Cell<Context>,
    #[gc(skip)]
    capitals: Cell<bool>,
    #[gc(skip)]
    status: Rc<Cell<Status>>,
    #[gc(skip)]
    trapped: Rc<Cell<Status>>,
    flags_dict: FieldCell<Object>,
    traps_dict: FieldCell<Object>,
}

/// What contexts start with when there is no `DefaultContext` yet.
pub const DEFAULT: Context = Context { prec: 28, emax: 999_999, emin: -999_999, round: Rounding::HalfEven, clamp: false };
/// The traps of `DefaultContext`.
pub const DEFAULT_TRAPS: Status = flag::ANY_INVALID | flag::DIVISION_BY_ZERO | flag::OVERFLOW;

impl PyContext {
    /// A context of a class.
    pub fn make(cls: &PyType, rules: Context, capitals: bool, trapped: Status, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        let (status, trapped) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(trapped)));
        let flags_dict = PySignalDict::make(&status, cx)?;
        let traps_dict = PySignalDict::make(&trapped, cx)?;
        let c = PyContext {
            head: Object::placeholder(),
            rules: Cell::new(rules),
            capitals: Cell::new(capitals),
            status,
            trapped,
            flags_dict: FieldCell::new(Some(flags_dict)),
            traps_dict: FieldCell::new(Some(traps_dict)),
        };
        cx.new_object_of(cls, c)
    }

    /// A plain context with the same settings.
    pub fn duplicate(&self, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        let c = PyContext::make(PyContext::ty(), self.rules.get(), self.capitals.get(), self.traps(), cx)?;
        c.status.set(self.status.get());
        Ok(c)
    }

    /// What operations obey.
    #[inline(always)]
    pub fn rules(&self) -> Context {
        self.rules.get()
    }
    /// The conditions that raise.
    #[inline(always)]
    pub fn traps(&self) -> Status {
        self.trapped.get()
    }
    /// The conditions met so far.
    pub fn status(&self) -> Status {
        self.status.get()
    }
    /// Note conditions.
    #[inline]
    pub fn add_status(&self, status: Status) {
        self.status.set(self.status.get() | status);
    }
    /// Forget the conditions met.
    pub fn clear_status(&self) {
        self.status.set(0);
    }
    /// `E` rather than `e`.
    pub fn capitals(&self) -> bool {
        self.capitals.get()
    }

    /// Note what an operation met; raise what is trapped.
    #[inline(always)]
    pub fn check(&self, status: Status, cx: &mut Cx) -> PyResult<()> {
        if status == 0 { Ok(()) } else { signals::report(self, status, cx) }
    }

    /// The result of an operation, unless it raises.
    #[inline(always)]
    pub fn give(&self, d: Dec, status: Status, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.check(status, cx)?;
        PyDecimal::new(d, cx)
    }
}

/// The context that an optional argument gives: `None` is the current one.
pub fn optional(context: &Object, cx: &mut Cx) -> PyResult<Own<PyContext>> {
    if context.is_none() {
        return state::current(cx);
    }
    match context.downcast::<PyContext>() {
        Some(c) => Ok(c.new_ref()),
        None => Err(cx.type_error(format_args!("optional argument must be a context"))),
    }
}

/// Arguments of a constructor by position or name, at most one value each.
pub fn bind<'a, const N: usize>(names: [&str; N], args: Args<'a>, kw: Kwargs<'a>, cx: &mut Cx) -> PyResult<[Option<&'a Object>; N]> {
    let mut out = [None; N];
    let given = args.0.len() + kw.len();
    if given > N {
        return Err(cx.type_error(format_args!("function takes at most {N} arguments ({given} given)")));
    }
    for (slot, &a) in out.iter_mut().zip(args.0) {
        *slot = Some(a);
    }
    for (k, v) in kw.iter() {
        let text = k.downcast::<PyStr>().map(PyStr::to_string_lossy).unwrap_or_default();
        match names.iter().position(|n| *n == text) {
            Some(i) if out[i].is_some() => {
                return Err(cx.type_error(format_args!("argument for function given by name ('{text}') and position ({})", i + 1)));
            }
            Some(i) => out[i] = Some(v),
            None => return Err(cx.type_error(format_args!("this function got an unexpected keyword argument '{text}'"))),
        }
    }
    Ok(out)
}

#[pymethods]
impl PyContext {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let c = match cx.state::<State>().templates[0].own() {
            Some(t) => {
                let c = PyContext::make(cls, t.rules(), true, t.traps(), cx)?;
                c.status.set(t.status.get());
                c
            }
            None => PyContext::make(cls, DEFAULT, true, DEFAULT_TRAPS, cx)?,
        };
        Ok(c.into_object())
    }
    #[init]
    fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let names = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
        let given = bind(names, args, kw, cx)?;
        // Traps before flags: the order in which mistakes are found.
        for i in [0, 1, 2, 3, 4, 5, 7, 6] {
            if let Some(v) = given[i].filter(|v| !v.is_none()) {
                self.set_given(names[i], v, cx)?;
            }
        }
        Ok(())
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let r = self.rules();
        let names = |set: Status| {
            let v: Vec<&str> = signals::BY_BIT.iter().map(|&i| signals::SIGNALS[i]).filter(|(_, bits)| set & bits != 0).map(|(n, _)| n).collect();
            v.join(", ")
        };
        format!(
            "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags=[{}], traps=[{}])",
            r.prec,
            Rounding::NAMES[r.round as usize],
            r.emin,
            r.emax,
            u8::from(self.capitals.get()),
            u8::from(r.clamp),
            names(self.status.get()),
            names(self.traps()),
        )
    }
    /// Return a value equal to Emin - prec + 1, which is the minimum exponent value
    /// for subnormal results.  When underflow occurs, the exponent is set to Etiny.
    #[method("Etiny()")]
    fn etiny(&self) -> i64 {
        self.rules().etiny()
    }
    /// Return a value equal to Emax - prec + 1.  This is the maximum exponent
    /// if the _clamp field of the context is set to 1 (IEEE clamp mode).  Etop()
    /// must not be negative.
    #[method("Etop()")]
    fn etop(&self) -> i64 {
        self.rules().etop()
    }
    /// Return 10.
    #[method("radix()")]
    fn radix(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        PyDecimal::new(Dec::small(false, 10, 0), cx)
    }
    /// Reset all flags to False.
    #[method("clear_flags()")]
    fn clear_flags(&self) {
        self.status.set(0);
    }
    /// Set all traps to False.
    #[method("clear_traps()")]
    fn clear_traps(&self) {
        self.trapped.set(0);
    }
    #[method("__copy__()")]
    fn copy_hook(&self, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        self.duplicate(cx)
    }
    /// Return a duplicate of the context.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        self.duplicate(cx)
    }
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let r = self.rules();
        let ints = [r.prec, r.emin, r.emax, i64::from(self.capitals.get()), i64::from(r.clamp)];
        let mut items = Vec::with_capacity(8);
        for n in ints {
            items.push(PyInt::new(n, cx)?.into_object());
        }
        let rounding = PyStr::new_interned(Rounding::NAMES[r.round as usize], cx)?.into_object();
        items.insert(1, rounding);
        items.push(signals::signal_list(self.status.get(), cx)?.into_object());
        items.push(signals::signal_list(self.traps(), cx)?.into_object());
        let args = PyTuple::from_vec(items, cx)?.into_object();
        PyTuple::pair(self.ty().as_object().own(), args, cx)
    }
}
