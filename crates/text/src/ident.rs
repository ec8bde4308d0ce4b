//! Identifiers (PEP 3131) and printable characters.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

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
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Whether `c` may follow in an identifier.
pub fn is_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// The normal form (NFKC) in which names are compared.
pub fn normalize(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || is_nfkc_quick(name.chars()) == IsNormalized::Yes {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.nfkc().collect())
    }
}

/// Whether `str.isprintable` holds for `c`, as far as characters outside identifiers need it.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    unicode_printable(c)
}

fn unicode_printable(c: char) -> bool {
    use unicode_properties::{GeneralCategory as G, UnicodeGeneralCategory};
    !matches!(
        c.general_category(),
        G::Control
            | G::Format
            | G::Surrogate
            | G::PrivateUse
            | G::Unassigned
            | G::LineSeparator
            | G::ParagraphSeparator
            | G::SpaceSeparator
    )
}
