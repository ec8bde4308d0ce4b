//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: one layout, three sets of arguments.

use super::*;
use crate::abstract_::buffer::Buffer;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use crate::types::bytes::PyBytes;
use taipan_macros::pymethods;

/// The fields of `e` if it is one of the three.
pub fn fields_of(e: &Object) -> Option<&PyUnicodeError> {
    e.downcast::<PyUnicodeError>()
}

/// Make a `UnicodeEncodeError`.
pub fn new_encode(encoding: &str, object: &PyStr, start: usize, end: usize, reason: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    make(UnicodeEncodeError(), encoding, object, start, end, reason, cx)
}

/// Make a `UnicodeDecodeError`.
pub fn new_decode(encoding: &str, object: &PyBytes, start: usize, end: usize, reason: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    make(UnicodeDecodeError(), encoding, object, start, end, reason, cx)
}

fn make(ty: &PyType, encoding: &str, object: &Object, start: usize, end: usize, reason: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (encoding, reason) = (PyStr::new(encoding, cx)?, PyStr::new(reason, cx)?);
    let (start, end) = (PyInt::new(start as i64, cx)?, PyInt::new(end as i64, cx)?);
    crate::call::call(ty.as_object(), &[&encoding, object, &start, &end, &reason], cx)
}

fn str_arg(args: Args<'_>, i: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    match args.0.get(i) {
        Some(o) if o.is_a::<PyStr>() => Ok(o.own()),
        Some(o) => Err(cx.type_error(format_args!("argument {} must be str, not {}", i + 1, o.ty().tp_name_str()))),
        None => Err(cx.system_error(format_args!("argument {} is missing", i + 1))),
    }
}

fn isize_arg(args: Args<'_>, i: usize, cx: &mut Cx) -> PyResult<isize> {
    match args.0.get(i) {
        Some(o) => match crate::abstract_::number::index(o, cx)?.to_i64() {
            Some(n) => Ok(n as isize),
            None => Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t"))),
        },
        None => Err(cx.system_error(format_args!("argument {} is missing", i + 1))),
    }
}

/// What all three begin with: `args`, and the number of arguments.
fn begin(e: &PyUnicodeError, args: Args<'_>, kw: Kwargs<'_>, n: usize, cx: &mut Cx) -> PyResult<()> {
    e.take_args(args, kw, cx)?;
    if args.0.len() != n {
        return Err(cx.type_error(format_args!("function takes exactly {n} arguments ({} given)", args.0.len())));
    }
    Ok(())
}

impl PyUnicodeError {
    fn set_all(&self, encoding: Option<Own<Object>>, object: Own<Object>, range: (isize, isize), reason: Own<Object>, cx: &mut Cx) {
        self.encoding.set(encoding, cx);
        self.object.set(Some(object), cx);
        self.start.set(range.0);
        self.end.set(range.1);
        self.reason.set(Some(reason), cx);
    }

    /// The object as a string; complains as `UnicodeError` does when a program has replaced it.
    pub fn text(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let o = self.object_or_raise(cx)?;
        o.downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("UnicodeError 'object' attribute must be a string")))
    }

    /// The object as bytes.
    pub fn bytes(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let o = self.object_or_raise(cx)?;
        o.downcast_own::<PyBytes>().map_err(|_| cx.type_error(format_args!("UnicodeError 'object' attribute must be a bytes")))
    }

    fn object_or_raise(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.object.own().ok_or_else(|| cx.type_error(format_args!("UnicodeError 'object' attribute is not set")))
    }

    /// `start` and `end`, clipped to an object of `len` items as `PyUnicodeEncodeError_GetStart` and `GetEnd` do.
    pub fn clipped(&self, len: usize) -> (usize, usize) {
        let start = usize::try_from(self.start.get()).unwrap_or(0);
        let start = if start >= len { len.saturating_sub(1) } else { start };
        let end = usize::try_from(self.end.get()).unwrap_or(0).max(1).min(len);
        (start, end)
    }

    /// The one place, when the range is exactly one item of an object of `len` items.
    fn single(&self, len: usize) -> Option<usize> {
        let (start, end) = (usize::try_from(self.start.get()).ok()?, usize::try_from(self.end.get()).ok()?);
        (start < len && end <= len && end == start + 1).then_some(start)
    }

    fn last(&self) -> isize {
        self.end.get().wrapping_sub(1)
    }

    /// `'enc' codec can't …: reason`. The texts are asked for first: that may run code which changes the rest.
    fn message(&self, coded: bool, what: impl FnOnce(&mut Cx) -> PyResult<String>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let or_none = |f: &FieldCell<Object>| f.own().unwrap_or_else(|| none().own());
        let mut out = Vec::new();
        let reason = crate::abstract_::str(&or_none(&self.reason), cx)?;
        let encoding = if coded { Some(crate::abstract_::str(&or_none(&self.encoding), cx)?) } else { None };
        let what = what(cx)?;
        if let Some(encoding) = encoding {
            out.push(u32::from(b'\''));
            out.extend(encoding.code_points());
            out.extend("' codec ".bytes().map(u32::from));
        }
        out.extend(what.bytes().map(u32::from));
        out.extend(": ".bytes().map(u32::from));
        out.extend(reason.code_points());
        PyStr::from_code_points(&out, cx)
    }

    fn text_problem(&self, verb: &str, cx: &mut Cx) -> PyResult<String> {
        let text = self.text(cx)?;
        Ok(match self.single(text.len()).map(|at| (at, text.code_point(at))) {
            Some((at, c)) if c <= 0xFF => format!("can't {verb} character '\\x{c:02x}' in position {at}"),
            Some((at, c)) if c <= 0xFFFF => format!("can't {verb} character '\\u{c:04x}' in position {at}"),
            Some((at, c)) => format!("can't {verb} character '\\U{c:08x}' in position {at}"),
            None => format!("can't {verb} characters in position {}-{}", self.start.get(), self.last()),
        })
    }
}

fn set_number(place: &std::cell::Cell<isize>, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = v else {
        return Err(cx.type_error(format_args!("can't delete numeric/char attribute")));
    };
    let Some(n) = v.downcast::<PyInt>() else {
        return Err(cx.type_error(format_args!("an integer is required")));
    };
    place.set(crate::abstract_::number::int_as_isize(n, OverflowError(), cx)?);
    Ok(())
}

macro_rules! kinds {
    ($($name:ident $ty:ident;)*) => { $(
        #[doc = concat!("Methods of `", stringify!($ty), "`.")]
        #[repr(C)]
        pub struct $name {
            base: PyUnicodeError,
        }
        // SAFETY: it begins with the common part.
        unsafe impl PyLayout for $name {}
        // SAFETY: the exception table gives the type this layout.
        unsafe impl PyTyped for $name {
            fn ty() -> &'static PyType {
                $ty()
            }
        }
        #[pymethods(FIELDS)]
        impl $name {
            /// exception encoding
            #[getter("encoding")]
            fn get_encoding(&self) -> Option<Own<Object>> {
                self.base.encoding.own()
            }
            #[setter("encoding")]
            fn set_encoding(&self, v: Option<&Object>, cx: &mut Cx) {
                self.base.encoding.set(v.map(|v| v.own()), cx);
            }
            /// exception object
            #[getter("object")]
            fn get_object(&self) -> Option<Own<Object>> {
                self.base.object.own()
            }
            #[setter("object")]
            fn set_object(&self, v: Option<&Object>, cx: &mut Cx) {
                self.base.object.set(v.map(|v| v.own()), cx);
            }
            /// exception start
            #[getter("start")]
            fn get_start(&self) -> isize {
                self.base.start.get()
            }
            #[setter("start")]
            fn set_start(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                set_number(&self.base.start, v, cx)
            }
            /// exception end
            #[getter("end")]
            fn get_end(&self) -> isize {
                self.base.end.get()
            }
            #[setter("end")]
            fn set_end(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                set_number(&self.base.end, v, cx)
            }
            /// exception reason
            #[getter("reason")]
            fn get_reason(&self) -> Option<Own<Object>> {
                self.base.reason.own()
            }
            #[setter("reason")]
            fn set_reason(&self, v: Option<&Object>, cx: &mut Cx) {
                self.base.reason.set(v.map(|v| v.own()), cx);
            }
        }
    )* };
}
kinds! {
    EncodeMethods UnicodeEncodeError;
    DecodeMethods UnicodeDecodeError;
    TranslateMethods UnicodeTranslateError;
}

#[pymethods]
impl EncodeMethods {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let e = &self.base;
        begin(e, args, kw, 5, cx)?;
        let (encoding, object) = (str_arg(args, 0, cx)?, str_arg(args, 1, cx)?);
        let range = (isize_arg(args, 2, cx)?, isize_arg(args, 3, cx)?);
        let reason = str_arg(args, 4, cx)?;
        e.set_all(Some(encoding), object, range, reason, cx);
        Ok(())
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let e = &self.base;
        if e.object.is_empty() {
            return Ok(crate::types::str::intern::empty());
        }
        e.message(true, |cx| e.text_problem("encode", cx), cx)
    }
}

#[pymethods]
impl DecodeMethods {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let e = &self.base;
        begin(e, args, kw, 5, cx)?;
        let encoding = str_arg(args, 0, cx)?;
        let range = (isize_arg(args, 2, cx)?, isize_arg(args, 3, cx)?);
        let reason = str_arg(args, 4, cx)?;
        let given = args.0[1];
        let object = if given.is_a::<PyBytes>() {
            given.own()
        } else {
            let b = Buffer::get(given, 0, cx)?;
            PyBytes::new(b.bytes(), cx)?.into_object()
        };
        e.set_all(Some(encoding), object, range, reason, cx);
        Ok(())
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let e = &self.base;
        if e.object.is_empty() {
            return Ok(crate::types::str::intern::empty());
        }
        let what = |cx: &mut Cx| {
            let bytes = e.bytes(cx)?;
            Ok(match e.single(bytes.len()).and_then(|at| Some((at, *bytes.as_bytes().get(at)?))) {
                Some((at, byte)) => format!("can't decode byte 0x{byte:02x} in position {at}"),
                None => format!("can't decode bytes in position {}-{}", e.start.get(), e.last()),
            })
        };
        e.message(true, what, cx)
    }
}

#[pymethods]
impl TranslateMethods {
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let e = &self.base;
        begin(e, args, kw, 4, cx)?;
        let object = str_arg(args, 0, cx)?;
        let range = (isize_arg(args, 1, cx)?, isize_arg(args, 2, cx)?);
        let reason = str_arg(args, 3, cx)?;
        e.set_all(None, object, range, reason, cx);
        Ok(())
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let e = &self.base;
        if e.object.is_empty() {
            return Ok(crate::types::str::intern::empty());
        }
        e.message(false, |cx| e.text_problem("translate", cx), cx)
    }
}
