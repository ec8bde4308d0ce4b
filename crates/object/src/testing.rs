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
    // SAFETY: the GIL was just taken and the state bound.
    let cx = &mut unsafe { Cx::assume() };
    if !std::mem::replace(&mut *ready, true) {
        prepare();
        crate::types::str::intern::init(cx);
    }
    f(cx);
    gil::release(ts);
}

/// Enough of the types for the containers' own tests.
fn prepare() {
    use crate::refs::PyTyped;
    use crate::types::{dict, int, set, str};
    let set_up = |t: &crate::typeobj::PyType, d: crate::typeobj::Destructor, flags: u64| {
        t.tp_dealloc.set(Some(d));
        t.tp_flags.set(flags);
    };
    set_up(int::PyInt::ty(), int::dealloc, int::PyInt::KERNEL_FLAGS);
    int::PyInt::ty().tp_hash.set(Some(int_hash));
    set_up(str::PyStr::ty(), str::dealloc, str::PyStr::KERNEL_FLAGS);
    set_up(dict::PyDict::ty(), dict::dealloc, dict::PyDict::KERNEL_FLAGS);
    set_up(set::PySet::ty(), set::dealloc, set::PySet::KERNEL_FLAGS);
}

unsafe extern "C" fn int_hash(o: *mut crate::refs::Object) -> isize {
    // SAFETY: an int.
    match unsafe { (*o).cast_unchecked::<crate::types::int::PyInt>() }.to_i64().unwrap_or(0) as isize {
        -1 => -2,
        h => h,
    }
}
