//! Names of types as messages show them.

use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

/// The name that `%T` prints: qualified, with its module unless that is `builtins` or `__main__`.
pub fn full_name(ty: &PyType, cx: &mut Cx) -> PyResult<String> {
    let qualname = attr::get(ty.as_object(), name!(cx, "__qualname__"), cx)?;
    let qualname = abstract_::str(&qualname, cx)?.to_string();
    let module = attr::get_opt(ty.as_object(), name!(cx, "__module__"), cx)?;
    Ok(match module.as_deref().and_then(|m| m.downcast::<PyStr>()) {
        Some(m) if !m.eq_text("builtins") && !m.eq_text("__main__") => format!("{m}.{qualname}"),
        _ => qualname,
    })
}

/// Add the note "when serializing <type of owner> <what>" to the exception.
#[cold]
pub fn noted(r: Raised, owner: &Object, what: impl FnOnce(&mut Cx) -> PyResult<String>, cx: &mut Cx) -> Raised {
    let e = cx.take_raised(r);
    let add = |cx: &mut Cx| {
        let name = full_name(owner.ty(), cx)?;
        let text = format!("when serializing {name} {}", what(cx)?);
        let note = PyStr::new(&text, cx)?;
        call::call_method(&e, name!(cx, "add_note"), &[&note], cx)
    };
    if let Err(r) = add(cx) {
        cx.discard(r);
    }
    cx.set_raised(e)
}
