//! Audit events (PEP 578): hooks that see, and may refuse, what a program is about to do.

use crate::cx::Cx;
use crate::err::PyResult;
use crate::prelude::*;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The hooks of an interpreter, in the order of their arrival. None can be removed.
#[derive(Default)]
pub struct Hooks {
    list: RefCell<Vec<Own<Object>>>,
}

/// Whether any interpreter has hooks: keeps events free of cost without them.
static ANY: AtomicBool = AtomicBool::new(false);

/// Whether somebody listens; callers may skip making the arguments otherwise.
#[inline]
pub fn is_active() -> bool {
    ANY.load(Relaxed)
}

/// Add a hook (`sys.addaudithook`).
pub fn add(hook: &Object, cx: &mut Cx) {
    cx.state::<Hooks>().list.borrow_mut().push(hook.own());
    ANY.store(true, Relaxed);
}

/// Tell the hooks of an event; a hook that raises refuses it.
pub fn raise(event: &str, args: &[&Object], cx: &mut Cx) -> PyResult<()> {
    if !is_active() {
        return Ok(());
    }
    let args = PyTuple::from_slice(args, cx)?;
    raise_tuple(event, &args, cx)
}

/// As [`raise`], with the arguments in a tuple.
pub fn raise_tuple(event: &str, args: &PyTuple, cx: &mut Cx) -> PyResult<()> {
    if !is_active() {
        return Ok(());
    }
    let hooks = cx.state::<Hooks>();
    let name = PyStr::new(event, cx)?;
    // Hooks may add hooks: the list is looked at anew each time.
    let mut i = 0;
    let tracing = cx.ts().tracing.get();
    while let Some(h) = { hooks.list.borrow().get(i).cloned() } {
        i += 1;
        // A hook is traced only if it says so itself.
        let traced = match crate::attr::get_opt(&h, name!(cx, "__cantrace__"), cx)? {
            Some(v) => crate::abstract_::is_true(&v, cx)?,
            None => false,
        };
        cx.ts().tracing.set(if traced { tracing } else { tracing + 1 });
        let r = crate::call::call(&h, &[&name, args], cx);
        cx.ts().tracing.set(tracing);
        r?;
    }
    Ok(())
}
