//! `object.h`: attributes, comparison, text of objects.

use crate::border::{Borrowed, bad_internal_call, str_of, want_str};
use crate::capi;
use std::ffi::{c_char, c_int, c_uint, c_void};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, attr, call, instance, weakref};

/// The text of a null pointer, as `repr` and `str` give it.
fn null_text(cx: &mut Cx) -> PyResult<Own<PyStr>> {
    PyStr::new("<NULL>", cx)
}

/// An attribute name: a str, or `TypeError`.
fn name_of(n: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    attr::as_name(n, cx)
}

/// An interned name from a C string.
unsafe fn c_name(p: *const c_char, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    // SAFETY: the caller's C string.
    let s = unsafe { str_of(p, cx)? };
    Ok(taipan_object::types::str::intern::intern(s, cx))
}

/// `0` or `1`, and the value through `out` (null when there is none).
unsafe fn optional(r: PyResult<Option<Own<Object>>>, out: *mut *mut Object) -> PyResult<bool> {
    // SAFETY: the caller's out-parameter.
    unsafe {
        out.write(std::ptr::null_mut());
        Ok(match r? {
            Some(v) => {
                out.write(v.into_raw());
                true
            }
            None => false,
        })
    }
}

/// Run a test that has no way to report an error: the error is written as unraisable.
fn or_unraisable(r: PyResult<bool>, what: &str, o: &Object, cx: &mut Cx) -> c_int {
    match r {
        Ok(b) => c_int::from(b),
        Err(_) => {
            taipan_object::unraisable::write(cx, Some(what), Some(o));
            0
        }
    }
}

/// The constants of `Py_GetConstant`, in the order of their numbers.
fn constant(id: c_uint, cx: &mut Cx) -> PyResult<Own<Object>> {
    use taipan_object::types::{boolean, ellipsis};
    Ok(match id {
        0 => none().own(),
        1 => boolean::false_().own(),
        2 => boolean::true_().own(),
        3 => ellipsis().own(),
        4 => not_implemented().own(),
        5 => PyInt::new(0, cx)?.into_object(),
        6 => PyInt::new(1, cx)?.into_object(),
        7 => PyStr::new("", cx)?.into_object(),
        8 => PyBytes::new(b"", cx)?.into_object(),
        9 => PyTuple::empty().into_object(),
        _ => return Err(bad_internal_call(cx)),
    })
}

/// Whether the only reference is the caller's, or a local variable of the running frame with its copy among that frame's temporaries: CPython's temporaries
/// borrow from the variables, so it counts one there.
fn is_unique_here(o: &Object, cx: &Cx) -> bool {
    if o.is_unique() {
        return true;
    }
    let Some(f) = taipan_object::machine::current_frame(cx.ts()).filter(|_| o.refcount() == 2) else { return false };
    let (locals, words) = (f.code().nlocals(), f.code().frame_words());
    let mut found = [0; 2];
    for i in 0..words {
        // SAFETY: the words of a running frame are slots.
        let s = unsafe { *f.locals_ptr().add(i) };
        if s.is_object() && std::ptr::eq(s.as_ptr(), o) {
            found[usize::from(i >= locals)] += 1;
        }
    }
    found == [1, 1]
}

/// Whether the object lies among the temporaries of the running frame.
fn is_temporary(o: &Object, cx: &Cx) -> bool {
    let Some(f) = taipan_object::machine::current_frame(cx.ts()) else { return false };
    (f.code().nlocals()..f.code().frame_words()).any(|i| {
        // SAFETY: the words of a running frame are slots.
        let s = unsafe { *f.locals_ptr().add(i) };
        s.is_object() && std::ptr::eq(s.as_ptr(), o)
    })
}

capi! {
    /// `repr(o)`.
    fn PyObject_Repr(o: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| {
        match o { Some(o) => abstract_::repr(o, cx), None => null_text(cx) }
    }
    /// `str(o)`.
    fn PyObject_Str(o: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| {
        match o { Some(o) => abstract_::str(o, cx), None => null_text(cx) }
    }
    /// `ascii(o)`.
    fn PyObject_ASCII(o: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| {
        match o { Some(o) => abstract_::ascii(o, cx), None => null_text(cx) }
    }
    /// `bytes(o)` for objects; ints are refused.
    fn PyObject_Bytes(o: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o else { return PyBytes::new(b"<NULL>", cx).map(Own::into_object) };
        if o.is_exact::<PyBytes>() {
            return Ok(o.own());
        }
        if let Some(r) = call::call_special(o, name!(cx, "__bytes__"), &[], cx)? {
            if !r.is_a::<PyBytes>() {
                return Err(cx.type_error(format_args!("{}.__bytes__() must return a bytes, not {}", o.ty().tp_name_str(), r.ty().tp_name_str())));
            }
            return Ok(r);
        }
        super::bytesobject::from_object(o, cx)
    }
    /// `callable(o)`.
    fn PyCallable_Check(o: Option<&Object>) -> bool = |cx| { o.is_some_and(|o| cx.is_callable(o)) }
    /// `hash(o)`.
    fn PyObject_Hash(o: &Object) -> PyResult<isize> = |cx| { abstract_::hash(o, cx) }
    /// `tp_hash` of unhashable types.
    fn PyObject_HashNotImplemented(o: &Object) -> PyResult<isize> = |cx| { abstract_::hash_not_implemented(o, cx) }
    /// `bool(o)`.
    fn PyObject_IsTrue(o: &Object) -> PyResult<bool> = |cx| { abstract_::is_true(o, cx) }
    /// `not o`.
    fn PyObject_Not(o: &Object) -> PyResult<bool> = |cx| { abstract_::is_true(o, cx).map(|b| !b) }
    /// `a OP b`.
    fn PyObject_RichCompare(a: Option<&Object>, b: Option<&Object>, op: c_int) -> PyResult<Own<Object>> = |cx| {
        match (a, b) {
            (Some(a), Some(b)) => abstract_::rich_compare(a, b, CmpOp::from_int(op), cx),
            _ if cx.is_raised() => Err(Raised::assume()),
            _ => Err(bad_internal_call(cx)),
        }
    }
    /// `a OP b` as a truth value; identical objects are equal.
    fn PyObject_RichCompareBool(a: &Object, b: &Object, op: c_int) -> PyResult<bool> = |cx| {
        abstract_::rich_compare_bool(a, b, CmpOp::from_int(op), cx)
    }
    /// `iter(o)` of iterators: the object itself.
    fn PyObject_SelfIter(o: &Object) -> Own<Object> = |cx| { o.own() }
    /// `dir(o)`, or the names of the current scope for null.
    fn PyObject_Dir(o: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let dir = cx.import_attr("builtins", "dir")?;
        match o { Some(o) => call::call(&dir, &[o], cx), None => call::call(&dir, &[], cx) }
    }

    /// `o.name`.
    fn PyObject_GetAttr(o: &Object, name: &Object) -> *mut Object = direct |_| {
        if name.exact::<PyStr>().is_some_and(|n| n.interned() != 0) {
            if let Some(f) = o.ty().tp_getattro.get() { return f(o.as_ptr(), name.as_ptr()) }
        }
        taipan_get_attr(o, name)
    }
    /// The rest of `PyObject_GetAttr`.
    fn taipan_get_attr(o: &Object, name: &Object) -> PyResult<Own<Object>> = |cx| {
        if let Some(n) = name.exact::<PyStr>().filter(|n| n.interned() != 0) {
            return attr::get(o, n, cx);
        }
        let n = name_of(name, cx)?;
        attr::get(o, &n, cx)
    }
    /// `o.name`.
    fn PyObject_GetAttrString(o: &Object, name: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let n = c_name(name, cx)?;
        attr::get(o, &n, cx)
    }
    /// `o.name` where a missing attribute is no error: 1, 0 or -1.
    fn PyObject_GetOptionalAttr(o: &Object, name: &Object, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        *out = std::ptr::null_mut();
        let n = name_of(name, cx)?;
        optional(attr::get_opt(o, &n, cx), out)
    }
    /// As `PyObject_GetOptionalAttr`.
    fn PyObject_GetOptionalAttrString(o: &Object, name: *const c_char, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        *out = std::ptr::null_mut();
        let n = c_name(name, cx)?;
        optional(attr::get_opt(o, &n, cx), out)
    }
    /// `hasattr` that hides every error.
    fn PyObject_HasAttr(o: &Object, name: &Object) -> c_int = |cx| {
        let r = name_of(name, cx).and_then(|n| attr::has(o, &n, cx));
        or_unraisable(r, "Exception ignored in PyObject_HasAttr(); consider using PyObject_HasAttrWithError(), PyObject_GetOptionalAttr() or PyObject_GetAttr()", o, cx)
    }
    /// `hasattr` that hides every error.
    fn PyObject_HasAttrString(o: &Object, name: *const c_char) -> c_int = |cx| {
        let r = c_name(name, cx).and_then(|n| attr::has(o, &n, cx));
        or_unraisable(r, "Exception ignored in PyObject_HasAttrString(); consider using PyObject_HasAttrStringWithError(), PyObject_GetOptionalAttrString() or PyObject_GetAttrString()", o, cx)
    }
    /// `hasattr(o, name)`.
    fn PyObject_HasAttrWithError(o: &Object, name: &Object) -> PyResult<bool> = |cx| {
        let n = name_of(name, cx)?;
        attr::has(o, &n, cx)
    }
    /// `hasattr(o, name)`.
    fn PyObject_HasAttrStringWithError(o: &Object, name: *const c_char) -> PyResult<bool> = |cx| {
        let n = c_name(name, cx)?;
        attr::has(o, &n, cx)
    }
    /// `o.name = v`; null deletes.
    fn PyObject_SetAttr(o: &Object, name: &Object, v: Option<&Object>) -> PyResult<()> = |cx| {
        let n = name_of(name, cx)?;
        attr::set(o, &n, v, cx)
    }
    /// `o.name = v`; null deletes.
    fn PyObject_SetAttrString(o: &Object, name: *const c_char, v: Option<&Object>) -> PyResult<()> = |cx| {
        let n = c_name(name, cx)?;
        attr::set(o, &n, v, cx)
    }
    /// `del o.name`.
    fn PyObject_DelAttr(o: &Object, name: &Object) -> PyResult<()> = |cx| {
        let n = name_of(name, cx)?;
        attr::set(o, &n, None, cx)
    }
    /// `del o.name`.
    fn PyObject_DelAttrString(o: &Object, name: *const c_char) -> PyResult<()> = |cx| {
        let n = c_name(name, cx)?;
        attr::set(o, &n, None, cx)
    }
    /// `object.__getattribute__`.
    fn PyObject_GenericGetAttr(o: &Object, name: &Object) -> PyResult<Own<Object>> = |cx| {
        let n = name_of(name, cx)?;
        attr::generic_get(o, &n, cx)
    }
    /// `object.__setattr__`, `object.__delattr__`.
    fn PyObject_GenericSetAttr(o: &Object, name: &Object, v: Option<&Object>) -> PyResult<()> = |cx| {
        let n = name_of(name, cx)?;
        attr::generic_set(o, &n, v, cx)
    }
    /// As `PyObject_GenericGetAttr` with the instance dict given; `suppress` turns "no attribute" into null without an exception.
    fn _PyObject_GenericGetAttrWithDict(o: &Object, name: &Object, dict: Option<&Object>, suppress: c_int) -> PyResult<Option<Own<Object>>> = |cx| {
        let n = name_of(name, cx)?;
        let r = match dict.and_then(|d| d.downcast::<PyDict>()) {
            Some(d) => attr::generic_get_with_dict(o, &n, d, cx),
            None => attr::generic_get(o, &n, cx),
        };
        match r {
            Err(e) if suppress != 0 => cx.catch(e, exc::AttributeError()).map(|()| None),
            r => r.map(Some),
        }
    }
    /// As `PyObject_GenericSetAttr` with the instance dict given.
    fn _PyObject_GenericSetAttrWithDict(o: &Object, name: &Object, v: Option<&Object>, dict: Option<&Object>) -> PyResult<()> = |cx| {
        let n = name_of(name, cx)?;
        match dict.and_then(|d| d.downcast::<PyDict>()) {
            Some(d) => attr::generic_set_with_dict(o, &n, v, d, cx),
            None => attr::generic_set(o, &n, v, cx),
        }
    }
    /// The getter of `__dict__`.
    fn PyObject_GenericGetDict(o: &Object, closure: *mut c_void) -> PyResult<Own<Object>> = |cx| {
        taipan_object::types::object_::get_dict(o, cx)
    }
    /// The setter of `__dict__`.
    fn PyObject_GenericSetDict(o: &Object, v: Option<&Object>, closure: *mut c_void) -> PyResult<()> = |cx| {
        taipan_object::types::object_::set_dict(o, v, cx)
    }
    /// Visit the managed dict and inline values, for `tp_traverse`.
    fn PyObject_VisitManagedDict(o: &Object, visit: taipan_object::field::VisitProc, arg: *mut c_void) -> c_int = |cx| {
        instance::traverse(o, Visit { proc_: visit, arg }).err().unwrap_or(0)
    }
    /// Clear the managed dict and inline values, for `tp_clear`.
    fn PyObject_ClearManagedDict(o: &Object) = |cx| { instance::clear(o) }
    /// The object is dying: clear its weak references and run their callbacks.
    fn PyObject_ClearWeakRefs(o: *mut Object) = |cx| {
        weakref::clear_refs_of(o)
    }
    /// As `PyObject_ClearWeakRefs`.
    fn PyUnstable_Object_ClearWeakRefsNoCallbacks(o: &Object) = |cx| {
        for w in weakref::all_to(o) {
            if let Some(w) = w.downcast::<taipan_object::types::weakref::PyWeakref>() {
                w.unlink();
            }
        }
    }
    /// Run `tp_finalize` once.
    fn PyObject_CallFinalizer(o: &Object) = |cx| { finalise(o) }
    /// Run `tp_finalize` of a dying object: 0 to go on dying, -1 when it came back to life.
    fn PyObject_CallFinalizerFromDealloc(o: &Object) -> c_int = |cx| {
        if o.refcount() != 0 {
            taipan_object::fatal("PyObject_CallFinalizerFromDealloc called on object with a non-zero refcount");
        }
        o.set_refcount(1);
        finalise(o);
        let left = o.refcount() - 1;
        o.set_refcount(left);
        if left == 0 { 0 } else { -1 }
    }
    /// `str(o)` or `repr(o)` (`Py_PRINT_RAW`) into a C `FILE`.
    fn PyObject_Print(o: Option<&Object>, file: *mut c_void, flags: c_int) -> PyResult<()> = |cx| {
        let s = match o {
            None => "<nil>".to_owned(),
            Some(o) if o.refcount() == 0 => format!("<refcnt 0 at {o:p}>"),
            Some(o) if flags & 1 != 0 => abstract_::str(o, cx)?.to_string_lossy(),
            Some(o) => abstract_::repr(o, cx)?.to_string_lossy(),
        };
        crate::cfile::write(file, s.as_bytes(), cx)
    }
    /// Remember that `repr` of `o` runs: 0, or 1 when it was running already.
    fn Py_ReprEnter(o: &Object) -> PyResult<bool> = |cx| { crate::repr_state::enter(o, cx) }
    /// The `repr` of `o` is done.
    fn Py_ReprLeave(o: &Object) = |cx| { crate::repr_state::leave(o, cx) }
    /// `a is b`.
    fn Py_Is(a: *mut Object, b: *mut Object) -> bool = |cx| { std::ptr::eq(a, b) }
    /// `o is None`.
    fn Py_IsNone(o: *mut Object) -> bool = |cx| { std::ptr::eq(o, none().as_ptr()) }
    /// `type(o)`, borrowed.
    fn Py_TYPE(o: &Object) -> Borrowed = |cx| { o.ty().as_object().into() }
    /// A constant by number.
    fn Py_GetConstant(id: c_uint) -> PyResult<Own<Object>> = |cx| { constant(id, cx) }
    /// A constant by number, borrowed (all of them are immortal).
    fn Py_GetConstantBorrowed(id: c_uint) -> PyResult<Borrowed> = |cx| { constant(id, cx).map(|o| Borrowed(o.as_ptr())) }
    /// Where the instance's dict pointer lies, for types that store one at a positive offset.
    fn _PyObject_GetDictPtr(o: &Object) -> *mut *mut Object = |cx| {
        let off = o.ty().tp_dictoffset.get();
        if off > 0 { (o.as_ptr() as *mut u8).offset(off) as *mut *mut Object } else { std::ptr::null_mut() }
    }
    /// `name()` of a callable for messages.
    fn _PyObject_FunctionStr(f: &Object) -> PyResult<Own<PyStr>> = |cx| {
        let Some(q) = attr::get_opt(f, name!(cx, "__qualname__"), cx)? else { return abstract_::str(f, cx) };
        let text = abstract_::str(&q, cx)?.to_string_lossy();
        if let Some(m) = attr::get_opt(f, name!(cx, "__module__"), cx)? {
            if !m.is_none() && !m.downcast::<PyStr>().is_some_and(|m| m.eq_text("builtins")) {
                let m = abstract_::str(&m, cx)?.to_string_lossy();
                return PyStr::new(&format!("{m}.{text}()"), cx);
            }
        }
        PyStr::new(&format!("{text}()"), cx)
    }
    /// Whether nobody else holds the object.
    fn PyUnstable_Object_IsUniquelyReferenced(o: &Object) -> bool = |cx| { is_unique_here(o, cx) }
    /// Whether the object is a temporary of the running frame alone: temporaries hold one count.
    fn PyUnstable_Object_IsUniqueReferencedTemporary(o: &Object) -> bool = |cx| { o.is_unique() && is_temporary(o, cx) }
    /// Whether the count never changes.
    fn PyUnstable_IsImmortal(o: &Object) -> bool = |cx| { o.is_immortal() }
    /// Deferred counting exists only without a GIL: 0, nothing was done.
    fn PyUnstable_Object_EnableDeferredRefcount(o: &Object) -> c_int = |cx| { 0 }
    /// With the GIL every object allows `PyUnstable_TryIncRef`.
    fn PyUnstable_EnableTryIncRef(o: &Object) = |cx| {}
    /// Take a count unless the object is dying.
    fn PyUnstable_TryIncRef(o: &Object) -> bool = |cx| {
        if o.refcount() == 0 {
            return false;
        }
        o.incref();
        true
    }
}

/// Run `tp_finalize` unless it ran before.
fn finalise(o: &Object) {
    let ty = o.ty();
    let Some(f) = ty.tp_finalize.get() else { return };
    let is_gc = o.is_gc();
    if is_gc && taipan_object::gc::is_finalized(o) {
        return;
    }
    // SAFETY: the slot's contract; the object is alive.
    unsafe {
        f(o.as_ptr());
        if is_gc {
            taipan_object::gc::set_finalized(o.as_ptr());
        }
    }
}

/// For callers that take a str or null.
pub fn optional_str<'a>(o: Option<&'a Object>, cx: &mut Cx) -> PyResult<Option<&'a PyStr>> {
    o.map(|o| want_str(o, cx)).transpose()
}
