//! The C library's locale. The setting is process-wide; Python changes it under the GIL only.

use core::ffi::{CStr, c_char};

unsafe extern "C" {
    fn strcoll(left: *const c_char, right: *const c_char) -> i32;
    fn strxfrm(out: *mut c_char, text: *const c_char, size: usize) -> usize;
    fn dcgettext(domain: *const c_char, message: *const c_char, category: i32) -> *mut c_char;
    fn textdomain(domain: *const c_char) -> *mut c_char;
    fn bindtextdomain(domain: *const c_char, dir: *const c_char) -> *mut c_char;
    fn bind_textdomain_codeset(domain: *const c_char, codeset: *const c_char) -> *mut c_char;
}

/// Copy a C string; null gives None.
fn copy(text: *const c_char) -> Option<Vec<u8>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: a C string of the C library, valid until the locale changes; it is copied at once.
    Some(unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}

/// Set a category's locale (an empty name: from the environment); its name, None if there is no such locale.
pub fn set(category: i32, name: &CStr) -> Option<Vec<u8>> {
    copy(sys!(libc::setlocale(category, name.as_ptr())))
}

/// The name of a category's locale.
pub fn name(category: i32) -> Option<Vec<u8>> {
    copy(sys!(libc::setlocale(category, core::ptr::null())))
}

/// A fact of the current locale (`CODESET` …).
pub fn langinfo(item: i32) -> Vec<u8> {
    copy(sys!(libc::nl_langinfo(item))).unwrap_or_default()
}

/// The encoding of the current locale.
pub fn codeset() -> Vec<u8> {
    langinfo(libc::CODESET)
}

/// `struct lconv`; 127 in a number means "not given".
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Conventions {
    pub decimal_point: Vec<u8>,
    pub thousands_sep: Vec<u8>,
    /// Group sizes; Python shows them as a list of numbers.
    pub grouping: Vec<u8>,
    pub int_curr_symbol: Vec<u8>,
    pub currency_symbol: Vec<u8>,
    pub mon_decimal_point: Vec<u8>,
    pub mon_thousands_sep: Vec<u8>,
    pub mon_grouping: Vec<u8>,
    pub positive_sign: Vec<u8>,
    pub negative_sign: Vec<u8>,
    pub int_frac_digits: i32,
    pub frac_digits: i32,
    pub p_cs_precedes: i32,
    pub p_sep_by_space: i32,
    pub n_cs_precedes: i32,
    pub n_sep_by_space: i32,
    pub p_sign_posn: i32,
    pub n_sign_posn: i32,
}

/// The current locale's conventions.
pub fn conventions() -> Conventions {
    let raw = sys!(libc::localeconv());
    // SAFETY: localeconv returns a static record, valid until the locale changes.
    let raw = unsafe { &*raw };
    let text = |p: *mut c_char| copy(p).unwrap_or_default();
    Conventions {
        decimal_point: text(raw.decimal_point),
        thousands_sep: text(raw.thousands_sep),
        grouping: text(raw.grouping),
        int_curr_symbol: text(raw.int_curr_symbol),
        currency_symbol: text(raw.currency_symbol),
        mon_decimal_point: text(raw.mon_decimal_point),
        mon_thousands_sep: text(raw.mon_thousands_sep),
        mon_grouping: text(raw.mon_grouping),
        positive_sign: text(raw.positive_sign),
        negative_sign: text(raw.negative_sign),
        int_frac_digits: raw.int_frac_digits.into(),
        frac_digits: raw.frac_digits.into(),
        p_cs_precedes: raw.p_cs_precedes.into(),
        p_sep_by_space: raw.p_sep_by_space.into(),
        n_cs_precedes: raw.n_cs_precedes.into(),
        n_sep_by_space: raw.n_sep_by_space.into(),
        p_sign_posn: raw.p_sign_posn.into(),
        n_sign_posn: raw.n_sign_posn.into(),
    }
}

/// Compare by the locale's order; the sign of the result counts.
pub fn collate(left: &CStr, right: &CStr) -> i32 {
    sys!(strcoll(left.as_ptr(), right.as_ptr()))
}

/// A form of the text whose byte order is the locale's order.
pub fn collation_key(text: &CStr) -> Vec<u8> {
    let size = sys!(strxfrm(core::ptr::null_mut(), text.as_ptr(), 0));
    let mut buffer = vec![0u8; size + 1];
    sys!(strxfrm(buffer.as_mut_ptr().cast(), text.as_ptr(), size + 1));
    buffer.truncate(size);
    buffer
}

fn pointer(text: Option<&CStr>) -> *const c_char {
    text.map_or(core::ptr::null(), CStr::as_ptr)
}

/// The translation of a message from the catalogues of the C library; the message itself when there is none.
pub fn translate(domain: Option<&CStr>, message: &CStr, category: i32) -> Vec<u8> {
    copy(sys!(dcgettext(pointer(domain), message.as_ptr(), category))).unwrap_or_default()
}

/// Set the default domain of messages, or ask for it; `EINVAL` or `ENOMEM` on failure.
pub fn text_domain(domain: Option<&CStr>) -> crate::Result<Vec<u8>> {
    copy(sys!(textdomain(pointer(domain)))).ok_or_else(crate::Errno::last)
}

/// Set the directory of a domain's catalogues, or ask for it; None when it has none.
pub fn bind_text_domain(domain: &CStr, dir: Option<&CStr>) -> crate::Result<Option<Vec<u8>>> {
    if let Some(dir) = dir {
        crate::gate::check(crate::gate::Access::Read(dir))?;
    }
    Ok(copy(sys!(bindtextdomain(domain.as_ptr(), pointer(dir)))))
}

/// Set the encoding of a domain's translations, or ask for it; None when none is set.
pub fn bind_codeset(domain: &CStr, codeset: Option<&CStr>) -> Option<Vec<u8>> {
    copy(sys!(bind_textdomain_codeset(domain.as_ptr(), pointer(codeset))))
}
