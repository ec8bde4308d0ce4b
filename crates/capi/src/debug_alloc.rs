//! Debug hooks of the allocators (`PYTHONMALLOC=debug` and its relatives): blocks with guard bytes, checked when they come back, and the GIL demanded.
//!
//! Blocks of `PyMem_*` carry size and domain in front and guard bytes on both sides; a registry tells them from blocks that the kernel has allocated. Blocks of
//! the object domain have guards behind only: the kernel may free them as objects.

use std::collections::HashMap;
use std::ffi::{CStr, c_char};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use taipan_object::alloc;

/// Fresh memory.
const CLEAN: u8 = 0xcd;
/// Freed memory.
const DEAD: u8 = 0xdd;
/// Memory around blocks.
const FORBIDDEN: u8 = 0xfd;
const HEAD: usize = 16;
const TAIL: usize = 8;

static ACTIVE: AtomicBool = AtomicBool::new(false);
static BLOCKS: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);

/// Look at the environment once.
pub fn init(ignore_environment: bool) {
    unsafe extern "C" {
        fn getenv(name: *const c_char) -> *const c_char;
    }
    // SAFETY: before threads start.
    let v = unsafe { getenv(c"PYTHONMALLOC".as_ptr()) };
    if ignore_environment || v.is_null() {
        return;
    }
    // SAFETY: a C string of the environment.
    let v = unsafe { CStr::from_ptr(v) }.to_bytes();
    if matches!(v, b"debug" | b"malloc_debug" | b"pymalloc_debug" | b"mimalloc_debug") {
        ACTIVE.store(true, Relaxed);
    }
}

/// Whether the hooks are there.
#[inline(always)]
pub fn active() -> bool {
    ACTIVE.load(Relaxed)
}

fn demand_gil(api: u8) {
    if api != b'r' && taipan_object::cx::current().is_null() {
        taipan_object::fatal("_PyMem_DebugMalloc: Python memory allocator called without holding the GIL");
    }
}

fn blocks<R>(f: impl FnOnce(&mut HashMap<usize, usize>) -> R) -> R {
    f(BLOCKS.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert_default())
}

/// A block for a domain (`r`, `m` or `o`); null when there is no memory.
pub fn allocate(api: u8, n: usize, zeroed: bool) -> *mut u8 {
    demand_gil(api);
    let head = if api == b'o' { 0 } else { HEAD };
    if n > isize::MAX as usize - HEAD - TAIL - 16 {
        return std::ptr::null_mut();
    }
    let base = alloc::raw_malloc((head + n + TAIL).div_ceil(16) * 16);
    if base.is_null() {
        return base;
    }
    // SAFETY: a fresh block of that size.
    unsafe {
        if head != 0 {
            (base as *mut usize).write(n);
            base.add(8).write(api);
            base.add(9).write_bytes(FORBIDDEN, 7);
        }
        let p = base.add(head);
        p.write_bytes(if zeroed { 0 } else { CLEAN }, n);
        p.add(n).write_bytes(FORBIDDEN, TAIL);
        if head != 0 {
            blocks(|b| b.insert(p as usize, n));
        }
        p
    }
}

/// Free a block after looking at its guards.
///
/// # Safety
/// `p` is null or a block.
pub unsafe fn release(api: u8, p: *mut u8) {
    demand_gil(api);
    let Some(n) = blocks(|b| b.get(&(p as usize)).copied()) else {
        // SAFETY: one of the kernel's or of the object domain.
        return unsafe { alloc::raw_free(p) };
    };
    // SAFETY: a block of ours.
    unsafe {
        check("_PyMem_DebugRawFree", api, p, n);
        blocks(|b| b.remove(&(p as usize)));
        p.write_bytes(DEAD, n);
        alloc::raw_free(p.sub(HEAD));
    }
}

/// Change the size of a block.
///
/// # Safety
/// As [`release`].
pub unsafe fn resize(api: u8, p: *mut u8, n: usize) -> *mut u8 {
    if p.is_null() {
        return allocate(api, n, false);
    }
    let Some(old) = blocks(|b| b.get(&(p as usize)).copied()) else {
        // SAFETY: one of the kernel's or of the object domain.
        return unsafe { alloc::raw_realloc(p, n.max(1).div_ceil(16) * 16) };
    };
    // SAFETY: a block of ours.
    unsafe {
        check("_PyMem_DebugRawRealloc", api, p, old);
        let new = allocate(api, n, false);
        if !new.is_null() {
            new.copy_from_nonoverlapping(p, old.min(n));
            release(api, p);
        }
        new
    }
}

unsafe fn check(function: &str, api: u8, p: *mut u8, n: usize) {
    // SAFETY: a block of ours.
    unsafe {
        let stored = *p.sub(8);
        let pads = std::slice::from_raw_parts(p.sub(7), 7);
        let tail = std::slice::from_raw_parts(p.add(n), TAIL);
        let bad = |b: &[u8]| b.iter().any(|c| *c != FORBIDDEN);
        let what = if stored != api {
            format!("bad ID: Allocated using API '{}', verified using API '{}'", stored as char, api as char)
        } else if bad(pads) {
            "bad leading pad byte".to_owned()
        } else if bad(tail) {
            "bad trailing pad byte".to_owned()
        } else {
            return;
        };
        let mut out = format!("Debug memory block at address p={p:p}: API '{}'\n    {n} bytes originally requested\n", stored as char);
        describe(&mut out, "The 7 pad bytes at p-7", "p", -7, pads);
        describe(&mut out, &format!("The {TAIL} pad bytes at tail={:p}", p.add(n)), "tail", 0, tail);
        if n > 0 {
            out.push_str("    Data at p:");
            for c in std::slice::from_raw_parts(p, n.min(16)) {
                out.push_str(&format!(" {c:02x}"));
            }
            if n > 16 {
                out.push_str(" ...");
            }
            out.push_str(" \n");
        }
        out.push_str("\nEnable tracemalloc to get the memory block allocation traceback\n\n");
        crate::cfile::complain(&out);
        taipan_object::fatal(&format!("{function}: {what}"));
    }
}

fn describe(out: &mut String, what: &str, from: &str, first: isize, b: &[u8]) {
    if b.iter().all(|c| *c == FORBIDDEN) {
        out.push_str(&format!("    {what} are FORBIDDENBYTE, as expected.\n"));
        return;
    }
    out.push_str(&format!("    {what} are not all FORBIDDENBYTE (0x{FORBIDDEN:02x}):\n"));
    for (i, c) in b.iter().enumerate() {
        let mark = if *c == FORBIDDEN { "" } else { " *** OUCH" };
        out.push_str(&format!("        at {from}{:+}: 0x{c:02x}{mark}\n", first + i as isize));
    }
}

/// Whether a word is what the hooks fill memory with.
fn is_fill(w: usize) -> bool {
    [CLEAN, DEAD, FORBIDDEN].iter().any(|b| w == usize::from_ne_bytes([*b; 8])) || w < 4096
}

/// Whether an object's memory looks freed or never filled (`_PyObject_IsFreed`).
///
/// # Safety
/// `p` is null or points to memory of an object's size.
pub unsafe fn looks_freed(p: *const u8) -> bool {
    // SAFETY: the caller's promise.
    is_fill(p as usize) || unsafe { is_fill(*(p as *const usize).add(1)) }
}
