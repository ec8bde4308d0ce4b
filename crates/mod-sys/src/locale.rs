//! The module `_locale`: the C library's locale. Text goes through the encoding of LC_CTYPE (`fspath`: UTF-8 with `surrogateescape`).

use std::ffi::CString;
use taipan_host::consts::locale::{self as consts, LC_ALL, LC_CTYPE, LC_MONETARY, LC_NUMERIC};
use taipan_host::locale as host;
use taipan_object::prelude::*;
use taipan_object::fspath;

/// `CHAR_MAX` in a list of group sizes: no further grouping.
const CHAR_MAX: u8 = 127;

/// `locale.Error`, made once.
#[derive(Default)]
struct State {
    error: FieldCell<Object>,
}

fn error_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(e) = cx.state::<State>().error.own() {
        return Ok(e);
    }
    let e = taipan_builtins::new_exception("locale.Error", exc::Exception(), cx)?;
    cx.state::<State>().error.set(Some(e.clone()), cx);
    Ok(e)
}

fn error(text: &str, cx: &mut Cx) -> Raised {
    match error_class(cx) {
        Ok(t) => match t.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, format_args!("{text}")),
            None => cx.value_error(format_args!("{text}")),
        },
        Err(r) => r,
    }
}

/// A string for C, in the locale's encoding.
fn c_text(s: &PyStr, cx: &mut Cx) -> PyResult<CString> {
    let b = fspath::encode(s, cx)?;
    CString::new(b).map_err(|_| cx.value_error(format_args!("embedded null character")))
}

/// The sizes of digit groups: a list that ends with 0 ("repeat") or CHAR_MAX.
fn grouping(sizes: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    let list = PyList::new(cx)?;
    if sizes.first().is_none_or(|n| *n == 0) {
        return Ok(list.into_object());
    }
    let mut repeat = true;
    for &n in sizes.iter().take_while(|n| **n != 0) {
        let v = PyInt::new(n as i64, cx)?;
        list.push(v.into_object(), cx)?;
        if n == CHAR_MAX {
            repeat = false;
            break;
        }
    }
    if repeat {
        let v = PyInt::new(0, cx)?;
        list.push(v.into_object(), cx)?;
    }
    Ok(list.into_object())
}

/// Run with the characters of another category's locale, whose texts are in that locale's encoding.
fn in_locale_of<R>(category: i32, f: impl FnOnce() -> R) -> R {
    let (ctype, other) = (host::name(LC_CTYPE), host::name(category));
    let change = ctype != other;
    let set = |name: &Option<Vec<u8>>| name.clone().and_then(|n| CString::new(n).ok()).map(|n| host::set(LC_CTYPE, &n));
    if change {
        set(&other);
    }
    let r = f();
    if change {
        set(&ctype);
    }
    r
}

/// Whether translations and formats of `str` follow the new locale: `string` methods do not, so nothing else changes.
fn set_locale(category: i32, name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let b = fspath::encode(name, cx)?;
    let c = CString::new(b).map_err(|_| cx.value_error(format_args!("embedded null character")))?;
    match host::set(category, &c) {
        Some(n) => fspath::decode(&n, cx),
        None => Err(error("unsupported locale setting", cx)),
    }
}

#[pymodule(name = "_locale", doc = "Support for POSIX locales.")]
pub mod locale {
    use super::*;

    /// Activates/queries locale processing.
    #[function("setlocale(category, locale=None, /)")]
    fn setlocale(category: i32, locale: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match locale.0 {
            Some(name) => set_locale(category, name, cx),
            None => match host::name(category) {
                Some(n) => fspath::decode(&n, cx),
                None => Err(error("locale query failed", cx)),
            },
        }
    }

    /// Returns numeric and monetary locale-specific parameters.
    #[function("localeconv()")]
    fn localeconv(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let money = in_locale_of(LC_MONETARY, host::conventions);
        let numbers = in_locale_of(LC_NUMERIC, host::conventions);
        let d = PyDict::new(cx)?;
        let texts = [
            ("int_curr_symbol", &money.int_curr_symbol),
            ("currency_symbol", &money.currency_symbol),
            ("mon_decimal_point", &money.mon_decimal_point),
            ("mon_thousands_sep", &money.mon_thousands_sep),
            ("mon_grouping", &money.mon_grouping),
            ("positive_sign", &money.positive_sign),
            ("negative_sign", &money.negative_sign),
        ];
        let add = |name: &str, b: &[u8], cx: &mut Cx| -> PyResult<()> {
            let v = if name.ends_with("grouping") { grouping(b, cx)? } else { fspath::decode(b, cx)?.into_object() };
            d.set_text(name, v, cx)
        };
        for (name, b) in texts {
            add(name, b, cx)?;
        }
        let counts = [
            ("int_frac_digits", money.int_frac_digits),
            ("frac_digits", money.frac_digits),
            ("p_cs_precedes", money.p_cs_precedes),
            ("p_sep_by_space", money.p_sep_by_space),
            ("n_cs_precedes", money.n_cs_precedes),
            ("n_sep_by_space", money.n_sep_by_space),
            ("p_sign_posn", money.p_sign_posn),
            ("n_sign_posn", money.n_sign_posn),
        ];
        for (name, n) in counts {
            let v = PyInt::new(n as i64, cx)?;
            d.set_text(name, v.into_object(), cx)?;
        }
        for (name, b) in [("decimal_point", &numbers.decimal_point), ("thousands_sep", &numbers.thousands_sep), ("grouping", &numbers.grouping)] {
            add(name, b, cx)?;
        }
        Ok(d)
    }

    /// Return the value for the locale information associated with key.
    #[function("nl_langinfo(key, /)")]
    fn nl_langinfo(key: i32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        // Only what the module names is asked for: other keys make the C library read elsewhere.
        let known = consts::TABLE.iter().any(|(n, v)| *v == key as i64 && !n.starts_with("LC_") && *n != "CHAR_MAX");
        if !known {
            return Err(cx.value_error(format_args!("unsupported langinfo constant")));
        }
        let category = match (key >> 16) as i32 {
            n @ 1..=5 => n,
            _ => LC_CTYPE,
        };
        let b = in_locale_of(category, || host::langinfo(key));
        fspath::decode(&b, cx)
    }

    /// Compares two strings according to the locale.
    #[function("strcoll(os1, os2, /)")]
    fn strcoll(os1: &PyStr, os2: &PyStr, cx: &mut Cx) -> PyResult<i32> {
        let (a, b) = (c_text(os1, cx)?, c_text(os2, cx)?);
        Ok(host::collate(&a, &b))
    }

    /// Return a string that can be used as a key for locale-aware comparisons.
    #[function("strxfrm(string, /)")]
    fn strxfrm(string: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let c = c_text(string, cx)?;
        let key = host::collation_key(&c);
        if key == c.to_bytes() {
            return Ok(string.new_ref());
        }
        // Keys are only compared: a byte is a character, in the same order.
        let points: Vec<u32> = key.iter().map(|b| *b as u32).collect();
        PyStr::from_code_points(&points, cx)
    }

    /// Get the current locale encoding.
    #[function("getencoding()")]
    fn getencoding(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = host::codeset();
        fspath::decode(if n.is_empty() { b"UTF-8" } else { &n }, cx)
    }

    /// gettext(msg) -> string
    ///
    /// Return translation of msg.
    #[function("gettext(msg, /)")]
    fn gettext(msg: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let m = c_text(msg, cx)?;
        fspath::decode(&host::translate(None, &m, consts::LC_MESSAGES), cx)
    }
    /// dgettext(domain, msg) -> string
    ///
    /// Return translation of msg in domain.
    #[function("dgettext(domain, msg, /)")]
    fn dgettext(domain: NoneOr<&PyStr>, msg: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        dcgettext(domain, msg, consts::LC_MESSAGES, cx)
    }
    /// Return translation of msg in domain and category.
    #[function("dcgettext(domain, msg, category, /)")]
    fn dcgettext(domain: NoneOr<&PyStr>, msg: &PyStr, category: i32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let d = domain.0.map(|d| c_text(d, cx)).transpose()?;
        let m = c_text(msg, cx)?;
        fspath::decode(&host::translate(d.as_deref(), &m, category), cx)
    }
    /// Set the C library's textdmain to domain, returning the new domain.
    #[function("textdomain(domain, /)")]
    fn textdomain(domain: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let d = domain.0.map(|d| c_text(d, cx)).transpose()?;
        match host::text_domain(d.as_deref()) {
            Ok(n) => fspath::decode(&n, cx),
            Err(e) => Err(cx.os_error(e.0, &e.message(), None, None)),
        }
    }
    /// Bind the C library's domain to dir.
    #[function("bindtextdomain(domain, dir, /)")]
    fn bindtextdomain(domain: &PyStr, dir: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        if domain.is_empty() {
            return Err(error("domain must be a non-empty string", cx));
        }
        let d = c_text(domain, cx)?;
        let dir = if dir.is_none() { None } else { Some(fspath::to_cstring(dir, cx)?) };
        match host::bind_text_domain(&d, dir.as_deref()) {
            Ok(n) => n.map(|n| fspath::decode(&n, cx)).transpose(),
            Err(e) => Err(cx.os_error(e.0, &e.message(), None, None)),
        }
    }
    /// Bind the C library's domain to codeset.
    #[function("bind_textdomain_codeset(domain, codeset, /)")]
    fn bind_textdomain_codeset(domain: &PyStr, codeset: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        let d = c_text(domain, cx)?;
        let c = codeset.0.map(|c| c_text(c, cx)).transpose()?;
        host::bind_codeset(&d, c.as_deref()).map(|n| fspath::decode(&n, cx)).transpose()
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for &(name, n) in consts::TABLE {
            let v = PyInt::new(n, cx)?;
            m.add(name, &v, cx)?;
        }
        let all = PyInt::new(LC_ALL as i64, cx)?;
        m.add("LC_ALL", &all, cx)?;
        let e = error_class(cx)?;
        m.add("Error", &e, cx)
    }
}
