//! `format()`, `str.format` and `format_map`.

use super::{PyStr, Pieces, Units};
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use crate::{abstract_, attr};
use taipan_algo_float::spec::{FormatError, FormatSpec, StrLayout, format_str};
use taipan_algo_float::template::{self, AutoNumber, First, Step, Template, TemplateError};

fn bad_template(e: TemplateError, cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("{}", e.message()))
}

/// `"text".__format__(spec)`.
pub fn format_text(s: &PyStr, spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if spec.is_empty() {
        return s.to_exact(cx);
    }
    let parsed = match spec.units() {
        Units::Ascii(u) | Units::Latin1(u) => FormatSpec::for_str(u),
        Units::Ucs2(u) => FormatSpec::for_str(u),
        Units::Ucs4(u) => FormatSpec::for_str(u),
    };
    match parsed.and_then(|p| format_str(&p, s.len())) {
        Ok(l) => lay_out(s, &l, cx),
        Err(e) => Err(bad_spec(&e, spec, s, cx)),
    }
}

fn bad_spec(e: &FormatError, spec: &PyStr, s: &PyStr, cx: &mut Cx) -> Raised {
    let m = e.message(&spec.to_string_lossy(), s.ty().tp_name_str());
    cx.value_error(format_args!("{m}"))
}

fn lay_out(s: &PyStr, l: &StrLayout, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if l.left.checked_add(l.right).and_then(|n| n.checked_add(l.take)).is_none_or(|n| n > isize::MAX as usize / 4) {
        return Err(cx.memory_error());
    }
    let mut b = Pieces::with_capacity(l.left + l.take + l.right);
    (0..l.left).for_each(|_| b.push(l.fill));
    b.push_part(s, 0, l.take);
    (0..l.right).for_each(|_| b.push(l.fill));
    b.finish(cx)
}

/// Where the fields of a template find their values.
struct Source<'a> {
    args: &'a [&'a Object],
    kw: Lookup<'a>,
    auto: AutoNumber,
}

enum Lookup<'a> {
    Keywords(Kwargs<'a>),
    Mapping(&'a Object),
}

impl Source<'_> {
    fn first(&self, text: &[u32], first: First, cx: &mut Cx) -> PyResult<Own<Object>> {
        match first {
            First::Name(r) => {
                let name = PyStr::from_code_points(&text[r], cx)?;
                match &self.kw {
                    Lookup::Mapping(m) => abstract_::get_item(m, &name, cx),
                    Lookup::Keywords(kw) => match kw.get(&name.to_string_lossy()) {
                        Some(v) => Ok(v.own()),
                        None => Err(cx.raise_arg(exc::KeyError(), &name)),
                    },
                }
            }
            First::Index(i) => match (&self.kw, self.args.get(i)) {
                (Lookup::Mapping(_), _) => Err(cx.value_error(format_args!("Format string contains positional fields"))),
                (_, Some(v)) => Ok(v.own()),
                (_, None) => Err(cx.index_error(format_args!("Replacement index {i} out of range for positional args tuple"))),
            },
            First::Empty => Err(cx.value_error(format_args!("Format string contains positional fields"))),
        }
    }

    fn value(&mut self, text: &[u32], name: std::ops::Range<usize>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (first, path) = template::split_name(text, name).map_err(|e| bad_template(e, cx))?;
        let first = self.auto.resolve(first).map_err(|e| bad_template(e, cx))?;
        let mut v = self.first(text, first, cx)?;
        for step in path {
            v = match step.map_err(|e| bad_template(e, cx))? {
                Step::Attribute(r) => {
                    let n = PyStr::from_code_points(&text[r], cx)?;
                    let n = super::intern::intern(n, cx);
                    attr::get(&v, &n, cx)?
                }
                Step::Index(i) => {
                    let i = PyInt::new(i as i64, cx)?;
                    abstract_::get_item(&v, &i, cx)?
                }
                Step::Key(r) => {
                    let k = PyStr::from_code_points(&text[r], cx)?;
                    abstract_::get_item(&v, &k, cx)?
                }
            };
        }
        Ok(v)
    }

    fn run(&mut self, text: &[u32], part: std::ops::Range<usize>, depth: u32, out: &mut Pieces, cx: &mut Cx) -> PyResult<()> {
        if depth > template::RECURSION_MAX {
            return Err(bad_template(TemplateError::Recursion, cx));
        }
        for piece in Template::part(text, part) {
            let piece = piece.map_err(|e| bad_template(e, cx))?;
            text[piece.literal].iter().for_each(|&c| out.push(c));
            let Some(field) = piece.field else { continue };
            let mut v = self.value(text, field.name, cx)?;
            v = match char::from_u32(field.conversion) {
                Some('\0') => v,
                Some('r') => abstract_::repr(&v, cx)?.into_object(),
                Some('s') => abstract_::str(&v, cx)?.into_object(),
                Some('a') => abstract_::ascii(&v, cx)?.into_object(),
                _ => return Err(cx.value_error(format_args!("{}", template::unknown_conversion_message(field.conversion)))),
            };
            let spec = if field.nested {
                let mut b = Pieces::default();
                self.run(text, field.spec, depth + 1, &mut b, cx)?;
                b.finish(cx)?
            } else {
                PyStr::from_code_points(&text[field.spec], cx)?
            };
            let s = abstract_::format(&v, &spec, cx)?;
            out.push_str(&s);
        }
        Ok(())
    }
}

/// The text of a field's value without anybody's code: strings, ints and floats, floats also with a `.nf` specification.
fn push_plain(v: &Object, spec: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if let Some(f) = v.exact::<crate::types::float::PyFloat>() {
        match spec {
            [] => taipan_algo_float::repr(f.value(), out),
            [b'.', n @ b'1'..=b'9', b'f'] => out.extend_from_slice(crate::types::float::text::fixed(f.value(), usize::from(n - b'0'), &mut [0; 49])?),
            _ => return None,
        }
    } else if !spec.is_empty() {
        return None;
    } else if let Some(s) = v.exact::<PyStr>() {
        out.extend_from_slice(s.as_ascii()?.as_bytes());
    } else {
        out.extend_from_slice(crate::types::int::text::write_i64(v.exact::<PyInt>()?.to_i64()?, &mut [0; 20]));
    }
    Some(())
}

/// ASCII templates whose fields are empty or numbers or keywords, with plain values. `None`: the general way must do it (nothing has happened).
fn run_plain(s: &PyStr, args: &[&Object], kw: &Kwargs<'_>, cx: &mut Cx) -> Option<PyResult<Own<PyStr>>> {
    let text = s.as_ascii()?.as_bytes();
    // These give back what they got, not a copy.
    if text == b"{}" || !text.iter().any(|&b| b == b'{' || b == b'}') {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() + 32);
    let (mut rest, mut auto, mut numbered) = (text, 0, false);
    while let Some(i) = rest.iter().position(|&b| b == b'{' || b == b'}') {
        out.extend_from_slice(&rest[..i]);
        let brace = rest[i];
        rest = &rest[i + 1..];
        if rest.first() == Some(&brace) {
            out.push(brace);
            rest = &rest[1..];
            continue;
        }
        if brace == b'}' {
            return None;
        }
        let end = rest.iter().position(|&b| b == b'}')?;
        let (name, spec) = match rest[..end].iter().position(|&b| b == b':') {
            Some(c) => (&rest[..c], &rest[c + 1..end]),
            None => (&rest[..end], &rest[end..end]),
        };
        let v = match name {
            [] if !numbered => {
                auto += 1;
                *args.get(auto - 1)?
            }
            [d @ b'0'..=b'9'] if auto == 0 => {
                numbered = true;
                *args.get(usize::from(d - b'0'))?
            }
            [b'a'..=b'z' | b'A'..=b'Z' | b'_', tail @ ..] if tail.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_') => kw.get(std::str::from_utf8(name).ok()?)?,
            _ => return None,
        };
        push_plain(v, spec, &mut out)?;
        rest = &rest[end + 1..];
    }
    out.extend_from_slice(rest);
    Some(PyStr::from_narrow(&out, true, cx))
}

fn run_template(s: &PyStr, args: &[&Object], kw: Lookup<'_>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Lookup::Keywords(kw) = &kw {
        if let Some(r) = run_plain(s, args, kw, cx) {
            return r;
        }
    }
    let text = s.to_points();
    if !text.iter().any(|&c| c == '{' as u32 || c == '}' as u32) {
        return s.to_exact(cx);
    }
    let mut out = Pieces::with_capacity(text.len());
    let mut src = Source { args, kw, auto: AutoNumber::default() };
    src.run(&text, 0..text.len(), 1, &mut out, cx)?;
    out.finish(cx)
}

#[pymethods(FORMAT)]
impl PyStr {
    /// Return a formatted version of the string as described by format_spec.
    #[method("__format__(format_spec, /)")]
    fn format_slot(&self, format_spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if format_spec.is_empty() && !self.as_object().is_exact::<PyStr>() {
            return crate::abstract_::str(self, cx);
        }
        format_text(self, format_spec, cx)
    }
    /// Return a formatted version of the string, using substitutions from args and kwargs.
    /// The substitutions are identified by braces ('{' and '}').
    #[method("format(*args, **kwargs)")]
    fn py_format(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        run_template(self, args.0, Lookup::Keywords(kwargs), cx)
    }
    /// Return a formatted version of the string, using substitutions from mapping.
    /// The substitutions are identified by braces ('{' and '}').
    #[method("format_map(mapping, /)")]
    fn format_map(&self, mapping: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        run_template(self, &[], Lookup::Mapping(mapping), cx)
    }
}
