//! `import` and `from … import`.

use crate::regs::*;
use taipan_object::attr;
use taipan_object::call;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::types::none;

#[inline(never)]
pub unsafe fn import_name(m: Regs, dst: isize, base: *mut Slot, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let level = std::mem::replace(&mut *base, Slot::EMPTY).into_own(cx)?;
    let fromlist = std::mem::replace(&mut *base.add(1), Slot::EMPTY).into_own(cx)?;
    let name = m.name(name);
    let fr = &*m.frame;
    let key = name!(cx, "__import__");
    let Some(f) = crate::names::mapping_get(fr.func().builtins(), key, cx)? else {
        return Err(cx.import_error(format_args!("__import__ not found")));
    };
    let locals = match fr.namespace() {
        Some(o) => o.own(),
        None => none().own(),
    };
    let v = call::call(&f, &[name, fr.globals(), &locals, &fromlist, &level], cx)?;
    m.set(dst, Slot::object(v));
    Ok(())
}

#[inline(never)]
pub unsafe fn import_from(m: Regs, dst: isize, module: Opd, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let md = module.take(cx)?;
    let v = match attr::get_opt(&md, name, cx)? {
        Some(v) => v,
        None => from_modules(&md, name, cx)?,
    };
    m.set(dst, Slot::object(v));
    Ok(())
}

/// `sys.modules["package.name"]`, or the ImportError.
fn from_modules(md: &Object, name: &PyStr, cx: &mut Cx) -> PyResult {
    let full = attr::get_opt(md, name!(cx, "__name__"), cx)?.and_then(|n| n.downcast_own::<PyStr>().ok());
    if let Some(p) = &full {
        let key = PyStr::new_interned(&format!("{p}.{name}"), cx)?;
        if let Some(mods) = cx.interp().modules.own() {
            if let Some(v) = mods.get(&key, cx)? {
                return Ok(v);
            }
        }
    }
    Err(taipan_object::types::module::cannot_import(md, full.as_deref(), name, cx))
}
