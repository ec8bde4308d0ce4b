//! `OSError`: the subclass chosen by errno, file names, `characters_written`.
//!
//! Construction happens in `__new__`, so that the subclass can be chosen, unless a Python class overrides `__init__` alone: then
//! `__init__` does the work and `__new__` leaves everything empty.

use super::*;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use taipan_macros::pymethods;

/// The subclass that `OSError(errno, …)` makes (PEP 3151).
pub fn subclass_of_errno(errno: i64) -> Option<&'static PyType> {
    #[cfg(target_os = "macos")]
    const NUMBERS: [i64; 10] = [35, 37, 36, 58, 53, 61, 54, 60, 32, 10];
    #[cfg(not(target_os = "macos"))]
    const NUMBERS: [i64; 10] = [11, 114, 115, 108, 103, 111, 104, 110, 32, 10];
    let [again, already, in_progress, shutdown, aborted, refused, reset, timed_out, pipe, child] = NUMBERS;
    Some(match errno {
        1 | 13 => PermissionError(),
        2 => FileNotFoundError(),
        3 => ProcessLookupError(),
        4 => InterruptedError(),
        17 => FileExistsError(),
        20 => NotADirectoryError(),
        21 => IsADirectoryError(),
        n if n == again || n == already || n == in_progress => BlockingIOError(),
        n if n == pipe || n == shutdown => BrokenPipeError(),
        n if n == child => ChildProcessError(),
        n if n == aborted => ConnectionAbortedError(),
        n if n == refused => ConnectionRefusedError(),
        n if n == reset => ConnectionResetError(),
        n if n == timed_out => TimeoutError(),
        _ => return None,
    })
}

/// Does `__init__` do the work for this class?
fn uses_init(cls: &PyType) -> bool {
    let own = OSError();
    let init = |t: &PyType| t.tp_init.get().map(|f| f as usize);
    let new = |t: &PyType| t.tp_new.get().map(|f| f as usize);
    init(cls) != init(own) && new(cls) == new(own)
}

fn no_keywords(cls: &PyType, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    if kw.is_empty() {
        return Ok(());
    }
    Err(cx.type_error(format_args!("{}() takes no keyword arguments", cls.tp_name_str())))
}

/// Fill the fields from the arguments.
fn fill(e: &PyOSError, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
    let all = args.0;
    let mut shown = all;
    if (2..=5).contains(&all.len()) {
        let given = |i: usize| all.get(i).filter(|o| !o.is_none());
        if let Some(name) = given(2) {
            if e.ty().is(BlockingIOError()) && crate::abstract_::number::has_index(name) {
                let n = crate::abstract_::number::index_as_isize(name, ValueError(), cx)?;
                e.written.set(n);
            } else {
                e.filename.set(Some(name.own()), cx);
                e.filename2.set(given(4).map(|o| o.own()), cx);
                shown = &all[..2];
            }
        }
        e.myerrno.set(Some(all[0].own()), cx);
        e.strerror.set(Some(all[1].own()), cx);
    }
    let t = PyTuple::from_slice(shown, cx)?;
    e.args.set(Some(t), cx);
    Ok(())
}

fn part_text(f: &FieldCell<Object>, as_repr: bool, out: &mut Vec<u32>, cx: &mut Cx) -> PyResult<()> {
    let o = f.own().unwrap_or_else(|| none().own());
    let s = if as_repr { crate::abstract_::repr(&o, cx)? } else { crate::abstract_::str(&o, cx)? };
    out.extend(s.code_points());
    Ok(())
}

#[pymethods]
impl PyOSError {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let late = uses_init(cls);
        let mut made = cls;
        if !late {
            no_keywords(cls, kw, cx)?;
            if cls.is(OSError()) && (2..=5).contains(&args.0.len()) {
                let number = args.0[0].downcast::<PyInt>().and_then(|n| n.to_i64());
                made = number.and_then(subclass_of_errno).unwrap_or(cls);
            }
        }
        let o = crate::typeobj::alloc_instance(made, 0, cx)?;
        // SAFETY: an instance of OSError or a subtype; zeroed fields are empty.
        let e = unsafe { o.cast_unchecked::<PyOSError>() };
        e.written.set(-1);
        if late {
            e.args.set(Some(PyTuple::empty()), cx);
        } else {
            fill(e, args, cx)?;
        }
        Ok(o)
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if !uses_init(self.ty()) {
            return Ok(());
        }
        no_keywords(self.ty(), kw, cx)?;
        fill(self, args, cx)
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let named = !self.filename.is_empty();
        if !named && (self.myerrno.is_empty() || self.strerror.is_empty()) {
            let a = self.args();
            return match a.as_slice() {
                [] => Ok(crate::types::str::intern::empty()),
                [x] => crate::abstract_::str(x, cx),
                _ => crate::abstract_::str(&a, cx),
            };
        }
        let mut out: Vec<u32> = "[Errno ".bytes().map(u32::from).collect();
        part_text(&self.myerrno, false, &mut out, cx)?;
        out.extend("] ".bytes().map(u32::from));
        part_text(&self.strerror, false, &mut out, cx)?;
        if named {
            out.extend(": ".bytes().map(u32::from));
            part_text(&self.filename, true, &mut out, cx)?;
            if !self.filename2.is_empty() {
                out.extend(" -> ".bytes().map(u32::from));
                part_text(&self.filename2, true, &mut out, cx)?;
            }
        }
        PyStr::from_code_points(&out, cx)
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let cls = self.ty().as_object().own();
        let mut a = self.args();
        if let ([x, y], Some(name)) = (a.as_slice(), self.filename.own()) {
            let longer = match self.filename2.own() {
                Some(second) => PyTuple::from_slice(&[x, y, &name, none(), &second], cx)?,
                None => PyTuple::from_slice(&[x, y, &name], cx)?,
            };
            a = longer;
        }
        match self.dict.own() {
            Some(d) => PyTuple::from_slice(&[&cls, &a, &d], cx),
            None => PyTuple::from_slice(&[&cls, &a], cx),
        }
    }
    #[getter("characters_written")]
    fn get_written(&self, cx: &mut Cx) -> PyResult<isize> {
        match self.written.get() {
            -1 => Err(cx.attribute_error(format_args!("characters_written"))),
            n => Ok(n),
        }
    }
    #[setter("characters_written")]
    fn set_written(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let n = match v {
            None if self.written.get() == -1 => return Err(cx.attribute_error(format_args!("characters_written"))),
            None => -1,
            Some(v) => crate::abstract_::number::index_as_isize(v, ValueError(), cx)?,
        };
        self.written.set(n);
        Ok(())
    }
    /// POSIX exception code
    #[getter("errno")]
    fn get_errno(&self) -> Option<Own<Object>> {
        self.myerrno.own()
    }
    #[setter("errno")]
    fn set_errno(&self, v: Option<&Object>, cx: &mut Cx) {
        self.myerrno.set(v.map(|v| v.own()), cx);
    }
    /// exception strerror
    #[getter("strerror")]
    fn get_strerror(&self) -> Option<Own<Object>> {
        self.strerror.own()
    }
    #[setter("strerror")]
    fn set_strerror(&self, v: Option<&Object>, cx: &mut Cx) {
        self.strerror.set(v.map(|v| v.own()), cx);
    }
    /// exception filename
    #[getter("filename")]
    fn get_filename(&self) -> Option<Own<Object>> {
        self.filename.own()
    }
    #[setter("filename")]
    fn set_filename(&self, v: Option<&Object>, cx: &mut Cx) {
        self.filename.set(v.map(|v| v.own()), cx);
    }
    /// second exception filename
    #[getter("filename2")]
    fn get_filename2(&self) -> Option<Own<Object>> {
        self.filename2.own()
    }
    #[setter("filename2")]
    fn set_filename2(&self, v: Option<&Object>, cx: &mut Cx) {
        self.filename2.set(v.map(|v| v.own()), cx);
    }
}

impl Cx {
    /// Raise `OSError(errno, message, filename, None, filename2)`, which becomes the subclass for the errno.
    #[cold]
    pub fn os_error(&mut self, errno: i32, message: &str, filename: Option<&Object>, filename2: Option<&Object>) -> crate::err::Raised {
        let (n, m) = match (PyInt::new(errno as i64, self), PyStr::new(message, self)) {
            (Ok(n), Ok(m)) => (n, m),
            (Err(r), _) | (_, Err(r)) => return r,
        };
        let args: &[&Object] = match (filename, filename2) {
            (None, _) => &[&n, &m],
            (Some(f), None) => &[&n, &m, f],
            (Some(f), Some(g)) => &[&n, &m, f, crate::types::none(), g],
        };
        super::raise::raise_with_args(self, OSError(), args);
        // SAFETY: just raised.
        unsafe { crate::err::Raised::assume() }
    }
}
