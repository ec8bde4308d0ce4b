//! Watchers of functions, code objects, types and contexts (`Py*_AddWatcher`): C callbacks told of what happens to such objects.
//!
//! Nobody watches as a rule, so the places that report look at one byte. Destruction is reported by exchanging the type's `tp_dealloc` when the first watcher
//! comes. Everything here is touched with the GIL held; there is one interpreter per process. (Dict watchers live in `types::dict::watch`.)

use crate::cx::Cx;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::code::PyCode;
use crate::types::function::PyFunction;
use crate::{abstract_, unraisable};
use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::null_mut;

/// Watchers of each kind.
pub const WATCHERS_MAX: usize = 8;

/// The watchers of one kind, with callbacks of type `F`.
pub struct Registry<F: Copy> {
    active: Cell<u8>,
    callbacks: [Cell<Option<F>>; WATCHERS_MAX],
}
// SAFETY: touched with the GIL held.
unsafe impl<F: Copy> Sync for Registry<F> {}

impl<F: Copy> Registry<F> {
    const fn new() -> Registry<F> {
        Registry { active: Cell::new(0), callbacks: [const { Cell::new(None) }; WATCHERS_MAX] }
    }
    /// Whether anybody watches.
    #[inline(always)]
    pub fn any(&self) -> bool {
        self.active.get() != 0
    }
    /// Register a callback in the first free place from `first` on; none when all are taken.
    pub fn add(&self, first: usize, f: F) -> Option<usize> {
        let i = (first..WATCHERS_MAX).find(|&i| self.callbacks[i].get().is_none())?;
        self.callbacks[i].set(Some(f));
        self.active.set(self.active.get() | 1 << i);
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
            self.active.set(self.active.get() & !(1 << id));
        }
    }
    fn each(&self, mut f: impl FnMut(usize, F)) {
        for (i, c) in self.callbacks.iter().enumerate() {
            if let Some(cb) = c.get() {
                f(i, cb);
            }
        }
    }
}

/// `PyFunction_WatchCallback`: event, function, new value or null.
pub type FunctionCallback = unsafe extern "C" fn(c_int, *mut Object, *mut Object) -> c_int;
/// `PyCode_WatchCallback`: event, code.
pub type CodeCallback = unsafe extern "C" fn(c_int, *mut Object) -> c_int;
/// `PyType_WatchCallback`: the type that changed.
pub type TypeCallback = unsafe extern "C" fn(*mut PyType) -> c_int;
/// `PyContext_WatchCallback`: event, context or None.
pub type ContextCallback = unsafe extern "C" fn(c_int, *mut Object) -> c_int;

/// Watchers of functions.
pub static FUNCTIONS: Registry<FunctionCallback> = Registry::new();
/// Watchers of code objects.
pub static CODE: Registry<CodeCallback> = Registry::new();
/// Watchers of types; each type says in `tp_watched` which of them look at it.
pub static TYPES: Registry<TypeCallback> = Registry::new();
/// Watchers of the current context.
pub static CONTEXTS: Registry<ContextCallback> = Registry::new();

/// `PyFunction_WatchEvent`.
#[derive(Clone, Copy)]
pub enum FunctionEvent {
    Create = 0,
    Destroy = 1,
    ModifyCode = 2,
    ModifyDefaults = 3,
    ModifyKwDefaults = 4,
}

fn shown(o: &Object, cx: &mut Cx) -> String {
    let e = cx.ts().current_exception.take();
    let s = match abstract_::repr(o, cx) {
        Ok(s) => s.to_string_lossy(),
        Err(r) => {
            cx.discard(r);
            format!("<{} at {o:p}>", o.ty().tp_name_str())
        }
    };
    cx.ts().current_exception.set(e, cx);
    s
}

/// Tell the watchers of functions.
#[cold]
pub fn function_event(event: FunctionEvent, f: &PyFunction, value: Option<&Object>, cx: &mut Cx) {
    let name = ["CREATE", "DESTROY", "MODIFY_CODE", "MODIFY_DEFAULTS", "MODIFY_KWDEFAULTS"][event as usize];
    let value = value.map_or(null_mut(), |v| v.as_ptr());
    FUNCTIONS.each(|_, cb| {
        // SAFETY: a registered callback; live objects.
        if unsafe { cb(event as c_int, f.as_ptr(), value) } < 0 {
            let q = f.qualname().map_or_else(String::new, |q| q.to_string_lossy());
            unraisable::write(cx, Some(&format!("Exception ignored in PyFunction_EVENT_{name} watcher callback for function {q} at {f:p}")), None);
        }
    });
}

/// Tell the watchers of code objects: made (`true`) or about to go.
#[cold]
pub fn code_event(created: bool, c: &PyCode, cx: &mut Cx) {
    let name = if created { "CREATE" } else { "DESTROY" };
    CODE.each(|_, cb| {
        // SAFETY: a registered callback; live objects.
        if unsafe { cb(c_int::from(!created), c.as_ptr()) } < 0 {
            let s = shown(c, cx);
            unraisable::write(cx, Some(&format!("Exception ignored in PY_CODE_EVENT_{name} watcher callback for {s}")), None);
        }
    });
}

/// Tell the watchers of a type that it changes.
#[cold]
pub fn type_event(t: &PyType) {
    // SAFETY: types change with the GIL held.
    let cx = &mut unsafe { Cx::assume() };
    TYPES.each(|i, cb| {
        if t.tp_watched.get() >> i & 1 == 0 {
            return;
        }
        // SAFETY: a registered callback; a live type.
        if unsafe { cb(t as *const PyType as *mut PyType) } < 0 {
            let s = shown(t.as_object(), cx);
            unraisable::write(cx, Some(&format!("Exception ignored in type watcher callback #{i} for {s}")), None);
        }
    });
}

/// Tell the watchers of contexts which one the thread has now.
#[cold]
pub fn context_event(context: &Object, cx: &mut Cx) {
    const SWITCHED: c_int = 1;
    CONTEXTS.each(|_, cb| {
        // SAFETY: a registered callback; live objects.
        if unsafe { cb(SWITCHED, context.as_ptr()) } < 0 {
            let s = shown(context, cx);
            unraisable::write(cx, Some(&format!("Exception ignored in Py_CONTEXT_SWITCHED watcher callback for {s}")), None);
        }
    });
}

type Dealloc = unsafe extern "C" fn(*mut Object);

struct Original(Cell<Option<Dealloc>>);
// SAFETY: touched with the GIL held.
unsafe impl Sync for Original {}
static FUNCTION_DEALLOC: Original = Original(Cell::new(None));
static CODE_DEALLOC: Original = Original(Cell::new(None));

/// Run `report` while the dying object counts as alive. False: somebody has kept it.
unsafe fn resurrected(o: *mut Object, report: impl FnOnce(&Object, &mut Cx)) -> bool {
    // SAFETY: a destructor runs with the GIL held, on an object whose count has come to nothing.
    unsafe {
        let cx = &mut Cx::assume();
        let saved = cx.ts().current_exception.take();
        (*o).set_refcount(1);
        report(&*o, cx);
        let left = (*o).refcount() - 1;
        (*o).set_refcount(left);
        cx.ts().current_exception.set(saved, cx);
        left == 0
    }
}

unsafe extern "C" fn function_dealloc(o: *mut Object) {
    // SAFETY: slot contract.
    unsafe {
        if FUNCTIONS.any() && !resurrected(o, |f, cx| function_event(FunctionEvent::Destroy, f.cast_unchecked(), None, cx)) {
            return;
        }
        if let Some(f) = FUNCTION_DEALLOC.0.get() {
            f(o)
        }
    }
}

unsafe extern "C" fn code_dealloc(o: *mut Object) {
    // SAFETY: slot contract.
    unsafe {
        if CODE.any() && !resurrected(o, |c, cx| code_event(false, c.cast_unchecked(), cx)) {
            return;
        }
        if let Some(free) = EXTRA_FREE.0.get() {
            free((*o).cast_unchecked());
        }
        if let Some(f) = CODE_DEALLOC.0.get() {
            f(o)
        }
    }
}

struct ExtraFree(Cell<Option<fn(&PyCode)>>);
// SAFETY: touched with the GIL held.
unsafe impl Sync for ExtraFree {}
static EXTRA_FREE: ExtraFree = ExtraFree(Cell::new(None));

/// Have `f` called with dying code objects: it frees what C code has attached to them.
pub fn free_extra_with(f: fn(&PyCode)) {
    EXTRA_FREE.0.set(Some(f));
    hook_code();
}

/// Have destruction of functions reported from now on.
pub fn hook_functions() {
    let t = PyFunction::ty();
    if FUNCTION_DEALLOC.0.get().is_none() {
        FUNCTION_DEALLOC.0.set(t.tp_dealloc.replace(Some(function_dealloc)));
    }
}

/// Have destruction of code objects reported from now on.
pub fn hook_code() {
    let t = PyCode::ty();
    if CODE_DEALLOC.0.get().is_none() {
        CODE_DEALLOC.0.set(t.tp_dealloc.replace(Some(code_dealloc)));
    }
}
