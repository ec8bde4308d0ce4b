//! `weakref.ReferenceType` (`PyWeakReference`). The list handling is in `crate::weakref`.
//!
//! A reference without callback of the exact type is shared: it stands first in its referent's list.

pub mod proxy;

use crate::args::{Args, Kwargs};
use crate::call::Vectorcall;
use crate::prelude::*;
use crate::typeobj::Ptr;
use crate::weakref::list_of;
use std::cell::Cell;
use taipan_macros::{pymethods, pytype};

/// `PyWeakReference`: `ref` and the layout of both proxies.
#[pytype(name = "weakref.ReferenceType", layout = "PyWeakReference", gc, basetype, flags(HAVE_VECTORCALL), no_dealloc, export = "_PyWeakref_RefType", doc = "")]
#[repr(C)]
pub struct PyWeakref {
    head: ObjHead,
    /// Borrowed; None once the referent is dead.
    pub object: Cell<*mut Object>,
    pub callback: FieldCell<Object>,
    pub hash: Cell<isize>,
    pub prev: Cell<*mut PyWeakref>,
    pub next: Cell<*mut PyWeakref>,
    vectorcall: Vectorcall,
}

unsafe extern "C" fn vectorcall(callee: Ptr, _args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyWeakref.
    unsafe {
        let cx = &mut Cx::assume();
        let w = (*callee).cast_unchecked::<PyWeakref>();
        if !kwnames.is_null() && !(*kwnames).cast_unchecked::<PyTuple>().is_empty() {
            let _raised = cx.type_error(format_args!("ref() takes no keyword arguments"));
            return std::ptr::null_mut();
        }
        let n = nargsf & !crate::call::ARGUMENTS_OFFSET;
        if n != 0 {
            let _raised = cx.type_error(format_args!("ref expected 0 arguments, got {n}"));
            return std::ptr::null_mut();
        }
        w.referent().unwrap_or_else(|| crate::types::none().own()).into_raw()
    }
}

/// A `ref` to `obj` with an optional callback (`PyWeakref_NewRef`). Raises `TypeError` when the type has no weak references.
pub fn new_ref(obj: &Object, callback: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyWeakref>> {
    new_of_type(PyWeakref::ty(), obj, callback, cx)
}

/// As [`new_ref`], for `ref` or a subtype or proxy type of the same layout.
pub fn new_of_type(ty: &PyType, obj: &Object, callback: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyWeakref>> {
    let Some(list) = list_of(obj, obj.ty()) else {
        return Err(cx.type_error(format_args!("cannot create weak reference to '{}' object", obj.ty().tp_name_str())));
    };
    let callback = callback.filter(|c| !c.is_none());
    let shareable = callback.is_none() && ty.has(crate::typeobj::flags::IMMUTABLETYPE);
    if shareable {
        if let Some(w) = find_shared(list, ty) {
            return Ok(w);
        }
    }
    let w = cx.new_object_of(
        ty,
        PyWeakref {
            head: Object::placeholder(),
            object: Cell::new(obj.as_ptr()),
            callback: FieldCell::new(callback.map(|c| c.own())),
            hash: Cell::new(-1),
            prev: Cell::new(std::ptr::null_mut()),
            next: Cell::new(std::ptr::null_mut()),
            vectorcall: Vectorcall::new(vectorcall),
        },
    )?;
    // SAFETY: the list belongs to the live referent; its members are live.
    unsafe { link(list, &w, shareable) };
    Ok(w)
}

/// The shared references (at most two: a `ref` and a proxy) stand at the front of the list.
fn find_shared(list: *mut *mut Object, ty: &PyType) -> Option<Own<PyWeakref>> {
    // SAFETY: as in `link`.
    unsafe {
        let mut p = *list as *mut PyWeakref;
        for _ in 0..2 {
            let w = p.as_ref()?;
            if std::ptr::eq(w.as_object().ty(), ty) && w.callback.is_empty() && w.as_object().refcount() > 0 {
                return Some(AsObject::new_ref(w));
            }
            p = w.next.get();
        }
        None
    }
}

unsafe fn link(list: *mut *mut Object, w: &PyWeakref, front: bool) {
    let me = w as *const PyWeakref as *mut PyWeakref;
    // SAFETY: the caller's promise.
    unsafe {
        let mut prev: *mut PyWeakref = std::ptr::null_mut();
        let mut at = *list as *mut PyWeakref;
        if !front {
            // Behind the shared ones.
            while let Some(x) = at.as_ref().filter(|x| x.callback.is_empty() && x.as_object().ty().has(crate::typeobj::flags::IMMUTABLETYPE)) {
                prev = at;
                at = x.next.get();
            }
        }
        w.prev.set(prev);
        w.next.set(at);
        if let Some(x) = at.as_ref() {
            x.prev.set(me);
        }
        match prev.as_ref() {
            Some(p) => p.next.set(me),
            None => *list = me as *mut Object,
        }
    }
}

impl PyWeakref {
    /// Whether this is the object it refers to.
    #[inline]
    pub fn refers_to(&self, o: &Object) -> bool {
        std::ptr::eq(self.object.get(), o)
    }
}

#[pymethods]
impl PyWeakref {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyWeakref>> {
        if std::ptr::eq(cls, PyWeakref::ty()) && !kw.is_empty() {
            return Err(cx.type_error(format_args!("ref() takes no keyword arguments")));
        }
        match args.0 {
            [o] => new_of_type(cls, o, None, cx),
            [o, f, ..] if args.0.len() == 2 => new_of_type(cls, o, Some(f), cx),
            [] => Err(cx.type_error(format_args!("__new__ expected at least 1 argument, got 0"))),
            a => Err(cx.type_error(format_args!("__new__ expected at most 2 arguments, got {}", a.len()))),
        }
    }
    #[slot(construct)]
    fn construct(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyWeakref>> {
        PyWeakref::tp_new(cls, args, kw, cx)
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("ref() takes no keyword arguments")));
        }
        match args.0.len() {
            1 | 2 => Ok(()),
            0 => Err(cx.type_error(format_args!("__init__ expected at least 1 argument, got 0"))),
            n => Err(cx.type_error(format_args!("__init__ expected at most 2 arguments, got {n}"))),
        }
    }
    #[slot_raw(tp_dealloc)]
    unsafe extern "C" fn dealloc(obj: *mut Object) {
        // SAFETY: a dying weak reference: out of the list first, then as any object.
        unsafe {
            (*obj).cast_unchecked::<PyWeakref>().unlink();
            crate::dealloc::dealloc_of::<PyWeakref>(obj)
        }
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("ref() takes no keyword arguments")));
        }
        if !args.0.is_empty() {
            return Err(cx.type_error(format_args!("ref expected 0 arguments, got {}", args.0.len())));
        }
        Ok(self.referent().unwrap_or_else(|| crate::types::none().own()))
    }
    #[slot(tp_hash)]
    fn hash_slot(&self, cx: &mut Cx) -> PyResult<isize> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        let Some(o) = self.referent() else {
            return Err(cx.type_error(format_args!("weak object has gone away")));
        };
        let h = crate::abstract_::hash(&o, cx)?;
        self.hash.set(h);
        Ok(h)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: crate::abstract_::CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        use crate::abstract_::CmpOp;
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyWeakref>()) else {
            return Ok(crate::types::not_implemented().own());
        };
        match (self.referent(), o.referent()) {
            (Some(a), Some(b)) => crate::abstract_::rich_compare(&a, &b, op, cx),
            _ => Ok(crate::types::boolean::from_bool(std::ptr::eq(self, o) == (op == CmpOp::Eq))),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let at = self.as_object().as_ptr() as usize;
        let Some(o) = self.referent() else { return Ok(format!("<weakref at {at:#x}; dead>")) };
        // Looked up on the type: the object's own attribute access may do anything.
        let name = match crate::call::lookup_special(&o, name!(cx, "__name__"), cx)? {
            Some(n) => n.downcast::<PyStr>().map(|n| format!(" ({n})")),
            None => None,
        };
        Ok(format!("<weakref at {at:#x}; to '{}' at {:#x}{}>", crate::types::object_::full_name(o.ty(), cx)?, o.as_ptr() as usize, name.unwrap_or_default()))
    }
    #[getter("__callback__")]
    fn get_callback(&self) -> Own<Object> {
        self.callback.own().unwrap_or_else(|| crate::types::none().own())
    }
    /// coroutines are generic over the types of their yield, send, and return values
    #[classmethod("__class_getitem__(item, /)", nosig)]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls.as_object(), item, cx)
    }
}
