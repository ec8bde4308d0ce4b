//! Exceptions that nobody can catch: reported through `sys.unraisablehook`.

use crate::cx::Cx;
use crate::refs::*;
use std::cell::Cell;

/// How the report is made; `mod-sys` installs it at start. Gets the exception, an optional message and the object concerned.
pub type Reporter = fn(&mut Cx, Own<Object>, Option<&str>, Option<&Object>);

struct Hook(Cell<Option<Reporter>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Hook {}
static HOOK: Hook = Hook(Cell::new(None));

/// Install the reporter.
pub fn set_reporter(f: Reporter) {
    HOOK.0.set(Some(f));
}

/// Take the current exception and report it (`PyErr_WriteUnraisable`, `PyErr_FormatUnraisable`). `obj` is whose code failed; `msg` replaces "Exception ignored in".
pub fn write(cx: &mut Cx, msg: Option<&str>, obj: Option<&Object>) {
    // Without a traceback, the report shows at least where it happened.
    let bare = cx.ts().current_exception.own().is_some_and(|e| e.downcast::<crate::types::exc::PyBaseException>().is_some_and(|e| e.traceback.is_empty()));
    if let Some(f) = crate::machine::current_frame(cx.ts()).filter(|_| bare) {
        crate::types::traceback::add_frame_entry(f, cx);
    }
    let Some(e) = cx.ts().current_exception.take() else { return };
    match HOOK.0.get() {
        Some(f) => f(cx, e, msg, obj),
        None => drop(e),
    }
    drop(cx.ts().current_exception.take());
}

/// As [`write`], with the message "Exception ignored while <doing> <repr of obj>".
pub fn write_while(doing: &str, obj: &Object, cx: &mut Cx) {
    let Some(e) = cx.ts().current_exception.take() else { return };
    let shown = match crate::abstract_::repr(obj, cx) {
        Ok(s) => s.to_string_lossy(),
        Err(r) => {
            cx.discard(r);
            "<object repr() failed>".to_owned()
        }
    };
    cx.ts().current_exception.set(Some(e), cx);
    write(cx, Some(&format!("Exception ignored while {doing} {shown}")), None);
}
