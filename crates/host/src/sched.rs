//! Scheduling of processes over processors.

use crate::clock::Time;
use crate::sys::{check, done};
use crate::{Errno, Result};

/// Give up the processor.
pub fn yield_now() -> Result<()> {
    done(sys!(libc::sched_yield()))
}

/// The smallest priority of a policy.
pub fn priority_min(policy: i32) -> Result<i32> {
    check(sys!(libc::sched_get_priority_min(policy)))
}

/// The largest priority of a policy.
pub fn priority_max(policy: i32) -> Result<i32> {
    check(sys!(libc::sched_get_priority_max(policy)))
}

/// A process's policy.
pub fn policy(pid: i32) -> Result<i32> {
    check(sys!(libc::sched_getscheduler(pid)))
}

/// Set a process's policy and priority.
pub fn set_policy(pid: i32, policy: i32, priority: i32) -> Result<()> {
    let param = libc::sched_param { sched_priority: priority };
    done(sys!(libc::sched_setscheduler(pid, policy, &param)))
}

/// A process's priority.
pub fn priority(pid: i32) -> Result<i32> {
    let mut param = libc::sched_param { sched_priority: 0 };
    done(sys!(libc::sched_getparam(pid, &mut param)))?;
    Ok(param.sched_priority)
}

/// Set a process's priority.
pub fn set_priority(pid: i32, priority: i32) -> Result<()> {
    let param = libc::sched_param { sched_priority: priority };
    done(sys!(libc::sched_setparam(pid, &param)))
}

/// The round-robin quantum of a process.
pub fn quantum(pid: i32) -> Result<Time> {
    let mut raw = zeroed!(libc::timespec);
    done(sys!(libc::sched_rr_get_interval(pid, &mut raw)))?;
    Ok(Time::from_c(raw))
}

const WORD_BITS: usize = u64::BITS as usize;

/// The processors a process may use, ascending.
pub fn affinity(pid: i32) -> Result<Vec<usize>> {
    // The kernel refuses a mask that is smaller than its own.
    let mut words = 16;
    loop {
        let mut mask = vec![0u64; words];
        match done(sys!(libc::sched_getaffinity(pid, words * 8, mask.as_mut_ptr().cast()))) {
            Ok(()) => {
                return Ok((0..words * WORD_BITS).filter(|n| mask[n / WORD_BITS] >> (n % WORD_BITS) & 1 == 1).collect());
            }
            Err(Errno::EINVAL) if words < 1 << 12 => words *= 2,
            Err(error) => return Err(error),
        }
    }
}

/// Say which processors a process may use.
pub fn set_affinity(pid: i32, processors: &[usize]) -> Result<()> {
    let words = processors.iter().max().map_or(1, |n| n / WORD_BITS + 1);
    if words > 1 << 12 {
        return Err(Errno::EINVAL);
    }
    let mut mask = vec![0u64; words];
    for n in processors {
        mask[n / WORD_BITS] |= 1 << (n % WORD_BITS);
    }
    done(sys!(libc::sched_setaffinity(pid, words * 8, mask.as_ptr().cast())))
}
