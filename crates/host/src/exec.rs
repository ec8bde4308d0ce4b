//! Replacing the process by a program, and `posix_spawn`.

use core::ffi::{CStr, c_char};
use core::ptr::null;
use std::ffi::CString;

use crate::gate::{Access, check as allow};
use crate::sys::direct;
use crate::{Errno, Fd, Result};

/// A null-terminated array of pointers into `strings`, which must outlive it.
pub(crate) fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([null()]).collect()
}

/// Replace this process by a program; returns only the error.
pub fn execv(path: &CStr, args: &[CString]) -> Errno {
    if let Err(error) = allow(Access::Execute(path)) {
        return error;
    }
    let argv = pointers(args);
    sys!(libc::execv(path.as_ptr(), argv.as_ptr()));
    Errno::last()
}

/// [`execv`] with an environment of `NAME=value` strings.
pub fn execve(path: &CStr, args: &[CString], env: &[CString]) -> Errno {
    if let Err(error) = allow(Access::Execute(path)) {
        return error;
    }
    let (argv, envp) = (pointers(args), pointers(env));
    sys!(libc::execve(path.as_ptr(), argv.as_ptr(), envp.as_ptr()));
    Errno::last()
}

/// [`execve`] of the program behind a descriptor.
pub fn fexecve(fd: Fd, args: &[CString], env: &[CString]) -> Errno {
    if let Err(error) = allow(Access::Execute(c"")) {
        return error;
    }
    let (argv, envp) = (pointers(args), pointers(env));
    sys!(libc::fexecve(fd, argv.as_ptr(), envp.as_ptr()));
    Errno::last()
}

/// What the child of [`posix_spawn`] does to its descriptors, in order.
#[derive(Clone, Debug)]
pub enum FileAction {
    /// Open a file as this descriptor, with flags and mode.
    Open(Fd, CString, i32, u32),
    /// Close a descriptor.
    Close(Fd),
    /// Duplicate the first as the second.
    Dup2(Fd, Fd),
    /// Close this descriptor and all above it.
    CloseFrom(Fd),
}

/// Attributes of [`posix_spawn`].
#[derive(Clone, Debug, Default)]
pub struct SpawnOptions {
    /// Set the process group (0: its own).
    pub group: Option<i32>,
    /// Reset the effective ids to the real ones.
    pub reset_ids: bool,
    /// Start a new session.
    pub new_session: bool,
    /// Signals to block in the child.
    pub mask: Option<Vec<i32>>,
    /// Signals to give their default action in the child.
    pub defaults: Option<Vec<i32>>,
    /// Scheduling priority, with a policy perhaps.
    pub scheduler: Option<(Option<i32>, i32)>,
}

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(actions: *mut libc::posix_spawn_file_actions_t, from: i32) -> i32;
}

/// File actions that are destroyed with the value.
struct Actions(libc::posix_spawn_file_actions_t);

impl Actions {
    fn new(list: &[FileAction]) -> Result<Actions> {
        let mut raw = zeroed!(libc::posix_spawn_file_actions_t);
        direct(sys!(libc::posix_spawn_file_actions_init(&mut raw)))?;
        let mut actions = Actions(raw);
        let raw = &mut actions.0;
        for action in list {
            direct(match action {
                FileAction::Open(fd, path, flags, mode) => {
                    allow(Access::Write(path))?;
                    sys!(libc::posix_spawn_file_actions_addopen(raw, *fd, path.as_ptr(), *flags, *mode))
                }
                FileAction::Close(fd) => sys!(libc::posix_spawn_file_actions_addclose(raw, *fd)),
                FileAction::Dup2(from, to) => sys!(libc::posix_spawn_file_actions_adddup2(raw, *from, *to)),
                FileAction::CloseFrom(fd) => sys!(posix_spawn_file_actions_addclosefrom_np(raw, *fd)),
            })?;
        }
        Ok(actions)
    }
}

impl Drop for Actions {
    fn drop(&mut self) {
        sys!(libc::posix_spawn_file_actions_destroy(&mut self.0));
    }
}

/// Attributes that are destroyed with the value.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new(options: &SpawnOptions) -> Result<Attributes> {
        let mut raw = zeroed!(libc::posix_spawnattr_t);
        direct(sys!(libc::posix_spawnattr_init(&mut raw)))?;
        let mut attributes = Attributes(raw);
        let raw = &mut attributes.0;
        let mut flags = 0;
        if let Some(group) = options.group {
            flags |= libc::POSIX_SPAWN_SETPGROUP;
            direct(sys!(libc::posix_spawnattr_setpgroup(raw, group)))?;
        }
        if options.reset_ids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if options.new_session {
            flags |= libc::POSIX_SPAWN_SETSID as i32;
        }
        if let Some(signals) = &options.mask {
            flags |= libc::POSIX_SPAWN_SETSIGMASK;
            let set = crate::signal::set_of(signals)?;
            direct(sys!(libc::posix_spawnattr_setsigmask(raw, &set)))?;
        }
        if let Some(signals) = &options.defaults {
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
            let set = crate::signal::set_of(signals)?;
            direct(sys!(libc::posix_spawnattr_setsigdefault(raw, &set)))?;
        }
        if let Some((policy, priority)) = options.scheduler {
            if let Some(policy) = policy {
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
                direct(sys!(libc::posix_spawnattr_setschedpolicy(raw, policy)))?;
            }
            flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
            let param = libc::sched_param { sched_priority: priority };
            direct(sys!(libc::posix_spawnattr_setschedparam(raw, &param)))?;
        }
        direct(sys!(libc::posix_spawnattr_setflags(raw, flags as i16)))?;
        Ok(attributes)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        sys!(libc::posix_spawnattr_destroy(&mut self.0));
    }
}

/// Start a program; `search` looks it up on `PATH`. Returns the child's id.
pub fn posix_spawn(
    path: &CStr,
    args: &[CString],
    env: &[CString],
    actions: &[FileAction],
    options: &SpawnOptions,
    search: bool,
) -> Result<i32> {
    allow(Access::Execute(path))?;
    let actions = Actions::new(actions)?;
    let attributes = Attributes::new(options)?;
    let (argv, envp) = (pointers(args), pointers(env));
    let (argv, envp) = (argv.as_ptr().cast::<*mut c_char>(), envp.as_ptr().cast::<*mut c_char>());
    let mut pid = 0;
    direct(if search {
        sys!(libc::posix_spawnp(&mut pid, path.as_ptr(), &actions.0, &attributes.0, argv, envp))
    } else {
        sys!(libc::posix_spawn(&mut pid, path.as_ptr(), &actions.0, &attributes.0, argv, envp))
    })?;
    Ok(pid)
}
