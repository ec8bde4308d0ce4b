//! The hooks `persistent_id` and `persistent_load`: methods that can also be set on an instance, which has no dict.

use taipan_object::attr;
use taipan_object::prelude::*;

fn text<'a>(name: &'a Object, cx: &mut Cx) -> PyResult<&'a PyStr> {
    match name.downcast::<PyStr>() {
        Some(n) => Ok(n),
        None => Err(cx.type_error(format_args!("attribute name must be string, not '{}'", name.ty().name()))),
    }
}

/// `getattr(o, name)`: what was set as the hook stands before its method.
pub fn get(o: &Object, name: &Object, hook: &str, set: &FieldCell<Object>, cx: &mut Cx) -> PyResult {
    let n = text(name, cx)?;
    match set.own().filter(|_| n.eq_text(hook)) {
        Some(f) => Ok(f),
        None => attr::generic_get(o, n, cx),
    }
}

/// `setattr(o, name, value)`, or `delattr` without a value.
pub fn set(o: &Object, name: &Object, value: Option<&Object>, hook: &str, place: &FieldCell<Object>, cx: &mut Cx) -> PyResult<()> {
    let n = text(name, cx)?;
    if n.eq_text(hook) && (value.is_some() || !place.is_empty()) {
        place.set(value.map(Object::own), cx);
        return Ok(());
    }
    attr::generic_set(o, n, value, cx)
}
