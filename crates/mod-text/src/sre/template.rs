//! `_sre.SRE_Template`: a replacement string taken apart into literals and group numbers.

use super::{PyMatch, PyPattern};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::call;

/// A literal, then pairs of a group and the literal behind it.
#[pytype(name = "_sre.SRE_Template", heap, gc, no_new, flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct PyTemplate {
    head: ObjHead,
    /// None when empty.
    pub(super) literal: Option<Own<Object>>,
    pub(super) items: Box<[Own<Object>]>,
    #[gc(skip)]
    pub(super) groups: Box<[usize]>,
}

impl PyTemplate {
    /// From the list `[literal, group, literal, …]` of `re._parser.parse_template`.
    pub fn make(list: &PyList, cx: &mut Cx) -> PyResult<Own<PyTemplate>> {
        let all: Vec<Own<Object>> = list.items(cx).iter().map(|o| o.own()).collect();
        if all.len() % 2 == 0 {
            return Err(cx.type_error(format_args!("invalid template")));
        }
        let empty = |o: &Object| o.downcast::<PyStr>().is_some_and(PyStr::is_empty) || o.downcast::<PyBytes>().is_some_and(PyBytes::is_empty);
        let mut literals = Vec::new();
        let mut groups = Vec::new();
        let mut all = all.into_iter();
        let literal = all.next().filter(|o| !empty(o));
        while let (Some(g), Some(text)) = (all.next(), all.next()) {
            let Some(n) = g.downcast::<PyInt>() else {
                return Err(cx.type_error(format_args!("an integer is required")));
            };
            let Some(n) = n.to_i64().and_then(|n| usize::try_from(n).ok()) else {
                return Err(cx.type_error(format_args!("invalid template")));
            };
            groups.push(n);
            literals.push(text);
        }
        cx.new_object(PyTemplate { head: Object::placeholder(), literal, items: literals.into_boxed_slice(), groups: groups.into_boxed_slice() })
    }

    /// The replacement for a match.
    pub fn expand(t: &PyTemplate, m: &PyMatch, cx: &mut Cx) -> PyResult<Own<Object>> {
        let empty = super::subject::slice_of(&m.string, 0, 0, cx)?;
        if t.groups.is_empty() {
            return Ok(t.literal.clone().unwrap_or(empty));
        }
        let mut parts = Vec::with_capacity(2 * t.groups.len() + 1);
        parts.extend(t.literal.clone());
        for (&g, text) in t.groups.iter().zip(&t.items) {
            if g > m.re.groups as usize {
                return Err(cx.index_error(format_args!("no such group")));
            }
            let part = m.text(g, none(), cx)?;
            if !part.is_none() {
                parts.push(part);
            }
            let blank = text.downcast::<PyStr>().is_some_and(PyStr::is_empty) || text.downcast::<PyBytes>().is_some_and(PyBytes::is_empty);
            if !blank {
                parts.push(text.clone());
            }
        }
        join(parts, &empty, cx)
    }
}

/// `empty.join(parts)`.
pub fn join(mut parts: Vec<Own<Object>>, empty: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let [one] = parts.as_slice() {
        if one.ty().is(empty.ty()) {
            return Ok(parts.swap_remove(0));
        }
    }
    if empty.is_a::<PyStr>() {
        let strings: Option<Vec<&PyStr>> = parts.iter().map(|p| p.downcast::<PyStr>()).collect();
        if let Some(strings) = strings {
            return Ok(PyStr::concat_all(&strings, cx)?.into_object());
        }
    } else {
        let chunks: Option<Vec<&[u8]>> = parts.iter().map(|p| p.downcast::<PyBytes>().map(PyBytes::as_bytes)).collect();
        if let Some(chunks) = chunks {
            return Ok(PyBytes::new(&chunks.concat(), cx)?.into_object());
        }
    }
    let list = PyList::from_vec(parts, cx)?;
    call::call_method(empty, name!(cx, "join"), &[&list], cx)
}

/// `re._compile_template(pattern, template)`.
pub fn compile_template(p: &PyPattern, template: &Object, cx: &mut Cx) -> PyResult<Own<PyTemplate>> {
    let f = cx.import_attr("re", "_compile_template")?;
    let t = call::call(&f, &[p, template], cx)?;
    t.downcast_own::<PyTemplate>().map_err(|t| cx.runtime_error(format_args!("the result of compiling a replacement string is {}", t.ty().tp_name_str())))
}

/// Does a replacement need a template?
pub fn is_plain(repl: &Object, cx: &mut Cx) -> bool {
    if let Some(s) = repl.downcast::<PyStr>() {
        return !s.code_points().any(|c| c == u32::from(b'\\'));
    }
    match Buffer::get(repl, 0, cx) {
        Ok(b) => !b.bytes().contains(&b'\\'),
        Err(r) => {
            cx.discard(r);
            false
        }
    }
}

// No methods; the type only carries what the parser found.
#[pymethods]
impl PyTemplate {}
