//! Integer constants of the module `resource` on Linux.
//! Those that the `libc` crate lacks carry the kernel's number, which is the same on every architecture.

constants! {
    libc {
        RLIMIT_AS RLIMIT_CORE RLIMIT_CPU RLIMIT_DATA RLIMIT_FSIZE RLIMIT_MEMLOCK RLIMIT_MSGQUEUE RLIMIT_NICE
        RLIMIT_NOFILE RLIMIT_NPROC RLIMIT_RSS RLIMIT_RTPRIO RLIMIT_RTTIME RLIMIT_SIGPENDING RLIMIT_STACK
        RUSAGE_CHILDREN RUSAGE_SELF RUSAGE_THREAD
    }
    fixed {
        RLIMIT_OFILE = 7, RLIM_INFINITY = -1,
    }
}
