//! `None`, `NotImplemented` and `Ellipsis`: static, immortal, in writable memory, exported under CPython's names.

use crate::prelude::*;
use crate::typeobj::{StaticType, TypeSpec};
use taipan_macros::pymethods;

/// A static object that threads share under the GIL.
#[repr(transparent)]
pub struct StaticObject(pub Object);
// SAFETY: touched only with the GIL held.
unsafe impl Sync for StaticObject {}

macro_rules! singleton {
    ($obj:ident, $ty:ident, $f:ident, $tyf:ident, $doc:literal) => {
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals, missing_docs)]
        pub static $ty: StaticType = StaticType::empty();
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals, missing_docs)]
        pub static $obj: StaticObject = StaticObject(Object::new_static(&raw const $ty.ty));
        #[doc = $doc]
        #[inline(always)]
        pub fn $f() -> &'static Object {
            &$obj.0
        }
        #[doc = concat!("The type of ", $doc)]
        pub fn $tyf() -> &'static PyType {
            &$ty.ty
        }
    };
}
singleton!(_Py_NoneStruct, _PyNone_Type, none, none_type, "`None`.");
singleton!(_Py_NotImplementedStruct, _PyNotImplemented_Type, not_implemented, not_implemented_type, "`NotImplemented`.");
singleton!(_Py_EllipsisObject, PyEllipsis_Type, ellipsis, ellipsis_type, "`Ellipsis`.");

impl Object {
    /// Whether this is `None`.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.is(none())
    }
}

/// The layout shared by the three: nothing but a head, under a type of its own each.
macro_rules! singleton_layout {
    ($name:ident, $tyf:ident) => {
        #[doc = "The struct."]
        #[repr(C)]
        pub struct $name(Object);
        // SAFETY: it is the head.
        unsafe impl PyLayout for $name {}
        // SAFETY: the only instance has this layout.
        unsafe impl PyTyped for $name {
            fn ty() -> &'static PyType {
                $tyf()
            }
        }
        impl std::ops::Deref for $name {
            type Target = Object;
            fn deref(&self) -> &Object {
                &self.0
            }
        }
    };
}
singleton_layout!(PyNone, none_type);
singleton_layout!(PyNotImplemented, not_implemented_type);
singleton_layout!(PyEllipsis, ellipsis_type);

/// Singletons never die; extensions that miscount must not bring them down.
unsafe extern "C" fn never_dealloc(o: *mut Object) {
    // SAFETY: a static object.
    unsafe { (*o).immortalise() }
}

fn no_arguments(what: &str, args: crate::args::Args<'_>, kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    if args.0.is_empty() && kw.is_empty() { Ok(()) } else { Err(cx.type_error(format_args!("{what} takes no arguments"))) }
}

#[pymethods]
impl PyNone {
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: crate::abstract_::CmpOp) -> Own<Object> {
        use crate::abstract_::CmpOp;
        match op {
            CmpOp::Eq if self.is(other) => crate::types::boolean::from_bool(true),
            CmpOp::Ne if self.is(other) => crate::types::boolean::from_bool(false),
            _ => not_implemented().own(),
        }
    }
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: crate::args::Args<'_>, kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        no_arguments("NoneType", args, kw, cx)?;
        Ok(none().own())
    }
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "None"
    }
    #[slot(nb_bool)]
    fn bool(&self) -> bool {
        false
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        0xfca8_6420
    }
}

#[pymethods]
impl PyNotImplemented {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: crate::args::Args<'_>, kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        no_arguments("NotImplementedType", args, kw, cx)?;
        Ok(not_implemented().own())
    }
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "NotImplemented"
    }
    #[slot(nb_bool)]
    fn bool(&self, cx: &mut Cx) -> PyResult<bool> {
        Err(cx.type_error(format_args!("NotImplemented should not be used in a boolean context")))
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self) -> &'static str {
        "NotImplemented"
    }
}

#[pymethods]
impl PyEllipsis {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: crate::args::Args<'_>, kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        no_arguments("EllipsisType", args, kw, cx)?;
        Ok(ellipsis().own())
    }
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "Ellipsis"
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self) -> &'static str {
        "Ellipsis"
    }
}

macro_rules! spec {
    ($const_:ident, $t:ident, $name:literal, $doc:literal, $sym:ident) => {
        /// The spec of the type.
        pub const $const_: &TypeSpec =
            &TypeSpec { doc: Some($doc), dealloc: Some(never_dealloc), parts: &[$t::PART], ..TypeSpec::plain($name, 0, 16, &$sym) };
    };
}
spec!(NONE_SPEC, PyNone, c"NoneType", c"NoneType()\n--\n\nThe type of the None singleton.", _PyNone_Type);
spec!(NOT_IMPLEMENTED_SPEC, PyNotImplemented, c"NotImplementedType", c"NotImplementedType()\n--\n\nThe type of the NotImplemented singleton.", _PyNotImplemented_Type);
spec!(ELLIPSIS_SPEC, PyEllipsis, c"ellipsis", c"ellipsis()\n--\n\nThe type of the Ellipsis singleton.", PyEllipsis_Type);
