//! `PyUnicodeWriter` (PEP 756 family): building a string piece by piece.

use super::unicodeobject::WChar;
use crate::border::want_str;
use crate::capi;
use std::ffi::c_char;
use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::str::StrBuf;

/// The text so far.
pub struct PyUnicodeWriter(StrBuf);

unsafe fn utf8<'a>(p: *const c_char, n: isize) -> &'a [u8] {
    // SAFETY: the caller's bytes.
    unsafe { if n < 0 { std::ffi::CStr::from_ptr(p).to_bytes() } else { std::slice::from_raw_parts(p as *const u8, n as usize) } }
}

capi! {
    /// A writer; `n` is the expected length.
    fn PyUnicodeWriter_Create(n: isize) -> PyResult<*mut PyUnicodeWriter> = |cx| {
        if n < 0 {
            return Err(cx.value_error(format_args!("length must be positive")));
        }
        Ok(Box::into_raw(Box::new(PyUnicodeWriter(StrBuf::with_capacity(n.min(1 << 20) as usize)))))
    }
    /// The text; frees the writer.
    fn PyUnicodeWriter_Finish(w: *mut PyUnicodeWriter) -> PyResult<Own<PyStr>> = |cx| { let w = Box::from_raw(w); w.0.finish(cx) }
    /// Free the writer; null is nothing.
    fn PyUnicodeWriter_Discard(w: *mut PyUnicodeWriter) = |_| { if !w.is_null() { drop(Box::from_raw(w)) } }
    /// Add a character.
    fn PyUnicodeWriter_WriteChar(w: *mut PyUnicodeWriter, c: u32) -> PyResult<()> = |cx| {
        if c > 0x10ffff {
            return Err(cx.value_error(format_args!("character must be in range(0x110000)")));
        }
        (*w).0.push(c);
        Ok(())
    }
    /// Add UTF-8 text; a negative length means up to the zero.
    fn PyUnicodeWriter_WriteUTF8(w: *mut PyUnicodeWriter, p: *const c_char, n: isize) -> PyResult<()> = |cx| {
        let s = crate::border::utf8(utf8(p, n), cx)?;
        (*w).0.push_str(&s);
        Ok(())
    }
    /// Add ASCII text.
    fn PyUnicodeWriter_WriteASCII(w: *mut PyUnicodeWriter, p: *const c_char, n: isize) -> PyResult<()> = |cx| {
        utf8(p, n).iter().for_each(|b| (*w).0.push((*b).into()));
        Ok(())
    }
    /// Add UTF-8 text with an error handler; `consumed` allows an unfinished end.
    fn PyUnicodeWriter_DecodeUTF8Stateful(w: *mut PyUnicodeWriter, p: *const c_char, n: isize, errors: *const c_char, consumed: *mut isize) -> PyResult<()> = |cx| {
        let b = utf8(p, n);
        crate::border::put(consumed, 0);
        let s = super::unicode_codecs::PyUnicode_DecodeUTF8Stateful(b.as_ptr() as *const c_char, b.len() as isize, errors, consumed);
        let s = taipan_object::err::result_from_raw(s)?;
        (*w).0.push_str(want_str(&s, cx)?);
        Ok(())
    }
    /// Add characters of one byte each.
    fn _PyUnicodeWriter_WriteLatin1String(w: *mut PyUnicodeWriter, p: *const u8, n: isize) -> PyResult<()> = |cx| {
        if n > 0 { std::slice::from_raw_parts(p, n as usize).iter().for_each(|b| (*w).0.push((*b).into())); }
        Ok(())
    }
    /// Add wide characters.
    fn PyUnicodeWriter_WriteWideChar(w: *mut PyUnicodeWriter, p: *const WChar, n: isize) -> PyResult<()> = |cx| {
        let s = taipan_object::err::result_from_raw(super::unicodeobject::PyUnicode_FromWideChar(p, n.max(-1)))?;
        (*w).0.push_str(want_str(&s, cx)?);
        Ok(())
    }
    /// Add code points.
    fn PyUnicodeWriter_WriteUCS4(w: *mut PyUnicodeWriter, p: *const u32, n: isize) -> PyResult<()> = |cx| {
        if n < 0 {
            return Err(cx.value_error(format_args!("size must be positive")));
        }
        for i in 0..n as usize {
            if *p.add(i) > 0x10ffff {
                return Err(cx.value_error(format_args!("character U+{:x} is not in range [U+0000; U+10ffff]", *p.add(i))));
            }
        }
        for i in 0..n as usize { (*w).0.push(*p.add(i)); }
        Ok(())
    }
    /// Add `str(o)`.
    fn PyUnicodeWriter_WriteStr(w: *mut PyUnicodeWriter, o: &Object) -> PyResult<()> = |cx| {
        let s = abstract_::str(o, cx)?;
        (*w).0.push_str(&s);
        Ok(())
    }
    /// Add `repr(o)`.
    fn PyUnicodeWriter_WriteRepr(w: *mut PyUnicodeWriter, o: Option<&Object>) -> PyResult<()> = |cx| {
        let s = match o { Some(o) => abstract_::repr(o, cx)?, None => PyStr::new("<NULL>", cx)? };
        (*w).0.push_str(&s);
        Ok(())
    }
    /// Add `o[a:b]`.
    fn PyUnicodeWriter_WriteSubstring(w: *mut PyUnicodeWriter, o: &Object, a: isize, b: isize) -> PyResult<()> = |cx| {
        let Some(s) = o.downcast::<PyStr>() else { return Err(cx.type_error(format_args!("expect str, not {}", o.ty().tp_name_str()))) };
        if a < 0 || a > b {
            return Err(cx.value_error(format_args!("{}", if a < 0 { "start must be positive" } else { "end must be greater than start" })));
        }
        if b as usize > s.len() {
            return Err(cx.value_error(format_args!("end is out of bounds")));
        }
        (*w).0.push_part(s, a as usize, b as usize);
        Ok(())
    }
    /// For `csrc/variadic.c`: add a text that is made.
    fn taipan_writer_text(w: *mut PyUnicodeWriter, s: &Object) -> PyResult<()> = |cx| {
        (*w).0.push_str(want_str(s, cx)?);
        Ok(())
    }
}
