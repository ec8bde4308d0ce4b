//! `intrcheck.h`: what C code that calls `fork` tells the runtime.

use crate::capi;
use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::provided::{AFTER_FORK_CHILD, AFTER_FORK_PARENT, BEFORE_FORK};
use taipan_object::thread::fork::{self, Prepared};

thread_local! {
    /// What this thread holds between `PyOS_BeforeFork` and `PyOS_AfterFork_*`.
    static PREPARED: RefCell<Option<Prepared>> = const { RefCell::new(None) };
}

fn in_child(cx: &mut Cx) {
    if let Some(p) = PREPARED.take() {
        p.in_child(cx);
    }
    if let Some(f) = AFTER_FORK_CHILD.get() {
        f(cx);
    }
}

capi! {
    /// To be called before a fork.
    fn PyOS_BeforeFork() = |cx| {
        if let Some(f) = BEFORE_FORK.get() { f(cx); }
        let p = fork::prepare(cx);
        PREPARED.set(Some(p));
    }
    /// To be called after a fork, in the parent.
    fn PyOS_AfterFork_Parent() = |cx| {
        drop(PREPARED.take());
        if let Some(f) = AFTER_FORK_PARENT.get() { f(cx); }
    }
    /// To be called after a fork, in the child.
    fn PyOS_AfterFork_Child() = |cx| { in_child(cx) }
    /// The old name of `PyOS_AfterFork_Child`.
    fn PyOS_AfterFork() = |cx| { in_child(cx) }
}
