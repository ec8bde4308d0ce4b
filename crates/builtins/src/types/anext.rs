//! `anext_awaitable`: what `anext(it, default)` gives — the awaitable of `__anext__`, where the end becomes the default.

use taipan_object::prelude::*;
use taipan_object::types::generator::awaitable_iter;
use taipan_object::{abstract_, call};

#[pytype(name = "anext_awaitable", gc, export = "_PyAnextAwaitable_Type", doc = "")]
#[repr(C)]
pub struct PyAnextAwaitable {
    head: ObjHead,
    wrapped: Field<Object>,
    default: Field<Object>,
}

/// An awaitable around `wrapped` that gives `default` at the end.
pub fn new(wrapped: &Object, default: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let a = PyAnextAwaitable { head: Object::placeholder(), wrapped: Field::new(wrapped.own()), default: Field::new(default.own()) };
    cx.new_object(a).map(Own::into_object)
}

impl PyAnextAwaitable {
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let it = awaitable_iter(&self.wrapped, cx)?;
        if abstract_::iter::is_iterator(&it) {
            return Ok(it);
        }
        let aw = match it.ty().asynch().and_then(|a| a.am_await.get()) {
            Some(_) => call::call_special(&it, name!(cx, "__await__"), &[], cx)?,
            None => None,
        };
        match aw {
            Some(i) if abstract_::iter::is_iterator(&i) => Ok(i),
            Some(i) => Err(cx.type_error(format_args!("object {}.__await__() must return an iterator, not {}", it.ty().tp_name_str(), i.ty().tp_name_str()))),
            None => Err(cx.type_error(format_args!("object {} can't be used in 'await' expression", it.ty().tp_name_str()))),
        }
    }

    /// `StopAsyncIteration` ends the wait with the default.
    fn settle(&self, r: PyResult<Own<Object>>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let r = match r {
            Ok(v) => return Ok(v),
            Err(r) => r,
        };
        cx.catch(r, exc::StopAsyncIteration())?;
        let e = call::call(exc::StopIteration().as_object(), &[&*self.default], cx)?;
        Err(cx.raise(e))
    }

    fn forward(&self, method: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
        let it = self.iter(cx)?;
        let r = call::call_method(&it, method, args, cx);
        self.settle(r, cx)
    }
}

#[pymethods]
impl PyAnextAwaitable {
    #[slot(tp_iter, am_await)]
    fn self_iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let it = self.iter(cx)?;
        let r = abstract_::iter::next_or_raise(&it, None, cx);
        self.settle(r, cx).map(Some)
    }
    /// send(arg) -> send 'arg' into the wrapped iterator,
    /// return next yielded value or raise StopIteration.
    #[method("send(arg, /)", nosig)]
    fn send(&self, arg: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.forward(name!(cx, "send"), &[arg], cx)
    }
    /// throw(value)
    /// throw(typ[,val[,tb]])
    ///
    /// raise exception in the wrapped iterator, return next yielded value
    /// or raise StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[method("throw(*args)", nosig)]
    fn throw(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.forward(name!(cx, "throw"), args.0, cx)
    }
    /// close() -> raise GeneratorExit inside generator.
    #[method("close()", nosig)]
    fn close(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.forward(name!(cx, "close"), &[], cx)
    }
}
