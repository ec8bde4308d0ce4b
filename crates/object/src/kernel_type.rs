//! `kernel_type!`: the part of `#[pytype]` for the few types whose memory is managed by hand (variable size, inline items).
//!
//! It declares the exported static type and `PyTyped`; `kernel_spec!` adds the `SPEC` with the parts that `#[pymethods]` blocks of the type's folder define.

/// `kernel_type!(Struct, C symbol, c"name", flag | flag [, FAST_FLAG])`: the static type and `PyTyped` with an optional one-bit instance check.
#[macro_export]
macro_rules! kernel_type {
    ($t:ty, $sym:ident, $name:expr, $($flag:ident)|+ $(, $fast:ident)?) => {
        /// The type object (exported under CPython's name).
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals)]
        pub static $sym: $crate::typeobj::StaticType = $crate::typeobj::StaticType::empty();

        // SAFETY: repr(C) with the head first.
        unsafe impl $crate::refs::PyLayout for $t {}
        // SAFETY: all objects of the type and its subtypes begin with this layout.
        unsafe impl $crate::refs::PyTyped for $t {
            #[inline(always)]
            fn ty() -> &'static $crate::typeobj::PyType {
                &$sym.ty
            }
            $(
            #[inline(always)]
            fn check(obj: &$crate::refs::Object) -> bool {
                obj.ty().tp_flags.get() & $crate::typeobj::flags::$fast != 0
            }
            )?
        }
        impl $t {
            /// `tp_name` and `tp_flags` for the type's `SPEC`.
            pub(crate) const KERNEL_NAME: &'static std::ffi::CStr = $name;
            pub(crate) const KERNEL_FLAGS: u64 = 0 $(| $crate::typeobj::flags::$flag)+;
        }
        impl std::ops::Deref for $t {
            type Target = $crate::refs::Object;
            #[inline(always)]
            fn deref(&self) -> &$crate::refs::Object {
                $crate::refs::AsObject::as_object(self)
            }
        }
    };
}

/// `kernel_spec!(Struct, symbol { key: value, … } parts [A, B])`: the `SPEC` of a `kernel_type!`. Keys not given have the values of a plain object without
/// collector; `parts` are `TypePart`s of `#[pymethods(NAME)]` blocks.
#[macro_export]
macro_rules! kernel_spec {
    ($t:ty, $sym:ident { $($key:ident: $value:expr),* $(,)? } parts [$($part:expr),* $(,)?]) => {
        impl $t {
            /// Everything about the type, for `typeobj::ready_static`.
            pub const SPEC: &'static $crate::typeobj::TypeSpec = &$crate::typeobj::TypeSpec {
                $($key: $value,)*
                parts: &[$($part),*],
                ..$crate::typeobj::TypeSpec::plain(<$t>::KERNEL_NAME, <$t>::KERNEL_FLAGS, size_of::<$t>() as isize, &$sym)
            };
        }
    };
}
