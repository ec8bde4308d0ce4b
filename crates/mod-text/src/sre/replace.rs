//! `Pattern.sub` and `subn`.

use super::subject::Subject;
use super::template::{PyTemplate, compile_template, is_plain, join};
use super::{PyMatch, PyPattern};
use taipan_object::call;
use taipan_object::prelude::*;

enum Filter {
    Literal(Own<Object>),
    Template(Own<PyTemplate>),
    Callable(Own<Object>),
}

fn filter_of(p: &PyPattern, repl: &Object, empty: &Object, cx: &mut Cx) -> PyResult<Filter> {
    if cx.is_callable(repl) {
        return Ok(Filter::Callable(repl.own()));
    }
    if is_plain(repl, cx) {
        return Ok(Filter::Literal(repl.own()));
    }
    let t = compile_template(p, repl, cx)?;
    Ok(if t.groups.is_empty() { Filter::Literal(t.literal.clone().unwrap_or_else(|| empty.own())) } else { Filter::Template(t) })
}

/// The new text and the number of replacements.
pub fn substitute(p: &PyPattern, repl: &Object, string: &Object, count: isize, cx: &mut Cx) -> PyResult<(Own<Object>, usize)> {
    let s = Subject::new(p, string, 0, isize::MAX, cx)?;
    let empty = s.slice(0, 0, cx)?;
    let filter = filter_of(p, repl, &empty, cx)?;
    let mut parts: Vec<Own<Object>> = Vec::new();
    let (mut last, mut n) = (0, 0usize);
    if count >= 0 {
        let mut scratch = p.scratch();
        let r = p.each(&s, &mut scratch, cx, |m, cx| {
            let (a, b) = m.span();
            if last < a {
                parts.push(s.slice(last, a, cx)?);
            }
            let item = match &filter {
                Filter::Literal(text) => text.clone(),
                Filter::Template(t) => {
                    let found = PyMatch::make(p, &s, m, cx)?;
                    PyTemplate::expand(t, &found, cx)?
                }
                Filter::Callable(f) => {
                    let found = PyMatch::make(p, &s, m, cx)?;
                    call::call(f, &[&found], cx)?
                }
            };
            if !item.is_none() {
                parts.push(item);
            }
            last = b;
            n += 1;
            Ok(count == 0 || n < count as usize)
        });
        p.put_back(scratch);
        r?;
    }
    if last < s.end {
        parts.push(s.slice(last, s.end, cx)?);
    }
    Ok((join(parts, &empty, cx)?, n))
}
