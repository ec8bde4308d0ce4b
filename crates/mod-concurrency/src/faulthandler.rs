//! The module `faulthandler`: Python tracebacks when the process dies of a signal, on request, or when time runs out.
//!
//! What a report needs lies in atomics: reports run inside signal handlers and on the watchdog's thread, which hold no GIL.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering::*};
use std::sync::{Arc, Mutex};
use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::clock::{self, Time};
use taipan_host::futex::Event;
use taipan_host::signal::NSIG;
use taipan_host::{fault, fd as host_fd, process, signal as host_signal, thread as os_thread};
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, ThreadState, dump::Output};
use taipan_object::{call, cx as current};

/// Where reports of one kind go.
struct Target {
    fd: AtomicI32,
    all_threads: AtomicBool,
    interp: AtomicPtr<Interpreter>,
}

impl Target {
    const fn new() -> Target {
        Target { fd: AtomicI32::new(2), all_threads: AtomicBool::new(true), interp: AtomicPtr::new(std::ptr::null_mut()) }
    }
    fn set(&self, fd: i32, all_threads: bool, cx: &Cx) {
        self.fd.store(fd, Relaxed);
        self.all_threads.store(all_threads, Relaxed);
        self.interp.store(std::ptr::from_ref(cx.interp()).cast_mut(), Release);
    }
}

static FATAL: Target = Target::new();
static USER: [Target; NSIG] = [const { Target::new() }; NSIG];

/// The watchdog of `dump_traceback_later`: its event ends it early.
static WATCHDOG: Mutex<Option<Watchdog>> = Mutex::new(None);

struct Watchdog {
    cancel: Arc<Event>,
    over: Arc<Event>,
}

/// Files that reports go to: kept alive, and with them their descriptors. Index 0 is the fatal report's, `NSIG` the watchdog's.
struct Files(RefCell<Vec<Option<Own<Object>>>>);

impl Default for Files {
    fn default() -> Self {
        Files(RefCell::new((0..=NSIG).map(|_| None).collect()))
    }
}

fn keep(slot: usize, file: Option<Own<Object>>, cx: &Cx) {
    let old = match cx.state::<Files>().0.borrow_mut().get_mut(slot) {
        Some(f) => std::mem::replace(f, file),
        None => file,
    };
    drop(old);
}

/// The Python part of a report.
fn write_stacks(write: &mut dyn FnMut(&[u8]), all: bool, interp: *const Interpreter, ts: *const ThreadState) {
    let mut out = Output { write, name: os_thread::name_of };
    taipan_object::thread::dump::show(&mut out, all, interp, ts);
}

fn writer(fd: i32) -> impl FnMut(&[u8]) {
    // Whoever dies cannot do anything about a failing write.
    move |b: &[u8]| _ = host_fd::write_all(fd, b)
}

fn report_fatal(signal: i32) {
    let mut write = writer(FATAL.fd.load(Relaxed));
    let words = fault::FATAL.iter().find(|(n, _)| *n == signal).map_or("Unknown signal", |(_, w)| w);
    for part in ["Fatal Python error: ", words, "\n\n"] {
        write(part.as_bytes());
    }
    let (interp, ts) = (FATAL.interp.load(Acquire), current::own());
    write_stacks(&mut write, FATAL.all_threads.load(Relaxed), interp, ts);
    write(b"\nCurrent thread's C stack trace (most recent call first):\n");
    fault::native_stack(&mut write);
    let mut out = Output { write: &mut write, name: os_thread::name_of };
    taipan_object::thread::dump::show_extension_modules(&mut out, interp);
}

fn report_user(signal: i32) {
    let Some(t) = USER.get(signal as usize) else { return };
    let mut write = writer(t.fd.load(Relaxed));
    write_stacks(&mut write, t.all_threads.load(Relaxed), t.interp.load(Acquire), current::own());
}

/// The descriptor behind `file`: an int, an object with `fileno()` (flushed first), or `sys.stderr`. The object is given back to be kept alive.
fn descriptor(file: Option<&Object>, cx: &mut Cx) -> PyResult<(i32, Option<Own<Object>>)> {
    let file = match file {
        Some(f) if !f.is_none() => f.own(),
        _ => {
            let sys = cx.interp().sysdict.own();
            let err = match sys {
                Some(d) => d.get_text("stderr", cx)?,
                None => None,
            };
            match err {
                None => return Err(cx.runtime_error(format_args!("unable to get sys.stderr"))),
                Some(e) if e.is_none() => return Err(cx.runtime_error(format_args!("sys.stderr is None"))),
                Some(e) => e,
            }
        }
    };
    if let Some(n) = file.downcast::<PyInt>() {
        let fd = n.to_i64().and_then(|n| i32::try_from(n).ok()).unwrap_or(-1);
        if fd < 0 {
            return Err(cx.value_error(format_args!("file is not a valid file descriptor")));
        }
        return Ok((fd, None));
    }
    let n = call::call_method(&file, name!(cx, "fileno"), &[], cx)?;
    let fd = n.downcast::<PyInt>().and_then(PyInt::to_i64).and_then(|n| i32::try_from(n).ok()).unwrap_or(-1);
    if fd < 0 {
        return Err(cx.runtime_error(format_args!("file.fileno() is not a valid file descriptor")));
    }
    if let Err(r) = call::call_method(&file, name!(cx, "flush"), &[], cx) {
        cx.discard(r);
    }
    Ok((fd, Some(file)))
}

fn os_error(e: taipan_host::Errno, cx: &mut Cx) -> Raised {
    cx.os_error(e.0, &e.message(), None, None)
}

fn check_signal(n: i32, cx: &mut Cx) -> PyResult<()> {
    if fault::FATAL.iter().any(|(f, _)| *f == n) {
        return Err(cx.runtime_error(format_args!("signal {n} cannot be registered, use enable() instead")));
    }
    if n < 1 || n as usize >= NSIG {
        return Err(cx.value_error(format_args!("signal number out of range")));
    }
    Ok(())
}

/// Report fatal signals on `file`.
fn enable_on(file: Option<&Object>, all_threads: bool, cx: &mut Cx) -> PyResult<()> {
    let (fd, held) = descriptor(file, cx)?;
    keep(0, held, cx);
    FATAL.set(fd, all_threads, cx);
    fault::prepare_native_stack();
    fault::enable(report_fatal).map_err(|e| os_error(e, cx))
}

/// What the command line (`-X faulthandler`), `PYTHONFAULTHANDLER` and the development mode ask for, at start.
pub fn start(cx: &mut Cx) -> PyResult<()> {
    let config = cx.interp().config.borrow();
    let asked = config.dev_mode || config.xoptions.iter().any(|(name, _)| name == "faulthandler");
    let by_environment = !config.ignore_environment && taipan_host::env::get(c"PYTHONFAULTHANDLER").is_some_and(|v| !v.is_empty());
    drop(config);
    if !asked && !by_environment {
        return Ok(());
    }
    match enable_on(None, true, cx) {
        // Without a usable stderr there is nothing to report on.
        Err(r) => {
            cx.discard(r);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// `H:MM:SS[.ffffff]`, as `timedelta` shows it.
fn timeout_text(nanos: i64) -> String {
    let (s, us) = (nanos / 1_000_000_000, nanos % 1_000_000_000 / 1000);
    let text = format!("Timeout ({}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    if us == 0 { format!("{text})!\n") } else { format!("{text}.{us:06})!\n") }
}

fn cancel_watchdog(cx: &mut Cx) {
    let running = WATCHDOG.lock().unwrap_or_else(|e| e.into_inner()).take();
    if let Some(w) = running {
        w.cancel.set();
        cx.without_gil(|| while w.over.wait(None).is_err() {});
    }
    keep(NSIG, None, cx);
}

/// The thread that waits and reports.
fn watch(fd: i32, nanos: i64, repeat: bool, exit: bool, interp: &'static Interpreter, cancel: &Event) {
    let header = timeout_text(nanos);
    loop {
        let end = Time::from_nanos(clock::nanos(clock::MONOTONIC).saturating_add(nanos));
        while cancel.wait(Some(end)) == Err(taipan_host::Errno::EINTR) {}
        if cancel.is_set() {
            return;
        }
        let mut write = writer(fd);
        write(header.as_bytes());
        write_stacks(&mut write, true, interp, std::ptr::null());
        if exit {
            process::exit_now(1);
        }
        if !repeat {
            return;
        }
    }
}

#[pymodule(name = "faulthandler", doc = "faulthandler module.")]
pub mod faulthandler {
    use super::*;

    /// Enable the fault handler.
    #[function("enable(file=sys.stderr, all_threads=True)")]
    fn enable(#[default(None)] file: Option<&Object>, all_threads: bool, cx: &mut Cx) -> PyResult<()> {
        enable_on(file, all_threads, cx)
    }
    /// Disable the fault handler.
    #[function("disable()")]
    fn disable(cx: &mut Cx) -> bool {
        let was = fault::disable();
        keep(0, None, cx);
        was
    }
    /// Check if the handler is enabled.
    #[function("is_enabled()")]
    fn is_enabled() -> bool {
        fault::is_enabled()
    }
    /// Dump the traceback of the current thread, or of all threads if all_threads is True, into file.
    #[function("dump_traceback(file=sys.stderr, all_threads=True)")]
    fn dump_traceback(#[default(None)] file: Option<&Object>, all_threads: bool, cx: &mut Cx) -> PyResult<()> {
        let (fd, _held) = descriptor(file, cx)?;
        write_stacks(&mut writer(fd), all_threads, cx.interp(), cx.ts());
        Ok(())
    }
    /// Dump the C stack of the current thread.
    #[function("dump_c_stack(file=sys.stderr)")]
    fn dump_c_stack(#[default(None)] file: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let (fd, _held) = descriptor(file, cx)?;
        let mut write = writer(fd);
        write(b"Current thread's C stack trace (most recent call first):\n");
        fault::native_stack(&mut write);
        Ok(())
    }
    /// Dump the traceback of all threads in timeout seconds,
    /// or each timeout seconds if repeat is True. If exit is True, call _exit(1) which is not safe.
    #[function("dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False)")]
    fn dump_traceback_later(timeout: &Object, repeat: bool, #[default(None)] file: Option<&Object>, exit: bool, cx: &mut Cx) -> PyResult<()> {
        let nanos = nanos_from_seconds(timeout, Round::Up, cx)?;
        if nanos <= 0 {
            return Err(cx.value_error(format_args!("timeout must be greater than 0")));
        }
        if nanos as f64 > crate::wait::TIMEOUT_MAX * 1e9 {
            return Err(cx.overflow_error(format_args!("timeout value is too large")));
        }
        let (fd, held) = descriptor(file, cx)?;
        cancel_watchdog(cx);
        keep(NSIG, held, cx);
        let (cancel, over) = (Arc::new(Event::new()), Arc::new(Event::new()));
        let interp = cx.interp();
        let (theirs, ended) = (cancel.clone(), over.clone());
        let started = os_thread::spawn_quiet("faulthandler", move || {
            watch(fd, nanos, repeat, exit, interp, &theirs);
            ended.set();
        });
        if !started {
            return Err(cx.runtime_error(format_args!("unable to start watchdog thread")));
        }
        *WATCHDOG.lock().unwrap_or_else(|e| e.into_inner()) = Some(Watchdog { cancel, over });
        Ok(())
    }
    /// Cancel the previous call to dump_traceback_later().
    #[function("cancel_dump_traceback_later()")]
    fn cancel_dump_traceback_later(cx: &mut Cx) {
        cancel_watchdog(cx);
    }
    /// Register a handler for the signal 'signum': dump the traceback of the current thread, or of all threads if all_threads is True, into file.
    #[function("register(signum, file=sys.stderr, all_threads=True, chain=False)")]
    fn register(signum: i32, #[default(None)] file: Option<&Object>, all_threads: bool, chain: bool, cx: &mut Cx) -> PyResult<()> {
        check_signal(signum, cx)?;
        let (fd, held) = descriptor(file, cx)?;
        if let Some(t) = USER.get(signum as usize) {
            t.set(fd, all_threads, cx);
        }
        fault::register(signum, report_user, chain).map_err(|e| os_error(e, cx))?;
        keep(signum as usize, held, cx);
        Ok(())
    }
    /// Unregister the handler of the signal 'signum' registered by register().
    #[function("unregister(signum, /)")]
    fn unregister(signum: i32, cx: &mut Cx) -> PyResult<bool> {
        check_signal(signum, cx)?;
        let was = fault::unregister(signum);
        keep(signum as usize, None, cx);
        Ok(was)
    }
    /// Read from NULL, raise a SIGSEGV or SIGBUS signal depending on the platform.
    #[function("_read_null()")]
    fn read_null() -> i32 {
        fault::read_null()
    }
    /// Raise a SIGSEGV signal.
    #[function("_sigsegv(release_gil=False, /)")]
    fn sigsegv(release_gil: bool, cx: &mut Cx) -> PyResult<()> {
        // A handler that only takes itself away, as the Rust runtime's does, needs a second one.
        let raise = || host_signal::raise(fault::FATAL[4].0).and_then(|()| host_signal::raise(fault::FATAL[4].0));
        let r = if release_gil { cx.without_gil(raise) } else { raise() };
        r.map_err(|e| os_error(e, cx))
    }
    /// Call Py_FatalError() in a new C thread.
    #[function("_fatal_error_c_thread()")]
    fn fatal_error_c_thread(cx: &mut Cx) -> PyResult<()> {
        let interp = cx.interp();
        let started = os_thread::spawn_quiet("", move || {
            let mut write = writer(2);
            write(b"Fatal Python error: faulthandler_fatal_error_thread: in new thread\nPython runtime state: initialized\n\n");
            write_stacks(&mut write, true, interp, std::ptr::null());
            write(b"\nCurrent thread's C stack trace (most recent call first):\n");
            fault::native_stack(&mut write);
            fault::disable();
            process::abort();
        });
        if !started {
            return Err(cx.runtime_error(format_args!("can't start new thread")));
        }
        cx.without_gil(|| while Event::new().wait(None).is_err() {});
        Ok(())
    }
    /// Raise a SIGABRT signal.
    #[function("_sigabrt()")]
    fn sigabrt() {
        process::abort();
    }
    /// Raise a SIGFPE signal.
    #[function("_sigfpe()")]
    fn sigfpe(cx: &mut Cx) -> PyResult<()> {
        host_signal::raise(fault::FATAL[2].0).map_err(|e| os_error(e, cx))
    }
    /// Recursive call to raise a stack overflow.
    #[function("_stack_overflow()")]
    fn stack_overflow() -> usize {
        fault::overflow_stack(1)
    }
}
