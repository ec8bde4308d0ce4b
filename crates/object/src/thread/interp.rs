//! `Interpreter`: everything that belongs to one interpreter and is not a static type (design D8).

use super::ThreadState;
use crate::field::FieldCell;
use crate::hash::{ByNumber, NumberHasher};
use crate::refs::*;
use crate::types::dict::PyDict;
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{c_int, c_long};
use std::hash::Hasher;
use std::ptr::{NonNull, null_mut};

const RTLD_NOW: c_int = 2;

/// One interpreter. Never moved. The binary or the embedding program makes the main one, which lives as long as the process; the others come and go
/// (`thread::interpreters`).
#[repr(C)]
pub struct Interpreter {
    reference_head: [usize; 3],
    /// `ceval.own_gil`, which macros of the reference look at: a GIL of its own was asked for. There is one for all.
    pub own_gil: Cell<c_int>,
    pub threads: Cell<*mut ThreadState>,
    thread_ids: Cell<u64>,
    pub recursion_limit: Cell<c_int>,
    /// Flags for `dlopen` of extension modules (`sys.setdlopenflags`).
    pub dlopen_flags: Cell<c_int>,
    /// The state that runs the interpreter's `__main__`, if any.
    pub running_main: Cell<*const ThreadState>,
    /// `_imp._override_multi_interp_extensions_check`: below zero no check, above zero always, zero as the features say.
    pub extensions_check: Cell<c_int>,
    /// `sys.modules`.
    pub modules: FieldCell<PyDict>,
    /// `sys.__dict__`.
    pub sysdict: FieldCell<PyDict>,
    /// `builtins.__dict__`.
    pub builtins: FieldCell<PyDict>,
    /// `importlib._bootstrap`.
    pub importlib: FieldCell<Object>,
    /// The function that `import` calls when `builtins.__import__` is untouched.
    pub import_func: FieldCell<Object>,
    /// `any` and `all`, as compiled code that runs them itself compares them; filled when first asked for.
    pub quantifiers: [FieldCell<Object>; 2],
    pub gc: crate::gc::GcState,
    /// What `sys.monitoring` has asked for.
    pub monitoring: crate::monitoring::Monitoring,
    pub config: RefCell<crate::config::Config>,
    /// True from `Py_FinalizeEx` on.
    pub finalizing: Cell<bool>,
    /// State of native modules, by Rust type (`Cx::state`).
    ext: RefCell<HashMap<TypeId, NonNull<dyn Any>, ByNumber>>,
    /// Those asked for last, by a few bits of the type's identity.
    recent: [Cell<Option<(TypeId, *const ())>>; RECENT],
}

/// Entries of `recent`.
const RECENT: usize = 16;

/// `sizeof(PyInterpreterState)` of 3.14.
const REFERENCE_SIZE: usize = 0x37248;
/// The first field of the reference's behind `ceval` that macros of its test modules look at.
const REFERENCE_OWN: usize = 0x1c60;
/// `feature_flags` of the reference.
const REFERENCE_FEATURES: usize = 0x2128;

/// The reference's fields from `REFERENCE_OWN` on: ours are these very words, since its test modules read them.
#[repr(C)]
pub struct Identity {
    unused: usize,
    /// The interpreter made before this one.
    pub next: Cell<*const Interpreter>,
    pub id: Cell<i64>,
    /// References that `_interpreters` counts; the last one ends the interpreter if `requires_ref`.
    pub refs: Cell<isize>,
    pub requires_ref: Cell<c_int>,
    /// Who made it (`_PyInterpreterState_WHENCE_*`).
    pub whence: Cell<c_long>,
    initialized: Cell<c_int>,
    /// It has started.
    pub ready: Cell<c_int>,
}
const _: () = {
    use std::mem::offset_of;
    assert!(offset_of!(Interpreter, own_gil) == 0x18);
    assert!(REFERENCE_OWN + offset_of!(Identity, next) == 0x1c68 && REFERENCE_OWN + offset_of!(Identity, requires_ref) == 0x1c80);
    assert!(REFERENCE_OWN + offset_of!(Identity, whence) == 0x1c88 && REFERENCE_OWN + offset_of!(Identity, ready) == 0x1c94);
};

// SAFETY: everything in it is used only by the thread that holds the GIL.
unsafe impl Sync for Interpreter {}
// SAFETY: as above.
unsafe impl Send for Interpreter {}

impl Interpreter {
    /// A new interpreter without threads, in the list of interpreters. It lives until [`Interpreter::free`], if ever.
    pub fn new(config: crate::config::Config) -> &'static Interpreter {
        // Internal macros of the reference reach into the struct, always behind our fields: the block is as large as the reference's, and zero there.
        const { assert!(size_of::<Interpreter>() <= REFERENCE_OWN) };
        // SAFETY: zeroed memory of the right size and alignment (checked), written before it is used.
        let i: &'static Interpreter = unsafe {
            let place = std::alloc::alloc_zeroed(std::alloc::Layout::from_size_align_unchecked(REFERENCE_SIZE, 64)) as *mut Interpreter;
            if place.is_null() {
                crate::fatal("out of memory");
            }
            place.write(Interpreter {
            reference_head: [0; 3],
            own_gil: Cell::new(0),
            threads: Cell::new(null_mut()),
            thread_ids: Cell::new(1),
            recursion_limit: Cell::new(super::state::RECURSION_LIMIT),
            dlopen_flags: Cell::new(RTLD_NOW),
            running_main: Cell::new(std::ptr::null()),
            extensions_check: Cell::new(0),
            modules: FieldCell::empty(),
            sysdict: FieldCell::empty(),
            builtins: FieldCell::empty(),
            importlib: FieldCell::empty(),
            import_func: FieldCell::empty(),
            quantifiers: [const { FieldCell::empty() }; 2],
            gc: crate::gc::GcState::new(),
            monitoring: crate::monitoring::Monitoring::default(),
            config: RefCell::new(config),
            finalizing: Cell::new(false),
            ext: RefCell::new(HashMap::default()),
            recent: [const { Cell::new(None) }; RECENT],
            });
            &*place
        };
        i.gc.init();
        super::interpreters::enlist(i);
        i
    }

    /// The fields that C code looks at.
    #[inline]
    pub fn identity(&self) -> &Identity {
        // SAFETY: the block is as large as the reference's, and zero behind `Interpreter`.
        unsafe { &*((self as *const Interpreter as *const u8).add(REFERENCE_OWN) as *const Identity) }
    }

    /// `feature_flags`.
    pub fn features(&self) -> &Cell<u64> {
        // SAFETY: as `identity`.
        unsafe { &*((self as *const Interpreter as *const u8).add(REFERENCE_FEATURES) as *const Cell<u64>) }
    }

    /// Whether it is the first interpreter of the process.
    pub fn is_main(&self) -> bool {
        self.identity().id.get() == 0
    }

    /// Let everything go that the interpreter holds, after its modules have died. The states of native modules go too: none of them may be in use.
    pub fn dismantle(&self, cx: &mut crate::cx::Cx) {
        let dicts = [self.modules.take(), self.sysdict.take(), self.builtins.take()];
        for d in dicts.iter().flatten() {
            d.clear_items(cx);
        }
        drop(dicts);
        for cell in [&self.importlib, &self.import_func, &self.quantifiers[0], &self.quantifiers[1], &self.gc.garbage, &self.gc.callbacks] {
            drop(cell.take());
        }
        self.monitoring.forget(cx);
        crate::gc::collect(2, cx);
        // What dies with a state may ask for states again.
        for _ in 0..4 {
            let states = self.ext.take();
            self.recent.iter().for_each(|r| r.set(None));
            if states.is_empty() {
                break;
            }
            for p in states.into_values() {
                // SAFETY: made by `state_of` from a box; the caller's promise.
                drop(unsafe { Box::from_raw(p.as_ptr()) });
            }
            crate::gc::collect(2, cx);
        }
        self.gc.let_go();
    }

    /// Give the memory back.
    ///
    /// # Safety
    /// The interpreter is dismantled, out of the list, without threads; nobody uses it afterwards.
    pub unsafe fn free(&'static self) {
        let place = self as *const Interpreter as *mut Interpreter;
        // SAFETY: the caller's promise; allocated by `new`.
        unsafe {
            std::ptr::drop_in_place(place);
            std::alloc::dealloc(place as *mut u8, std::alloc::Layout::from_size_align_unchecked(REFERENCE_SIZE, 64));
        }
    }

    pub(super) fn next_thread_id(&self) -> u64 {
        let n = self.thread_ids.get();
        self.thread_ids.set(n + 1);
        n
    }

    pub(super) fn link_thread(&self, ts: &mut ThreadState) {
        let head = self.threads.get();
        ts.next.set(head);
        if !head.is_null() {
            // SAFETY: linked states are alive.
            unsafe { (*head).prev.set(ts) };
        }
        self.threads.set(ts);
    }

    /// The states of all threads, newest first. A state lives as long as its thread: use them only until the GIL is released.
    pub fn thread_list(&self, _cx: &crate::cx::Cx) -> Vec<&'static ThreadState> {
        let mut v = Vec::new();
        let mut p = self.threads.get();
        // SAFETY: linked states are alive; unlinking needs the GIL.
        while let Some(t) = unsafe { p.as_ref() } {
            v.push(t);
            p = t.next.get();
        }
        v
    }

    /// Take a thread's state out of the list.
    pub fn unlink_thread(&self, ts: &ThreadState) {
        let (p, n) = (ts.prev.get(), ts.next.get());
        // SAFETY: linked states are alive.
        unsafe {
            if p.is_null() {
                self.threads.set(n);
            } else {
                (*p).next.set(n);
            }
            if !n.is_null() {
                (*n).prev.set(p);
            }
        }
    }

    /// The state of type `T` of this interpreter, made on first use. For native modules.
    #[inline]
    pub fn state<T: Default + 'static>(&self) -> &'static T {
        let id = TypeId::of::<T>();
        let mut h = NumberHasher::default();
        std::hash::Hash::hash(&id, &mut h);
        let recent = &self.recent[(h.finish() >> 20) as usize % RECENT];
        if let Some((known, p)) = recent.get() {
            if known == id {
                // SAFETY: stored below for this type; states live as long as their interpreter.
                return unsafe { &*(p as *const T) };
            }
        }
        let v = self.state_of::<T>(id);
        recent.set(Some((id, v as *const T as *const ())));
        v
    }

    fn state_of<T: Default + 'static>(&self, id: TypeId) -> &'static T {
        if let Some(v) = self.ext.borrow().get(&id) {
            // SAFETY: made below; freed with the interpreter.
            if let Some(v) = unsafe { v.as_ref() }.downcast_ref::<T>() {
                return v;
            }
        }
        let v: &'static mut T = Box::leak(Box::new(T::default()));
        let p = NonNull::from(v);
        self.ext.borrow_mut().insert(id, p);
        // SAFETY: just made.
        unsafe { p.as_ref() }
    }
}

impl crate::cx::Cx {
    /// Per-interpreter state of a native module (see [`Interpreter::state`]).
    #[inline]
    pub fn state<T: Default + 'static>(&self) -> &'static T {
        self.interp().state::<T>()
    }
}
