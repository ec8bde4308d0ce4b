//! Random bytes from the kernel.

use crate::fresh::Fresh;
use crate::sys::count;
use crate::{Errno, Result};

/// `getrandom(2)` with `GRND_*` flags; returns how many bytes were written. May block early in boot.
pub fn getrandom(buf: &mut [u8], flags: u32) -> Result<usize> {
    count(sys!(libc::getrandom(buf.as_mut_ptr().cast(), buf.len(), flags)))
}

/// [`getrandom`] from the start of fresh memory.
pub fn getrandom_fresh(into: &mut Fresh<'_>, flags: u32) -> Result<usize> {
    into.fill(|room| count(sys!(libc::getrandom(room.as_mut_ptr().cast(), room.len(), flags))))
}

/// Fill a buffer with unpredictable bytes (PEP 524: waits until the generator is ready).
pub fn fill(mut buf: &mut [u8]) -> Result<()> {
    while !buf.is_empty() {
        // More than 256 bytes can be interrupted half-way; that is no error here.
        match getrandom(buf, 0) {
            Ok(n) => buf = &mut buf[n..],
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Bytes for hash secrets at start-up: never waits (PEP 456 seeds before entropy is ready in early boot).
pub fn fill_nonblocking(buf: &mut [u8]) -> Result<()> {
    match getrandom(buf, libc::GRND_NONBLOCK) {
        Ok(n) if n == buf.len() => Ok(()),
        Err(error) if error != Errno::EAGAIN && error != Errno::EINTR => Err(error),
        _ => count(sys!(libc::getrandom(buf.as_mut_ptr().cast(), buf.len(), libc::GRND_INSECURE))).map(drop),
    }
}
