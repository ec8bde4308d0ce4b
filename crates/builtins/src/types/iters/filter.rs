//! `filter`: the items for which a function is true.

use super::checks_keywords;
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::{abstract_, call};

#[pytype(
    name = "filter", no_clear,
    export = "PyFilter_Type",
    gc,
    basetype,
    doc = "filter(function, iterable, /)\n--\n\nReturn an iterator yielding those items of iterable for which\nfunction(item) is true.  If function is None, return the items that\nare true."
)]
#[repr(C)]
pub struct PyFilter {
    head: ObjHead,
    func: Field<Object>,
    it: Field<Object>,
}

#[pymethods]
impl PyFilter {
    #[new(vectorcall)]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyFilter>> {
        if checks_keywords(cls, PyFilter::ty()) {
            kw.refuse("filter", cx)?;
        }
        let [func, of] = args.0 else {
            return Err(cx.type_error(format_args!("filter expected 2 arguments, got {}", args.len())));
        };
        let it = abstract_::iter::get_iter(of, cx)?;
        cx.new_object_of(cls, PyFilter { head: Object::placeholder(), func: Field::new(func.own()), it: Field::new(it) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let truth = self.func.is_none() || self.func.is(boolean::bool_type().as_object());
        while let Some(v) = abstract_::iter::next(&self.it, cx)? {
            let yes = if truth {
                abstract_::is_true(&v, cx)?
            } else {
                let r = call::call(&self.func, &[&v], cx)?;
                abstract_::is_true(&r, cx)?
            };
            if yes {
                return Ok(Some(v));
            }
        }
        Ok(None)
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = PyTuple::from_slice(&[&self.func, &self.it], cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args], cx)
    }
}
