//! The conversion units of `PyArg_Parse*`: one object into C variables.

use super::Args;
use crate::headers::longobject::masked;
use std::ffi::{CStr, c_char, c_int, c_void};
use taipan_abi::{Py_buffer, Py_complex};
use taipan_object::abstract_::{self, buffer, number};
use taipan_object::prelude::*;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str;

/// `Py_CLEANUP_SUPPORTED`: the converter wants a second call when parsing fails later.
const CLEANUP_SUPPORTED: c_int = 0x20000;

/// Why a conversion failed.
pub enum Fail {
    /// "must be …, not …": the caller says which argument.
    Must(String),
    /// The exception is set.
    Raised(Raised),
}

impl From<Raised> for Fail {
    fn from(r: Raised) -> Fail {
        Fail::Raised(r)
    }
}

/// What to undo when a later argument fails.
pub enum Undo {
    /// Memory of `PyMem_Malloc`.
    Free(*mut *mut c_char),
    /// A buffer.
    Release(*mut Py_buffer),
    /// A converter with cleanup.
    Convert(Converter, *mut c_void),
}

type Converter = unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int;

/// The format string, the arguments and what was allocated so far.
pub struct Format<'a> {
    pub rest: &'a [u8],
    pub args: Args,
    pub undo: Vec<Undo>,
}

impl Format<'_> {
    /// The next character, 0 at the end.
    pub fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }
    /// Step over one character.
    pub fn skip(&mut self) {
        self.rest = &self.rest[1.min(self.rest.len())..];
    }
    fn take(&mut self, c: u8) -> bool {
        let hit = self.peek() == c;
        if hit {
            self.skip();
        }
        hit
    }

    /// Undo everything, latest first.
    pub unsafe fn roll_back(&mut self) {
        while let Some(u) = self.undo.pop() {
            // SAFETY: recorded when it was allocated; each is undone once.
            unsafe {
                match u {
                    Undo::Free(p) => {
                        crate::headers::pymem::PyMem_Free(*p as *mut c_void);
                        *p = std::ptr::null_mut();
                    }
                    Undo::Release(b) => buffer::release(&mut *b),
                    Undo::Convert(f, p) => {
                        f(std::ptr::null_mut(), p);
                    }
                }
            }
        }
    }
}

fn must(expected: &str, o: &Object) -> Fail {
    let found = if o.is_none() { "None" } else { o.ty().tp_name_str() };
    Fail::Must(format!("must be {expected}, not {found}"))
}

fn index(o: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    number::index(o, cx)
}

/// A signed C integer with its range check.
fn ranged(o: &Object, lo: i64, hi: i64, what: &str, cx: &mut Cx) -> Result<i64, Fail> {
    let i = index(o, cx)?;
    let v = match i.to_i64() {
        Some(v) => v,
        None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C long")).into()),
    };
    if v < lo {
        return Err(cx.overflow_error(format_args!("{what} is less than minimum")).into());
    }
    if v > hi {
        return Err(cx.overflow_error(format_args!("{what} is greater than maximum")).into());
    }
    Ok(v)
}

/// The bytes of a read-only contiguous object (`convertbuffer`); only objects whose buffer needs no release.
fn plain_bytes(o: &Object, cx: &mut Cx) -> Result<(*const u8, usize), Fail> {
    if let Some(b) = o.downcast::<PyBytes>() {
        // The storage itself: it ends with a zero byte, also when there is nothing in front of it.
        return Ok((b.as_bytes().as_ptr(), b.as_bytes().len()));
    }
    if o.ty().buffer().is_some_and(|procs| procs.bf_releasebuffer.get().is_some()) {
        return Err(must("read-only bytes-like object", o));
    }
    let b = Buffer::get(o, 0, cx)?;
    Ok((b.bytes().as_ptr(), b.bytes().len()))
}

/// Fill the caller's view.
unsafe fn view(o: &Object, p: *mut Py_buffer, flags: c_int, f: &mut Format<'_>, cx: &mut Cx) -> Result<(), Fail> {
    let Some(get) = o.ty().buffer().and_then(|b| b.bf_getbuffer.get()) else {
        if flags & buffer::WRITABLE != 0 {
            return Err(must("read-write bytes-like object", o));
        }
        return Err(cx.type_error(format_args!("a bytes-like object is required, not '{}'", o.ty().tp_name_str())).into());
    };
    // SAFETY: the caller's view, which the exporter fills.
    if unsafe { get(o.as_ptr(), p as *mut c_void, flags) } != 0 {
        if flags & buffer::WRITABLE != 0 {
            drop(cx.ts().current_exception.take());
            return Err(must("read-write bytes-like object", o));
        }
        // SAFETY: the slot raised.
        return Err(Fail::Raised(unsafe { Raised::assume() }));
    }
    f.undo.push(Undo::Release(p));
    Ok(())
}

/// `s`, `z`, `y` in their three forms.
unsafe fn text_unit(c: u8, o: &Object, f: &mut Format<'_>, cx: &mut Cx) -> Result<(), Fail> {
    let none_ok = c == b'z';
    let suffix = if none_ok { " or None" } else { "" };
    // SAFETY: the unit says which variables follow.
    unsafe {
        if f.take(b'*') {
            let p = f.args.ptr::<Py_buffer>();
            if none_ok && o.is_none() {
                p.write(std::mem::zeroed());
                return Ok(());
            }
            if c != b'y' {
                if let Some(s) = o.downcast::<PyStr>() {
                    let b = s.utf8_cached(cx)?;
                    let (d, n) = (b.as_ptr() as *mut u8, b.len());
                    buffer::fill_info(p, o, d, n, true, 0, cx)?;
                    f.undo.push(Undo::Release(p));
                    return Ok(());
                }
            }
            view(o, p, 0, f, cx)?;
            if buffer_is_split(p) {
                return Err(must("contiguous buffer", o));
            }
            return Ok(());
        }
        let p = f.args.ptr::<*const c_char>();
        if f.take(b'#') {
            let n = f.args.ptr::<isize>();
            if none_ok && o.is_none() {
                (*p, *n) = (std::ptr::null(), 0);
                return Ok(());
            }
            let (d, len) = match o.downcast::<PyStr>().filter(|_| c != b'y') {
                Some(s) => {
                    let b = s.utf8_cached(cx)?;
                    (b.as_ptr(), b.len())
                }
                None => plain_bytes(o, cx)?,
            };
            (*p, *n) = (d as *const c_char, len as isize);
            return Ok(());
        }
        if none_ok && o.is_none() {
            *p = std::ptr::null();
            return Ok(());
        }
        if c == b'y' {
            let (d, n) = plain_bytes(o, cx)?;
            if std::slice::from_raw_parts(d, n).contains(&0) {
                return Err(cx.value_error(format_args!("embedded null byte")).into());
            }
            *p = d as *const c_char;
            return Ok(());
        }
        let Some(s) = o.downcast::<PyStr>() else { return Err(must(&format!("str{suffix}"), o)) };
        let b = s.utf8_cached(cx)?;
        if b.contains(&0) {
            return Err(cx.value_error(format_args!("embedded null character")).into());
        }
        *p = b.as_ptr() as *const c_char;
        Ok(())
    }
}

/// Whether the bytes of a simple view are not in one piece.
unsafe fn buffer_is_split(p: *const Py_buffer) -> bool {
    // SAFETY: a filled view.
    unsafe { !(*p).suboffsets.is_null() }
}

/// `es`, `et` and their `#` forms: encoded text in memory that the caller frees or provides.
unsafe fn encoded_unit(o: &Object, f: &mut Format<'_>, cx: &mut Cx) -> Result<(), Fail> {
    // SAFETY: the unit says which variables follow.
    unsafe {
        let encoding = f.args.text();
        let encoding = if encoding.is_null() { "utf-8".to_owned() } else { crate::border::text(encoding).into_owned() };
        let keep_bytes = match f.peek() {
            b's' => false,
            b't' => true,
            _ => return Err(cx.system_error(format_args!("(unknown parser marker combination)")).into()),
        };
        f.skip();
        let p = f.args.ptr::<*mut c_char>();
        let sized = f.take(b'#');
        let n = if sized { f.args.ptr::<isize>() } else { std::ptr::null_mut() };
        let data: Vec<u8> = if keep_bytes && let Some(b) = o.downcast::<PyBytes>() {
            b.as_bytes().to_vec()
        } else if keep_bytes && let Some(b) = o.downcast::<PyByteArray>() {
            b.data().to_vec()
        } else if let Some(s) = o.downcast::<PyStr>() {
            let e = str::codec::encode(s, &encoding, "strict", cx)?;
            match e.downcast::<PyBytes>() {
                Some(b) => b.as_bytes().to_vec(),
                None => return Err(Fail::Must("(encoder failed to return bytes)".into())),
            }
        } else {
            return Err(must(if keep_bytes { "str, bytes or bytearray" } else { "str" }, o));
        };
        if !sized && data.contains(&0) {
            return Err(must("encoded string without null bytes", o));
        }
        let provided = sized && !(*p).is_null();
        if provided && (*n as usize) < data.len() + 1 {
            return Err(cx.value_error(format_args!("encoded string too long ({}, maximum length {})", data.len(), *n - 1)).into());
        }
        if !provided {
            *p = crate::headers::pymem::PyMem_Malloc(data.len() + 1) as *mut c_char;
            if (*p).is_null() {
                return Err(cx.memory_error().into());
            }
            f.undo.push(Undo::Free(p));
        }
        (*p as *mut u8).copy_from_nonoverlapping(data.as_ptr(), data.len());
        *(*p).add(data.len()) = 0;
        if sized {
            *n = data.len() as isize;
        }
        Ok(())
    }
}

/// `O` in its three forms.
unsafe fn object_unit(o: &Object, f: &mut Format<'_>, cx: &mut Cx) -> Result<(), Fail> {
    // SAFETY: the unit says which variables follow.
    unsafe {
        if f.take(b'!') {
            let ty = &*f.args.ptr::<PyType>();
            let p = f.args.ptr::<*mut Object>();
            if !o.ty().is_subtype(ty) {
                return Err(must(ty.tp_name_str(), o));
            }
            *p = o.as_ptr();
        } else if f.take(b'&') {
            let convert: Converter = std::mem::transmute(f.args.ptr::<c_void>());
            let p = f.args.ptr::<c_void>();
            match convert(o.as_ptr(), p) {
                0 if cx.is_raised() => return Err(Fail::Raised(Raised::assume())),
                0 => return Err(Fail::Must("(unspecified)".into())),
                CLEANUP_SUPPORTED => f.undo.push(Undo::Convert(convert, p)),
                _ => {}
            }
        } else {
            *f.args.ptr::<*mut Object>() = o.as_ptr();
        }
        Ok(())
    }
}

/// Convert one argument by the unit at the front of the format.
///
/// # Safety
/// The argument list holds the variables that the unit names.
pub unsafe fn convert(o: &Object, f: &mut Format<'_>, cx: &mut Cx) -> Result<(), Fail> {
    let c = f.peek();
    f.skip();
    // SAFETY: the unit says which variables follow.
    unsafe {
        match c {
            b'b' => {
                let p = f.args.ptr::<u8>();
                *p = ranged(o, 0, 255, "unsigned byte integer", cx)? as u8;
            }
            b'B' => {
                let p = f.args.ptr::<u8>();
                *p = masked(&*index(o, cx)?) as u8;
            }
            b'h' => {
                let p = f.args.ptr::<i16>();
                *p = ranged(o, i16::MIN.into(), i16::MAX.into(), "signed short integer", cx)? as i16;
            }
            b'H' => {
                let p = f.args.ptr::<u16>();
                *p = masked(&*index(o, cx)?) as u16;
            }
            b'i' => {
                let p = f.args.ptr::<i32>();
                *p = ranged(o, i32::MIN.into(), i32::MAX.into(), "signed integer", cx)? as i32;
            }
            b'I' => {
                let p = f.args.ptr::<u32>();
                *p = masked(&*index(o, cx)?) as u32;
            }
            b'n' => {
                let p = f.args.ptr::<isize>();
                let i = index(o, cx)?;
                *p = match i.to_i64() {
                    Some(v) => v as isize,
                    None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t")).into()),
                };
            }
            b'l' => {
                let p = f.args.ptr::<i64>();
                let i = index(o, cx)?;
                *p = match i.to_i64() {
                    Some(v) => v,
                    None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C long")).into()),
                };
            }
            b'L' => {
                let p = f.args.ptr::<i64>();
                let i = index(o, cx)?;
                *p = match i.to_i64() {
                    Some(v) => v,
                    None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C long long")).into()),
                };
            }
            b'k' | b'K' => {
                let p = f.args.ptr::<u64>();
                if !o.is_a::<PyInt>() && !number::has_index(o) {
                    return Err(must("int", o));
                }
                *p = masked(&*index(o, cx)?);
            }
            b'f' => {
                let p = f.args.ptr::<f32>();
                *p = number::as_f64(o, cx)? as f32;
            }
            b'd' => {
                let p = f.args.ptr::<f64>();
                *p = number::as_f64(o, cx)?;
            }
            b'D' => {
                let p = f.args.ptr::<Py_complex>();
                let z = crate::headers::floatobject::PyComplex_AsCComplex(o);
                if z.real == -1.0 && cx.is_raised() {
                    return Err(Fail::Raised(Raised::assume()));
                }
                *p = z;
            }
            b'c' => {
                let p = f.args.ptr::<c_char>();
                let b = o.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).or_else(|| o.downcast::<PyByteArray>().map(|b| b.data().to_vec()));
                match b {
                    Some(b) if b.len() == 1 => *p = b[0] as c_char,
                    Some(b) => return Err(Fail::Must(format!("must be a byte string of length 1, not a {} object of length {}", o.ty().tp_name_str(), b.len()))),
                    None => return Err(must("a byte string of length 1", o)),
                }
            }
            b'C' => {
                let p = f.args.ptr::<c_int>();
                match o.downcast::<PyStr>() {
                    Some(s) if s.len() == 1 => *p = s.code_point(0) as c_int,
                    Some(s) => return Err(Fail::Must(format!("must be a unicode character, not a string of length {}", s.len()))),
                    None => return Err(must("a unicode character", o)),
                }
            }
            b'p' => {
                let p = f.args.ptr::<c_int>();
                *p = abstract_::is_true(o, cx)?.into();
            }
            b's' | b'z' | b'y' => return text_unit(c, o, f, cx),
            b'e' => return encoded_unit(o, f, cx),
            b'S' => {
                let p = f.args.ptr::<*mut Object>();
                if !o.is_a::<PyBytes>() {
                    return Err(must("bytes", o));
                }
                *p = o.as_ptr();
            }
            b'Y' => {
                let p = f.args.ptr::<*mut Object>();
                if !o.is_a::<PyByteArray>() {
                    return Err(must("bytearray", o));
                }
                *p = o.as_ptr();
            }
            b'U' => {
                let p = f.args.ptr::<*mut Object>();
                if !o.is_a::<PyStr>() {
                    return Err(must("str", o));
                }
                *p = o.as_ptr();
            }
            b'O' => return object_unit(o, f, cx),
            b'w' => {
                let p = f.args.ptr::<Py_buffer>();
                if !f.take(b'*') {
                    return Err(Fail::Must("(invalid use of 'w' format character)".into()));
                }
                view(o, p, buffer::WRITABLE, f, cx)?;
            }
            _ => return Err(Fail::Must("(impossible<bad format char>)".into())),
        }
    }
    Ok(())
}

/// Step over one unit without an argument: its variables are fetched and left alone.
///
/// # Safety
/// As [`convert`].
pub unsafe fn skip_unit(f: &mut Format<'_>) -> bool {
    let c = f.peek();
    f.skip();
    // SAFETY: the unit says which variables follow.
    unsafe {
        match c {
            b'e' => {
                f.args.text();
                if !f.take(b's') && !f.take(b't') {
                    return false;
                }
                f.args.ptr::<c_void>();
                if f.take(b'#') {
                    f.args.ptr::<isize>();
                }
            }
            b'w' => {
                f.args.ptr::<c_void>();
                return f.take(b'*');
            }
            b's' | b'z' | b'y' => {
                f.args.ptr::<c_void>();
                if f.take(b'#') {
                    f.args.ptr::<isize>();
                } else {
                    f.take(b'*');
                }
            }
            b'O' => {
                if f.take(b'!') || f.take(b'&') {
                    f.args.ptr::<c_void>();
                }
                f.args.ptr::<c_void>();
            }
            b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'k' | b'L' | b'K' | b'n' | b'c' | b'C' | b'p' | b'f' | b'd' | b'D' | b'S' | b'Y' | b'U' => {
                f.args.ptr::<c_void>();
            }
            b'(' => {
                while f.peek() != b')' && f.peek() != 0 {
                    if !skip_unit(f) {
                        return false;
                    }
                }
                f.skip();
            }
            _ => return false,
        }
    }
    true
}

/// The function's name (behind `:`) or the whole message (behind `;`) of a format string.
///
/// Text is made only when something fails.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    function: Option<&'a [u8]>,
    message: Option<&'a [u8]>,
}

impl<'a> Names<'a> {
    /// `name()`, if the format has one.
    pub fn function(&self) -> Option<String> {
        self.function.map(|f| format!("{}()", std::string::String::from_utf8_lossy(f)))
    }
    /// `name()` or `function`.
    pub fn title(&self) -> String {
        self.function().unwrap_or_else(|| "function".to_owned())
    }
    /// The whole message.
    pub fn message(&self) -> Option<std::borrow::Cow<'a, std::primitive::str>> {
        self.message.map(std::string::String::from_utf8_lossy)
    }
}

/// Split a format string into units and names.
///
/// # Safety
/// `p` is a C string.
pub unsafe fn split<'a>(p: *const c_char) -> (&'a [u8], Names<'a>) {
    // SAFETY: the caller's promise.
    let b = unsafe { CStr::from_ptr(p) }.to_bytes();
    let at = b.iter().position(|c| matches!(c, b':' | b';')).unwrap_or(b.len());
    let tail = b.get(at + 1..);
    match b.get(at) {
        Some(b':') => (&b[..at], Names { function: tail, message: None }),
        _ => (&b[..at], Names { function: None, message: tail }),
    }
}

/// Raise what a failed conversion of the argument at `path` (positions in nested sequences, innermost first, then its number) means.
pub fn fail(e: Fail, path: &[usize], names: &Names<'_>, cx: &mut Cx) -> Raised {
    let what = match e {
        Fail::Raised(r) => return r,
        Fail::Must(m) => m,
    };
    if let Some(m) = names.message() {
        return cx.type_error(format_args!("{m}"));
    }
    let mut place = names.function().map(|f| f + " ").unwrap_or_default();
    match path {
        [] | [0] => place.push_str("argument"),
        [items @ .., first] => {
            place.push_str(&format!("argument {first}"));
            items.iter().rev().for_each(|i| place.push_str(&format!(", item {}", i - 1)));
        }
    }
    if what.starts_with('(') { cx.system_error(format_args!("{place} {what}")) } else { cx.type_error(format_args!("{place} {what}")) }
}
