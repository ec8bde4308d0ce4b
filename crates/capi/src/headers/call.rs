//! `abstract.h`: calling. The variadic forms come from `csrc/variadic.c` as arrays.

use crate::border::objects;
use crate::capi;
use taipan_object::call::{self, ARGUMENTS_OFFSET};
use taipan_object::prelude::*;
use taipan_object::typeobj::VectorcallFunc;

/// Keyword arguments of a dict as names and values.
fn keywords(kw: Option<&Object>, cx: &mut Cx) -> PyResult<Option<(Own<PyTuple>, Vec<Own<Object>>)>> {
    match kw.and_then(|k| k.downcast::<PyDict>()) {
        Some(d) if !d.is_empty() => d.split_kwargs(cx).map(Some),
        _ => Ok(None),
    }
}

capi! {
    /// `f(*args, **kwargs)` with a tuple and a dict or null.
    fn PyObject_Call(f: &Object, args: &PyTuple, kwargs: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        call::call_tuple_dict(f, args, kwargs.and_then(|k| k.downcast::<PyDict>()), cx)
    }
    /// `f(*args)`; null means no arguments.
    fn PyObject_CallObject(f: &Object, args: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match args {
            None => call::call(f, &[], cx),
            Some(a) => match a.downcast::<PyTuple>() {
                Some(t) => call::call_tuple_dict(f, t, None, cx),
                None => Err(cx.type_error(format_args!("argument list must be a tuple"))),
            },
        }
    }
    /// `f()`.
    fn PyObject_CallNoArgs(f: &Object) -> *mut Object = direct |_| {
        let stack = [std::ptr::null_mut::<Object>(); 1];
        if let Some(v) = call::vectorcall_of(f) { return v(f.as_ptr(), stack.as_ptr().add(1), ARGUMENTS_OFFSET, std::ptr::null_mut()) }
        taipan_call_no_args(f)
    }
    /// `f()` of what has no vectorcall function.
    fn taipan_call_no_args(f: &Object) -> PyResult<Own<Object>> = |cx| {
        let stack = [std::ptr::null_mut::<Object>(); 1];
        call::vectorcall_raw(f, stack.as_ptr().add(1), ARGUMENTS_OFFSET, std::ptr::null_mut(), cx)
    }
    /// `f(arg)`.
    fn PyObject_CallOneArg(f: &Object, arg: &Object) -> *mut Object = direct |_| {
        let stack = [std::ptr::null_mut(), arg.as_ptr()];
        if let Some(v) = call::vectorcall_of(f) { return v(f.as_ptr(), stack.as_ptr().add(1), 1 | ARGUMENTS_OFFSET, std::ptr::null_mut()) }
        taipan_call_one_arg(f, arg)
    }
    /// `f(arg)` of what has no vectorcall function.
    fn taipan_call_one_arg(f: &Object, arg: &Object) -> PyResult<Own<Object>> = |cx| {
        let stack = [std::ptr::null_mut(), arg.as_ptr()];
        call::vectorcall_raw(f, stack.as_ptr().add(1), 1 | ARGUMENTS_OFFSET, std::ptr::null_mut(), cx)
    }
    /// Call with an argument array (PEP 590).
    fn PyObject_Vectorcall(f: &Object, args: *const *mut Object, nargsf: usize, kwnames: *mut Object) -> *mut Object = direct |_| {
        if let Some(v) = call::vectorcall_of(f) { return v(f.as_ptr(), args, nargsf, kwnames) }
        taipan_vectorcall(f, args, nargsf, kwnames)
    }
    /// `PyObject_Vectorcall` of what has no vectorcall function.
    fn taipan_vectorcall(f: &Object, args: *const *mut Object, nargsf: usize, kwnames: *mut Object) -> PyResult<Own<Object>> = |cx| {
        call::vectorcall_raw(f, args, nargsf, kwnames, cx)
    }
    /// Call with an argument array and a dict of keyword arguments.
    fn PyObject_VectorcallDict(f: &Object, args: *const *mut Object, nargsf: usize, kwargs: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let pos = objects(args, nargsf & !ARGUMENTS_OFFSET);
        match keywords(kwargs, cx)? {
            None => call::call(f, pos, cx),
            Some((names, values)) => {
                let values: Vec<&Object> = values.iter().map(|v| &**v).collect();
                call::call_kw(f, pos, &values, Some(&names), cx)
            }
        }
    }
    /// `args[0].name(*args[1:], **keywords)`.
    fn PyObject_VectorcallMethod(name: &Object, args: *const *mut Object, nargsf: usize, kwnames: *mut Object) -> PyResult<Own<Object>> = |cx| {
        let n = taipan_object::attr::as_name(name, cx)?;
        let receiver: &Object = &**args;
        let (f, bound) = taipan_object::attr::get_method(receiver, &n, cx)?;
        if !bound {
            // The word in front of the receiver is not ours to write here.
            return call::vectorcall_raw(&f, args, nargsf & !ARGUMENTS_OFFSET, kwnames, cx);
        }
        call::vectorcall_raw(&f, args.add(1), ((nargsf & !ARGUMENTS_OFFSET) - 1) | ARGUMENTS_OFFSET, kwnames, cx)
    }
    /// `tp_call` of types with `vectorcall`.
    fn PyVectorcall_Call(f: &Object, args: *mut Object, kwargs: *mut Object) -> *mut Object = |cx| {
        call::call_through_vector(f.as_ptr(), args, kwargs)
    }
    /// The callable's `vectorcall` function, or null.
    fn PyVectorcall_Function(f: &Object) -> *const () = |_| {
        call::vectorcall_of(f).map_or(std::ptr::null(), |f: VectorcallFunc| f as *const ())
    }
    /// The number of arguments without the flag.
    fn PyVectorcall_NARGS(n: usize) -> isize = |_| { (n & !ARGUMENTS_OFFSET) as isize }
    /// Keyword values and names as a dict.
    fn _PyStack_AsDict(values: *const *mut Object, names: &PyTuple) -> PyResult<Own<PyDict>> = |cx| {
        let d = PyDict::new(cx)?;
        for (n, v) in names.as_slice().iter().zip(objects(values, names.len())) {
            d.set(n, v, cx)?;
        }
        Ok(d)
    }
    /// For `csrc/variadic.c`: `f(*args)` with an array; null `f` is a broken call of the extension.
    fn taipan_call_array(f: Option<&Object>, args: *const *mut Object, n: usize) -> PyResult<Own<Object>> = |cx| {
        match f {
            Some(f) => call::call(f, objects(args, n), cx),
            None if cx.is_raised() => Err(Raised::assume()),
            None => Err(cx.system_error(format_args!("null argument to internal routine"))),
        }
    }
    /// For `csrc/variadic.c`: `o.name(*args)` with an array.
    fn taipan_call_method_array(o: Option<&Object>, name: Option<&Object>, args: *const *mut Object, n: usize) -> PyResult<Own<Object>> = |cx| {
        let (Some(o), Some(name)) = (o, name) else {
            return Err(if cx.is_raised() { Raised::assume() } else { cx.system_error(format_args!("null argument to internal routine")) });
        };
        let name = taipan_object::attr::as_name(name, cx)?;
        call::call_method(o, &name, objects(args, n), cx)
    }
    /// For `csrc/variadic.c`: a tuple of two borrowed items.
    fn taipan_tuple_two(a: &Object, b: &Object) -> PyResult<Own<PyTuple>> = direct |cx| { PyTuple::pair(a.own(), b.own(), cx) }
    /// For `csrc/variadic.c`: a tuple of borrowed items (`PyTuple_Pack`).
    fn taipan_tuple_array(args: *const *mut Object, n: usize) -> PyResult<Own<PyTuple>> = |cx| {
        if n > isize::MAX as usize { return Err(crate::border::bad_internal_call(cx)); }
        // More than any memory holds; the C side has not read the arguments then.
        if n > isize::MAX as usize / 16 { return Err(cx.memory_error()); }
        PyTuple::from_slice(objects(args, n), cx)
    }
}
