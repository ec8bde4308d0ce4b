//! The user and group databases.

use core::ffi::{CStr, c_char};
use std::sync::Mutex;

use crate::{Errno, Result};

/// A row of the user database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct User {
    pub name: Vec<u8>,
    pub passwd: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub gecos: Vec<u8>,
    pub dir: Vec<u8>,
    pub shell: Vec<u8>,
}

/// A row of the group database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Group {
    pub name: Vec<u8>,
    pub passwd: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// The walk over all rows has one position per process.
static WALK: Mutex<()> = Mutex::new(());

/// Copy a C string; null gives nothing.
///
/// # Safety
/// `text` is null or a C string.
unsafe fn copy(text: *const c_char) -> Vec<u8> {
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

fn user_of(raw: &libc::passwd) -> User {
    // SAFETY: the C library filled the record with C strings or null.
    unsafe {
        User {
            name: copy(raw.pw_name),
            passwd: copy(raw.pw_passwd),
            uid: raw.pw_uid,
            gid: raw.pw_gid,
            gecos: copy(raw.pw_gecos),
            dir: copy(raw.pw_dir),
            shell: copy(raw.pw_shell),
        }
    }
}

fn group_of(raw: &libc::group) -> Group {
    let mut members = Vec::new();
    // SAFETY: the C library filled the record with C strings or null, and the list ends with null.
    unsafe {
        let mut at = raw.gr_mem;
        while !at.is_null() && !(*at).is_null() {
            members.push(copy(*at));
            at = at.add(1);
        }
        Group { name: copy(raw.gr_name), passwd: copy(raw.gr_passwd), gid: raw.gr_gid, members }
    }
}

/// Call a `get…_r` function with a buffer that grows while it says `ERANGE`.
fn with_buffer<T>(mut call: impl FnMut(&mut [u8]) -> core::result::Result<Option<T>, i32>) -> Result<Option<T>> {
    let mut buffer = vec![0u8; 1024];
    loop {
        match call(&mut buffer) {
            Ok(found) => return Ok(found),
            Err(libc::ERANGE) if buffer.len() < 1 << 24 => buffer.resize(buffer.len() * 2, 0),
            // These mean "not found" on some systems.
            Err(libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM) => return Ok(None),
            Err(code) => return Err(Errno(code)),
        }
    }
}

fn find_user(
    mut call: impl FnMut(&mut libc::passwd, &mut [u8], &mut *mut libc::passwd) -> i32,
) -> Result<Option<User>> {
    with_buffer(|buffer| {
        let mut raw = zeroed!(libc::passwd);
        let mut found = core::ptr::null_mut();
        match call(&mut raw, buffer, &mut found) {
            0 => Ok((!found.is_null()).then(|| user_of(&raw))),
            code => Err(code),
        }
    })
}

fn find_group(
    mut call: impl FnMut(&mut libc::group, &mut [u8], &mut *mut libc::group) -> i32,
) -> Result<Option<Group>> {
    with_buffer(|buffer| {
        let mut raw = zeroed!(libc::group);
        let mut found = core::ptr::null_mut();
        match call(&mut raw, buffer, &mut found) {
            0 => Ok((!found.is_null()).then(|| group_of(&raw))),
            code => Err(code),
        }
    })
}

/// A user by id. May block (name services).
pub fn user_by_id(uid: u32) -> Result<Option<User>> {
    find_user(|raw, buffer, found| {
        sys!(libc::getpwuid_r(uid, raw, buffer.as_mut_ptr().cast(), buffer.len(), found))
    })
}

/// A user by name. May block (name services).
pub fn user_by_name(name: &CStr) -> Result<Option<User>> {
    find_user(|raw, buffer, found| {
        sys!(libc::getpwnam_r(name.as_ptr(), raw, buffer.as_mut_ptr().cast(), buffer.len(), found))
    })
}

/// A group by id. May block (name services).
pub fn group_by_id(gid: u32) -> Result<Option<Group>> {
    find_group(|raw, buffer, found| {
        sys!(libc::getgrgid_r(gid, raw, buffer.as_mut_ptr().cast(), buffer.len(), found))
    })
}

/// A group by name. May block (name services).
pub fn group_by_name(name: &CStr) -> Result<Option<Group>> {
    find_group(|raw, buffer, found| {
        sys!(libc::getgrnam_r(name.as_ptr(), raw, buffer.as_mut_ptr().cast(), buffer.len(), found))
    })
}

/// All users. May block.
pub fn all_users() -> Vec<User> {
    let _walk = WALK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut users = Vec::new();
    sys!(libc::setpwent());
    loop {
        let raw = sys!(libc::getpwent());
        if raw.is_null() {
            break;
        }
        // SAFETY: a record that is valid until the next call, which the lock keeps to this thread.
        users.push(user_of(unsafe { &*raw }));
    }
    sys!(libc::endpwent());
    users
}

/// All groups. May block.
pub fn all_groups() -> Vec<Group> {
    let _walk = WALK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut groups = Vec::new();
    sys!(libc::setgrent());
    loop {
        let raw = sys!(libc::getgrent());
        if raw.is_null() {
            break;
        }
        // SAFETY: a record that is valid until the next call, which the lock keeps to this thread.
        groups.push(group_of(unsafe { &*raw }));
    }
    sys!(libc::endgrent());
    groups
}
