//! `StrBuf`: gathering text of any kind and making one string of it.

use super::{PyStr, Units};
use crate::prelude::*;

/// Latin-1 bytes until something wider comes, code points from then on.
pub enum StrBuf {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Default for StrBuf {
    fn default() -> Self {
        StrBuf::Narrow(Vec::new())
    }
}

impl StrBuf {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn with_capacity(n: usize) -> Self {
        StrBuf::Narrow(Vec::with_capacity(n))
    }
    /// Code points so far.
    pub fn len(&self) -> usize {
        match self {
            StrBuf::Narrow(v) => v.len(),
            StrBuf::Wide(v) => v.len(),
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Room for `n` more code points, or false.
    pub fn try_reserve(&mut self, n: usize) -> bool {
        match self {
            StrBuf::Narrow(v) => v.try_reserve(n).is_ok(),
            StrBuf::Wide(v) => v.try_reserve(n).is_ok(),
        }
    }
    fn widen(&mut self) -> &mut Vec<u32> {
        if let StrBuf::Narrow(v) = self {
            *self = StrBuf::Wide(v.iter().map(|&b| b as u32).collect());
        }
        match self {
            StrBuf::Wide(v) => v,
            StrBuf::Narrow(_) => unreachable!("just widened"),
        }
    }
    /// One code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        match self {
            StrBuf::Narrow(v) if c < 0x100 => v.push(c as u8),
            _ => self.widen().push(c),
        }
    }
    /// Rust text.
    pub fn push_text(&mut self, s: &str) {
        match self {
            StrBuf::Narrow(v) if s.is_ascii() => v.extend_from_slice(s.as_bytes()),
            _ => s.chars().for_each(|c| self.push(c as u32)),
        }
    }
    /// A string.
    pub fn push_str(&mut self, s: &PyStr) {
        self.push_part(s, 0, s.len());
    }
    /// Code points `a..b` of a string.
    pub fn push_part(&mut self, s: &PyStr, a: usize, b: usize) {
        match (s.units(), &mut *self) {
            (Units::Ascii(u) | Units::Latin1(u), StrBuf::Narrow(v)) => v.extend_from_slice(&u[a..b]),
            (Units::Ascii(u) | Units::Latin1(u), StrBuf::Wide(v)) => v.extend(u[a..b].iter().map(|&x| x as u32)),
            (Units::Ucs2(u), _) => self.widen().extend(u[a..b].iter().map(|&x| x as u32)),
            (Units::Ucs4(u), _) => self.widen().extend_from_slice(&u[a..b]),
        }
    }
    /// The string.
    pub fn finish(self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match self {
            StrBuf::Narrow(v) => PyStr::from_latin1(&v, cx),
            StrBuf::Wide(v) => PyStr::from_code_points(&v, cx),
        }
    }
}

/// As [`StrBuf`], but what turns out to be one string and nothing else is that string, not a copy.
#[derive(Default)]
pub struct Pieces {
    text: StrBuf,
    /// All there is so far, while `text` is empty.
    only: Option<Own<PyStr>>,
}

impl Pieces {
    pub fn with_capacity(n: usize) -> Self {
        Pieces { text: StrBuf::with_capacity(n), only: None }
    }
    /// Room for `n` more code points, or false.
    pub fn try_reserve(&mut self, n: usize) -> bool {
        self.text.try_reserve(n)
    }
    /// The text, to which more is to come.
    #[inline]
    fn open(&mut self) -> &mut StrBuf {
        if let Some(s) = self.only.take() {
            self.text.push_str(&s);
        }
        &mut self.text
    }
    /// One code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        self.open().push(c);
    }
    /// Rust text.
    pub fn push_text(&mut self, s: &str) {
        self.open().push_text(s);
    }
    /// A string.
    pub fn push_str(&mut self, s: &PyStr) {
        self.push_part(s, 0, s.len());
    }
    /// Code points `a..b` of a string.
    pub fn push_part(&mut self, s: &PyStr, a: usize, b: usize) {
        let whole = a == 0 && b == s.len() && s.as_object().is_exact::<PyStr>();
        if a == b {
        } else if whole && self.only.is_none() && self.text.is_empty() {
            self.only = Some(AsObject::new_ref(s));
        } else {
            self.open().push_part(s, a, b);
        }
    }
    /// The string.
    pub fn finish(self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match self.only {
            Some(s) => Ok(s),
            None => self.text.finish(cx),
        }
    }
}

impl PyStr {
    /// Code points `a..b` as a string; the whole of an exact string is itself.
    pub fn slice(&self, a: usize, b: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let b = b.min(self.len());
        if a >= b {
            return Ok(super::intern::empty());
        }
        if a == 0 && b == self.len() && self.as_object().is_exact::<PyStr>() {
            return Ok(AsObject::new_ref(self));
        }
        match self.units() {
            Units::Ascii(u) => PyStr::from_narrow(&u[a..b], true, cx),
            Units::Latin1(u) => PyStr::from_latin1(&u[a..b], cx),
            Units::Ucs2(u) => {
                let v: Vec<u32> = u[a..b].iter().map(|&x| x as u32).collect();
                PyStr::from_code_points(&v, cx)
            }
            Units::Ucs4(u) => PyStr::from_code_points(&u[a..b], cx),
        }
    }

    /// All code points.
    pub fn to_points(&self) -> Vec<u32> {
        match self.units() {
            Units::Ascii(u) | Units::Latin1(u) => u.iter().map(|&b| b as u32).collect(),
            Units::Ucs2(u) => u.iter().map(|&b| b as u32).collect(),
            Units::Ucs4(u) => u.to_vec(),
        }
    }

    /// `a + b`.
    pub fn concat(a: &PyStr, b: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if a.is_empty() && b.as_object().is_exact::<PyStr>() {
            return Ok(AsObject::new_ref(b));
        }
        if b.is_empty() && a.as_object().is_exact::<PyStr>() {
            return Ok(AsObject::new_ref(a));
        }
        let Some(n) = a.len().checked_add(b.len()).filter(|&n| n <= isize::MAX as usize) else {
            return Err(cx.overflow_error(format_args!("strings are too large to concat")));
        };
        if a.is_ascii() && b.is_ascii() {
            let (o, d) = PyStr::alloc_ascii(n, cx)?;
            // SAFETY: room for both.
            unsafe {
                super::copy_bytes(a.data(), d, a.len());
                super::copy_bytes(b.data(), d.add(a.len()), b.len());
            }
            return Ok(o);
        }
        if a.kind() == b.kind() {
            let max = match (a.units(), b.units()) {
                (Units::Ascii(_), Units::Ascii(_)) => 0x7f,
                (Units::Ucs2(_), _) => 0xffff,
                (Units::Ucs4(_), _) => 0x10ffff,
                _ => 0xff,
            };
            let (o, d) = PyStr::alloc(n, max, cx)?;
            let (x, y) = (a.raw_bytes(), b.raw_bytes());
            // SAFETY: room for both, of one kind.
            unsafe {
                std::ptr::copy_nonoverlapping(x.as_ptr(), d, x.len());
                std::ptr::copy_nonoverlapping(y.as_ptr(), d.add(x.len()), y.len());
            }
            return Ok(o);
        }
        PyStr::concat_all(&[a, b], cx)
    }
}
