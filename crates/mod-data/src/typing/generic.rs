//! `typing.Generic`: its class methods are functions of Lib's `typing`.

use taipan_object::call;
use taipan_object::prelude::*;

/// Abstract base class for generic types.
///
/// On Python 3.12 and newer, generic classes implicitly inherit from
/// Generic when they declare a parameter list after the class's name::
///
///     class Mapping[KT, VT]:
///         def __getitem__(self, key: KT) -> VT:
///             ...
///         # Etc.
#[pytype(name = "typing.Generic", heap, mutable, export = "_PyGeneric_Type", basetype)]
#[repr(C)]
pub struct PyGeneric {
    head: ObjHead,
}

fn forward(f: &str, cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("typing", f)?;
    let mut all: Vec<&Object> = vec![cls.as_object()];
    all.extend_from_slice(args.0);
    let (names, vals) = kw.split(cx)?;
    call::call_kw(&f, &all, vals, names.as_deref(), cx)
}

#[pymethods]
impl PyGeneric {
    /// Parameterizes a generic class.
    ///
    /// At least, parameterizing a generic class is the *main* thing this
    /// method does. For example, for some generic class `Foo`, this is called
    /// when we do `Foo[int]` - there, with `cls=Foo` and `params=int`.
    ///
    /// However, note that this method is also called when defining generic
    /// classes in the first place with `class Foo[T]: ...`.
    #[classmethod("__class_getitem__(*args, **kwargs)", nosig)]
    fn class_getitem(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        forward("_generic_class_getitem", cls, args, kwargs, cx)
    }
    /// Function to initialize subclasses.
    #[classmethod("__init_subclass__(*args, **kwargs)", nosig)]
    fn init_subclass(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        forward("_generic_init_subclass", cls, args, kwargs, cx)
    }
}
