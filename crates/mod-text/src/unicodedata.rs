//! The module `unicodedata`, and its database of Unicode 3.2.0 as an object with the same functions.

use taipan_algo_ucd::{self as ucd, Form, Named, Version};
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;
use taipan_object::types::str::Units;

fn absent(default: Option<&Object>, msg: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    match default {
        Some(d) => Ok(d.own()),
        None => Err(cx.value_error(format_args!("{msg}"))),
    }
}

fn decimal(v: Version, c: u32, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    match ucd::decimal(v, c) {
        Some(n) => Ok(PyInt::new(i64::from(n), cx)?.into_object()),
        None => absent(default, "not a decimal", cx),
    }
}

fn digit(_v: Version, c: u32, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    match ucd::digit(c) {
        Some(n) => Ok(PyInt::new(i64::from(n), cx)?.into_object()),
        None => absent(default, "not a digit", cx),
    }
}

fn numeric(v: Version, c: u32, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    match ucd::numeric(v, c) {
        Some(x) => Ok(PyFloat::new(x, cx)?.into_object()),
        None => absent(default, "not a numeric character", cx),
    }
}

fn name(v: Version, c: u32, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    match ucd::name(v, c) {
        Some(n) => Ok(PyStr::new(n.as_str(), cx)?.into_object()),
        None => absent(default, "no such name", cx),
    }
}

fn lookup(v: Version, name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let text = name.to_string_lossy();
    match ucd::lookup(v, &text) {
        Some(Named::Char(c)) => PyStr::from_code_points(&[c], cx),
        Some(Named::Sequence(s)) => PyStr::from_code_points(s, cx),
        None => Err(cx.raise_msg(exc::KeyError(), format_args!("undefined character name '{text}'"))),
    }
}

fn form_of(form: &PyStr, cx: &mut Cx) -> PyResult<Form> {
    match form.as_ascii().and_then(Form::from_name) {
        Some(f) => Ok(f),
        None => Err(cx.value_error(format_args!("invalid normalization form"))),
    }
}

fn holds(v: Version, f: Form, s: &PyStr) -> bool {
    match s.units() {
        Units::Ascii(_) => true,
        Units::Latin1(u) => ucd::is_normalized(v, f, u),
        Units::Ucs2(u) => ucd::is_normalized(v, f, u),
        Units::Ucs4(u) => ucd::is_normalized(v, f, u),
    }
}

fn is_normalized(v: Version, form: &PyStr, s: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let f = form_of(form, cx)?;
    Ok(holds(v, f, s))
}

fn normalize(v: Version, form: &PyStr, s: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = form_of(form, cx)?;
    if holds(v, f, s) {
        return Ok(s.to_exact(cx)?.into_object());
    }
    let out = match s.units() {
        Units::Ascii(u) | Units::Latin1(u) => ucd::normalize(v, f, u),
        Units::Ucs2(u) => ucd::normalize(v, f, u),
        Units::Ucs4(u) => ucd::normalize(v, f, u),
    };
    Ok(PyStr::from_code_points(&out, cx)?.into_object())
}

/// The database of another version; there is one instance, `ucd_3_2_0`.
#[pytype(name = "unicodedata.UCD", heap, no_new, flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct PyUcd {
    head: ObjHead,
}

#[pymethods]
impl PyUcd {
    #[getter("unidata_version")]
    fn get_version(&self) -> String {
        ucd::OLD_UNIDATA_VERSION.to_owned()
    }
    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    #[method("bidirectional(chr, /)")]
    fn py_bidirectional(&self, chr: CodePoint) -> String {
        ucd::bidirectional(Version::V3_2_0, chr.0).to_owned()
    }
    /// Returns the general category assigned to the character chr as string.
    #[method("category(chr, /)")]
    fn py_category(&self, chr: CodePoint) -> String {
        ucd::category(Version::V3_2_0, chr.0).to_owned()
    }
    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    #[method("combining(chr, /)")]
    fn py_combining(&self, chr: CodePoint) -> i64 {
        i64::from(ucd::combining(Version::V3_2_0, chr.0))
    }
    /// Converts a Unicode character into its equivalent decimal value.
    ///
    /// Returns the decimal value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[method("decimal(chr, default=None, /)", nosig)]
    fn py_decimal(&self, chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        decimal(Version::V3_2_0, chr.0, default, cx)
    }
    /// Returns the character decomposition mapping assigned to the character chr as string.
    ///
    /// An empty string is returned in case no such mapping is defined.
    #[method("decomposition(chr, /)")]
    fn py_decomposition(&self, chr: CodePoint) -> String {
        ucd::decomposition(Version::V3_2_0, chr.0)
    }
    /// Converts a Unicode character into its equivalent digit value.
    ///
    /// Returns the digit value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[method("digit(chr, default=None, /)", nosig)]
    fn py_digit(&self, chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        digit(Version::V3_2_0, chr.0, default, cx)
    }
    /// Returns the east asian width assigned to the character chr as string.
    #[method("east_asian_width(chr, /)")]
    fn py_east_asian_width(&self, chr: CodePoint) -> String {
        ucd::east_asian_width(Version::V3_2_0, chr.0).to_owned()
    }
    /// Return whether the Unicode string unistr is in the normal form 'form'.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[method("is_normalized(form, unistr, /)")]
    fn py_is_normalized(&self, form: &PyStr, unistr: &PyStr, cx: &mut Cx) -> PyResult<bool> {
        is_normalized(Version::V3_2_0, form, unistr, cx)
    }
    /// Look up character by name.
    ///
    /// If a character with the given name is found, return the
    /// corresponding character.  If not found, KeyError is raised.
    #[method("lookup(name, /)")]
    fn py_lookup(&self, name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        lookup(Version::V3_2_0, name, cx)
    }
    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    #[method("mirrored(chr, /)")]
    fn py_mirrored(&self, chr: CodePoint) -> i64 {
        i64::from(ucd::mirrored(Version::V3_2_0, chr.0))
    }
    /// Returns the name assigned to the character chr as a string.
    ///
    /// If no name is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[method("name(chr, default=None, /)", nosig)]
    fn py_name(&self, chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        name(Version::V3_2_0, chr.0, default, cx)
    }
    /// Return the normal form 'form' for the Unicode string unistr.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[method("normalize(form, unistr, /)")]
    fn py_normalize(&self, form: &PyStr, unistr: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        normalize(Version::V3_2_0, form, unistr, cx)
    }
    /// Converts a Unicode character into its equivalent numeric value.
    ///
    /// Returns the numeric value assigned to the character chr as float.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[method("numeric(chr, default=None, /)", nosig)]
    fn py_numeric(&self, chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        numeric(Version::V3_2_0, chr.0, default, cx)
    }
}

/// The module.
#[pymodule(
    name = "unicodedata",
    doc = "This module provides access to the Unicode Character Database which\ndefines character properties for all Unicode characters. The data in\nthis database is based on the UnicodeData.txt file version\n16.0.0 which is publicly available from ftp://ftp.unicode.org/.\n\nThe module uses the same names and symbols as defined by the\nUnicodeData File Format 16.0.0.",
    types(PyUcd)
)]
mod functions {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let version = PyStr::new(ucd::UNIDATA_VERSION, cx)?;
        m.add("unidata_version", &version, cx)?;
        let old = cx.new_object(PyUcd { head: Object::placeholder() })?;
        m.add("ucd_3_2_0", &old, cx)
    }

    /// Returns the bidirectional class assigned to the character chr as string.
    ///
    /// If no such value is defined, an empty string is returned.
    #[function("bidirectional(chr, /)")]
    fn py_bidirectional(chr: CodePoint) -> String {
        ucd::bidirectional(Version::Current, chr.0).to_owned()
    }
    /// Returns the general category assigned to the character chr as string.
    #[function("category(chr, /)")]
    fn py_category(chr: CodePoint) -> String {
        ucd::category(Version::Current, chr.0).to_owned()
    }
    /// Returns the canonical combining class assigned to the character chr as integer.
    ///
    /// Returns 0 if no combining class is defined.
    #[function("combining(chr, /)")]
    fn py_combining(chr: CodePoint) -> i64 {
        i64::from(ucd::combining(Version::Current, chr.0))
    }
    /// Converts a Unicode character into its equivalent decimal value.
    ///
    /// Returns the decimal value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[function("decimal(chr, default=None, /)", nosig)]
    fn py_decimal(chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        decimal(Version::Current, chr.0, default, cx)
    }
    /// Returns the character decomposition mapping assigned to the character chr as string.
    ///
    /// An empty string is returned in case no such mapping is defined.
    #[function("decomposition(chr, /)")]
    fn py_decomposition(chr: CodePoint) -> String {
        ucd::decomposition(Version::Current, chr.0)
    }
    /// Converts a Unicode character into its equivalent digit value.
    ///
    /// Returns the digit value assigned to the character chr as integer.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[function("digit(chr, default=None, /)", nosig)]
    fn py_digit(chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        digit(Version::Current, chr.0, default, cx)
    }
    /// Returns the east asian width assigned to the character chr as string.
    #[function("east_asian_width(chr, /)")]
    fn py_east_asian_width(chr: CodePoint) -> String {
        ucd::east_asian_width(Version::Current, chr.0).to_owned()
    }
    /// Return whether the Unicode string unistr is in the normal form 'form'.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[function("is_normalized(form, unistr, /)")]
    fn py_is_normalized(form: &PyStr, unistr: &PyStr, cx: &mut Cx) -> PyResult<bool> {
        is_normalized(Version::Current, form, unistr, cx)
    }
    /// Look up character by name.
    ///
    /// If a character with the given name is found, return the
    /// corresponding character.  If not found, KeyError is raised.
    #[function("lookup(name, /)")]
    fn py_lookup(name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        lookup(Version::Current, name, cx)
    }
    /// Returns the mirrored property assigned to the character chr as integer.
    ///
    /// Returns 1 if the character has been identified as a "mirrored"
    /// character in bidirectional text, 0 otherwise.
    #[function("mirrored(chr, /)")]
    fn py_mirrored(chr: CodePoint) -> i64 {
        i64::from(ucd::mirrored(Version::Current, chr.0))
    }
    /// Returns the name assigned to the character chr as a string.
    ///
    /// If no name is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[function("name(chr, default=None, /)", nosig)]
    fn py_name(chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        name(Version::Current, chr.0, default, cx)
    }
    /// Return the normal form 'form' for the Unicode string unistr.
    ///
    /// Valid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.
    #[function("normalize(form, unistr, /)")]
    fn py_normalize(form: &PyStr, unistr: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        normalize(Version::Current, form, unistr, cx)
    }
    /// Converts a Unicode character into its equivalent numeric value.
    ///
    /// Returns the numeric value assigned to the character chr as float.
    /// If no such value is defined, default is returned, or, if not given,
    /// ValueError is raised.
    #[function("numeric(chr, default=None, /)", nosig)]
    fn py_numeric(chr: CodePoint, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        numeric(Version::Current, chr.0, default, cx)
    }
}

pub use functions::MODULE;
