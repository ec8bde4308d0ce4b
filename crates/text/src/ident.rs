//! Identifiers (PEP 3131) and printable characters.

use std::borrow::Cow;

use taipan_algo_ucd as ucd;

/// Offset and value of the first character that may not stand where it does in an identifier.
pub fn first_invalid(name: &str) -> Option<(usize, char)> {
    let mut first = true;
    for (at, c) in name.char_indices() {
        let valid = if first { is_start(c) } else { is_continue(c) };
        if !valid {
            return Some((at, c));
        }
        first = false;
    }
    None
}

/// Whether an identifier may begin with `c`.
pub fn is_start(c: char) -> bool {
    c == '_' || ucd::is_xid_start(c as u32)
}

/// Whether `c` may follow in an identifier.
pub fn is_continue(c: char) -> bool {
    ucd::is_xid_continue(c as u32)
}

/// The normal form (NFKC) in which names are compared.
pub fn normalize(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Borrowed(name);
    }
    let points: Vec<u32> = name.chars().map(|c| c as u32).collect();
    if ucd::is_normalized(ucd::Version::Current, ucd::Form::Nfkc, &points) {
        return Cow::Borrowed(name);
    }
    let normal = ucd::normalize(ucd::Version::Current, ucd::Form::Nfkc, &points);
    // Normalising scalar values yields scalar values.
    Cow::Owned(normal.into_iter().filter_map(char::from_u32).collect())
}

/// `str.isprintable` for one character.
pub fn is_printable(c: char) -> bool {
    ucd::is_printable(c as u32)
}
