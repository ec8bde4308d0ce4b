//! The module `termios`: terminal attributes. Failed calls raise `termios.error`, which is no `OSError`.

use crate::posix::args::FileNo;
use std::cell::RefCell;
use taipan_host::consts::termios as consts;
use taipan_host::termios as host;
use taipan_host::{Errno, Fd};
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// Per interpreter: the class `termios.error`.
#[derive(Default)]
struct State {
    error: RefCell<Option<Own<Object>>>,
}

/// Raise `termios.error(errno, message)`.
#[cold]
fn fail(e: Errno, cx: &mut Cx) -> PyResult<Raised> {
    let class = cx.state::<State>().error.borrow().clone();
    let class = class.unwrap_or_else(|| exc::Exception().as_object().own());
    let (code, message) = (PyInt::new(e.0 as i64, cx)?, PyStr::new(&e.message(), cx)?);
    let error = taipan_object::call::call(&class, &[&code, &message], cx)?;
    Ok(cx.raise(error))
}

/// Run a call that may block; raise what failed.
fn wait_for<T>(cx: &mut Cx, f: impl FnMut() -> taipan_host::Result<T>) -> PyResult<T> {
    match crate::posix::args::blocking(cx, f)? {
        Ok(v) => Ok(v),
        Err(e) => Err(fail(e, cx)?),
    }
}

/// An int that fits a C `long`.
fn long(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    match number::index(o, cx)?.to_i64() {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

/// The control characters from a list of ints and single bytes.
fn control_characters(o: &Object, cx: &mut Cx) -> PyResult<[u8; consts::NCCS]> {
    let wrong = |cx: &mut Cx| cx.type_error(format_args!("tcsetattr: attributes[6] must be {} element list", consts::NCCS));
    let Some(list) = o.downcast::<PyList>() else { return Err(wrong(cx)) };
    let items = list.items(cx).iter().map(|o| o.own()).collect::<Vec<_>>();
    if items.len() != consts::NCCS {
        return Err(wrong(cx));
    }
    let mut cc = [0u8; consts::NCCS];
    for (slot, item) in cc.iter_mut().zip(&items) {
        *slot = match item.downcast::<PyBytes>().map(PyBytes::as_bytes) {
            Some([b]) => *b,
            None if item.is_a::<PyInt>() => long(item, cx)? as u8,
            _ => {
                return Err(cx.type_error(format_args!("tcsetattr: elements of attributes must be bytes objects of length 1 or integers")));
            }
        };
    }
    Ok(cc)
}

fn attributes_object(a: &host::Attributes, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let cc = PyList::with_capacity(a.cc.len(), cx)?;
    let canonical = a.lflag & consts::ICANON != 0;
    for (i, b) in a.cc.iter().enumerate() {
        // Outside of canonical mode two of them are numbers.
        let is_number = !canonical && (i == consts::VMIN || i == consts::VTIME);
        let item = if is_number { PyInt::new(*b as i64, cx)?.into_object() } else { PyBytes::new(&[*b], cx)?.into_object() };
        cc.push(item, cx)?;
    }
    let out = PyList::with_capacity(7, cx)?;
    for n in [a.iflag, a.oflag, a.cflag, a.lflag, host::speed_number(a.ispeed), host::speed_number(a.ospeed)] {
        let n = PyInt::new(n as i64, cx)?;
        out.push(n.into_object(), cx)?;
    }
    out.push(cc.into_object(), cx)?;
    Ok(out)
}

#[pymodule(
    name = "termios",
    doc = "This module provides an interface to the Posix calls for tty I/O control.\nFor a complete description of these calls, see the Posix or Unix manual\npages. It is only available for those Unix versions that support Posix\ntermios style tty I/O control.\n\nAll functions in this module take a file descriptor fd as their first\nargument. This can be an integer file descriptor, such as returned by\nsys.stdin.fileno(), or a file object, such as sys.stdin itself."
)]
pub mod termios {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let error = taipan_builtins::new_exception("termios.error", exc::Exception(), cx)?;
        m.add("error", &error, cx)?;
        cx.state::<State>().error.replace(Some(error));
        crate::add_constants(m, consts::TABLE, cx)?;
        // Speeds are shown as bits per second, as with current C libraries, not as the kernel's codes.
        for (number, _) in host::SPEEDS {
            let n = PyInt::new(*number as i64, cx)?;
            m.add(&format!("B{number}"), &n, cx)?;
        }
        crate::add_constants(m, &[("EXTA", 19200), ("EXTB", 38400)], cx)
    }

    /// Get the tty attributes for file descriptor fd.
    ///
    /// Returns a list [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]
    /// where cc is a list of the tty special characters (each a string of
    /// length 1, except the items with indices VMIN and VTIME, which are
    /// integers when these fields are defined).  The interpretation of the
    /// flags and the speeds as well as the indexing in the cc array must be
    /// done using the symbolic constants defined in this module.
    #[function("tcgetattr(fd, /)")]
    fn tcgetattr(fd: FileNo, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let a = wait_for(cx, || host::get(fd.0))?;
        attributes_object(&a, cx)
    }

    /// Set the tty attributes for file descriptor fd.
    ///
    /// The attributes to be set are taken from the attributes argument, which
    /// is a list like the one returned by tcgetattr(). The when argument
    /// determines when the attributes are changed: termios.TCSANOW to
    /// change immediately, termios.TCSADRAIN to change after transmitting all
    /// queued output, or termios.TCSAFLUSH to change after transmitting all
    /// queued output and discarding all queued input.
    #[function("tcsetattr(fd, when, attributes, /)")]
    fn tcsetattr(fd: FileNo, when: i32, attributes: &Object, cx: &mut Cx) -> PyResult<()> {
        let items = attributes.downcast::<PyList>().map(|l| l.items(cx).iter().map(|o| o.own()).collect::<Vec<_>>()).unwrap_or_default();
        let [iflag, oflag, cflag, lflag, ispeed, ospeed, cc] = items.as_slice() else {
            return Err(cx.type_error(format_args!("tcsetattr, arg 3: must be 7 element list")));
        };
        let mut flags = [0u32; 6];
        for (slot, o) in flags.iter_mut().zip([iflag, oflag, cflag, lflag, ispeed, ospeed]) {
            *slot = long(o, cx)? as u32;
        }
        let [iflag, oflag, cflag, lflag, ispeed, ospeed] = flags;
        let cc = control_characters(cc, cx)?;
        let (Some(ispeed), Some(ospeed)) = (host::speed_code(ispeed), host::speed_code(ospeed)) else {
            return Err(fail(Errno::EINVAL, cx)?);
        };
        let a = host::Attributes { iflag, oflag, cflag, lflag, ispeed, ospeed, cc };
        wait_for(cx, || host::set(fd.0, when, &a))
    }

    /// Send a break on file descriptor fd.
    ///
    /// A zero duration sends a break for 0.25-0.5 seconds; a nonzero duration
    /// has a system dependent meaning.
    #[function("tcsendbreak(fd, duration, /)")]
    fn tcsendbreak(fd: FileNo, duration: i32, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::send_break(fd.0, duration))
    }

    /// Wait until all output written to file descriptor fd has been transmitted.
    #[function("tcdrain(fd, /)")]
    fn tcdrain(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::drain(fd.0))
    }

    /// Discard queued data on file descriptor fd.
    ///
    /// The queue selector specifies which queue: termios.TCIFLUSH for the input
    /// queue, termios.TCOFLUSH for the output queue, or termios.TCIOFLUSH for
    /// both queues.
    #[function("tcflush(fd, queue, /)")]
    fn tcflush(fd: FileNo, queue: i32, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::flush(fd.0, queue))
    }

    /// Suspend or resume input or output on file descriptor fd.
    ///
    /// The action argument can be termios.TCOOFF to suspend output,
    /// termios.TCOON to restart output, termios.TCIOFF to suspend input,
    /// or termios.TCION to restart input.
    #[function("tcflow(fd, action, /)")]
    fn tcflow(fd: FileNo, action: i32, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::flow(fd.0, action))
    }

    /// Get the tty winsize for file descriptor fd.
    ///
    /// Returns a tuple (ws_row, ws_col).
    #[function("tcgetwinsize(fd, /)")]
    fn tcgetwinsize(fd: FileNo, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (rows, columns) = wait_for(cx, || host::window_size(fd.0))?;
        crate::posix::args::ints(&[rows as i64, columns as i64], cx)
    }

    /// Set the tty winsize for file descriptor fd.
    ///
    /// The winsize to be set is taken from the winsize argument, which
    /// is a two-item tuple (ws_row, ws_col) like the one returned by
    /// tcgetwinsize().
    #[function("tcsetwinsize(fd, winsize, /)")]
    fn tcsetwinsize(fd: FileNo, winsize: &Object, cx: &mut Cx) -> PyResult<()> {
        let wrong = |cx: &mut Cx| cx.type_error(format_args!("tcsetwinsize, arg 2: must be a two-item sequence"));
        if !iter::is_sequence(winsize) {
            return Err(wrong(cx));
        }
        let items = iter::collect(winsize, cx)?;
        let [rows, columns] = items.as_slice() else { return Err(wrong(cx)) };
        let (rows, columns) = (long(rows, cx)?, long(columns, cx)?);
        let (Ok(rows), Ok(columns)) = (u16::try_from(rows), u16::try_from(columns)) else {
            return Err(cx.overflow_error(format_args!("winsize value(s) out of range.")));
        };
        set_size(fd.0, rows, columns, cx)
    }

    fn set_size(fd: Fd, rows: u16, columns: u16, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::set_window_size(fd, rows, columns))
    }
}
