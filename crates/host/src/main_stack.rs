//! A stack of known, large size for the process's first thread, whose own is as large as the shell allows.
//!
//! Another thread would do for that too, but programs know the first one: its id is the process's, signals go to it, `setns` and the like want it.

use core::ffi::c_void;
use core::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the large stack is, 0 when there is none.
static LOW: AtomicUsize = AtomicUsize::new(0);
static SIZE: AtomicUsize = AtomicUsize::new(0);

/// The large stack, if the calling code runs on it: lowest address and size in bytes.
pub(crate) fn bounds() -> Option<(usize, usize)> {
    let here = 0u8;
    let (low, size) = (LOW.load(Ordering::Relaxed), SIZE.load(Ordering::Relaxed));
    (low..low + size).contains(&(&raw const here as usize)).then_some((low, size))
}

extern "C" fn run<F: FnOnce() -> i32>(data: *mut c_void) {
    // SAFETY: what `on_large_stack` passes.
    let (f, result) = unsafe { &mut *(data as *mut (Option<F>, i32)) };
    if let Some(f) = f.take() {
        *result = f();
    }
}

/// Run `f` on a new stack of `bytes`, which is committed as it is used; on the present one when there is no address space for it. Once, by the first thread. `f` must not
/// unwind.
pub fn on_large_stack<F: FnOnce() -> i32>(bytes: usize, f: F) -> i32 {
    let page = crate::sysinfo::page_size();
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK;
    let start = sys!(libc::mmap(null_mut(), bytes, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0));
    if start == libc::MAP_FAILED {
        return f();
    }
    // A page to fault on; huge pages would make more of the stack resident than is used.
    sys!(libc::mprotect(start, page, libc::PROT_NONE));
    let _kept = sys!(libc::madvise(start, bytes, libc::MADV_NOHUGEPAGE));
    LOW.store(start as usize + page, Ordering::Relaxed);
    SIZE.store(bytes - page, Ordering::Relaxed);
    let mut data = (Some(f), 0);
    // SAFETY: the stack is mapped for good, its end is a multiple of 16; the data outlive the call.
    unsafe { switch((start as *mut u8).add(bytes), run::<F>, (&raw mut data).cast()) };
    data.1
}

/// Call `f(data)` on the stack that ends at `top`.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn switch(top: *mut u8, f: extern "C" fn(*mut c_void), data: *mut c_void) {
    core::arch::naked_asm!("push rbp", "mov rbp, rsp", "mov rsp, rdi", "mov rdi, rdx", "call rsi", "mov rsp, rbp", "pop rbp", "ret")
}

/// Call `f(data)` on the stack that ends at `top`.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn switch(top: *mut u8, f: extern "C" fn(*mut c_void), data: *mut c_void) {
    core::arch::naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        "mov sp, x0",
        "mov x0, x2",
        "blr x1",
        "mov sp, x29",
        "ldp x29, x30, [sp], #16",
        "ret"
    )
}

/// Elsewhere the thread's own stack must do.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn switch(_: *mut u8, f: extern "C" fn(*mut c_void), data: *mut c_void) {
    f(data)
}
