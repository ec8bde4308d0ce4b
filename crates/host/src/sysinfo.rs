//! Facts about the machine and its C library.

use core::ffi::CStr;

use crate::fd::no_limit;
use crate::sys::done;
use crate::{Errno, Result};

/// `uname`: system, node, release, version, machine.
pub fn uname() -> Result<[Vec<u8>; 5]> {
    let mut raw = zeroed!(libc::utsname);
    done(sys!(libc::uname(&mut raw)))?;
    Ok([raw.sysname, raw.nodename, raw.release, raw.version, raw.machine].map(|field| {
        field.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect()
    }))
}

/// A limit of the system; None when there is none.
pub fn sysconf(name: i32) -> Result<Option<i64>> {
    Errno(0).set();
    let value = sys!(libc::sysconf(name));
    if value == -1 { no_limit() } else { Ok(Some(value)) }
}

/// A string-valued fact of the system; None when it has no value.
pub fn confstr(name: i32) -> Result<Option<Vec<u8>>> {
    Errno(0).set();
    let size = sys!(libc::confstr(name, core::ptr::null_mut(), 0));
    if size == 0 {
        return no_limit().map(|_| None);
    }
    let mut buffer = vec![0u8; size];
    sys!(libc::confstr(name, buffer.as_mut_ptr().cast(), size));
    Ok(CStr::from_bytes_until_nul(&buffer).ok().map(|s| s.to_bytes().to_vec()))
}

/// The average load over 1, 5 and 15 minutes.
pub fn load_average() -> Option<[f64; 3]> {
    let mut loads = [0.0; 3];
    (sys!(libc::getloadavg(loads.as_mut_ptr(), 3)) == 3).then_some(loads)
}

/// The number of processors that are online.
pub fn cpu_count() -> Option<usize> {
    let n = sys!(libc::sysconf(libc::_SC_NPROCESSORS_ONLN));
    (n > 0).then_some(n as usize)
}

/// The size of a memory page.
pub fn page_size() -> usize {
    sys!(libc::sysconf(libc::_SC_PAGESIZE)) as usize
}

/// The host's name.
pub fn hostname() -> Result<Vec<u8>> {
    let mut buffer = [0u8; 1024];
    done(sys!(libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1)))?;
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}

/// Set the host's name.
pub fn set_hostname(name: &[u8]) -> Result<()> {
    done(sys!(libc::sethostname(name.as_ptr().cast(), name.len())))
}
