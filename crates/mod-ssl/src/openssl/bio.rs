//! How a connection gets at its bytes: through a socket's descriptor, or through memory.
//!
//! OpenSSL reads and writes through a `BIO` of our own kind, whose data is an `Arc<Transport>`. It never waits: a socket is asked with
//! `MSG_DONTWAIT`, so a connection is never held by a thread that sleeps, and a program may read and write it from two threads. Who wants to wait polls the descriptor.
//! The callbacks run without the GIL and touch no Python object.
#![allow(unsafe_code)]

use super::table::{BIO, BIO_METHOD, api};
use std::ffi::{c_char, c_int, c_long, c_void};
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use taipan_host::consts::socket::{MSG_DONTWAIT, MSG_NOSIGNAL};
use taipan_host::{Errno, Fd, socket};

/// Bytes between two parties, in order.
#[derive(Default)]
pub struct Queue {
    bytes: Vec<u8>,
    /// How many of them have been taken.
    start: usize,
    /// No more will come.
    pub eof: bool,
}

impl Queue {
    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }
    /// The bytes that wait.
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
    /// Drop the first `n` bytes.
    pub fn consume(&mut self, n: usize) {
        self.start += n.min(self.len());
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
            // A burst must not hold its memory for ever.
            if self.bytes.capacity() > 1 << 18 {
                self.bytes = Vec::new();
            }
        }
    }
    /// Add bytes; false when there is no memory.
    pub fn push(&mut self, b: &[u8]) -> bool {
        if self.start > 0 && self.bytes.capacity() - self.bytes.len() < b.len() {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        if self.bytes.try_reserve(b.len()).is_err() {
            return false;
        }
        self.bytes.extend_from_slice(b);
        true
    }
}

/// Where bytes come from or go.
pub enum Transport {
    Socket {
        fd: Fd,
        /// The errno of the last call that failed; 0 for none.
        error: AtomicI32,
    },
    Memory(Mutex<Queue>),
}

impl Transport {
    pub fn socket(fd: Fd) -> Arc<Transport> {
        Arc::new(Transport::Socket { fd, error: AtomicI32::new(0) })
    }
    pub fn memory() -> Arc<Transport> {
        Arc::new(Transport::Memory(Mutex::default()))
    }
    /// The bytes of memory; `None` for a socket.
    pub fn queue(&self) -> Option<MutexGuard<'_, Queue>> {
        match self {
            Transport::Memory(q) => Some(q.lock().unwrap_or_else(PoisonError::into_inner)),
            Transport::Socket { .. } => None,
        }
    }
    /// The errno of the last failed call, forgotten.
    pub fn take_error(&self) -> i32 {
        match self {
            Transport::Socket { error, .. } => error.swap(0, Relaxed),
            Transport::Memory(_) => 0,
        }
    }
    fn read(&self, into: &mut [MaybeUninit<u8>]) -> Got {
        match self {
            Transport::Socket { fd, error } => loop {
                return match socket::recv_uninit(*fd, into, MSG_DONTWAIT) {
                    Ok(0) if !into.is_empty() => Got::End,
                    Ok(n) => Got::Bytes(n),
                    Err(Errno::EINTR) => continue,
                    Err(e) => failed(e, error),
                };
            },
            Transport::Memory(_) => {
                let Some(mut q) = self.queue() else { return Got::End };
                let n = q.len().min(into.len());
                if n == 0 {
                    return if q.eof { Got::End } else { Got::Later };
                }
                for (to, from) in into.iter_mut().zip(q.rest()) {
                    to.write(*from);
                }
                q.consume(n);
                Got::Bytes(n)
            }
        }
    }
    fn write(&self, bytes: &[u8]) -> Got {
        match self {
            Transport::Socket { fd, error } => loop {
                return match socket::send(*fd, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) {
                    Ok(n) => Got::Bytes(n),
                    Err(Errno::EINTR) => continue,
                    Err(e) => failed(e, error),
                };
            },
            Transport::Memory(_) => {
                let pushed = self.queue().is_some_and(|mut q| q.push(bytes));
                if pushed { Got::Bytes(bytes.len()) } else { Got::Failed }
            }
        }
    }
    fn is_at_end(&self) -> bool {
        self.queue().is_some_and(|q| q.eof && q.len() == 0)
    }
    fn pending(&self) -> usize {
        self.queue().map_or(0, |q| q.len())
    }
}

/// What came of a call.
enum Got {
    Bytes(usize),
    /// Nothing will come any more.
    End,
    /// Nothing now.
    Later,
    Failed,
}

/// What OpenSSL's own sockets count as passing.
fn failed(e: Errno, error: &AtomicI32) -> Got {
    error.store(e.0, Relaxed);
    match e {
        Errno::EAGAIN | Errno::ENOTCONN | Errno::EPROTO | Errno::EINPROGRESS | Errno::EALREADY => Got::Later,
        _ => Got::Failed,
    }
}

/// The flags of a `BIO`, from its header.
const READ: c_int = 1;
const WRITE: c_int = 2;
const RETRY: c_int = 0x0f;
const SHOULD_RETRY: c_int = 8;
const IN_EOF: c_int = 0x800;
/// `BIO_ctrl`'s commands that mean something here.
const CTRL_EOF: c_int = 2;
const CTRL_PENDING: c_int = 10;
const CTRL_FLUSH: c_int = 11;
const CTRL_DUP: c_int = 12;
const TYPE_SOURCE_SINK: c_int = 0x400;

/// The transport of a `BIO`.
///
/// # Safety
/// `bio` is one of ours and alive.
unsafe fn transport<'a>(bio: *mut BIO) -> Option<&'a Transport> {
    // SAFETY: the data is null or the pointer that `new_bio` put there, whose count the BIO owns.
    unsafe { (api().BIO_get_data)(bio).cast::<Transport>().as_ref() }
}

/// Report to OpenSSL.
///
/// # Safety
/// `bio` is alive.
unsafe fn answer(bio: *mut BIO, got: Got, way: c_int) -> c_int {
    match got {
        Got::Bytes(n) => n as c_int,
        Got::End => {
            // SAFETY: the caller's promise.
            unsafe { (api().BIO_set_flags)(bio, IN_EOF) };
            0
        }
        Got::Later => {
            // SAFETY: the caller's promise.
            unsafe { (api().BIO_set_flags)(bio, way | SHOULD_RETRY) };
            -1
        }
        Got::Failed => -1,
    }
}

unsafe extern "C" fn bio_read(bio: *mut BIO, buf: *mut c_char, len: c_int) -> c_int {
    // SAFETY: OpenSSL calls with a BIO of our kind and room for `len` bytes.
    unsafe {
        (api().BIO_clear_flags)(bio, RETRY | IN_EOF);
        let Some(t) = transport(bio) else { return -1 };
        if buf.is_null() || len < 0 {
            return -1;
        }
        let into = std::slice::from_raw_parts_mut(buf.cast::<MaybeUninit<u8>>(), len as usize);
        answer(bio, t.read(into), READ)
    }
}

unsafe extern "C" fn bio_write(bio: *mut BIO, buf: *const c_char, len: c_int) -> c_int {
    // SAFETY: OpenSSL calls with a BIO of our kind and `len` bytes.
    unsafe {
        (api().BIO_clear_flags)(bio, RETRY);
        let Some(t) = transport(bio) else { return -1 };
        if buf.is_null() || len < 0 {
            return -1;
        }
        let bytes = std::slice::from_raw_parts(buf.cast::<u8>(), len as usize);
        answer(bio, t.write(bytes), WRITE)
    }
}

unsafe extern "C" fn bio_ctrl(bio: *mut BIO, command: c_int, _n: c_long, _p: *mut c_void) -> c_long {
    // SAFETY: OpenSSL calls with a BIO of our kind.
    unsafe {
        let Some(t) = transport(bio) else { return 0 };
        match command {
            CTRL_EOF => c_long::from((api().BIO_test_flags)(bio, IN_EOF) != 0 || t.is_at_end()),
            CTRL_PENDING => c_long::try_from(t.pending()).unwrap_or(c_long::MAX),
            CTRL_FLUSH | CTRL_DUP => 1,
            _ => 0,
        }
    }
}

unsafe extern "C" fn bio_create(_bio: *mut BIO) -> c_int {
    1
}

unsafe extern "C" fn bio_destroy(bio: *mut BIO) -> c_int {
    // SAFETY: OpenSSL calls it once, with a BIO of our kind; the count is the BIO's own.
    unsafe {
        let p = (api().BIO_get_data)(bio).cast::<Transport>();
        (api().BIO_set_data)(bio, null_mut());
        if !p.is_null() {
            drop(Arc::from_raw(p));
        }
    }
    1
}

/// Our kind of BIO.
struct Method(NonNull<BIO_METHOD>);
// SAFETY: a table that nobody writes after it was made.
unsafe impl Send for Method {}
// SAFETY: as above.
unsafe impl Sync for Method {}

fn method() -> Option<*mut BIO_METHOD> {
    static METHOD: OnceLock<Option<Method>> = OnceLock::new();
    let made = METHOD.get_or_init(|| {
        let a = api();
        // SAFETY: plain calls that fill a fresh table; it lives for ever.
        unsafe {
            let m = NonNull::new((a.BIO_meth_new)((a.BIO_get_new_index)() | TYPE_SOURCE_SINK, c"Python transport".as_ptr()))?;
            let p = m.as_ptr();
            (a.BIO_meth_set_read)(p, bio_read);
            (a.BIO_meth_set_write)(p, bio_write);
            (a.BIO_meth_set_ctrl)(p, bio_ctrl);
            (a.BIO_meth_set_create)(p, bio_create);
            (a.BIO_meth_set_destroy)(p, bio_destroy);
            Some(Method(m))
        }
    });
    made.as_ref().map(|m| m.0.as_ptr())
}

/// A BIO on a transport, owned by the caller; `None` without memory.
pub fn new_bio(t: &Arc<Transport>) -> Option<NonNull<BIO>> {
    let method = method()?;
    // SAFETY: the method is complete; the BIO takes a count of its own, which `bio_destroy` gives back.
    unsafe {
        let bio = NonNull::new((api().BIO_new)(method))?;
        (api().BIO_set_data)(bio.as_ptr(), Arc::into_raw(Arc::clone(t)).cast_mut().cast());
        (api().BIO_set_init)(bio.as_ptr(), 1);
        Some(bio)
    }
}

/// What `print` writes to a BIO, as bytes; `None` when it or the memory fails.
pub fn printed(print: impl FnOnce(*mut BIO) -> bool) -> Option<Vec<u8>> {
    /// `BIO_get_mem_data`.
    const CTRL_INFO: c_int = 3;
    let a = api();
    // SAFETY: a fresh memory BIO, freed below; its content is copied before that.
    unsafe {
        let bio = NonNull::new((a.BIO_new)((a.BIO_s_mem)()))?.as_ptr();
        let out = print(bio).then(|| {
            let mut p: *mut u8 = null_mut();
            let n = (a.BIO_ctrl)(bio, CTRL_INFO, 0, (&raw mut p).cast());
            if p.is_null() || n <= 0 { Vec::new() } else { std::slice::from_raw_parts(p, n as usize).to_vec() }
        });
        (a.BIO_free)(bio);
        out
    }
}

/// Run `f` with a BIO that reads `data`; `None` without memory or for too much data.
pub fn reading<R>(data: &[u8], f: impl FnOnce(*mut BIO) -> R) -> Option<R> {
    let n = c_int::try_from(data.len()).ok()?;
    // SAFETY: the BIO reads `data`, which outlives it, and is freed here.
    unsafe {
        let bio = NonNull::new((api().BIO_new_mem_buf)(data.as_ptr().cast(), n))?.as_ptr();
        let r = f(bio);
        (api().BIO_free)(bio);
        Some(r)
    }
}

/// Whether nothing is left in a BIO that reads memory.
///
/// # Safety
/// `bio` is alive.
pub unsafe fn at_end(bio: *mut BIO) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (api().BIO_ctrl)(bio, CTRL_EOF, 0, null_mut()) != 0 }
}
