//! The allocator: mimalloc below, free lists per 16-byte size class above, bytes counted.
//!
//! All memory of the runtime comes from here (design D3). Blocks of the free lists are ordinary mimalloc blocks, so a block may be freed either way. Touched only with
//! the GIL held (free lists) or from any thread (`raw_*`).

pub mod trace;

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering::Relaxed};

/// Rust's own allocations (decoded code, tables) come from mimalloc too, uncounted.
#[cfg(not(feature = "system-malloc"))]
#[global_allocator]
static GLOBAL: rust::Rust = rust::Rust;

#[cfg(not(feature = "system-malloc"))]
mod rust;

/// The allocator below.
#[cfg(not(feature = "system-malloc"))]
mod below {
    pub use libmimalloc_sys::{
        mi_free as free, mi_good_size as good_size, mi_malloc as malloc, mi_malloc_small as malloc_small, mi_realloc as realloc, mi_usable_size as usable_size, mi_zalloc as zalloc,
    };
}
/// With the feature `system-malloc` the C library's, and no free lists: every block is one of its own, which valgrind watches.
#[cfg(feature = "system-malloc")]
#[path = "alloc/system.rs"]
mod below;

/// Largest block kept in free lists, bytes.
pub(crate) const SMALL_MAX: usize = 1024;
/// From here on growing blocks get room to grow on, bytes.
const LARGE: usize = 32 << 10;
/// Blocks kept per class, and bytes; beyond that they go back to mimalloc (long LIFO lists lose locality).
const LIST_MAX: usize = 4096;
const LIST_BYTES_MAX: usize = 256 << 10;

/// How many blocks of each class are kept.
const KEPT: [u16; SMALL_MAX / 16 + 1] = {
    // Blocks that tools or debug builds look at are not handed out again at once.
    let none = cfg!(any(feature = "system-malloc", debug_assertions));
    let mut kept = [if none { 0 } else { LIST_MAX as u16 }; SMALL_MAX / 16 + 1];
    let mut class = if none { kept.len() } else { 1 };
    while class < kept.len() {
        let n = LIST_BYTES_MAX / (class * 16);
        if n < LIST_MAX {
            kept[class] = n as u16;
        }
        class += 1;
    }
    kept
};

struct FreeList {
    head: Cell<*mut u8>,
    /// How many more blocks may be kept.
    room: Cell<usize>,
}

struct FreeLists(UnsafeCell<[FreeList; SMALL_MAX / 16 + 1]>);
// SAFETY: only the holder of the GIL touches the lists.
unsafe impl Sync for FreeLists {}

static LISTS: FreeLists = FreeLists(UnsafeCell::new({
    let mut lists = [const { FreeList { head: Cell::new(null_mut()), room: Cell::new(0) } }; SMALL_MAX / 16 + 1];
    let mut class = 0;
    while class < lists.len() {
        lists[class] = FreeList { head: Cell::new(null_mut()), room: Cell::new(KEPT[class] as usize) };
        class += 1;
    }
    lists
}));

/// The bytes that mimalloc gives for a block of each class, so that they need not be asked for; 0 before `init`.
static USABLE: [AtomicU16; SMALL_MAX / 16 + 1] = [const { AtomicU16::new(0) }; SMALL_MAX / 16 + 1];

/// Bytes handed out and not yet returned (free-list blocks count as handed out).
static BYTES: AtomicUsize = AtomicUsize::new(0);
/// Limit on `BYTES`; beyond it allocation fails, which surfaces as `MemoryError`.
static BYTES_MAX: AtomicUsize = AtomicUsize::new(usize::MAX);
/// The limit that was set: `BYTES_MAX` is larger by `RESERVE` once it was reached.
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
/// For handling a `MemoryError`, bytes.
const RESERVE: usize = 256 << 10;
/// Below so many bytes the reserve is withdrawn again; 0 when it was not granted.
static WITHDRAW_BELOW: AtomicUsize = AtomicUsize::new(0);
/// Blocks handed out by the allocator below (for `sys.getallocatedblocks`).
static BLOCKS: AtomicUsize = AtomicUsize::new(0);

/// Blocks are being traced (`tracemalloc`). The free lists are then kept shut: empty, and without room, so that every block takes the slow ways
/// below, which look at this; the fast ways need not.
static TRACING: AtomicBool = AtomicBool::new(false);

/// Begin or end tracing: shut the free lists or open them. With the GIL held.
fn set_tracing(on: bool) {
    TRACING.store(on, Relaxed);
    clear_free_lists();
}

/// Bytes in use.
pub fn bytes_in_use() -> usize {
    BYTES.load(Relaxed)
}
/// Blocks in use, free-list blocks left out.
pub fn blocks_in_use() -> usize {
    if TRACING.load(Relaxed) {
        return BLOCKS.load(Relaxed);
    }
    let cached: usize = (0..=SMALL_MAX / 16).map(|i| usize::from(KEPT[i]).saturating_sub(list(i).room.get())).sum();
    BLOCKS.load(Relaxed).saturating_sub(cached)
}
/// Set the hard limit in bytes (`usize::MAX` = none). What objects take counts, not the tables of the runtime itself.
pub fn set_limit(bytes_max: usize) {
    LIMIT.store(bytes_max, Relaxed);
    BYTES_MAX.store(bytes_max, Relaxed);
}
/// The limit in bytes, `usize::MAX` when there is none.
pub fn limit() -> usize {
    LIMIT.load(Relaxed)
}
/// The limit was reached: leave some room above it, in which the error can be handled.
pub fn grant_reserve() {
    let limit = LIMIT.load(Relaxed);
    if limit != usize::MAX {
        BYTES_MAX.store(limit.saturating_add(RESERVE), Relaxed);
        WITHDRAW_BELOW.store(limit.saturating_sub(RESERVE), Relaxed);
    }
}

/// Run `f` with no limit: for what must not fail.
pub fn without_limit<R>(f: impl FnOnce() -> R) -> R {
    let limit = BYTES_MAX.swap(usize::MAX, Relaxed);
    let r = f();
    BYTES_MAX.store(limit, Relaxed);
    r
}

#[inline(always)]
fn list(class: usize) -> &'static FreeList {
    // SAFETY: indices are bounded by the callers; the cells are only touched under the GIL.
    unsafe { &*(LISTS.0.get() as *const FreeList).add(class) }
}

/// Allocate from mimalloc, counted. Null when memory or the limit is exhausted.
pub fn raw_malloc(size: usize) -> *mut u8 {
    // SAFETY: plain allocation.
    let p = unsafe { below::malloc(size.max(1)) } as *mut u8;
    traced(count_new(p), size)
}

/// Tell the tracer of a new block.
#[inline(always)]
fn traced(p: *mut u8, size: usize) -> *mut u8 {
    if TRACING.load(Relaxed) {
        trace::track(p, size);
    }
    p
}

/// Allocate zeroed memory from mimalloc, counted.
pub fn raw_calloc(size: usize) -> *mut u8 {
    // SAFETY: plain allocation.
    let p = unsafe { below::zalloc(size.max(1)) } as *mut u8;
    traced(count_new(p), size)
}

fn count_new(p: *mut u8) -> *mut u8 {
    if p.is_null() {
        return p;
    }
    // SAFETY: `p` is a live mimalloc block.
    let n = unsafe { below::usable_size(p as *const c_void) };
    count(p, n)
}

/// Count a new block of `n` bytes, which may be null.
#[inline]
fn count(p: *mut u8, n: usize) -> *mut u8 {
    if p.is_null() {
        return p;
    }
    // Plain load/store instead of an atomic add: the GIL serialises nearly all callers and the figure may drift by a block.
    let total = BYTES.load(Relaxed).wrapping_add(n);
    if total > BYTES_MAX.load(Relaxed) {
        // SAFETY: just allocated.
        unsafe { below::free(p as *mut c_void) };
        return null_mut();
    }
    BYTES.store(total, Relaxed);
    BLOCKS.store(BLOCKS.load(Relaxed).wrapping_add(1), Relaxed);
    p
}

/// Resize a block (`realloc`). On failure null, and the old block stays.
///
/// # Safety
/// `p` is null or a live block from this module.
pub unsafe fn raw_realloc(p: *mut u8, size: usize) -> *mut u8 {
    if p.is_null() {
        return raw_malloc(size);
    }
    // SAFETY: live block.
    unsafe {
        let old = below::usable_size(p as *const c_void);
        if size <= old && size >= old / 2 && !TRACING.load(Relaxed) {
            return p;
        }
        let total = BYTES.load(Relaxed).wrapping_sub(old);
        if total.saturating_add(size) > BYTES_MAX.load(Relaxed) && size > old {
            return null_mut();
        }
        let tracing = TRACING.load(Relaxed);
        if size <= old && size >= old / 2 {
            if tracing {
                trace::untrack(p);
                trace::track(p, size);
            }
            return p;
        }
        let q = if size > old && size >= LARGE {
            move_to_larger(p, old, size)
        } else {
            below::realloc(p as *mut c_void, size.max(1)) as *mut u8
        };
        if !q.is_null() {
            BYTES.store(total.wrapping_add(below::usable_size(q as *const c_void)), Relaxed);
            if tracing {
                trace::untrack(p);
                trace::track(q, size);
            }
        }
        q
    }
}

/// What grows past `LARGE` bytes gets half as much again: what it leaves behind cannot serve its next size, so moving it by small steps would leave many times its size of
/// touched memory. The additional room costs address space only until it is used.
///
/// # Safety
/// `p` is a live block of `old` usable bytes.
unsafe fn move_to_larger(p: *mut u8, old: usize, size: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe {
        let mut q = below::malloc(size.saturating_add(size / 2)) as *mut u8;
        if q.is_null() {
            q = below::malloc(size) as *mut u8;
        }
        if !q.is_null() {
            std::ptr::copy_nonoverlapping(p, q, old);
            below::free(p as *mut c_void);
        }
        q
    }
}

/// Settings of mimalloc, at start: memory that was freed goes back to the system after milliseconds instead of a second.
pub(crate) fn init() {
    if cfg!(feature = "system-malloc") {
        return;
    }
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    // SAFETY: a valid option; the environment (`MIMALLOC_PURGE_DELAY`) goes first.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, 50) };
    for (class, usable) in USABLE.iter().enumerate().skip(1) {
        // SAFETY: arithmetic only.
        usable.store(unsafe { below::good_size(class * 16) } as u16, Relaxed);
    }
}

/// Give a block back to mimalloc. Never inlined: those that end with it save no registers on their quick way.
///
/// # Safety
/// `p` is null or a live block from this module, not used afterwards.
#[inline(never)]
pub unsafe fn raw_free(p: *mut u8) {
    if p.is_null() {
        return;
    }
    // SAFETY: live block.
    unsafe {
        if TRACING.load(Relaxed) {
            trace::untrack(p);
        }
        let n = below::usable_size(p as *const c_void);
        let left = BYTES.load(Relaxed).wrapping_sub(n);
        BYTES.store(left, Relaxed);
        BLOCKS.store(BLOCKS.load(Relaxed).wrapping_sub(1), Relaxed);
        #[cfg(debug_assertions)]
        let p = keep_back(p, n);
        below::free(p as *mut c_void);
        if left < WITHDRAW_BELOW.load(Relaxed) {
            WITHDRAW_BELOW.store(0, Relaxed);
            BYTES_MAX.store(LIMIT.load(Relaxed), Relaxed);
        }
    }
}

/// Debug builds: a small block that was freed is filled with [`crate::rules::DEAD`] and waits until so many others were; gives the one (or null) that is to go now.
#[cfg(debug_assertions)]
unsafe fn keep_back(p: *mut u8, n: usize) -> *mut u8 {
    const KEPT_BACK: usize = 256;
    static WAITING: std::sync::Mutex<([usize; KEPT_BACK], usize)> = std::sync::Mutex::new(([0; KEPT_BACK], 0));
    if n > SMALL_MAX {
        return p;
    }
    // SAFETY: a block of `n` bytes that nobody uses any more.
    unsafe { p.write_bytes(crate::rules::DEAD, n) };
    let mut w = WAITING.lock().unwrap_or_else(|e| e.into_inner());
    let at = w.1;
    w.1 = (at + 1) % KEPT_BACK;
    std::mem::replace(&mut w.0[at], p as usize) as *mut u8
}

/// Allocate `size` bytes with the GIL held; small sizes come from the free lists. Not zeroed.
#[inline(always)]
pub fn malloc(size: usize) -> *mut u8 {
    if size <= SMALL_MAX {
        let p = take_kept(size);
        return if p.is_null() { small_malloc(size) } else { p };
    }
    raw_malloc(size)
}

/// A block of a small size from its free list; null when that is empty ([`malloc`] makes one then). For functions that call nothing on their quick way.
#[inline(always)]
pub fn take_kept(size: usize) -> *mut u8 {
    let l = list(size.div_ceil(16));
    let p = l.head.get();
    if !p.is_null() {
        // SAFETY: blocks in the list hold the next pointer in their first word.
        l.head.set(unsafe { *(p as *mut *mut u8) });
        l.room.set(l.room.get() + 1);
    }
    p
}

/// A block of a class whose list is empty.
#[inline(never)]
fn small_malloc(size: usize) -> *mut u8 {
    let class = size.div_ceil(16);
    let n = usize::from(USABLE[class].load(Relaxed));
    if n == 0 {
        return raw_malloc(class * 16);
    }
    // Traced is what was asked for.
    // SAFETY: plain allocation of a size that mimalloc calls small.
    traced(count(unsafe { below::malloc_small(class * 16) } as *mut u8, n), size)
}

/// Return a block whose size is known, with the GIL held.
///
/// # Safety
/// `p` was allocated by this module with at least `size` bytes (rounded up to 16), and is not used afterwards.
#[inline(always)]
pub unsafe fn free(p: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if !keep(p, size) {
            raw_free(p)
        }
    }
}

/// As [`free`] if the block may be kept in its free list; else false, and nothing has happened. For functions that call nothing on their quick way.
///
/// # Safety
/// As [`free`], if the result is true.
#[inline(always)]
#[must_use]
pub unsafe fn keep(p: *mut u8, size: usize) -> bool {
    if size > SMALL_MAX || size == 0 {
        return false;
    }
    let l = list(size.div_ceil(16));
    let room = l.room.get();
    if room == 0 {
        return false;
    }
    // SAFETY: the block has at least 16 bytes.
    unsafe { *(p as *mut *mut u8) = l.head.get() };
    l.head.set(p);
    l.room.set(room - 1);
    true
}

/// Move a block of known size to one of another size, with what fits. On failure null, and the old block stays.
///
/// # Safety
/// `p` was allocated by this module with `old` bytes; it is not used afterwards unless null is returned.
pub unsafe fn grow(p: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe {
        if new <= SMALL_MAX {
            if old.div_ceil(16) == new.div_ceil(16) {
                if TRACING.load(Relaxed) {
                    trace::untrack(p);
                    trace::track(p, new);
                }
                return p;
            }
            let q = malloc(new);
            if !q.is_null() {
                std::ptr::copy_nonoverlapping(p, q, old.min(new));
                free(p, old);
            }
            return q;
        }
        raw_realloc(p, new)
    }
}

/// [`grow`] of a small block, where the new block must be none that was freed just now.
///
/// # Safety
/// As [`grow`].
pub unsafe fn grow_fresh(p: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe {
        if old.div_ceil(16) == new.div_ceil(16) {
            return grow(p, old, new);
        }
        let q = raw_malloc(new);
        if !q.is_null() {
            std::ptr::copy_nonoverlapping(p, q, old);
            free(p, old);
        }
        q
    }
}

/// Give every block of the free lists back (`gc.collect` of the oldest generation does).
pub fn clear_free_lists() {
    for i in 0..=SMALL_MAX / 16 {
        let l = list(i);
        while !l.head.get().is_null() {
            let p = l.head.get();
            // SAFETY: list blocks hold the next pointer.
            unsafe {
                l.head.set(*(p as *mut *mut u8));
                raw_free(p);
            }
        }
        l.room.set(if TRACING.load(Relaxed) { 0 } else { usize::from(KEPT[i]) });
    }
}
