//! Reports on fatal signals (`faulthandler`): what to call when the process is about to die, or on request.
//!
//! Handlers run on the thread's alternate stack (the Rust runtime gives every thread of ours one), so that a
//! stack overflow can be reported too. A report runs inside a signal handler: it may only use
//! [`crate::fd::write_all`] and memory that was there before.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Mutex;

use crate::signal::NSIG;
use crate::sys::done;
use crate::{Errno, Result};

/// Called with the signal's number.
pub type Report = fn(i32);

/// The signals that end a process because something is broken, with CPython's words for them.
pub const FATAL: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

/// A function pointer and what was installed before, for one signal.
struct Slot {
    report: AtomicUsize,
    chain: AtomicBool,
}

static FATAL_REPORT: AtomicUsize = AtomicUsize::new(0);
static USER: [Slot; NSIG] = [const { Slot { report: AtomicUsize::new(0), chain: AtomicBool::new(false) } }; NSIG];
/// The actions that ours replaced; a handler reads its own entry only.
static PREVIOUS: Mutex<[Option<libc::sigaction>; NSIG]> = Mutex::new([const { None }; NSIG]);

fn call(report: usize, signal: i32) {
    if report != 0 {
        // SAFETY: only this module's functions store here, and they store a `Report`.
        let report: Report = unsafe { core::mem::transmute::<usize, Report>(report) };
        report(signal);
    }
}

/// Put the replaced action back. Not blocking: a handler must not wait for a lock.
fn restore(signal: i32) -> bool {
    let Ok(mut previous) = PREVIOUS.try_lock() else { return false };
    match previous[signal as usize].take() {
        Some(action) => done(sys!(libc::sigaction(signal, &action, core::ptr::null_mut()))).is_ok(),
        None => false,
    }
}

extern "C" fn on_fatal(signal: i32) {
    let saved = Errno::last();
    call(FATAL_REPORT.load(Ordering::Acquire), signal);
    if !restore(signal) {
        // Nothing known to go back to: the default action ends the process.
        let _ = crate::signal::install(signal, crate::signal::Action::Default);
    }
    saved.set();
    // Delivered again, now to the action before ours; a fault repeats by itself.
    let _ = crate::signal::raise(signal);
    // The Rust runtime's own handler only sets the default action and returns, counting on the fault to
    // repeat; a signal that was sent does not repeat by itself.
    if crate::signal::current(signal) == Ok(crate::signal::Action::Default) {
        let _ = crate::signal::raise(signal);
    }
}

extern "C" fn on_request(signal: i32) {
    let Some(slot) = USER.get(signal as usize) else { return };
    let saved = Errno::last();
    call(slot.report.load(Ordering::Acquire), signal);
    if slot.chain.load(Ordering::Relaxed) {
        chain(signal);
    }
    saved.set();
}

/// Let the action before ours have the signal, then take its place again.
fn chain(signal: i32) {
    let Ok(previous) = PREVIOUS.try_lock().map(|p| p[signal as usize]) else { return };
    let Some(action) = previous else { return };
    let mut ours = zeroed!(libc::sigaction);
    // A failure leaves the handler as it was; there is nobody to tell inside a handler.
    let _ = done(sys!(libc::sigaction(signal, &action, &mut ours)));
    let _ = crate::signal::raise(signal);
    let _ = done(sys!(libc::sigaction(signal, &ours, core::ptr::null_mut())));
}

fn take_over(signal: i32, handler: extern "C" fn(i32), flags: i32) -> Result<()> {
    let mut new = zeroed!(libc::sigaction);
    let mut old = zeroed!(libc::sigaction);
    new.sa_sigaction = handler as *const () as usize;
    new.sa_flags = flags | libc::SA_ONSTACK;
    sys!(libc::sigemptyset(&mut new.sa_mask));
    let mut previous = PREVIOUS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    done(sys!(libc::sigaction(signal, &new, &mut old)))?;
    if old.sa_sigaction != new.sa_sigaction {
        previous[signal as usize] = Some(old);
    }
    Ok(())
}

/// Report on the fatal signals.
pub fn enable(report: Report) -> Result<()> {
    enlarge_alternate_stack();
    let before = FATAL_REPORT.swap(report as usize, Ordering::AcqRel);
    if before == 0 {
        for (signal, _) in FATAL {
            // The signal is not blocked in its handler, so that it can be delivered again from there.
            take_over(signal, on_fatal, libc::SA_NODEFER)?;
        }
    }
    Ok(())
}

/// Stop reporting; whether it was on.
pub fn disable() -> bool {
    let was = FATAL_REPORT.swap(0, Ordering::AcqRel) != 0;
    if was {
        for (signal, _) in FATAL {
            restore(signal);
        }
    }
    was
}

/// Whether fatal signals are reported.
pub fn is_enabled() -> bool {
    FATAL_REPORT.load(Ordering::Acquire) != 0
}

/// Report when this signal comes; with `chain` the action before also has it. `EINVAL` for no signal or a fatal one.
pub fn register(signal: i32, report: Report, chain: bool) -> Result<()> {
    if signal < 1 || signal as usize >= NSIG || FATAL.iter().any(|(fatal, _)| *fatal == signal) {
        return Err(Errno::EINVAL);
    }
    let slot = &USER[signal as usize];
    slot.chain.store(chain, Ordering::Relaxed);
    if slot.report.swap(report as usize, Ordering::AcqRel) == 0 {
        // Chained actions may need the signal while the handler runs; otherwise interrupted calls go on.
        take_over(signal, on_request, if chain { libc::SA_NODEFER } else { libc::SA_RESTART })?;
    }
    Ok(())
}

/// Stop reporting on this signal; whether it was registered.
pub fn unregister(signal: i32) -> bool {
    let Some(slot) = usize::try_from(signal).ok().and_then(|n| USER.get(n)) else { return false };
    slot.report.swap(0, Ordering::AcqRel) != 0 && restore(signal)
}

/// Frames of native code that are shown.
const NATIVE_FRAMES_MAX: usize = 32;

/// The unwinder loads a library and allocates at its first use: let that happen before a handler needs it.
pub fn prepare_native_stack() {
    let mut one = [core::ptr::null_mut(); 1];
    sys!(libc::backtrace(one.as_mut_ptr(), 1));
}

/// Write the calling thread's native stack, innermost first, a line per frame. Async-signal-safe after [`prepare_native_stack`].
pub fn native_stack(write: &mut dyn FnMut(&[u8])) {
    let mut frames = [core::ptr::null_mut::<core::ffi::c_void>(); NATIVE_FRAMES_MAX];
    let found = sys!(libc::backtrace(frames.as_mut_ptr(), NATIVE_FRAMES_MAX as i32)).max(0) as usize;
    for at in &frames[..found.min(NATIVE_FRAMES_MAX)] {
        write(b"  Binary file \"");
        let mut info = zeroed!(libc::Dl_info);
        let known = sys!(libc::dladdr(*at, &mut info)) != 0 && !info.dli_fname.is_null();
        if !known {
            write(b"<unknown>\" [");
        } else {
            // SAFETY: dladdr gives C strings of loaded objects.
            write(unsafe { core::ffi::CStr::from_ptr(info.dli_fname) }.to_bytes());
            write(b"\"");
            native_symbol(&info, *at as usize, write);
            write(b" [");
        }
        write_hex(*at as usize, write);
        write(b"]\n");
    }
    if found == NATIVE_FRAMES_MAX {
        write(b"  <truncated rest of calls>\n");
    }
}

fn native_symbol(info: &libc::Dl_info, at: usize, write: &mut dyn FnMut(&[u8])) {
    let base = if info.dli_sname.is_null() { info.dli_fbase } else { info.dli_saddr } as usize;
    write(b", at ");
    if !info.dli_sname.is_null() {
        // SAFETY: as above.
        write(unsafe { core::ffi::CStr::from_ptr(info.dli_sname) }.to_bytes());
    }
    write(if at >= base { b"+" } else { b"-" });
    write_hex(at.abs_diff(base), write);
}

fn write_hex(mut n: usize, write: &mut dyn FnMut(&[u8])) {
    let mut buf = [b'0'; 18];
    let mut at = buf.len();
    while n > 0 || at == buf.len() {
        at -= 1;
        buf[at] = b"0123456789abcdef"[n % 16];
        n /= 16;
    }
    write(b"0x");
    write(&buf[at..]);
}

/// Read from address 0, for tests of the report: the signal is a real fault.
pub fn read_null() -> i32 {
    let null: *const i32 = core::hint::black_box(core::ptr::null());
    // SAFETY: never comes back: the access is meant to fault, which kills the process as the caller asked.
    unsafe { null.read_volatile() }
}

/// Bytes of an alternate stack that a report with a native stack fits into, whatever the processor saves of its registers.
const ALTERNATE_BYTES: usize = 256 << 10;

/// Give the calling thread an alternate stack that is large enough for a report; the runtime's own is not. It is kept for the process's life.
pub fn enlarge_alternate_stack() {
    let mut old = zeroed!(libc::stack_t);
    // SAFETY: only reads the current one.
    if unsafe { libc::sigaltstack(core::ptr::null(), &mut old) } != 0 || old.ss_flags & libc::SS_ONSTACK != 0 || old.ss_size >= ALTERNATE_BYTES {
        return;
    }
    let memory = Box::leak(vec![0u8; ALTERNATE_BYTES].into_boxed_slice());
    let new = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: ALTERNATE_BYTES };
    // SAFETY: the memory is never freed.
    unsafe { libc::sigaltstack(&new, core::ptr::null_mut()) };
}

/// Use up the stack, for tests of the report.
#[inline(never)]
pub fn overflow_stack(depth: usize) -> usize {
    let pad = core::hint::black_box([depth as u8; 4096]);
    if depth == usize::MAX {
        return 0;
    }
    overflow_stack(depth + 1) + pad[depth % 4096] as usize
}
