//! `await`: finding the iterator of an awaitable, the wrapper that `coroutine.__await__` gives, and the warning about coroutines nobody awaited.

use super::core::*;
use super::{PyCoroutine, PyGenerator, gen_of};
use crate::err::result_from_raw;
use crate::machine::Resumed;
use crate::prelude::*;
use taipan_bytecode::flags;

/// Whether `o` is a generator whose function was marked by `types.coroutine`.
pub fn is_awaitable_generator(o: &Object) -> bool {
    o.is_exact::<PyGenerator>() && gen_of(o).is_some_and(|g| g.has_flag(flags::ITERABLE_COROUTINE))
}

/// The iterator behind an awaitable (`_PyCoro_GetAwaitableIter`): coroutines are their own.
pub fn awaitable_iter(o: &Object, cx: &mut Cx) -> PyResult {
    if o.is_exact::<PyCoroutine>() || is_awaitable_generator(o) {
        return Ok(o.own());
    }
    let Some(f) = o.ty().asynch().and_then(|a| a.am_await.get()) else {
        return Err(cx.type_error(format_args!("'{}' object can't be awaited", o.ty().tp_name_str())));
    };
    // SAFETY: the slot's contract.
    let it = unsafe { result_from_raw(f(o.as_ptr()))? };
    if it.is_exact::<PyCoroutine>() || is_awaitable_generator(&it) {
        return Err(cx.type_error(format_args!("__await__() returned a coroutine")));
    }
    if !crate::abstract_::iter::is_iterator(&it) {
        return Err(cx.type_error(format_args!("__await__() returned non-iterator of type '{}'", it.ty().tp_name_str())));
    }
    Ok(it)
}

/// "coroutine 'f' was never awaited".
pub fn warn_never_awaited(g: &Gen, cx: &mut Cx) {
    let done = (|cx: &mut Cx| -> PyResult<bool> {
        let Some(mods) = cx.interp().modules.own() else { return Ok(false) };
        let key = PyStr::new_interned("warnings", cx)?;
        let Some(w) = mods.get(&key, cx)? else { return Ok(false) };
        let Some(f) = crate::attr::get_opt(&w, name!(cx, "_warn_unawaited_coroutine"), cx)? else { return Ok(false) };
        crate::call::call(&f, &[g.as_object()], cx)?;
        Ok(true)
    })(cx);
    match done {
        Ok(true) => return,
        Ok(false) => {}
        Err(r) => {
            // A warning that is an error has been given; a function that fails has not warned.
            let warned = cx.raised_is(exc::RuntimeWarning());
            report_unawaited(r, g.as_object(), cx);
            if warned {
                return;
            }
        }
    }
    let q = g.core.qualname.own().map_or_else(String::new, |q| q.to_string_lossy());
    let text = format_args!("coroutine '{q}' was never awaited");
    if let Err(r) = crate::warn::warn_from(exc::RuntimeWarning(), text, 1, Some(g.as_object()), cx) {
        report_unawaited(r, g.as_object(), cx);
    }
}

/// A wrapper object implementing __await__ for coroutines.
#[pytype(name = "coroutine_wrapper", gc, no_new, parts(PART), export = "_PyCoroWrapper_Type")]
#[repr(C)]
pub struct CoroWrapper {
    head: ObjHead,
    coro: Field<PyCoroutine>,
}

impl CoroWrapper {
    pub fn new(coro: &PyCoroutine, cx: &mut Cx) -> PyResult<Own<CoroWrapper>> {
        cx.new_object(CoroWrapper { head: Object::placeholder(), coro: Field::new(coro.new_ref()) })
    }
}

#[pymethods]
impl CoroWrapper {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.as_object().own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.coro.body().next(cx)
    }
    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[method("send(value, /)", nosig)]
    fn send(&self, value: &Object, cx: &mut Cx) -> PyResult {
        self.coro.body().send_or_stop(value, cx)
    }
    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    #[method("throw(type, value=None, traceback=None, /)", nosig)]
    fn throw(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult {
        let g = self.coro.body();
        match g.throw(typ, value, tb, cx)? {
            Resumed::Yield(v) => Ok(v),
            Resumed::Return(v) => Err(g.raise_stop(&v, cx)),
        }
    }
    /// close() -> raise GeneratorExit inside coroutine.
    #[method("close()", nosig)]
    fn close(&self, cx: &mut Cx) -> PyResult {
        self.coro.body().close(cx)
    }
}
