//! `ThreadState`: `PyThreadState` (Include/cpython/pystate.h) with our own words behind it.
//!
//! The leading fields have CPython's offsets because wheels read them (Cython: `exc_info`, `current_exception`; greenlet: `datastack_*`).

use super::Interpreter;
use crate::field::FieldCell;
use crate::frame::Frame;
use crate::refs::*;
use std::cell::Cell;
use std::ffi::{c_int, c_ulong, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::AtomicUsize;

/// `_PyErr_StackItem`: one level of "exception being handled".
#[repr(C)]
pub struct ErrStackItem {
    pub exc_value: FieldCell<Object>,
    pub previous_item: Cell<*const ErrStackItem>,
}

impl ErrStackItem {
    #[inline(always)]
    pub const fn empty() -> Self {
        ErrStackItem { exc_value: FieldCell::empty(), previous_item: Cell::new(null()) }
    }
}

/// Bits of `eval_breaker`; any set bit sends the interpreter to `interp`'s slow check.
pub mod breaker {
    pub const GIL_DROP: usize = 1;
    pub const SIGNALS: usize = 2;
    pub const PENDING_CALLS: usize = 4;
    pub const ASYNC_EXC: usize = 8;
    pub const GC: usize = 16;
    /// Somebody listens to this thread: it runs in the traced loop. Set as long as that is so (`monitoring::refresh`).
    pub const TRACE: usize = 32;
}

/// The state of one OS thread in one interpreter.
#[repr(C)]
pub struct ThreadState {
    pub prev: Cell<*mut ThreadState>,
    pub next: Cell<*mut ThreadState>,
    interp: Cell<*const Interpreter>,
    /// Set by other threads and signal handlers.
    pub eval_breaker: AtomicUsize,
    pub status: Cell<u32>,
    pub holds_gil: Cell<c_int>,
    pub whence: Cell<c_int>,
    pub state: Cell<c_int>,
    /// Calls left before `RecursionError`.
    pub py_recursion_remaining: Cell<c_int>,
    pub py_recursion_limit: Cell<c_int>,
    pub recursion_headroom: Cell<c_int>,
    pub tracing: Cell<c_int>,
    pub what_event: Cell<c_int>,
    /// The running Python frame (innermost), or null.
    pub current_frame: Cell<*mut Frame>,
    pub c_profilefunc: Cell<*mut c_void>,
    pub c_tracefunc: Cell<*mut c_void>,
    pub c_profileobj: FieldCell<Object>,
    pub c_traceobj: FieldCell<Object>,
    pub current_exception: FieldCell<Object>,
    /// Top of the stack of exceptions being handled; never null.
    pub exc_info: Cell<*const ErrStackItem>,
    pub dict: FieldCell<Object>,
    pub gilstate_counter: Cell<c_int>,
    pub async_exc: FieldCell<Object>,
    pub thread_id: Cell<c_ulong>,
    pub native_thread_id: Cell<c_ulong>,
    /// Objects put aside by `dealloc`.
    pub delete_later: Cell<*mut Object>,
    pub critical_section: Cell<usize>,
    pub coroutine_origin_tracking_depth: Cell<c_int>,
    pub async_gen_firstiter: FieldCell<Object>,
    pub async_gen_finalizer: FieldCell<Object>,
    pub context: FieldCell<Object>,
    pub context_ver: Cell<u64>,
    pub id: Cell<u64>,
    pub datastack_chunk: Cell<*mut c_void>,
    pub datastack_top: Cell<*mut usize>,
    pub datastack_limit: Cell<*mut usize>,
    pub exc_state: ErrStackItem,
    pub current_executor: Cell<*mut Object>,
    pub dict_global_version: Cell<u64>,
    pub threading_local_key: FieldCell<Object>,
    pub threading_local_sentinel: FieldCell<Object>,
    remote_debugger_support: [u8; 520],
    pub datastack_cached_chunk: Cell<*mut c_void>,
    // `_PyThreadStateImpl` goes on with a count and the C stack: top, soft limit, hard limit.
    refcount: usize,
    c_stack_top: Cell<usize>,
    /// Lowest stack address that Rust code may reach before `RecursionError` is raised.
    pub c_stack_limit: Cell<usize>,
    c_stack_hard_limit: Cell<usize>,
    reference_rest: [usize; 9],
    // ---- ours from here on ----
    /// Top, soft and hard limit before C code set them (`set_stack`).
    own_stack: Cell<Option<[usize; 3]>>,
    pub dealloc_depth: Cell<u32>,
    /// Objects whose `repr` is running in this thread (recursion guard of containers).
    pub repr_running: std::cell::RefCell<Vec<*const Object>>,
    /// The innermost activation of the machine is its traced loop.
    pub in_traced: Cell<bool>,
    /// A handler of the plain loop asks for the traced one: its error is no exception.
    pub switching: Cell<bool>,
    /// Behind the prefixed instruction that raised last.
    pub raised_at: Cell<*const u32>,
    /// The event loop that runs in this thread (`_asyncio`).
    pub asyncio_loop: FieldCell<Object>,
    /// The task whose step is running in it.
    pub asyncio_task: FieldCell<Object>,
}

const _: () = {
    use std::mem::offset_of;
    assert!(offset_of!(ThreadState, current_frame) == 72);
    assert!(offset_of!(ThreadState, current_exception) == 112 && offset_of!(ThreadState, exc_info) == 120);
    assert!(offset_of!(ThreadState, async_exc) == 144 && offset_of!(ThreadState, context) == 208);
    assert!(offset_of!(ThreadState, datastack_chunk) == 232 && offset_of!(ThreadState, exc_state) == 256);
    assert!(offset_of!(ThreadState, datastack_cached_chunk) == 824);
    assert!(offset_of!(ThreadState, c_stack_top) == 840 && offset_of!(ThreadState, c_stack_hard_limit) == 856);
};

/// The smallest stack that C code may set.
pub const STACK_MIN: usize = 48 << 10;

/// `sys.getrecursionlimit()` at start.
pub const RECURSION_LIMIT: c_int = 1000;

impl ThreadState {
    /// A new state for the current OS thread, linked into the interpreter. Lives until `ThreadState::free`.
    pub fn new(interp: &'static Interpreter) -> &'static ThreadState {
        let limit = interp.recursion_limit.get();
        let ts: &'static mut ThreadState = Box::leak(Box::new(ThreadState {
            prev: Cell::new(null_mut()),
            next: Cell::new(null_mut()),
            interp: Cell::new(interp),
            eval_breaker: AtomicUsize::new(0),
            status: Cell::new(0),
            holds_gil: Cell::new(0),
            whence: Cell::new(0),
            state: Cell::new(0),
            py_recursion_remaining: Cell::new(limit),
            py_recursion_limit: Cell::new(limit),
            recursion_headroom: Cell::new(0),
            tracing: Cell::new(0),
            what_event: Cell::new(-1),
            current_frame: Cell::new(null_mut()),
            c_profilefunc: Cell::new(null_mut()),
            c_tracefunc: Cell::new(null_mut()),
            c_profileobj: FieldCell::empty(),
            c_traceobj: FieldCell::empty(),
            current_exception: FieldCell::empty(),
            exc_info: Cell::new(null()),
            dict: FieldCell::empty(),
            gilstate_counter: Cell::new(1),
            async_exc: FieldCell::empty(),
            thread_id: Cell::new(0),
            native_thread_id: Cell::new(0),
            delete_later: Cell::new(null_mut()),
            critical_section: Cell::new(0),
            coroutine_origin_tracking_depth: Cell::new(0),
            async_gen_firstiter: FieldCell::empty(),
            async_gen_finalizer: FieldCell::empty(),
            context: FieldCell::empty(),
            context_ver: Cell::new(1),
            id: Cell::new(interp.next_thread_id()),
            datastack_chunk: Cell::new(null_mut()),
            datastack_top: Cell::new(null_mut()),
            datastack_limit: Cell::new(null_mut()),
            exc_state: ErrStackItem::empty(),
            current_executor: Cell::new(null_mut()),
            dict_global_version: Cell::new(0),
            threading_local_key: FieldCell::empty(),
            threading_local_sentinel: FieldCell::empty(),
            remote_debugger_support: [0; 520],
            datastack_cached_chunk: Cell::new(null_mut()),
            refcount: 0,
            c_stack_top: Cell::new(0),
            c_stack_limit: Cell::new(0),
            c_stack_hard_limit: Cell::new(0),
            reference_rest: [0; 9],
            own_stack: Cell::new(None),
            dealloc_depth: Cell::new(0),
            repr_running: std::cell::RefCell::new(Vec::new()),
            in_traced: Cell::new(false),
            switching: Cell::new(false),
            raised_at: Cell::new(std::ptr::null()),
            asyncio_loop: FieldCell::empty(),
            asyncio_task: FieldCell::empty(),
        }));
        ts.exc_info.set(&raw const ts.exc_state);
        interp.link_thread(ts);
        crate::monitoring::start_thread(ts, interp);
        ts
    }

    #[inline(always)]
    pub fn interp(&self) -> &'static Interpreter {
        // SAFETY: the interpreter outlives its threads.
        unsafe { &*self.interp.get() }
    }

    /// The innermost exception being handled (`sys.exception()`), skipping empty levels.
    pub fn handled_exception(&self) -> Option<Own<Object>> {
        let mut item = self.exc_info.get();
        // SAFETY: the chain consists of live stack items.
        unsafe {
            while !item.is_null() {
                if let Some(e) = (*item).exc_value.own() {
                    return Some(e);
                }
                item = (*item).previous_item.get();
            }
        }
        None
    }

    /// The stack item that a new handler writes to.
    #[inline(always)]
    pub fn exc_top(&self) -> &ErrStackItem {
        // SAFETY: never null.
        unsafe { &*self.exc_info.get() }
    }

    /// Set how far down Rust may use the OS stack: `bytes` from the current position, less a reserve.
    pub fn set_stack_size(&self, bytes: usize) {
        let here = &raw const bytes as usize;
        let reserve = (bytes / 8).clamp(64 << 10, 512 << 10);
        self.c_stack_limit.set(here.saturating_sub(bytes.saturating_sub(reserve)));
        self.c_stack_top.set(here);
        self.c_stack_hard_limit.set(self.c_stack_limit.get());
    }

    /// The stack is where C code says (`PyUnstable_ThreadState_SetStackProtection`).
    pub fn set_stack(&self, start: usize, bytes: usize) {
        const MARGIN: usize = STACK_MIN / 3;
        if self.own_stack.get().is_none() {
            self.own_stack.set(Some([self.c_stack_top.get(), self.c_stack_limit.get(), self.c_stack_hard_limit.get()]));
        }
        self.c_stack_top.set(start + bytes);
        self.c_stack_limit.set(start + 2 * MARGIN);
        self.c_stack_hard_limit.set(start + MARGIN);
    }

    /// Undo [`ThreadState::set_stack`].
    pub fn reset_stack(&self) {
        if let Some([top, soft, hard]) = self.own_stack.take() {
            self.c_stack_top.set(top);
            self.c_stack_limit.set(soft);
            self.c_stack_hard_limit.set(hard);
        }
    }

    /// A state without a known stack gets that of the state which the thread had last.
    #[inline]
    pub(crate) fn know_stack(&self) {
        if self.c_stack_top.get() == 0 {
            // SAFETY: null, or the thread's own state.
            if let Some(own) = unsafe { crate::cx::own().as_ref() } {
                self.share_thread(own);
            }
        }
    }

    /// This state is for the same thread as another one.
    pub(crate) fn share_thread(&self, other: &ThreadState) {
        self.c_stack_top.set(other.c_stack_top.get());
        self.c_stack_limit.set(other.c_stack_limit.get());
        self.c_stack_hard_limit.set(other.c_stack_hard_limit.get());
        self.thread_id.set(other.thread_id.get());
        self.native_thread_id.set(other.native_thread_id.get());
    }

    /// How far above `here`, an address on it, the stack begins, in KiB.
    pub(crate) fn stack_used_kib(&self, here: usize) -> usize {
        self.c_stack_top.get().saturating_sub(here) >> 10
    }

    /// Whether the OS stack is nearly used up.
    #[inline(always)]
    pub fn stack_is_low(&self) -> bool {
        let here: usize;
        // SAFETY: reads the stack pointer.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            std::arch::asm!("mov {}, rsp", out(reg) here, options(nomem, nostack, preserves_flags))
        };
        // SAFETY: reads the stack pointer.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            std::arch::asm!("mov {}, sp", out(reg) here, options(nomem, nostack, preserves_flags))
        };
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            let mark = 0u8;
            // The compiler must not reason about the address of a variable that nobody reads.
            here = std::hint::black_box(&raw const mark) as usize;
        }
        here < self.c_stack_limit.get()
    }
}
