//! `PyUnicode_FromFormat` and `PyBytes_FromFormat`: text from C values by a format string.

use super::{Args, Va};
use crate::border::want;
use crate::capi;
use std::ffi::{CStr, c_char};
use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::StrBuf;

/// Flags, width and precision of one directive.
#[derive(Default, Clone, Copy)]
struct Spec {
    left: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
}

/// How wide the C integer is.
#[derive(Clone, Copy, PartialEq)]
enum Size {
    Int,
    Long,
    LongLong,
    SizeT,
    PtrDiff,
    Max,
}

struct Reader<'a> {
    rest: &'a [u8],
    args: Args,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }
    fn skip(&mut self) {
        self.rest = &self.rest[1.min(self.rest.len())..];
    }
    fn number(&mut self) -> usize {
        let mut n = 0usize;
        while self.peek().is_ascii_digit() {
            n = n.saturating_mul(10).saturating_add((self.peek() - b'0').into());
            self.skip();
        }
        n
    }

    /// What stands between `%` and the conversion.
    unsafe fn spec(&mut self, cx: &mut Cx) -> PyResult<Spec> {
        let mut s = Spec::default();
        loop {
            match self.peek() {
                b'-' => s.left = true,
                b'0' => s.zero = true,
                b'#' => s.sharp = true,
                _ => break,
            }
            self.skip();
        }
        // SAFETY: `*` says that an int follows.
        unsafe {
            if self.peek() == b'*' {
                self.skip();
                let n = self.args.int();
                s.left |= n < 0;
                s.width = n.unsigned_abs() as usize;
            } else {
                s.width = self.number();
            }
            if self.peek() == b'.' {
                self.skip();
                s.precision = Some(0);
                if self.peek() == b'*' {
                    self.skip();
                    let n = self.args.int();
                    s.precision = usize::try_from(n).ok();
                } else {
                    s.precision = Some(self.number());
                }
            }
        }
        if s.width > isize::MAX as usize || s.precision.is_some_and(|p| p > isize::MAX as usize) {
            return Err(cx.value_error(format_args!("width or precision too big")));
        }
        Ok(s)
    }

    fn size(&mut self) -> Size {
        let size = match self.peek() {
            b'l' if self.rest.get(1) == Some(&b'l') => {
                self.skip();
                Size::LongLong
            }
            b'l' => Size::Long,
            b'z' => Size::SizeT,
            b't' => Size::PtrDiff,
            b'j' => Size::Max,
            _ => return Size::Int,
        };
        self.skip();
        size
    }

    unsafe fn signed(&self, size: Size) -> i128 {
        // SAFETY: the directive says which integer follows.
        unsafe {
            match size {
                Size::Int => self.args.int().into(),
                Size::LongLong => self.args.longlong().into(),
                _ => self.args.long().into(),
            }
        }
    }
    unsafe fn unsigned(&self, size: Size) -> u128 {
        // SAFETY: as above.
        unsafe {
            match size {
                Size::Int => (self.args.int() as u32).into(),
                Size::LongLong => (self.args.longlong() as u64).into(),
                _ => (self.args.long() as u64).into(),
            }
        }
    }
}

/// Text in its field: cut to the precision, padded to the width.
fn put(out: &mut StrBuf, s: &PyStr, spec: Spec) {
    let n = s.len().min(spec.precision.unwrap_or(usize::MAX));
    let fill = spec.width.saturating_sub(n);
    if !spec.left {
        (0..fill).for_each(|_| out.push(32));
    }
    out.push_part(s, 0, n);
    if spec.left {
        (0..fill).for_each(|_| out.push(32));
    }
}

/// A number in its field: precision is the least number of digits.
fn put_number(out: &mut StrBuf, negative: bool, digits: &str, spec: Spec) {
    let zeros = spec.precision.unwrap_or(0).saturating_sub(digits.len());
    let used = zeros + digits.len() + usize::from(negative);
    let fill = spec.width.saturating_sub(used);
    let zero_fill = spec.zero && !spec.left;
    if !spec.left && !zero_fill {
        (0..fill).for_each(|_| out.push(32));
    }
    if negative {
        out.push(b'-'.into());
    }
    (0..zeros + if zero_fill { fill } else { 0 }).for_each(|_| out.push(b'0'.into()));
    out.push_text(digits);
    if spec.left {
        (0..fill).for_each(|_| out.push(32));
    }
}

/// Bytes of a `char *`, at most `precision` of them, broken UTF-8 replaced; the precision counts bytes.
unsafe fn c_text(p: *const c_char, spec: &mut Spec, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    // SAFETY: the caller's text: terminated, or as long as the precision.
    let b = unsafe {
        let n = match spec.precision {
            None => CStr::from_ptr(p).to_bytes().len(),
            Some(max) => (0..max).take_while(|&i| *p.add(i) != 0).count(),
        };
        std::slice::from_raw_parts(p as *const u8, n)
    };
    let whole = spec.precision.take().is_some_and(|max| b.len() == max);
    // A character cut by the precision is dropped, other broken bytes are replaced.
    let end = match std::str::from_utf8(b) {
        Err(e) if whole && e.error_len().is_none() => e.valid_up_to(),
        _ => b.len(),
    };
    PyStr::new(&String::from_utf8_lossy(&b[..end]), cx)
}

unsafe fn wide_text(p: *const i32, spec: &mut Spec, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let max = spec.precision.take().unwrap_or(usize::MAX);
    // SAFETY: the caller's wide text.
    let v: Vec<u32> = unsafe { (0..max).map(|i| *p.add(i) as u32).take_while(|c| *c != 0).collect() };
    PyStr::from_code_points(&v, cx)
}

/// `module.qualname` of a type, or with a colon.
pub fn full_name(ty: &PyType, colon: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let q = taipan_object::attr::get_text(ty.as_object(), "__qualname__", cx)?;
    let m = taipan_object::attr::get_text(ty.as_object(), "__module__", cx)?;
    let q: &PyStr = want(Some(&q), cx)?;
    match m.downcast::<PyStr>().filter(|m| !m.eq_text("builtins") && !m.eq_text("__main__")) {
        Some(m) => PyStr::new(&format!("{m}{}{q}", if colon { ':' } else { '.' }), cx),
        None => Ok(q.new_ref()),
    }
}

unsafe fn directive(r: &mut Reader<'_>, out: &mut StrBuf, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the format string says which arguments follow.
    unsafe {
        let all = r.rest;
        if r.peek() == b'%' {
            r.skip();
            out.push(b'%'.into());
            return Ok(());
        }
        let mut spec = r.spec(cx)?;
        let size = r.size();
        let c = r.peek();
        let sized = match c {
            b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => true,
            b's' | b'V' => matches!(size, Size::Int | Size::Long),
            _ => size == Size::Int,
        };
        if !sized {
            return Err(invalid(all, cx));
        }
        r.skip();
        let a = r.args;
        match c {
            b'c' => match u32::try_from(a.int()).ok().filter(|c| *c <= 0x10ffff) {
                Some(c) => out.push(c),
                None => return Err(cx.overflow_error(format_args!("character argument not in range(0x110000)"))),
            },
            b'd' | b'i' => {
                let v = r.signed(size);
                put_number(out, v < 0, &v.unsigned_abs().to_string(), spec);
            }
            b'u' => put_number(out, false, &r.unsigned(size).to_string(), spec),
            b'x' => put_number(out, false, &format!("{:x}", r.unsigned(size)), spec),
            b'X' => put_number(out, false, &format!("{:X}", r.unsigned(size)), spec),
            b'o' => put_number(out, false, &format!("{:o}", r.unsigned(size)), spec),
            b'p' => {
                let s = PyStr::new(&format!("{:p}", a.ptr::<u8>()), cx)?;
                put(out, &s, spec);
            }
            b's' if size == Size::Long => {
                let s = wide_text(a.ptr(), &mut spec, cx)?;
                put(out, &s, spec);
            }
            b's' => {
                let s = c_text(a.text(), &mut spec, cx)?;
                put(out, &s, spec);
            }
            b'U' => {
                let o = a.ptr::<Object>();
                put(out, want::<PyStr>(o.as_ref(), cx)?, spec);
            }
            b'V' => {
                let (o, p) = (a.ptr::<Object>(), a.ptr::<c_char>());
                match o.as_ref() {
                    Some(o) => put(out, want::<PyStr>(Some(o), cx)?, spec),
                    None => {
                        let s = if size == Size::Long { wide_text(p as *const i32, &mut spec, cx)? } else { c_text(p, &mut spec, cx)? };
                        put(out, &s, spec);
                    }
                }
            }
            b'S' => {
                let s = abstract_::str(&*a.ptr::<Object>(), cx)?;
                put(out, &s, spec);
            }
            b'R' => {
                let s = abstract_::repr(&*a.ptr::<Object>(), cx)?;
                put(out, &s, spec);
            }
            b'A' => {
                let s = abstract_::ascii(&*a.ptr::<Object>(), cx)?;
                put(out, &s, spec);
            }
            b'T' => {
                let s = full_name((*a.ptr::<Object>()).ty(), spec.sharp, cx)?;
                put(out, &s, spec);
            }
            b'N' => {
                let o = &*a.ptr::<Object>();
                let Some(t) = o.downcast::<PyType>() else { return Err(cx.type_error(format_args!("%N argument must be a type"))) };
                let s = full_name(t, spec.sharp, cx)?;
                put(out, &s, spec);
            }
            _ => return Err(invalid(all, cx)),
        }
    }
    Ok(())
}

/// The directive that begins `rest` is none.
#[cold]
fn invalid(rest: &[u8], cx: &mut Cx) -> Raised {
    cx.system_error(format_args!("invalid format string: %{}", String::from_utf8_lossy(rest)))
}

unsafe fn text(format: *const c_char, args: *mut Va, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    // SAFETY: the caller's format string.
    let rest = unsafe { CStr::from_ptr(format) }.to_bytes();
    let mut r = Reader { rest, args: Args(args) };
    let mut out = StrBuf::new();
    while !r.rest.is_empty() {
        let n = r.rest.iter().position(|c| *c == b'%').unwrap_or(r.rest.len());
        let (plain, rest) = r.rest.split_at(n);
        if let Some(b) = plain.iter().find(|b| **b >= 0x80) {
            return Err(cx.value_error(format_args!("PyUnicode_FromFormatV() expects an ASCII-encoded format string, got a non-ASCII byte: 0x{b:02x}")));
        }
        out.push_text(&String::from_utf8_lossy(plain));
        r.rest = rest;
        if !r.rest.is_empty() {
            r.skip();
            // SAFETY: the format string says which arguments follow.
            unsafe { directive(&mut r, &mut out, cx)? };
        }
    }
    out.finish(cx)
}

/// The directives of `PyBytes_FromFormat`, which knows fewer of them.
unsafe fn bytes(format: *const c_char, args: *mut Va, cx: &mut Cx) -> PyResult<Vec<u8>> {
    // SAFETY: the caller's format string and the arguments that it announces.
    unsafe {
        let mut r = Reader { rest: CStr::from_ptr(format).to_bytes(), args: Args(args) };
        let mut out = Vec::new();
        while !r.rest.is_empty() {
            if r.peek() != b'%' {
                out.push(r.peek());
                r.skip();
                continue;
            }
            let at = r.rest;
            r.skip();
            r.number();
            let mut precision = None;
            if r.peek() == b'.' {
                r.skip();
                precision = Some(r.number());
            }
            let size = r.size();
            let c = r.peek();
            r.skip();
            match c {
                b'%' => out.push(b'%'),
                b'c' => match u8::try_from(r.args.int()) {
                    Ok(b) => out.push(b),
                    Err(_) => return Err(cx.overflow_error(format_args!("PyBytes_FromFormatV(): %c format expects an integer in range [0; 255]"))),
                },
                b'd' | b'i' => out.extend_from_slice(r.signed(size).to_string().as_bytes()),
                b'u' => out.extend_from_slice(r.unsigned(size).to_string().as_bytes()),
                b'x' => out.extend_from_slice(format!("{:x}", r.unsigned(size)).as_bytes()),
                b's' => {
                    let p = r.args.text();
                    let n = (0..precision.unwrap_or(usize::MAX)).take_while(|&i| *p.add(i) != 0).count();
                    out.extend_from_slice(std::slice::from_raw_parts(p as *const u8, n));
                }
                b'p' => out.extend_from_slice(format!("{:p}", r.args.ptr::<u8>()).as_bytes()),
                _ => {
                    out.extend_from_slice(at);
                    break;
                }
            }
        }
        Ok(out)
    }
}

capi! {
    /// For `PyUnicode_FromFormat`.
    fn taipan_format_text(format: *const c_char, args: *mut Va) -> PyResult<Own<PyStr>> = |cx| { text(format, args, cx) }
    /// For `PyBytes_FromFormat`.
    fn taipan_format_bytes(format: *const c_char, args: *mut Va) -> PyResult<Own<PyBytes>> = |cx| {
        let b = bytes(format, args, cx)?;
        PyBytes::new(&b, cx)
    }
}
