//! The C library's locale at start: what the environment says, and replacing the C locale by a UTF-8 one (PEP 538).

use std::ffi::{CStr, CString};
use taipan_host::consts::locale::{LC_ALL, LC_CTYPE};
use taipan_host::{env, locale};
use taipan_object::config::FsEncoding;

/// Locales with UTF-8 that need no data of a language, in the order in which they are tried.
const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

/// The name of the locale of characters.
fn ctype() -> Vec<u8> {
    locale::name(LC_CTYPE).unwrap_or_default()
}

/// Take LC_CTYPE from the environment; true for the C locale.
pub fn adopt_environment() -> bool {
    locale::set(LC_CTYPE, c"");
    matches!(ctype().as_slice(), b"C" | b"POSIX")
}

/// Leave the C locale for a UTF-8 one, unless LC_ALL or PYTHONCOERCECLOCALE=0 (`wish`) forbid it.
pub fn coerce(wish: Option<&[u8]>) {
    let warn = wish == Some(b"warn");
    let forced = env::get(c"LC_ALL").is_some_and(|v| !v.is_empty());
    if wish != Some(b"0") && !forced {
        for target in TARGETS {
            if locale::set(LC_CTYPE, target).is_none() {
                continue;
            }
            // Children are to see it too; without it only this process has the new locale.
            let _ = env::set(c"LC_CTYPE", target);
            locale::set(LC_ALL, c"");
            if warn {
                super::cli::err(format_args!(
                    "Python detected LC_CTYPE=C: LC_CTYPE coerced to {} (set another locale or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior).\n",
                    target.to_string_lossy()
                ));
            }
            return;
        }
    }
    if warn {
        super::cli::err(format_args!(
            "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible locales is recommended.\n"
        ));
    }
}

/// The encoding of file names outside of UTF-8 mode.
pub fn fs_encoding() -> FsEncoding {
    match locale::codeset().as_slice() {
        b"ANSI_X3.4-1968" | b"US-ASCII" => FsEncoding::Ascii,
        b"ISO-8859-1" => FsEncoding::Latin1,
        _ => FsEncoding::Utf8,
    }
}

/// The error handler of the standard streams that the locale implies.
pub fn stream_errors() -> &'static str {
    let name = CString::new(ctype()).unwrap_or_default();
    if matches!(name.to_bytes(), b"C" | b"POSIX") || TARGETS.contains(&name.as_c_str()) { "surrogateescape" } else { "strict" }
}
