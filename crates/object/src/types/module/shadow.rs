//! Hints that a module of the program may hide another one of the same name (3.13+).

use crate::prelude::*;
use crate::types::bytes::PyBytes;
use crate::{abstract_, attr, call, fspath};
use std::cell::RefCell;

/// What the interpreter put at the front of `sys.path` when it started the program, whatever the program does to `sys.path` later.
#[derive(Default)]
pub struct ScriptDir(pub RefCell<Option<Vec<u8>>>);

/// Whether the file of a module lies in the directory of the script, where it may hide another module (`_PyModule_IsPossiblyShadowing`).
pub fn is_beside_script(origin: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let Some(sys) = cx.interp().sysdict.own() else { return Ok(false) };
    let flags = sys.get(name!(cx, "flags"), cx)?;
    if let Some(f) = flags {
        let safe = attr::get_opt(&f, name!(cx, "safe_path"), cx)?;
        if safe.is_some_and(|s| s.is(crate::types::boolean::true_())) {
            return Ok(false);
        }
    }
    let Some(mut first) = cx.state::<ScriptDir>().0.borrow().clone() else { return Ok(false) };
    if first.is_empty() {
        let cwd = cx.import_attr("posix", "getcwdb")?;
        let cwd = call::call(&cwd, &[], cx)?;
        first = cwd.downcast::<PyBytes>().map_or_else(Vec::new, |b| b.as_bytes().to_vec());
    }
    let origin = fspath::encode(origin, cx)?;
    let parent = |p: &[u8]| p.iter().rposition(|&b| b == b'/').map(|i| p[..i].to_vec());
    let mut dir = parent(&origin).unwrap_or_default();
    if origin.ends_with(b"/__init__.py") {
        dir = parent(&dir).unwrap_or_default();
    }
    Ok(!dir.is_empty() && dir == first)
}

/// Whether the standard library has a module of that name.
pub fn is_stdlib(name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let Some(sys) = cx.interp().sysdict.own() else { return Ok(false) };
    match sys.get(name!(cx, "stdlib_module_names"), cx)? {
        // A program may have put anything there.
        Some(names) if names.is_a::<crate::types::set::PySet>() || names.is_a::<crate::types::set::PyFrozenSet>() => abstract_::sequence::contains(&names, name.as_object(), cx),
        _ => Ok(false),
    }
}
