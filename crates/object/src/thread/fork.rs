//! Copying the process: what the runtime itself must do around `fork`. Python's own hooks (`os.register_at_fork`) are `posix`'s.

use super::gil;
use crate::cx::Cx;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How many forks lie between this process and the first one.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// A number that a child does not share with its parent: who counts threads that wait begins anew where it has changed.
#[inline]
pub fn generation() -> u32 {
    GENERATION.load(Relaxed)
}

/// Called in the child, in the order of registration, before Python's hooks.
static IN_CHILD: Mutex<Vec<fn(&mut Cx)>> = Mutex::new(Vec::new());

/// Have `f` called in every child; once per function.
pub fn on_child(f: fn(&mut Cx)) {
    let mut list = IN_CHILD.lock().unwrap_or_else(|e| e.into_inner());
    if !list.iter().any(|g| std::ptr::fn_addr_eq(*g, f)) {
        list.push(f);
    }
}

/// As [`on_child`], before all that is there: what finalisers need, which others may run.
pub fn on_child_first(f: fn(&mut Cx)) {
    let mut list = IN_CHILD.lock().unwrap_or_else(|e| e.into_inner());
    if !list.iter().any(|g| std::ptr::fn_addr_eq(*g, f)) {
        list.insert(0, f);
    }
}

/// What is held while the process is copied; dropping it in the parent is all there is to do there.
pub struct Prepared {
    gil: gil::ForkGuard,
    hooks: Vec<fn(&mut Cx)>,
}

/// Before a fork; the calling thread holds the GIL.
pub fn prepare(_cx: &mut Cx) -> Prepared {
    let hooks = IN_CHILD.lock().unwrap_or_else(|e| e.into_inner()).clone();
    Prepared { gil: gil::before_fork(), hooks }
}

impl Prepared {
    /// In the child: only the calling thread is left.
    pub fn in_child(self, cx: &mut Cx) {
        let ts = cx.ts();
        GENERATION.fetch_add(1, Relaxed);
        self.gil.in_child(ts);
        for i in super::interpreters::all(cx) {
            for t in i.thread_list(cx) {
                if !std::ptr::eq(t, ts) {
                    i.unlink_thread(t);
                }
            }
        }
        for f in self.hooks {
            f(cx);
        }
    }
}

/// Run a call that forks. `is_child` says of its result whether this is the child.
pub fn around<T>(cx: &mut Cx, call: impl FnOnce() -> T, is_child: impl FnOnce(&T) -> bool) -> T {
    let prepared = prepare(cx);
    let r = call();
    if is_child(&r) {
        prepared.in_child(cx);
    }
    r
}
