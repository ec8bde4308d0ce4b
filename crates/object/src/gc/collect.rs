//! One collection: find what only the generation itself keeps alive, finalise it, break its cycles.
//!
//! Counts of references from outside are computed in the `prev` words: every object starts with its count, references found by `tp_traverse` inside the set are
//! subtracted; what stays above zero, and all it reaches, is alive. Order as CPython: weakref callbacks are queued and run, finalisers run once, resurrected objects are
//! taken out, then `tp_clear` breaks the rest.

use super::*;
use crate::err::PyResult;
use crate::field::VisitProc;
use crate::name;
use crate::instance;
use crate::types::dict::PyDict;
use crate::types::int::PyInt;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::types::type_::subtype;
use std::ffi::{c_int, c_void};

/// What a collection found.
#[derive(Clone, Copy, Default, Debug)]
pub struct Outcome {
    pub collected: usize,
    pub uncollectable: usize,
}

/// Objects of a ring, front to back. The ring must not change while it is walked, except for the object just given.
struct Ring(usize, usize);
impl Iterator for Ring {
    type Item = &'static GcHead;
    fn next(&mut self) -> Option<&'static GcHead> {
        if self.0 == self.1 {
            return None;
        }
        // SAFETY: members of a ring are live objects.
        let h = unsafe { GcHead::at(self.0) };
        self.0 = h.next.get() & !NEXT_UNREACHABLE;
        prefetch(self.0);
        Some(h)
    }
}
/// What lies at the address is wanted soon: the objects of a ring are strewn over the heap.
#[inline(always)]
fn prefetch(at: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which never faults.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at as *const i8)
    };
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}
fn ring(list: &GcHead) -> Ring {
    Ring(list.next.get() & !NEXT_UNREACHABLE, list.addr())
}
fn is_empty(list: &GcHead) -> bool {
    list.next.get() == list.addr()
}

/// Move all of `from` to the end of `to`.
fn merge(from: &GcHead, to: &GcHead) {
    if is_empty(from) {
        return;
    }
    // SAFETY: ends of rings are live.
    unsafe {
        let (first, last) = (GcHead::at(from.next.get()), GcHead::at(from.prev_addr()));
        let tail = GcHead::at(to.prev_addr());
        tail.next.set(first.addr());
        first.set_prev_addr(tail.addr());
        last.next.set(to.addr());
        to.set_prev_addr(last.addr());
    }
    from.init_ring();
}

fn new_ring() -> Box<GcHead> {
    let h = Box::new(GcHead { next: Cell::new(0), prev: Cell::new(0) });
    h.init_ring();
    h
}

unsafe fn traverse(h: &GcHead, f: VisitProc, arg: *mut c_void) {
    // SAFETY: tracked objects have a callable `tp_traverse`.
    unsafe {
        let obj = h.object();
        if let Some(t) = (*obj).ty().tp_traverse.get() {
            t(obj, f, arg);
        }
    }
}

/// As [`traverse`], with a function for the commonest containers that is inlined into the walk over their items.
#[inline(always)]
unsafe fn traverse_by(h: &GcHead, f: VisitProc, arg: *mut c_void, direct: impl Fn(*mut Object)) {
    // SAFETY: tracked objects are whole; items of lists and tuples that are being built may be null.
    unsafe {
        let o = &*h.object();
        let items = if let Some(l) = o.exact::<PyList>() {
            l.raw_items()
        } else if let Some(t) = o.exact::<PyTuple>() {
            t.raw_items()
        } else if let Some(d) = o.exact::<PyDict>() {
            return d.each_referent(direct);
        } else if subtype::is_plain_instance(o) {
            instance::each_referent(o, &direct);
            return direct(o.ty().as_object().as_ptr());
        } else {
            return traverse(h, f, arg);
        };
        for &item in items {
            direct(item);
        }
    }
}

unsafe extern "C" fn visit_subtract(o: *mut Object, _: *mut c_void) -> c_int {
    // SAFETY: referents are live objects.
    unsafe { subtract(o) };
    0
}

/// One reference from inside.
#[inline(always)]
unsafe fn subtract(o: *mut Object) {
    // SAFETY: null or a live object.
    unsafe {
        if !o.is_null() && (*o).is_gc() {
            let h = GcHead::of(o);
            if h.prev.get() & PREV_COLLECTING != 0 {
                h.prev.set(h.prev.get().wrapping_sub(1 << PREV_SHIFT));
            }
        }
    }
}

fn outside_count(h: &GcHead) -> isize {
    h.prev.get() as isize >> PREV_SHIFT
}

unsafe extern "C" fn visit_reachable(o: *mut Object, arg: *mut c_void) -> c_int {
    // SAFETY: referents are live; `arg` is the young ring.
    unsafe { reach(o, &*(arg as *const GcHead)) };
    0
}

/// Something alive refers to the object.
#[inline(always)]
unsafe fn reach(o: *mut Object, young: &GcHead) {
    // SAFETY: null or a live object; rings of live objects.
    unsafe {
        if o.is_null() || !(*o).is_gc() {
            return;
        }
        let h = GcHead::of(o);
        if h.prev.get() & PREV_COLLECTING == 0 {
            return;
        }
        if h.next.get() & NEXT_UNREACHABLE != 0 {
            // Was moved away too early: bring it back to the end of the young ring, to be scanned there.
            let (p, n) = (h.prev_addr(), h.next.get() & !NEXT_UNREACHABLE);
            let pn = GcHead::at(p);
            pn.next.set(n | (pn.next.get() & NEXT_UNREACHABLE));
            GcHead::at(n).set_prev_addr(p);
            let last = young.prev_addr();
            GcHead::at(last).next.set(h.addr());
            h.next.set(young.addr());
            young.set_prev_addr(h.addr());
            h.prev.set((h.prev.get() & !PREV_MASK) | 1 << PREV_SHIFT);
        } else if outside_count(h) == 0 {
            h.prev.set((h.prev.get() & !PREV_MASK) | 1 << PREV_SHIFT);
        }
    }
}

/// Whether a tuple can be part of no cycle: what it holds is not traversed, or is a tuple that the collector has let go of.
fn holds_no_container(t: &PyTuple) -> bool {
    t.raw_items().iter().all(|&o| {
        // SAFETY: null (a tuple that is being built) or a live object.
        unsafe { !o.is_null() && (!(*o).is_gc() || ((*o).is_exact::<PyTuple>() && !GcHead::of(o).is_tracked())) }
    })
}

/// Split `young` into what is alive (stays, links restored; how many is the result; tuples of atoms are let go of) and what is not (moved to `dead`, still COLLECTING and flagged in `next`).
unsafe fn deduce_unreachable(young: &GcHead, dead: &GcHead) -> usize {
    // SAFETY: rings of live objects; no Python code runs here.
    unsafe {
        for h in ring(young) {
            let n = (*h.object()).refcount() as usize;
            h.prev.set((h.prev.get() & PREV_FINALIZED) | PREV_COLLECTING | n << PREV_SHIFT);
        }
        for h in ring(young) {
            traverse_by(h, visit_subtract, std::ptr::null_mut(), |o| subtract(o));
        }
        let mut alive = 0;
        let mut prev = young.addr();
        let mut at = young.next.get();
        while at != young.addr() {
            let h = GcHead::at(at);
            prefetch(h.next.get());
            if outside_count(h) != 0 {
                traverse_by(h, visit_reachable, young as *const GcHead as *mut c_void, |o| reach(o, young));
                h.prev.set((h.prev.get() & PREV_FINALIZED) | prev);
                let next = h.next.get();
                if (*h.object()).exact::<PyTuple>().is_some_and(holds_no_container) {
                    GcHead::at(prev).next.set(next);
                    h.next.set(0);
                    h.prev.set(h.prev.get() & PREV_FINALIZED);
                } else {
                    prev = at;
                    alive += 1;
                }
                at = next;
            } else {
                let next = h.next.get();
                GcHead::at(prev).next.set(next);
                let last = dead.prev_addr();
                let lh = GcHead::at(last);
                if last == dead.addr() {
                    lh.next.set(h.addr());
                } else {
                    lh.next.set(h.addr() | NEXT_UNREACHABLE);
                }
                h.prev.set((h.prev.get() & (PREV_FINALIZED | PREV_COLLECTING)) | last);
                h.next.set(dead.addr() | NEXT_UNREACHABLE);
                dead.set_prev_addr(h.addr());
                at = next;
            }
        }
        young.set_prev_addr(prev);
        alive
    }
}

/// Take the flags off a dead ring.
fn clear_marks(list: &GcHead) {
    for h in ring(list) {
        h.next.set(h.next.get() & !NEXT_UNREACHABLE);
        h.prev.set(h.prev.get() & !PREV_COLLECTING);
    }
    list.next.set(list.next.get() & !NEXT_UNREACHABLE);
}

/// The collection at a program's end, while its modules are whole, if the program has not turned the collector off. The names of `main`, a module's dict, are walked last: what they
/// hold comes to lie in their order, the owner before what it owns, and is finalised in that order when the modules are gone (a text file before the file below it). CPython gets there
/// because its start has moved the dict to the second generation by then.
pub fn collect_at_end(main: &PyDict, cx: &mut Cx) {
    let gc = &cx.interp().gc;
    if !gc.enabled.get() {
        return;
    }
    if super::is_tracked(main.as_object()) {
        // SAFETY: a tracked object, linked into another ring of the same collector.
        let h = unsafe { GcHead::of(main.as_object().as_ptr()) };
        h.unlink();
        h.append_to(&gc.generations[1].ring);
    }
    collect(2, cx);
}

/// Collect generation `upto` and all younger ones. Exceptions of finalisers go to `sys.unraisablehook`.
pub fn collect(upto: usize, cx: &mut Cx) -> Outcome {
    run(upto, true, cx)
}

/// Collect everything while modules are taken apart: `gc.callbacks` are not called any more.
pub fn collect_at_shutdown(cx: &mut Cx) {
    run(2, false, cx);
}

fn run(upto: usize, tell: bool, cx: &mut Cx) -> Outcome {
    let gc = &cx.interp().gc;
    if gc.collecting.replace(true) {
        return Outcome::default();
    }
    let saved = cx.ts().current_exception.take();
    if tell {
        call_back(c"start", upto, Outcome::default(), cx);
    }
    let started = debug::start(upto, cx);
    let g = &gc.generations;
    if upto + 1 < GENERATIONS {
        g[upto + 1].count.set(g[upto + 1].count.get() + 1);
    }
    for x in &g[..=upto] {
        x.count.set(0);
    }
    let young = new_ring();
    // The oldest first, as in CPython: what is only referred to from further back in the ring moves to its end in the order of the references, and in that order its finalisers run.
    merge(&g[upto].ring, &young);
    for x in &g[..upto] {
        merge(&x.ring, &young);
    }
    let dead = new_ring();
    // SAFETY: all tracked objects are valid; nothing runs until the split is done.
    let alive = unsafe { deduce_unreachable(&young, &dead) };
    let survivors = if upto + 1 < GENERATIONS { &g[upto + 1] } else { &g[upto] };
    if upto + 1 == GENERATIONS {
        gc.long_lived_pending.set(0);
        gc.long_lived_total.set(alive);
    } else if upto + 2 == GENERATIONS {
        gc.long_lived_pending.set(gc.long_lived_pending.get() + alive);
    }
    merge(&young, &survivors.ring);
    clear_marks(&dead);
    let out = destroy(&dead, &survivors.ring, cx);
    let me = &g[upto];
    me.collections.set(me.collections.get() + 1);
    me.collected.set(me.collected.get() + out.collected);
    me.uncollectable.set(me.uncollectable.get() + out.uncollectable);
    if upto + 1 == GENERATIONS {
        crate::alloc::clear_free_lists();
    }
    debug::end(out, started, cx);
    if tell {
        call_back(c"stop", upto, out, cx);
    }
    cx.ts().current_exception.set(saved, cx);
    gc.collecting.set(false);
    gc.tune_after(out.collected, alive);
    out
}

/// Objects with the old `tp_del` cannot be collected, nor can what they reach: move both aside.
unsafe extern "C" fn visit_collecting(o: *mut Object, arg: *mut c_void) -> c_int {
    // SAFETY: `arg` is the vector of the walk.
    unsafe {
        if !o.is_null() && (*o).is_gc() {
            let h = GcHead::of(o);
            if h.prev.get() & PREV_COLLECTING != 0 {
                h.prev.set(h.prev.get() & !PREV_COLLECTING);
                (*(arg as *mut Vec<*const GcHead>)).push(h);
            }
        }
    }
    0
}

fn split_legacy(dead: &GcHead, out: &GcHead) {
    // Those with the method first, in their order, then what they reach.
    let mut found: Vec<*const GcHead> = Vec::new();
    for h in ring(dead) {
        h.prev.set(h.prev.get() | PREV_COLLECTING);
    }
    for h in ring(dead) {
        // SAFETY: live objects.
        if unsafe { (*h.object()).ty().tp_del.get().is_some() } && h.prev.get() & PREV_COLLECTING != 0 {
            h.prev.set(h.prev.get() & !PREV_COLLECTING);
            found.push(h);
        }
    }
    let mut at = 0;
    while let Some(&h) = found.get(at) {
        at += 1;
        // SAFETY: live objects, the vector outlives the walk.
        unsafe { traverse(&*h, visit_collecting, &raw mut found as *mut c_void) };
    }
    for h in found {
        // SAFETY: members of `dead`.
        unsafe {
            let fin = (*h).prev.get() & PREV_FINALIZED;
            (*h).unlink();
            (*h).prev.set(fin);
            (*h).append_to(out);
        }
    }
    for h in ring(dead) {
        h.prev.set(h.prev.get() & !PREV_COLLECTING);
    }
}

fn destroy(dead: &GcHead, old: &GcHead, cx: &mut Cx) -> Outcome {
    let legacy = new_ring();
    split_legacy(dead, &legacy);
    let mut objs: Vec<Own<Object>> = ring(dead).map(|h| unsafe { (*h.object()).own() }).collect(); // SAFETY: live members of the ring
    let found = objs.len();
    debug::name_all(debug::COLLECTABLE, "collectable", &objs, cx);
    crate::weakref::clear_for_garbage(&objs, cx);
    // Finalisers first, each at most once; they may resurrect.
    for o in &objs {
        if let Some(f) = o.ty().tp_finalize.get() {
            if !is_finalized(o) {
                // SAFETY: the slot's contract.
                unsafe {
                    set_finalized(o.as_ptr());
                    f(o.as_ptr());
                }
            }
        }
    }
    let resurrected = take_resurrected(dead, old, &mut objs);
    let gc = &cx.interp().gc;
    let flags = gc.debug.get();
    if flags & debug::SAVEALL != 0 {
        for o in &objs {
            add_garbage(o, cx);
        }
        merge(dead, old);
    } else {
        crate::weakref::clear_late(&objs, cx);
        for o in objs.drain(..) {
            if let Some(f) = o.ty().tp_clear.get() {
                // SAFETY: the slot's contract; we hold a reference.
                unsafe { f(o.as_ptr()) };
                if cx.is_raised() {
                    crate::unraisable::write(cx, None, Some(&o));
                }
            }
        }
        merge(dead, old);
    }
    let stuck: Vec<Own<Object>> = ring(&legacy).map(|h| unsafe { (*h.object()).own() }).collect(); // SAFETY: live members of the ring
    debug::name_all(debug::UNCOLLECTABLE, "uncollectable", &stuck, cx);
    for o in &stuck {
        if flags & debug::SAVEALL != 0 || o.ty().tp_del.get().is_some() {
            add_garbage(o, cx);
        }
    }
    merge(&legacy, old);
    Outcome { collected: found - resurrected, uncollectable: stuck.len() }
}

/// After finalisers: what became reachable from outside again goes to the old generation. Gives how many.
fn take_resurrected(dead: &GcHead, old: &GcHead, objs: &mut Vec<Own<Object>>) -> usize {
    let still = new_ring();
    // Our own vector holds one count of each object; give it back for the computation.
    for o in objs.iter() {
        o.set_refcount(o.refcount() - 1);
    }
    // SAFETY: as in `collect`.
    let alive = unsafe { deduce_unreachable(dead, &still) };
    for o in objs.iter() {
        o.set_refcount(o.refcount() + 1);
    }
    clear_marks(&still);
    merge(dead, old);
    merge(&still, dead);
    if alive > 0 {
        *objs = ring(dead).map(|h| unsafe { (*h.object()).own() }).collect(); // SAFETY: live members of the ring
    }
    alive
}

fn add_garbage(o: &Object, cx: &mut Cx) {
    if let Some(l) = cx.interp().gc.garbage.own() {
        if let Some(l) = l.downcast::<crate::types::list::PyList>() {
            if let Err(r) = l.push(o.own(), cx) {
                cx.discard(r);
            }
        }
    }
}

/// Run `gc.callbacks` with the phase and figures.
fn call_back(phase: &std::ffi::CStr, generation: usize, out: Outcome, cx: &mut Cx) {
    let Some(list) = cx.interp().gc.callbacks.own() else { return };
    let Some(list) = list.downcast::<crate::types::list::PyList>() else { return };
    let todo: Vec<Own<Object>> = list.items(cx).iter().map(|o| o.own()).collect();
    for f in todo {
        if let Err(r) = run_callback(&f, phase, generation, out, cx) {
            let _pending = r;
            crate::unraisable::write(cx, None, Some(&f));
        }
    }
}

fn run_callback(f: &Object, phase: &std::ffi::CStr, generation: usize, out: Outcome, cx: &mut Cx) -> PyResult<()> {
    let info = crate::types::dict::PyDict::new(cx)?;
    for (k, v) in [
        (name!(cx, "generation"), generation),
        (name!(cx, "collected"), out.collected),
        (name!(cx, "uncollectable"), out.uncollectable),
    ] {
        let v = PyInt::new(v as i64, cx)?;
        info.set_str(k, v.into_object(), cx)?;
    }
    let phase = crate::types::str::PyStr::new(phase.to_str().unwrap_or(""), cx)?;
    drop(crate::call::call(f, &[&phase, &info], cx)?);
    Ok(())
}
