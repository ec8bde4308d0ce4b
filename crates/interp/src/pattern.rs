//! `match` statements.

use crate::compare::bool_slot;
use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::attr;
use taipan_object::call;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::typeobj::flags;
use taipan_object::types::none;

#[inline(never)]
pub unsafe fn has_flag(dst: *mut Slot, subject: Opd, mapping: bool) -> PyResult<()> {
    let s = subject.peek();
    let flag = if mapping { flags::MAPPING } else { flags::SEQUENCE };
    store(dst, bool_slot(s.is_object() && (*s.as_ptr()).ty().has(flag)));
    Ok(())
}

#[inline(never)]
pub unsafe fn keys(dst: *mut Slot, subject: Opd, keys: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let (s, k) = (subject.take(cx)?, keys.take(cx)?);
    let v = match_keys(&s, &k, cx)?;
    store_own(dst, v);
    Ok(())
}

fn match_keys(s: &Object, keys: &Object, cx: &mut Cx) -> PyResult {
    let Some(keys) = keys.downcast::<PyTuple>() else {
        return Err(cx.system_error(format_args!("keys of a pattern are no tuple")));
    };
    if keys.is_empty() {
        return Ok(PyTuple::empty().into_object());
    }
    let get = attr::get(s, name!(cx, "get"), cx)?;
    let marker = cx.instantiate(taipan_object::typeobj::object_type())?;
    let seen = taipan_object::types::set::PySet::new(cx)?;
    let mut out = Vec::with_capacity(keys.len());
    for k in keys.as_slice() {
        if seen.contains(k, cx)? {
            let r = abstract_::repr(k, cx)?;
            return Err(cx.value_error(format_args!("mapping pattern checks duplicate key ({r})")));
        }
        seen.add(k, cx)?;
        let v = call::call(&get, &[k, &marker], cx)?;
        if v.is(&marker) {
            return Ok(none().own());
        }
        out.push(v);
    }
    Ok(PyTuple::from_vec(out, cx)?.into_object())
}

#[inline(never)]
pub unsafe fn class(dst: *mut Slot, base: *mut Slot, npos: usize) -> PyResult<()> {
    let cx = &mut cx();
    let part = |i: usize, cx: &mut Cx| std::mem::replace(&mut *base.add(i), Slot::EMPTY).into_own(cx);
    let (s, c, names) = (part(0, cx)?, part(1, cx)?, part(2, cx)?);
    let v = match_class(&s, &c, &names, npos, cx)?;
    store_own(dst, v);
    Ok(())
}

fn match_class(s: &Object, c: &Object, names: &Object, npos: usize, cx: &mut Cx) -> PyResult {
    let Some(ty) = c.downcast::<PyType>() else {
        return Err(cx.type_error(format_args!("called match pattern must be a class")));
    };
    if !abstract_::is_instance(s, c, cx)? {
        return Ok(none().own());
    }
    let Some(names) = names.downcast::<PyTuple>() else {
        return Err(cx.system_error(format_args!("names of a pattern are no tuple")));
    };
    let mut seen: Vec<Own<Object>> = Vec::new();
    let mut out = Vec::new();
    if npos > 0 {
        let mut match_self = false;
        let args = match attr::get_opt(c, name!(cx, "__match_args__"), cx)? {
            Some(a) => match a.downcast_own::<PyTuple>() {
                Ok(t) if t.as_object().is_exact::<PyTuple>() => t,
                Ok(_) | Err(_) => {
                    let got = attr::get(c, name!(cx, "__match_args__"), cx)?;
                    return Err(cx.type_error(format_args!("{}.__match_args__ must be a tuple (got {})", ty.name(), got.ty().tp_name_str())));
                }
            },
            None => {
                match_self = ty.has(flags::MATCH_SELF);
                PyTuple::empty()
            }
        };
        let allowed = if match_self { 1 } else { args.len() };
        if npos > allowed {
            let plural = if allowed == 1 { "" } else { "s" };
            return Err(cx.type_error(format_args!("{}() accepts {allowed} positional sub-pattern{plural} ({npos} given)", ty.name())));
        }
        if match_self {
            out.push(s.own());
        } else {
            for n in args.as_slice().iter().take(npos) {
                if !n.is_exact::<PyStr>() {
                    return Err(cx.type_error(format_args!("__match_args__ elements must be strings (got {})", n.ty().tp_name_str())));
                }
                match one_attr(s, ty, n, &mut seen, cx)? {
                    Some(v) => out.push(v),
                    None => return Ok(none().own()),
                }
            }
        }
    }
    for n in names.as_slice() {
        match one_attr(s, ty, n, &mut seen, cx)? {
            Some(v) => out.push(v),
            None => return Ok(none().own()),
        }
    }
    Ok(PyTuple::from_vec(out, cx)?.into_object())
}

fn one_attr(s: &Object, ty: &PyType, n: &Object, seen: &mut Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    for x in seen.iter() {
        if abstract_::eq(x, n, cx)? {
            let r = abstract_::repr(n, cx)?;
            return Err(cx.type_error(format_args!("{}() got multiple sub-patterns for attribute {r}", ty.name())));
        }
    }
    seen.push(n.own());
    let Some(name) = n.downcast::<PyStr>() else { return Ok(None) };
    attr::get_opt(s, name, cx)
}

#[inline(never)]
pub unsafe fn get_len(dst: *mut Slot, subject: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let s = subject.take(cx)?;
    let n = abstract_::len(&s, cx)?;
    store(dst, Slot::int(n as i64));
    Ok(())
}
