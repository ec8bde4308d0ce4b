//! `"…" % values`.

use super::{PyStr, Pieces};
use crate::abstract_::{self, number};
use crate::prelude::*;
use crate::types::float::PyFloat;
use crate::types::percent::{Values, integer};
use taipan_algo_float::percent::{self, PercentError, PercentSpec};
use taipan_algo_float::spec::Padded;

fn raise(e: PercentError<Raised>, cx: &mut Cx) -> Raised {
    match e {
        PercentError::Argument(r) => r,
        e => match e.message() {
            Some(m) => cx.value_error(format_args!("{m}")),
            None => cx.value_error(format_args!("incomplete format")),
        },
    }
}

fn push(p: &Padded, out: &mut Pieces) {
    p.for_each(|c| out.push(c));
}

fn text(spec: &PercentSpec, s: &PyStr, out: &mut Pieces) {
    let (take, left, right) = percent::format_text(spec, s.len());
    (0..left).for_each(|_| out.push(32));
    out.push_part(s, 0, take);
    (0..right).for_each(|_| out.push(32));
}

fn character(spec: &PercentSpec, v: &Object, out: &mut Pieces, cx: &mut Cx) -> PyResult<()> {
    let c = match v.downcast::<PyStr>() {
        Some(s) if s.len() == 1 => s.new_ref(),
        Some(s) => return Err(cx.type_error(format_args!("%c requires an int or a unicode character, not a string of length {}", s.len()))),
        None => {
            if !number::has_index(v) {
                let t = crate::types::object_::full_name(v.ty(), cx)?;
                return Err(cx.type_error(format_args!("%c requires an int or a unicode character, not {}", t)));
            }
            let i = number::index(v, cx)?;
            match i.to_i64() {
                Some(n @ 0..=0x10ffff) => PyStr::from_code_points(&[n as u32], cx)?,
                _ => return Err(cx.overflow_error(format_args!("%c arg not in range(0x110000)"))),
            }
        }
    };
    let spec = PercentSpec { precision: None, ..*spec };
    text(&spec, &c, out);
    Ok(())
}

fn one(spec: &PercentSpec, v: &Object, out: &mut Pieces, cx: &mut Cx) -> PyResult<()> {
    match char::from_u32(spec.kind) {
        Some('s') => {
            let s = abstract_::str(v, cx)?;
            text(spec, &s, out);
        }
        Some('r') => {
            let s = abstract_::repr(v, cx)?;
            text(spec, &s, out);
        }
        Some('a') => {
            let s = abstract_::ascii(v, cx)?;
            text(spec, &s, out);
        }
        Some('d' | 'i' | 'u' | 'o' | 'x' | 'X') => push(&integer(spec, v, cx)?, out),
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
            let x = match v.exact::<PyFloat>() {
                Some(f) => f.value(),
                None => number::as_f64(v, cx)?,
            };
            match percent::format_float(spec, x) {
                Ok(p) => push(&p, out),
                Err(_) => return Err(cx.memory_error()),
            }
        }
        Some('c') => character(spec, v, out, cx)?,
        _ => return Err(cx.value_error(format_args!("{}", percent::unsupported_message(spec)))),
    }
    Ok(())
}

/// ASCII text with `%s` of exact ASCII strings, ints and floats, `%d` of ints and `%.nf` of floats only, when the result is short. `None`: the general way must do it.
fn plain(s: &PyStr, values: &PyTuple, cx: &mut Cx) -> Option<PyResult<Own<PyStr>>> {
    let text = s.as_ascii()?.as_bytes();
    let mut buf = [0u8; 256];
    let mut n = 0;
    let mut put = |part: &[u8]| -> Option<()> {
        buf.get_mut(n..n + part.len())?.copy_from_slice(part);
        n += part.len();
        Some(())
    };
    let mut left = values.as_slice().iter();
    let mut rest = text;
    while let Some(i) = rest.iter().position(|&b| b == b'%') {
        put(&rest[..i])?;
        match *rest.get(i + 1)? {
            b'%' => put(b"%")?,
            kind @ (b's' | b'd') => {
                let v = left.next()?;
                match (v.exact::<PyInt>(), v.exact::<PyStr>()) {
                    (Some(i), _) => put(crate::types::int::text::write_i64(i.to_i64()?, &mut [0; 20]))?,
                    (_, Some(t)) if kind == b's' => put(t.as_ascii()?.as_bytes())?,
                    _ if kind == b's' => {
                        let mut out = Vec::with_capacity(24);
                        taipan_algo_float::repr(v.exact::<PyFloat>()?.value(), &mut out);
                        put(&out)?;
                    }
                    _ => return None,
                }
            }
            b'.' => {
                let (n @ b'1'..=b'9', b'f') = (*rest.get(i + 2)?, *rest.get(i + 3)?) else { return None };
                let x = left.next()?.exact::<PyFloat>()?.value();
                put(crate::types::float::text::fixed(x, usize::from(n - b'0'), &mut [0; 49])?)?;
                rest = &rest[i + 4..];
                continue;
            }
            _ => return None,
        }
        rest = &rest[i + 2..];
    }
    put(rest)?;
    if left.next().is_some() || n == 0 {
        return None;
    }
    Some(PyStr::from_narrow(&buf[..n], true, cx))
}

/// A text around one string, which may be long: one copy of it. None for all other formats.
fn around(s: &PyStr, value: &Object, cx: &mut Cx) -> Option<PyResult<Own<PyStr>>> {
    let (format, value) = (s.as_ascii()?, value.exact::<PyStr>()?);
    let at = format.find('%')?;
    let rest = format.get(at + 1..)?.strip_prefix('s')?;
    if rest.contains('%') {
        return None;
    }
    let pair = PyStr::from_ascii(&format.as_bytes()[..at], cx).and_then(|left| Ok((left, PyStr::from_ascii(rest.as_bytes(), cx)?)));
    Some(pair.and_then(|(left, right)| PyStr::concat_all(&[&left, value, &right], cx)))
}

/// `s % values`.
pub fn format(s: &PyStr, values: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if values.exact::<PyTuple>().is_some_and(|t| t.is_empty()) && s.as_ascii().is_some_and(|t| !t.contains('%')) {
        return s.to_exact(cx);
    }
    // "%s" of a string is that string.
    let single = values.exact::<PyTuple>().map_or(Some(values), |t| t.get(0).filter(|_| t.len() == 1));
    if s.len() == 2 && s.as_ascii() == Some("%s") && single.is_some_and(|v| v.is_exact::<PyStr>()) {
        return abstract_::str(single.unwrap_or(values), cx);
    }
    if let Some(r) = values.exact::<PyTuple>().and_then(|t| plain(s, t, cx)) {
        return r;
    }
    if let Some(r) = single.and_then(|v| around(s, v, cx)) {
        return r;
    }
    let points = s.to_points();
    let tuple = values.downcast::<PyTuple>();
    let mapping = tuple.is_none() && !values.is_a::<PyStr>() && values.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some());
    if !points.contains(&('%' as u32)) && (tuple.is_some_and(|t| t.is_empty()) || mapping) {
        return s.to_exact(cx);
    }
    let mut out = Pieces::with_capacity(points.len());
    let mut vals = Values { all: values, tuple, next: 0, mapping, selected: None, key: |range, cx: &mut Cx| PyStr::from_code_points(&points[range], cx).map(Own::into_object), cx };
    let mut at = 0;
    let mut used_mapping = false;
    while at < points.len() {
        let stop = points[at..].iter().position(|&c| c == '%' as u32).map_or(points.len(), |i| at + i);
        points[at..stop].iter().for_each(|&c| out.push(c));
        if stop == points.len() {
            break;
        }
        at = stop + 1;
        if points.get(at) == Some(&('%' as u32)) {
            out.push('%' as u32);
            at += 1;
            continue;
        }
        vals.selected = None;
        let (spec, next) = match percent::parse(&points[..], at, &mut vals) {
            Ok(x) => x,
            Err(e) => return Err(raise(e, vals.cx)),
        };
        at = next;
        used_mapping |= vals.selected.is_some();
        let v = vals.take()?;
        if spec.width.is_some_and(|w| !out.try_reserve(w)) {
            return Err(vals.cx.memory_error());
        }
        one(&spec, &v, &mut out, vals.cx)?;
    }
    if vals.are_left() && !used_mapping {
        return Err(vals.cx.type_error(format_args!("not all arguments converted during string formatting")));
    }
    out.finish(vals.cx)
}
