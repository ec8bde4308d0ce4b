//! Scheduling: policies, priorities, processors, namespaces.

use super::args::*;
use taipan_host::{process, sched as host};
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;
use taipan_object::types::set::PySet;
use taipan_object::types::structseq::StructSeq;

/// `os.sched_param`.
pub static SCHED_PARAM: StructSeq = StructSeq::scalar(
    c"posix.sched_param",
    c"sched_param(sched_priority)\n--\n\nCurrently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    &[("sched_priority", "the scheduling priority")],
);

/// The priority in a `sched_param`.
pub fn priority_of(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    let ty = SCHED_PARAM.ty(cx)?;
    if !std::ptr::eq(o.ty(), ty) {
        return Err(cx.type_error(format_args!("must have a sched_param object")));
    }
    let Some(v) = StructSeq::field(o, 0) else { return Ok(0) };
    match number::index(&v, cx)?.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        Some(Err(_)) => Err(cx.overflow_error(format_args!("sched_priority out of range"))),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Voluntarily relinquish the CPU.
    #[function("sched_yield()")]
    fn sched_yield(cx: &mut Cx) -> PyResult<()> {
        let r = cx.without_gil(host::yield_now);
        done(r, cx)
    }
    /// Get the maximum scheduling priority for policy.
    #[function("sched_get_priority_max(policy)")]
    fn sched_get_priority_max(policy: i32, cx: &mut Cx) -> PyResult<i32> {
        done(host::priority_max(policy), cx)
    }
    /// Get the minimum scheduling priority for policy.
    #[function("sched_get_priority_min(policy)")]
    fn sched_get_priority_min(policy: i32, cx: &mut Cx) -> PyResult<i32> {
        done(host::priority_min(policy), cx)
    }
    /// Get the scheduling policy for the process identified by pid.
    ///
    /// Passing 0 for pid returns the scheduling policy for the calling process.
    #[function("sched_getscheduler(pid, /)")]
    fn sched_getscheduler(pid: i32, cx: &mut Cx) -> PyResult<i32> {
        done(host::policy(pid), cx)
    }
    /// Set the scheduling policy for the process identified by pid.
    ///
    /// If pid is 0, the calling process is changed.
    /// param is an instance of sched_param.
    #[function("sched_setscheduler(pid, policy, param, /)")]
    fn sched_setscheduler(pid: i32, policy: i32, param: &Object, cx: &mut Cx) -> PyResult<()> {
        let priority = priority_of(param, cx)?;
        done(host::set_policy(pid, policy, priority), cx)
    }
    /// Returns scheduling parameters for the process identified by pid.
    ///
    /// If pid is 0, returns parameters for the calling process.
    /// Return value is an instance of sched_param.
    #[function("sched_getparam(pid, /)")]
    fn sched_getparam(pid: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = done(host::priority(pid), cx)?;
        let v = vec![int(n as i64, cx)?];
        SCHED_PARAM.make(v, cx)
    }
    /// Set scheduling parameters for the process identified by pid.
    ///
    /// If pid is 0, sets parameters for the calling process.
    /// param should be an instance of sched_param.
    #[function("sched_setparam(pid, param, /)")]
    fn sched_setparam(pid: i32, param: &Object, cx: &mut Cx) -> PyResult<()> {
        let priority = priority_of(param, cx)?;
        done(host::set_priority(pid, priority), cx)
    }
    /// Return the round-robin quantum for the process identified by pid, in seconds.
    ///
    /// Value returned is a float.
    #[function("sched_rr_get_interval(pid, /)")]
    fn sched_rr_get_interval(pid: i32, cx: &mut Cx) -> PyResult<f64> {
        let t = done(host::quantum(pid), cx)?;
        Ok(t.secs as f64 + 1e-9 * t.nanos as f64)
    }
    /// Return the affinity of the process identified by pid (or the current process if zero).
    ///
    /// The affinity is returned as a set of CPU identifiers.
    #[function("sched_getaffinity(pid, /)")]
    fn sched_getaffinity(pid: i32, cx: &mut Cx) -> PyResult<Own<PySet>> {
        let all = done(host::affinity(pid), cx)?;
        let s = PySet::new(cx)?;
        for n in all {
            let n = int(n as i64, cx)?;
            s.add(&n, cx)?;
        }
        Ok(s)
    }
    /// Set the CPU affinity of the process identified by pid to mask.
    ///
    /// mask should be an iterable of integers identifying CPUs.
    #[function("sched_setaffinity(pid, mask, /)")]
    fn sched_setaffinity(pid: i32, mask: &Object, cx: &mut Cx) -> PyResult<()> {
        let mut all = Vec::new();
        iter::for_each(mask, cx, |o, cx| {
            let Some(n) = o.downcast::<PyInt>() else {
                let shown = taipan_object::abstract_::repr(o.ty().as_object(), cx)?.to_string();
                return Err(cx.type_error(format_args!("expected an iterator of ints, but iterator yielded {shown}")));
            };
            if n.is_negative() {
                return Err(cx.value_error(format_args!("negative CPU number")));
            }
            let Some(n) = n.to_i64() else {
                return Err(cx.overflow_error(format_args!("Python int too large to convert to C long")));
            };
            if n >= i32::MAX as i64 {
                return Err(cx.overflow_error(format_args!("CPU number too large")));
            }
            all.push(n as usize);
            Ok(true)
        })?;
        done(host::set_affinity(pid, &all), cx)
    }
    /// Disassociate parts of a process (or thread) execution context.
    ///
    ///   flags
    ///     Namespaces to be unshared.
    #[function("unshare(flags)")]
    fn unshare(flags: i32, cx: &mut Cx) -> PyResult<()> {
        let r = cx.without_gil(|| process::unshare(flags));
        done(r, cx)
    }
    /// Move the calling thread into different namespaces.
    ///
    ///   fd
    ///     A file descriptor to a namespace.
    ///   nstype
    ///     Type of namespace.
    #[function("setns(fd, nstype=0)")]
    fn setns(fd: FileNo, nstype: i32, cx: &mut Cx) -> PyResult<()> {
        let r = cx.without_gil(|| process::setns(fd.0, nstype));
        done(r, cx)
    }
    /// Return a file descriptor referring to the process *pid*.
    ///
    /// The descriptor can be used to perform process management without races
    /// and signals.
    #[function("pidfd_open(pid, flags=0)")]
    fn pidfd_open(pid: i32, #[default(0)] flags: u32, cx: &mut Cx) -> PyResult<i32> {
        done(process::pidfd_open(pid, flags), cx)
    }
}
