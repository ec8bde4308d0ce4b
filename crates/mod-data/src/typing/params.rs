//! `TypeVar` and `TypeVarTuple`.

use super::lazy::{Lazy, no_default, set_module, type_check, typing, unpacked};
use std::cell::Cell;
use taipan_builtins::types::generic::union_of;
use taipan_object::prelude::*;
use taipan_object::attr;

/// Type variable.
#[pytype(name = "typing.TypeVar", heap, export = "_PyTypeVar_Type", gc)]
#[repr(C)]
pub struct PyTypeVar {
    head: ObjHead,
    #[member("__name__", readonly)]
    name: Field<Object>,
    bound: Lazy,
    constraints: Lazy,
    pub default: Lazy,
    covariant: Cell<bool>,
    contravariant: Cell<bool>,
    infer_variance: Cell<bool>,
    dict: InstDict,
    weak: WeakList,
}

/// A type variable of the new syntax.
pub fn new_typevar(name: &Object, bound: Lazy, constraints: Lazy, cx: &mut Cx) -> PyResult<Own<Object>> {
    make(name, bound, constraints, Lazy::empty(), [false, false, true], cx).map(Own::into_object)
}

fn make(name: &Object, bound: Lazy, constraints: Lazy, default: Lazy, flags: [bool; 3], cx: &mut Cx) -> PyResult<Own<PyTypeVar>> {
    cx.new_object(PyTypeVar {
        head: Object::placeholder(),
        name: Field::new(name.own()),
        bound,
        constraints,
        default,
        covariant: Cell::new(flags[0]),
        contravariant: Cell::new(flags[1]),
        infer_variance: Cell::new(flags[2]),
        dict: InstDict::empty(),
        weak: WeakList::new(),
    })
}

/// The keyword as a truth value.
pub fn flag(kw: &Kwargs<'_>, name: &str, cx: &mut Cx) -> PyResult<bool> {
    match kw.get(name) {
        Some(v) => taipan_object::abstract_::is_true(v, cx),
        None => Ok(false),
    }
}

/// The keyword `default`.
pub fn default_of(kw: &Kwargs<'_>, cx: &mut Cx) -> PyResult<Lazy> {
    let nothing = no_default(cx)?;
    Ok(match kw.get("default") {
        Some(d) if !d.is(&nothing) => Lazy::given(d),
        _ => Lazy::empty(),
    })
}

/// The arguments of a substitution, completed by the default of a parameter that has one.
fn prepare(param: &Object, default: &Lazy, alias: &Object, args: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let params = attr::get(alias, name!(cx, "__parameters__"), cx)?;
    let at = params.downcast::<PyTuple>().and_then(|t| t.as_slice().iter().position(|p| p.is(param)));
    let Some(at) = at else { return Err(cx.value_error(format_args!("tuple.index(x): x not in tuple"))) };
    if at < args.len() {
        return Ok(args.new_ref());
    }
    if at == args.len() {
        if let Some(d) = default.get(cx)? {
            let mut all = args.as_slice().to_vec();
            all.push(&d);
            return PyTuple::from_slice(&all, cx);
        }
    }
    let r = taipan_object::abstract_::str(alias, cx)?;
    Err(cx.type_error(format_args!("Too few arguments for {r}; actual {}, expected at least {}", args.len(), at + 1)))
}

#[pymethods]
impl PyTypeVar {
    #[new]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyTypeVar>> {
        kw.only("typevar", &["name", "bound", "default", "covariant", "contravariant", "infer_variance"], cx)?;
        let (name, rest): (&Object, &[&Object]) = match (args.0, kw.get("name")) {
            ([n, rest @ ..], None) => (*n, rest),
            ([], Some(n)) => (n, &[]),
            _ => return Err(cx.type_error(format_args!("typevar() missing required argument 'name' (pos 1)"))),
        };
        if !name.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("typevar() argument 'name' must be str, not {}", name.ty().name())));
        }
        let flags = [flag(&kw, "covariant", cx)?, flag(&kw, "contravariant", cx)?, flag(&kw, "infer_variance", cx)?];
        if flags[0] && flags[1] {
            return Err(cx.value_error(format_args!("Bivariant types are not supported.")));
        }
        if flags[2] && (flags[0] || flags[1]) {
            return Err(cx.value_error(format_args!("Variance cannot be specified with infer_variance.")));
        }
        let bound = match kw.get("bound").filter(|b| !b.is_none()) {
            Some(b) => Lazy::given(&*type_check(b, "Bound must be a type.", cx)?),
            None => Lazy::empty(),
        };
        let has_bound = kw.get("bound").is_some_and(|b| !b.is_none());
        let constraints = match rest {
            [] => Lazy::empty(),
            [_] => return Err(cx.type_error(format_args!("A single constraint is not allowed"))),
            _ if has_bound => return Err(cx.type_error(format_args!("Constraints cannot be combined with bound=..."))),
            many => Lazy::given(PyTuple::from_slice(many, cx)?.as_object()),
        };
        let default = default_of(&kw, cx)?;
        let t = make(name, bound, constraints, default, flags, cx)?;
        set_module(&t, cx)?;
        Ok(t)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let n = taipan_object::abstract_::str(&self.name, cx)?;
        let sign = match (self.infer_variance.get(), self.covariant.get(), self.contravariant.get()) {
            (true, _, _) => "",
            (_, true, _) => "+",
            (_, _, true) => "-",
            _ => "~",
        };
        Ok(format!("{sign}{n}"))
    }
    #[slot(nb_or)]
    fn or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        union_of(&[lhs, rhs], true, cx)
    }
    #[method("__typing_subst__(arg, /)", doc = "")]
    fn subst(&self, arg: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        typing("_typevar_subst", &[self, arg], cx)
    }
    #[method("__typing_prepare_subst__(alias, args, /)", doc = "__typing_prepare_subst__($self, alias, args, /)\n--\n\n")]
    fn prepare_subst(&self, alias: &Object, args: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = taipan_object::abstract_::iter::to_tuple(args, cx)?;
        prepare(self, &self.default, alias, &args, cx)
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self) -> Own<Object> {
        self.name.own()
    }
    #[method("has_default()", doc = "")]
    fn has_default(&self, cx: &mut Cx) -> PyResult<bool> {
        Ok(!self.default.evaluator(cx)?.is_none())
    }
    #[method("__mro_entries__(object, /)", doc = "")]
    fn mro_entries(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("Cannot subclass an instance of TypeVar")))
    }
    #[getter("__covariant__")]
    fn get_covariant(&self) -> bool {
        self.covariant.get()
    }
    #[getter("__contravariant__")]
    fn get_contravariant(&self) -> bool {
        self.contravariant.get()
    }
    #[getter("__infer_variance__")]
    fn get_infer_variance(&self) -> bool {
        self.infer_variance.get()
    }
    #[getter("__bound__")]
    fn get_bound(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.bound.get(cx)
    }
    #[getter("__constraints__")]
    fn get_constraints(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        Ok(self.constraints.get(cx)?.unwrap_or_else(|| PyTuple::empty().into_object()))
    }
    #[getter("__default__")]
    fn get_default(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.default.get(cx)? {
            Some(d) => Ok(d),
            None => no_default(cx),
        }
    }
    #[getter("evaluate_bound")]
    fn evaluate_bound(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.bound.evaluator(cx)
    }
    #[getter("evaluate_constraints")]
    fn evaluate_constraints(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.constraints.evaluator(cx)
    }
    #[getter("evaluate_default")]
    fn evaluate_default(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.default.evaluator(cx)
    }
}

/// Type variable tuple. A specialized form of type variable that enables
/// variadic generics.
#[pytype(name = "typing.TypeVarTuple", heap, export = "_PyTypeVarTuple_Type", gc)]
#[repr(C)]
pub struct PyTypeVarTuple {
    head: ObjHead,
    #[member("__name__", readonly)]
    name: Field<Object>,
    pub default: Lazy,
    dict: InstDict,
    weak: WeakList,
}

/// A type variable tuple of the new syntax.
pub fn new_typevartuple(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    make_tuple(name, Lazy::empty(), cx).map(Own::into_object)
}

fn make_tuple(name: &Object, default: Lazy, cx: &mut Cx) -> PyResult<Own<PyTypeVarTuple>> {
    let t = PyTypeVarTuple { head: Object::placeholder(), name: Field::new(name.own()), default, dict: InstDict::empty(), weak: WeakList::new() };
    let t = cx.new_object(t)?;
    set_module(&t, cx)?;
    Ok(t)
}

#[pymethods]
impl PyTypeVarTuple {
    #[new("typevartuple(name, *, default=None)")]
    fn py_new(_cls: &PyType, name: &PyStr, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTypeVarTuple>> {
        let nothing = no_default(cx)?;
        let d = match default {
            Some(d) if !d.is(&nothing) => Lazy::given(d),
            _ => Lazy::empty(),
        };
        make_tuple(name, d, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        taipan_object::abstract_::str(&self.name, cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        unpacked(self, cx)
    }
    #[method("__typing_subst__(arg, /)", doc = "")]
    fn subst(&self, _arg: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("Substitution of bare TypeVarTuple is not supported")))
    }
    #[method("__typing_prepare_subst__(alias, args, /)", doc = "__typing_prepare_subst__($self, alias, args, /)\n--\n\n")]
    fn prepare_subst(&self, alias: &Object, args: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        typing("_typevartuple_prepare_subst", &[self, alias, args], cx)
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self) -> Own<Object> {
        self.name.own()
    }
    #[method("has_default()", doc = "")]
    fn has_default(&self, cx: &mut Cx) -> PyResult<bool> {
        Ok(!self.default.evaluator(cx)?.is_none())
    }
    #[method("__mro_entries__(object, /)", doc = "")]
    fn mro_entries(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("Cannot subclass an instance of TypeVarTuple")))
    }
    /// The default value for this TypeVarTuple.
    #[getter("__default__")]
    fn get_default(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.default.get(cx)? {
            Some(d) => Ok(d),
            None => no_default(cx),
        }
    }
    #[getter("evaluate_default")]
    fn evaluate_default(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.default.evaluator(cx)
    }
}
