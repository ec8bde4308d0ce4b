//! Frames and exceptions of the running threads.

use taipan_object::frame::Frame;
use taipan_object::machine::current_frame;
use taipan_object::prelude::*;
use taipan_object::types::frame::PyFrame;
use taipan_object::{attr, audit};

/// The complete frame `depth` levels above the innermost one.
fn frame_at(depth: i32, cx: &Cx) -> Option<&'static Frame> {
    let mut left = depth.max(0);
    let mut f = current_frame(cx.ts());
    while let Some(x) = f {
        if x.is_shown() {
            if left == 0 {
                return Some(x);
            }
            left -= 1;
        }
        f = x.previous();
    }
    None
}

fn or_none(o: Option<Own<Object>>) -> Own<Object> {
    o.unwrap_or_else(|| none().own())
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return a frame object from the call stack.
    ///
    /// If optional integer depth is given, return the frame object that many
    /// calls below the top of the stack.  If that is deeper than the call
    /// stack, ValueError is raised.  The default for depth is zero, returning
    /// the frame at the top of the call stack.
    ///
    /// This function should be used for internal and specialized purposes
    /// only.
    #[function("_getframe(depth=0, /)")]
    fn getframe(depth: i32, cx: &mut Cx) -> PyResult<Own<PyFrame>> {
        let Some(f) = frame_at(depth, cx) else {
            return Err(cx.value_error(format_args!("call stack is not deep enough")));
        };
        let f = PyFrame::of(f, cx)?;
        audit::raise("sys._getframe", &[&f], cx)?;
        Ok(f)
    }

    /// Return the name of the module for a calling frame.
    ///
    /// The default depth returns the module containing the call to this API.
    /// A more typical use in a library will pass a depth of 1 to get the user's
    /// module rather than the library module.
    ///
    /// If no frame, module, or name can be found, returns None.
    #[function("_getframemodulename(depth=0)")]
    fn getframemodulename(depth: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        if audit::is_active() {
            let d = PyInt::new(depth as i64, cx)?;
            audit::raise("sys._getframemodulename", &[&d], cx)?;
        }
        let Some(f) = frame_at(depth, cx) else { return Ok(none().own()) };
        let func = f.func().new_ref();
        match attr::get_opt(&func, name!(cx, "__module__"), cx) {
            Ok(v) => Ok(or_none(v)),
            Err(r) => {
                cx.discard(r);
                Ok(none().own())
            }
        }
    }

    /// Return a dict mapping each thread's thread id to its current stack frame.
    ///
    /// This function should be used for specialized purposes only.
    #[function("_current_frames()")]
    fn current_frames(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        audit::raise("sys._current_frames", &[], cx)?;
        let d = PyDict::new(cx)?;
        // Making frame objects does not release the GIL, so no frame ends meanwhile.
        let frames: Vec<(u64, &'static Frame)> =
            cx.interp().thread_list(cx).into_iter().filter_map(|t| current_frame(t).map(|f| (t.thread_id.get(), f))).collect();
        let mut made = Vec::new();
        for (id, f) in frames {
            made.push((id, PyFrame::of(f, cx)?));
        }
        for (id, f) in made {
            let k = PyInt::from_u64(id, cx)?;
            d.set(&k, &f, cx)?;
        }
        Ok(d)
    }

    /// Return a dict mapping each thread's identifier to its current raised exception.
    ///
    /// This function should be used for specialized purposes only.
    #[function("_current_exceptions()")]
    fn current_exceptions(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        audit::raise("sys._current_exceptions", &[], cx)?;
        let d = PyDict::new(cx)?;
        let all: Vec<(u64, Option<Own<Object>>)> =
            cx.interp().thread_list(cx).into_iter().map(|t| (t.thread_id.get(), t.handled_exception())).collect();
        for (id, e) in all {
            let k = PyInt::from_u64(id, cx)?;
            d.set(&k, &or_none(e), cx)?;
        }
        Ok(d)
    }

    /// Return the current exception.
    ///
    /// Return the most recent exception caught by an except clause
    /// in the current stack frame or in an older stack frame, or None
    /// if no such exception exists.
    #[function("exception()")]
    fn exception(cx: &mut Cx) -> Own<Object> {
        or_none(cx.ts().handled_exception())
    }

    /// Return current exception information: (type, value, traceback).
    ///
    /// Return information about the most recent exception caught by an except
    /// clause in the current stack frame or in an older stack frame.
    #[function("exc_info()")]
    fn exc_info(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match cx.ts().handled_exception() {
            None => PyTuple::from_slice(&[none(), none(), none()], cx),
            Some(e) => {
                let tb = or_none(e.downcast::<exc::PyBaseException>().and_then(|x| x.traceback.own()));
                PyTuple::from_slice(&[e.ty(), &e, &tb], cx)
            }
        }
    }

    /// Exit the interpreter by raising SystemExit(status).
    ///
    /// If the status is omitted or None, it defaults to zero (i.e., success).
    /// If the status is an integer, it will be used as the system exit status.
    /// If it is another kind of object, it will be printed and the system
    /// exit status will be one (i.e., failure).
    #[function("exit(status=None, /)")]
    fn exit(status: &Object, cx: &mut Cx) -> PyResult<()> {
        let t = exc::SystemExit();
        if status.is_none() {
            return Err(cx.raise_empty(t));
        }
        if status.ty().is_subtype(t) {
            return Err(cx.raise(status.own()));
        }
        if let Some(args) = status.downcast::<PyTuple>() {
            let e = taipan_object::call::call(t.as_object(), args.as_slice(), cx)?;
            return Err(cx.raise(e));
        }
        Err(cx.raise_arg(t, status))
    }
}
