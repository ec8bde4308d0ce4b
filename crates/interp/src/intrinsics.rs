//! Rare operations behind `call_intrinsic_1` and `call_intrinsic_2`.

use crate::regs::*;
use taipan_bytecode::{Intrinsic1, Intrinsic2};
use taipan_object::abstract_::{self, iter};
use taipan_object::attr;
use taipan_object::call;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::types::exc::PyBaseException;
use taipan_object::types::function::PyFunction;
use taipan_object::types::{self, none};

#[inline(never)]
pub unsafe fn one(m: Regs, dst: isize, src: Opd, which: usize) -> PyResult<()> {
    let cx = &mut cx();
    let Some(which) = Intrinsic1::from_u32(which as u32) else {
        return Err(cx.system_error(format_args!("unknown intrinsic")));
    };
    let v = src.take(cx)?;
    let out = match which {
        Intrinsic1::Print => print_expr(&v, cx)?,
        Intrinsic1::ImportStar => {
            let ns = match (*m.frame).namespace() {
                Some(n) => n.own(),
                None => return Err(cx.system_error(format_args!("no locals found during 'import *'"))),
            };
            import_star(&v, &ns, cx)?;
            none().own()
        }
        Intrinsic1::AsyncGenWrap => types::generator::async_wrap(v.own(), cx)?,
        Intrinsic1::ListToTuple => match v.exact::<PyList>() {
            Some(l) => PyTuple::take_list(l, cx)?.into_object(),
            None => iter::to_tuple(&v, cx)?.into_object(),
        },
        Intrinsic1::TypeVar => typing(&m, "_typevar", &[&v], cx)?,
        Intrinsic1::ParamSpec => typing(&m, "_paramspec", &[&v], cx)?,
        Intrinsic1::TypeVarTuple => typing(&m, "_typevartuple", &[&v], cx)?,
        Intrinsic1::SubscriptGeneric => subscript_generic(&v, cx)?,
        Intrinsic1::TypeAlias => typing(&m, "_typealias", &[&v], cx)?,
        Intrinsic1::Refused => {
            let shown = abstract_::str(&v, cx)?;
            return Err(cx.system_error(format_args!("unknown opcode {shown}, or not with such operands")));
        }
    };
    drop(v);
    m.set(dst, Slot::object(out));
    Ok(())
}

#[inline(never)]
pub unsafe fn two(m: Regs, dst: isize, lhs: Opd, rhs: Opd, which: usize) -> PyResult<()> {
    let cx = &mut cx();
    let Some(which) = Intrinsic2::from_u32(which as u32) else {
        return Err(cx.system_error(format_args!("unknown intrinsic")));
    };
    let (a, b) = (lhs.take(cx)?, rhs.take(cx)?);
    let out = match which {
        Intrinsic2::PrepReraiseStar => match b.downcast::<PyList>() {
            Some(l) => prep_reraise_star(&a, l, cx)?,
            None => return Err(cx.system_error(format_args!("except* results are no list"))),
        },
        Intrinsic2::TypeVarWithBound => typing(&m, "_typevar_with_bound", &[&a, &b], cx)?,
        Intrinsic2::TypeVarWithConstraints => typing(&m, "_typevar_with_constraints", &[&a, &b], cx)?,
        Intrinsic2::SetFunctionTypeParams => {
            if let Some(f) = a.downcast::<PyFunction>() {
                f.set_type_params(Some(b.into_own()));
            }
            a.into_own()
        }
        Intrinsic2::SetTypeparamDefault => typing(&m, "_set_typeparam_default", &[&a, &b], cx)?,
    };
    m.set(dst, Slot::object(out));
    Ok(())
}

/// The interactive prompt's `sys.displayhook`.
fn print_expr(v: &Object, cx: &mut Cx) -> PyResult {
    let hook = match cx.interp().sysdict.own() {
        Some(d) => d.get(name!(cx, "displayhook"), cx)?,
        None => None,
    };
    match hook {
        Some(h) => call::call(&h, &[v], cx),
        None => Err(cx.runtime_error(format_args!("lost sys.displayhook"))),
    }
}

fn import_star(md: &Object, ns: &Object, cx: &mut Cx) -> PyResult<()> {
    let (names, skip) = match attr::get_opt(md, name!(cx, "__all__"), cx)? {
        Some(a) => (a, false),
        None => match attr::get_opt(md, name!(cx, "__dict__"), cx)? {
            Some(d) => (call::call_method(&d, name!(cx, "keys"), &[], cx)?, true),
            None => return Err(cx.import_error(format_args!("from-import-* object has no __dict__ and no __all__"))),
        },
    };
    for n in iter::collect(&names, cx)? {
        let Some(name) = n.downcast::<PyStr>() else {
            let m = attr::get(md, name!(cx, "__name__"), cx)?;
            let m = abstract_::str(&m, cx)?;
            let what = if skip { "Key" } else { "Item" };
            let of = if skip { "__dict__" } else { "__all__" };
            return Err(cx.type_error(format_args!("{what} in {m}.{of} must be str, not {}", n.ty().tp_name_str())));
        };
        if skip && name.len() > 0 && name.code_point(0) == '_' as u32 {
            continue;
        }
        let name = taipan_object::types::str::intern::intern(name.new_ref(), cx);
        let v = attr::get(md, &name, cx)?;
        abstract_::set_item(ns, &name, Some(&v), cx)?;
    }
    Ok(())
}

/// Type parameters belong to the crate with the `_typing` types, which offers these functions in `_typing`; `__module__` comes from the running frame's globals.
unsafe fn typing(m: &Regs, f: &str, args: &[&Object], cx: &mut Cx) -> PyResult {
    let _ = m;
    let f = cx.import_attr("_typing", f)?;
    call::call(&f, args, cx)
}

/// `Generic[*params]`.
fn subscript_generic(params: &Object, cx: &mut Cx) -> PyResult {
    let g = cx.import_attr("_typing", "Generic")?;
    let Some(t) = params.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("type parameters must be a tuple")));
    };
    let mut out = Vec::new();
    for p in t.as_slice() {
        if p.ty().tp_name_str() == "typing.TypeVarTuple" {
            let it = iter::get_iter(p, cx)?;
            if let Some(v) = iter::next(&it, cx)? {
                out.push(v);
            }
        } else {
            out.push(p.own());
        }
    }
    let args = PyTuple::from_vec(out, cx)?;
    // Not `Generic[...]`, which remembers its results: this base must be another object than one that the class names itself.
    let alias = cx.import_attr("typing", "_GenericAlias")?;
    call::call(&alias, &[&g, &args], cx)
}

/// What `except*` raises in the end: (original, list of raised and unhandled) → exception or None.
pub fn prep_reraise_star(orig: &Object, l: &PyList, cx: &mut Cx) -> PyResult {
    let items: Vec<Own<Object>> = l.items(cx).iter().filter(|o| !o.is_none()).map(|o| o.own()).collect();
    if items.is_empty() {
        return Ok(none().own());
    }
    if !orig.ty().is_subtype(exc::BaseExceptionGroup()) {
        // A naked exception was caught and wrapped: at most one exception can come out.
        return Ok(items[0].clone());
    }
    let same = |a: &Object, b: &Object| -> bool {
        match (a.downcast::<PyBaseException>(), b.downcast::<PyBaseException>()) {
            (Some(x), Some(y)) => x.notes.as_raw() == y.notes.as_raw() && x.traceback.as_raw() == y.traceback.as_raw()
                && x.cause.as_raw() == y.cause.as_raw() && x.context.as_raw() == y.context.as_raw(),
            _ => false,
        }
    };
    let (mut raised, mut reraised) = (Vec::new(), Vec::new());
    for e in items {
        if same(&e, orig) { reraised.push(e) } else { raised.push(e) }
    }
    let projected = projection(orig, &reraised, cx)?;
    if raised.is_empty() {
        return Ok(projected);
    }
    if !projected.is_none() {
        raised.push(projected);
    }
    if raised.len() == 1 {
        return Ok(raised.swap_remove(0));
    }
    let t = PyList::from_vec(raised, cx)?;
    let msg = types::str::intern::empty();
    let group = crate::names::builtin("ExceptionGroup", cx)?;
    call::call(&group, &[&msg, &t], cx)
}

/// The part of `orig` whose leaves are those of the groups in `keep`, with `orig`'s metadata; None when there is nothing.
fn projection(orig: &Object, keep: &[Own<Object>], cx: &mut Cx) -> PyResult {
    fn leaves(e: &Object, out: &mut Vec<*mut Object>) {
        match e.downcast::<exc::PyExceptionGroup>().and_then(|g| g.excs.own()) {
            Some(t) => t.as_slice().iter().for_each(|x| leaves(x, out)),
            None => out.push(e.as_ptr()),
        }
    }
    fn project(e: &Object, ids: &[*mut Object], cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(t) = e.downcast::<exc::PyExceptionGroup>().and_then(|g| g.excs.own()) else {
            return Ok(ids.contains(&e.as_ptr()).then(|| e.own()));
        };
        let mut parts = Vec::new();
        let mut all = true;
        for x in t.as_slice() {
            match project(x, ids, cx)? {
                Some(p) => {
                    all &= p.is(x);
                    parts.push(p);
                }
                None => all = false,
            }
        }
        if parts.is_empty() || all {
            return Ok((!parts.is_empty()).then(|| e.own()));
        }
        let l = PyList::from_vec(parts, cx)?;
        let new = call::call_method(e, name!(cx, "derive"), &[&l], cx)?;
        if let (Some(n), Some(o)) = (new.downcast::<PyBaseException>(), e.downcast::<PyBaseException>()) {
            n.traceback.set(o.traceback.own(), cx);
            n.context.set(o.context.own(), cx);
            n.cause.set(o.cause.own(), cx);
            n.suppress_context.set(o.suppress_context.get());
            if let Some(notes) = o.notes.own() {
                attr::set(&new, name!(cx, "__notes__"), Some(&notes), cx)?;
            }
        }
        Ok(Some(new))
    }
    let mut ids = Vec::new();
    keep.iter().for_each(|k| leaves(k, &mut ids));
    Ok(project(orig, &ids, cx)?.unwrap_or_else(|| none().own()))
}
