//! Debug builds: what a C function did to the counts of its arguments and of its result is looked at when it comes back, and a broken rule ends the process with the function's name.
//!
//! Freed blocks are filled with [`DEAD`] and kept back for a while (`alloc`), so that an object that is gone looks like one. In other builds all of this is nothing.

use crate::refs::Object;
use crate::typeobj::Ptr;

/// What freed memory is filled with.
pub const DEAD: u8 = 0xdd;

/// From here on a count is no immortal one but one that went below zero.
#[cfg(debug_assertions)]
const NEGATIVE: u32 = 0xf000_0000;

/// The name of the row that was called last.
#[cfg(debug_assertions)]
static LAST: std::sync::atomic::AtomicPtr<std::ffi::c_char> = std::sync::atomic::AtomicPtr::new(std::ptr::null_mut());

/// A row's function is about to be called.
#[inline(always)]
pub fn calling(def: &crate::typeobj::MethodDef) {
    #[cfg(debug_assertions)]
    LAST.store(def.ml_name as *mut _, std::sync::atomic::Ordering::Relaxed);
    let _ = def;
}

/// The function `callee` was called with `args` and has given `r`, which may be null.
///
/// # Safety
/// The arguments were alive when the call began, and the caller still holds their counts.
#[inline(always)]
pub unsafe fn after_call(callee: &Object, args: *const Ptr, n: usize, r: Ptr) {
    #[cfg(debug_assertions)]
    // SAFETY: the caller's promise.
    unsafe {
        for i in 0..n {
            if let Some(what) = wrong(*args.add(i)) {
                broken(callee, &format!("argument {} {what}", i + 1));
            }
        }
        if let Some(what) = wrong(r) {
            broken(callee, &format!("its result {what}"));
        }
    }
    let _ = (callee, args, n, r);
}

/// The object is about to be destroyed, or loses a count: it must not have been destroyed before.
///
/// # Safety
/// `o` points to an object, or to the block of one.
#[inline(always)]
pub unsafe fn must_live(o: *mut Object) {
    #[cfg(debug_assertions)]
    // SAFETY: the caller's promise; freed blocks are kept back.
    unsafe {
        if is_dead(o) {
            gone();
        }
    }
    let _ = o;
}

#[cfg(debug_assertions)]
unsafe fn is_dead(o: *mut Object) -> bool {
    const WORD: usize = usize::from_ne_bytes([DEAD; size_of::<usize>()]);
    // SAFETY: the type's word of a block that was not given back yet.
    unsafe { (&raw const *o as *const usize).add(1).read() == WORD }
}

#[cfg(debug_assertions)]
unsafe fn wrong(o: Ptr) -> Option<&'static str> {
    if o.is_null() {
        return None;
    }
    // SAFETY: an object, or the block of one.
    unsafe {
        if is_dead(o) {
            return Some("is freed: the function gave up a reference that was not its own");
        }
        match (*o).refcount() {
            0 => Some("has a reference count of zero"),
            n if n >= NEGATIVE => Some("has a negative reference count"),
            _ => None,
        }
    }
}

#[cfg(debug_assertions)]
#[cold]
fn gone() -> ! {
    let name = LAST.load(std::sync::atomic::Ordering::Relaxed);
    // SAFETY: null or the C string of a row.
    let name = if name.is_null() { "nothing".into() } else { unsafe { std::ffi::CStr::from_ptr(name) }.to_string_lossy() };
    crate::fatal(&format!("an object is used that is freed: somebody gave up a reference that was not theirs; called last: {name}()"))
}

#[cfg(debug_assertions)]
#[cold]
unsafe fn broken(callee: &Object, what: &str) -> ! {
    // SAFETY: the call has just come back.
    let cx = unsafe { &mut crate::cx::Cx::assume() };
    let name = crate::args::function_str(callee, cx).map_or_else(|_| "a function".to_owned(), |n| n.to_string());
    crate::fatal(&format!("{name}: {what}"))
}
