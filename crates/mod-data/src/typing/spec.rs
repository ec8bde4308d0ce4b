//! `ParamSpec` with its `args` and `kwargs`.

use super::lazy::{Lazy, no_default, set_module, typing};
use super::params::{default_of, flag};
use std::cell::Cell;
use taipan_builtins::types::generic::union_of;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;

/// Parameter specification variable.
#[pytype(name = "typing.ParamSpec", heap, export = "_PyParamSpec_Type", gc)]
#[repr(C)]
pub struct PyParamSpec {
    head: ObjHead,
    #[member("__name__", readonly)]
    name: Field<Object>,
    #[member("__bound__", readonly)]
    bound: FieldCell<Object>,
    pub default: Lazy,
    covariant: Cell<bool>,
    contravariant: Cell<bool>,
    infer_variance: Cell<bool>,
    dict: InstDict,
    weak: WeakList,
}

/// A parameter specification of the new syntax.
pub fn new_paramspec(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    make(name, None, Lazy::empty(), [false, false, true], cx).map(Own::into_object)
}

fn make(name: &Object, bound: Option<Own<Object>>, default: Lazy, flags: [bool; 3], cx: &mut Cx) -> PyResult<Own<PyParamSpec>> {
    let p = cx.new_object(PyParamSpec {
        head: Object::placeholder(),
        name: Field::new(name.own()),
        bound: FieldCell::new(bound),
        default,
        covariant: Cell::new(flags[0]),
        contravariant: Cell::new(flags[1]),
        infer_variance: Cell::new(flags[2]),
        dict: InstDict::empty(),
        weak: WeakList::new(),
    })?;
    set_module(&p, cx)?;
    Ok(p)
}

#[pymethods]
impl PyParamSpec {
    #[new]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyParamSpec>> {
        kw.only("paramspec", &["name", "bound", "default", "covariant", "contravariant", "infer_variance"], cx)?;
        let name = match (args.0, kw.get("name")) {
            ([n], None) => *n,
            ([], Some(n)) => n,
            ([], None) => return Err(cx.type_error(format_args!("paramspec() missing required argument 'name' (pos 1)"))),
            (a, _) => return Err(cx.type_error(format_args!("paramspec() takes exactly 1 positional argument ({} given)", a.len()))),
        };
        if !name.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("paramspec() argument 'name' must be str, not {}", name.ty().name())));
        }
        let flags = [flag(&kw, "covariant", cx)?, flag(&kw, "contravariant", cx)?, flag(&kw, "infer_variance", cx)?];
        if flags[0] && flags[1] {
            return Err(cx.value_error(format_args!("Bivariant types are not supported.")));
        }
        if flags[2] && (flags[0] || flags[1]) {
            return Err(cx.value_error(format_args!("Variance cannot be specified with infer_variance.")));
        }
        // Unlike a TypeVar's, the bound may be anything: lists of types are usual.
        let bound = kw.get("bound").filter(|b| !b.is_none()).map(|b| b.own());
        let default = default_of(&kw, cx)?;
        make(name, bound, default, flags, cx)
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
        typing("_paramspec_subst", &[self, arg], cx)
    }
    #[method("__typing_prepare_subst__(alias, args, /)", doc = "__typing_prepare_subst__($self, alias, args, /)\n--\n\n")]
    fn prepare_subst(&self, alias: &Object, args: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        typing("_paramspec_prepare_subst", &[self, alias, args], cx)
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
        Err(cx.type_error(format_args!("Cannot subclass an instance of ParamSpec")))
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
    /// Represents positional arguments.
    #[getter("args")]
    fn get_args(&self, cx: &mut Cx) -> PyResult<Own<PyParamSpecArgs>> {
        cx.new_object(PyParamSpecArgs { head: Object::placeholder(), origin: Field::new(self.own()), weak: WeakList::new() })
    }
    /// Represents keyword arguments.
    #[getter("kwargs")]
    fn get_kwargs(&self, cx: &mut Cx) -> PyResult<Own<PyParamSpecKwargs>> {
        cx.new_object(PyParamSpecKwargs { head: Object::placeholder(), origin: Field::new(self.own()), weak: WeakList::new() })
    }
    /// The default value for this ParamSpec.
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

macro_rules! parts_of {
    ($t:ident, $name:literal, $export:literal, $short:literal, $sig:literal, $doc:literal) => {
        #[doc = $doc]
        #[pytype(name = $name, heap, export = $export, gc)]
        #[repr(C)]
        pub struct $t {
            head: ObjHead,
            #[member("__origin__", readonly)]
            origin: Field<Object>,
            weak: WeakList,
        }
        #[pymethods]
        impl $t {
            #[new($sig)]
            fn py_new(_cls: &PyType, origin: &Object, cx: &mut Cx) -> PyResult<Own<$t>> {
                cx.new_object($t { head: Object::placeholder(), origin: Field::new(origin.own()), weak: WeakList::new() })
            }
            #[slot(tp_repr)]
            fn repr(&self, cx: &mut Cx) -> PyResult<String> {
                let name = match self.origin.downcast::<PyParamSpec>() {
                    Some(p) => taipan_object::abstract_::str(&p.name, cx)?,
                    None => taipan_object::abstract_::repr(&self.origin, cx)?,
                };
                Ok(format!("{name}.{}", $short))
            }
            #[slot(tp_richcompare)]
            fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
                let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<$t>()) else { return Ok(not_implemented().own()) };
                let same = taipan_object::abstract_::eq(&self.origin, &o.origin, cx)?;
                Ok(from_bool(same == (op == CmpOp::Eq)))
            }
            #[method("__mro_entries__(object, /)", doc = "")]
            fn mro_entries(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
                let name = self.ty().name().to_owned();
                Err(cx.type_error(format_args!("Cannot subclass an instance of {name}")))
            }
        }
    };
}
parts_of!(PyParamSpecArgs, "typing.ParamSpecArgs", "_PyParamSpecArgs_Type", "args", "paramspecargs(origin)", "The args for a ParamSpec object.");
parts_of!(PyParamSpecKwargs, "typing.ParamSpecKwargs", "_PyParamSpecKwargs_Type", "kwargs", "paramspeckwargs(origin)", "The kwargs for a ParamSpec object.");
