//! `BufferedRWPair`: a reader and a writer as one object.

use super::*;
use taipan_object::call::{call_kw, call_method};
use taipan_object::attr;

#[pytype(name = "_io.BufferedRWPair", heap, gc, basetype, base = PyBufferedIoBase, doc = "BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)\n--\n\nA buffered reader and writer object together.\n\nA buffered reader object and buffered writer object put together to\nform a sequential IO object that can read and write. This is typically\nused with a socket or two-way pipe.\n\nreader and writer are RawIOBase objects that are readable and\nwriteable respectively. If the buffer_size is omitted it defaults to\nDEFAULT_BUFFER_SIZE.")]
#[repr(C)]
pub struct PyBufferedRwPair {
    base: PyBufferedIoBase,
    reader: FieldCell<Object>,
    writer: FieldCell<Object>,
}

impl PyBufferedRwPair {
    fn half(&self, writer: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = if writer { &self.writer } else { &self.reader };
        f.own().ok_or_else(|| cx.value_error(format_args!("I/O operation on uninitialized object")))
    }
    fn pass(&self, writer: bool, name: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
        let h = self.half(writer, cx)?;
        let f = attr::get(&h, name, cx)?;
        call_kw(&f, args, &[], None, cx)
    }
}

#[pymethods]
impl PyBufferedRwPair {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyBufferedRwPair>> {
        cx.new_object_of(cls, PyBufferedRwPair { base: PyBufferedIoBase::blank(), reader: FieldCell::empty(), writer: FieldCell::empty() })
    }
    #[init("BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)")]
    fn init(&self, reader: &Object, writer: &Object, buffer_size: Option<isize>, cx: &mut Cx) -> PyResult<()> {
        check_able(reader, "readable", cx)?;
        check_able(writer, "writable", cx)?;
        let n = super::buffer_size(buffer_size, cx)?;
        let n = PyInt::new(n as i64, cx)?;
        let r = taipan_object::call::call(PyBufferedReader::ty().as_object(), &[reader, &n], cx)?;
        let w = taipan_object::call::call(PyBufferedWriter::ty().as_object(), &[writer, &n], cx)?;
        self.reader.set(Some(r), cx);
        self.writer.set(Some(w), cx);
        Ok(())
    }
    #[method("read(*args)", nosig)]
    fn read(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(false, name!(cx, "read"), args.0, cx)
    }
    #[method("peek(*args)", nosig)]
    fn peek(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(false, name!(cx, "peek"), args.0, cx)
    }
    #[method("read1(*args)", nosig)]
    fn read1(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(false, name!(cx, "read1"), args.0, cx)
    }
    #[method("readinto(*args)", nosig)]
    fn readinto(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(false, name!(cx, "readinto"), args.0, cx)
    }
    #[method("readinto1(*args)", nosig)]
    fn readinto1(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(false, name!(cx, "readinto1"), args.0, cx)
    }
    #[method("write(*args)", nosig)]
    fn write(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(true, name!(cx, "write"), args.0, cx)
    }
    #[method("flush()")]
    fn flush(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(true, name!(cx, "flush"), &[], cx)
    }
    #[method("readable()")]
    fn readable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(false, name!(cx, "readable"), &[], cx)
    }
    #[method("writable()")]
    fn writable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.pass(true, name!(cx, "writable"), &[], cx)
    }
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        let w = self.half(true, cx)?;
        let r = call_method(&w, name!(cx, "close"), &[], cx).map(drop);
        chain(r, cx, |cx| self.pass(false, name!(cx, "close"), &[], cx).map(drop))
    }
    #[method("isatty()")]
    fn isatty(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let w = self.pass(true, name!(cx, "isatty"), &[], cx)?;
        if taipan_object::abstract_::is_true(&w, cx)? {
            return Ok(w);
        }
        self.pass(false, name!(cx, "isatty"), &[], cx)
    }
    #[getter("closed")]
    fn closed(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(w) = self.writer.own() else {
            return Err(cx.runtime_error(format_args!("the BufferedRWPair object is being garbage-collected")));
        };
        attr::get(&w, name!(cx, "closed"), cx)
    }
}
