//! Clocks and sleeping. Times are nanoseconds where they fit in an `i64`.

use crate::sys::{check, direct, done};
use crate::{Errno, Result};

/// A clock's number, as `time.CLOCK_*`.
pub type ClockId = libc::clockid_t;

/// Wall-clock time.
pub const REALTIME: ClockId = libc::CLOCK_REALTIME;
/// Time that never goes back.
pub const MONOTONIC: ClockId = libc::CLOCK_MONOTONIC;
/// CPU time of the process.
pub const PROCESS_CPUTIME: ClockId = libc::CLOCK_PROCESS_CPUTIME_ID;
/// CPU time of the calling thread.
pub const THREAD_CPUTIME: ClockId = libc::CLOCK_THREAD_CPUTIME_ID;

/// Seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Whole seconds, rounded down.
    pub secs: i64,
    /// 0 to 999,999,999.
    pub nanos: i64,
}

impl Time {
    /// All in nanoseconds; saturates beyond about 292 years.
    pub fn as_nanos(self) -> i64 {
        self.secs.saturating_mul(1_000_000_000).saturating_add(self.nanos)
    }

    /// From nanoseconds.
    pub fn from_nanos(nanos: i64) -> Time {
        Time { secs: nanos.div_euclid(1_000_000_000), nanos: nanos.rem_euclid(1_000_000_000) }
    }

    pub(crate) fn to_c(self) -> libc::timespec {
        libc::timespec { tv_sec: self.secs, tv_nsec: self.nanos }
    }

    pub(crate) fn from_c(raw: libc::timespec) -> Time {
        Time { secs: raw.tv_sec, nanos: raw.tv_nsec }
    }
}

/// Read a clock.
pub fn get(clock: ClockId) -> Result<Time> {
    let mut raw = zeroed!(libc::timespec);
    done(sys!(libc::clock_gettime(clock, &mut raw)))?;
    Ok(Time::from_c(raw))
}

/// Read a clock that always exists, in nanoseconds.
#[inline]
pub fn nanos(clock: ClockId) -> i64 {
    let mut raw = zeroed!(libc::timespec);
    sys!(libc::clock_gettime(clock, &mut raw));
    Time::from_c(raw).as_nanos()
}

/// The smallest step of a clock.
pub fn resolution(clock: ClockId) -> Result<Time> {
    let mut raw = zeroed!(libc::timespec);
    done(sys!(libc::clock_getres(clock, &mut raw)))?;
    Ok(Time::from_c(raw))
}

/// Set a clock.
pub fn set(clock: ClockId, time: Time) -> Result<()> {
    let raw = time.to_c();
    done(sys!(libc::clock_settime(clock, &raw)))
}

/// The CPU-time clock of a thread (`pthread_self()` values).
pub fn of_thread(thread: u64) -> Result<ClockId> {
    let mut clock = 0;
    direct(sys!(libc::pthread_getcpuclockid(thread as libc::pthread_t, &mut clock)))?;
    Ok(clock)
}

/// Sleep until an instant of the monotonic clock; `EINTR` when a signal came. Blocks.
pub fn sleep_until(deadline: Time) -> Result<()> {
    let raw = deadline.to_c();
    direct(sys!(libc::clock_nanosleep(MONOTONIC, libc::TIMER_ABSTIME, &raw, core::ptr::null_mut())))
}

/// `struct tms`, in seconds: user, system, children's user, children's system, elapsed.
pub fn times() -> Result<[f64; 5]> {
    let mut raw = zeroed!(libc::tms);
    let elapsed = sys!(libc::times(&mut raw));
    if elapsed == -1 {
        return Err(Errno::last());
    }
    let per_second = check(sys!(libc::sysconf(libc::_SC_CLK_TCK)))? as f64;
    Ok([raw.tms_utime, raw.tms_stime, raw.tms_cutime, raw.tms_cstime, elapsed].map(|ticks| ticks as f64 / per_second))
}
