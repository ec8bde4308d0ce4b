//! Ints as text: decimal form under the limit of `sys.set_int_max_str_digits`, other bases, `__format__`.

use super::PyInt;
use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::refs::*;
use crate::types::str::{PyStr, Units};
use taipan_algo_float::spec::{FormatError, FormatSpec, IntForm, Locale, Padded, format_char, format_float, format_int, int_form};
use taipan_algo_int::{to_decimal_limited, to_radix};

/// `sys.int_info.default_max_str_digits`.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// `sys.int_info.str_digits_check_threshold`: the least limit other than none.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

/// The limit on decimal digits of conversions (`sys.get_int_max_str_digits()`); 0 for none.
pub fn max_str_digits(cx: &Cx) -> usize {
    match cx.interp().config.borrow().int_max_str_digits {
        n if n < 0 => DEFAULT_MAX_STR_DIGITS,
        n => n as usize,
    }
}

/// Set the limit (`sys.set_int_max_str_digits`). The caller has checked that it is 0 or at least the threshold.
pub fn set_max_str_digits(n: i32, cx: &mut Cx) {
    cx.interp().config.borrow_mut().int_max_str_digits = n;
}

#[cold]
fn too_long(limit: usize, cx: &mut Cx) -> Raised {
    cx.value_error(format_args!(
        "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// "Exceeds the limit (…) …: value has N digits" of conversions from text.
#[cold]
pub fn too_long_text(digits: usize, cx: &mut Cx) -> Raised {
    let limit = max_str_digits(cx);
    cx.value_error(format_args!(
        "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// "00" to "99".
static PAIRS: [[u8; 2]; 100] = {
    let mut t = [[0; 2]; 100];
    let mut i = 0;
    while i < 100 {
        t[i] = [b'0' + (i / 10) as u8, b'0' + (i % 10) as u8];
        i += 1;
    }
    t
};

/// Decimal text of a machine integer at the end of `buf`.
#[inline]
pub fn write_i64(v: i64, buf: &mut [u8; 20]) -> &[u8] {
    let (mut m, mut at) = (v.unsigned_abs(), buf.len());
    let mut pair = |at: usize, n: usize| buf[at - 2..at].copy_from_slice(&PAIRS[n]);
    while m > u64::from(u32::MAX) {
        pair(at, (m % 100) as usize);
        m /= 100;
        at -= 2;
    }
    let mut m = m as u32;
    while m >= 100 {
        pair(at, (m % 100) as usize);
        m /= 100;
        at -= 2;
    }
    if m >= 10 {
        pair(at, m as usize);
        at -= 2;
    } else {
        at -= 1;
        buf[at] = b'0' + m as u8;
    }
    if v < 0 {
        at -= 1;
        buf[at] = b'-';
    }
    &buf[at..]
}

/// The decimal form of a machine integer.
pub fn decimal_i64(v: i64, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    PyStr::from_narrow(write_i64(v, &mut [0; 20]), true, cx)
}

/// Append the decimal form; raises `ValueError` beyond the limit.
pub fn push_decimal(v: &PyInt, out: &mut Vec<u8>, cx: &mut Cx) -> PyResult<()> {
    match v.to_i64() {
        Some(n) => {
            out.extend_from_slice(write_i64(n, &mut [0; 20]));
            Ok(())
        }
        None => {
            let limit = max_str_digits(cx);
            to_decimal_limited(v.as_ref_int(), limit, out).map_err(|_| too_long(limit, cx))
        }
    }
}

/// `repr(v)`; raises `ValueError` beyond the limit.
pub fn decimal(v: &PyInt, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Some(n) = v.to_i64() {
        return decimal_i64(n, cx);
    }
    let mut out = Vec::new();
    push_decimal(v, &mut out, cx)?;
    PyStr::from_latin1(&out, cx)
}

/// `bin`, `oct`, `hex` without prefix, other bases likewise (2..=36); base 10 is under the limit.
pub fn digits(v: &PyInt, base: u32, upper: bool, out: &mut Vec<u8>, cx: &mut Cx) -> PyResult<()> {
    if base == 10 {
        return push_decimal(v, out, cx);
    }
    to_radix(v.as_ref_int(), base, upper, out);
    Ok(())
}

/// `bin(v)`, `oct(v)`, `hex(v)`: digits with sign and prefix.
pub fn prefixed(v: &PyInt, base: u32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let mut out = Vec::new();
    to_radix(v.as_ref_int(), base, false, &mut out);
    let at = usize::from(v.is_negative());
    let prefix: &[u8] = match base {
        2 => b"0b",
        8 => b"0o",
        _ => b"0x",
    };
    out.splice(at..at, prefix.iter().copied());
    PyStr::from_latin1(&out, cx)
}

/// Run `f` on the units of a specification, whatever their width.
pub(crate) fn parse_spec(spec: &PyStr, int: bool) -> Result<FormatSpec, FormatError> {
    match (spec.units(), int) {
        (Units::Ascii(u) | Units::Latin1(u), true) => FormatSpec::for_int(u),
        (Units::Ascii(u) | Units::Latin1(u), false) => FormatSpec::for_float(u),
        (Units::Ucs2(u), true) => FormatSpec::for_int(u),
        (Units::Ucs2(u), false) => FormatSpec::for_float(u),
        (Units::Ucs4(u), true) => FormatSpec::for_int(u),
        (Units::Ucs4(u), false) => FormatSpec::for_float(u),
    }
}

/// Raise what a formatting function reports.
#[cold]
pub(crate) fn format_error(e: &FormatError, spec: &PyStr, type_name: &str, cx: &mut Cx) -> Raised {
    let msg = e.message(&spec.to_string_lossy(), type_name);
    match e {
        FormatError::OutOfMemory => cx.memory_error(),
        FormatError::CharRange | FormatError::CharTooLarge => cx.overflow_error(format_args!("{msg}")),
        _ => cx.value_error(format_args!("{msg}")),
    }
}

/// A string object of a padded text; `replace` stands for the one character of the text (type `c`).
pub(crate) fn padded(p: &Padded, replace: Option<u32>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if p.len() > isize::MAX as usize / 4 {
        return Err(cx.memory_error());
    }
    if p.is_ascii() {
        let mut out = Vec::new();
        if out.try_reserve_exact(p.len()).is_err() {
            return Err(cx.memory_error());
        }
        p.push_ascii(&mut out);
        return PyStr::from_latin1(&out, cx);
    }
    let mut out: Vec<u32> = Vec::new();
    if out.try_reserve_exact(p.len()).is_err() {
        return Err(cx.memory_error());
    }
    p.for_each(|c| out.push(c));
    if let (Some(c), Some(at)) = (replace, out.get_mut(p.left)) {
        *at = c;
    }
    PyStr::from_code_points(&out, cx)
}

/// The conventions of `localeconv()` that type `n` uses; `_locale.setlocale` stores them here. None of them are set in the C locale.
#[derive(Default)]
pub struct NumericLocale(pub std::cell::RefCell<Option<OwnedLocale>>);

/// Decimal point, thousands separator and grouping of a locale.
#[derive(Clone, Default)]
pub struct OwnedLocale {
    pub decimal_point: String,
    pub thousands_sep: String,
    pub grouping: Vec<u8>,
}

impl NumericLocale {
    /// The locale now in force, as an owned copy.
    pub fn current(cx: &Cx) -> OwnedLocale {
        let c = || OwnedLocale { decimal_point: ".".into(), ..OwnedLocale::default() };
        cx.state::<NumericLocale>().0.borrow().clone().unwrap_or_else(c)
    }
}

impl OwnedLocale {
    /// As the formatting functions take it.
    pub fn view(&self) -> Locale<'_> {
        Locale { decimal_point: &self.decimal_point, thousands_sep: &self.thousands_sep, grouping: &self.grouping }
    }
}

/// Whether a specification asks for the locale.
pub(crate) fn wants_locale(spec: &FormatSpec) -> bool {
    spec.kind == u32::from(b'n')
}

/// `int.__format__`.
pub fn format(v: &PyInt, spec_text: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if spec_text.is_empty() {
        return if v.as_object().is_exact::<PyInt>() { decimal(v, cx) } else { crate::abstract_::str(v, cx) };
    }
    let name = v.as_object().ty().tp_name_str();
    let r = parse_spec(spec_text, true).and_then(|s| int_form(&s).map(|f| (s, f)));
    let (spec, form) = match r {
        Ok(x) => x,
        Err(e) => return Err(format_error(&e, spec_text, &name, cx)),
    };
    let owned;
    let locale = if wants_locale(&spec) {
        owned = NumericLocale::current(cx);
        owned.view()
    } else {
        Locale::C
    };
    let mut replace = None;
    let made = match form {
        IntForm::Digits { base, upper } => {
            let mut out = Vec::new();
            digits(v, base, upper, &mut out, cx)?;
            let body = out.strip_prefix(b"-").unwrap_or(&out);
            format_int(&spec, v.is_negative(), body, &locale)
        }
        IntForm::Char => format_char(&spec, v.to_i64()).map(|(p, c)| {
            replace = Some(c);
            p
        }),
        IntForm::Float => {
            let x = crate::abstract_::number::int_to_f64(v, cx)?;
            format_float(&spec, x, &locale)
        }
    };
    match made {
        Ok(p) => padded(&p, replace, cx),
        Err(e) => Err(format_error(&e, spec_text, &name, cx)),
    }
}
