//! Slots of `str`: construction, text, hash, comparison, sequence operations.

use super::{PyStr, find, repr};
use crate::abstract_::{self, CmpOp, number};
use crate::prelude::*;

/// `str(bytes, encoding, errors)`.
fn decode(o: &Object, encoding: Option<&Object>, errors: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    fn text<'a>(v: Option<&'a Object>, name: &str, cx: &mut Cx) -> PyResult<Option<std::borrow::Cow<'a, str>>> {
        match v {
            None => Ok(None),
            Some(v) => match v.downcast::<PyStr>() {
                Some(s) => {
                    let text: std::borrow::Cow<'a, str> = s.as_ascii().map_or_else(|| s.to_string_lossy().into(), Into::into);
                    if text.contains('\0') {
                        return Err(cx.value_error(format_args!("embedded null character")));
                    }
                    Ok(Some(text))
                }
                None => {
                    let got = if v.is_none() { "None" } else { v.ty().tp_name_str() };
                    Err(cx.type_error(format_args!("str() argument '{name}' must be str, not {got}")))
                }
            },
        }
    }
    let enc = text(encoding, "encoding", cx)?;
    let err = text(errors, "errors", cx)?;
    if o.is_a::<PyStr>() {
        return Err(cx.type_error(format_args!("decoding str is not supported")));
    }
    if !abstract_::buffer::has_buffer(o) {
        return Err(cx.type_error(format_args!("decoding to str: need a bytes-like object, {} found", o.ty().tp_name_str())));
    }
    if let Some(b) = o.exact::<crate::types::bytes::PyBytes>() {
        return super::codec::decode(b.as_bytes(), enc.as_deref().unwrap_or("utf-8"), err.as_deref().unwrap_or("strict"), cx);
    }
    let b = Buffer::get(o, 0, cx)?;
    super::codec::decode(b.bytes(), enc.as_deref().unwrap_or("utf-8"), err.as_deref().unwrap_or("strict"), cx)
}

/// A subclass instance with the text of `s`.
fn of_subtype(cls: &PyType, s: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyStr::alloc_subtype(cls, s, cx)
}

#[pymethods(BASIC)]
impl PyStr {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if args.0.len() > 3 && kw.is_empty() {
            return Err(cx.type_error(format_args!("str expected at most 3 arguments, got {}", args.0.len())));
        }
        if args.0.len() + kw.len() > 3 {
            return Err(cx.type_error(format_args!("str() takes at most 3 arguments ({} given)", args.0.len() + kw.len())));
        }
        for (i, name) in ["object", "encoding", "errors"].into_iter().enumerate() {
            if i < args.0.len() && kw.get(name).is_some() {
                return Err(cx.type_error(format_args!("argument for str() given by name ('{name}') and position ({})", i + 1)));
            }
        }
        kw.only("str", &["object", "encoding", "errors"], cx)?;
        let arg = |i: usize, n: &str| args.0.get(i).copied().or_else(|| kw.get(n));
        let (o, enc, err) = (arg(0, "object"), arg(1, "encoding"), arg(2, "errors"));
        let s = match o {
            None if enc.is_none() && err.is_none() => super::intern::empty().into_object(),
            None => {
                let bytes = crate::types::bytes::PyBytes::new(b"", cx)?;
                decode(&bytes, enc, err, cx)?
            }
            Some(o) if enc.is_none() && err.is_none() => abstract_::str(o, cx)?.into_object(),
            Some(o) => decode(o, enc, err, cx)?,
        };
        if std::ptr::eq(cls, PyStr::ty()) {
            return Ok(s);
        }
        match s.downcast::<PyStr>() {
            Some(s) => of_subtype(cls, s, cx),
            None => Ok(s),
        }
    }
    #[slot(tp_vectorcall)]
    fn vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match (args.0, kw.is_empty()) {
            ([o], true) => abstract_::str(o, cx).map(Own::into_object),
            _ => PyStr::tp_new(cls, args, kw, cx),
        }
    }
    #[slot(tp_repr)]
    fn repr_slot(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        repr::repr(self, cx)
    }
    #[slot(tp_hash)]
    fn hash_slot(&self) -> isize {
        self.hash_value()
    }
    #[slot(tp_str)]
    fn str_slot(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.to_exact(cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        let Some(o) = other.downcast::<PyStr>() else { return not_implemented().own() };
        let r = match op {
            CmpOp::Eq => self.eq_str(o),
            CmpOp::Ne => !self.eq_str(o),
            _ => op.holds(self.order(o)),
        };
        crate::types::boolean::from_bool(r)
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
    #[slot(sq_concat)]
    fn concat_slot(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match other.downcast::<PyStr>() {
            Some(o) => PyStr::concat(self, o, cx),
            None => Err(cx.type_error(format_args!("can only concatenate str (not \"{}\") to str", other.ty().tp_name_str()))),
        }
    }
    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if n < 1 || self.is_empty() {
            return Ok(super::intern::empty());
        }
        if n == 1 {
            return self.to_exact(cx);
        }
        let (n, len) = (n as usize, self.len());
        let Some(total) = len.checked_mul(n).filter(|&t| t <= isize::MAX as usize) else {
            return Err(cx.overflow_error(format_args!("repeated string is too long")));
        };
        if total > isize::MAX as usize / 8 {
            return Err(cx.memory_error());
        }
        let max = if self.is_ascii() { 0x7f } else { [0, 0xff, 0xffff, 0, 0x10ffff][self.kind() as usize] };
        let (o, d) = PyStr::alloc(total, max, cx)?;
        let one = self.raw_bytes();
        // SAFETY: room for `n` copies.
        unsafe {
            if let [b] = one {
                std::ptr::write_bytes(d, *b, n);
            } else {
                for i in 0..n {
                    super::copy_bytes(one.as_ptr(), d.add(i * one.len()), one.len());
                }
            }
        }
        Ok(o)
    }
    #[slot(sq_contains)]
    fn contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        match v.downcast::<PyStr>() {
            Some(n) => Ok(find::find(self, n, 0, self.len()).is_some()),
            None => Err(cx.type_error(format_args!("'in <string>' requires string as left operand, not {}", v.ty().tp_name_str()))),
        }
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match usize::try_from(i).ok().filter(|&i| i < self.len()) {
            Some(i) => self.char_at(i, cx),
            None => Err(cx.index_error(format_args!("string index out of range"))),
        }
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if number::has_index(key) {
            let mut i = number::index_as_isize(key, exc::IndexError(), cx)?;
            if i < 0 {
                i += self.len() as isize;
            }
            return self.item(i, cx);
        }
        let Some(sl) = key.exact::<crate::types::slice::PySlice>() else {
            return Err(cx.type_error(format_args!("string indices must be integers, not '{}'", key.ty().tp_name_str())));
        };
        let span = sl.span(|| self.len(), cx)?;
        if span.step == 1 {
            return self.slice(span.start as usize, span.start as usize + span.count, cx);
        }
        let points: Vec<u32> = span.positions().map(|i| self.code_point(i)).collect();
        PyStr::from_code_points(&points, cx)
    }
    #[slot(nb_remainder)]
    fn modulo(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match a.downcast::<PyStr>() {
            Some(s) => super::percent::format(s, b, cx).map(Own::into_object),
            None => Ok(not_implemented().own()),
        }
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::iter::new(self, cx)
    }
}

impl PyStr {
    /// The string itself, or an exact copy of a subclass instance.
    pub fn to_exact(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if self.as_object().is_exact::<PyStr>() {
            return Ok(AsObject::new_ref(self));
        }
        let points = self.to_points();
        PyStr::from_code_points(&points, cx)
    }
    /// The character at `i < len` as a string.
    #[inline]
    pub fn char_at(&self, i: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match self.code_point(i) {
            c @ 0..=0xff => Ok(super::intern::latin1_char(c as u8)),
            c => {
                let (o, d) = PyStr::alloc(1, c, cx)?;
                // SAFETY: room for one unit of the kind that the character needs.
                unsafe {
                    match u16::try_from(c) {
                        Ok(c) => *(d as *mut u16) = c,
                        Err(_) => *(d as *mut u32) = c,
                    }
                }
                Ok(o)
            }
        }
    }
    /// Order by code points.
    pub fn order(&self, o: &PyStr) -> std::cmp::Ordering {
        if self.kind() == 1 && o.kind() == 1 {
            return self.raw_bytes().cmp(o.raw_bytes());
        }
        self.code_points().cmp(o.code_points())
    }
}
