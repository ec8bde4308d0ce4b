//! `_ssl._SSLSocket`: a connection over a socket or two `MemoryBIO`s; the calls that move bytes.
//!
//! A connection itself never waits (see `openssl::bio`). For a socket that blocks or has a timeout, `drive` polls the descriptor and tries again, with neither the GIL nor
//! the connection's lock in hand.

use crate::openssl::bio::Transport;
use crate::openssl::conn::{Conn, Outcome, Peer, RECEIVED_SHUTDOWN, error, ip_bytes};
use crate::openssl::queue;
use crate::ssl::callbacks;
use crate::ssl::context::PyContext;
use crate::ssl::errors;
use crate::ssl::session::PySession;
use std::cell::Cell;
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::sync::Arc;
use taipan_host::consts::select::{POLLIN, POLLOUT};
use taipan_host::{Errno, Fd, clock, poll};
use taipan_mod_net::socket::object::PySocket;
use taipan_mod_net::socket::wait::{deadline, run_pending};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::weakref::{self, PyWeakref};
use taipan_object::abstract_;

/// Lines of CPython's messages.
mod line {
    pub const SERVER: u32 = 908;
    pub const CLIENT: u32 = 915;
    pub const NEW: u32 = 944;
    pub const HOSTNAME: u32 = 865;
    pub const HANDSHAKE: u32 = 1130;
    pub const READ: u32 = 2778;
    pub const WRITE: u32 = 2616;
    pub const SHUTDOWN: u32 = 2906;
    pub const GONE: u32 = 2560;
}
/// `SSLError.errno` of "Underlying socket connection gone".
const NO_SOCKET: i32 = 9;

/// The most that one record holds, and so one read gives.
const RECORD_MAX: usize = 1 << 14;

#[pytype(name = "_ssl._SSLSocket", gc, heap, no_new, parts(PART, INFO), doc = "")]
#[repr(C)]
pub struct PySslSocket {
    head: ObjHead,
    #[gc(skip)]
    pub conn: Conn,
    /// The descriptor that the connection reads and writes; -1 for memory.
    #[gc(skip)]
    fd: Fd,
    #[gc(skip)]
    pub is_server: bool,
    #[gc(skip)]
    shutdown_sent: Cell<bool>,
    pub ctx: FieldCell<PyContext>,
    /// The socket, if the connection is over one.
    pub socket: FieldCell<PyWeakref>,
    /// The program's object, for callbacks.
    pub owner: FieldCell<PyWeakref>,
    pub server_hostname: FieldCell<Object>,
    /// What a callback raised that could not pass it on.
    exception: FieldCell<Object>,
}

/// What a connection is made over.
pub enum Over<'a> {
    Socket(&'a PySocket),
    Memory(&'a Arc<Transport>, &'a Arc<Transport>),
}

/// What waiting came to.
enum Waited {
    Ready,
    /// The socket does not wait, or there is none.
    Never,
    TimedOut,
    Closed,
}

/// A server's name as the wire has it.
pub fn host_argument(o: &Object, cx: &mut Cx) -> PyResult<Option<CString>> {
    if o.is_none() {
        return Ok(None);
    }
    let Some(s) = o.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("argument must be str, not {}", o.ty().tp_name_str())));
    };
    let bytes = match s.as_ascii() {
        Some(t) => t.as_bytes().to_vec(),
        None => {
            let b = taipan_object::types::str::codec::encode(s, "ascii", "strict", cx)?;
            b.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default()
        }
    };
    match CString::new(bytes) {
        Ok(c) => Ok(Some(c)),
        Err(_) => Err(cx.type_error(format_args!("argument must be encoded string without null bytes, not str"))),
    }
}

impl PySslSocket {
    /// A connection under a context's settings.
    pub fn new(ctx: &PyContext, over: Over<'_>, is_server: bool, host: &Object, owner: &Object, session: &Object, cx: &mut Cx) -> PyResult<Own<PySslSocket>> {
        let host = host_argument(host, cx)?;
        if is_server && ctx.is_client_only() {
            return Err(errors::with_text("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context", 0, line::SERVER, cx));
        }
        if !is_server && ctx.is_server_only() {
            return Err(errors::with_text("Cannot create a client socket with a PROTOCOL_TLS_SERVER context", 0, line::CLIENT, cx));
        }
        let (fd, input, output) = match over {
            Over::Socket(s) => {
                let t = Transport::socket(s.fd.get());
                (s.fd.get(), Arc::clone(&t), t)
            }
            Over::Memory(i, o) => (-1, Arc::clone(i), Arc::clone(o)),
        };
        queue::clear();
        let Ok(conn) = ctx.ctx.quick(cx, |c| Conn::new(c.as_ptr(), &input, &output)) else { return Err(errors::from_queue(line::NEW, cx)) };
        let new = cx.new_object(PySslSocket {
            head: Object::placeholder(),
            conn,
            fd,
            is_server,
            shutdown_sent: Cell::new(false),
            ctx: FieldCell::new(Some(ctx.new_ref())),
            socket: FieldCell::empty(),
            owner: FieldCell::empty(),
            server_hostname: FieldCell::empty(),
            exception: FieldCell::empty(),
        })?;
        let object = new.as_object().as_ptr();
        let pha = ctx.post_handshake_auth.get();
        new.conn.quick(cx, |c| {
            c.set_owner(object.cast());
            c.prepare(is_server);
            if pha {
                request_later(c, is_server);
            }
        });
        if let Some(host) = host {
            new.set_hostname(ctx, host, cx)?;
        }
        new.conn.quick(cx, |c| c.set_side(is_server));
        if let Over::Socket(s) = over {
            let w = weakref::new_ref(s.as_object(), None, cx)?;
            new.socket.set(Some(w), cx);
        }
        if !owner.is_none() {
            new.set_owner(owner, cx)?;
        }
        if !session.is_none() {
            new.offer_session(session, cx)?;
        }
        Ok(new)
    }

    pub fn set_owner(&self, owner: &Object, cx: &mut Cx) -> PyResult<()> {
        let w = weakref::new_ref(owner, None, cx)?;
        self.owner.set(Some(w), cx);
        Ok(())
    }

    /// Send the name, and demand a certificate for it where the context says so.
    fn set_hostname(&self, ctx: &PyContext, host: CString, cx: &mut Cx) -> PyResult<()> {
        let bytes = host.as_bytes();
        // OpenSSL would take ".example.com" for all of a domain's hosts.
        if bytes.is_empty() || bytes.first() == Some(&b'.') {
            return Err(cx.value_error(format_args!("server_hostname cannot be an empty string or start with a leading dot.")));
        }
        let text = PyStr::new(&host.to_string_lossy(), cx)?;
        self.server_hostname.set(Some(text.into_object()), cx);
        let ip = ip_bytes(&host);
        let flags = if ctx.check_hostname.get() { Some(ctx.ctx.quick(cx, |c| c.host_flags())) } else { None };
        let done = self.conn.quick(cx, |c| {
            // Addresses are not sent (RFC 6066).
            if ip.is_none() {
                c.send_name(&host)?;
            }
            match (flags, &ip) {
                (None, _) => Ok(()),
                (Some(f), None) => c.expect(f, Peer::Name(&host)),
                (Some(f), Some(b)) => c.expect(f, Peer::Address(b)),
            }
        });
        done.map_err(|_| errors::from_queue(line::HOSTNAME, cx))
    }

    /// Offer a session to the server.
    pub fn offer_session(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(s) = value.downcast::<PySession>() else { return Err(cx.type_error(format_args!("Value is not a SSLSession."))) };
        let same = self.ctx.own().is_some_and(|c| std::ptr::eq(c.ctx.as_ptr(), s.ctx.ctx.as_ptr()));
        if !same {
            return Err(cx.value_error(format_args!("Session refers to a different SSLContext.")));
        }
        if self.is_server {
            return Err(cx.value_error(format_args!("Cannot set session for server-side SSLSocket.")));
        }
        if self.conn.quick(cx, |c| c.is_established()) {
            return Err(cx.value_error(format_args!("Cannot set session after handshake.")));
        }
        self.conn.quick(cx, |c| c.set_session(&s.session)).map_err(|_| errors::from_queue(line::NEW, cx))
    }

    /// Keep what a callback raised until the call that it was made from ends; the first one counts.
    pub fn keep_exception(&self, e: Own<Object>, cx: &mut Cx) {
        if self.exception.is_empty() {
            self.exception.set(Some(e), cx);
        }
    }

    /// The exception of a callback becomes the context of the one at hand.
    pub fn chain(&self, r: Raised, cx: &mut Cx) -> Raised {
        match self.exception.take() {
            Some(e) => errors::set_context(r, e, cx),
            None => r,
        }
    }

    /// Raise what a callback raised.
    fn raise_kept(&self, cx: &mut Cx) -> PyResult<()> {
        match self.exception.take() {
            Some(e) => Err(cx.set_raised(e)),
            None => Ok(()),
        }
    }

    /// The socket: `None` for memory; an error when it is gone.
    fn channel(&self, cx: &mut Cx) -> PyResult<Option<Own<PySocket>>> {
        let Some(w) = self.socket.own() else { return Ok(None) };
        match w.referent().map(Own::downcast_own::<PySocket>) {
            Some(Ok(s)) => Ok(Some(s)),
            _ => Err(errors::with_text("Underlying socket connection gone", NO_SOCKET, line::GONE, cx)),
        }
    }

    /// Wait until the socket is ready or the time is over.
    fn wait(&self, socket: Option<&PySocket>, output: bool, end: Option<i64>, cx: &mut Cx) -> PyResult<Waited> {
        let Some(s) = socket else { return Ok(Waited::Never) };
        if s.timeout.get() == Some(0) {
            return Ok(Waited::Never);
        }
        loop {
            if s.fd.get() < 0 {
                return Ok(Waited::Closed);
            }
            let left = end.map(|e| e - clock::nanos(clock::MONOTONIC));
            if left.is_some_and(|l| l < 0) {
                return Ok(Waited::TimedOut);
            }
            let (fd, events) = (s.fd.get(), if output { POLLOUT } else { POLLIN } as i16);
            match cx.without_gil(|| poll::wait_one(fd, events, left)) {
                Ok(true) => return Ok(Waited::Ready),
                Ok(false) => return Ok(Waited::TimedOut),
                Err(Errno::EINTR) => run_pending(cx)?,
                // The call itself will say what is wrong.
                Err(_) => return Ok(Waited::Ready),
            }
        }
    }

    /// Run a call until it is done, fails for good, or may not wait any more.
    fn drive(&self, socket: Option<&PySocket>, op: &Op, end: Option<i64>, cx: &mut Cx, mut f: impl FnMut(&mut Cx) -> Outcome) -> PyResult<Outcome> {
        loop {
            // The descriptor's number may belong to somebody else by now.
            if socket.is_some_and(|s| s.fd.get() != self.fd) {
                return Ok(Outcome { error: error::SYSCALL, errno: Errno::EBADF.0, ..Outcome::default() });
            }
            let o = f(cx);
            run_pending(cx)?;
            let output = match o.error {
                error::WANT_READ => false,
                error::WANT_WRITE => true,
                _ => return Ok(o),
            };
            // What is not a matter of waiting (the socket is not connected, say) would never change.
            if o.errno != Errno::EAGAIN.0 && socket.is_some_and(|s| s.timeout.get().is_none()) {
                return Ok(o);
            }
            match self.wait(socket, output, end, cx)? {
                Waited::Ready => {}
                Waited::Never => return Ok(o),
                Waited::TimedOut => return Err(op.timed_out(output, cx)),
                Waited::Closed => return Err(errors::plain(op.closed, cx)),
            }
        }
    }

    /// End a call on a connection: its exception, with that of a callback as context.
    fn chained<T>(&self, r: PyResult<T>, cx: &mut Cx) -> PyResult<T> {
        r.map_err(|r| self.chain(r, cx))
    }
}

/// The texts of one kind of call.
struct Op {
    read_timed_out: &'static str,
    write_timed_out: &'static str,
    closed: &'static str,
}

impl Op {
    fn timed_out(&self, output: bool, cx: &mut Cx) -> Raised {
        let text = if output { self.write_timed_out } else { self.read_timed_out };
        cx.raise_msg(exc::TimeoutError(), format_args!("{text}"))
    }
}

const CLOSED: &str = "Underlying socket has been closed.";
const READ: &str = "The read operation timed out";
const WRITE: &str = "The write operation timed out";
const HANDSHAKE: &str = "_ssl.c:1112: The handshake operation timed out";
const HANDSHAKING: Op = Op { read_timed_out: HANDSHAKE, write_timed_out: HANDSHAKE, closed: "_ssl.c:1116: Underlying socket has been closed." };
const READING: Op = Op { read_timed_out: READ, write_timed_out: READ, closed: CLOSED };
const WRITING: Op = Op { read_timed_out: WRITE, write_timed_out: WRITE, closed: CLOSED };
const ENDING: Op = Op { read_timed_out: READ, write_timed_out: WRITE, closed: CLOSED };

/// Prepare for authentication after the handshake (TLS 1.3): a client says that it can, a server that it may ask.
fn request_later(c: &crate::openssl::conn::Open, is_server: bool) {
    const PEER: i32 = 1;
    const POST_HANDSHAKE: i32 = 8;
    if !is_server {
        c.set_post_handshake_auth();
        return;
    }
    let mode = c.verify_mode();
    if mode & PEER != 0 {
        c.set_verify_mode(mode | POST_HANDSHAKE);
    }
}

/// A size argument.
fn size(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    let n = abstract_::number::index(o, cx)?;
    match n.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

#[pymethods]
impl PySslSocket {
    #[method("do_handshake()")]
    fn do_handshake(&self, cx: &mut Cx) -> PyResult<()> {
        let socket = self.channel(cx)?;
        let end = socket.as_ref().and_then(|s| deadline(s.timeout.get()));
        let r = self.drive(socket.as_deref(), &HANDSHAKING, end, cx, |cx| self.conn.handshake(cx));
        let o = self.chained(r, cx)?;
        if o.ret < 1 {
            return Err(errors::from_outcome(self, &o, line::HANDSHAKE, cx));
        }
        self.raise_kept(cx)
    }

    /// Writes the bytes-like object b into the SSL object.
    ///
    /// Returns the number of bytes written.
    #[method("write(b, /)")]
    fn write(&self, b: Buffer, cx: &mut Cx) -> PyResult<usize> {
        let socket = self.channel(cx)?;
        let timeout = socket.as_ref().and_then(|s| s.timeout.get());
        let end = deadline(timeout);
        if end.is_some() {
            match self.wait(socket.as_deref(), true, end, cx)? {
                Waited::TimedOut => return Err(WRITING.timed_out(true, cx)),
                Waited::Closed => return Err(errors::plain(CLOSED, cx)),
                Waited::Ready | Waited::Never => {}
            }
        }
        let r = self.drive(socket.as_deref(), &WRITING, end, cx, |cx| self.conn.write(b.bytes(), cx));
        let o = self.chained(r, cx)?;
        if o.ret < 1 {
            return Err(errors::from_outcome(self, &o, line::WRITE, cx));
        }
        self.raise_kept(cx)?;
        Ok(o.count)
    }

    /// read(size, [buffer])
    /// Read up to size bytes from the SSL socket.
    #[method("read(*args)", nosig)]
    fn read(&self, args: Args<'_>, cx: &mut Cx) -> PyResult {
        let (n, target) = match args.0 {
            [n] => (n, None),
            [n, b] => (n, Some(b)),
            _ => return Err(cx.type_error(format_args!("_ssl._SSLSocket.read requires 1 to 2 arguments"))),
        };
        let n = size(n, cx)?;
        if let Some(target) = target {
            return self.read_into(n, target, cx);
        }
        let Ok(n) = usize::try_from(n) else { return Err(cx.value_error(format_args!("size should not be negative"))) };
        if n == 0 {
            self.channel(cx)?;
            return PyBytes::new(b"", cx).map(Own::into_object);
        }
        let mut room = [MaybeUninit::<u8>::uninit(); RECORD_MAX];
        let Some(part) = room.get_mut(..n.min(RECORD_MAX)) else { return PyBytes::new(b"", cx).map(Own::into_object) };
        let got = self.receive(part, cx)?;
        PyBytes::new(crate::openssl::filled(part, got), cx).map(Own::into_object)
    }

    /// Does the SSL shutdown handshake with the remote end.
    #[method("shutdown()")]
    fn shutdown(&self, cx: &mut Cx) -> PyResult {
        let socket = self.channel(cx)?;
        if socket.as_ref().is_some_and(|s| s.fd.get() < 0) {
            return Err(errors::with_text("Underlying socket connection gone", NO_SOCKET, line::GONE, cx));
        }
        let end = socket.as_ref().and_then(|s| deadline(s.timeout.get()));
        let mut zeros = 0;
        let o = loop {
            // Nothing that comes after the end may be read.
            if self.shutdown_sent.get() {
                self.conn.quick(cx, |c| c.stop_read_ahead());
            }
            let r = self.drive(socket.as_deref(), &ENDING, end, cx, |cx| self.conn.shutdown(cx));
            let o = self.chained(r, cx)?;
            if o.ret != 0 || o.error != error::NONE {
                break o;
            }
            // Ours is sent; now for the peer's, but only once.
            zeros += 1;
            if zeros > 1 {
                break o;
            }
            self.shutdown_sent.set(true);
        };
        if o.ret < 0 || o.error == error::SYSCALL {
            return Err(errors::from_outcome(self, &o, line::SHUTDOWN, cx));
        }
        self.raise_kept(cx)?;
        Ok(socket.map_or_else(|| none().own(), Own::into_object))
    }
}

impl PySslSocket {
    /// Receive once; 0 at the end of the peer's data.
    fn receive(&self, into: &mut [MaybeUninit<u8>], cx: &mut Cx) -> PyResult<usize> {
        let socket = self.channel(cx)?;
        let end = socket.as_ref().and_then(|s| deadline(s.timeout.get()));
        let r = self.drive(socket.as_deref(), &READING, end, cx, |cx| self.conn.read(into, cx));
        let o = self.chained(r, cx)?;
        if o.ret < 1 {
            if o.error == error::ZERO_RETURN && self.conn.quick(cx, |c| c.shutdown_state()) == RECEIVED_SHUTDOWN {
                return Ok(0);
            }
            return Err(errors::from_outcome(self, &o, line::READ, cx));
        }
        self.raise_kept(cx)?;
        Ok(o.count)
    }

    fn read_into(&self, n: i32, target: &Object, cx: &mut Cx) -> PyResult {
        let mut b = match Buffer::get(target, abstract_::buffer::WRITABLE, cx) {
            Ok(b) => b,
            Err(r) => {
                cx.discard(r);
                return Err(cx.type_error(format_args!("read() argument 2 must be read-write bytes-like object, not {}", if target.is_none() { "None" } else { target.ty().tp_name_str() })));
            }
        };
        let bytes = b.bytes_mut();
        let n = match usize::try_from(n) {
            Ok(n) if n > 0 && n <= bytes.len() => n,
            _ if bytes.len() > i32::MAX as usize => return Err(cx.overflow_error(format_args!("maximum length can't fit in a C 'int'"))),
            _ => bytes.len(),
        };
        let part = bytes.get_mut(..n).unwrap_or_default();
        let got = if part.is_empty() { 0 } else { self.receive(crate::openssl::as_room(part), cx)? };
        PyInt::new(got as i64, cx).map(Own::into_object)
    }
}

/// Switch a connection to another context, as a callback of the handshake asks.
pub fn change_context(s: &PySslSocket, ctx: &PyContext, cx: &mut Cx) {
    let on_message: Option<crate::openssl::table::MsgCb> = if ctx.msg_callback.is_empty() { None } else { Some(callbacks::message) };
    let p = ctx.ctx.as_ptr();
    s.conn.quick(cx, |c| c.set_context(p, on_message));
    s.ctx.set(Some(ctx.new_ref()), cx);
}
