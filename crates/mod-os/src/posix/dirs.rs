//! Directories: `listdir`, `scandir` with `DirEntry`, the current directory, path text helpers.

use super::args::*;
use super::stat::stat_object;
use std::cell::{Cell, RefCell};
use taipan_host::dir::{Dir, EntryKind};
use taipan_host::{AT_FDCWD, Errno, stat};
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// Where entries lie: under a path, or in an open directory.
#[derive(Clone)]
enum Place {
    Path(Vec<u8>),
    Fd(i32),
}

/// `posix.DirEntry`: a directory entry that remembers what the directory said of its kind, and its stat results.
#[pytype(name = "posix.DirEntry", heap, mutable, gc, no_new, doc = "")]
#[repr(C)]
pub struct DirEntry {
    head: ObjHead,
    name: Field<Object>,
    path: Field<Object>,
    stat: FieldCell<Object>,
    lstat: FieldCell<Object>,
    #[gc(skip)]
    ino: u64,
    #[gc(skip)]
    kind: EntryKind,
    /// What `path` is relative to.
    #[gc(skip)]
    fd: i32,
}

impl DirEntry {
    fn lstat_object(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(s) = self.lstat.own() {
            return Ok(s);
        }
        let s = self.fetch(false, cx)?;
        self.lstat.set(Some(s.clone()), cx);
        Ok(s)
    }

    fn fetch(&self, follow: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let path = fspath::to_cstring(&self.path, cx)?;
        match cx.without_gil(|| stat::fstatat(self.fd, &path, follow)) {
            Ok(s) => stat_object(&s, cx).map(Own::into_object),
            Err(e) => Err(cx.os_error(e.0, &e.message(), Some(&self.path), None)),
        }
    }

    fn stat_object(&self, follow: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !follow {
            return self.lstat_object(cx);
        }
        if let Some(s) = self.stat.own() {
            return Ok(s);
        }
        let s = if self.link(cx)? { self.fetch(true, cx)? } else { self.lstat_object(cx)? };
        self.stat.set(Some(s.clone()), cx);
        Ok(s)
    }

    fn link(&self, cx: &mut Cx) -> PyResult<bool> {
        match self.kind {
            EntryKind::Unknown => self.mode_is(false, 0o120000, cx),
            k => Ok(k == EntryKind::Symlink),
        }
    }

    /// Compare the file type bits; a file that is gone is of no kind.
    fn mode_is(&self, follow: bool, kind: i64, cx: &mut Cx) -> PyResult<bool> {
        let s = match self.stat_object(follow, cx) {
            Ok(s) => s,
            Err(r) => {
                cx.catch(r, exc::FileNotFoundError())?;
                return Ok(false);
            }
        };
        let mode = s.downcast::<PyTuple>().and_then(|t| t.get(0)).and_then(|m| m.downcast::<PyInt>()).and_then(PyInt::to_i64);
        Ok(mode.is_some_and(|m| m & 0o170000 == kind))
    }

    fn is_kind(&self, follow: bool, known: EntryKind, bits: i64, cx: &mut Cx) -> PyResult<bool> {
        let ask = self.kind == EntryKind::Unknown || (follow && self.kind == EntryKind::Symlink);
        if ask { self.mode_is(follow, bits, cx) } else { Ok(self.kind == known) }
    }
}

#[pymethods]
impl DirEntry {
    /// the entry's base filename, relative to scandir() "path" argument
    #[getter("name")]
    fn get_name(&self) -> Own<Object> {
        self.name.own()
    }
    /// the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)
    #[getter("path")]
    fn get_path(&self) -> Own<Object> {
        self.path.own()
    }
    /// Return True if the entry is a directory; cached per entry.
    #[method("is_dir(*, follow_symlinks=True)")]
    fn is_dir(&self, follow_symlinks: bool, cx: &mut Cx) -> PyResult<bool> {
        self.is_kind(follow_symlinks, EntryKind::Dir, 0o040000, cx)
    }
    /// Return True if the entry is a file; cached per entry.
    #[method("is_file(*, follow_symlinks=True)")]
    fn is_file(&self, follow_symlinks: bool, cx: &mut Cx) -> PyResult<bool> {
        self.is_kind(follow_symlinks, EntryKind::File, 0o100000, cx)
    }
    /// Return True if the entry is a symbolic link; cached per entry.
    #[method("is_symlink()")]
    fn is_symlink(&self, cx: &mut Cx) -> PyResult<bool> {
        self.link(cx)
    }
    /// Return True if the entry is a junction; cached per entry.
    #[method("is_junction()")]
    fn is_junction(&self) -> bool {
        false
    }
    /// Return stat_result object for the entry; cached per entry.
    #[method("stat(*, follow_symlinks=True)")]
    fn stat(&self, follow_symlinks: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.stat_object(follow_symlinks, cx)
    }
    /// Return inode of the entry; cached per entry.
    #[method("inode()")]
    fn inode(&self) -> u64 {
        self.ino
    }
    /// Returns the path for the entry.
    #[method("__fspath__()")]
    fn fspath(&self) -> Own<Object> {
        self.path.own()
    }
    /// See PEP 585
    #[classmethod("__class_getitem__(object, /)", nosig)]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let alias = cx.import_attr("types", "GenericAlias")?;
        taipan_object::call::call(&alias, &[cls.as_object(), object], cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(format!("<DirEntry {}>", taipan_object::abstract_::repr(&self.name, cx)?))
    }
}

/// `posix.ScandirIterator`: an open directory; closed at its end, by `close()`, or with a `ResourceWarning` when forgotten.
#[pytype(name = "posix.ScandirIterator", heap, mutable, gc, no_new, doc = "")]
#[repr(C)]
pub struct ScandirIterator {
    head: ObjHead,
    path: FieldCell<Object>,
    #[gc(skip)]
    stream: RefCell<Option<Dir>>,
    #[gc(skip)]
    place: Place,
    #[gc(skip)]
    as_bytes: Cell<bool>,
}


#[pymethods]
impl ScandirIterator {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<DirEntry>>> {
        let Some(mut d) = self.stream.borrow_mut().take() else { return Ok(None) };
        match cx.without_gil(|| d.next_entry()) {
            Ok(Some(e)) => {
                self.stream.replace(Some(d));
                self.entry(e, cx).map(Some)
            }
            Ok(None) => Ok(None),
            Err(e) => {
                let p = self.path.own();
                Err(cx.os_error(e.0, &e.message(), p.as_deref(), None))
            }
        }
    }
    #[method("__enter__()", nosig)]
    fn enter(&self) -> Own<Object> {
        self.own()
    }
    #[method("__exit__(*args)", nosig)]
    fn exit(&self, _args: Args<'_>) {
        drop(self.stream.take());
    }
    #[method("close()", nosig)]
    fn close(&self) {
        drop(self.stream.take());
    }
    #[slot(tp_finalize)]
    fn finalize(&self, cx: &mut Cx) {
        if self.stream.borrow().is_none() {
            return;
        }
        let saved = cx.ts().current_exception.take();
        let shown = taipan_object::abstract_::repr(self, cx).map(|s| s.to_string()).unwrap_or_default();
        if taipan_object::warn::warn(exc::ResourceWarning(), format_args!("unclosed scandir iterator {shown}"), 1, cx).is_err() {
            taipan_object::unraisable::write(cx, None, Some(self));
        }
        cx.ts().current_exception.set(saved, cx);
        drop(self.stream.take());
    }
}

impl ScandirIterator {
    fn entry(&self, e: taipan_host::dir::Entry, cx: &mut Cx) -> PyResult<Own<DirEntry>> {
        let bytes = self.as_bytes.get();
        let name = name_object(&e.name, bytes, cx)?;
        let (path, fd) = match &self.place {
            Place::Fd(fd) => (name.clone(), *fd),
            Place::Path(base) => (name_object(&join(base, &e.name), bytes, cx)?, AT_FDCWD),
        };
        cx.new_object(DirEntry {
            head: Object::placeholder(),
            name: Field::new(name),
            path: Field::new(path),
            stat: FieldCell::empty(),
            lstat: FieldCell::empty(),
            ino: e.ino,
            kind: e.kind,
            fd,
        })
    }
}

fn join(base: &[u8], name: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(base.len() + 1 + name.len());
    full.extend_from_slice(base);
    if full.last().is_some_and(|&b| b != b'/') {
        full.push(b'/');
    }
    full.extend_from_slice(name);
    full
}

/// Open the directory that an optional argument names.
fn open(path: &NoneOr<PathOrFd>, cx: &mut Cx) -> PyResult<Dir> {
    let r = match &path.0 {
        None => cx.without_gil(|| taipan_host::dir::open(c".")),
        Some(PathOrFd::Path(p)) => cx.without_gil(|| taipan_host::dir::open(p.c())),
        Some(PathOrFd::Fd(fd)) => cx.without_gil(|| taipan_host::dir::open_fd(*fd)),
    };
    r.map_err(|e| match &path.0 {
        Some(p) => p.fail(e, cx),
        None => fail(e, cx),
    })
}

fn audited(event: &str, path: &NoneOr<PathOrFd>, cx: &mut Cx) -> PyResult<()> {
    audit(event, cx, |cx| {
        Ok(vec![match &path.0 {
            None => none().own(),
            Some(PathOrFd::Path(p)) => p.object.clone(),
            Some(PathOrFd::Fd(fd)) => int(*fd as i64, cx)?,
        }])
    })
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return a list containing the names of the files in the directory.
    ///
    /// path can be specified as either str, bytes, or a path-like object.  If path is bytes,
    ///   the filenames returned will also be bytes; in all other circumstances
    ///   the filenames returned will be str.
    /// If path is None, uses the path='.'.
    /// On some platforms, path may also be specified as an open file descriptor;\
    ///   the file descriptor must refer to a directory.
    ///   If this functionality is unavailable, using it raises NotImplementedError.
    ///
    /// The list is in arbitrary order.  It does not include the special
    /// entries '.' and '..' even if they are present in the directory.
    #[function("listdir(path=None)")]
    fn listdir(#[default(NoneOr(None))] path: NoneOr<PathOrFd>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        audited("os.listdir", &path, cx)?;
        let mut d = open(&path, cx)?;
        let as_bytes = matches!(&path.0, Some(PathOrFd::Path(p)) if p.is_bytes());
        let names = cx.without_gil(|| {
            let mut names = Vec::new();
            while let Some(e) = d.next_entry()? {
                names.push(e.name);
            }
            Ok::<_, Errno>(names)
        });
        let names = names.map_err(|e| match &path.0 {
            Some(p) => p.fail(e, cx),
            None => fail(e, cx),
        })?;
        let out = PyList::with_capacity(names.len(), cx)?;
        for n in names {
            let o = name_object(&n, as_bytes, cx)?;
            out.push(o, cx)?;
        }
        Ok(out)
    }

    /// Return an iterator of DirEntry objects for given path.
    ///
    /// path can be specified as either str, bytes, or a path-like object.  If path
    /// is bytes, the names of yielded DirEntry objects will also be bytes; in
    /// all other circumstances they will be str.
    ///
    /// If path is None, uses the path='.'.
    #[function("scandir(path=None)")]
    fn scandir(#[default(NoneOr(None))] path: NoneOr<PathOrFd>, cx: &mut Cx) -> PyResult<Own<ScandirIterator>> {
        audited("os.scandir", &path, cx)?;
        let d = open(&path, cx)?;
        let (place, shown, as_bytes) = match path.0 {
            None => (Place::Path(b".".to_vec()), None, false),
            Some(PathOrFd::Path(p)) => {
                let b = p.is_bytes();
                (Place::Path(p.text.into_bytes()), Some(p.object), b)
            }
            Some(PathOrFd::Fd(fd)) => (Place::Fd(fd), None, false),
        };
        cx.new_object(ScandirIterator {
            head: Object::placeholder(),
            path: FieldCell::new(shown),
            stream: RefCell::new(Some(d)),
            place,
            as_bytes: Cell::new(as_bytes),
        })
    }

    /// Return a unicode string representing the current working directory.
    #[function("getcwd()")]
    fn getcwd(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let r = cx.without_gil(taipan_host::fs::getcwd);
        let d = done(r, cx)?;
        fspath::decode(&d, cx)
    }

    /// Return a bytes string representing the current working directory.
    #[function("getcwdb()")]
    fn getcwdb(cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let r = cx.without_gil(taipan_host::fs::getcwd);
        let d = done(r, cx)?;
        PyBytes::new(&d, cx)
    }

    /// Return the file system path representation of the object.
    ///
    /// If the object is str or bytes, then allow it to pass through as-is. If the
    /// object defines __fspath__(), then return the result of that method. All other
    /// types raise a TypeError.
    #[function("fspath(path)")]
    fn fspath(path: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::fspath::fspath(path, cx)
    }

    /// Normalize path, eliminating double slashes, etc.
    #[function("_path_normpath(path)")]
    fn _path_normpath(path: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let p = taipan_object::fspath::fspath(path, cx)?;
        if let Some(b) = p.downcast::<PyBytes>() {
            let units: Vec<u32> = b.as_bytes().iter().map(|&b| b as u32).collect();
            let out: Vec<u8> = super::super::pathtext::normalise(&units).iter().map(|&u| u as u8).collect();
            return PyBytes::new(&out, cx).map(Own::into_object);
        }
        let units: Vec<u32> = p.downcast::<PyStr>().map(|s| s.code_points().collect()).unwrap_or_default();
        let out = super::super::pathtext::normalise(&units);
        PyStr::from_code_points(&out, cx).map(Own::into_object)
    }

    /// Split a pathname into drive, root and tail.
    ///
    /// The tail contains anything after the root.
    #[function("_path_splitroot_ex(p)")]
    fn _path_splitroot_ex(p: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let p = taipan_object::fspath::fspath(p, cx)?;
        if let Some(b) = p.downcast::<PyBytes>() {
            let units: Vec<u32> = b.as_bytes().iter().map(|&b| b as u32).collect();
            let n = super::super::pathtext::root_len(&units);
            let (root, tail) = b.as_bytes().split_at(n);
            let (e, r, t) = (PyBytes::new(b"", cx)?, PyBytes::new(root, cx)?, PyBytes::new(tail, cx)?);
            return PyTuple::from_slice(&[&e, &r, &t], cx);
        }
        let units: Vec<u32> = p.downcast::<PyStr>().map(|s| s.code_points().collect()).unwrap_or_default();
        let (root, tail) = units.split_at(super::super::pathtext::root_len(&units));
        let (e, r, t) = (PyStr::new("", cx)?, PyStr::from_code_points(root, cx)?, PyStr::from_code_points(tail, cx)?);
        PyTuple::from_slice(&[&e, &r, &t], cx)
    }
}
