//! Functions about objects and memory: sizes, counts, interning.

use taipan_object::prelude::*;
use taipan_object::{abstract_, alloc, call, typeobj};

/// `o.__sizeof__()`, and the bytes in front of the object.
fn size_of_object(o: &Object, cx: &mut Cx) -> PyResult<usize> {
    let Some(method) = call::lookup_special(o, name!(cx, "__sizeof__"), cx)? else {
        return Err(cx.type_error(format_args!("Type {} doesn't define __sizeof__", o.ty().name())));
    };
    let r = call::call(&method, &[], cx)?;
    let Some(n) = r.downcast::<PyInt>() else {
        return Err(cx.type_error(format_args!("an integer is required")));
    };
    if n.is_negative() {
        return Err(cx.value_error(format_args!("__sizeof__() should return >= 0")));
    }
    let n = abstract_::number::int_as_isize(n, exc::OverflowError(), cx)?;
    let before = if o.is_gc() { typeobj::preheader_bytes(o.ty()) } else { 0 };
    Ok((n as usize).saturating_add(before))
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// ``Intern'' the given string.
    ///
    /// This enters the string in the (global) table of interned strings whose
    /// purpose is to speed up dictionary lookups. Return the string itself or
    /// the previously interned string object with the same value.
    #[function("intern(string, /)")]
    fn intern(string: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if !string.as_object().is_exact::<PyStr>() {
            return Err(cx.type_error(format_args!("can't intern {}", string.as_object().ty().name())));
        }
        Ok(taipan_object::types::str::intern::intern(string.new_ref(), cx))
    }

    /// Return True if the given string is "interned".
    #[function("_is_interned(string, /)")]
    fn is_interned(string: &PyStr) -> bool {
        string.interned() != 0
    }

    /// Return True if the given object is "immortal" per PEP 683.
    ///
    /// This function should be used for specialized purposes only.
    #[function("_is_immortal(op, /)")]
    fn is_immortal(op: &Object) -> bool {
        op.is_immortal()
    }

    /// Return the reference count of object.
    ///
    /// The count returned is generally one higher than you might expect,
    /// because it includes the (temporary) reference as an argument to
    /// getrefcount().
    #[function("getrefcount(object, /)")]
    fn getrefcount(object: &Object) -> u32 {
        object.refcount()
    }

    #[function("getsizeof(object, default=None)", nosig, doc = "getsizeof(object [, default]) -> int\n\nReturn the size of object in bytes.")]
    fn getsizeof(object: &Object, #[default(None)] default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match size_of_object(object, cx) {
            Ok(n) => n.into_return(cx),
            Err(r) => match default {
                Some(d) => {
                    cx.catch(r, exc::TypeError())?;
                    Ok(d.own())
                }
                None => Err(r),
            },
        }
    }

    /// Return the number of memory blocks currently allocated.
    #[function("getallocatedblocks()")]
    fn getallocatedblocks() -> usize {
        alloc::blocks_in_use()
    }

    /// Clear the internal type lookup cache.
    #[function("_clear_type_cache()")]
    fn clear_type_cache(cx: &mut Cx) -> PyResult<()> {
        taipan_object::warn::warn(
            exc::DeprecationWarning(),
            format_args!("sys._clear_type_cache() is deprecated and may be removed in a future version of Python. Use sys._clear_internal_caches() instead."),
            1,
            cx,
        )?;
        typeobj::modified(typeobj::object_type());
        Ok(())
    }

    /// Clear all internal performance-related caches.
    #[function("_clear_internal_caches()")]
    fn clear_internal_caches() {
        typeobj::modified(typeobj::object_type());
        alloc::clear_free_lists();
    }

    /// Private function for clearing certain descriptors from a type's dictionary.
    ///
    /// See gh-135228 for context.
    #[function("_clear_type_descriptors(type, /)")]
    fn clear_type_descriptors(ty: &PyType, cx: &mut Cx) -> PyResult<()> {
        if ty.has(typeobj::flags::IMMUTABLETYPE) {
            return Err(cx.type_error(format_args!("argument is immutable")));
        }
        let Some(d) = ty.tp_dict.own() else { return Ok(()) };
        for n in [name!(cx, "__dict__"), name!(cx, "__weakref__")] {
            let own = matches!(d.get(n, cx)?, Some(v) if v.is_a::<taipan_object::types::descr::PyGetSetDescr>());
            if own {
                d.remove(n, cx)?;
            }
        }
        typeobj::modified(ty);
        Ok(())
    }

    /// Print summary info to stderr about the state of pymalloc's structures.
    ///
    /// In Py_DEBUG mode, also perform some expensive internal consistency
    /// checks.
    #[function("_debugmallocstats()")]
    fn debugmallocstats() {
        // Free lists by type, as CPython reports them: memory goes back by size here, so that none keeps any.
        let mut text = format!("{} blocks in use, {} bytes in use\n", alloc::blocks_in_use(), alloc::bytes_in_use());
        for name in ["PyDictObject", "PyFloatObject", "PyListObject", "PyTupleObject"] {
            text.push_str(&format!("0 free {name}s\n"));
        }
        crate::sys::report_to_stderr(&text);
    }

    /// Return the number of elements of the unicode interned dictionary
    #[function("getunicodeinternedsize(*, _only_immortal=False)")]
    fn getunicodeinternedsize(_only_immortal: bool) -> usize {
        taipan_object::types::str::intern::count(_only_immortal)
    }

    /// Activate stack profiler trampoline *backend*.
    #[function("activate_stack_trampoline(backend, /)")]
    fn activate_stack_trampoline(_backend: &PyStr, cx: &mut Cx) -> PyResult<()> {
        Err(cx.value_error(format_args!("perf trampoline not available")))
    }

    /// Deactivate the current stack profiler trampoline backend.
    ///
    /// If no stack profiler is activated, this function has no effect.
    #[function("deactivate_stack_trampoline()")]
    fn deactivate_stack_trampoline() {}

    /// Return *True* if a stack profiler trampoline is active.
    #[function("is_stack_trampoline_active()")]
    fn is_stack_trampoline_active() -> bool {
        false
    }

    /// Return True if the GIL is currently enabled and False otherwise.
    #[function("_is_gil_enabled()")]
    fn is_gil_enabled() -> bool {
        true
    }

    /// Return True if remote debugging is enabled, False otherwise.
    #[function("is_remote_debug_enabled()")]
    fn is_remote_debug_enabled() -> bool {
        false
    }
}
