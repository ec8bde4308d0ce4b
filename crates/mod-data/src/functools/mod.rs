//! `_functools`: partial application, caching, and what else `functools` takes from C.

mod key;
mod lru;
mod partial;
mod placeholder;

pub use key::PyKeyWrapper;
pub use lru::PyLruCache;
pub use partial::PyPartial;
pub use placeholder::PyPlaceholder;

use taipan_object::abstract_::iter;
use taipan_object::call;
use taipan_object::prelude::*;

/// What `functools` takes from C.
#[pymodule(name = "_functools", doc = "Tools that operate on functions.", types(PyPartial, PyPlaceholder, PyLruCache))]
pub mod module {
    use super::*;

    /// Convert a cmp= function into a key= function.
    ///
    ///   mycmp
    ///     Function that compares two objects.
    #[function("cmp_to_key(mycmp)")]
    fn cmp_to_key(mycmp: &Object, cx: &mut Cx) -> PyResult<Own<PyKeyWrapper>> {
        PyKeyWrapper::of(mycmp, None, cx)
    }

    /// Apply a function of two arguments cumulatively to the items of an iterable, from left to right.
    ///
    /// This effectively reduces the iterable to a single value.  If initial is
    /// present, it is placed before the items of the iterable in the
    /// calculation, and serves as a default when the iterable is empty.
    ///
    /// For example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])
    /// calculates ((((1 + 2) + 3) + 4) + 5).
    #[function("reduce(function, iterable, /, initial=<unrepresentable>)")]
    fn reduce(function: &Object, iterable: &Object, initial: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let it = match iter::get_iter(iterable, cx) {
            Ok(it) => it,
            Err(r) => {
                cx.catch(r, exc::TypeError())?;
                return Err(cx.type_error(format_args!("reduce() arg 2 must support iteration")));
            }
        };
        let mut sum = initial.map(|i| i.own());
        while let Some(v) = iter::next(&it, cx)? {
            sum = Some(match sum {
                None => v,
                Some(s) => call::call(function, &[&s, &v], cx)?,
            });
        }
        sum.ok_or_else(|| cx.type_error(format_args!("reduce() of empty iterable with no initial value")))
    }

    /// The singleton, and the type without a name in the module.
    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyKeyWrapper::SPEC, cx)?;
        let p = placeholder::the(cx)?;
        taipan_object::attr::set(m.as_object(), name!(cx, "Placeholder"), Some(p.as_object()), cx)
    }
}

/// `obj.__dict__ = value` (`PyObject_GenericSetDict`).
fn set_dict(obj: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    match value.map(|v| (v, v.downcast::<PyDict>())) {
        None => Err(cx.type_error(format_args!("cannot delete __dict__"))),
        Some((_, Some(d))) => {
            taipan_object::instance::set_dict(obj, Some(d.new_ref()));
            Ok(())
        }
        Some((v, None)) => Err(cx.type_error(format_args!("__dict__ must be set to a dictionary, not a '{}'", v.ty().tp_name_str()))),
    }
}
