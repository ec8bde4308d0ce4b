//! The exceptions of `_ssl`, and how OpenSSL's errors become them.
//!
//! Messages end in "(_ssl.c:N)", where N is the line of CPython 3.14's `_ssl.c` at which it raises the same error: programs and their tests match on the form.

use crate::openssl::conn::{Outcome, error};
use crate::openssl::queue::{self, CERTIFICATE_VERIFY_FAILED, Code, UNEXPECTED_EOF_WHILE_READING};
use crate::ssl::socket::PySslSocket;
use taipan_object::prelude::*;
use taipan_object::types::exc::PyBaseException;
use taipan_object::types::method::instance::PyInstanceMethod;
use taipan_object::{abstract_, attr, call};

/// The exception classes.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Error,
    ZeroReturn,
    WantRead,
    WantWrite,
    Syscall,
    Eof,
    CertVerification,
}

/// Name and documentation by `Kind`.
const CLASSES: [(&str, &str); 7] = [
    ("SSLError", "An error occurred in the SSL implementation."),
    ("SSLZeroReturnError", "SSL/TLS session closed cleanly."),
    ("SSLWantReadError", "Non-blocking SSL socket needs to read more data\nbefore the requested operation can be completed."),
    ("SSLWantWriteError", "Non-blocking SSL socket needs to write more data\nbefore the requested operation can be completed."),
    ("SSLSyscallError", "System error when attempting SSL operation."),
    ("SSLEOFError", "SSL/TLS connection terminated abruptly."),
    ("SSLCertVerificationError", "A certificate could not be verified."),
];

/// `SSLError.errno` for what OpenSSL has no number for.
const EOF: i32 = 8;
const INVALID: i32 = 10;

/// What the module keeps per interpreter.
#[derive(Default)]
pub struct State {
    classes: [FieldCell<Object>; 7],
}

/// `SSLError.__str__`: the message alone.
#[pytype(name = "_ssl._ErrorText", no_new, doc = "")]
#[repr(C)]
pub struct PyErrorText {
    head: ObjHead,
}

#[pymethods]
impl PyErrorText {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let [e] = args.0 else { return Err(cx.type_error(format_args!("expected 0 arguments, got {}", args.len().saturating_sub(1)))) };
        let text = attr::get(e, name!(cx, "strerror"), cx)?;
        match text.downcast_own::<PyStr>() {
            Ok(text) => Ok(text),
            Err(_) => {
                let args = attr::get(e, name!(cx, "args"), cx)?;
                abstract_::str(&args, cx)
            }
        }
    }
}

/// Make the classes, each base before its subclasses.
pub fn make_classes(cx: &mut Cx) -> PyResult<Vec<(&'static str, Own<Object>)>> {
    if state(cx).classes[0].is_empty() {
        taipan_object::typeobj::ready_static(PyErrorText::SPEC, cx)?;
        for (i, (name, doc)) in CLASSES.iter().enumerate() {
            let ns = PyDict::new(cx)?;
            let (module, doc) = (PyStr::new_interned("ssl", cx)?, PyStr::new(doc, cx)?);
            ns.set_text("__module__", module.into_object(), cx)?;
            ns.set_text("__doc__", doc.into_object(), cx)?;
            let bases = match (i, state(cx).classes[0].own()) {
                (_, None) => {
                    let text = cx.new_object(PyErrorText { head: Object::placeholder() })?;
                    let method = PyInstanceMethod::wrap(&text, cx)?;
                    ns.set_text("__str__", method.into_object(), cx)?;
                    PyTuple::from_slice(&[exc::OSError().as_object()], cx)?
                }
                (6, Some(base)) => PyTuple::from_slice(&[&base, exc::ValueError().as_object()], cx)?,
                (_, Some(base)) => PyTuple::from_slice(&[&base], cx)?,
            };
            let name = PyStr::new_interned(name, cx)?;
            let class = call::call(PyType::ty().as_object(), &[&name, &bases, &ns], cx)?;
            if let Some(t) = class.downcast::<PyType>().filter(|_| i == 0) {
                t.tp_flags.set(t.tp_flags.get() | taipan_object::typeobj::flags::IMMUTABLETYPE);
            }
            state(cx).classes[i].set(Some(class), cx);
        }
    }
    let made = CLASSES.iter().zip(&state(cx).classes).filter_map(|((name, _), c)| c.own().map(|c| (*name, c)));
    Ok(made.collect())
}

pub fn state(cx: &Cx) -> &'static State {
    cx.interp().state::<State>()
}

fn class(kind: Kind, cx: &mut Cx) -> PyResult<Own<Object>> {
    match state(cx).classes[kind as usize].own() {
        Some(c) => Ok(c),
        None => Err(cx.runtime_error(format_args!("_ssl was not imported"))),
    }
}

/// Raise `SSLError(text)`.
#[cold]
pub fn plain(text: &str, cx: &mut Cx) -> Raised {
    match class(Kind::Error, cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, format_args!("{text}")),
            None => cx.runtime_error(format_args!("{text}")),
        },
        Err(r) => r,
    }
}

/// All that makes an exception.
struct Parts<'a> {
    kind: Kind,
    errno: i64,
    text: Option<&'a str>,
    code: Code,
    line: u32,
    /// Code and words of a failed check of a certificate.
    verify: Option<(i64, Option<String>)>,
}

fn optional(text: Option<&str>, cx: &mut Cx) -> PyResult {
    match text {
        Some(t) => PyStr::new(t, cx).map(Own::into_object),
        None => Ok(none().own()),
    }
}

fn build(p: &Parts<'_>, cx: &mut Cx) -> PyResult {
    let class = class(p.kind, cx)?;
    let (library, reason) = if p.code.is_none() { (None, None) } else { (p.code.library_name(), p.code.reason_name()) };
    let words = match p.text {
        Some(t) => t.to_owned(),
        None => p.code.text().filter(|_| !p.code.is_none()).unwrap_or_else(|| format!("unknown error (0x{:x})", p.code.0)),
    };
    let place = format_args!("{words}");
    let verify = p.verify.as_ref().and_then(|v| v.1.as_deref());
    let line = p.line;
    let message = match (library, reason.as_deref(), verify) {
        (Some(l), Some(r), Some(v)) => format!("[{l}: {r}] {place}: {v} (_ssl.c:{line})"),
        (Some(l), Some(r), None) => format!("[{l}: {r}] {place} (_ssl.c:{line})"),
        (Some(l), None, _) => format!("[{l}] {place} (_ssl.c:{line})"),
        (None, _, _) => format!("{place} (_ssl.c:{line})"),
    };
    let (n, message) = (PyInt::new(p.errno, cx)?, PyStr::new(&message, cx)?);
    let e = call::call(&class, &[&n, &message], cx)?;
    let (library, reason) = (optional(library, cx)?, optional(reason.as_deref(), cx)?);
    attr::set(&e, name!(cx, "reason"), Some(&reason), cx)?;
    attr::set(&e, name!(cx, "library"), Some(&library), cx)?;
    if let Some((code, text)) = &p.verify {
        let (code, text) = (PyInt::new(*code, cx)?, optional(text.as_deref(), cx)?);
        attr::set(&e, name!(cx, "verify_code"), Some(&code), cx)?;
        attr::set(&e, name!(cx, "verify_message"), Some(&text), cx)?;
    }
    Ok(e)
}

fn raise(p: &Parts<'_>, cx: &mut Cx) -> Raised {
    match build(p, cx) {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// Raise an `SSLError` for a code of the error queue.
#[cold]
pub fn from_code(code: Code, line: u32, cx: &mut Cx) -> Raised {
    raise(&Parts { kind: Kind::Error, errno: code.reason().into(), text: None, code, line, verify: None }, cx)
}

/// Raise an `SSLError` for the newest entry of the error queue, which is emptied.
#[cold]
pub fn from_queue(line: u32, cx: &mut Cx) -> Raised {
    let code = queue::last();
    queue::clear();
    from_code(code, line, cx)
}

/// Raise an `SSLError` with a text and number of our own.
#[cold]
pub fn with_text(text: &str, errno: i32, line: u32, cx: &mut Cx) -> Raised {
    queue::clear();
    raise(&Parts { kind: Kind::Error, errno: errno.into(), text: Some(text), code: Code::default(), line, verify: None }, cx)
}

/// Why the check of a peer's certificate failed.
fn verify_error(s: &PySslSocket, cx: &mut Cx) -> (i64, Option<String>) {
    const HOSTNAME_MISMATCH: i64 = 62;
    const IP_ADDRESS_MISMATCH: i64 = 64;
    let (code, words) = s.conn.quick(cx, |c| c.verify_result());
    let host = s.server_hostname.own().and_then(|h| h.downcast::<PyStr>().map(PyStr::to_string_lossy));
    let host = host.unwrap_or_else(|| "None".to_owned());
    let words = match code {
        HOSTNAME_MISMATCH => Some(format!("Hostname mismatch, certificate is not valid for '{host}'.")),
        IP_ADDRESS_MISMATCH => Some(format!("IP address mismatch, certificate is not valid for '{host}'.")),
        _ => words,
    };
    (code, words)
}

/// Raise what a failed call on a connection stands for; an exception of a callback that ran meanwhile becomes its context.
#[cold]
pub fn from_outcome(s: &PySslSocket, o: &Outcome, line: u32, cx: &mut Cx) -> Raised {
    let failed_check = o.code.is(queue::SSL, CERTIFICATE_VERIFY_FAILED);
    let (kind, errno, text) = match o.error {
        error::ZERO_RETURN => (Kind::ZeroReturn, o.error, Some("TLS/SSL connection has been closed (EOF)")),
        error::WANT_READ => (Kind::WantRead, o.error, Some("The operation did not complete (read)")),
        error::WANT_WRITE => (Kind::WantWrite, o.error, Some("The operation did not complete (write)")),
        error::WANT_X509_LOOKUP => (Kind::Error, o.error, Some("The operation did not complete (X509 lookup)")),
        error::WANT_CONNECT => (Kind::Error, o.error, Some("The operation did not complete (connect)")),
        error::SYSCALL if o.code.is_none() && o.errno != 0 => {
            let e = taipan_host::Errno(o.errno);
            let r = cx.os_error(o.errno, &e.message(), None, None);
            return s.chain(r, cx);
        }
        error::SYSCALL if o.code.is_none() => (Kind::Eof, EOF, Some("EOF occurred in violation of protocol")),
        error::SSL if o.code.is_none() => (Kind::Error, o.error, Some("A failure in the SSL library occurred")),
        error::SSL if o.code.is(queue::SSL, UNEXPECTED_EOF_WHILE_READING) => (Kind::Eof, EOF, Some("EOF occurred in violation of protocol")),
        error::SSL | error::SYSCALL if failed_check => (Kind::CertVerification, o.error, None),
        error::SSL => (Kind::Error, o.error, None),
        error::SYSCALL => (Kind::Syscall, o.error, None),
        _ => (Kind::Error, INVALID, Some("Invalid error code")),
    };
    let verify = if kind == Kind::CertVerification { Some(verify_error(s, cx)) } else { None };
    let r = raise(&Parts { kind, errno: errno.into(), text, code: o.code, line, verify }, cx);
    s.chain(r, cx)
}

/// Give the exception that is being raised a context.
pub fn set_context(r: Raised, context: Own<Object>, cx: &mut Cx) -> Raised {
    let e = cx.take_raised(r);
    if let Some(b) = e.downcast::<PyBaseException>() {
        if !std::ptr::eq(e.as_ptr(), context.as_ptr()) {
            b.context.set(Some(context), cx);
        }
    }
    cx.set_raised(e)
}
