//! Integer constants of the module `time` on Linux.
//! Those that the `libc` crate lacks carry the kernel's number, which is the same on every architecture.

constants! {
    libc {
        CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID CLOCK_REALTIME CLOCK_TAI
        CLOCK_THREAD_CPUTIME_ID
    }
    fixed {

    }
}
