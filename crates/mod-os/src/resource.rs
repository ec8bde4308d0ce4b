//! The module `resource`: limits and usage of processes. `struct_rusage` also serves `os.wait3` and `os.wait4`.

use crate::posix::args::{audit, done, fail, int};
use taipan_host::resource::{self as host, Limits, Usage};
use taipan_host::{Errno, consts};
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;
use taipan_object::types::structseq::StructSeq;

/// `resource.struct_rusage`.
pub static RUSAGE: StructSeq = StructSeq::new(
    c"resource.struct_rusage",
    c"struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
    &[
        ("ru_utime", "user time used"),
        ("ru_stime", "system time used"),
        ("ru_maxrss", "max. resident set size"),
        ("ru_ixrss", "shared memory size"),
        ("ru_idrss", "unshared data size"),
        ("ru_isrss", "unshared stack size"),
        ("ru_minflt", "page faults not requiring I/O"),
        ("ru_majflt", "page faults requiring I/O"),
        ("ru_nswap", "number of swap outs"),
        ("ru_inblock", "block input operations"),
        ("ru_oublock", "block output operations"),
        ("ru_msgsnd", "IPC messages sent"),
        ("ru_msgrcv", "IPC messages received"),
        ("ru_nsignals", "signals received"),
        ("ru_nvcsw", "voluntary context switches"),
        ("ru_nivcsw", "involuntary context switches"),
    ],
    16,
);

/// How many kinds of limits Linux has.
const KINDS: i32 = 16;

/// A usage record as Python sees it.
pub fn usage_object(u: &Usage, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut v = vec![PyFloat::new(u.utime, cx)?.into_object(), PyFloat::new(u.stime, cx)?.into_object()];
    let counts = [
        u.maxrss, u.ixrss, u.idrss, u.isrss, u.minflt, u.majflt, u.nswap, u.inblock, u.oublock, u.msgsnd, u.msgrcv, u.nsignals, u.nvcsw,
        u.nivcsw,
    ];
    for n in counts {
        v.push(int(n, cx)?);
    }
    RUSAGE.make(v, cx)
}

/// One limit; -1 is "unlimited".
fn limit(o: &Object, cx: &mut Cx) -> PyResult<u64> {
    let n = number::index(o, cx)?;
    match n.to_i64() {
        Some(-1) => return Ok(u64::MAX),
        Some(n) if n >= 0 => return Ok(n as u64),
        _ => {}
    }
    if n.is_negative() {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    // What is left has three digits of 30 bits or more.
    match n.as_ref_int().digits {
        [a, b, c] if *c < 16 => Ok(*a as u64 | (*b as u64) << 30 | (*c as u64) << 60),
        _ => Err(cx.overflow_error(format_args!("Python int too large to convert to C rlim_t"))),
    }
}

fn limits_of(o: &Object, cx: &mut Cx) -> PyResult<Limits> {
    let items = iter::collect(o, cx)?;
    let [soft, hard] = items.as_slice() else {
        return Err(cx.value_error(format_args!("expected a tuple of 2 integers")));
    };
    Ok((limit(soft, cx)?, limit(hard, cx)?))
}

/// One limit as Python shows it.
fn shown(n: u64, cx: &mut Cx) -> PyResult<Own<Object>> {
    if n == u64::MAX { int(-1, cx) } else { PyInt::from_u64(n, cx).map(Own::into_object) }
}

fn limits_object((soft, hard): Limits, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let v = vec![shown(soft, cx)?, shown(hard, cx)?];
    PyTuple::from_vec(v, cx)
}

fn check_kind(resource: i32, cx: &mut Cx) -> PyResult<()> {
    if (0..KINDS).contains(&resource) {
        return Ok(());
    }
    Err(cx.value_error(format_args!("invalid resource specified")))
}

#[cold]
fn limit_error(e: Errno, cx: &mut Cx) -> Raised {
    match e {
        Errno::EINVAL => cx.value_error(format_args!("current limit exceeds maximum limit")),
        Errno::EPERM => cx.value_error(format_args!("not allowed to raise maximum limit")),
        e => fail(e, cx),
    }
}

#[pymodule(name = "resource", doc = "")]
pub mod resource {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        m.add("error", exc::OSError(), cx)?;
        let t = RUSAGE.ty(cx)?;
        m.add("struct_rusage", t, cx)?;
        crate::add_constants(m, consts::resource::TABLE, cx)
    }

    #[function("getrusage(who, /)")]
    fn getrusage(who: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match host::usage(who) {
            Ok(u) => usage_object(&u, cx),
            Err(Errno::EINVAL) => Err(cx.value_error(format_args!("invalid who parameter"))),
            Err(e) => Err(fail(e, cx)),
        }
    }

    #[function("getrlimit(resource, /)")]
    fn getrlimit(resource: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        check_kind(resource, cx)?;
        let l = done(host::limits(resource), cx)?;
        limits_object(l, cx)
    }

    #[function("setrlimit(resource, limits, /)")]
    fn setrlimit(resource: i32, limits: &Object, cx: &mut Cx) -> PyResult<()> {
        check_kind(resource, cx)?;
        audit("resource.setrlimit", cx, |cx| Ok(vec![int(resource as i64, cx)?, limits.own()]))?;
        let l = limits_of(limits, cx)?;
        host::set_limits(resource, l).map_err(|e| limit_error(e, cx))
    }

    #[function("prlimit(pid, resource, limits=None, /)")]
    fn prlimit(pid: i32, resource: i32, limits: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        check_kind(resource, cx)?;
        audit("resource.prlimit", cx, |cx| Ok(vec![int(pid as i64, cx)?, int(resource as i64, cx)?, limits.own()]))?;
        let new = if limits.is_none() { None } else { Some(limits_of(limits, cx)?) };
        match host::process_limits(pid, resource, new) {
            Ok(old) => limits_object(old, cx),
            Err(Errno::EINVAL) => Err(limit_error(Errno::EINVAL, cx)),
            Err(e) => Err(fail(e, cx)),
        }
    }

    #[function("getpagesize()")]
    fn getpagesize() -> usize {
        taipan_host::sysinfo::page_size()
    }
}
