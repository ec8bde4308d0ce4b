//! User and group ids of the process.

use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;

use crate::sys::{check, done};
use crate::{Errno, Result};

unsafe extern "C" {
    fn getlogin_r(out: *mut c_char, size: usize) -> c_int;
}

/// Real user id.
pub fn getuid() -> u32 {
    sys!(libc::getuid())
}
/// Effective user id.
pub fn geteuid() -> u32 {
    sys!(libc::geteuid())
}
/// Real group id.
pub fn getgid() -> u32 {
    sys!(libc::getgid())
}
/// Effective group id.
pub fn getegid() -> u32 {
    sys!(libc::getegid())
}
/// Set the user id.
pub fn setuid(id: u32) -> Result<()> {
    done(sys!(libc::setuid(id)))
}
/// Set the effective user id.
pub fn seteuid(id: u32) -> Result<()> {
    done(sys!(libc::seteuid(id)))
}
/// Set the group id.
pub fn setgid(id: u32) -> Result<()> {
    done(sys!(libc::setgid(id)))
}
/// Set the effective group id.
pub fn setegid(id: u32) -> Result<()> {
    done(sys!(libc::setegid(id)))
}
/// Set real and effective user ids; `u32::MAX` leaves one.
pub fn setreuid(real: u32, effective: u32) -> Result<()> {
    done(sys!(libc::setreuid(real, effective)))
}
/// Set real and effective group ids; `u32::MAX` leaves one.
pub fn setregid(real: u32, effective: u32) -> Result<()> {
    done(sys!(libc::setregid(real, effective)))
}
/// Set real, effective and saved user ids.
pub fn setresuid(real: u32, effective: u32, saved: u32) -> Result<()> {
    done(sys!(libc::setresuid(real, effective, saved)))
}
/// Set real, effective and saved group ids.
pub fn setresgid(real: u32, effective: u32, saved: u32) -> Result<()> {
    done(sys!(libc::setresgid(real, effective, saved)))
}
/// Real, effective and saved user ids.
pub fn getresuid() -> Result<[u32; 3]> {
    let mut ids = [0; 3];
    let [a, b, c] = &mut ids;
    done(sys!(libc::getresuid(a, b, c)))?;
    Ok(ids)
}
/// Real, effective and saved group ids.
pub fn getresgid() -> Result<[u32; 3]> {
    let mut ids = [0; 3];
    let [a, b, c] = &mut ids;
    done(sys!(libc::getresgid(a, b, c)))?;
    Ok(ids)
}

/// The supplementary groups.
pub fn getgroups() -> Result<Vec<u32>> {
    loop {
        let size = check(sys!(libc::getgroups(0, null_mut())))?;
        let mut groups = vec![0u32; size as usize];
        match check(sys!(libc::getgroups(size, groups.as_mut_ptr()))) {
            Ok(n) => {
                groups.truncate(n as usize);
                return Ok(groups);
            }
            // They grew in between (with size 0 the list itself was not asked for).
            Err(Errno::EINVAL) if size > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// Set the supplementary groups.
pub fn setgroups(groups: &[u32]) -> Result<()> {
    done(sys!(libc::setgroups(groups.len(), groups.as_ptr())))
}

/// Set the supplementary groups from the group database.
pub fn initgroups(user: &CStr, group: u32) -> Result<()> {
    done(sys!(libc::initgroups(user.as_ptr(), group)))
}

/// All groups of a user by the group database, `group` among them.
pub fn getgrouplist(user: &CStr, group: u32) -> Result<Vec<u32>> {
    let mut size = 64;
    loop {
        let mut groups = vec![0u32; size as usize];
        let before = size;
        if sys!(libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &mut size)) >= 0 {
            groups.truncate(size as usize);
            return Ok(groups);
        }
        size = size.max(before * 2);
        if size > 1 << 20 {
            return Err(Errno::ENOMEM);
        }
    }
}

/// The name under which the user logged in on this terminal.
pub fn getlogin() -> Result<Vec<u8>> {
    let mut buffer = [0u8; 256];
    crate::sys::direct(sys!(getlogin_r(buffer.as_mut_ptr().cast(), buffer.len())))?;
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}
