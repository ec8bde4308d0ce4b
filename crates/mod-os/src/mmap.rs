//! The module `mmap`: files and anonymous memory as a mutable row of bytes.
//!
//! While buffers of a map are out (`exports`), it is neither closed nor resized, so its memory stays where it is.

use crate::add_constants;
use crate::posix::args::{audit, done};
use std::cell::{Cell, Ref, RefCell};
use std::ffi::c_int;
use taipan_host::{Errno, consts, fd as hostfd, mem, stat};
use taipan_object::abstract_::buffer::{self, Buffer};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytes::{self, PyBytes};
use taipan_object::types::slice::{PySlice, Span};

const ACCESS_DEFAULT: i32 = 0;
const ACCESS_READ: i32 = 1;
const ACCESS_WRITE: i32 = 2;
const ACCESS_COPY: i32 = 3;
const PROT_READ: i32 = 1;
const PROT_WRITE: i32 = 2;
const PROT_EXEC: i32 = 4;
const MAP_SHARED: i32 = 1;
const MAP_PRIVATE: i32 = 2;
const MAP_ANONYMOUS: i32 = 0x20;


/// A file descriptor of our own, closed when dropped; -1 for none.
struct OwnFd(Cell<i32>);
impl OwnFd {
    fn close(&self) {
        let fd = self.0.replace(-1);
        if fd >= 0 {
            let _ = hostfd::close(fd);
        }
    }
}
impl Drop for OwnFd {
    fn drop(&mut self) {
        self.close();
    }
}

#[pytype(
    name = "mmap.mmap", heap,
    gc,
    basetype,
    doc = "Windows: mmap(fileno, length[, tagname[, access[, offset]]])\n\nMaps length bytes from the file specified by the file handle fileno,\nand returns a mmap object.  If length is larger than the current size\nof the file, the file is extended to contain length bytes.  If length\nis 0, the maximum length of the map is the current size of the file,\nexcept that if the file is empty Windows raises an exception (you cannot\ncreate an empty mapping on Windows).\n\nUnix: mmap(fileno, length[, flags[, prot[, access[, offset[, trackfd]]]]])\n\nMaps length bytes from the file specified by the file descriptor fileno,\nand returns a mmap object.  If length is 0, the maximum length of the map\nwill be the current size of the file when mmap is called.\nflags specifies the nature of the mapping. MAP_PRIVATE creates a\nprivate copy-on-write mapping, so changes to the contents of the mmap\nobject will be private to this process, and MAP_SHARED creates a mapping\nthat's shared with all other processes mapping the same areas of the file.\nThe default value is MAP_SHARED.\n\nTo map anonymous memory, pass -1 as the fileno (both versions)."
)]
#[repr(C)]
pub struct PyMmap {
    head: ObjHead,
    #[gc(skip)]
    map: RefCell<Option<mem::Mapping>>,
    #[gc(skip)]
    fd: OwnFd,
    #[gc(skip)]
    pos: Cell<usize>,
    #[gc(skip)]
    offset: i64,
    #[gc(skip)]
    exports: Cell<isize>,
    #[gc(skip)]
    access: i32,
    #[gc(skip)]
    flags: i32,
    #[gc(skip)]
    trackfd: bool,
    weak: WeakList,
}

#[cold]
fn closed(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("mmap closed or invalid"))
}

impl PyMmap {
    fn get(&self, cx: &mut Cx) -> PyResult<Ref<'_, mem::Mapping>> {
        Ref::filter_map(self.map.borrow(), Option::as_ref).map_err(|_| closed(cx))
    }
    fn len(&self, cx: &mut Cx) -> PyResult<usize> {
        self.get(cx).map(|m| m.size())
    }
    fn writable(&self, cx: &mut Cx) -> PyResult<()> {
        if self.access != ACCESS_READ {
            return Ok(());
        }
        Err(cx.type_error(format_args!("mmap can't modify a readonly memory map.")))
    }
    /// Put bytes at a place that lies within.
    fn put(&self, at: usize, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        let mut m = self.map.borrow_mut();
        let Some(m) = m.as_mut() else { return Err(closed(cx)) };
        match m.bytes_mut().get_mut(at..at + b.len()) {
            Some(t) => {
                t.copy_from_slice(b);
                Ok(())
            }
            // What made the bytes has shrunk the map.
            None => Err(cx.index_error(format_args!("mmap index out of range"))),
        }
    }
    /// Take `n` bytes from the position, or what is left.
    fn take(&self, n: usize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let m = self.get(cx)?;
        let rest = m.bytes().get(self.pos.get()..).unwrap_or_default();
        let n = n.min(rest.len());
        let b = PyBytes::new(rest.get(..n).unwrap_or_default(), cx)?;
        self.pos.set(self.pos.get() + n);
        Ok(b)
    }
    fn search(&self, view: Buffer, start: &Object, end: &Object, back: bool, cx: &mut Cx) -> PyResult<isize> {
        let clip = |v: &Object, none: usize, cx: &mut Cx| -> PyResult<usize> {
            let n = self.len(cx)? as isize;
            if v.is_none() {
                return Ok(none);
            }
            let i = number::index_as_isize(v, exc::OverflowError(), cx)?;
            Ok(if i < 0 { (i + n).max(0) } else { i.min(n) } as usize)
        };
        let (start, end) = (clip(start, self.pos.get(), cx)?, clip(end, self.len(cx)?, cx)?);
        let m = self.get(cx)?;
        let hay = m.bytes().get(start..end).unwrap_or_default();
        let found = if start > end { None } else if back { bytes::rfind(hay, view.bytes()) } else { bytes::find(hay, view.bytes()) };
        Ok(found.map_or(-1, |i| (i + start) as isize))
    }
    fn index(&self, key: &Object, cx: &mut Cx) -> PyResult<usize> {
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        let n = self.len(cx)? as isize;
        let i = if i < 0 { i + n } else { i };
        if i < 0 || i >= n {
            return Err(cx.index_error(format_args!("mmap index out of range")));
        }
        Ok(i as usize)
    }
    fn span(&self, s: &PySlice, cx: &mut Cx) -> PyResult<Span> {
        let (start, stop, step) = s.unpack(cx)?;
        Ok(Span::clip(start, stop, step, self.len(cx)?))
    }
}

/// What `fileno`, `flags`, `prot` and `access` come to.
struct Wanted {
    flags: i32,
    prot: i32,
    access: i32,
}

fn wanted(flags: i32, prot: i32, access: i32, cx: &mut Cx) -> PyResult<Wanted> {
    if access != ACCESS_DEFAULT && (flags != MAP_SHARED || prot != PROT_READ | PROT_WRITE) {
        return Err(cx.value_error(format_args!("mmap can't specify both access and flags, prot.")));
    }
    let (flags, prot, access) = match access {
        ACCESS_READ => (MAP_SHARED, PROT_READ, access),
        ACCESS_WRITE => (MAP_SHARED, PROT_READ | PROT_WRITE, access),
        ACCESS_COPY => (MAP_PRIVATE, PROT_READ | PROT_WRITE, access),
        ACCESS_DEFAULT => match (prot & PROT_READ != 0, prot & PROT_WRITE != 0) {
            (true, true) => (flags, prot, ACCESS_DEFAULT),
            (false, true) => (flags, prot, ACCESS_WRITE),
            _ => (flags, prot, ACCESS_READ),
        },
        _ => return Err(cx.value_error(format_args!("mmap invalid access parameter."))),
    };
    Ok(Wanted { flags, prot, access })
}

/// The length to map of a regular file: the rest of it when none was asked for.
fn file_length(fd: i32, length: usize, offset: i64, cx: &mut Cx) -> PyResult<usize> {
    // What is no regular file has no size to compare with; a bad descriptor shows when it is mapped.
    let Ok(st) = stat::fstat(fd) else { return Ok(length) };
    if st.mode & 0o170000 != 0o100000 {
        return Ok(length);
    }
    if length == 0 {
        if st.size == 0 {
            return Err(cx.value_error(format_args!("cannot mmap an empty file")));
        }
        if offset >= st.size {
            return Err(cx.value_error(format_args!("mmap offset is greater than file size")));
        }
        return Ok((st.size - offset) as usize);
    }
    if offset > st.size || st.size - offset < length as i64 {
        return Err(cx.value_error(format_args!("mmap length is greater than file size")));
    }
    Ok(length)
}

#[pymethods]
impl PyMmap {
    #[new("mmap(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)")]
    #[allow(clippy::too_many_arguments)]
    fn py_new(cls: &PyType, fileno: i32, length: isize, flags: i32, prot: i32, access: i32, offset: i64, trackfd: bool, cx: &mut Cx) -> PyResult<Own<PyMmap>> {
        if length < 0 {
            return Err(cx.overflow_error(format_args!("memory mapped length must be positive")));
        }
        if offset < 0 {
            return Err(cx.overflow_error(format_args!("memory mapped offset must be positive")));
        }
        let w = wanted(flags, prot, access, cx)?;
        audit("mmap.__new__", cx, |cx| {
            let int = |n: i64, cx: &mut Cx| PyInt::new(n, cx).map(Own::into_object);
            Ok(vec![int(fileno as i64, cx)?, int(length as i64, cx)?, int(w.access as i64, cx)?, int(offset, cx)?])
        })?;
        let mut size = length as usize;
        let mut flags = w.flags;
        let fd = OwnFd(Cell::new(-1));
        if fileno == -1 {
            flags |= MAP_ANONYMOUS;
        } else {
            size = file_length(fileno, size, offset, cx)?;
            if trackfd {
                fd.0.set(done(hostfd::dup(fileno), cx)?);
            }
        }
        let m = done(mem::map(fileno, offset, size, w.prot, flags), cx)?;
        cx.new_object_of(cls, PyMmap {
            head: Object::placeholder(),
            map: RefCell::new(Some(m)),
            fd,
            pos: Cell::new(0),
            offset,
            exports: Cell::new(0),
            access: w.access,
            flags,
            trackfd,
            weak: WeakList::new(),
        })
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let name = self.ty().tp_name_str();
        let Some(n) = self.map.borrow().as_ref().map(mem::Mapping::size) else { return format!("<{name} closed=True>") };
        let access = ["ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"].get(self.access as usize).copied().unwrap_or("?");
        format!("<{name} closed=False, access={access}, length={n}, pos={}, offset={}>", self.pos.get(), self.offset)
    }
    #[slot(mp_length, sq_length)]
    fn length(&self, cx: &mut Cx) -> PyResult<isize> {
        self.len(cx).map(|n| n as isize)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        drop(self.get(cx)?);
        if let Some(s) = key.downcast::<PySlice>() {
            let span = self.span(s, cx)?;
            let m = self.get(cx)?;
            let b = m.bytes();
            let out: Vec<u8> = span.positions().filter_map(|i| b.get(i).copied()).collect();
            return PyBytes::new(&out, cx).map(Own::into_object);
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("mmap indices must be integers")));
        }
        let i = self.index(key, cx)?;
        let b = self.get(cx)?.bytes().get(i).copied().unwrap_or_default();
        PyInt::new(b.into(), cx).map(Own::into_object)
    }
    #[slot(mp_ass_subscript)]
    fn ass_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        drop(self.get(cx)?);
        self.writable(cx)?;
        if let Some(s) = key.downcast::<PySlice>() {
            let span = self.span(s, cx)?;
            let Some(v) = value else {
                return Err(cx.type_error(format_args!("mmap object doesn't support slice deletion")));
            };
            let v = Buffer::get(v, buffer::SIMPLE, cx)?;
            let b = v.bytes();
            if b.len() != span.count {
                return Err(cx.index_error(format_args!("mmap slice assignment is wrong size")));
            }
            if span.step == 1 {
                return self.put(span.start as usize, b, cx);
            }
            return span.positions().zip(b).try_for_each(|(i, c)| self.put(i, &[*c], cx));
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("mmap indices must be integer")));
        }
        let i = self.index(key, cx)?;
        let Some(v) = value else {
            return Err(cx.type_error(format_args!("mmap doesn't support item deletion")));
        };
        if !number::has_index(v) {
            return Err(cx.type_error(format_args!("mmap item value must be an int")));
        }
        let n = number::index_as_isize(v, exc::TypeError(), cx)?;
        match u8::try_from(n) {
            Ok(b) => self.put(i, &[b], cx),
            Err(_) => Err(cx.value_error(format_args!("mmap item value must be in range(0, 256)"))),
        }
    }
    #[slot(bf_getbuffer)]
    #[allow(unsafe_code)]
    fn getbuffer(&self, view: *mut buffer::Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
        let (p, n) = {
            let m = self.get(cx)?;
            (m.as_ptr(), m.size())
        };
        // SAFETY: slot contract; the memory stays mapped while it is exported.
        unsafe { buffer::fill_info(view, self, p, n, self.access == ACCESS_READ, flags, cx)? };
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut buffer::Py_buffer) {
        self.exports.set(self.exports.get() - 1);
    }
    #[method("close()", doc = "")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(cx.buffer_error(format_args!("cannot close exported pointers exist")));
        }
        self.fd.close();
        let m = self.map.take();
        cx.without_gil(|| drop(m));
        Ok(())
    }
    #[getter("closed")]
    fn is_closed(&self) -> bool {
        self.map.borrow().is_none()
    }
    #[method("find(view, start=None, end=None, /)", doc = "")]
    fn find(&self, view: Buffer, start: &Object, end: &Object, cx: &mut Cx) -> PyResult<isize> {
        self.search(view, start, end, false, cx)
    }
    #[method("rfind(view, start=None, end=None, /)", doc = "")]
    fn rfind(&self, view: Buffer, start: &Object, end: &Object, cx: &mut Cx) -> PyResult<isize> {
        self.search(view, start, end, true, cx)
    }
    #[method("flush(offset=0, size=None, /)", doc = "")]
    fn flush(&self, offset: isize, size: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = self.len(cx)? as isize;
        let size = if size.is_none() { n - offset } else { number::index_as_isize(size, exc::OverflowError(), cx)? };
        if size < 0 || offset < 0 || n - offset < size {
            return Err(cx.value_error(format_args!("flush values out of range")));
        }
        if self.access == ACCESS_READ || self.access == ACCESS_COPY {
            return Ok(());
        }
        let m = self.get(cx)?;
        done(cx.without_gil(|| m.flush(offset as usize, size as usize)), cx)
    }
    #[method("madvise(option, start=0, length=None, /)", doc = "")]
    fn madvise(&self, option: i32, start: isize, length: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = self.len(cx)? as isize;
        let length = if length.is_none() { n } else { number::index_as_isize(length, exc::OverflowError(), cx)? };
        if start < 0 || start >= n {
            return Err(cx.value_error(format_args!("madvise start out of bounds")));
        }
        if length < 0 {
            return Err(cx.value_error(format_args!("madvise length invalid")));
        }
        if isize::MAX - start < length {
            return Err(cx.overflow_error(format_args!("madvise length too large")));
        }
        let length = length.min(n - start);
        let r = self.get(cx)?.advise(start as usize, length as usize, option);
        done(r, cx)
    }
    #[method("move(dest, src, count, /)", doc = "")]
    fn move_(&self, dest: isize, src: isize, count: isize, cx: &mut Cx) -> PyResult<()> {
        let n = self.len(cx)? as isize;
        self.writable(cx)?;
        if dest < 0 || src < 0 || count < 0 || n - dest < count || n - src < count {
            return Err(cx.value_error(format_args!("source, destination, or count out of range")));
        }
        if let Some(m) = self.map.borrow_mut().as_mut() {
            m.bytes_mut().copy_within(src as usize..(src + count) as usize, dest as usize);
        }
        Ok(())
    }
    #[method("read(n=None, /)", doc = "")]
    fn read(&self, n: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let n = if n.is_none() {
            -1
        } else if number::has_index(n) {
            number::index_as_isize(n, exc::OverflowError(), cx)?
        } else {
            return Err(cx.type_error(format_args!("argument should be integer or None, not '{}'", n.ty().tp_name_str())));
        };
        self.take(usize::try_from(n).unwrap_or(usize::MAX), cx)
    }
    #[method("read_byte()", doc = "")]
    fn read_byte(&self, cx: &mut Cx) -> PyResult<u8> {
        let b = self.get(cx)?.bytes().get(self.pos.get()).copied();
        match b {
            Some(b) => {
                self.pos.set(self.pos.get() + 1);
                Ok(b)
            }
            None => Err(cx.value_error(format_args!("read byte out of range"))),
        }
    }
    #[method("readline()", doc = "")]
    fn readline(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let n = {
            let m = self.get(cx)?;
            let rest = m.bytes().get(self.pos.get()..).unwrap_or_default();
            bytes::find(rest, b"\n").map_or(rest.len(), |i| i + 1)
        };
        self.take(n, cx)
    }
    #[method("resize(newsize, /)", doc = "")]
    fn resize(&self, newsize: isize, cx: &mut Cx) -> PyResult<()> {
        drop(self.get(cx)?);
        if self.exports.get() > 0 {
            return Err(cx.buffer_error(format_args!("mmap can't resize with extant buffers exported.")));
        }
        if !self.trackfd {
            return Err(cx.value_error(format_args!("mmap can't resize with trackfd=False.")));
        }
        if self.access == ACCESS_READ || self.access == ACCESS_COPY {
            return Err(cx.type_error(format_args!("mmap can't resize a readonly or copy-on-write memory map.")));
        }
        if newsize < 0 || isize::MAX - newsize < self.offset as isize {
            return Err(cx.value_error(format_args!("new size out of range")));
        }
        let old = self.len(cx)?;
        let fd = self.fd.0.get();
        if fd == -1 && self.flags & MAP_PRIVATE == 0 && newsize as usize > old {
            return Err(cx.value_error(format_args!("mmap: can't expand a shared anonymous mapping")));
        }
        if fd != -1 {
            done(cx.without_gil(|| hostfd::ftruncate(fd, self.offset + newsize as i64)), cx)?;
        }
        let r = match self.map.borrow_mut().as_mut() {
            Some(m) => m.resize(newsize as usize),
            None => Err(Errno::EINVAL),
        };
        done(r, cx)
    }
    #[method("seek(pos, whence=0, /)", doc = "")]
    fn seek(&self, pos: isize, whence: i32, cx: &mut Cx) -> PyResult<usize> {
        let n = self.len(cx)? as isize;
        let from = match whence {
            0 => Some(0),
            1 => Some(self.pos.get() as isize),
            2 => Some(n),
            _ => return Err(cx.value_error(format_args!("unknown seek type"))),
        };
        match from.and_then(|f| f.checked_add(pos)).filter(|p| (0..=n).contains(p)) {
            Some(p) => {
                self.pos.set(p as usize);
                Ok(p as usize)
            }
            None => Err(cx.value_error(format_args!("seek out of range"))),
        }
    }
    #[method("seekable()", doc = "")]
    fn seekable(&self) -> bool {
        true
    }
    #[method("size()", doc = "")]
    fn size(&self, cx: &mut Cx) -> PyResult<i64> {
        drop(self.get(cx)?);
        match self.fd.0.get() {
            -1 => Err(crate::posix::args::fail(Errno::EBADF, cx)),
            fd => done(stat::fstat(fd), cx).map(|s| s.size),
        }
    }
    #[method("tell()", doc = "")]
    fn tell(&self, cx: &mut Cx) -> PyResult<usize> {
        drop(self.get(cx)?);
        Ok(self.pos.get())
    }
    #[method("write(bytes, /)", doc = "")]
    fn write(&self, bytes: Buffer, cx: &mut Cx) -> PyResult<usize> {
        let n = self.len(cx)?;
        self.writable(cx)?;
        let b = bytes.bytes();
        if self.pos.get() > n || n - self.pos.get() < b.len() {
            return Err(cx.value_error(format_args!("data out of range")));
        }
        self.put(self.pos.get(), b, cx)?;
        self.pos.set(self.pos.get() + b.len());
        Ok(b.len())
    }
    #[method("write_byte(byte, /)", doc = "")]
    fn write_byte(&self, byte: u8, cx: &mut Cx) -> PyResult<()> {
        let n = self.len(cx)?;
        self.writable(cx)?;
        if self.pos.get() >= n {
            return Err(cx.value_error(format_args!("write byte out of range")));
        }
        self.put(self.pos.get(), &[byte], cx)?;
        self.pos.set(self.pos.get() + 1);
        Ok(())
    }
    #[method("__enter__()", doc = "")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        drop(self.get(cx)?);
        Ok(self.own())
    }
    #[method("__exit__(exc_type, exc_value, traceback, /)", doc = "")]
    fn exit(&self, _exc_type: &Object, _exc_value: &Object, _traceback: &Object, cx: &mut Cx) -> PyResult<()> {
        self.close(cx)
    }
}

#[pymodule(name = "mmap", doc = "", types(PyMmap))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        add_constants(m, consts::mmap::TABLE, cx)?;
        let own = [
            ("ACCESS_DEFAULT", ACCESS_DEFAULT as i64),
            ("ACCESS_READ", ACCESS_READ as i64),
            ("ACCESS_WRITE", ACCESS_WRITE as i64),
            ("ACCESS_COPY", ACCESS_COPY as i64),
            ("PROT_EXEC", PROT_EXEC as i64),
            ("PAGESIZE", taipan_host::sysinfo::page_size() as i64),
            ("ALLOCATIONGRANULARITY", taipan_host::sysinfo::page_size() as i64),
        ];
        add_constants(m, &own, cx)?;
        m.add("error", exc::OSError().as_object(), cx)
    }
}
