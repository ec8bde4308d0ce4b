//! Data that macros read: character classes (`pyctype.h`), digits, the version, the empty bytearray.

use std::ffi::c_char;

const LOWER: u32 = 1;
const UPPER: u32 = 2;
const DIGIT: u32 = 4;
const XDIGIT: u32 = 8;
const SPACE: u32 = 16;

/// `PY_CTF_*` of every byte.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _Py_ctype_table: [u32; 256] = {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 128 {
        let c = i as u8;
        t[i] = if c.is_ascii_lowercase() { LOWER } else { 0 }
            | if c.is_ascii_uppercase() { UPPER } else { 0 }
            | if c.is_ascii_digit() { DIGIT } else { 0 }
            | if c.is_ascii_hexdigit() { XDIGIT } else { 0 }
            | if matches!(c, 9..=13 | 32) { SPACE } else { 0 };
        i += 1;
    }
    t
};

const fn mapped(upper: bool) -> [u8; 256] {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 256 {
        let c = i as u8;
        t[i] = if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        i += 1;
    }
    t
}

/// Lower case of every byte.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _Py_ctype_tolower: [u8; 256] = mapped(false);
/// Upper case of every byte.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _Py_ctype_toupper: [u8; 256] = mapped(true);

/// Whether an ASCII character is blank for `str.isspace`.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _Py_ascii_whitespace: [u8; 128] = {
    let mut t = [0; 128];
    let mut i = 0;
    while i < 128 {
        t[i] = matches!(i, 9..=13 | 28..=32) as u8;
        i += 1;
    }
    t
};

/// The value of every digit, 37 for other bytes.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _PyLong_DigitValue: [u8; 256] = {
    let mut t = [37; 256];
    let mut i = 0;
    while i < 128 {
        let c = (i as u8).to_ascii_lowercase();
        if c.is_ascii_digit() {
            t[i] = c - b'0';
        } else if c.is_ascii_lowercase() {
            t[i] = c - b'a' + 10;
        }
        i += 1;
    }
    t
};

/// A pointer variable to constant text.
#[repr(transparent)]
pub struct Text(pub *const c_char);
// SAFETY: constant data.
unsafe impl Sync for Text {}

/// `"0123456789abcdef"`.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static Py_hexdigits: Text = Text(c"0123456789abcdef".as_ptr());
/// The encoding of file names.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static Py_FileSystemDefaultEncoding: Text = Text(c"utf-8".as_ptr());
/// The error handler of file names.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static Py_FileSystemDefaultEncodeErrors: Text = Text(c"surrogateescape".as_ptr());
/// The version of Python that this is, as `sys.hexversion`: 3.14.10 final.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static Py_Version: u64 = 0x030e_0af0;
/// What an empty bytearray points at.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _PyByteArray_empty_string: [u8; 1] = [0];
/// The comparison with its sides exchanged.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _Py_SwappedOp: [i32; 6] = [4, 5, 2, 3, 0, 1];

/// The name of struct sequence fields without one; compared by address.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static PyStructSequence_UnnamedField: Text = Text(c"unnamed field".as_ptr());

/// A data symbol.
struct Address(*const ());
// SAFETY: addresses of constant data.
unsafe impl Sync for Address {}
static KEEP: [Address; 12] = [
    Address(&raw const _Py_ctype_table as *const ()),
    Address(&raw const _Py_ctype_tolower as *const ()),
    Address(&raw const _Py_ctype_toupper as *const ()),
    Address(&raw const _Py_ascii_whitespace as *const ()),
    Address(&raw const _PyLong_DigitValue as *const ()),
    Address(&raw const Py_hexdigits as *const ()),
    Address(&raw const Py_FileSystemDefaultEncoding as *const ()),
    Address(&raw const Py_FileSystemDefaultEncodeErrors as *const ()),
    Address(&raw const Py_Version as *const ()),
    Address(&raw const _PyByteArray_empty_string as *const ()),
    Address(&raw const _Py_SwappedOp as *const ()),
    Address(&raw const PyStructSequence_UnnamedField as *const ()),
];

/// Use every symbol once, so that the linker keeps it.
pub fn keep() {
    KEEP.iter().for_each(|a| {
        std::hint::black_box(a.0);
    });
}
