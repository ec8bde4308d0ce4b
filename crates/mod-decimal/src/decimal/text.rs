//! `str`, `repr` and `format`.

use super::PyDecimal;
use crate::context::optional;
use crate::state;
use taipan_algo_decimal::text::format::{Spec, SpecError, format};
use taipan_algo_decimal::text::write;
use taipan_object::prelude::*;
use taipan_object::types::int::text::{NumericLocale, OwnedLocale};

/// The entry of an override dict, as text of a few characters.
fn entry(dict: &PyDict, key: &str, cx: &mut Cx) -> PyResult<Option<String>> {
    let Some(v) = dict.get_text(key, cx)? else { return Ok(None) };
    let Some(s) = v.downcast::<PyStr>() else { return Err(cx.type_error(format_args!("bad argument type for built-in operation"))) };
    match s.to_str_checked() {
        Some(t) => Ok(Some(t)),
        None => Err(cx.value_error(format_args!("invalid override dict"))),
    }
}

/// Take sizes of groups from a locale's bytes: each a size, zero or the end repeats the last, 127 ends grouping.
fn set_grouping(spec: &mut Spec, bytes: &[u8]) {
    spec.grouping.clear();
    spec.grouping_ends = bytes.is_empty();
    for &b in bytes {
        match b {
            0 => break,
            127 => {
                spec.grouping_ends = true;
                break;
            }
            n => spec.grouping.push(n as usize),
        }
    }
}

#[cold]
fn bad_override(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("invalid override dict"))
}

fn apply_override(spec: &mut Spec, dict: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let dot = entry(dict, "decimal_point", cx)?;
    let sep = entry(dict, "thousands_sep", cx)?;
    let grouping = entry(dict, "grouping", cx)?;
    if dot.is_none() && sep.is_none() && grouping.is_none() {
        return Err(bad_override(cx));
    }
    if let Some(d) = dot {
        if d.is_empty() || d.len() > 4 || d.chars().count() > 1 {
            return Err(bad_override(cx));
        }
        spec.point = d;
    }
    if let Some(s) = sep {
        if s.len() > 4 || s.chars().count() > 1 {
            return Err(bad_override(cx));
        }
        spec.separator = s;
    }
    if let Some(g) = grouping {
        let bytes: Option<Vec<u8>> = g.chars().map(|c| u8::try_from(c as u32).ok().filter(|b| *b < 128)).collect();
        match bytes {
            Some(b) => set_grouping(spec, &b),
            None => return Err(bad_override(cx)),
        }
    }
    Ok(())
}

fn apply_locale(spec: &mut Spec, locale: &OwnedLocale) {
    spec.point.clone_from(&locale.decimal_point);
    spec.separator.clone_from(&locale.thousands_sep);
    set_grouping(spec, &locale.grouping);
}

#[pymethods(TEXT)]
impl PyDecimal {
    #[slot(tp_str)]
    fn tp_str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let capitals = state::current(cx)?.capitals();
        let mut out = Vec::with_capacity(32);
        write::push(&mut out, &self.value, capitals, false);
        PyStr::from_ascii(&out, cx)
    }
    #[slot(tp_repr)]
    fn tp_repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let capitals = state::current(cx)?.capitals();
        let mut out = b"Decimal('".to_vec();
        write::push(&mut out, &self.value, capitals, false);
        out.extend_from_slice(b"')");
        PyStr::from_ascii(&out, cx)
    }
    /// Convert to an engineering-type string.  Engineering notation has an exponent
    /// which is a multiple of 3, so there are up to 3 digits left of the decimal
    /// place. For example, Decimal('123E+1') is converted to Decimal('1.23E+3').
    ///
    /// The value of context.capitals determines whether the exponent sign is lower
    /// or upper case. Otherwise, the context does not affect the operation.
    #[method("to_eng_string(context=None)")]
    fn to_eng_string(&self, context: &Object, cx: &mut Cx) -> PyResult<String> {
        let c = optional(context, cx)?;
        Ok(write::to_text(&self.value, c.capitals(), true))
    }
    #[method("__format__(*args)", nosig)]
    fn format(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let (text, over) = match *args.0 {
            [] => return Err(cx.type_error(format_args!("function takes at least 1 argument (0 given)"))),
            [t] => (t, None),
            [t, o] => (t, Some(o)),
            _ => return Err(cx.type_error(format_args!("function takes at most 2 arguments ({} given)", args.0.len()))),
        };
        let context = state::current(cx)?;
        let Some(s) = text.downcast::<PyStr>() else { return Err(cx.type_error(format_args!("format arg must be str"))) };
        let bytes = s.utf8_cached(cx)?;
        let text = String::from_utf8_lossy(bytes).into_owned();
        let old = text.strip_suffix('N').map(|t| format!("{t}n"));
        if old.is_some() {
            let message = format_args!("Format specifier 'N' is deprecated and slated for removal in Python 3.18");
            taipan_object::warn::warn(exc::DeprecationWarning(), message, 1, cx)?;
        }
        let mut spec = match Spec::parse(old.as_deref().unwrap_or(&text)) {
            Ok(s) => s,
            Err(SpecError::Invalid) => return Err(cx.value_error(format_args!("invalid format string"))),
            Err(SpecError::BeyondLimits) => return Err(cx.value_error(format_args!("format specification exceeds internal limits of _decimal"))),
            Err(SpecError::TooLarge) => return Err(cx.overflow_error(format_args!("cannot fit 'int' into an index-sized integer"))),
        };
        if spec.kind == Some('n') {
            let locale = NumericLocale::current(cx);
            apply_locale(&mut spec, &locale);
            if old.is_some() {
                spec.kind = Some('N');
            }
        }
        if let Some(o) = over {
            match o.downcast::<PyDict>() {
                Some(d) => apply_override(&mut spec, d, cx)?,
                None => return Err(cx.type_error(format_args!("optional argument must be a dict"))),
            }
        }
        match format(&self.value, &spec, &context.rules(), context.capitals()) {
            Some(t) => PyStr::new(&t, cx),
            None => Err(cx.memory_error()),
        }
    }
}
