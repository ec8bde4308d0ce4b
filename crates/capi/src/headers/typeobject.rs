//! `object.h`: types — readying, making from a spec, asking for parts.

use crate::border::{Borrowed, bad_internal_call};
use crate::capi;
use crate::format::text::full_name;
use std::ffi::{c_int, c_uint, c_ulong, c_void};
use taipan_abi as abi;
use taipan_object::prelude::*;
use taipan_object::typeobj::{self, PyHeapType, flags, from_spec};

/// A heap type, or the complaint of `what`.
fn heap<'a>(t: &'a PyType, what: &str, cx: &mut Cx) -> PyResult<&'a PyHeapType> {
    match t.heap() {
        Some(h) => Ok(h),
        None => Err(cx.type_error(format_args!("{what}: Type '{}' is not a heap type", t.tp_name_str()))),
    }
}

/// The module of a heap type.
fn module_of(t: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
    let h = heap(t, "PyType_GetModule", cx)?;
    match h.ht_module.own() {
        Some(m) => Ok(m),
        None => Err(cx.type_error(format_args!("PyType_GetModule: Type '{}' has no associated module", t.tp_name_str()))),
    }
}

/// The first class of the MRO whose module has the definition.
fn module_by_def(t: &PyType, d: *mut abi::PyModuleDef) -> Option<Own<Object>> {
    let mro = t.tp_mro.own()?;
    mro.as_slice().iter().find_map(|c| {
        let m = c.downcast::<PyType>()?.heap()?.ht_module.own()?;
        let same = m.downcast::<PyModule>().is_some_and(|m| std::ptr::eq(m.definition.def.get(), d));
        same.then_some(m)
    })
}

/// The function (or other value) in a slot.
fn slot_value(t: &PyType, n: c_int, cx: &mut Cx) -> PyResult<*mut c_void> {
    if let Some((_, id)) = from_spec::SLOT_NUMBERS.iter().find(|(k, _)| *k == n) {
        return Ok(t.slot_ptr(*id) as *mut c_void);
    }
    Ok(match n {
        abi::Py_tp_base => t.tp_base.get() as *mut c_void,
        abi::Py_tp_bases => t.tp_bases.as_raw() as *mut c_void,
        abi::Py_tp_doc => t.tp_doc.get() as *mut c_void,
        abi::Py_tp_methods => t.tp_methods.get() as *mut c_void,
        abi::Py_tp_members => t.tp_members.get() as *mut c_void,
        abi::Py_tp_getset => t.tp_getset.get() as *mut c_void,
        abi::Py_tp_token => t.heap().map_or(std::ptr::null_mut(), |h| h.ht_token.get()),
        _ => return Err(bad_internal_call(cx)),
    })
}

fn has_token(c: &Object, token: *mut c_void) -> bool {
    c.downcast::<PyType>().and_then(|c| c.heap()).is_some_and(|h| std::ptr::eq(h.ht_token.get(), token))
}

fn base_with_token(t: &PyType, token: *mut c_void) -> Option<Own<Object>> {
    if has_token(t.as_object(), token) {
        return Some(t.as_object().own());
    }
    let bases = t.tp_bases.own()?;
    bases.as_slice().iter().find_map(|b| b.downcast::<PyType>().and_then(|b| base_with_token(b, token)))
}

unsafe fn make(meta: Option<&PyType>, module: Option<&Object>, spec: *const abi::PyType_Spec, bases: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's spec.
    unsafe { from_spec::from_spec(meta, module, &*spec, bases, cx) }
}

/// The aligned size of the base below the type's own data.
fn data_start(t: &PyType) -> isize {
    t.base().map_or(0, |b| (b.tp_basicsize.get() + 15) & !15)
}

capi! {
    /// Finish a type that C code filled.
    fn PyType_Ready(t: &PyType) -> PyResult<()> = |cx| { typeobj::ready_foreign(t, cx) }
    /// A heap type from a spec.
    fn PyType_FromSpec(spec: *const abi::PyType_Spec) -> PyResult<Own<Object>> = |cx| { make(None, None, spec, None, cx) }
    /// A heap type from a spec and bases.
    fn PyType_FromSpecWithBases(spec: *const abi::PyType_Spec, bases: Option<&Object>) -> PyResult<Own<Object>> = |cx| { make(None, None, spec, bases, cx) }
    /// A heap type that knows its module.
    fn PyType_FromModuleAndSpec(module: Option<&Object>, spec: *const abi::PyType_Spec, bases: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        make(None, module, spec, bases, cx)
    }
    /// A heap type with a metaclass.
    fn PyType_FromMetaclass(meta: Option<&PyType>, module: Option<&Object>, spec: *const abi::PyType_Spec, bases: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        make(meta, module, spec, bases, cx)
    }
    /// `tp_alloc` of most types.
    fn PyType_GenericAlloc(t: &PyType, n: isize) -> PyResult<Own<Object>> = |cx| { typeobj::alloc_instance(t, n.max(0) as usize, cx) }
    /// `tp_new` that only allocates.
    fn PyType_GenericNew(t: &PyType, args: *mut Object, kwargs: *mut Object) -> PyResult<*mut Object> = |cx| {
        match t.tp_alloc.get() {
            Some(f) => Ok(f(t as *const PyType as *mut PyType, 0)),
            None => typeobj::alloc_instance(t, 0, cx).map(Own::into_raw),
        }
    }
    /// Whether `a` is `b` or derives from it.
    fn PyType_IsSubtype(a: &PyType, b: &PyType) -> bool = |_| { a.is_subtype(b) }
    /// The type changed.
    fn PyType_Modified(t: &PyType) = |_| { typeobj::modified(t) }
    /// `tp_flags`.
    fn PyType_GetFlags(t: &PyType) -> u64 = |_| { t.tp_flags.get() as c_ulong }
    /// A slot by number.
    fn PyType_GetSlot(t: &PyType, n: c_int) -> PyResult<*mut c_void> = |cx| { slot_value(t, n, cx) }
    /// `__name__`.
    fn PyType_GetName(t: &PyType) -> PyResult<Own<Object>> = |cx| { taipan_object::attr::get(t.as_object(), name!(cx, "__name__"), cx) }
    /// `__qualname__`.
    fn PyType_GetQualName(t: &PyType) -> PyResult<Own<Object>> = |cx| { taipan_object::attr::get(t.as_object(), name!(cx, "__qualname__"), cx) }
    /// `__module__`.
    fn PyType_GetModuleName(t: &PyType) -> PyResult<Own<Object>> = |cx| { taipan_object::attr::get(t.as_object(), name!(cx, "__module__"), cx) }
    /// `module.qualname`.
    fn PyType_GetFullyQualifiedName(t: &PyType) -> PyResult<Own<PyStr>> = |cx| { full_name(t, false, cx) }
    /// `__dict__` itself.
    fn PyType_GetDict(t: &PyType) -> Option<Own<PyDict>> = |_| { t.tp_dict.own() }
    /// The module of a heap type, borrowed.
    fn PyType_GetModule(t: &PyType) -> PyResult<Borrowed> = |cx| { module_of(t, cx).map(|m| Borrowed(m.as_ptr())) }
    /// The state of the type's module.
    fn PyType_GetModuleState(t: &PyType) -> PyResult<*mut c_void> = |cx| {
        let m = module_of(t, cx)?;
        Ok(m.downcast::<PyModule>().map_or(std::ptr::null_mut(), |m| m.definition.state.get()))
    }
    /// The module with a definition among the type's bases, borrowed.
    fn PyType_GetModuleByDef(t: &PyType, d: *mut abi::PyModuleDef) -> PyResult<Borrowed> = |cx| {
        match module_by_def(t, d) {
            Some(m) => Ok(Borrowed(m.as_ptr())),
            None => Err(cx.type_error(format_args!("PyType_GetModuleByDef: No superclass of '{}' has the given module", t.tp_name_str()))),
        }
    }
    /// The base made from the spec with a token: 1 and the type, 0.
    fn PyType_GetBaseByToken(t: &Object, token: *mut c_void, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        crate::border::put(out, std::ptr::null_mut());
        let Some(t) = t.downcast::<PyType>() else { return Err(cx.type_error(format_args!("expected a type, got a '{}' object", t.ty().name()))) };
        if token.is_null() {
            return Err(cx.system_error(format_args!("PyType_GetBaseByToken called with token=NULL")));
        }
        let found = match t.tp_mro.own() {
            Some(mro) => mro.as_slice().iter().find(|c| has_token(c, token)).map(|c| c.own()),
            // The type is being made: its bases have theirs.
            None => base_with_token(t, token),
        };
        let hit = found.is_some();
        if let (Some(c), false) = (found, out.is_null()) { *out = c.into_raw(); }
        Ok(hit)
    }
    /// Make a class immutable.
    fn PyType_Freeze(t: &PyType) -> PyResult<()> = |cx| {
        let Some(mro) = t.tp_mro.own() else { return Err(bad_internal_call(cx)) };
        for b in mro.as_slice().iter().skip(1) {
            if b.downcast::<PyType>().is_some_and(|b| !b.has(flags::IMMUTABLETYPE)) {
                return Err(cx.type_error(format_args!("Creating immutable type {} from mutable base {}", t.tp_name_str(), b.downcast::<PyType>().map_or("?", |b| b.tp_name_str()))));
            }
        }
        t.tp_flags.set(t.tp_flags.get() | flags::IMMUTABLETYPE);
        typeobj::modified(t);
        Ok(())
    }
    /// Data that the type itself adds to instances.
    fn PyObject_GetTypeData(o: &Object, t: &PyType) -> *mut c_void = |_| { (o.as_ptr() as *mut u8).offset(data_start(t)) as *mut c_void }
    /// Size of those data in bytes.
    fn PyType_GetTypeDataSize(t: &PyType) -> isize = |_| { (t.tp_basicsize.get() - data_start(t)).max(0) }
    /// Items of a type whose items lie at its end.
    fn PyObject_GetItemData(o: &Object) -> PyResult<*mut c_void> = |cx| {
        if !o.ty().has(flags::ITEMS_AT_END) {
            return Err(cx.type_error(format_args!("type '{}' does not have Py_TPFLAGS_ITEMS_AT_END", o.ty().tp_name_str())));
        }
        Ok((o.as_ptr() as *mut u8).offset(o.ty().tp_basicsize.get()) as *mut c_void)
    }
    /// Forget all cached lookups: the highest version so far.
    fn PyType_ClearCache() -> c_uint = |_| { typeobj::version_tag(PyType::ty()) as c_uint }
    /// Give the type a version: whether it has one.
    fn PyUnstable_Type_AssignVersionTag(t: &PyType) -> bool = |_| { typeobj::version_tag(t) != 0 }
    /// `tp_name` behind the last dot.
    fn _PyType_Name(t: &PyType) -> *const std::ffi::c_char = |_| {
        let whole = std::ffi::CStr::from_ptr(t.tp_name.get()).to_bytes();
        let at = whole.iter().rposition(|c| *c == b'.').map_or(0, |i| i + 1);
        t.tp_name.get().add(at)
    }
    /// `type.__subclasscheck__` without overriding.
    fn _PyObject_RealIsSubclass(d: &Object, cls: &Object) -> PyResult<bool> = |cx| { taipan_object::abstract_::recursive_is_subclass(d, cls, cx) }
    /// `type.__instancecheck__` without overriding.
    fn _PyObject_RealIsInstance(o: &Object, cls: &Object) -> PyResult<bool> = |cx| { taipan_object::abstract_::recursive_is_instance(o, cls, cx) }
}
