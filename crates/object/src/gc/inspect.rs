//! Looking at tracked objects: what the module `gc` shows, and freezing.

use super::{GENERATIONS, GcHead, NEXT_UNREACHABLE};
use crate::cx::Cx;
use crate::refs::*;
use std::ffi::{c_int, c_void};

fn members(list: &GcHead) -> Vec<Own<Object>> {
    let mut v = Vec::new();
    let mut at = list.next.get() & !NEXT_UNREACHABLE;
    while at != list.addr() {
        // SAFETY: members of a ring are live objects; nothing runs here.
        unsafe {
            let h = GcHead::at(at);
            let o = h.object();
            if (*o).refcount() > 0 {
                v.push((*o).own());
            }
            at = h.next.get() & !NEXT_UNREACHABLE;
        }
    }
    v
}

/// How many objects a ring has.
pub(super) fn ring_len(list: &GcHead) -> usize {
    let (mut n, mut at) = (0, list.next.get() & !NEXT_UNREACHABLE);
    while at != list.addr() {
        n += 1;
        // SAFETY: members of a ring are live objects; nothing runs here.
        at = unsafe { GcHead::at(at) }.next.get() & !NEXT_UNREACHABLE;
    }
    n
}

/// The tracked objects of one generation, or of all.
pub fn objects(generation: Option<usize>, cx: &Cx) -> Vec<Own<Object>> {
    let g = &cx.interp().gc.generations;
    match generation {
        Some(i) => g.get(i).map(|g| members(&g.ring)).unwrap_or_default(),
        None => g.iter().flat_map(|g| members(&g.ring)).collect(),
    }
}

unsafe extern "C" fn visit_collect(o: *mut Object, arg: *mut c_void) -> c_int {
    // SAFETY: referents are live; `arg` is the vector of the walk.
    unsafe {
        if !o.is_null() {
            (*(arg as *mut Vec<Own<Object>>)).push((*o).own());
        }
    }
    0
}

/// What an object refers to directly.
pub fn referents(o: &Object) -> Vec<Own<Object>> {
    let mut v: Vec<Own<Object>> = Vec::new();
    if o.is_gc() {
        if let Some(t) = o.ty().tp_traverse.get() {
            // SAFETY: the slot's contract; the vector outlives the walk.
            unsafe { t(o.as_ptr(), visit_collect, &raw mut v as *mut c_void) };
        }
    }
    v
}

unsafe extern "C" fn visit_search(o: *mut Object, arg: *mut c_void) -> c_int {
    // SAFETY: `arg` is the slice of the search.
    let wanted = unsafe { *(arg as *const &[*mut Object]) };
    wanted.contains(&o) as c_int
}

/// The tracked objects that refer to one of `wanted`.
pub fn referrers(wanted: &[&Object], cx: &Cx) -> Vec<Own<Object>> {
    let raw: Vec<*mut Object> = wanted.iter().map(|o| o.as_ptr()).collect();
    let slice: &[*mut Object] = &raw;
    objects(None, cx)
        .into_iter()
        .filter(|o| match o.ty().tp_traverse.get() {
            // SAFETY: the slot's contract; the slice outlives the walk.
            Some(t) => unsafe { t(o.as_ptr(), visit_search, &raw const slice as *mut c_void) != 0 },
            None => false,
        })
        .collect()
}

fn move_all(from: &GcHead, to: &GcHead) {
    while from.next.get() != from.addr() {
        // SAFETY: members of a ring are live.
        unsafe {
            let h = GcHead::at(from.next.get());
            let flags = h.prev.get() & super::PREV_FINALIZED;
            h.unlink();
            h.append_to(to);
            h.prev.set(h.prev.get() | flags);
        }
    }
}

/// Put all tracked objects out of the collector's sight (`gc.freeze`).
pub fn freeze(cx: &Cx) {
    let gc = &cx.interp().gc;
    for g in &gc.generations {
        move_all(&g.ring, &gc.permanent);
        g.count.set(0);
    }
}

/// Bring frozen objects back, into the oldest generation (`gc.unfreeze`).
pub fn unfreeze(cx: &Cx) {
    let gc = &cx.interp().gc;
    move_all(&gc.permanent, &gc.generations[GENERATIONS - 1].ring);
}

/// Number of frozen objects.
pub fn frozen_count(cx: &Cx) -> usize {
    members(&cx.interp().gc.permanent).len()
}
