//! The modules `pwd` and `grp`: the user and group databases.

use crate::posix::args::{done, id_from, int};
use std::ffi::CString;
use taipan_host::users::{self, Group, User};
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::structseq::StructSeq;

/// `pwd.struct_passwd`.
static PASSWD: StructSeq = StructSeq::new(
    c"pwd.struct_passwd",
    c"pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
    &[
        ("pw_name", "user name"),
        ("pw_passwd", "password"),
        ("pw_uid", "user id"),
        ("pw_gid", "group id"),
        ("pw_gecos", "real name"),
        ("pw_dir", "home directory"),
        ("pw_shell", "shell program"),
    ],
    7,
);

/// `grp.struct_group`.
static GROUP: StructSeq = StructSeq::new(
    c"grp.struct_group",
    c"grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
    &[("gr_name", "group name"), ("gr_passwd", "password"), ("gr_gid", "group id"), ("gr_mem", "group members")],
    4,
);

fn text(b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    fspath::decode(b, cx).map(Own::into_object)
}

/// An id; "nobody" at all is shown as -1.
fn id(n: u32, cx: &mut Cx) -> PyResult<Own<Object>> {
    int(if n == u32::MAX { -1 } else { n as i64 }, cx)
}

fn user_object(u: &User, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let v = vec![
        text(&u.name, cx)?,
        text(&u.passwd, cx)?,
        id(u.uid, cx)?,
        id(u.gid, cx)?,
        text(&u.gecos, cx)?,
        text(&u.dir, cx)?,
        text(&u.shell, cx)?,
    ];
    PASSWD.make(v, cx)
}

fn group_object(g: &Group, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let members = PyList::with_capacity(g.members.len(), cx)?;
    for m in &g.members {
        let m = text(m, cx)?;
        members.push(m, cx)?;
    }
    let v = vec![text(&g.name, cx)?, text(&g.passwd, cx)?, id(g.gid, cx)?, members.into_object()];
    GROUP.make(v, cx)
}

/// A name for the database.
fn name_of(name: &PyStr, cx: &mut Cx) -> PyResult<CString> {
    let bytes = fspath::encode(name, cx)?;
    CString::new(bytes).map_err(|_| cx.value_error(format_args!("embedded null byte")))
}

fn missing(func: &str, what: &str, key: &Object, cx: &mut Cx) -> PyResult<Raised> {
    let shown = if what == "name" { taipan_object::abstract_::repr(key, cx)? } else { taipan_object::abstract_::str(key, cx)? };
    let message = PyStr::new(&format!("{func}(): {what} not found: "), cx)?;
    let message = PyStr::concat_all(&[&message, &shown], cx)?;
    Ok(cx.raise_arg(exc::KeyError(), &message))
}

#[pymodule(
    name = "pwd",
    doc = "This module provides access to the Unix password database.\nIt is available on all Unix versions.\n\nPassword database entries are reported as 7-tuples containing the following\nitems from the password database (see `<pwd.h>'), in order:\npw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.\nThe uid and gid items are integers, all others are strings. An\nexception is raised if the entry asked for cannot be found."
)]
pub mod pwd {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let t = PASSWD.ty(cx)?;
        m.add("struct_passwd", t, cx)
    }

    /// Return the password database entry for the given numeric user ID.
    ///
    /// See `help(pwd)` for more on password database entries.
    #[function("getpwuid(uidobj, /)")]
    fn getpwuid(uidobj: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = match id_from(uidobj, "uid", cx) {
            Ok(n) => n,
            Err(r) => {
                cx.catch(r, exc::OverflowError())?;
                return Err(cx.raise_msg(exc::KeyError(), format_args!("getpwuid(): uid not found")));
            }
        };
        let found = cx.without_gil(|| users::user_by_id(n));
        match done(found, cx)? {
            Some(u) => user_object(&u, cx),
            None => {
                let shown = id(n, cx)?;
                Err(missing("getpwuid", "uid", &shown, cx)?)
            }
        }
    }

    /// Return the password database entry for the given user name.
    ///
    /// See `help(pwd)` for more on password database entries.
    #[function("getpwnam(name, /)")]
    fn getpwnam(name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let c = name_of(name, cx)?;
        let found = cx.without_gil(|| users::user_by_name(&c));
        match done(found, cx)? {
            Some(u) => user_object(&u, cx),
            None => Err(missing("getpwnam", "name", name, cx)?),
        }
    }

    /// Return a list of all available password database entries, in arbitrary order.
    ///
    /// See help(pwd) for more on password database entries.
    #[function("getpwall()")]
    fn getpwall(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let all = cx.without_gil(users::all_users);
        let l = PyList::with_capacity(all.len(), cx)?;
        for u in &all {
            let u = user_object(u, cx)?;
            l.push(u.into_object(), cx)?;
        }
        Ok(l)
    }
}

#[pymodule(
    name = "grp",
    doc = "Access to the Unix group database.\n\nGroup entries are reported as 4-tuples containing the following fields\nfrom the group database, in order:\n\n  gr_name   - name of the group\n  gr_passwd - group password (encrypted); often empty\n  gr_gid    - numeric ID of the group\n  gr_mem    - list of members\n\nThe gid is an integer, name and password are strings.  (Note that most\nusers are not explicitly listed as members of the groups they are in\naccording to the password database.  Check both databases to get\ncomplete membership information.)"
)]
pub mod grp {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let t = GROUP.ty(cx)?;
        m.add("struct_group", t, cx)
    }

    /// Return the group database entry for the given numeric group ID.
    ///
    /// If id is not valid, raise KeyError.
    #[function("getgrgid(id)")]
    fn getgrgid(id: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = id_from(id, "gid", cx)?;
        let found = cx.without_gil(|| users::group_by_id(n));
        match done(found, cx)? {
            Some(g) => group_object(&g, cx),
            None => {
                let shown = super::id(n, cx)?;
                Err(missing("getgrgid", "gid", &shown, cx)?)
            }
        }
    }

    /// Return the group database entry for the given group name.
    ///
    /// If name is not valid, raise KeyError.
    #[function("getgrnam(name)")]
    fn getgrnam(name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let c = name_of(name, cx)?;
        let found = cx.without_gil(|| users::group_by_name(&c));
        match done(found, cx)? {
            Some(g) => group_object(&g, cx),
            None => Err(missing("getgrnam", "name", name, cx)?),
        }
    }

    /// Return a list of all available group entries, in arbitrary order.
    ///
    /// An entry whose name starts with '+' or '-' represents an instruction
    /// to use YP/NIS and may not be accessible via getgrnam or getgrgid.
    #[function("getgrall()")]
    fn getgrall(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let all = cx.without_gil(users::all_groups);
        let l = PyList::with_capacity(all.len(), cx)?;
        for g in &all {
            let g = group_object(g, cx)?;
            l.push(g.into_object(), cx)?;
        }
        Ok(l)
    }
}
