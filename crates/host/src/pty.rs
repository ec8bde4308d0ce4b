//! Pseudo-terminals and the controlling terminal.

use core::ffi::CStr;
use core::ptr::{null, null_mut};

use crate::sys::{check, direct, done};
use crate::{Fd, Result};

/// A pseudo-terminal: (master, slave), both close-on-exec.
pub fn openpty() -> Result<(Fd, Fd)> {
    let (mut master, mut slave) = (-1, -1);
    done(sys!(libc::openpty(&mut master, &mut slave, null_mut(), null(), null())))?;
    crate::fd::set_inheritable(master, false)?;
    crate::fd::set_inheritable(slave, false)?;
    Ok((master, slave))
}

/// Fork with the child on a new pseudo-terminal: (child's id or 0, master). See [`crate::process::fork`].
pub fn forkpty() -> Result<(i32, Fd)> {
    crate::gate::check(crate::gate::Access::Fork)?;
    let mut master = -1;
    let pid = check(sys!(libc::forkpty(&mut master, null_mut(), null(), null())))?;
    Ok((pid, master))
}

/// Make a terminal the controlling one and the three standard streams.
pub fn login_tty(fd: Fd) -> Result<()> {
    done(sys!(libc::login_tty(fd)))
}

/// Open a new pseudo-terminal master.
pub fn posix_openpt(flags: i32) -> Result<Fd> {
    check(sys!(libc::posix_openpt(flags | libc::O_CLOEXEC)))
}

/// Let this user open the slave.
pub fn grantpt(fd: Fd) -> Result<()> {
    done(sys!(libc::grantpt(fd)))
}

/// Unlock the slave.
pub fn unlockpt(fd: Fd) -> Result<()> {
    done(sys!(libc::unlockpt(fd)))
}

/// The slave's path.
pub fn ptsname(fd: Fd) -> Result<Vec<u8>> {
    let mut buffer = [0u8; 256];
    direct(sys!(libc::ptsname_r(fd, buffer.as_mut_ptr().cast(), buffer.len())))?;
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}

/// The foreground process group of a terminal.
pub fn tcgetpgrp(fd: Fd) -> Result<i32> {
    check(sys!(libc::tcgetpgrp(fd)))
}

/// Set the foreground process group of a terminal.
pub fn tcsetpgrp(fd: Fd, group: i32) -> Result<()> {
    done(sys!(libc::tcsetpgrp(fd, group)))
}

/// The path of the controlling terminal.
pub fn ctermid() -> Vec<u8> {
    b"/dev/tty".to_vec()
}
