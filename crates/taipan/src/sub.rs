//! Interpreters beside the main one: how they start, from the main one's configuration, and how they end.

use crate::{finish, run, runtime, teardown};
use taipan_object::prelude::*;
use taipan_object::thread::{breaker, interpreters};
use taipan_object::types::module::shadow::ScriptDir;
use taipan_object::{machine, warn};

/// Make the interpreter of the current state usable.
pub fn start(cx: &mut Cx) -> PyResult<()> {
    let Some(paths) = runtime::paths() else {
        return Err(cx.runtime_error(format_args!("no main interpreter")));
    };
    runtime::start_interpreter(paths, cx)?;
    run::main_module(cx)?;
    let (warn, no_site) = {
        let c = cx.interp().config.borrow();
        (!c.warnoptions.is_empty(), c.no_site)
    };
    if warn {
        cx.import("warnings")?;
    }
    if !no_site {
        cx.import("site")?;
    }
    // What the program's start put in front of the main interpreter's path (`config.sys_path_0`).
    let first = interpreters::find(0, cx).and_then(|i| i.state::<ScriptDir>().0.borrow().clone());
    match first {
        Some(dir) => run::sys_path_insert(&dir, cx),
        None => Ok(()),
    }
}

/// The interpreter of the current state ends.
pub fn stop(cx: &mut Cx) {
    finish::wait_and_run_exit_functions(cx);
    pending(cx);
    finish::flush(cx);
    cx.interp().finalizing.set(true);
    teardown::modules(cx);
    finish::flush(cx);
}

/// Make the calls that are still pending; what they raise is reported.
fn pending(cx: &mut Cx) {
    if cx.ts().eval_breaker.load(std::sync::atomic::Ordering::Acquire) & breaker::PENDING_CALLS == 0 {
        return;
    }
    if let Some(Err(r)) = machine::breaker_handlers().1.map(|f| f(cx)) {
        let _pending = r;
        taipan_object::unraisable::write(cx, None, None);
    }
}

/// End what interpreters are left, with a warning, before the main one goes.
pub fn end_all(cx: &mut Cx) {
    if !cx.interp().is_main() {
        return;
    }
    let mut warned = false;
    loop {
        // Those that run in another thread are left alone.
        let Some(i) = interpreters::all(cx).into_iter().find(|i| !i.is_main() && i.threads.get().is_null()) else { return };
        if !std::mem::replace(&mut warned, true) {
            if let Err(r) = warn::warn(exc::RuntimeWarning(), format_args!("remaining subinterpreters; close them with Interpreter.close()"), 0, cx) {
                let _pending = r;
                taipan_object::unraisable::write(cx, Some("Exception ignored while finalizing subinterpreters"), None);
            }
        }
        interpreters::destroy(i, cx);
    }
}
