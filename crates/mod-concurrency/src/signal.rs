//! The module `_signal`: Python handlers for signals. C-level handlers only leave a note (`host::signal`); the main thread runs the Python ones at the
//! next check of its eval breaker.

use crate::wait::run_pending;
use std::cell::RefCell;
use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::clock::{self, Time};
use taipan_host::consts;
use taipan_host::signal::{self as host, Action, NSIG};
use taipan_host::{Errno, thread as os_thread};
use taipan_object::prelude::*;
use taipan_object::thread::{breaker, spawn};
use taipan_object::types::structseq::StructSeq;
use taipan_object::types::{frame::PyFrame, set::PySet};
use taipan_object::{abstract_, attr, audit, call, machine, unraisable};

const SIG_DFL: i64 = 0;
const SIG_IGN: i64 = 1;
const SIGINT: i32 = 2;

static SIGINFO: StructSeq = StructSeq::new(
    c"signal.struct_siginfo",
    c"struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    &[
        ("si_signo", "signal number"),
        ("si_code", "signal code"),
        ("si_errno", "errno associated with this signal"),
        ("si_pid", "sending process ID"),
        ("si_uid", "real user ID of sending process"),
        ("si_status", "exit value or signal"),
        ("si_band", "band event for SIGPOLL"),
    ],
    7,
);

/// Python's view of every signal's action: an int for default and ignore, a callable, or nothing for foreign handlers.
pub struct Handlers {
    table: RefCell<Vec<Option<Own<Object>>>>,
    itimer_error: FieldCell<Object>,
}
impl Default for Handlers {
    fn default() -> Self {
        Handlers { table: RefCell::new((0..NSIG).map(|_| None).collect()), itimer_error: FieldCell::empty() }
    }
}

impl Handlers {
    fn get(&self, n: i32) -> Option<Own<Object>> {
        self.table.borrow().get(n as usize).cloned().flatten()
    }
    fn replace(&self, n: i32, v: Option<Own<Object>>) -> Option<Own<Object>> {
        match self.table.borrow_mut().get_mut(n as usize) {
            Some(slot) => std::mem::replace(slot, v),
            None => v,
        }
    }
}

/// Raise `OSError(errno, message)`.
fn os_error(e: Errno, cx: &mut Cx) -> Raised {
    os_error_of(exc::OSError(), e, cx)
}

fn os_error_of(ty: &PyType, e: Errno, cx: &mut Cx) -> Raised {
    let made = (|| {
        let (n, text) = (PyInt::new(e.0 as i64, cx)?, PyStr::new(&e.message(), cx)?);
        call::call(ty.as_object(), &[&n, &text], cx)
    })();
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

fn check_number(n: i32, cx: &mut Cx) -> PyResult<()> {
    if n < 1 || n >= NSIG as i32 {
        return Err(cx.value_error(format_args!("signal number out of range")));
    }
    Ok(())
}

fn or_none(o: Option<Own<Object>>) -> Own<Object> {
    o.unwrap_or_else(|| none().own())
}

fn is_number(o: &Object, n: i64) -> bool {
    o.downcast::<PyInt>().and_then(PyInt::to_i64) == Some(n)
}

/// The wake-up descriptor could not be written to: say so.
fn report_wakeup(e: Errno, cx: &mut Cx) {
    let r = os_error(e, cx);
    let ex = cx.take_raised(r);
    let _set: Raised = cx.set_raised(ex);
    unraisable::write(cx, Some("Exception ignored while trying to write to the signal wakeup fd"), None);
}

/// Run the Python handlers of all noted signals; the main thread's answer to `breaker::SIGNALS`.
pub fn run_handlers(cx: &mut Cx) -> PyResult<()> {
    if !spawn::is_main(cx) {
        return Ok(());
    }
    cx.ts().eval_breaker.fetch_and(!breaker::SIGNALS, std::sync::atomic::Ordering::AcqRel);
    if let Some(e) = host::take_wakeup_error() {
        report_wakeup(e, cx);
    }
    let pending = host::pending();
    for (i, &n) in pending.iter().enumerate() {
        let handler = cx.state::<Handlers>().get(n);
        // The handler may have been removed since the signal came.
        let Some(h) = handler.filter(|h| cx.is_callable(h)) else { continue };
        let frame = match machine::current_frame(cx.ts()) {
            Some(f) => PyFrame::of(f, cx)?.into_object(),
            None => none().own(),
        };
        let number = PyInt::new(n as i64, cx)?;
        if let Err(r) = call::call(&h, &[&number, &frame], cx) {
            // The others wait for the next check.
            for &later in &pending[i + 1..] {
                host::trip(later);
            }
            return Err(r);
        }
    }
    Ok(())
}

fn notify() {
    spawn::ask_main(breaker::SIGNALS);
}

/// Act as if the signal had come, if Python has a handler for it.
pub fn simulate(n: i32, cx: &mut Cx) -> PyResult<()> {
    check_number(n, cx)?;
    if cx.state::<Handlers>().get(n).is_some_and(|h| cx.is_callable(&h)) {
        host::trip(n);
    }
    Ok(())
}

/// Python's handler for SIGINT, and the signals that Python programs do not want to die of. The binary calls it at start.
pub fn install_defaults(cx: &mut Cx) -> PyResult<()> {
    const SIGPIPE: i32 = 13;
    const SIGXFSZ: i32 = 25;
    for n in [SIGPIPE, SIGXFSZ] {
        if host::install(n, Action::Ignore).is_ok() {
            let v = PyInt::new(SIG_IGN, cx)?;
            drop(cx.state::<Handlers>().replace(n, Some(v.into_object())));
        }
    }
    let m = cx.import("_signal")?;
    if matches!(host::current(SIGINT), Ok(Action::Default)) {
        let f = attr::get_text(&m, "default_int_handler", cx)?;
        if host::install(SIGINT, Action::Note).is_ok() {
            drop(cx.state::<Handlers>().replace(SIGINT, Some(f)));
        }
    }
    Ok(())
}

/// A set of ints.
fn set_of(numbers: &[i32], cx: &mut Cx) -> PyResult<Own<PySet>> {
    let s = PySet::new(cx)?;
    for &n in numbers {
        let v = PyInt::new(n as i64, cx)?;
        s.add(&v, cx)?;
    }
    Ok(s)
}

/// Signal numbers from an iterable.
fn numbers_of(o: &Object, cx: &mut Cx) -> PyResult<Vec<i32>> {
    let mut v = Vec::new();
    abstract_::iter::for_each(
        o,
        cx,
        |item, cx| {
            let n = abstract_::number::index(&item, cx)?.to_i64().unwrap_or(-1);
            if n < 1 || n >= NSIG as i64 {
                return Err(cx.value_error(format_args!("signal number {n} out of range [1; {}]", NSIG - 1)));
            }
            v.push(n as i32);
            Ok(true)
        },
    )?;
    Ok(v)
}

fn siginfo(i: &host::SignalInfo, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let fields = [i.signo as i64, i.code as i64, i.errno as i64, i.pid as i64, i.uid as i64, i.status as i64, i.band];
    let v = fields.into_iter().map(|n| PyInt::new(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    SIGINFO.make(v, cx)
}

/// Delay and interval as a tuple of seconds.
fn timer_tuple((first, interval): (i64, i64), cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let a = (first as f64 / 1e6).into_return(cx)?;
    let b = (interval as f64 / 1e6).into_return(cx)?;
    PyTuple::from_slice(&[&a, &b], cx)
}

/// Wait for a signal, running handlers of others in between.
fn timed_wait(set: &[i32], limit: Option<i64>, cx: &mut Cx) -> PyResult<Option<host::SignalInfo>> {
    let end = limit.map(|n| clock::nanos(clock::MONOTONIC).saturating_add(n));
    loop {
        let left = end.map(|e| Time::from_nanos((e - clock::nanos(clock::MONOTONIC)).max(0)));
        match cx.without_gil(|| host::timed_wait(set, left)) {
            Ok(i) => return Ok(Some(i)),
            Err(Errno::EAGAIN) => return Ok(None),
            Err(Errno::EINTR) => run_pending(cx)?,
            Err(e) => return Err(os_error(e, cx)),
        }
    }
}

fn set_action(n: i32, handler: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if !spawn::is_main(cx) {
        return Err(cx.value_error(format_args!("signal only works in main thread of the main interpreter")));
    }
    check_number(n, cx)?;
    let action = if is_number(handler, SIG_IGN) {
        Action::Ignore
    } else if is_number(handler, SIG_DFL) {
        Action::Default
    } else if cx.is_callable(handler) {
        Action::Note
    } else {
        return Err(cx.type_error(format_args!("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")));
    };
    // Signals that have already come belong to the old handler.
    run_pending(cx)?;
    if let Err(e) = host::install(n, action) {
        return Err(os_error(e, cx));
    }
    let value = match action {
        Action::Ignore => PyInt::new(SIG_IGN, cx)?.into_object(),
        Action::Default => PyInt::new(SIG_DFL, cx)?.into_object(),
        _ => handler.own(),
    };
    Ok(or_none(cx.state::<Handlers>().replace(n, Some(value))))
}

#[pymodule(
    name = "_signal",
    doc = "This module provides mechanisms to use signal handlers in Python.\n\nFunctions:\n\nalarm() -- cause SIGALRM after a specified time [Unix only]\nsetitimer() -- cause a signal (described below) after a specified\n               float time and the timer may restart then [Unix only]\ngetitimer() -- get current value of timer [Unix only]\nsignal() -- set the action for a given signal\ngetsignal() -- get the signal action for a given signal\npause() -- wait until a signal arrives [Unix only]\ndefault_int_handler() -- default SIGINT handler\n\nsignal constants:\nSIG_DFL -- used to refer to the system default handler\nSIG_IGN -- used to ignore the signal\nNSIG -- number of defined signals\nSIGINT, SIGTERM, etc. -- signal numbers\n\nitimer constants:\nITIMER_REAL -- decrements in real time, and delivers SIGALRM upon\n               expiration\nITIMER_VIRTUAL -- decrements only when the process is executing,\n               and delivers SIGVTALRM upon expiration\nITIMER_PROF -- decrements both when the process is executing and\n               when the system is executing on behalf of the process.\n               Coupled with ITIMER_VIRTUAL, this timer is usually\n               used to profile the time spent by the application\n               in user and kernel space. SIGPROF is delivered upon\n               expiration.\n\n\n*** IMPORTANT NOTICE ***\nA signal handler function is called with two arguments:\nthe first is the signal number, the second is the interrupted stack frame."
)]
pub mod signal {
    use super::*;

    /// The default handler for SIGINT installed by Python.
    ///
    /// It raises KeyboardInterrupt.
    #[function("default_int_handler(signalnum, frame, /)")]
    fn default_int_handler(signalnum: i32, frame: &Object, cx: &mut Cx) -> PyResult<()> {
        let _ = (signalnum, frame);
        Err(cx.raise_empty(exc::KeyboardInterrupt()))
    }
    /// Set the action for the given signal.
    ///
    /// The action can be SIG_DFL, SIG_IGN, or a callable Python object.
    /// The previous action is returned.  See getsignal() for possible return
    /// values.
    ///
    /// *** IMPORTANT NOTICE ***
    /// A signal handler function is called with two arguments: the first is
    /// the signal number, the second is the interrupted stack frame.
    #[function("signal(signalnum, handler, /)")]
    fn signal_(signalnum: i32, handler: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        set_action(signalnum, handler, cx)
    }
    /// Return the current action for the given signal.
    ///
    /// The return value can be:
    ///   SIG_IGN -- if the signal is being ignored
    ///   SIG_DFL -- if the default action for the signal is in effect
    ///   None    -- if an unknown handler is in effect
    ///   anything else -- the callable Python object used as a handler
    #[function("getsignal(signalnum, /)")]
    fn getsignal(signalnum: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        check_number(signalnum, cx)?;
        Ok(or_none(cx.state::<Handlers>().get(signalnum)))
    }
    /// Send a signal to the executing process.
    #[function("raise_signal(signalnum, /)")]
    fn raise_signal(signalnum: i32, cx: &mut Cx) -> PyResult<()> {
        if let Err(e) = host::raise(signalnum) {
            return Err(os_error(e, cx));
        }
        run_pending(cx)
    }
    /// Return the system description of the given signal.
    ///
    /// Returns the description of signal *signalnum*, such as "Interrupt"
    /// for :const:`SIGINT`. Returns :const:`None` if *signalnum* has no
    /// description. Raises :exc:`ValueError` if *signalnum* is invalid.
    #[function("strsignal(signalnum, /)")]
    fn strsignal(signalnum: i32, cx: &mut Cx) -> PyResult<Option<String>> {
        check_number(signalnum, cx)?;
        let text = host::describe(signalnum).map(|t| String::from_utf8_lossy(&t).into_owned());
        Ok(text.filter(|t| !t.starts_with("Unknown signal")))
    }
    /// Change system call restart behaviour.
    ///
    /// If flag is False, system calls will be restarted when interrupted by
    /// signal sig, else system calls will be interrupted.
    #[function("siginterrupt(signalnum, flag, /)")]
    fn siginterrupt(signalnum: i32, flag: i32, cx: &mut Cx) -> PyResult<()> {
        check_number(signalnum, cx)?;
        host::set_interrupts(signalnum, flag != 0).map_err(|e| os_error(e, cx))
    }
    /// Arrange for SIGALRM to arrive after the given number of seconds.
    #[function("alarm(seconds, /)")]
    fn alarm(seconds: i32) -> u32 {
        host::alarm(seconds as u32)
    }
    /// Wait until a signal arrives.
    #[function("pause()")]
    fn pause(cx: &mut Cx) -> PyResult<()> {
        cx.without_gil(host::pause);
        run_pending(cx)
    }
    /// Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).
    ///
    /// The timer will fire after value seconds and after that every interval
    /// seconds.  The itimer can be cleared by setting seconds to zero.
    ///
    /// Returns old values as a tuple: (delay, interval).
    #[function("setitimer(which, seconds, interval=0.0, /)")]
    fn setitimer(which: i32, seconds: &Object, #[default(None)] interval: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let micros = |o: &Object, cx: &mut Cx| nanos_from_seconds(o, Round::Ceiling, cx).map(|n| n.div_euclid(1000) + (n.rem_euclid(1000) != 0) as i64);
        let first = micros(seconds, cx)?;
        let every = match interval {
            Some(i) => micros(i, cx)?,
            None => 0,
        };
        match host::set_timer(which, first, every) {
            Ok(old) => timer_tuple(old, cx),
            Err(e) => Err(itimer_error(e, cx)),
        }
    }
    /// Returns current value of given itimer.
    #[function("getitimer(which, /)")]
    fn getitimer(which: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match host::timer(which) {
            Ok(v) => timer_tuple(v, cx),
            Err(e) => Err(itimer_error(e, cx)),
        }
    }
    /// Sets the fd to be written to (with the signal number) when a signal comes in.
    ///
    /// A library can use this to wakeup select or poll.
    /// The previous fd or -1 is returned.
    ///
    /// The fd must be non-blocking.
    #[function("set_wakeup_fd(fd, /, *, warn_on_full_buffer=True)")]
    fn set_wakeup_fd(fd: i32, warn_on_full_buffer: bool, cx: &mut Cx) -> PyResult<i32> {
        if !spawn::is_main(cx) {
            return Err(cx.value_error(format_args!("set_wakeup_fd only works in main thread of the main interpreter")));
        }
        if fd != -1 {
            match taipan_host::fd::blocking(fd) {
                Ok(false) => {}
                Ok(true) => return Err(cx.value_error(format_args!("the fd {fd} must be in non-blocking mode"))),
                Err(Errno::EBADF) => return Err(cx.value_error(format_args!("invalid fd"))),
                Err(e) => return Err(os_error(e, cx)),
            }
        }
        Ok(host::set_wakeup_fd(fd, warn_on_full_buffer))
    }
    /// Fetch and/or change the signal mask of the calling thread.
    #[function("pthread_sigmask(how, mask, /)")]
    fn pthread_sigmask(how: i32, mask: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
        let set = numbers_of(mask, cx)?;
        let old = match host::mask(how, &set) {
            Ok(old) => old,
            Err(e) => return Err(os_error(e, cx)),
        };
        // Signals that were just unblocked may have come.
        run_pending(cx)?;
        set_of(&old, cx)
    }
    /// Examine pending signals.
    ///
    /// Returns a set of signal numbers that are pending for delivery to
    /// the calling thread.
    #[function("sigpending()")]
    fn sigpending(cx: &mut Cx) -> PyResult<Own<PySet>> {
        match host::blocked_pending() {
            Ok(v) => set_of(&v, cx),
            Err(e) => Err(os_error(e, cx)),
        }
    }
    /// Wait for a signal.
    ///
    /// Suspend execution of the calling thread until the delivery of one of the
    /// signals specified in the signal set sigset.  The function accepts the
    /// signal and returns the signal number.
    #[function("sigwait(sigset, /)")]
    fn sigwait(sigset: &Object, cx: &mut Cx) -> PyResult<i32> {
        let set = numbers_of(sigset, cx)?;
        cx.without_gil(|| host::wait(&set)).map_err(|e| os_error(e, cx))
    }
    /// Wait synchronously until one of the signals in *sigset* is delivered.
    ///
    /// Returns a struct_siginfo containing information about the signal.
    #[function("sigwaitinfo(sigset, /)")]
    fn sigwaitinfo(sigset: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let set = numbers_of(sigset, cx)?;
        match timed_wait(&set, None, cx)? {
            Some(i) => siginfo(&i, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Like sigwaitinfo(), but with a timeout.
    ///
    /// The timeout is specified in seconds, with floating-point numbers allowed.
    #[function("sigtimedwait(sigset, timeout, /)")]
    fn sigtimedwait(sigset: &Object, timeout: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let limit = nanos_from_seconds(timeout, Round::Ceiling, cx)?;
        if limit < 0 {
            return Err(cx.value_error(format_args!("timeout must be non-negative")));
        }
        let set = numbers_of(sigset, cx)?;
        match timed_wait(&set, Some(limit), cx)? {
            Some(i) => siginfo(&i, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Send a signal to a thread.
    #[function("pthread_kill(thread_id, signalnum, /)")]
    fn pthread_kill(thread_id: u64, signalnum: i32, cx: &mut Cx) -> PyResult<()> {
        let (t, n) = (PyInt::from_u64(thread_id, cx)?, PyInt::new(signalnum as i64, cx)?);
        audit::raise("signal.pthread_kill", &[&t, &n], cx)?;
        if thread_id != os_thread::ident() && !cx.interp().thread_list(cx).iter().any(|t| t.thread_id.get() == thread_id) {
            // The C library would follow the number as a pointer.
            return Err(os_error(Errno::ESRCH, cx));
        }
        if let Err(e) = host::to_thread(thread_id, signalnum) {
            return Err(os_error(e, cx));
        }
        run_pending(cx)
    }
    /// Return a set of valid signal numbers on this platform.
    ///
    /// The signal numbers returned by this function can be safely passed to
    /// functions like `pthread_sigmask`.
    #[function("valid_signals()")]
    fn valid_signals(cx: &mut Cx) -> PyResult<Own<PySet>> {
        set_of(&host::valid(), cx)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let (lo, hi) = host::realtime_range();
        let more = [("NSIG", NSIG as i64), ("SIGRTMIN", lo as i64), ("SIGRTMAX", hi as i64)];
        for (name, n) in consts::signal::TABLE.iter().copied().chain(more) {
            let v = PyInt::new(n, cx)?;
            m.add(name, &v, cx)?;
        }
        let t = SIGINFO.ty(cx)?;
        m.add("struct_siginfo", t, cx)?;
        let e = itimer_error_class(cx)?;
        m.add("ItimerError", &e, cx)?;
        host::set_notify(notify);
        machine::set_signal_handler(run_handlers);
        let h = cx.state::<Handlers>();
        for n in 1..NSIG as i32 {
            let known = match host::current(n) {
                Ok(Action::Default) => Some(SIG_DFL),
                Ok(Action::Ignore) => Some(SIG_IGN),
                _ => None,
            };
            if let Some(k) = known {
                let v = PyInt::new(k, cx)?;
                drop(h.replace(n, Some(v.into_object())));
            }
        }
        Ok(())
    }
}

/// `signal.ItimerError`, made once.
fn itimer_error_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(e) = cx.state::<Handlers>().itimer_error.own() {
        return Ok(e);
    }
    let e = taipan_builtins::new_exception("signal.ItimerError", exc::OSError(), cx)?;
    cx.state::<Handlers>().itimer_error.set(Some(e.clone()), cx);
    Ok(e)
}

fn itimer_error(e: Errno, cx: &mut Cx) -> Raised {
    match itimer_error_class(cx) {
        Ok(t) => match t.downcast::<PyType>() {
            Some(t) => os_error_of(t, e, cx),
            None => os_error(e, cx),
        },
        Err(r) => r,
    }
}
