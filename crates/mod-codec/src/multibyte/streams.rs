//! `MultibyteStreamReader` and `MultibyteStreamWriter`.

use super::incremental::{Decoding, Encoding};
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::StrBuf;
use taipan_object::{attr, call};

/// `stream` and `errors` of the constructors.
fn stream_args<'a>(name: &str, args: Args<'a>, kw: Kwargs<'a>, cx: &mut Cx) -> PyResult<(&'a Object, Option<&'a PyStr>)> {
    kw.only(name, &["stream", "errors"], cx)?;
    let Some(stream) = args.first().copied().or(kw.get("stream")) else {
        return Err(cx.type_error(format_args!("{name}() missing required argument 'stream' (pos 1)")));
    };
    match args.get(1).copied().or(kw.get("errors")) {
        None => Ok((stream, None)),
        Some(o) => match o.downcast::<PyStr>() {
            Some(s) => Ok((stream, Some(s))),
            None => Err(cx.type_error(format_args!("{name}() argument 2 must be str, not {}", o.ty().name()))),
        },
    }
}

/// Decodes what it reads from a stream.
#[pytype(name = "_multibytecodec.MultibyteStreamReader", heap, gc, basetype, doc = "")]
#[repr(C)]
pub struct PyStreamReader {
    head: ObjHead,
    #[member("stream", readonly)]
    stream: Field<Object>,
    #[gc(skip)]
    with: Decoding,
}

impl PyStreamReader {
    /// Read by a method of the stream until there is some text, or the end.
    fn take(&self, method: &'static str, size: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut size = if size.is_none() { -1 } else { number::index_as_isize(size, exc::OverflowError(), cx)? };
        let mut out = StrBuf::new();
        if size == 0 {
            return out.finish(cx);
        }
        let name = PyStr::new_interned(method, cx)?;
        loop {
            let data = if size < 0 {
                call::call_method(&self.stream, &name, &[], cx)?
            } else {
                let n = PyInt::new(size as i64, cx)?;
                call::call_method(&self.stream, &name, &[&n], cx)?
            };
            let Some(b) = data.downcast::<PyBytes>() else {
                return Err(cx.type_error(format_args!("stream function returned a non-bytes object ({})", data.ty().tp_name_str())));
            };
            let at_end = b.is_empty();
            let text = self.with.decode(b.as_bytes(), at_end || size < 0, cx)?;
            out.push_str(&text);
            if at_end || size < 0 || !out.is_empty() {
                return out.finish(cx);
            }
            // Nothing complete yet: one more byte.
            size = 1;
        }
    }
}

#[pymethods]
impl PyStreamReader {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyStreamReader>> {
        let (stream, errors) = stream_args("StreamReader", args, kw, cx)?;
        let with = Decoding::new(cls, errors, cx)?;
        cx.new_object_of(cls, PyStreamReader { head: Object::placeholder(), stream: Field::new(stream.own()), with })
    }
    #[init]
    fn init(&self, _args: Args<'_>, _kw: Kwargs<'_>) {}
    #[method("read(sizeobj=None, /)")]
    fn read(&self, sizeobj: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.take("read", sizeobj, cx)
    }
    #[method("readline(sizeobj=None, /)")]
    fn readline(&self, sizeobj: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.take("readline", sizeobj, cx)
    }
    #[method("readlines(sizehintobj=None, /)")]
    fn readlines(&self, sizehintobj: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let all = self.take("read", sizehintobj, cx)?;
        call::call_method(&all, name!(cx, "splitlines"), &[taipan_object::types::boolean::true_()], cx)
    }
    #[method("reset()")]
    fn reset(&self) {
        self.with.reset();
    }
    #[getter("errors")]
    fn get_errors(&self) -> Option<Own<PyStr>> {
        self.with.errors.get()
    }
    #[setter("errors")]
    fn set_errors(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.with.errors.set(v, cx)
    }
}

/// Encodes what it writes to a stream.
#[pytype(name = "_multibytecodec.MultibyteStreamWriter", heap, gc, basetype, doc = "")]
#[repr(C)]
pub struct PyStreamWriter {
    head: ObjHead,
    #[member("stream", readonly)]
    stream: Field<Object>,
    #[gc(skip)]
    with: Encoding,
}

impl PyStreamWriter {
    fn put(&self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(s) = o.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("couldn't convert the object to str.")));
        };
        let out = self.with.encode(s, false, cx)?;
        let out = PyBytes::new(&out, cx)?;
        let write = attr::get(&self.stream, name!(cx, "write"), cx)?;
        call::call(&write, &[&out], cx).map(drop)
    }
}

#[pymethods]
impl PyStreamWriter {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyStreamWriter>> {
        let (stream, errors) = stream_args("StreamWriter", args, kw, cx)?;
        let with = Encoding::new(cls, errors, cx)?;
        cx.new_object_of(cls, PyStreamWriter { head: Object::placeholder(), stream: Field::new(stream.own()), with })
    }
    #[init]
    fn init(&self, _args: Args<'_>, _kw: Kwargs<'_>) {}
    #[method("write(strobj, /)")]
    fn write(&self, strobj: &Object, cx: &mut Cx) -> PyResult<()> {
        self.put(strobj, cx)
    }
    #[method("writelines(lines, /)")]
    fn writelines(&self, lines: &Object, cx: &mut Cx) -> PyResult<()> {
        if !iter::is_sequence(lines) {
            return Err(cx.type_error(format_args!("arg must be a sequence object")));
        }
        iter::for_each(lines, cx, |line, cx| self.put(&line, cx).map(|()| true))
    }
    #[method("reset()")]
    fn reset(&self, cx: &mut Cx) -> PyResult<()> {
        let pending = self.with.pending.borrow().is_some();
        let out = if pending {
            let empty = PyStr::new("", cx)?;
            self.with.encode(&empty, true, cx)?
        } else {
            self.with.reset()
        };
        if out.is_empty() {
            return Ok(());
        }
        let out = PyBytes::new(&out, cx)?;
        call::call_method(&self.stream, name!(cx, "write"), &[&out], cx).map(drop)
    }
    #[getter("errors")]
    fn get_errors(&self) -> Option<Own<PyStr>> {
        self.with.errors.get()
    }
    #[setter("errors")]
    fn set_errors(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.with.errors.set(v, cx)
    }
}
