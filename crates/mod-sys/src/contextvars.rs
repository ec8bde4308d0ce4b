//! The module `_contextvars` (PEP 567): context variables, contexts, tokens.
//!
//! A context points at an immutable mapping (`hamt`), which copies of the context share until they are changed.

use crate::hamt::{self, Key, PyHamt};
use std::cell::{Cell, RefCell};
use taipan_object::prelude::*;
use taipan_object::{abstract_, call, provided, watchers};

#[pytype(name = "_contextvars.Context", gc, export = "PyContext_Type", doc = "")]
#[repr(C)]
pub struct PyContext {
    head: ObjHead,
    /// In front, as in CPython's struct: `_testcapi` looks whether there is one.
    previous: FieldCell<Object>,
    table: FieldCell<PyHamt>,
    weak: WeakList,
    entered: Cell<bool>,
}

/// A new context, empty or with the values of a mapping.
fn new_context(table: Option<Own<PyHamt>>, cx: &mut Cx) -> PyResult<Own<PyContext>> {
    cx.new_object_here(|| PyContext {
        head: Object::placeholder(),
        table: FieldCell::new(table),
        previous: FieldCell::empty(),
        entered: Cell::new(false),
        weak: WeakList::new(),
    })
}

/// The calling thread's context; made on first use.
fn current(cx: &mut Cx) -> PyResult<Own<PyContext>> {
    if let Some(c) = cx.ts().context.own().and_then(|c| c.downcast_own::<PyContext>().ok()) {
        return Ok(c);
    }
    let c = new_context(None, cx)?;
    cx.ts().context.set(Some(c.clone().into_object()), cx);
    Ok(c)
}

/// A context that C code gives; `TypeError` for another object.
fn context_of<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyContext> {
    match o.downcast::<PyContext>() {
        Some(c) => Ok(c),
        None => Err(cx.type_error(format_args!("an instance of Context was expected"))),
    }
}

/// `contextvars.copy_context()` (`PyContext_CopyCurrent`).
pub fn copy_current(cx: &mut Cx) -> PyResult<Own<PyContext>> {
    let c = current(cx)?;
    let table = c.table.own();
    new_context(table, cx)
}

impl PyContext {
    /// Make it the thread's context (`PyContext_Enter`).
    pub fn enter(&self, cx: &mut Cx) -> PyResult<()> {
        if self.entered.get() {
            let shown = abstract_::repr(self, cx)?;
            return Err(cx.runtime_error(format_args!("cannot enter context: {shown} is already entered")));
        }
        let ts = cx.ts();
        self.previous.set(ts.context.own(), cx);
        self.entered.set(true);
        ts.context.set(Some(self.own()), cx);
        ts.context_ver.set(ts.context_ver.get() + 1);
        if watchers::CONTEXTS.any() {
            watchers::context_event(self, cx);
        }
        Ok(())
    }

    /// Go back to the context before (`PyContext_Exit`).
    pub fn exit(&self, cx: &mut Cx) -> PyResult<()> {
        if !self.entered.get() {
            let shown = abstract_::repr(self, cx)?;
            return Err(cx.runtime_error(format_args!("cannot exit context: {shown} has not been entered")));
        }
        let ts = cx.ts();
        if ts.context.as_raw() != self.as_ptr() {
            return Err(cx.runtime_error(format_args!("cannot exit context: thread state references a different context object")));
        }
        let previous = self.previous.take();
        self.entered.set(false);
        ts.context.set(previous.clone(), cx);
        ts.context_ver.set(ts.context_ver.get() + 1);
        if watchers::CONTEXTS.any() {
            watchers::context_event(previous.as_deref().unwrap_or(none()), cx);
        }
        Ok(())
    }

    fn get_value(&self, var: &PyContextVar, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        match self.table.own() {
            Some(t) => {
                let key = Key::new(var, cx)?;
                t.find(key, cx)
            }
            None => Ok(None),
        }
    }

    /// Store or, with none, remove a value.
    fn change(&self, var: &PyContextVar, value: Option<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let t = self.values_now(cx)?;
        let key = Key::new(var, cx)?;
        let t = match value {
            Some(v) => t.with(key, &v, cx)?,
            None => t.without(key, cx)?,
        };
        self.table.set(Some(t), cx);
        // Whoever keeps what a look-up found must look again.
        let ts = cx.ts();
        ts.context_ver.set(ts.context_ver.get() + 1);
        Ok(())
    }

    fn values_now(&self, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
        match self.table.own() {
            Some(t) => Ok(t),
            None => hamt::new_hamt(cx),
        }
    }
}

fn var_key<'a>(key: &'a Object, cx: &mut Cx) -> PyResult<&'a PyContextVar> {
    match key.downcast::<PyContextVar>() {
        Some(v) => Ok(v),
        None => {
            let shown = abstract_::repr(key, cx)?;
            Err(cx.type_error(format_args!("a ContextVar key was expected, got {shown}")))
        }
    }
}

#[pymethods]
impl PyContext {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        if !args.0.is_empty() || !kw.is_empty() {
            return Err(cx.type_error(format_args!("Context() does not accept any arguments")));
        }
        new_context(None, cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash_not_implemented(self, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyContext>()) else { return Ok(not_implemented().own()) };
        let (a, b) = (self.values_now(cx)?, o.values_now(cx)?);
        let equal = a.equals(&b, cx)?;
        (equal == (op == CmpOp::Eq)).into_return(cx)
    }
    #[slot(mp_length)]
    fn len(&self) -> usize {
        self.table.own().map_or(0, |t| t.len())
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let var = var_key(key, cx)?;
        match self.get_value(var, cx)? {
            Some(v) => Ok(v),
            None => Err(cx.raise_arg(exc::KeyError(), key)),
        }
    }
    #[slot(sq_contains)]
    fn contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        let var = var_key(key, cx)?;
        Ok(self.get_value(var, cx)?.is_some())
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<hamt::Keys>> {
        self.values_now(cx)?.keys(cx)
    }
    /// Return a shallow copy of the context object.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        let t = self.table.own();
        new_context(t, cx)
    }
    /// Return the value for `key` if `key` has the value in the context object.
    ///
    /// If `key` does not exist, return `default`.  If `default` is not
    /// given, return None.
    #[method("get(key, default=None, /)")]
    fn get(&self, key: &Object, default: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let var = var_key(key, cx)?;
        Ok(self.get_value(var, cx)?.unwrap_or_else(|| default.own()))
    }
    /// Return a list of all variables in the context object.
    #[method("keys()")]
    fn keys(&self, cx: &mut Cx) -> PyResult<Own<hamt::Keys>> {
        self.values_now(cx)?.keys(cx)
    }
    /// Return a list of all variables' values in the context object.
    #[method("values()")]
    fn values(&self, cx: &mut Cx) -> PyResult<Own<hamt::Values>> {
        self.values_now(cx)?.values(cx)
    }
    /// Return all variables and their values in the context object.
    ///
    /// The result is returned as a list of 2-tuples (variable, value).
    #[method("items()")]
    fn items(&self, cx: &mut Cx) -> PyResult<Own<hamt::Items>> {
        self.values_now(cx)?.items(cx)
    }
    #[method("run(*args, **kwargs)", nosig)]
    fn run(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((f, args)) = args.0.split_first() else {
            return Err(cx.type_error(format_args!("run() missing 1 required positional argument")));
        };
        let (names, values) = kwargs.split(cx)?;
        self.enter(cx)?;
        let r = call::call_kw(f, args, values, names.as_deref(), cx);
        match r {
            Ok(v) => self.exit(cx).map(|()| v),
            Err(r) => {
                let e = cx.take_raised(r);
                self.exit(cx)?;
                Err(cx.set_raised(e))
            }
        }
    }
}

#[pytype(name = "_contextvars.ContextVar", gc, export = "PyContextVar_Type", doc = "")]
#[repr(C)]
pub struct PyContextVar {
    head: ObjHead,
    #[member("name", readonly)]
    name: Field<PyStr>,
    default: FieldCell<Object>,
    /// Where CPython keeps the value read last, with the thread and the version for which it holds, and the hash. Here a read is a walk of the table; C code knows the size only.
    #[gc(skip)]
    reserved: [usize; 4],
}

/// A context variable (`PyContextVar_New`).
pub fn new_var(name: &PyStr, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyContextVar>> {
    let v = PyContextVar {
        head: Object::placeholder(),
        name: Field::new(name.new_ref()),
        default: FieldCell::new(default.map(|d| d.own())),
        reserved: [0; 4],
    };
    cx.new_object(v)
}

impl PyContextVar {
    /// The value in the calling thread's context, else the default given or the variable's own (`PyContextVar_Get`).
    pub fn value(&self, default: Option<&Object>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let context = cx.ts().context.own();
        let found = match context.as_deref().and_then(|c| c.downcast::<PyContext>()) {
            Some(c) => c.get_value(self, cx)?,
            None => None,
        };
        Ok(found.or_else(|| default.map(|d| d.own())).or_else(|| self.default.own()))
    }

    /// Set the value in the calling thread's context (`PyContextVar_Set`).
    pub fn assign(&self, value: &Object, cx: &mut Cx) -> PyResult<Own<PyToken>> {
        let c = current(cx)?;
        let old = c.get_value(self, cx)?;
        let token = PyToken {
            head: Object::placeholder(),
            context: FieldCell::new(Some(c.new_ref())),
            var: FieldCell::new(Some(self.new_ref())),
            old: FieldCell::new(old),
            used: Cell::new(false),
        };
        let token = cx.new_object(token)?;
        c.change(self, Some(value.own()), cx)?;
        Ok(token)
    }

    /// Undo the `set` that made the token (`PyContextVar_Reset`).
    pub fn undo(&self, t: &PyToken, cx: &mut Cx) -> PyResult<()> {
        if t.used.get() {
            let shown = abstract_::repr(t, cx)?;
            return Err(cx.runtime_error(format_args!("{shown} has already been used once")));
        }
        if t.var.as_raw() != self.as_ptr() {
            let shown = abstract_::repr(t, cx)?;
            return Err(cx.value_error(format_args!("{shown} was created by a different ContextVar")));
        }
        let c = current(cx)?;
        if t.context.as_raw() != c.as_ptr() {
            let shown = abstract_::repr(t, cx)?;
            return Err(cx.value_error(format_args!("{shown} was created in a different Context")));
        }
        t.used.set(true);
        let old = t.old.own();
        c.change(self, old, cx)
    }
}

#[pymethods]
impl PyContextVar {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyContextVar>> {
        let name = match args.0 {
            [name] => name,
            [] => return Err(cx.type_error(format_args!("ContextVar() takes exactly 1 positional argument (0 given)"))),
            more => return Err(cx.type_error(format_args!("ContextVar() takes at most 1 positional argument ({} given)", more.len()))),
        };
        let default = kw.get("default");
        if kw.len() > usize::from(default.is_some()) {
            let other = kw.iter().filter_map(|(k, _)| k.downcast::<PyStr>()).find(|k| !k.eq_text("default")).map(PyStr::to_string_lossy).unwrap_or_default();
            return Err(cx.type_error(format_args!("ContextVar() got an unexpected keyword argument '{other}'")));
        }
        let Some(n) = name.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("context variable name must be a str")));
        };
        // The name's hash is part of the variable's own: a name without one is refused here.
        abstract_::hash(n, cx)?;
        new_var(n, default, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let name = abstract_::repr(&*self.name, cx)?;
        let at = self.as_ptr() as usize;
        match self.default.own() {
            Some(d) => {
                let d = abstract_::repr(&d, cx)?;
                Ok(format!("<ContextVar name={name} default={d} at {at:#x}>"))
            }
            None => Ok(format!("<ContextVar name={name} at {at:#x}>")),
        }
    }
    /// Return a value for the context variable for the current context.
    ///
    /// If there is no value for the variable in the current context, the
    /// method will:
    ///  * return the value of the default argument of the method, if
    ///    provided; or
    ///  * return the default value for the context variable, if it was
    ///    created with one; or
    ///  * raise a LookupError.
    #[method("get(default=<unrepresentable>, /)")]
    fn get(&self, #[default(None)] default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.value(default, cx)? {
            Some(v) => Ok(v),
            None => Err(cx.raise_arg(exc::LookupError(), self)),
        }
    }
    /// Call to set a new value for the context variable in the current context.
    ///
    /// The required value argument is the new value for the context
    /// variable.
    ///
    /// Returns a Token object that can be used to restore the variable to
    /// its previous value via the `ContextVar.reset()` method.
    #[method("set(value, /)")]
    fn set(&self, value: &Object, cx: &mut Cx) -> PyResult<Own<PyToken>> {
        self.assign(value, cx)
    }
    /// Reset the context variable.
    ///
    /// The variable is reset to the value it had before the
    /// `ContextVar.set()` that created the token was used.
    #[method("reset(token, /)")]
    fn reset(&self, token: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(t) = token.downcast::<PyToken>() else {
            let shown = abstract_::repr(token, cx)?;
            return Err(cx.type_error(format_args!("expected an instance of Token, got {shown}")));
        };
        self.undo(t, cx)
    }
    /// ContextVars are generic over the type of their contained values
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls, object, cx)
    }
}

#[pytype(name = "_contextvars.Token", gc, export = "PyContextToken_Type", doc = "")]
#[repr(C)]
pub struct PyToken {
    head: ObjHead,
    context: FieldCell<PyContext>,
    var: FieldCell<PyContextVar>,
    old: FieldCell<Object>,
    used: Cell<bool>,
}

#[pymethods]
impl PyToken {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        Err(cx.runtime_error(format_args!("Tokens can only be created by ContextVars")))
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash_not_implemented(self, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let used = if self.used.get() { " used" } else { "" };
        let var = match self.var.own() {
            Some(v) => abstract_::repr(&v, cx)?.to_string(),
            None => "<NULL>".to_owned(),
        };
        Ok(format!("<Token{used} var={var} at {:#x}>", self.as_ptr() as usize))
    }
    #[getter]
    fn var(&self) -> Option<Own<PyContextVar>> {
        self.var.own()
    }
    #[getter]
    fn old_value(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.old.own() {
            Some(v) => Ok(v),
            None => missing(cx),
        }
    }
    /// Enter into Token context manager.
    #[method("__enter__()")]
    fn enter(&self) -> Own<Object> {
        self.own()
    }
    /// Exit from Token context manager, restore the linked ContextVar.
    #[method("__exit__(type, val, tb, /)")]
    fn exit(&self, _type: &Object, _val: &Object, _tb: &Object, cx: &mut Cx) -> PyResult<()> {
        match self.var.own() {
            Some(v) => v.undo(self, cx),
            None => Ok(()),
        }
    }
    /// Tokens are generic over the same type as the ContextVar which created them.
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls, object, cx)
    }
}

/// `Token.MISSING`
#[pytype(name = "Token.MISSING", no_new, doc = "")]
#[repr(C)]
pub struct Missing {
    head: ObjHead,
}

#[pymethods]
impl Missing {
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "<Token.MISSING>"
    }
}

#[derive(Default)]
struct Singletons {
    missing: RefCell<Option<Own<Missing>>>,
}

fn missing(cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(m) = cx.state::<Singletons>().missing.borrow().as_ref() {
        return Ok(m.own());
    }
    let m = cx.new_object(Missing { head: Object::placeholder() })?;
    *cx.state::<Singletons>().missing.borrow_mut() = Some(m.clone());
    Ok(m.into_object())
}

/// Ready the types; other modules make variables before this one is imported.
pub fn ready(cx: &mut Cx) -> PyResult<()> {
    hamt::ready(cx)?;
    for s in [PyContext::SPEC, PyContextVar::SPEC, PyToken::SPEC, Missing::SPEC] {
        taipan_object::typeobj::ready_static(s, cx)?;
    }
    Ok(())
}

#[pymodule(name = "_contextvars", doc = "Context Variables", types(PyContext, PyContextVar, PyToken))]
pub mod contextvars {
    use super::*;

    #[function("copy_context()")]
    fn copy_context(cx: &mut Cx) -> PyResult<Own<PyContext>> {
        copy_current(cx)
    }

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        ready(cx)?;
        provided::ENTER_CONTEXT.set(|c, cx| context_of(c, cx)?.enter(cx));
        provided::EXIT_CONTEXT.set(|c, cx| context_of(c, cx)?.exit(cx));
        provided::COPY_CONTEXT.set(|cx| copy_current(cx).map(Own::into_object));
        provided::NEW_HAMT.set(|cx| Ok(hamt::new_hamt(cx)?.into_object()));
        let missing = missing(cx)?;
        if let Some(d) = PyToken::ty().tp_dict.own() {
            d.set_text("MISSING", missing, cx)?;
            taipan_object::typeobj::modified(PyToken::ty());
        }
        Ok(())
    }
}
