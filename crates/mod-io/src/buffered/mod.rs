//! Buffered binary streams over a raw one. `core` has the buffers and the algorithms; this file makes Python types of them.

pub mod core;
mod pair;

pub use pair::PyBufferedRwPair;

use crate::base::{PyBufferedIoBase, check_able};
use crate::common::*;
use self::core::Core;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

#[pytype(name = "_io.BufferedReader", heap, gc, basetype, base = PyBufferedIoBase, parts(COMMON, READING), doc = "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nCreate a new buffered reader using the given readable raw IO object.")]
#[repr(C)]
pub struct PyBufferedReader {
    base: PyBufferedIoBase,
    pub core: Core,
}

#[pytype(name = "_io.BufferedWriter", heap, gc, basetype, base = PyBufferedIoBase, parts(COMMON, WRITING), doc = "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer for a writeable sequential RawIO object.\n\nThe constructor creates a BufferedWriter for the given writeable raw\nstream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE.")]
#[repr(C)]
pub struct PyBufferedWriter {
    base: PyBufferedIoBase,
    pub core: Core,
}

#[pytype(name = "_io.BufferedRandom", heap, gc, basetype, base = PyBufferedIoBase, parts(COMMON, READING, WRITING), doc = "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffered interface to random access streams.\n\nThe constructor creates a reader and writer for a seekable stream,\nraw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE.")]
#[repr(C)]
pub struct PyBufferedRandom {
    base: PyBufferedIoBase,
    pub core: Core,
}

fn buffer_size(n: Option<isize>, cx: &mut Cx) -> PyResult<usize> {
    match n {
        None => Ok(DEFAULT_BUFFER_SIZE),
        Some(n) if n > 0 => Ok(n as usize),
        Some(_) => Err(cx.value_error(format_args!("buffer size must be strictly positive"))),
    }
}

macro_rules! common {
    ($t:ident, $new:literal, $readable:literal, $writable:literal, [$($need:literal),*]) => {
        #[pymethods(COMMON)]
        impl $t {
            #[slot(tp_new)]
            fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<$t>> {
                cx.new_object_of(cls, $t { base: PyBufferedIoBase::blank(), core: Core::default() })
            }
            #[init($new)]
            fn init(&self, raw: &Object, buffer_size: Option<isize>, cx: &mut Cx) -> PyResult<()> {
                self.core.forget();
                $( check_able(raw, $need, cx)?; )*
                let n = self::buffer_size(buffer_size, cx)?;
                self.core.start(raw, n, $readable, $writable, cx);
                Ok(())
            }
            #[method("detach()")]
            fn detach(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.detach(self, cx)
            }
            #[method("flush()")]
            fn flush(&self, cx: &mut Cx) -> PyResult<()> {
                self.core.flush(self, cx)
            }
            #[method("close()")]
            fn close(&self, cx: &mut Cx) -> PyResult<()> {
                self.core.close(self, cx)
            }
            #[method("seekable()")]
            fn seekable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.forward(name!(cx, "seekable"), cx)
            }
            #[method("fileno()")]
            fn fileno(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.forward(name!(cx, "fileno"), cx)
            }
            #[method("isatty()")]
            fn isatty(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.forward(name!(cx, "isatty"), cx)
            }
            #[method("seek(target, whence=0, /)")]
            fn seek(&self, target: &Object, whence: i32, cx: &mut Cx) -> PyResult<i64> {
                self.core.seek(self, target, whence, cx)
            }
            #[method("tell()")]
            fn tell(&self, cx: &mut Cx) -> PyResult<i64> {
                self.core.tell(cx)
            }
            #[method("truncate(pos=None, /)")]
            fn truncate(&self, pos: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.truncate(self, pos, cx)
            }
            #[method("_dealloc_warn(source, /)")]
            fn dealloc_warn(&self, source: &Object, cx: &mut Cx) {
                self.core.dealloc_warn(source, cx);
            }
            #[method("__sizeof__()")]
            fn sizeof(&self) -> usize {
                size_of::<$t>() + self.core.held_bytes()
            }
            #[method("__getstate__()")]
            fn getstate(&self, cx: &mut Cx) -> PyResult<()> {
                Err(no_pickle(self, cx))
            }
            #[getter("raw")]
            fn raw(&self) -> Option<Own<Object>> {
                self.core.raw.own()
            }
            #[getter("closed")]
            fn closed(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.raw_attr(name!(cx, "closed"), cx)
            }
            #[getter("name")]
            fn name(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.raw_attr(name!(cx, "name"), cx)
            }
            #[getter("mode")]
            fn mode(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.raw_attr(name!(cx, "mode"), cx)
            }
            #[getter("_finalizing")]
            fn get_finalizing(&self) -> bool {
                self.core.finalizing.get()
            }
            #[setter("_finalizing")]
            fn set_finalizing(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                let v = bool_member(v, cx)?;
                self.core.finalizing.set(v);
                Ok(())
            }
            #[slot(tp_repr)]
            fn repr(&self, cx: &mut Cx) -> PyResult<String> {
                let t = self.ty().tp_name_str().to_owned();
                let Some(_g) = taipan_object::abstract_::repr_enter(self, cx) else {
                    return Err(cx.runtime_error(format_args!("reentrant call inside {t}.__repr__")));
                };
                Ok(match shown_name(self, cx)? {
                    Some(n) => format!("<{t} name={n}>"),
                    None => format!("<{t}>"),
                })
            }
        }
    };
}

macro_rules! reading {
    ($t:ident) => {
        #[pymethods(READING)]
        impl $t {
            #[method("readable()")]
            fn readable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.forward(name!(cx, "readable"), cx)
            }
            #[method("read(size=-1, /)")]
            fn read(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
                if size.0 < -1 {
                    return Err(cx.value_error(format_args!("read length must be non-negative or -1")));
                }
                self.core.read(self, size.0, cx)
            }
            #[method("peek(size=0, /)")]
            fn peek(&self, size: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                let _ = size;
                self.core.peek(self, cx)
            }
            #[method("read1(size=-1, /)")]
            fn read1(&self, #[default(-1)] size: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                self.core.read1(self, size, cx)
            }
            #[method("readinto(buffer, /)")]
            fn readinto(&self, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<Option<usize>> {
                self.core.readinto(self, buffer.0.bytes_mut(), false, cx)
            }
            #[method("readinto1(buffer, /)")]
            fn readinto1(&self, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<Option<usize>> {
                self.core.readinto(self, buffer.0.bytes_mut(), true, cx)
            }
            #[method("readline(size=-1, /)")]
            fn readline(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                self.core.readline(self, size.0, cx)
            }
            #[slot(tp_iternext)]
            fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
                if self.is_exact::<$t>() {
                    let line = self.core.readline(self, -1, cx)?;
                    return Ok((!line.is_empty()).then(|| line.into_object()));
                }
                let line = taipan_object::call::call_method(self, name!(cx, "readline"), &[], cx)?;
                match line.downcast::<PyBytes>() {
                    Some(b) if b.is_empty() => Ok(None),
                    Some(_) => Ok(Some(line)),
                    None => Err(cx.raise_msg(
                        exc::OSError(),
                        format_args!("readline() should have returned a bytes object, not '{}'", line.ty().name()),
                    )),
                }
            }
        }
    };
}

macro_rules! writing {
    ($t:ident) => {
        #[pymethods(WRITING)]
        impl $t {
            #[method("writable()")]
            fn writable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.core.forward(name!(cx, "writable"), cx)
            }
            /// Write buffer b to the IO stream.
            #[method("write(buffer, /)")]
            fn write(&self, buffer: Buffer, cx: &mut Cx) -> PyResult<usize> {
                self.core.write(self, buffer.bytes(), cx)
            }
        }
    };
}

common!(PyBufferedReader, "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)", true, false, ["readable"]);
common!(PyBufferedWriter, "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)", false, true, ["writable"]);
common!(PyBufferedRandom, "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)", true, true, ["seekable", "readable", "writable"]);
reading!(PyBufferedReader);
reading!(PyBufferedRandom);
writing!(PyBufferedWriter);
writing!(PyBufferedRandom);

/// The core of an exact native buffered stream, for calls without a lookup.
pub fn core_of(o: &Object) -> Option<&Core> {
    if let Some(w) = o.exact::<PyBufferedWriter>() {
        return Some(&w.core);
    }
    if let Some(r) = o.exact::<PyBufferedReader>() {
        return Some(&r.core);
    }
    o.exact::<PyBufferedRandom>().map(|r| &r.core)
}
