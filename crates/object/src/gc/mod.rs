//! The cycle collector: generations as rings of headers, started by allocation counts (CPython's three generations and thresholds).

mod collect;
pub mod debug;
mod header;
pub mod inspect;

pub use collect::{Outcome, collect, collect_at_end, collect_at_shutdown};
pub use header::*;

use crate::cx::{self, Cx};
use crate::field::FieldCell;
use crate::refs::*;
use crate::thread::breaker;
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;

pub const GENERATIONS: usize = 3;

/// What `gc.get_threshold()` gives at start.
const THRESHOLDS: [i32; GENERATIONS] = [2000, 10, 10];
/// Most net allocations between two young collections: with few live containers, and at all.
const YOUNG_PATIENT: usize = 8_000;
const YOUNG_MAX: usize = 20_000;
/// A young collection pays when it frees one in so many of the objects it looks at.
const PAYS: usize = 16;

/// One generation: a ring and its counters.
pub struct Generation {
    pub ring: GcHead,
    pub threshold: Cell<i32>,
    pub count: Cell<i32>,
    pub collections: Cell<usize>,
    pub collected: Cell<usize>,
    pub uncollectable: Cell<usize>,
}

/// The collector's state of one interpreter.
pub struct GcState {
    pub generations: [Generation; GENERATIONS],
    /// `gc.freeze()` puts objects here.
    pub permanent: GcHead,
    pub enabled: Cell<bool>,
    /// Only `gc.collect()` collects, whatever `gc.enable()` says (`TAIPAN_GC=never`).
    pub suspended: Cell<bool>,
    pub collecting: Cell<bool>,
    pub debug: Cell<i32>,
    /// `gc.garbage`.
    pub garbage: FieldCell<Object>,
    /// `gc.callbacks`.
    pub callbacks: FieldCell<Object>,
    /// Survivors of the last full collection, and objects that arrived in the oldest generation since.
    pub long_lived_total: Cell<usize>,
    pub long_lived_pending: Cell<usize>,
    /// Net allocations after which the young generation is due: its threshold, or more while thresholds are the usual ones and many objects live (see `tune`).
    pub young_limit: Cell<i32>,
    /// Collect at every allocation (`TAIPAN_GC=always`).
    pub stress: Cell<bool>,
}

impl GcState {
    pub(crate) fn new() -> GcState {
        let generation = |t| Generation {
            ring: GcHead { next: Cell::new(0), prev: Cell::new(0) },
            threshold: Cell::new(t),
            count: Cell::new(0),
            collections: Cell::new(0),
            collected: Cell::new(0),
            uncollectable: Cell::new(0),
        };
        GcState {
            generations: THRESHOLDS.map(generation),
            permanent: GcHead { next: Cell::new(0), prev: Cell::new(0) },
            enabled: Cell::new(true),
            suspended: Cell::new(false),
            collecting: Cell::new(false),
            debug: Cell::new(0),
            garbage: FieldCell::empty(),
            callbacks: FieldCell::empty(),
            long_lived_total: Cell::new(0),
            long_lived_pending: Cell::new(0),
            young_limit: Cell::new(THRESHOLDS[0]),
            stress: Cell::new(false),
        }
    }
    /// Set the young limit anew: when thresholds change.
    pub fn tune(&self) {
        self.young_limit.set(self.least_young());
    }
    /// A young collection looks at every object made since the last one, and most of a growing structure survives it, so with many live containers it waits for an eighth of
    /// them. Thresholds that the program chose are honoured to the letter.
    fn least_young(&self) -> i32 {
        if !self.has_usual_thresholds() {
            return self.generations[0].threshold.get();
        }
        let live = self.long_lived_total.get() + self.long_lived_pending.get();
        (live / 8).clamp(THRESHOLDS[0] as usize, YOUNG_MAX) as i32
    }
    fn has_usual_thresholds(&self) -> bool {
        self.generations.iter().zip(THRESHOLDS).all(|(g, usual)| g.threshold.get() == usual)
    }
    /// Set the young limit anew after a collection that freed `freed` objects and left `alive`. A program that starts makes modules, classes and functions, which stay: while
    /// collections find next to nothing they come twice as late each time.
    fn tune_after(&self, freed: usize, alive: usize) {
        let least = self.least_young();
        let found_little = freed * PAYS < alive && self.has_usual_thresholds();
        self.young_limit.set(if found_little { least.max((self.young_limit.get() * 2).min(YOUNG_PATIENT as i32)) } else { least });
    }
    /// Untrack everything that is left: the rings' heads are going to die.
    pub(crate) fn let_go(&self) {
        for ring in self.generations.iter().map(|g| &g.ring).chain([&self.permanent]) {
            while ring.next.get() != ring.addr() {
                // SAFETY: members of a ring are live objects.
                unsafe { GcHead::at(ring.next.get()) }.unlink();
            }
        }
    }
    pub(crate) fn init(&self) {
        self.generations.iter().for_each(|g| g.ring.init_ring());
        self.permanent.init_ring();
    }
}

/// Count a coming allocation of a GC object; asks the interpreter for a collection when the young threshold is passed. The collection itself runs at the next check of
/// `eval_breaker`, never inside an allocation.
#[inline(always)]
pub fn before_alloc(cx: &Cx) {
    let gc = &cx.interp().gc;
    let g = &gc.generations[0];
    let n = g.count.get() + 1;
    g.count.set(n);
    if n > gc.young_limit.get() {
        request(cx);
    }
}

/// Ask the interpreter for a collection.
#[cold]
pub fn request(cx: &Cx) {
    let gc = &cx.interp().gc;
    if gc.enabled.get() && !gc.suspended.get() && !gc.collecting.get() && gc.generations[0].threshold.get() > 0 {
        cx.ts().eval_breaker.fetch_or(breaker::GC, Relaxed);
    }
}

/// Put a fully initialised object under the collector's eyes (`PyObject_GC_Track`).
///
/// # Safety
/// The object has a header and is untracked; its `tp_traverse` can be called.
#[inline(always)]
pub unsafe fn track(obj: *mut Object) {
    // SAFETY: the caller's promise; a thread state exists while objects are made.
    unsafe {
        let head = GcHead::of(obj);
        debug_assert!(!head.is_tracked());
        head.append_to(&(*cx::holder()).interp().gc.generations[0].ring);
    }
}

/// Count a new object and put it under the collector's eyes: [`before_alloc`] and [`track`] in one. The header need not have been written.
///
/// # Safety
/// As [`track`], but that the header is fresh memory.
#[inline(always)]
pub unsafe fn track_new(obj: *mut Object, cx: &Cx) {
    // SAFETY: the caller's promise.
    if unsafe { link_new(obj, cx) } {
        request(cx);
    }
}

/// As [`track_new`], but asks for no collection: true when one is due, and [`request`] is to be called.
///
/// # Safety
/// As [`track_new`].
#[inline(always)]
#[must_use]
pub unsafe fn link_new(obj: *mut Object, cx: &Cx) -> bool {
    let gc = &cx.interp().gc;
    let g = &gc.generations[0];
    // SAFETY: the caller's promise; neighbours of a ring are alive.
    unsafe {
        let head = GcHead::of(obj);
        let last = g.ring.prev_addr();
        head.next.set(g.ring.addr());
        head.prev.set(last);
        GcHead::at(last).next.set(head.addr());
        g.ring.set_prev_addr(head.addr());
    }
    let n = g.count.get() + 1;
    g.count.set(n);
    n > gc.young_limit.get()
}

/// Hide the object from the collector (`PyObject_GC_UnTrack`). Does nothing when it is not tracked.
///
/// # Safety
/// The object has a header.
#[inline(always)]
pub unsafe fn untrack(obj: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe {
        let head = GcHead::of(obj);
        if head.is_tracked() {
            head.unlink();
            // An object that dies young does not count towards the next collection.
            let g = &(*cx::holder()).interp().gc.generations[0];
            if g.count.get() > 0 {
                g.count.set(g.count.get() - 1);
            }
        }
    }
}

/// Whether the collector sees the object (`gc.is_tracked`).
pub fn is_tracked(obj: &Object) -> bool {
    // SAFETY: only objects with GC types have headers.
    obj.is_gc() && unsafe { GcHead::of(obj) }.is_tracked()
}

/// Whether `tp_finalize` has run (`gc.is_finalized`).
pub fn is_finalized(obj: &Object) -> bool {
    // SAFETY: only objects with GC types have headers.
    obj.is_gc() && unsafe { GcHead::of(obj) }.prev.get() & PREV_FINALIZED != 0
}

/// Remember that `tp_finalize` has run.
///
/// # Safety
/// The object has a header.
pub unsafe fn set_finalized(obj: *mut Object) {
    // SAFETY: the caller's promise.
    let head = unsafe { GcHead::of(obj) };
    head.prev.set(head.prev.get() | PREV_FINALIZED);
}

impl Object {
    /// Whether the object has a GC header (`PyObject_IS_GC`).
    #[inline]
    pub fn is_gc(&self) -> bool {
        let ty = self.ty();
        if ty.tp_flags.get() & crate::typeobj::flags::HAVE_GC == 0 {
            return false;
        }
        match ty.tp_is_gc.get() {
            None => true,
            // SAFETY: the slot's contract.
            Some(f) => unsafe { f(self.as_ptr()) != 0 },
        }
    }
}

/// Answer `breaker::GC`: collect the oldest generation that is due.
pub fn run_due(cx: &mut Cx) {
    cx.ts().eval_breaker.fetch_and(!breaker::GC, Relaxed);
    let gc = &cx.interp().gc;
    if !gc.enabled.get() || gc.suspended.get() || gc.collecting.get() {
        return;
    }
    for i in (0..GENERATIONS).rev() {
        let g = &gc.generations[i];
        let limit = if i == 0 { gc.young_limit.get() } else { g.threshold.get() };
        if g.threshold.get() > 0 && g.count.get() > limit {
            // A full collection pays only when enough objects arrived since the last one.
            if i == GENERATIONS - 1 && gc.long_lived_pending.get() < gc.long_lived_total.get() / 4 {
                continue;
            }
            collect(i, cx);
            return;
        }
    }
}
