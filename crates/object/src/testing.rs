//! Test support: the kernel up, the GIL held.

use crate::cx::Cx;
use crate::thread::{Interpreter, ThreadState, gil};
use std::sync::{Mutex, OnceLock};

/// Run `f` on this thread with a thread state of its own. Tests take turns.
pub fn with_cx(f: impl FnOnce(&mut Cx)) {
    static INTERP: OnceLock<&'static Interpreter> = OnceLock::new();
    static TURN: Mutex<bool> = Mutex::new(false);
    let mut ready = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let ts = ThreadState::new(INTERP.get_or_init(|| Interpreter::new(Default::default())));
    gil::take(ts);
    ts.set_stack_size(1 << 20);
    // SAFETY: the GIL was just taken and the state bound.
    let cx = &mut unsafe { Cx::assume() };
    if !std::mem::replace(&mut *ready, true) {
        crate::typelist::init(cx).expect("the kernel starts");
    }
    f(cx);
    gil::release(ts);
}
