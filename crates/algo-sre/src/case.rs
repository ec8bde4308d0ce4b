//! Case mappings as `_sre` sees them: ASCII, Unicode (simple mappings) and the C locale's bytes.

use taipan_algo_ucd as ucd;

/// What a pattern with `re.LOCALE` asks of the C library, for the 256 byte values.
#[derive(Clone, Copy)]
pub struct LocaleTable {
    pub lower: [u8; 256],
    pub upper: [u8; 256],
    pub alnum: [bool; 256],
}

impl LocaleTable {
    /// The "C" locale.
    pub const C: LocaleTable = {
        let mut table = LocaleTable { lower: [0; 256], upper: [0; 256], alnum: [false; 256] };
        let mut i = 0;
        while i < 256 {
            let byte = i as u8;
            table.lower[i] = byte.to_ascii_lowercase();
            table.upper[i] = byte.to_ascii_uppercase();
            table.alnum[i] = byte.is_ascii_alphanumeric();
            i += 1;
        }
        table
    };

    pub(crate) fn lower(&self, ch: u32) -> u32 {
        u8::try_from(ch).map_or(ch, |byte| u32::from(self.lower[usize::from(byte)]))
    }

    pub(crate) fn upper(&self, ch: u32) -> u32 {
        u8::try_from(ch).map_or(ch, |byte| u32::from(self.upper[usize::from(byte)]))
    }

    pub(crate) fn is_word(&self, ch: u32) -> bool {
        ch == u32::from(b'_') || u8::try_from(ch).is_ok_and(|byte| self.alnum[usize::from(byte)])
    }
}

/// `_sre.ascii_tolower`.
pub fn ascii_tolower(ch: u32) -> u32 {
    u8::try_from(ch).map_or(ch, |byte| u32::from(byte.to_ascii_lowercase()))
}

/// `_sre.ascii_iscased`.
pub fn ascii_iscased(ch: u32) -> bool {
    u8::try_from(ch).is_ok_and(|byte| byte.is_ascii_alphabetic())
}

/// `_sre.unicode_tolower`.
pub fn unicode_tolower(ch: u32) -> u32 {
    ucd::lower_simple(ch)
}

/// `_sre.unicode_iscased`.
pub fn unicode_iscased(ch: u32) -> bool {
    ucd::lower_simple(ch) != ch || ucd::upper_simple(ch) != ch
}
