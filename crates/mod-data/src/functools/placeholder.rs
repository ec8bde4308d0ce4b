//! `Placeholder`: stands for an argument that a call of a partial gives.

use taipan_object::prelude::*;

/// The type of the Placeholder singleton.
///
/// Used as a placeholder for partial arguments.
#[pytype(name = "functools._PlaceholderType", heap, flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct PyPlaceholder {
    head: ObjHead,
}

/// The interpreter's only one.
#[derive(Default)]
struct Singleton(FieldCell<PyPlaceholder>);

/// The singleton.
pub fn the(cx: &mut Cx) -> PyResult<Own<PyPlaceholder>> {
    if let Some(p) = cx.state::<Singleton>().0.own() {
        return Ok(p);
    }
    let p = cx.new_object(PyPlaceholder { head: Object::placeholder() })?;
    cx.state::<Singleton>().0.set(Some(p.clone()), cx);
    Ok(p)
}

/// Whether the object is the singleton.
#[inline]
pub fn is(o: &Object) -> bool {
    o.is_exact::<PyPlaceholder>()
}

#[pymethods]
impl PyPlaceholder {
    #[slot(tp_new)]
    fn new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyPlaceholder>> {
        if !args.0.is_empty() || !kw.is_empty() {
            return Err(cx.type_error(format_args!("PlaceholderType takes no arguments")));
        }
        the(cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        "Placeholder".to_owned()
    }
    #[method("__reduce__()")]
    fn reduce(&self) -> String {
        "Placeholder".to_owned()
    }
}
