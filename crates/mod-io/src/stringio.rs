//! `StringIO`: a growing array of code points as a text stream.

use crate::base::PyTextIoBase;
use crate::code_points::CodePoints;
use crate::common::*;
use crate::newline::{Ending, Newlines};
use std::cell::{Cell, RefCell};
use taipan_object::prelude::*;

#[pytype(name = "_io.StringIO", heap, gc, basetype, base = PyTextIoBase, doc = "StringIO(initial_value='', newline='\\n')\n--\n\nText I/O implementation using an in-memory buffer.\n\nThe initial_value argument sets the value of object.  The newline\nargument is like the one of TextIOWrapper's constructor.")]
#[repr(C)]
pub struct PyStringIo {
    base: PyTextIoBase,
    #[gc(skip)]
    data: RefCell<CodePoints>,
    #[gc(skip)]
    pos: Cell<usize>,
    #[gc(skip)]
    ok: Cell<bool>,
    #[gc(skip)]
    closed: Cell<bool>,
    #[gc(skip)]
    newlines: Newlines,
    #[gc(skip)]
    universal: Cell<bool>,
    #[gc(skip)]
    ending: Cell<Ending>,
    #[gc(skip)]
    write_newline: Cell<Option<&'static str>>,
    newline: FieldCell<Object>,
}

impl PyStringIo {
    fn check(&self, cx: &mut Cx) -> PyResult<()> {
        if !self.ok.get() {
            return Err(cx.value_error(format_args!("I/O operation on uninitialized object")));
        }
        if self.closed.get() { Err(closed_error(cx)) } else { Ok(()) }
    }
    fn put(&self, s: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let mut s = s.new_ref();
        if self.universal.get() {
            s = self.newlines.process(s, true, cx)?;
        }
        if let Some(newline) = self.write_newline.get().filter(|_| s.code_points().any(|c| c == 10)) {
            let (old, new) = (PyStr::new("\n", cx)?, PyStr::new(newline, cx)?);
            let text = taipan_object::call::call_method(&s, name!(cx, "replace"), &[&old, &new], cx)?;
            if let Ok(text) = text.downcast_own::<PyStr>() {
                s = text;
            }
        }
        let pos = self.pos.get();
        self.data.borrow_mut().put(pos, &s, cx)?;
        self.pos.set(pos + s.len());
        Ok(())
    }
    fn line(&self, limit: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let d = self.data.borrow();
        let start = self.pos.get().min(d.len());
        let limit = if limit >= 0 { d.len().min(start.saturating_add(limit as usize)) } else { d.len() };
        let is_lf = |i: usize| i < limit && d.at(i) == Some(10);
        let end = match self.ending.get() {
            Ending::Lf => d.find(start, limit, b'\n', b'\n').map(|i| i + 1),
            Ending::Cr => d.find(start, limit, b'\r', b'\r').map(|i| i + 1),
            Ending::CrLf => {
                let mut from = start;
                loop {
                    match d.find(from, limit, b'\r', b'\r') {
                        Some(i) if is_lf(i + 1) => break Some(i + 2),
                        Some(i) => from = i + 1,
                        None => break None,
                    }
                }
            }
            Ending::Any => d.find(start, limit, b'\n', b'\r').map(|i| i + 1 + usize::from(d.at(i) == Some(13) && is_lf(i + 1))),
        };
        let end = end.unwrap_or(limit);
        if end > start {
            self.pos.set(end);
        }
        d.text(start, end, cx)
    }
}

#[pymethods]
impl PyStringIo {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyStringIo>> {
        cx.new_object_of(
            cls,
            PyStringIo {
                base: PyTextIoBase::blank(),
                data: RefCell::default(),
                pos: Cell::new(0),
                ok: Cell::new(false),
                closed: Cell::new(false),
                newlines: Newlines::default(),
                universal: Cell::new(false),
                ending: Cell::new(Ending::Lf),
                write_newline: Cell::new(None),
                newline: FieldCell::empty(),
            },
        )
    }
    #[init("StringIO(initial_value='', newline='\\n')")]
    fn init(&self, initial_value: Option<&Object>, newline: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.ok.set(false);
        let nl = match newline {
            None => Some("\n".to_owned()),
            Some(n) if n.is_none() => None,
            Some(n) => match n.downcast::<PyStr>() {
                Some(s) => Some(s.to_string_lossy()),
                None => return Err(cx.type_error(format_args!("newline must be str or None, not {}", n.ty().name()))),
            },
        };
        if let (Some(t), Some(o)) = (nl.as_deref().filter(|t| !["", "\n", "\r", "\r\n"].contains(t)), newline) {
            let _ = t;
            let shown = taipan_object::abstract_::repr(o, cx)?;
            return Err(cx.value_error(format_args!("illegal newline value: {shown}")));
        }
        if let Some(v) = initial_value.filter(|v| !v.is_none() && !v.is_a::<PyStr>()) {
            return Err(cx.type_error(format_args!("initial_value must be str or None, not {}", v.ty().name())));
        }
        self.newline.set(newline.map(|n| n.own()), cx);
        self.universal.set(matches!(nl.as_deref(), None | Some("")));
        self.newlines.translate.set(nl.is_none());
        self.newlines.reset();
        self.ending.set(match nl.as_deref() {
            Some("\r") => Ending::Cr,
            Some("\r\n") => Ending::CrLf,
            Some("") => Ending::Any,
            _ => Ending::Lf,
        });
        self.write_newline.set(match nl.as_deref() {
            Some("\r") => Some("\r"),
            Some("\r\n") => Some("\r\n"),
            _ => None,
        });
        self.data.take();
        self.pos.set(0);
        self.closed.set(false);
        if let Some(s) = initial_value.and_then(|v| v.downcast::<PyStr>()) {
            self.put(s, cx)?;
            self.pos.set(0);
        }
        self.ok.set(true);
        Ok(())
    }
    /// Retrieve the entire contents of the object.
    #[method("getvalue()")]
    fn getvalue(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.check(cx)?;
        self.data.borrow().text(0, usize::MAX, cx)
    }
    /// Tell the current file position.
    #[method("tell()")]
    fn tell(&self, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx).map(|()| self.pos.get())
    }
    /// Read at most size characters, returned as a string.
    ///
    /// If the argument is negative or omitted, read until EOF
    /// is reached. Return an empty string at EOF.
    #[method("read(size=-1, /)")]
    fn read(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.check(cx)?;
        let d = self.data.borrow();
        let pos = self.pos.get();
        let rest = d.len().saturating_sub(pos);
        let n = if size.0 < 0 { rest } else { rest.min(size.0 as usize) };
        self.pos.set(pos + n);
        d.text(pos, pos + n, cx)
    }
    /// Read until newline or EOF.
    ///
    /// Returns an empty string if EOF is hit immediately.
    #[method("readline(size=-1, /)")]
    fn readline(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.check(cx)?;
        self.line(size.0, cx)
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.check(cx)?;
        if self.is_exact::<PyStringIo>() {
            let l = self.line(-1, cx)?;
            return Ok((!l.is_empty()).then(|| l.into_object()));
        }
        let l = taipan_object::call::call_method(self, name!(cx, "readline"), &[], cx)?;
        match l.downcast::<PyStr>() {
            Some(s) => Ok((!s.is_empty()).then(|| l.own())),
            None => Err(cx.raise_msg(exc::OSError(), format_args!("readline() should have returned a str object, not '{}'", l.ty().name()))),
        }
    }
    /// Write string to file.
    ///
    /// Returns the number of characters written, which is always equal to
    /// the length of the string.
    #[method("write(s, /)")]
    fn write(&self, s: &Object, cx: &mut Cx) -> PyResult<usize> {
        let Some(t) = s.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("string argument expected, got '{}'", s.ty().name())));
        };
        self.check(cx)?;
        if !t.is_empty() {
            self.put(t, cx)?;
        }
        Ok(t.len())
    }
    /// Truncate size to pos.
    ///
    /// The pos argument defaults to the current file position, as
    /// returned by tell().  The current file position is unchanged.
    /// Returns the new absolute position.
    #[method("truncate(pos=None, /)")]
    fn truncate(&self, pos: &Object, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        let n = if pos.is_none() { self.pos.get() as i64 } else { as_i64(pos, cx)? };
        if n < 0 {
            return Err(cx.value_error(format_args!("negative pos value {n}")));
        }
        self.data.borrow_mut().truncate(n as usize);
        Ok(n as usize)
    }
    /// Change stream position.
    ///
    /// Seek to character offset pos relative to position indicated by whence:
    ///     0  Start of stream (the default).  pos should be >= 0;
    ///     1  Current position - pos must be 0;
    ///     2  End of stream - pos must be 0.
    /// Returns the new absolute position.
    #[method("seek(pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        match whence {
            0 if pos < 0 => return Err(cx.value_error(format_args!("negative seek position {pos}"))),
            0..=2 => {}
            _ => return Err(cx.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)"))),
        }
        if whence != 0 && pos != 0 {
            return Err(cx.raise_msg(exc::OSError(), format_args!("Can't do nonzero cur-relative seeks")));
        }
        match whence {
            0 => self.pos.set(pos as usize),
            1 => {}
            _ => self.pos.set(self.data.borrow().len()),
        }
        Ok(self.pos.get())
    }
    /// Close the IO object.
    ///
    /// Attempting any further operation after the object is closed
    /// will raise a ValueError.
    ///
    /// This method has no effect if the file is already closed.
    #[method("close()")]
    fn close(&self) {
        self.closed.set(true);
        self.data.take();
    }
    /// Returns True if the IO object can be read.
    #[method("readable()")]
    fn readable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| true)
    }
    /// Returns True if the IO object can be written.
    #[method("writable()")]
    fn writable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| true)
    }
    /// Returns True if the IO object can be seeked.
    #[method("seekable()")]
    fn seekable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| true)
    }
    #[getter("closed")]
    fn get_closed(&self, cx: &mut Cx) -> PyResult<bool> {
        if !self.ok.get() {
            return Err(cx.value_error(format_args!("I/O operation on uninitialized object")));
        }
        Ok(self.closed.get())
    }
    #[getter("line_buffering")]
    fn line_buffering(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| false)
    }
    #[getter("newlines")]
    fn get_newlines(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        self.newlines.object(cx)
    }
    #[method("__getstate__()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (v, n) = (self.getvalue(cx)?, PyInt::new(self.pos.get() as i64, cx)?);
        let nl = match self.newline.own() {
            Some(n) => n,
            None => PyStr::new("\n", cx)?.into_object(),
        };
        let d = match taipan_object::instance::existing_dict(self) {
            Some(d) => d.copy(cx)?.into_object(),
            None => none().own(),
        };
        PyTuple::from_slice(&[&v, &nl, &n, &d], cx)
    }
    #[method("__setstate__(state, /)")]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some([v, nl, n, d]) = state.downcast::<PyTuple>().map(|t| t.as_slice()) else {
            let (w, got) = (self.ty().name().to_owned(), state.ty().name().to_owned());
            return Err(cx.type_error(format_args!("{w}.__setstate__ argument should be 4-tuple, got {got}")));
        };
        if self.closed.get() {
            return Err(closed_error(cx));
        }
        self.init(None, Some(nl), cx)?;
        // The value is as stored: no second translation.
        match v.downcast::<PyStr>() {
            Some(s) => {
                let mut data = CodePoints::default();
                data.put(0, s, cx)?;
                self.data.replace(data);
            }
            None if v.is_none() => {}
            None => return Err(cx.type_error(format_args!("initial_value must be str or None, not {}", v.ty().name()))),
        }
        if !n.is_a::<PyInt>() {
            return Err(cx.type_error(format_args!("third item of state must be an integer, got {}", n.ty().name())));
        }
        let n = as_i64(n, cx)?;
        if n < 0 {
            return Err(cx.value_error(format_args!("position value cannot be negative")));
        }
        self.pos.set(n as usize);
        if !d.is_none() && !d.is_a::<PyDict>() {
            return Err(cx.type_error(format_args!("fourth item of state should be a dict, got a {}", d.ty().name())));
        }
        crate::bytesio::restore_dict(self, d, cx)
    }
}
