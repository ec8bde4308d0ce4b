//! The exceptions of `_socket`, and how a failed host call becomes one.

use taipan_host::Errno;
use taipan_host::netdb::LookupError;
use taipan_object::prelude::*;
use taipan_object::{call, fspath};

/// What the module keeps per interpreter.
#[derive(Default)]
pub struct State {
    gaierror: FieldCell<Object>,
    herror: FieldCell<Object>,
    /// Nanoseconds, or `None` for sockets that block.
    pub default_timeout: std::cell::Cell<Option<i64>>,
}

fn class(cell: &'static FieldCell<Object>, name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception(name, exc::OSError(), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

/// `socket.gaierror`.
pub fn gaierror(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().gaierror;
    class(cell, "socket.gaierror", cx)
}

/// `socket.herror`.
pub fn herror(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().herror;
    class(cell, "socket.herror", cx)
}

/// Raise the `OSError` of an errno.
#[cold]
pub fn fail(e: Errno, cx: &mut Cx) -> Raised {
    cx.os_error(e.0, &e.message(), None, None)
}

/// Raise `OSError(message)`.
#[cold]
pub fn plain(message: &str, cx: &mut Cx) -> Raised {
    cx.raise_msg(exc::OSError(), format_args!("{message}"))
}

/// Raise `TimeoutError("timed out")`.
#[cold]
pub fn timed_out(cx: &mut Cx) -> Raised {
    cx.raise_msg(exc::TimeoutError(), format_args!("timed out"))
}

/// Raise what a failed look-up stands for.
#[cold]
pub fn lookup_failed(e: LookupError, cx: &mut Cx) -> Raised {
    let made = |class: Own<Object>, code: i32, text: &[u8], cx: &mut Cx| {
        let (n, t) = (PyInt::new(code as i64, cx)?, fspath::decode(text, cx)?);
        call::call(&class, &[&n, &t], cx)
    };
    let r = match e {
        LookupError::System(e) => return fail(e, cx),
        LookupError::Gai(code, text) => gaierror(cx).and_then(|c| made(c, code, &text, cx)),
        LookupError::Host(code, text) => herror(cx).and_then(|c| made(c, code, &text, cx)),
    };
    match r {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}
