//! Signals: actions, masks, waiting, timers, and the note that a handler leaves.
//!
//! The C-level handler installed by [`install`] only sets flags and writes one
//! byte to the wake-up descriptor. The interpreter's eval breaker looks at
//! [`pending`] and runs the Python handlers on the main thread.

use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering};

use crate::clock::Time;
use crate::sys::{check, direct, done};
use crate::{Errno, Fd, Result};

unsafe extern "C" {
    fn setitimer(which: i32, new: *const libc::itimerval, old: *mut libc::itimerval) -> i32;
    fn getitimer(which: i32, now: *mut libc::itimerval) -> i32;
}

/// One more than the largest signal number.
pub const NSIG: usize = 65;

/// What the process does with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The default action.
    Default,
    /// Nothing.
    Ignore,
    /// Our handler: note it for the interpreter.
    Note,
    /// A handler that somebody else installed.
    Foreign,
}

static TRIPPED: [AtomicBool; NSIG] = [const { AtomicBool::new(false) }; NSIG];
static ANY: AtomicBool = AtomicBool::new(false);
static WAKEUP_FD: AtomicI32 = AtomicI32::new(-1);
/// Whether a full wake-up pipe is to be reported; the errno of a failed write otherwise, once.
static WAKEUP_WARN: AtomicBool = AtomicBool::new(true);
static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);
/// Called from the handler: the interpreter sets its eval breaker there.
static NOTIFY: AtomicUsize = AtomicUsize::new(0);

/// Say what the handler calls besides setting its flags; it must be async-signal-safe.
pub fn set_notify(notify: fn()) {
    NOTIFY.store(notify as usize, Ordering::Release);
}

/// Note a signal as if it had arrived; also the body of the C-level handler.
pub fn trip(signal: i32) {
    let Some(flag) = TRIPPED.get(signal as usize) else { return };
    flag.store(true, Ordering::Relaxed);
    ANY.store(true, Ordering::Release);
    let notify = NOTIFY.load(Ordering::Acquire);
    if notify != 0 {
        // SAFETY: only `set_notify` stores here, and it stores an `fn()`.
        let notify: fn() = unsafe { core::mem::transmute::<usize, fn()>(notify) };
        notify();
    }
    let fd = WAKEUP_FD.load(Ordering::Relaxed);
    if fd >= 0 {
        wake(fd, signal as u8);
    }
}

fn wake(fd: Fd, byte: u8) {
    let mut result = crate::fd::write(fd, &[byte]);
    if result == Err(Errno::ENOTSOCK) {
        result = crate::fd::write(fd, &[byte]);
    }
    if let Err(error) = result {
        let full = matches!(error, Errno::EAGAIN);
        if !full || WAKEUP_WARN.load(Ordering::Relaxed) {
            WAKEUP_ERROR.store(error.0, Ordering::Relaxed);
        }
    }
}

/// The thread that runs Python's handlers (its C library's id), or 0.
static MAIN_THREAD: AtomicU64 = AtomicU64::new(0);

/// Say which thread runs Python's handlers: signals that reach another one are passed on to it, so that whatever it waits for is interrupted. 0: none.
pub fn set_main_thread(ident: u64) {
    MAIN_THREAD.store(ident, Ordering::Release);
}

extern "C" fn handler(signal: i32) {
    let saved = Errno::last();
    let main = MAIN_THREAD.load(Ordering::Acquire);
    let here = sys!(libc::pthread_self()) as u64;
    // SAFETY: the main thread outlives its entry here.
    if main == 0 || main == here || unsafe { libc::pthread_kill(main as libc::pthread_t, signal) } != 0 {
        trip(signal);
    }
    saved.set();
}

/// Keep all signals from the calling thread.
pub fn block_all() {
    let mut all = zeroed!(libc::sigset_t);
    sys!(libc::sigfillset(&mut all));
    sys!(libc::pthread_sigmask(libc::SIG_SETMASK, &all, core::ptr::null_mut()));
}

/// Whether any signal has been noted and not yet taken.
#[inline]
pub fn any_pending() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// Take the noted signals in ascending order.
pub fn pending() -> Vec<i32> {
    if !ANY.swap(false, Ordering::AcqRel) {
        return Vec::new();
    }
    (1..NSIG as i32).filter(|n| TRIPPED[*n as usize].swap(false, Ordering::Relaxed)).collect()
}

/// Forget noted signals; for the child after a fork.
pub fn clear_pending() {
    ANY.store(false, Ordering::Relaxed);
    for flag in &TRIPPED {
        flag.store(false, Ordering::Relaxed);
    }
}

/// Take the error of a failed write to the wake-up descriptor, if there was one.
pub fn take_wakeup_error() -> Option<Errno> {
    match WAKEUP_ERROR.swap(0, Ordering::Relaxed) {
        0 => None,
        code => Some(Errno(code)),
    }
}

/// Set the descriptor that gets a byte per signal (-1: none); returns the old one.
pub fn set_wakeup_fd(fd: Fd, warn_on_full_buffer: bool) -> Fd {
    WAKEUP_WARN.store(warn_on_full_buffer, Ordering::Relaxed);
    WAKEUP_FD.swap(fd, Ordering::Relaxed)
}

fn classify(raw: usize) -> Action {
    match raw {
        libc::SIG_DFL => Action::Default,
        libc::SIG_IGN => Action::Ignore,
        other if other == handler as *const () as usize => Action::Note,
        _ => Action::Foreign,
    }
}

/// Set a signal's action; system calls are not restarted. Returns the old action.
/// [`Action::Foreign`] cannot be set: `EINVAL`.
pub fn install(signal: i32, action: Action) -> Result<Action> {
    let mut new = zeroed!(libc::sigaction);
    new.sa_sigaction = match action {
        Action::Default => libc::SIG_DFL,
        Action::Ignore => libc::SIG_IGN,
        Action::Note => handler as *const () as usize,
        Action::Foreign => return Err(Errno::EINVAL),
    };
    // The alternate stack is used when one is set (faulthandler), as CPython does.
    new.sa_flags = libc::SA_ONSTACK;
    let mut old = zeroed!(libc::sigaction);
    sys!(libc::sigemptyset(&mut new.sa_mask));
    done(sys!(libc::sigaction(signal, &new, &mut old)))?;
    Ok(classify(old.sa_sigaction))
}

/// A signal's current action.
pub fn current(signal: i32) -> Result<Action> {
    let mut old = zeroed!(libc::sigaction);
    done(sys!(libc::sigaction(signal, core::ptr::null(), &mut old)))?;
    Ok(classify(old.sa_sigaction))
}

/// Say whether a signal interrupts system calls or restarts them.
pub fn set_interrupts(signal: i32, interrupts: bool) -> Result<()> {
    let mut action = zeroed!(libc::sigaction);
    done(sys!(libc::sigaction(signal, core::ptr::null(), &mut action)))?;
    if interrupts {
        action.sa_flags &= !libc::SA_RESTART;
    } else {
        action.sa_flags |= libc::SA_RESTART;
    }
    done(sys!(libc::sigaction(signal, &action, core::ptr::null_mut())))
}

/// C's signal set with these members.
pub(crate) fn set_of(signals: &[i32]) -> Result<libc::sigset_t> {
    let mut set = zeroed!(libc::sigset_t);
    sys!(libc::sigemptyset(&mut set));
    for signal in signals {
        done(sys!(libc::sigaddset(&mut set, *signal)))?;
    }
    Ok(set)
}

fn members(set: &libc::sigset_t) -> Vec<i32> {
    (1..NSIG as i32).filter(|signal| sys!(libc::sigismember(set, *signal)) == 1).collect()
}

/// All signals that a program may use.
pub fn valid() -> Vec<i32> {
    let mut set = zeroed!(libc::sigset_t);
    sys!(libc::sigfillset(&mut set));
    members(&set)
}

/// Change the calling thread's mask (`SIG_BLOCK` …); returns the old one.
pub fn mask(how: i32, signals: &[i32]) -> Result<Vec<i32>> {
    let set = set_of(signals)?;
    let mut old = zeroed!(libc::sigset_t);
    direct(sys!(libc::pthread_sigmask(how, &set, &mut old)))?;
    Ok(members(&old))
}

/// The blocked signals that wait for delivery.
pub fn blocked_pending() -> Result<Vec<i32>> {
    let mut set = zeroed!(libc::sigset_t);
    done(sys!(libc::sigpending(&mut set)))?;
    Ok(members(&set))
}

/// Wait for one of these signals. Blocks.
pub fn wait(signals: &[i32]) -> Result<i32> {
    let set = set_of(signals)?;
    let mut signal = 0;
    direct(sys!(libc::sigwait(&set, &mut signal)))?;
    Ok(signal)
}

/// What is known of a received signal.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct SignalInfo {
    pub signo: i32,
    pub code: i32,
    pub errno: i32,
    pub pid: i32,
    pub uid: u32,
    pub status: i32,
    pub band: i64,
}

/// Wait for one of these signals, at most so long; `EAGAIN` when the time is over. Blocks.
pub fn timed_wait(signals: &[i32], limit: Option<Time>) -> Result<SignalInfo> {
    let set = set_of(signals)?;
    let mut info = zeroed!(libc::siginfo_t);
    match limit {
        None => check(sys!(libc::sigwaitinfo(&set, &mut info)))?,
        Some(time) => check(sys!(libc::sigtimedwait(&set, &mut info, &time.to_c())))?,
    };
    // SAFETY: the kernel filled the union; reading integers from any of its members is defined.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    // SIGIO keeps its band where the others keep pid and uid.
    let band = i64::from(pid as u32) | i64::from(uid) << 32;
    Ok(SignalInfo { signo: info.si_signo, code: info.si_code, errno: info.si_errno, pid, uid, status, band })
}

/// Send a signal to a thread (`pthread_self()` value).
pub fn to_thread(thread: u64, signal: i32) -> Result<()> {
    direct(sys!(libc::pthread_kill(thread as libc::pthread_t, signal)))
}

/// Send a signal to the calling thread.
pub fn raise(signal: i32) -> Result<()> {
    if sys!(libc::raise(signal)) == 0 { Ok(()) } else { Err(Errno::last()) }
}

/// Deliver `SIGALRM` after so many seconds; returns what was left of the last alarm.
pub fn alarm(secs: u32) -> u32 {
    sys!(libc::alarm(secs))
}

/// Wait for any signal. Blocks.
pub fn pause() {
    sys!(libc::pause());
}

fn to_timeval(micros: i64) -> libc::timeval {
    libc::timeval { tv_sec: micros / 1_000_000, tv_usec: micros % 1_000_000 }
}

fn timer_pair(raw: &libc::itimerval) -> (i64, i64) {
    let micros = |t: &libc::timeval| t.tv_sec * 1_000_000 + t.tv_usec;
    (micros(&raw.it_value), micros(&raw.it_interval))
}

/// Set an interval timer, in microseconds (first, then interval); returns the old values.
pub fn set_timer(which: i32, first: i64, interval: i64) -> Result<(i64, i64)> {
    let new = libc::itimerval { it_interval: to_timeval(interval), it_value: to_timeval(first) };
    let mut old = zeroed!(libc::itimerval);
    done(sys!(setitimer(which, &new, &mut old)))?;
    Ok(timer_pair(&old))
}

/// An interval timer's values in microseconds.
pub fn timer(which: i32) -> Result<(i64, i64)> {
    let mut old = zeroed!(libc::itimerval);
    done(sys!(getitimer(which, &mut old)))?;
    Ok(timer_pair(&old))
}

/// C's description of a signal.
pub fn describe(signal: i32) -> Option<Vec<u8>> {
    let text = sys!(libc::strsignal(signal));
    if text.is_null() {
        return None;
    }
    // SAFETY: strsignal returned a C string that stays valid until this thread's next call; it is copied.
    Some(unsafe { core::ffi::CStr::from_ptr(text) }.to_bytes().to_vec())
}

/// The first and last real-time signal.
pub fn realtime_range() -> (i32, i32) {
    (libc::SIGRTMIN(), libc::SIGRTMAX())
}

/// Put fatal-signal handlers back to their default and deliver the signal again: ends as the signal would.
pub fn die_by(signal: i32) -> ! {
    // Both calls can only fail for a number that is no signal; the abort below ends the process then.
    let _ = install(signal, Action::Default);
    let _ = mask(libc::SIG_UNBLOCK, &[signal]);
    let _ = crate::process::kill(crate::process::getpid(), signal);
    std::process::abort()
}
