//! `None`, `NotImplemented` and `Ellipsis`: static, immortal, in writable memory, exported under CPython's names.

use crate::refs::*;
use crate::typeobj::{PyType, StaticType};

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
