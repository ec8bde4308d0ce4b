//! Types of the crate `builtins` that the kernel needs: installed at start.

use crate::frame::Slot;
use crate::prelude::*;
use std::cell::Cell;

/// Constructors that the kernel calls.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// `types.GenericAlias(origin, args)`.
    pub generic_alias: fn(&Object, &Object, &mut Cx) -> PyResult<Own<Object>>,
    /// `lhs | rhs` of types.
    pub union: fn(&Object, &Object, &mut Cx) -> PyResult<Own<Object>>,
    /// The members of a union, if it is one.
    pub union_args: fn(&Object) -> Option<Own<PyTuple>>,
    /// What template literals make.
    pub template: TemplateHooks,
}

/// The parts of `t"…"`.
#[derive(Clone, Copy)]
pub struct TemplateHooks {
    /// `Interpolation(value, expression, conversion, format_spec)`, unchecked.
    pub interpolation: fn(&Object, &Object, &Object, &Object, &mut Cx) -> PyResult<Own<Object>>,
    /// The template of strings and interpolations (one fewer).
    pub template: fn(&PyTuple, &PyTuple, &mut Cx) -> PyResult<Own<Object>>,
}

struct Hook(Cell<Option<Hooks>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Hook {}
static HOOK: Hook = Hook(Cell::new(None));

/// Install the types.
pub fn set_hooks(h: Hooks) {
    HOOK.0.set(Some(h));
}

fn hooks() -> Hooks {
    match HOOK.0.get() {
        Some(h) => h,
        None => crate::fatal("built-in types are used before they are installed"),
    }
}

/// What asking an iterator of pairs for two bare values led to.
pub enum NextPair {
    Pair(Slot, Slot),
    End,
    /// It does not give pairs now.
    Other,
}

/// The next pair of an iterator, without a tuple around it.
pub type PairFn = fn(&Object, &mut Cx) -> PyResult<NextPair>;

type PairRow = Cell<Option<(&'static PyType, PairFn)>>;
struct PairRows([PairRow; 2]);
// SAFETY: written once at start.
unsafe impl Sync for PairRows {}
static PAIRS: PairRows = PairRows([const { Cell::new(None) }; 2]);

/// Name the types whose iterators can give bare pairs to `for a, b in …`.
pub fn set_pair_iterators(rows: [(&'static PyType, PairFn); 2]) {
    for (cell, row) in PAIRS.0.iter().zip(rows) {
        cell.set(Some(row));
    }
}

/// The function for iterators of exactly this type, if it is one of them.
#[inline]
pub fn pair_iterator(ty: &PyType) -> Option<PairFn> {
    PAIRS.0.iter().filter_map(|c| c.get()).find(|(t, _)| std::ptr::eq(*t, ty)).map(|(_, f)| f)
}

/// A machine value in a row of such (`array.array`).
#[derive(Clone, Copy)]
pub enum Plain {
    Int(i64),
    Float(f64),
}

/// A type whose items are machine values: what the interpreter reads and writes without objects for index and item.
#[derive(Clone, Copy)]
pub struct PlainRows {
    pub ty: &'static PyType,
    /// The item at an index, which may count from the end. `None`: there is none, or it is no number: the type's slots tell.
    pub load: fn(&Object, i64, &Cx) -> Option<Plain>,
    /// Store an item. False: the type's slots have to do it.
    pub store: fn(&Object, i64, Plain, &mut Cx) -> bool,
}

struct Rows(Cell<Option<PlainRows>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Rows {}
static ROWS: Rows = Rows(Cell::new(None));

/// Name the type of rows of machine values.
pub fn set_plain_rows(rows: PlainRows) {
    ROWS.0.set(Some(rows));
}

/// The functions for objects of exactly this type, if it is one of rows.
#[inline(always)]
pub fn plain_rows(ty: &PyType) -> Option<PlainRows> {
    ROWS.0.get().filter(|r| std::ptr::eq(r.ty, ty))
}

/// `staticmethod(f)`.
pub fn new_staticmethod(f: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    crate::types::static_method::new_staticmethod(f, cx)
}

/// `type[key]`.
pub fn generic_alias_hook(origin: &Object, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    (hooks().generic_alias)(origin, key, cx)
}

/// `X | Y` of types.
pub fn union_hook(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    (hooks().union)(lhs, rhs, cx)
}

/// The members of a union, if it is one.
pub fn union_args_hook(o: &Object) -> Option<Own<PyTuple>> {
    HOOK.0.get().and_then(|h| (h.union_args)(o))
}

/// The constructors of template literals.
pub fn template_hooks() -> TemplateHooks {
    hooks().template
}
