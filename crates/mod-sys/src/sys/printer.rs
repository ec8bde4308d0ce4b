//! `stderrprinter`: what `sys.stderr` is until the stream layers can be imported (`PyFile_NewStdPrinter`). It writes straight to the descriptor.

use taipan_object::prelude::*;

/// The early standard error.
#[pytype(name = "stderrprinter", no_new)]
#[repr(C)]
pub struct PyStdPrinter {
    head: ObjHead,
    #[gc(skip)]
    fd: i32,
}

/// A printer on descriptor 2.
pub fn new(cx: &mut Cx) -> PyResult<Own<PyStdPrinter>> {
    cx.new_object(PyStdPrinter { head: Object::placeholder(), fd: 2 })
}

#[pymethods]
impl PyStdPrinter {
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<stderrprinter(fd={}) object at 0x{:x}>", self.fd, self.as_object().as_ptr() as usize)
    }
    #[method("close()", nosig, doc = "")]
    fn close(&self) {}
    #[method("flush()", nosig, doc = "")]
    fn flush(&self) {}
    #[method("fileno()", nosig, doc = "")]
    fn fileno(&self) -> i32 {
        self.fd
    }
    #[method("isatty()", nosig, doc = "")]
    fn isatty(&self) -> bool {
        taipan_host::fd::isatty(self.fd)
    }
    #[method("write(text, /)", nosig, doc = "")]
    fn write(&self, text: &PyStr) -> usize {
        let escape = |c: u32| char::from_u32(c).map_or_else(|| format!("\\u{c:04x}"), String::from);
        let b: String = text.code_points().map(escape).collect();
        super::report_to_stderr(&b);
        b.len()
    }
    #[getter("closed")]
    fn closed(&self) -> bool {
        false
    }
    #[getter("encoding")]
    fn encoding(&self) -> Own<Object> {
        none().own()
    }
    #[getter("mode")]
    fn mode(&self) -> &'static str {
        "w"
    }
}
