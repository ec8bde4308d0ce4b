//! `internal/pycore_lock.h`: events, read-write and recursive locks of CPython's own test extensions. Threads without a state may use them.

use super::pystate::this_thread;
use crate::capi;
use crate::sync;
use std::ffi::c_int;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering::*};
use std::time::Duration;

/// `PyEvent` once it has happened.
const HAPPENED: u8 = 1;
/// `_PyRWMutex`: the writer's bit, that somebody waits, and what each reader adds.
const WRITER: usize = 1;
const PARKED: usize = 2;
const READER: usize = 4;

/// `_PyRecursiveMutex`.
#[repr(C)]
pub struct Recursive {
    mutex: AtomicU8,
    thread: AtomicU64,
    level: AtomicUsize,
}

capi! {
    /// Say that an event has happened.
    fn _PyEvent_Notify(e: &AtomicU8) = |_| { e.store(HAPPENED, Release) }
    /// Whether an event has happened.
    fn _PyEvent_IsSet(e: &AtomicU8) -> c_int = |_| { (e.load(Acquire) == HAPPENED).into() }
    /// Wait for an event.
    fn PyEvent_Wait(e: &AtomicU8) = |cx| { sync::wait_for(None, || e.load(Acquire) == HAPPENED, cx); }
    /// Wait for an event so many nanoseconds (negative: for ever): whether it has happened.
    fn PyEvent_WaitTimed(e: &AtomicU8, ns: i64, detach: c_int) -> c_int = |cx| {
        let limit = (ns >= 0).then(|| Duration::from_nanos(ns as u64));
        sync::wait_for(limit, || e.load(Acquire) == HAPPENED, cx).into()
    }
    /// Lock for reading.
    fn _PyRWMutex_RLock(m: &AtomicUsize) = |cx| {
        let take = || {
            let old = m.load(Relaxed);
            if old & WRITER != 0 {
                // Only while the writer holds it, who clears the bit: nobody else would.
                let _told = m.compare_exchange(old, old | PARKED, Relaxed, Relaxed);
                return false;
            }
            // A writer that waits goes first.
            old & PARKED == 0 && m.compare_exchange(old, old + READER, Acquire, Relaxed).is_ok()
        };
        sync::wait_for(None, take, cx);
    }
    /// A reader unlocks.
    fn _PyRWMutex_RUnlock(m: &AtomicUsize) = |_| { m.fetch_sub(READER, Release); }
    /// Lock for writing.
    fn _PyRWMutex_Lock(m: &AtomicUsize) = |cx| {
        let take = || {
            let old = m.load(Relaxed);
            if old & !PARKED == 0 {
                return m.compare_exchange(old, WRITER, Acquire, Relaxed).is_ok();
            }
            let _told = m.compare_exchange(old, old | PARKED, Relaxed, Relaxed);
            false
        };
        sync::wait_for(None, take, cx);
    }
    /// The writer unlocks.
    fn _PyRWMutex_Unlock(m: &AtomicUsize) = |_| { m.store(0, Release) }
    /// Whether this thread holds a lock.
    fn _PyRecursiveMutex_IsLockedByCurrentThread(m: &Recursive) -> c_int = |_| { (m.thread.load(Relaxed) == this_thread()).into() }
    /// Lock, once more if this thread holds it.
    fn _PyRecursiveMutex_Lock(m: &Recursive) = |cx| {
        if m.thread.load(Relaxed) == this_thread() {
            m.level.fetch_add(1, Relaxed);
        } else {
            sync::mutex_lock(&m.mutex, cx);
            m.thread.store(this_thread(), Relaxed);
        }
    }
    /// Take one locking back.
    fn _PyRecursiveMutex_Unlock(m: &Recursive) = |_| {
        if m.thread.load(Relaxed) != this_thread() {
            taipan_object::fatal("unlocking a recursive mutex that is not owned by the current thread");
        }
        if m.level.load(Relaxed) > 0 {
            m.level.fetch_sub(1, Relaxed);
        } else {
            m.thread.store(0, Relaxed);
            sync::mutex_unlock(&m.mutex);
        }
    }
}
