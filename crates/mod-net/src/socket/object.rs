//! `_socket.socket`: a descriptor with its family, type, protocol and timeout.
//!
//! `fd` is -1 once closed or detached. The descriptor does not block when a timeout is set.

use super::errors::{State, fail, plain};
use super::wait::{self, For, Timeout};
use super::{address, options};
use std::cell::Cell;
use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::addr::Address;
use taipan_host::consts::socket as k;
use taipan_host::{Errno, Fd, fd as host_fd, socket as host};
use taipan_object::prelude::*;
use taipan_object::{abstract_, audit, unraisable, warn};

/// socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object
/// socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object
///
/// Open a socket of the given type.  The family argument specifies the
/// address family; it defaults to AF_INET.  The type argument specifies
/// whether this is a stream (SOCK_STREAM, this is the default)
/// or datagram (SOCK_DGRAM) socket.  The protocol argument defaults to 0,
/// specifying the default protocol.  Keyword arguments are accepted.
/// The socket is created as non-inheritable.
///
/// When a fileno is passed in, family, type and proto are auto-detected,
/// unless they are explicitly set.
///
/// A socket object represents one endpoint of a network connection.
#[pytype(name = "_socket.socket", heap, basetype, parts(PART, TRANSFER, MESSAGES, OPTIONS))]
#[repr(C)]
pub struct PySocket {
    head: ObjHead,
    #[gc(skip)]
    pub fd: Cell<Fd>,
    #[gc(skip)]
    pub family: Cell<i32>,
    #[gc(skip)]
    pub kind: Cell<i32>,
    #[gc(skip)]
    pub protocol: Cell<i32>,
    #[gc(skip)]
    pub timeout: Cell<Timeout>,
}

/// A timeout in nanoseconds; `None` is for ever.
pub fn parse_timeout(o: &Object, cx: &mut Cx) -> PyResult<Timeout> {
    if o.is_none() {
        return Ok(None);
    }
    let n = nanos_from_seconds(o, Round::Up, cx)?;
    if n < 0 {
        return Err(cx.value_error(format_args!("Timeout value out of range")));
    }
    if n / 1_000_000 > i32::MAX as i64 {
        return Err(cx.overflow_error(format_args!("timeout doesn't fit into C timeval")));
    }
    Ok(Some(n))
}

/// A timeout in seconds, as Python sees it.
pub fn show_timeout(t: Timeout, cx: &mut Cx) -> PyResult<Own<Object>> {
    match t {
        Some(n) => (n as f64 / 1e9).into_return(cx),
        None => Ok(none().own()),
    }
}

/// The socket objects of two descriptors that were just made.
pub fn wrap(fd: Fd, family: i32, kind: i32, protocol: i32, cx: &mut Cx) -> PyResult<Own<PySocket>> {
    let s = match cx.new_object(PySocket::closed()) {
        Ok(s) => s,
        Err(r) => {
            // Nobody else knows the descriptor, and the exception at hand says more than a failing close.
            _ = host_fd::close(fd);
            return Err(r);
        }
    };
    s.adopt(fd, family, kind, protocol, cx)?;
    Ok(s)
}

impl PySocket {
    fn closed() -> PySocket {
        let n = || Cell::new(0);
        PySocket { head: Object::placeholder(), fd: Cell::new(-1), family: n(), kind: n(), protocol: n(), timeout: Cell::new(None) }
    }

    /// Take a descriptor over, with the default timeout.
    fn adopt(&self, fd: Fd, family: i32, kind: i32, protocol: i32, cx: &mut Cx) -> PyResult<()> {
        self.fd.set(fd);
        self.family.set(family);
        self.kind.set(kind & !(k::SOCK_NONBLOCK | k::SOCK_CLOEXEC));
        self.protocol.set(protocol);
        if kind & k::SOCK_NONBLOCK != 0 {
            self.timeout.set(Some(0));
            return Ok(());
        }
        let default = cx.state::<State>().default_timeout.get();
        self.timeout.set(default);
        if default.is_some() {
            host_fd::set_blocking(fd, false).map_err(|e| fail(e, cx))?;
        }
        Ok(())
    }

    fn set_timeout(&self, t: Timeout, cx: &mut Cx) -> PyResult<()> {
        let fd = self.fd.get();
        cx.without_gil(|| host_fd::set_blocking(fd, t.is_none())).map_err(|e| fail(e, cx))?;
        self.timeout.set(t);
        Ok(())
    }

    /// The address argument of a method, for this socket.
    pub fn address(&self, o: &Object, caller: &str, cx: &mut Cx) -> PyResult<Address> {
        address::parse(o, self.family.get(), self.protocol.get(), caller, cx)
    }

    /// An address that this socket gave.
    pub fn show(&self, a: &Address, cx: &mut Cx) -> PyResult<Own<Object>> {
        address::show(a, self.protocol.get(), cx)
    }

    /// Connect and wait for the outcome as the timeout says. Inside: an errno, `None` when the time is over.
    fn connect_to(&self, a: &Address, cx: &mut Cx) -> PyResult<Result<(), Option<Errno>>> {
        let fd = self.fd.get();
        let timeout = self.timeout.get();
        let e = match cx.without_gil(|| host::connect(fd, a)) {
            Ok(()) => return Ok(Ok(())),
            Err(e) => e,
        };
        let goes_on = if e == Errno::EINTR {
            wait::run_pending(cx)?;
            timeout != Some(0)
        } else {
            timeout.is_some_and(|t| t > 0) && e == Errno::EINPROGRESS
        };
        if !goes_on {
            return Ok(Err(Some(e)));
        }
        wait::attempt(fd, For::Connection, timeout, wait::deadline(timeout), cx, || match host::pending_error(fd) {
            Err(Errno::EISCONN) => Ok(()),
            r => r,
        })
    }

    fn audit(&self, event: &str, address: &Object, cx: &mut Cx) -> PyResult<()> {
        audit::raise(event, &[self.as_object(), address], cx)
    }
}

/// What is known of a descriptor that a program hands over: family, type, protocol, each looked up unless given.
fn examine(fd: Fd, family: i32, kind: i32, protocol: i32, cx: &mut Cx) -> PyResult<(i32, i32, i32)> {
    let family = match host::local_address(fd) {
        Ok(a) if family == -1 => a.family(),
        Err(e) if family == -1 || e == Errno::EBADF || e == Errno::ENOTSOCK => return Err(fail(e, cx)),
        _ => family,
    };
    let ask = |given: i32, option: i32, cx: &mut Cx| {
        if given != -1 {
            return Ok(given);
        }
        taipan_host::sockopt::get_int(fd, k::SOL_SOCKET, option).map_err(|e| fail(e, cx))
    };
    Ok((family, ask(kind, k::SO_TYPE, cx)?, ask(protocol, k::SO_PROTOCOL, cx)?))
}

#[pymethods]
impl PySocket {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PySocket>> {
        cx.new_object_of(cls, PySocket::closed())
    }

    #[init("socket(family=-1, type=-1, proto=-1, fileno=None)")]
    fn init(&self, family: i32, r#type: i32, proto: i32, fileno: &Object, cx: &mut Cx) -> PyResult<()> {
        let (mut family, mut kind, mut protocol) = (family, r#type, proto);
        if audit::is_active() {
            let n = [PyInt::new(family.into(), cx)?, PyInt::new(kind.into(), cx)?, PyInt::new(protocol.into(), cx)?];
            let [f, t, p] = &n;
            audit::raise("socket.__new__", &[self.as_object(), f, t, p], cx)?;
        }
        let fd = if fileno.is_none() {
            family = if family == -1 { k::AF_INET } else { family };
            kind = if kind == -1 { k::SOCK_STREAM } else { kind };
            protocol = protocol.max(0);
            cx.without_gil(|| host::socket(family, kind, protocol)).map_err(|e| fail(e, cx))?
        } else {
            let fd = abstract_::number::index(fileno, cx)?;
            let Some(Ok(fd)) = fd.to_i64().map(i32::try_from) else {
                return Err(cx.overflow_error(format_args!("Python int too large to convert to C int")));
            };
            if fd < 0 {
                return Err(cx.value_error(format_args!("negative file descriptor")));
            }
            (family, kind, protocol) = examine(fd, family, kind, protocol, cx)?;
            fd
        };
        self.adopt(fd, family, kind, protocol, cx)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<socket object, fd={}, family={}, type={}, proto={}>", self.fd.get(), self.family.get(), self.kind.get(), self.protocol.get())
    }

    #[slot(tp_finalize)]
    fn finalize(&self, cx: &mut Cx) {
        if self.fd.get() < 0 {
            return;
        }
        let saved = cx.ts().current_exception.take();
        let shown = abstract_::repr(self.as_object(), cx).map(|s| s.to_string_lossy()).unwrap_or_default();
        if warn::warn_from(exc::ResourceWarning(), format_args!("unclosed {shown}"), 1, Some(self.as_object()), cx).is_err() {
            unraisable::write(cx, None, Some(self.as_object()));
        }
        let fd = self.fd.replace(-1);
        if fd >= 0 {
            // A finaliser has nobody to tell of a failure.
            _ = cx.without_gil(|| host_fd::close(fd));
        }
        cx.ts().current_exception.set(saved, cx);
    }

    /// the socket family
    #[getter]
    fn family(&self) -> i32 {
        self.family.get()
    }
    /// the socket type
    #[getter("type")]
    fn kind(&self) -> i32 {
        self.kind.get()
    }
    /// the socket protocol
    #[getter]
    fn proto(&self) -> i32 {
        self.protocol.get()
    }
    /// the socket timeout
    #[getter]
    fn timeout(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        show_timeout(self.timeout.get(), cx)
    }

    /// _accept() -> (integer, address info)
    ///
    /// Wait for an incoming connection.  Return a new socket file descriptor
    /// representing the connection, and the address of the client.
    /// For IP sockets, the address info is a pair (hostaddr, port).
    #[method("_accept()")]
    fn accept(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let fd = self.fd.get();
        let (new, a) = wait::call(fd, For::Input, self.timeout.get(), cx, || host::accept(fd))?;
        let made = (|| {
            let (n, a) = (PyInt::new(new.into(), cx)?, self.show(&a, cx)?);
            PyTuple::from_slice(&[&n, &a], cx)
        })();
        if made.is_err() {
            _ = host_fd::close(new);
        }
        made
    }
    /// bind(address)
    ///
    /// Bind the socket to a local address.  For IP sockets, the address is a
    /// pair (host, port); the host must refer to the local host. For raw packet
    /// sockets the address is a tuple (ifname, proto [,pkttype [,hatype [,addr]]])
    #[method("bind(object, /)")]
    fn bind(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        let a = self.address(object, "bind", cx)?;
        self.audit("socket.bind", object, cx)?;
        let fd = self.fd.get();
        cx.without_gil(|| host::bind(fd, &a)).map_err(|e| fail(e, cx))
    }
    /// connect(address)
    ///
    /// Connect the socket to a remote address.  For IP sockets, the address
    /// is a pair (host, port).
    #[method("connect(object, /)")]
    fn connect(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        let a = self.address(object, "connect", cx)?;
        self.audit("socket.connect", object, cx)?;
        match self.connect_to(&a, cx)? {
            Ok(()) => Ok(()),
            Err(Some(e)) => Err(fail(e, cx)),
            Err(None) => Err(super::errors::timed_out(cx)),
        }
    }
    /// connect_ex(address) -> errno
    ///
    /// This is like connect(address), but returns an error code (the errno value)
    /// instead of raising an exception when an error occurs.
    #[method("connect_ex(object, /)")]
    fn connect_ex(&self, object: &Object, cx: &mut Cx) -> PyResult<i32> {
        let a = self.address(object, "connect_ex", cx)?;
        self.audit("socket.connect", object, cx)?;
        Ok(match self.connect_to(&a, cx)? {
            Ok(()) => 0,
            Err(Some(e)) => e.0,
            Err(None) => Errno::EWOULDBLOCK.0,
        })
    }
    /// listen([backlog])
    ///
    /// Enable a server to accept connections.  If backlog is specified, it must be
    /// at least 0 (if it is lower, it is set to 0); it specifies the number of
    /// unaccepted connections that the system will allow before refusing new
    /// connections. If not specified, a default reasonable value is chosen.
    #[method("listen(backlog=128, /)", nosig)]
    fn listen(&self, backlog: i32, cx: &mut Cx) -> PyResult<()> {
        let fd = self.fd.get();
        cx.without_gil(|| host::listen(fd, backlog.max(0))).map_err(|e| fail(e, cx))
    }
    /// close()
    ///
    /// Close the socket.  It cannot be used after this call.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        match cx.without_gil(|| host_fd::close(fd)) {
            // The peer may have closed the connection already.
            Ok(()) | Err(Errno::ECONNRESET) => Ok(()),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// detach()
    ///
    /// Close the socket object without closing the underlying file descriptor.
    /// The object cannot be used after this call, but the file descriptor
    /// can be reused for other purposes.  The file descriptor is returned.
    #[method("detach()")]
    fn detach(&self) -> i32 {
        self.fd.replace(-1)
    }
    /// fileno() -> integer
    ///
    /// Return the integer file descriptor of the socket.
    #[method("fileno()")]
    fn fileno(&self) -> i32 {
        self.fd.get()
    }
    /// shutdown(flag)
    ///
    /// Shut down the reading side of the socket (flag == SHUT_RD), the writing side
    /// of the socket (flag == SHUT_WR), or both ends (flag == SHUT_RDWR).
    #[method("shutdown(object, /)")]
    fn shutdown(&self, object: i32, cx: &mut Cx) -> PyResult<()> {
        let fd = self.fd.get();
        cx.without_gil(|| host::shutdown(fd, object)).map_err(|e| fail(e, cx))
    }
    /// getsockname() -> address info
    ///
    /// Return the address of the local endpoint. The format depends on the
    /// address family. For IPv4 sockets, the address info is a pair
    /// (hostaddr, port).
    #[method("getsockname()")]
    fn getsockname(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match host::local_address(self.fd.get()) {
            Ok(a) => self.show(&a, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// getpeername() -> address info
    ///
    /// Return the address of the remote endpoint.  For IP sockets, the address
    /// info is a pair (hostaddr, port).
    #[method("getpeername()")]
    fn getpeername(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match host::peer_address(self.fd.get()) {
            Ok(a) => self.show(&a, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// setblocking(flag)
    ///
    /// Set the socket to blocking (flag is true) or non-blocking (false).
    /// setblocking(True) is equivalent to settimeout(None);
    /// setblocking(False) is equivalent to settimeout(0.0).
    #[method("setblocking(object, /)")]
    fn setblocking(&self, object: bool, cx: &mut Cx) -> PyResult<()> {
        self.set_timeout(if object { None } else { Some(0) }, cx)
    }
    /// getblocking()
    ///
    /// Returns True if socket is in blocking mode, or False if it
    /// is in non-blocking mode.
    #[method("getblocking()")]
    fn getblocking(&self) -> bool {
        self.timeout.get() != Some(0)
    }
    /// settimeout(timeout)
    ///
    /// Set a timeout on socket operations.  'timeout' can be a float,
    /// giving in seconds, or None.  Setting a timeout of None disables
    /// the timeout feature and is equivalent to setblocking(1).
    /// Setting a timeout of zero is the same as setblocking(0).
    #[method("settimeout(object, /)")]
    fn settimeout(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        let t = parse_timeout(object, cx)?;
        self.set_timeout(t, cx)
    }
    /// gettimeout() -> timeout
    ///
    /// Returns the timeout in seconds (float) associated with socket
    /// operations. A timeout of None indicates that timeouts on socket
    /// operations are disabled.
    #[method("gettimeout()")]
    fn gettimeout(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        show_timeout(self.timeout.get(), cx)
    }
}

#[pymethods(OPTIONS)]
impl PySocket {
    /// setsockopt(level, option, value: int)
    /// setsockopt(level, option, value: buffer)
    /// setsockopt(level, option, None, optlen: int)
    ///
    /// Set a socket option.  See the Unix manual for level and option.
    /// The value argument can either be an integer, a string buffer, or
    /// None, optlen.
    #[method("setsockopt(*args)", nosig)]
    fn setsockopt(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        options::set(self, args.0, cx)
    }
    /// getsockopt(level, option[, buffersize]) -> value
    ///
    /// Get a socket option.  See the Unix manual for level and option.
    /// If a nonzero buffersize argument is given, the return value is a
    /// string of that length; otherwise it is an integer.
    #[method("getsockopt(level, option, buffersize=0, /)", nosig)]
    fn getsockopt(&self, level: i32, option: i32, buffersize: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        match buffersize {
            0 => options::get_int(self, level, option, cx),
            1..=1024 => options::get_bytes(self, level, option, buffersize as usize, cx),
            _ => Err(plain("getsockopt buflen out of range", cx)),
        }
    }
}
