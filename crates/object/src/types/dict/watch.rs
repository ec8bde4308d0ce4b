//! Dict watchers (`PyDict_AddWatcher`, Include/cpython/dictobject.h): callbacks told of every change of the dicts they watch.

use super::PyDict;
use crate::cx::Cx;
use crate::refs::*;
use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::null_mut;

/// `PyDict_WatchEvent`.
#[repr(i32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    Added = 0,
    Modified = 1,
    Deleted = 2,
    Cloned = 3,
    Cleared = 4,
    Deallocated = 5,
}

/// `PyDict_WatchCallback`: event, dict, key, new value. Non-zero: an exception is set, which is reported as unraisable.
pub type Callback = unsafe extern "C" fn(c_int, *mut Object, *mut Object, *mut Object) -> c_int;

/// Number of watchers per interpreter.
pub const WATCHERS_MAX: usize = 8;

/// The interpreter's watchers.
#[derive(Default)]
pub struct Watchers {
    callbacks: [Cell<Option<Callback>>; WATCHERS_MAX],
}

impl Watchers {
    /// Register a callback; gives its number, or `None` when all are taken.
    pub fn add(&self, f: Callback) -> Option<usize> {
        let i = self.callbacks.iter().position(|c| c.get().is_none())?;
        self.callbacks[i].set(Some(f));
        Some(i)
    }
    /// Whether a number is in use.
    pub fn is_set(&self, id: usize) -> bool {
        self.callbacks.get(id).is_some_and(|c| c.get().is_some())
    }
    /// Forget a callback.
    pub fn remove(&self, id: usize) {
        if let Some(c) = self.callbacks.get(id) {
            c.set(None);
        }
    }
}

impl PyDict {
    /// Begin or end watching by watcher `id < WATCHERS_MAX`.
    pub fn watch(&self, id: usize, on: bool) {
        let bit = 1u64 << (id & 7);
        self.watcher.set(if on { self.watcher.get() | bit } else { self.watcher.get() & !bit });
    }
}

/// Tell the watchers of `d` what is about to happen.
#[cold]
pub fn notify(d: &PyDict, ev: Event, key: Option<&Object>, value: Option<&Object>) {
    // SAFETY: dicts change only while the GIL is held.
    let cx = &mut unsafe { Cx::assume() };
    let all = cx.state::<Watchers>();
    let raw = |o: Option<&Object>| o.map_or(null_mut(), |o| o.as_ptr());
    for (i, cb) in all.callbacks.iter().enumerate() {
        if d.watcher.get() >> i & 1 == 0 {
            continue;
        }
        let Some(f) = cb.get() else { continue };
        // SAFETY: a registered callback; live objects.
        if unsafe { f(ev as c_int, d.as_object().as_ptr(), raw(key), raw(value)) } != 0 && cx.is_raised() {
            let what = ["added", "modified", "deleted", "cloned", "cleared", "deallocated"][ev as usize];
            let msg = format!("Exception ignored in PyDict_EVENT_{} watcher callback for <dict at {:p}>", what.to_uppercase(), d);
            crate::unraisable::write(cx, Some(&msg), None);
        }
    }
}
