//! The module `posix`: the operating system as `os` needs it. Functions by area in the other files.

pub mod args;
mod dirs;
mod env;
mod fds;
mod files;
mod pathtext;
pub mod process;
mod sched;
mod spawn;
mod special;
mod stat;
mod waits;
mod xattr;

use taipan_host::consts::names;
use taipan_object::prelude::*;

/// What this build can do, in the terms of `os.py`.
static HAVE: &[&str] = &[
    "HAVE_EVENTFD", "HAVE_TIMERFD_CREATE", "HAVE_FACCESSAT", "HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FCHMODAT", "HAVE_FCHOWN",
    "HAVE_FCHOWNAT", "HAVE_FEXECVE", "HAVE_FDOPENDIR", "HAVE_FPATHCONF", "HAVE_FSTATAT", "HAVE_FSTATVFS", "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS", "HAVE_FUTIMES", "HAVE_FUTIMESAT", "HAVE_LINKAT", "HAVE_LCHOWN", "HAVE_LSTAT", "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT", "HAVE_MKFIFOAT", "HAVE_MKNODAT", "HAVE_OPENAT", "HAVE_READLINKAT", "HAVE_RENAMEAT",
    "HAVE_SYMLINKAT", "HAVE_UNLINKAT", "HAVE_UTIMENSAT", "HAVE_PTSNAME_R",
];

#[pymodule(
    name = "posix",
    doc = "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    types(dirs::DirEntry),
    parts(stat::part, dirs::part, files::part, fds::part, env::part, process::part, waits::part, xattr::part, sched::part, spawn::part, special::part)
)]
pub mod posix {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(dirs::ScandirIterator::SPEC, cx)?;
        process::provide();
        for (n, v) in taipan_host::consts::posix::TABLE {
            let v = PyInt::new(*v, cx)?;
            m.add(n, &v, cx)?;
        }
        let e = env::environ(cx)?;
        m.add("environ", &e, cx)?;
        m.add("error", exc::OSError(), cx)?;
        let have = PyList::with_capacity(HAVE.len(), cx)?;
        for h in HAVE {
            let s = PyStr::new(h, cx)?;
            have.push(s.into_object(), cx)?;
        }
        m.add("_have_functions", &have, cx)?;
        for (n, t) in [("sysconf_names", names::SYSCONF), ("confstr_names", names::CONFSTR), ("pathconf_names", names::PATHCONF)] {
            let d = env::names_dict(t, cx)?;
            m.add(n, &d, cx)?;
        }
        let seqs = [
            ("stat_result", &stat::STAT_RESULT),
            ("statvfs_result", &stat::STATVFS_RESULT),
            ("terminal_size", &env::TERMINAL_SIZE),
            ("times_result", &env::TIMES_RESULT),
            ("uname_result", &env::UNAME_RESULT),
            ("waitid_result", &waits::WAITID_RESULT),
            ("sched_param", &sched::SCHED_PARAM),
        ];
        for (n, s) in seqs {
            let t = s.ty(cx)?;
            m.add(n, t, cx)?;
        }
        Ok(())
    }
}
