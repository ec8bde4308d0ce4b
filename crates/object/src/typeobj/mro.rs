//! Method resolution order (C3) and the choice of the "best base", the one that decides the layout.

use super::{PyType, flags, object_type};
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::types::tuple::PyTuple;

/// C3 linearisation of `ty` from its bases' MROs. Raises `TypeError` when there is none.
pub fn c3_merge(ty: &PyType, bases: &[&PyType], cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    let mut seqs: Vec<Vec<Own<Object>>> = Vec::with_capacity(bases.len() + 1);
    for b in bases {
        let Some(m) = b.tp_mro.own() else {
            return Err(cx.type_error(format_args!("Cannot extend an incomplete type '{}'", b.name())));
        };
        seqs.push(m.as_slice().iter().map(|o| o.own()).collect());
    }
    for (i, b) in bases.iter().enumerate() {
        if bases[..i].iter().any(|x| std::ptr::eq(*x, *b)) {
            return Err(cx.type_error(format_args!("duplicate base class {}", b.name())));
        }
    }
    seqs.push(bases.iter().map(|b| b.as_object().own()).collect());
    let mut out = vec![ty.as_object().own()];
    let mut at = vec![0usize; seqs.len()];
    loop {
        let mut all_done = true;
        let mut pick = None;
        for (i, s) in seqs.iter().enumerate() {
            let Some(head) = s.get(at[i]) else { continue };
            all_done = false;
            let in_tail = seqs.iter().enumerate().any(|(j, t)| t.iter().skip(at[j] + 1).any(|o| o.is(head)));
            if !in_tail {
                pick = Some(head.clone());
                break;
            }
        }
        if all_done {
            return Ok(out);
        }
        let Some(next) = pick else {
            return Err(conflict(&seqs, &at, cx));
        };
        for (i, s) in seqs.iter().enumerate() {
            if s.get(at[i]).is_some_and(|o| o.is(&next)) {
                at[i] += 1;
            }
        }
        out.push(next);
    }
}

#[cold]
fn conflict(seqs: &[Vec<Own<Object>>], at: &[usize], cx: &mut Cx) -> crate::err::Raised {
    let mut names: Vec<(*mut Object, String)> = Vec::new();
    for (i, s) in seqs.iter().enumerate() {
        if let Some(o) = s.get(at[i]) {
            if !names.iter().any(|(p, _)| *p == o.as_ptr()) {
                let n = o.downcast::<PyType>().map_or("?".to_owned(), |t| t.name().to_owned());
                names.push((o.as_ptr(), n));
            }
        }
    }
    let list = names.into_iter().map(|(_, n)| n).collect::<Vec<_>>().join(", ");
    cx.type_error(format_args!("Cannot create a consistent method resolution order (MRO) for bases {list}"))
}

/// The ancestor of `ty` that last added fields beyond `__dict__` and weak references (`solid_base`).
pub fn solid_base(ty: &PyType) -> &PyType {
    let base = match ty.base() {
        Some(b) => solid_base(b),
        None => object_type(),
    };
    if adds_layout(ty, base) { ty } else { base }
}

/// Whether instances have more than those of the base (`shape_differs`). Dicts and weak references of Python classes lie in front of the object and do not count.
fn adds_layout(ty: &PyType, base: &PyType) -> bool {
    ty.tp_basicsize.get() != base.tp_basicsize.get() || ty.tp_itemsize.get() != base.tp_itemsize.get()
}

/// The base whose layout the new class continues (`best_base`). Raises `TypeError`.
pub fn best_base<'a>(bases: &'a PyTuple, cx: &mut Cx) -> PyResult<&'a PyType> {
    let mut winner: Option<&PyType> = None;
    let mut best: Option<&PyType> = None;
    for b in bases.as_slice() {
        let Some(t) = b.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!("bases must be types")));
        };
        if !t.has(flags::BASETYPE) {
            return Err(cx.type_error(format_args!("type '{}' is not an acceptable base type", t.tp_name_str())));
        }
        let candidate = solid_base(t);
        match winner {
            None => {
                winner = Some(candidate);
                best = Some(t);
            }
            Some(w) if w.is_subtype(candidate) => {}
            Some(w) if candidate.is_subtype(w) => {
                winner = Some(candidate);
                best = Some(t);
            }
            Some(_) => return Err(cx.type_error(format_args!("multiple bases have instance lay-out conflict"))),
        }
    }
    best.ok_or_else(|| cx.type_error(format_args!("a new-style class can't have only classic bases")))
}
