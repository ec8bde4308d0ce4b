//! `__abstractmethods__` and the flag that forbids instances of abstract classes.

use crate::prelude::*;
use crate::typeobj::flags;

/// Set `IS_ABSTRACT` after `__abstractmethods__`.
pub(super) fn refresh_abstract(ty: &PyType, cx: &mut Cx) -> PyResult<()> {
    let v = ty.tp_dict.own().map(|d| d.get(name!(cx, "__abstractmethods__"), cx)).transpose()?.flatten();
    let on = match v {
        Some(v) => crate::abstract_::is_true(&v, cx)?,
        None => false,
    };
    let f = ty.tp_flags.get() & !flags::IS_ABSTRACT;
    ty.tp_flags.set(if on { f | flags::IS_ABSTRACT } else { f });
    Ok(())
}
