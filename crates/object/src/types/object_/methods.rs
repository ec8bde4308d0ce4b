//! Methods and slots of `object`.

use crate::abstract_::CmpOp;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use crate::typeobj::{flags, object_type};
use taipan_macros::pymethods;

/// The layout of a bare `object`.
#[repr(C)]
pub struct PlainObject {
    head: ObjHead,
}
// SAFETY: it is the head.
unsafe impl PyLayout for PlainObject {}
// SAFETY: every object has this layout.
unsafe impl PyTyped for PlainObject {
    fn ty() -> &'static PyType {
        object_type()
    }
    fn check(_: &Object) -> bool {
        true
    }
}
impl std::ops::Deref for PlainObject {
    type Target = Object;
    fn deref(&self) -> &Object {
        &self.head
    }
}

/// `tp_dealloc` of `object`: nothing but memory.
pub(super) unsafe extern "C" fn dealloc(o: *mut Object) {
    // SAFETY: a dying object; `tp_free` is set by `ready`.
    unsafe {
        match (*o).ty().tp_free.get() {
            Some(f) => f(o as *mut std::ffi::c_void),
            None => crate::typeobj::alloc::free_instance(o),
        }
    }
}

fn same_fn<F>(a: Option<F>, b: Option<F>) -> bool
where
    F: Copy,
{
    // SAFETY: `F` is a function pointer.
    let addr = |f: Option<F>| f.map(|f| unsafe { *(&raw const f as *const usize) });
    addr(a) == addr(b)
}

/// `object()` takes arguments only when a subclass overrides the other of `__new__` and `__init__`.
fn excess(args: Args<'_>, kw: Kwargs<'_>) -> bool {
    !args.0.is_empty() || !kw.is_empty()
}

fn abstract_error(cls: &PyType, cx: &mut Cx) -> Raised {
    let names = match crate::attr::get(cls, name!(cx, "__abstractmethods__"), cx).and_then(|m| crate::abstract_::iter::collect(&m, cx)) {
        Ok(n) => n,
        Err(r) => return r,
    };
    let mut names: Vec<String> = names.iter().map(|n| n.downcast::<PyStr>().map_or(String::new(), |s| s.to_string())).collect();
    names.sort();
    let s = if names.len() > 1 { "s" } else { "" };
    let list = names.join("', '");
    cx.type_error(format_args!("Can't instantiate abstract class {} without an implementation for abstract method{s} '{list}'", cls.tp_name_str()))
}

#[pymethods]
impl PlainObject {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if excess(args, kw) {
            if !same_fn(cls.tp_new.get(), object_type().tp_new.get()) {
                return Err(cx.type_error(format_args!("object.__new__() takes exactly one argument (the type to instantiate)")));
            }
            if same_fn(cls.tp_init.get(), object_type().tp_init.get()) {
                return Err(cx.type_error(format_args!("{}() takes no arguments", cls.tp_name_str())));
            }
        }
        if cls.has(flags::IS_ABSTRACT) {
            return Err(abstract_error(cls, cx));
        }
        match cls.tp_alloc.get() {
            // SAFETY: the slot's contract.
            Some(f) => unsafe { crate::err::result_from_raw(f(cls as *const PyType as *mut PyType, 0)) },
            None => crate::typeobj::alloc_instance(cls, 0, cx),
        }
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let ty = self.ty();
        if excess(args, kw) {
            if !same_fn(ty.tp_init.get(), object_type().tp_init.get()) {
                return Err(cx.type_error(format_args!("object.__init__() takes exactly one argument (the instance to initialize)")));
            }
            if same_fn(ty.tp_new.get(), object_type().tp_new.get()) {
                return Err(cx.type_error(format_args!("{}.__init__() takes exactly one argument (the instance to initialize)", ty.tp_name_str())));
            }
        }
        Ok(())
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::default_repr(self, cx)
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        // Whoever asks for the text checks what it is.
        crate::abstract_::repr_unchecked(self, cx)
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        crate::hash::hash_pointer(self.as_ptr())
    }
    #[slot_raw(tp_getattro)]
    unsafe extern "C" fn getattro(o: *mut Object, n: *mut Object) -> *mut Object {
        // SAFETY: same contract.
        unsafe { crate::attr::generic_get_slot(o, n) }
    }
    #[slot_raw(tp_setattro)]
    unsafe extern "C" fn setattro(o: *mut Object, n: *mut Object, v: *mut Object) -> i32 {
        // SAFETY: same contract.
        unsafe { crate::attr::generic_set_slot(o, n, v) }
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let ni = || Ok(crate::types::not_implemented().own());
        match op {
            CmpOp::Eq if self.is(other) => Ok(crate::types::boolean::from_bool(true)),
            CmpOp::Eq => ni(),
            CmpOp::Ne => {
                let Some(f) = self.ty().tp_richcompare.get() else { return ni() };
                // SAFETY: the slot's contract.
                let r = unsafe { crate::err::result_from_raw(f(self.as_ptr(), other.as_ptr(), CmpOp::Eq as i32))? };
                if r.is(crate::types::not_implemented()) {
                    return Ok(r);
                }
                let t = crate::abstract_::is_true(&r, cx)?;
                Ok(crate::types::boolean::from_bool(!t))
            }
            _ => ni(),
        }
    }

    #[getter("__class__")]
    fn get_class(&self) -> Own<Object> {
        self.ty().as_object().own()
    }
    #[setter("__class__")]
    fn set_class(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = value else {
            return Err(cx.type_error(format_args!("can't delete __class__ attribute")));
        };
        let Some(new) = v.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!("__class__ must be set to a class, not '{}' object", v.ty().tp_name_str())));
        };
        crate::types::type_::audited(self, "__class__", v, cx)?;
        let old: &PyType = self.ty();
        let module = |t: &PyType| t.is_subtype(crate::types::module::PyModule::ty());
        if !(module(old) && module(new)) && (new.has(flags::IMMUTABLETYPE) || old.has(flags::IMMUTABLETYPE)) {
            return Err(cx.type_error(format_args!("__class__ assignment only supported for mutable types or ModuleType subclasses")));
        }
        crate::types::type_::compatible_layout(old, new, "__class__", cx)?;
        crate::instance::before_class_change(self, new, cx)?;
        if new.has(flags::HEAPTYPE) {
            new.as_object().incref();
        }
        let was_heap = old.has(flags::HEAPTYPE);
        let old_ptr = old.as_object().as_ptr();
        self.set_ty_uncounted(new);
        if was_heap {
            // SAFETY: the count that the instance held.
            unsafe { Object::decref(old_ptr) };
        }
        Ok(())
    }

    /// Helper for pickle.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::reduce::common(self, 0, cx)
    }
    /// Helper for pickle.
    #[method("__reduce_ex__(protocol, /)")]
    fn reduce_ex(&self, protocol: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::reduce::reduce_ex(self, protocol, cx)
    }
    /// Helper for pickle.
    #[method("__getstate__()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::reduce::getstate(self, false, cx)
    }
    /// Default object formatter.
    ///
    /// Return str(self) if format_spec is empty. Raise TypeError otherwise.
    #[method("__format__(format_spec, /)")]
    fn format(&self, format_spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if !format_spec.is_empty() {
            return Err(cx.type_error(format_args!("unsupported format string passed to {}.__format__", self.ty().tp_name_str())));
        }
        crate::abstract_::str(self, cx)
    }
    /// Size of object in memory, in bytes.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> isize {
        let ty = self.ty();
        let mut n = ty.tp_basicsize.get();
        if ty.tp_itemsize.get() > 0 {
            // SAFETY: types with items have at least one word behind the head; in frames and generators, which have a size of their own, it is something else.
            let items = unsafe { (*(self.as_ptr() as *const VarHead)).size.get() };
            n = n.wrapping_add(ty.tp_itemsize.get().wrapping_mul(items.wrapping_abs()));
        }
        n + crate::instance::inline_bytes_of(self, ty) as isize
    }
    /// Default dir() implementation.
    #[method("__dir__()")]
    fn dir(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let d = match crate::attr::get_opt(self, name!(cx, "__dict__"), cx)? {
            Some(d) => match d.downcast::<PyDict>() {
                Some(d) => d.copy(cx)?,
                None => PyDict::new(cx)?,
            },
            None => PyDict::new(cx)?,
        };
        if let Some(c) = crate::attr::get_opt(self, name!(cx, "__class__"), cx)? {
            merge_class(&d, &c, cx)?;
        }
        crate::abstract_::iter::to_list(&d, cx)
    }
    /// This method is called when a class is subclassed.
    ///
    /// The default implementation does nothing. It may be
    /// overridden to extend subclasses.
    ///
    #[classmethod("__init_subclass__()", nosig, doc = "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\noverridden to extend subclasses.")]
    fn init_subclass(_cls: &PyType) {}
    /// Abstract classes can override this to customize issubclass().
    #[classmethod("__subclasshook__(cls, /)", nosig, doc = "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm (and the outcome is cached).")]
    fn subclasshook(_cls: &PyType, _other: &Object) -> Own<Object> {
        crate::types::not_implemented().own()
    }
}

/// Names of a class and its bases, for `dir`.
fn merge_class(d: &PyDict, cls: &Object, cx: &mut Cx) -> PyResult<()> {
    if let Some(ns) = crate::attr::get_opt(cls, name!(cx, "__dict__"), cx)? {
        d.update_from(&ns, cx)?;
    }
    let Some(bases) = crate::attr::get_opt(cls, name!(cx, "__bases__"), cx)? else { return Ok(()) };
    let n = crate::abstract_::len(&bases, cx)?;
    for i in 0..n {
        let b = crate::abstract_::sequence::get(&bases, i as isize, cx)?;
        merge_class(d, &b, cx)?;
    }
    Ok(())
}
