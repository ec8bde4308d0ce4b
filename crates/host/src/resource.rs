//! Resource limits and usage.

use crate::sys::done;
use crate::Result;

/// A soft and a hard limit; `u64::MAX` means unlimited.
pub type Limits = (u64, u64);

/// The limits of a resource.
pub fn limits(resource: i32) -> Result<Limits> {
    let mut raw = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    done(sys!(libc::getrlimit(resource as libc::__rlimit_resource_t, &mut raw)))?;
    Ok((raw.rlim_cur, raw.rlim_max))
}

/// Set the limits of a resource.
pub fn set_limits(resource: i32, (soft, hard): Limits) -> Result<()> {
    let raw = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    done(sys!(libc::setrlimit(resource as libc::__rlimit_resource_t, &raw)))
}

/// Read, and perhaps set, the limits of another process.
pub fn process_limits(pid: i32, resource: i32, new: Option<Limits>) -> Result<Limits> {
    let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
    let pointer = new.as_ref().map_or(core::ptr::null(), |limits| limits as *const _);
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    done(sys!(libc::prlimit(pid, resource as libc::__rlimit_resource_t, pointer, &mut old)))?;
    Ok((old.rlim_cur, old.rlim_max))
}

/// `struct rusage`; times in seconds.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Usage {
    pub utime: f64,
    pub stime: f64,
    pub maxrss: i64,
    pub ixrss: i64,
    pub idrss: i64,
    pub isrss: i64,
    pub minflt: i64,
    pub majflt: i64,
    pub nswap: i64,
    pub inblock: i64,
    pub oublock: i64,
    pub msgsnd: i64,
    pub msgrcv: i64,
    pub nsignals: i64,
    pub nvcsw: i64,
    pub nivcsw: i64,
}

impl Usage {
    pub(crate) fn from_c(raw: &libc::rusage) -> Usage {
        let secs = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
        Usage {
            utime: secs(raw.ru_utime),
            stime: secs(raw.ru_stime),
            maxrss: raw.ru_maxrss,
            ixrss: raw.ru_ixrss,
            idrss: raw.ru_idrss,
            isrss: raw.ru_isrss,
            minflt: raw.ru_minflt,
            majflt: raw.ru_majflt,
            nswap: raw.ru_nswap,
            inblock: raw.ru_inblock,
            oublock: raw.ru_oublock,
            msgsnd: raw.ru_msgsnd,
            msgrcv: raw.ru_msgrcv,
            nsignals: raw.ru_nsignals,
            nvcsw: raw.ru_nvcsw,
            nivcsw: raw.ru_nivcsw,
        }
    }
}

/// The usage of this process, its children or the calling thread (`RUSAGE_*`).
pub fn usage(who: i32) -> Result<Usage> {
    let mut raw = zeroed!(libc::rusage);
    done(sys!(libc::getrusage(who, &mut raw)))?;
    Ok(Usage::from_c(&raw))
}
