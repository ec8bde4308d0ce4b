//! `eval.h`, `code.h`: code run by C code, values attached to code objects.

use crate::border::{bad_internal_call, objects, want};
use crate::capi;
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::function::PyFunction;
use taipan_object::call;

/// What `PyEval_EvalCodeEx` gets besides code and globals.
struct Extras<'a> {
    locals: Option<&'a Object>,
    args: &'a [&'a Object],
    kws: &'a [&'a Object],
    defaults: &'a [&'a Object],
    kwdefaults: Option<&'a Object>,
    closure: Option<&'a Object>,
}

fn eval_code_ex(code: &Object, globals: &Object, x: &Extras<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (Some(c), Some(g)) = (code.downcast::<PyCode>(), globals.downcast::<PyDict>()) else { return Err(bad_internal_call(cx)) };
    let closure = match x.closure {
        Some(t) => Some(want::<PyTuple>(Some(t), cx)?.new_ref()),
        None => None,
    };
    const OPTIMIZED: u32 = 1;
    if c.flags() & OPTIMIZED == 0 {
        return taipan_interp::eval_code_with_closure(c, g, x.locals, closure, cx);
    }
    let f = PyFunction::new(c, g, cx)?;
    f.set_closure(closure);
    if !x.defaults.is_empty() {
        f.set_defaults(Some(PyTuple::from_slice(x.defaults, cx)?));
    }
    if let Some(d) = x.kwdefaults {
        f.set_kwdefaults(Some(want::<PyDict>(Some(d), cx)?.new_ref()));
    }
    if x.kws.is_empty() {
        return call::call(&f, x.args, cx);
    }
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for pair in x.kws.chunks_exact(2) {
        names.push(pair[0].own());
        values.push(pair[1]);
    }
    let names = PyTuple::from_vec(names, cx)?;
    call::call_kw(&f, x.args, &values, Some(&names), cx)
}

type FreeExtra = unsafe extern "C" fn(*mut c_void);

/// Destructors of the values that C code attaches to code objects.
#[derive(Default)]
struct ExtraSlots(RefCell<Vec<Option<FreeExtra>>>);

/// Free what is attached to a dying code object.
fn free_extra(c: &PyCode) {
    let p = c.extra().replace(std::ptr::null_mut()) as *mut Vec<*mut c_void>;
    if p.is_null() {
        return;
    }
    // SAFETY: made by `PyUnstable_Code_SetExtra`; destructors run with the GIL held, on C code's own values.
    unsafe {
        let cx = &mut Cx::assume();
        let values = Box::from_raw(p);
        let slots = cx.state::<ExtraSlots>().0.borrow().clone();
        for (v, f) in values.iter().zip(slots) {
            if let (Some(f), false) = (f, v.is_null()) {
                f(*v);
            }
        }
    }
}

const EXTRA_MAX: usize = 255;

unsafe fn code_extra<'a>(o: Option<&'a Object>, index: isize, cx: &mut Cx) -> PyResult<(&'a PyCode, usize)> {
    let n = cx.state::<ExtraSlots>().0.borrow().len();
    match (o.and_then(|o| o.downcast::<PyCode>()), usize::try_from(index)) {
        (Some(c), Ok(i)) if i < n => Ok((c, i)),
        _ => Err(bad_internal_call(cx)),
    }
}

capi! {
    /// Run code with arguments, defaults and a closure.
    fn PyEval_EvalCodeEx(code: &Object, globals: &Object, locals: Option<&Object>, args: *const *mut Object, nargs: c_int, kws: *const *mut Object, nkws: c_int, defs: *const *mut Object, ndefs: c_int, kwdefs: Option<&Object>, closure: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let n = |n: c_int| n.max(0) as usize;
        let x = Extras { locals, args: objects(args, n(nargs)), kws: objects(kws, 2 * n(nkws)), defaults: objects(defs, n(ndefs)), kwdefaults: kwdefs, closure };
        eval_code_ex(code, globals, &x, cx)
    }
    /// A place for values attached to code objects: its number, or -1.
    fn PyUnstable_Eval_RequestCodeExtraIndex(free: *const c_void) -> isize = |cx| {
        let st = cx.state::<ExtraSlots>();
        let mut slots = st.0.borrow_mut();
        if slots.len() >= EXTRA_MAX { return -1; }
        // A function pointer of C, null for none.
        slots.push(std::mem::transmute::<*const c_void, Option<FreeExtra>>(free));
        slots.len() as isize - 1
    }
    /// The value attached to a code object, null when there is none.
    fn PyUnstable_Code_GetExtra(o: Option<&Object>, index: isize, out: *mut *mut c_void) -> PyResult<()> = |cx| {
        *out = std::ptr::null_mut();
        let Some(c) = o.and_then(|o| o.downcast::<PyCode>()) else { return Err(bad_internal_call(cx)) };
        // Null where nothing was attached, whatever the number.
        let values = (c.extra().get() as *const Vec<*mut c_void>).as_ref();
        *out = values.zip(usize::try_from(index).ok()).and_then(|(v, i)| v.get(i).copied()).unwrap_or(std::ptr::null_mut());
        Ok(())
    }
    /// Attach a value to a code object; an earlier one is freed.
    fn PyUnstable_Code_SetExtra(o: Option<&Object>, index: isize, value: *mut c_void) -> PyResult<()> = |cx| {
        let (c, i) = code_extra(o, index, cx)?;
        taipan_object::watchers::free_extra_with(free_extra);
        if c.extra().get().is_null() {
            c.extra().set(Box::into_raw(Box::new(Vec::<*mut c_void>::new())) as *mut c_void);
        }
        let values = &mut *(c.extra().get() as *mut Vec<*mut c_void>);
        if values.len() <= i { values.resize(i + 1, std::ptr::null_mut()); }
        let old = std::mem::replace(&mut values[i], value);
        let free = cx.state::<ExtraSlots>().0.borrow().get(i).copied().flatten();
        if let (Some(f), false) = (free, old.is_null()) { f(old); }
        Ok(())
    }
    /// `tp_call` of C functions.
    fn PyCFunction_Call(f: &Object, args: &PyTuple, kwargs: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        call::call_tuple_dict(f, args, kwargs.and_then(|k| k.downcast::<PyDict>()), cx)
    }
    /// Give a function another way of being called.
    fn PyFunction_SetVectorcall(f: &PyFunction, v: *const c_void) = |_| {
        if let Some(v) = std::mem::transmute::<*const c_void, Option<taipan_object::typeobj::VectorcallFunc>>(v) { f.set_vectorcall(v); }
    }
}
