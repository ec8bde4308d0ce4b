//! Floats as text.

use crate::prelude::*;
use crate::types::int::text::{NumericLocale, format_error, padded, parse_spec, wants_locale};
use taipan_algo_float::spec::{FormatError, FormatSpec, Locale, Padded, format_complex, format_float};

/// `repr(x)`.
pub fn repr(x: f64, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let mut out = Vec::with_capacity(24);
    taipan_algo_float::repr(x, &mut out);
    PyStr::from_narrow(&out, true, cx)
}

/// Sign and digits of `x` with `precision` digits after the point (`%.nf`), when machine words suffice.
pub(crate) fn fixed(x: f64, precision: usize, buf: &mut [u8; 49]) -> Option<&[u8]> {
    let (sign, digits) = buf.split_first_chunk_mut::<1>()?;
    let n = taipan_algo_float::text::fixed_into(x.abs(), precision, digits.first_chunk_mut::<48>()?)?.len();
    *sign = [b' '];
    let mut at = buf.len() - n;
    if x.is_sign_negative() {
        at -= 1;
        buf[at] = b'-';
    }
    Some(&buf[at..])
}

/// The digit of a specification `.nf`, the commonest of all.
#[inline]
fn fixed_precision(spec: &PyStr) -> Option<usize> {
    match spec.as_ascii()?.as_bytes() {
        [b'.', n @ b'1'..=b'9', b'f'] => Some(usize::from(n - b'0')),
        _ => None,
    }
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
    if let Some(precision) = fixed_precision(spec) {
        if let Some(text) = fixed(x, precision, &mut [0; 49]) {
            return PyStr::from_narrow(text, true, cx);
        }
    }
    by_spec(spec, type_name, cx, |s, l| format_float(s, x, l))
}

/// `format(complex(re, im), spec)` for a spec that is not empty.
pub fn format_pair(re: f64, im: f64, spec: &PyStr, type_name: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    by_spec(spec, type_name, cx, |s, l| format_complex(s, re, im, l))
}
