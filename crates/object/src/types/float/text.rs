//! Floats as text.

use crate::prelude::*;
use crate::types::int::text::{NumericLocale, format_error, padded, parse_spec, wants_locale};
use taipan_algo_float::spec::{FormatError, FormatSpec, Locale, Padded, format_complex, format_float};

/// `repr(x)`.
pub fn repr(x: f64, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let mut out = Vec::with_capacity(24);
    taipan_algo_float::repr(x, &mut out);
    PyStr::from_latin1(&out, cx)
}

fn by_spec(spec_text: &PyStr, type_name: &str, cx: &mut Cx, f: impl FnOnce(&FormatSpec, &Locale<'_>) -> Result<Padded, FormatError>) -> PyResult<Own<PyStr>> {
    let made = parse_spec(spec_text, false).and_then(|spec| {
        if wants_locale(&spec) { f(&spec, &NumericLocale::current(cx).view()) } else { f(&spec, &Locale::C) }
    });
    match made {
        Ok(p) => padded(&p, None, cx),
        Err(e) => Err(format_error(&e, spec_text, type_name, cx)),
    }
}

/// `format(x, spec)` for a spec that is not empty; `type_name` is for messages.
pub fn format(x: f64, spec: &PyStr, type_name: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    by_spec(spec, type_name, cx, |s, l| format_float(s, x, l))
}

/// `format(complex(re, im), spec)` for a spec that is not empty.
pub fn format_pair(re: f64, im: f64, spec: &PyStr, type_name: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    by_spec(spec, type_name, cx, |s, l| format_complex(s, re, im, l))
}
