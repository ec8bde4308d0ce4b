//! `FileIO`: an open file descriptor as a raw stream.
//!
//! `fd` is -1 when closed. Calls that may block run without the GIL and are repeated after signals.

use crate::base::PyRawIoBase;
use crate::common::*;
use std::cell::Cell;
use taipan_host::consts::posix as flags;
use taipan_host::fresh::Fresh;
use taipan_host::{AT_FDCWD, Errno, Fd, fd as host};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

#[pytype(name = "_io.FileIO", heap, gc, basetype, base = PyRawIoBase, doc = "FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nOpen a file.\n\nThe mode can be 'r' (default), 'w', 'x' or 'a' for reading, writing,\nexclusive creation or appending.  The file will be created if it\ndoesn't exist when opened for writing or appending; it will be\ntruncated when opened for writing.  A FileExistsError will be raised\nif it already exists when opened for creating. Opening a file for\ncreating implies writing so this mode behaves in a similar way to 'w'.\nAdd a '+' to the mode to allow simultaneous reading and writing. A\ncustom opener can be used by passing a callable as *opener*. The\nunderlying file descriptor for the file object is then obtained by\ncalling opener with (*name*, *flags*). *opener* must return an open\nfile descriptor (passing os.open as *opener* results in functionality\nsimilar to passing None).")]
#[repr(C)]
pub struct PyFileIo {
    base: PyRawIoBase,
    #[gc(skip)]
    pub fd: Cell<i32>,
    #[gc(skip)]
    created: Cell<bool>,
    #[gc(skip)]
    readable: Cell<bool>,
    #[gc(skip)]
    writable: Cell<bool>,
    #[gc(skip)]
    appending: Cell<bool>,
    #[gc(skip)]
    seekable: Cell<Option<bool>>,
    #[gc(skip)]
    closefd: Cell<bool>,
    #[gc(skip)]
    finalizing: Cell<bool>,
    #[gc(skip)]
    blksize: Cell<i64>,
    #[gc(skip)]
    /// Size of a regular file when it was opened, until it is used; negative when not known.
    size_hint: Cell<i64>,
}

/// What a mode string asks for.
#[derive(Default)]
struct Mode {
    read: bool,
    write: bool,
    create: bool,
    append: bool,
    flags: i32,
}

fn parse_mode(text: &str, cx: &mut Cx) -> PyResult<Mode> {
    let mut m = Mode::default();
    let (mut seen, mut plus) = (false, false);
    let mut double = false;
    for c in text.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' => {
                double |= std::mem::replace(&mut seen, true);
                match c {
                    'x' => {
                        (m.create, m.write) = (true, true);
                        m.flags |= flags::O_EXCL | flags::O_CREAT;
                    }
                    'r' => m.read = true,
                    'w' => {
                        m.write = true;
                        m.flags |= flags::O_CREAT | flags::O_TRUNC;
                    }
                    _ => {
                        (m.append, m.write) = (true, true);
                        m.flags |= flags::O_APPEND | flags::O_CREAT;
                    }
                }
            }
            'b' => {}
            '+' => {
                double |= std::mem::replace(&mut plus, true);
                (m.read, m.write) = (true, true);
            }
            _ => return Err(cx.value_error(format_args!("invalid mode: {text}"))),
        }
    }
    if double || !seen {
        return Err(cx.value_error(format_args!("Must have exactly one of create/read/write/append mode and at most one plus")));
    }
    m.flags |= match (m.read, m.write) {
        (true, true) => flags::O_RDWR,
        (true, false) => flags::O_RDONLY,
        _ => flags::O_WRONLY,
    };
    Ok(m)
}

impl PyFileIo {
    fn check_open(&self, cx: &mut Cx) -> PyResult<i32> {
        match self.fd.get() {
            -1 => Err(closed_error(cx)),
            fd => Ok(fd),
        }
    }

    /// Read at most the length of `b`; `None` when it would block.
    pub fn read_some(&self, b: &mut [u8], cx: &mut Cx) -> PyResult<Option<usize>> {
        self.read_with(cx, |fd| host::read(fd, b))
    }

    /// Read by a call on the descriptor.
    fn read_with(&self, cx: &mut Cx, mut call: impl FnMut(Fd) -> taipan_host::Result<usize>) -> PyResult<Option<usize>> {
        let fd = self.check_open(cx)?;
        if !self.readable.get() {
            return Err(unsupported("File not open for reading", cx));
        }
        match blocking(cx, || call(fd))? {
            Ok(n) => Ok(Some(n)),
            Err(Errno::EAGAIN) => Ok(None),
            Err(e) => Err(fail(e, None, cx)),
        }
    }

    /// Write; how much was taken, `None` when it would block.
    pub fn write_some(&self, b: &[u8], cx: &mut Cx) -> PyResult<Option<usize>> {
        let fd = self.check_open(cx)?;
        if !self.writable.get() {
            return Err(unsupported("File not open for writing", cx));
        }
        match blocking(cx, || host::write(fd, b))? {
            Ok(n) => Ok(Some(n)),
            Err(Errno::EAGAIN) => Ok(None),
            Err(e) => Err(fail(e, None, cx)),
        }
    }

    /// Read to the end; `None` when nothing came because it would block.
    pub fn read_all(&self, cx: &mut Cx) -> PyResult<Option<Vec<u8>>> {
        let fd = self.check_open(cx)?;
        if !self.readable.get() {
            return Err(unsupported("File not open for reading", cx));
        }
        let known = self.size_hint.replace(-1);
        let size = cx.without_gil(|| {
            let end = match known {
                n if n >= 0 => n,
                _ => taipan_host::stat::fstat(fd).ok().filter(|s| s.is_file()).map_or(0, |s| s.size),
            };
            let at = if end > 65536 { host::lseek(fd, 0, 1).unwrap_or(0) } else { 0 };
            (end - at).clamp(0, 1 << 40) as usize
        });
        let mut data: Vec<u8> = Vec::new();
        if data.try_reserve_exact(size + 1).is_err() {
            return Err(cx.memory_error());
        }
        let mut len = 0;
        loop {
            let room = data.capacity().saturating_sub(len);
            if room == 0 && data.try_reserve(len.max(8192)).is_err() {
                return Err(cx.memory_error());
            }
            let want = data.capacity().max(len + 1).min(len + (16 << 20));
            data.resize(want, 0);
            let part = data.get_mut(len..).unwrap_or_default();
            match blocking(cx, || host::read(fd, part))? {
                Ok(0) => break,
                Ok(n) => len += n,
                Err(Errno::EAGAIN) if len == 0 => return Ok(None),
                Err(Errno::EAGAIN) => break,
                Err(e) => return Err(fail(e, None, cx)),
            }
        }
        data.truncate(len);
        Ok(Some(data))
    }

    /// Move the position; the new one.
    pub fn seek_to(&self, pos: i64, whence: i32, cx: &mut Cx) -> PyResult<i64> {
        let fd = self.check_open(cx)?;
        let r = cx.without_gil(|| host::lseek(fd, pos, whence));
        if self.seekable.get().is_none() {
            self.seekable.set(Some(r.is_ok()));
        }
        r.map_err(|e| fail(e, None, cx))
    }

    fn mode_text(&self) -> &'static str {
        match (self.created.get(), self.appending.get(), self.readable.get(), self.writable.get()) {
            (true, _, true, _) => "xb+",
            (true, ..) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, ..) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }

    fn close_fd(&self, cx: &mut Cx) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        match cx.without_gil(|| host::close(fd)) {
            Ok(()) | Err(Errno::EINTR) => Ok(()),
            Err(e) => Err(fail(e, None, cx)),
        }
    }

    fn warn_unclosed(&self, source: &Object, cx: &mut Cx) {
        if self.fd.get() < 0 || !self.closefd.get() {
            return;
        }
        let saved = cx.ts().current_exception.take();
        let shown = taipan_object::abstract_::repr(source, cx).map(|s| s.to_string_lossy()).unwrap_or_default();
        if taipan_object::warn::warn_from(exc::ResourceWarning(), format_args!("unclosed file {shown}"), 1, Some(source), cx).is_err() {
            taipan_object::unraisable::write(cx, None, Some(self));
        }
        cx.ts().current_exception.set(saved, cx);
    }

    /// Open by name, or take over a descriptor.
    fn open(&self, file: &Object, mode: &str, closefd: bool, opener: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.fd.get() >= 0 {
            if self.closefd.get() {
                self.close_fd(cx)?;
            } else {
                self.fd.set(-1);
            }
        }
        let mut own_fd = -1;
        if !file.is_a::<PyStr>() && number::has_index(file) {
            if file.is_a::<taipan_object::types::boolean::PyBool>() {
                taipan_object::warn::warn(exc::RuntimeWarning(), format_args!("bool is used as a file descriptor"), 1, cx)?;
            }
            own_fd = match number::index(file, cx)?.to_i64().map(i32::try_from) {
                Some(Ok(n)) => n,
                // No descriptor is that large: the number is taken for a path, which it cannot be.
                _ => return Err(cx.type_error(format_args!("expected str, bytes or os.PathLike object, not {}", file.ty().name()))),
            };
            if own_fd < 0 {
                return Err(cx.value_error(format_args!("negative file descriptor")));
            }
        }
        let path = if own_fd < 0 { Some(taipan_object::fspath::to_cstring(file, cx)?) } else { None };
        let m = parse_mode(mode, cx)?;
        self.created.set(m.create);
        self.readable.set(m.read);
        self.writable.set(m.write);
        self.appending.set(m.append);
        self.seekable.set(None);
        self.size_hint.set(-1);
        if taipan_object::audit::is_active() {
            let (mo, fl) = (PyStr::new(mode, cx)?, PyInt::new((m.flags | flags::O_CLOEXEC) as i64, cx)?);
            taipan_object::audit::raise("open", &[file, &mo, &fl], cx)?;
        }
        let mut opened = false;
        let fd = match &path {
            None => {
                self.closefd.set(closefd);
                own_fd
            }
            Some(p) => {
                self.closefd.set(true);
                if !closefd {
                    return Err(cx.value_error(format_args!("Cannot use closefd=False with file name")));
                }
                opened = true;
                if opener.is_none() {
                    blocking(cx, || taipan_host::fs::open(AT_FDCWD, p, m.flags, 0o666))?.map_err(|e| fail(e, Some(file), cx))?
                } else {
                    let fl = PyInt::new((m.flags | flags::O_CLOEXEC) as i64, cx)?;
                    let r = call::call(opener, &[file, &fl], cx)?;
                    if !r.is_a::<PyInt>() {
                        return Err(cx.type_error(format_args!("expected integer from opener")));
                    }
                    let fd = as_i64(&r, cx)?;
                    if fd < 0 {
                        return Err(cx.value_error(format_args!("opener returned {fd}")));
                    }
                    host::set_inheritable(fd as i32, false).map_err(|e| fail(e, None, cx))?;
                    fd as i32
                }
            }
        };
        let s = match blocking(cx, || taipan_host::stat::fstat(fd))? {
            Ok(s) => Some(s),
            Err(Errno::EBADF) => return Err(fail(Errno::EBADF, if path.is_some() { Some(file) } else { None }, cx)),
            Err(_) => None,
        };
        if let Some(s) = s {
            if s.is_dir() {
                if opened {
                    let _closed = host::close(fd);
                }
                return Err(fail(Errno::EISDIR, Some(file), cx));
            }
            self.blksize.set(s.blksize.max(0));
            self.size_hint.set(if s.is_file() { s.size } else { -1 });
        }
        self.fd.set(fd);
        if let Err(r) = attr::set(self, name!(cx, "name"), Some(file), cx) {
            // A descriptor that was given stays the caller's.
            if !opened {
                self.fd.set(-1);
                return Err(r);
            }
            return chain(Err(r), cx, |cx| self.close_fd(cx));
        }
        if m.append {
            if let Err(e) = cx.without_gil(|| host::lseek(fd, 0, 2)) {
                if e != Errno::ESPIPE {
                    return Err(fail(e, None, cx));
                }
            }
        }
        Ok(())
    }
}

#[pymethods]
impl PyFileIo {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyFileIo>> {
        cx.new_object_of(
            cls,
            PyFileIo {
                base: PyRawIoBase::blank(),
                fd: Cell::new(-1),
                created: Cell::new(false),
                readable: Cell::new(false),
                writable: Cell::new(false),
                appending: Cell::new(false),
                seekable: Cell::new(None),
                closefd: Cell::new(true),
                finalizing: Cell::new(false),
                blksize: Cell::new(0),
                size_hint: Cell::new(-1),
            },
        )
    }
    #[init("FileIO(file, mode='r', closefd=True, opener=None)")]
    fn init(&self, file: &Object, mode: Option<&PyStr>, closefd: bool, opener: &Object, cx: &mut Cx) -> PyResult<()> {
        let mode = mode.map_or_else(|| "r".to_owned(), |m| m.to_string_lossy());
        self.open(file, &mode, closefd, opener, cx)
    }
    /// Close the file.
    ///
    /// A closed file cannot be used for further I/O operations.  close() may be
    /// called more than once without error.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        if self.fd.get() < 0 && self.is_exact::<PyFileIo>() {
            return Ok(());
        }
        let base = super::base::PyRawIoBase::ty();
        let close = attr::get(base.as_object(), name!(cx, "close"), cx)?;
        let r = call::call(&close, &[self], cx).map(drop);
        if !self.closefd.get() {
            self.fd.set(-1);
            return r;
        }
        chain(r, cx, |cx| {
            if self.finalizing.get() {
                self.warn_unclosed(self, cx);
            }
            self.close_fd(cx)
        })
    }
    /// True if file was opened in a read mode.
    #[method("readable()")]
    fn is_readable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check_open(cx).map(|_| self.readable.get())
    }
    /// True if file was opened in a write mode.
    #[method("writable()")]
    fn is_writable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check_open(cx).map(|_| self.writable.get())
    }
    /// True if file supports random-access.
    #[method("seekable()")]
    fn is_seekable(&self, cx: &mut Cx) -> PyResult<bool> {
        let fd = self.check_open(cx)?;
        if let Some(s) = self.seekable.get() {
            return Ok(s);
        }
        let s = cx.without_gil(|| host::lseek(fd, 0, 1)).is_ok();
        self.seekable.set(Some(s));
        Ok(s)
    }
    /// Return the underlying file descriptor (an integer).
    #[method("fileno()")]
    fn fileno(&self, cx: &mut Cx) -> PyResult<i32> {
        self.check_open(cx)
    }
    /// Same as RawIOBase.readinto().
    #[method("readinto(buffer, /)")]
    fn readinto(&self, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<Option<usize>> {
        self.read_some(buffer.0.bytes_mut(), cx)
    }
    /// Read all data from the file, returned as bytes.
    ///
    /// Reads until either there is an error or read() returns size 0 (indicating EOF).
    /// If the file is already at EOF, returns an empty bytes object.
    ///
    /// In non-blocking mode, returns as much data as could be read before EAGAIN. If no
    /// data is available (EAGAIN is returned before bytes are read) returns None.
    #[method("readall()")]
    fn readall(&self, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
        match self.read_all(cx)? {
            Some(v) => PyBytes::new(&v, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Read at most size bytes, returned as bytes.
    ///
    /// If size is less than 0, read all bytes in the file making multiple read calls.
    /// See ``FileIO.readall``.
    ///
    /// Attempts to make only one system call, retrying only per PEP 475 (EINTR). This
    /// means less data may be returned than requested.
    ///
    /// In non-blocking mode, returns None if no data is available. Return an empty
    /// bytes object at EOF.
    #[method("read(size=-1, /)")]
    fn read(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
        if size.0 < 0 {
            return self.readall(cx);
        }
        let mut blocked = false;
        let data = PyBytes::build_up_to(size.0 as usize, cx, |room, cx| {
            let mut room = Fresh::new(room);
            blocked = self.read_with(cx, |fd| host::read_fresh(fd, &mut room))?.is_none();
            Ok(room.filled())
        })?;
        Ok(if blocked { None } else { Some(data) })
    }
    /// Write buffer b to file, return number of bytes written.
    ///
    /// Only makes one system call, so not all of the data may be written.
    /// The number of bytes actually written is returned.  In non-blocking mode,
    /// returns None if the write would block.
    #[method("write(b, /)")]
    fn write(&self, b: Buffer, cx: &mut Cx) -> PyResult<Option<usize>> {
        self.write_some(b.bytes(), cx)
    }
    /// Move to new file position and return the file position.
    ///
    /// Argument offset is a byte count.  Optional argument whence defaults to
    /// SEEK_SET or 0 (offset from start of file, offset should be >= 0); other values
    /// are SEEK_CUR or 1 (move relative to current position, positive or negative),
    /// and SEEK_END or 2 (move relative to end of file, usually negative, although
    /// many platforms allow seeking beyond the end of a file).
    ///
    /// Note that not all file objects are seekable.
    #[method("seek(pos, whence=0, /)")]
    fn seek(&self, pos: i64, whence: i32, cx: &mut Cx) -> PyResult<i64> {
        self.seek_to(pos, whence, cx)
    }
    /// Current file position.
    ///
    /// Can raise OSError for non seekable files.
    #[method("tell()")]
    fn tell(&self, cx: &mut Cx) -> PyResult<i64> {
        self.seek_to(0, 1, cx)
    }
    /// Truncate the file to at most size bytes and return the truncated size.
    ///
    /// Size defaults to the current file position, as returned by tell().
    /// The current file position is changed to the value of size.
    #[method("truncate(size=None, /)")]
    fn truncate(&self, size: &Object, cx: &mut Cx) -> PyResult<i64> {
        let fd = self.check_open(cx)?;
        if !self.writable.get() {
            return Err(unsupported("File not open for writing", cx));
        }
        let n = if size.is_none() { self.seek_to(0, 1, cx)? } else { as_i64(size, cx)? };
        match blocking(cx, || host::ftruncate(fd, n))? {
            Ok(()) => Ok(n),
            Err(e) => Err(fail(e, None, cx)),
        }
    }
    /// True if the file is connected to a TTY device.
    #[method("isatty()")]
    fn isatty(&self, cx: &mut Cx) -> PyResult<bool> {
        let fd = self.check_open(cx)?;
        Ok(cx.without_gil(|| host::isatty(fd)))
    }
    /// Cheaper than isatty(): a file that was regular when it was opened is no terminal.
    #[method("_isatty_open_only()", nosig)]
    fn isatty_open_only(&self, cx: &mut Cx) -> PyResult<bool> {
        if self.size_hint.get() >= 0 { Ok(false) } else { self.isatty(cx) }
    }
    #[method("_dealloc_warn(object, /)")]
    fn dealloc_warn(&self, object: &Object, cx: &mut Cx) {
        self.warn_unclosed(object, cx);
    }
    #[method("__getstate__()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<()> {
        Err(no_pickle(self, cx))
    }
    /// True if the file is closed
    #[getter("closed")]
    fn closed(&self) -> bool {
        self.fd.get() < 0
    }
    /// True if the file descriptor will be closed by close().
    #[getter("closefd")]
    fn get_closefd(&self) -> bool {
        self.closefd.get()
    }
    /// String giving the file mode
    #[getter("mode")]
    fn mode(&self) -> &'static str {
        self.mode_text()
    }
    #[getter("_blksize")]
    fn get_blksize(&self) -> i64 {
        if self.blksize.get() > 1 { self.blksize.get() } else { DEFAULT_BUFFER_SIZE as i64 }
    }
    #[getter("_finalizing")]
    fn get_finalizing(&self) -> bool {
        self.finalizing.get()
    }
    #[setter("_finalizing")]
    fn set_finalizing(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = bool_member(v, cx)?;
        self.finalizing.set(v);
        Ok(())
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let t = self.ty().tp_name_str().to_owned();
        if self.fd.get() < 0 {
            return Ok(format!("<{t} [closed]>"));
        }
        let close = if self.closefd.get() { "True" } else { "False" };
        let mode = self.mode_text();
        let Some(_g) = taipan_object::abstract_::repr_enter(self, cx) else {
            return Err(cx.runtime_error(format_args!("reentrant call inside {t}.__repr__")));
        };
        Ok(match shown_name(self, cx)? {
            Some(n) => format!("<{t} name={n} mode='{mode}' closefd={close}>"),
            None => format!("<{t} fd={} mode='{mode}' closefd={close}>", self.fd.get()),
        })
    }
}
