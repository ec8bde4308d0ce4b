//! What all files of `_io` share: errors, the module's state, calls that may block, small conversions.

use std::cell::Cell;
use taipan_host::Errno;
use taipan_object::abstract_::number;
use taipan_object::args::ArgAt;
use taipan_object::err::Raised;
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// `io.DEFAULT_BUFFER_SIZE`.
pub const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;

/// Per-interpreter state.
#[derive(Default)]
pub struct State {
    /// `io.UnsupportedOperation`.
    pub unsupported: FieldCell<Object>,
}

/// Raise `io.UnsupportedOperation(msg)`.
#[cold]
pub fn unsupported(msg: &str, cx: &mut Cx) -> Raised {
    let Some(t) = cx.state::<State>().unsupported.own() else {
        return cx.value_error(format_args!("{msg}"));
    };
    match t.downcast::<PyType>() {
        Some(t) => cx.raise_msg(t, format_args!("{msg}")),
        None => cx.value_error(format_args!("{msg}")),
    }
}

/// Raise for a failed call.
#[cold]
pub fn fail(e: Errno, name: Option<&Object>, cx: &mut Cx) -> Raised {
    cx.os_error(e.0, &e.message(), name, None)
}

/// Run a call that may block without the GIL, again after signals (PEP 475).
pub fn blocking<T>(cx: &mut Cx, mut f: impl FnMut() -> taipan_host::Result<T>) -> PyResult<taipan_host::Result<T>> {
    loop {
        match cx.without_gil(&mut f) {
            Err(Errno::EINTR) => (taipan_object::machine::hooks().breaker)(cx)?,
            r => return Ok(r),
        }
    }
}

/// "I/O operation on closed file".
#[cold]
pub fn closed_error(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("I/O operation on closed file"))
}

/// A size: absent and `None` are -1.
#[derive(Clone, Copy)]
pub struct Size(pub isize);

impl<'a> FromArg<'a> for Size {
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<Size> {
        if v.is_none() {
            return Ok(Size(-1));
        }
        if !number::has_index(v) {
            return Err(cx.type_error(format_args!("argument should be integer or None, not '{}'", v.ty().name())));
        }
        number::index_as_isize(v, exc::OverflowError(), cx).map(Size)
    }
}

/// The truth of an attribute.
pub fn flag(o: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let v = attr::get(o, name, cx)?;
    taipan_object::abstract_::is_true(&v, cx)
}

/// The truth of what a method without arguments gives.
pub fn ask(o: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let v = call::call_method(o, name, &[], cx)?;
    taipan_object::abstract_::is_true(&v, cx)
}

/// An int object as `i64`.
pub fn as_i64(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    number::index_as_isize(o, exc::ValueError(), cx).map(|n| n as i64)
}

/// `<what name=...>` as files show themselves. `None` when the name is not known.
pub fn shown_name(o: &Object, cx: &mut Cx) -> PyResult<Option<String>> {
    let n = match attr::get_opt(o, name!(cx, "name"), cx) {
        Ok(n) => n,
        Err(r) => {
            cx.catch(r, exc::ValueError())?;
            None
        }
    };
    match n {
        Some(n) => Ok(Some(taipan_object::abstract_::repr(&n, cx)?.to_string_lossy())),
        None => Ok(None),
    }
}

/// A lock of one object: held by one thread at a time, refused to the thread that has it already.
#[derive(Default)]
pub struct Lock {
    owner: Cell<u64>,
}

/// Gives the lock back.
pub struct Held<'a>(&'a Lock);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.owner.set(0);
    }
}

impl Lock {
    /// Take it; other threads run while it is another's.
    pub fn enter(&self, me: &Object, cx: &mut Cx) -> PyResult<Held<'_>> {
        let id = cx.ts().id.get();
        if self.owner.get() != 0 {
            self.wait(id, me, cx)?;
        }
        self.owner.set(id);
        Ok(Held(self))
    }

    #[cold]
    fn wait(&self, id: u64, me: &Object, cx: &mut Cx) -> PyResult<()> {
        let mut pause = 10;
        while self.owner.get() != 0 {
            if self.owner.get() == id {
                let shown = taipan_object::abstract_::repr(me, cx)?.to_string_lossy();
                return Err(cx.runtime_error(format_args!("reentrant call inside {shown}")));
            }
            cx.without_gil(|| std::thread::sleep(std::time::Duration::from_micros(pause)));
            pause = (pause * 2).min(2000);
        }
        Ok(())
    }
}

/// Keep the first error while a second step runs; the later error gets the earlier as context.
pub fn chain(first: PyResult<()>, cx: &mut Cx, second: impl FnOnce(&mut Cx) -> PyResult<()>) -> PyResult<()> {
    match first {
        Ok(()) => second(cx),
        Err(r) => {
            let e = cx.take_raised(r);
            match second(cx) {
                Ok(()) => Err(cx.set_raised(e)),
                Err(r) => {
                    let later = cx.take_raised(r);
                    if let Some(x) = later.downcast::<exc::PyBaseException>() {
                        if x.context.is_empty() && !later.is(&e) {
                            x.context.set(Some(e), cx);
                        }
                    }
                    Err(cx.set_raised(later))
                }
            }
        }
    }
}

/// The new value of a `bool` member.
pub fn bool_member(v: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
    match v {
        None => Err(cx.type_error(format_args!("can't delete numeric/char attribute"))),
        Some(v) if v.is_a::<taipan_object::types::boolean::PyBool>() => taipan_object::abstract_::is_true(v, cx),
        Some(_) => Err(cx.type_error(format_args!("attribute value type must be bool"))),
    }
}

/// Run signal handlers when there is something to run: a call may have ended early because of a signal without saying so.
pub fn run_pending(cx: &mut Cx) -> PyResult<()> {
    if cx.ts().eval_breaker.load(std::sync::atomic::Ordering::Relaxed) != 0 {
        return (taipan_object::machine::hooks().breaker)(cx);
    }
    Ok(())
}

/// Pickling is refused.
pub fn no_pickle(o: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("cannot pickle '{}' instances", o.ty().name()))
}
