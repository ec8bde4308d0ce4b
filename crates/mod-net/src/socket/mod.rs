//! The module `_socket`: sockets of all Linux families, and the resolver.
//!
//! `object` is the type, `transfer`, `message` and `options` its larger methods; `address` turns addresses into objects and back, `resolve` asks the
//! resolver, `wait` is how a call blocks.

pub mod address;
pub mod errors;
pub mod message;
pub mod object;
pub mod options;
pub mod resolve;
pub mod transfer;
pub mod wait;

use errors::{State, fail};
use object::PySocket;
use taipan_host::consts::socket as k;
use taipan_host::{Errno, fd as host_fd, socket as host};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

/// A number of so many bits that is not negative.
fn unsigned(o: &Object, bits: u32, cx: &mut Cx) -> PyResult<u32> {
    let n = number::index(o, cx)?;
    if n.is_negative() {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    match n.to_i64() {
        Some(v) if v >> bits == 0 => Ok(v as u32),
        _ => Err(cx.overflow_error(format_args!("Python int too large for C uint{bits}_t"))),
    }
}

#[pymodule(name = "_socket", doc = "Implementation module for socket operations.\n\nSee the socket module for documentation.", types(PySocket), parts(resolve::functions))]
pub mod socket {
    use super::*;

    #[constant]
    const BDADDR_ANY: &str = "00:00:00:00:00:00";
    #[constant]
    const BDADDR_LOCAL: &str = "00:00:00:FF:FF:FF";
    #[constant("has_ipv6")]
    const HAS_IPV6: bool = true;

    /// close(integer) -> None
    ///
    /// Close an integer socket file descriptor.  This is like os.close(), but for
    /// sockets; on some platforms os.close() won't work for socket file descriptors.
    #[function("close(object, /)")]
    fn close(object: i32, cx: &mut Cx) -> PyResult<()> {
        match cx.without_gil(|| host_fd::close(object)) {
            Ok(()) | Err(Errno::ECONNRESET) => Ok(()),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// dup(integer) -> integer
    ///
    /// Duplicate an integer socket file descriptor.  This is like os.dup(), but for
    /// sockets; on some platforms os.dup() won't work for socket file descriptors.
    #[function("dup(object, /)")]
    fn dup(object: i32, cx: &mut Cx) -> PyResult<i32> {
        host_fd::dup(object).map_err(|e| fail(e, cx))
    }
    /// socketpair([family[, type [, proto]]]) -> (socket object, socket object)
    ///
    /// Create a pair of socket objects from the sockets returned by the platform
    /// socketpair() function.
    /// The arguments are the same as for socket() except the default family is
    /// AF_UNIX if defined on the platform; otherwise, the default is AF_INET.
    #[function("socketpair(family=1, type=1, proto=0, /)", nosig)]
    fn socketpair(family: i32, r#type: i32, proto: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (a, b) = cx.without_gil(|| host::socketpair(family, r#type, proto)).map_err(|e| fail(e, cx))?;
        let first = match object::wrap(a, family, r#type, proto, cx) {
            Ok(s) => s,
            Err(r) => {
                _ = host_fd::close(b);
                return Err(r);
            }
        };
        let second = object::wrap(b, family, r#type, proto, cx)?;
        PyTuple::from_slice(&[&first, &second], cx)
    }
    /// getdefaulttimeout() -> timeout
    ///
    /// Returns the default timeout in seconds (float) for new socket objects.
    /// A value of None indicates that new socket objects have no timeout.
    /// When the socket module is first imported, the default is None.
    #[function("getdefaulttimeout()")]
    fn getdefaulttimeout(cx: &mut Cx) -> PyResult<Own<Object>> {
        let t = cx.state::<State>().default_timeout.get();
        object::show_timeout(t, cx)
    }
    /// setdefaulttimeout(timeout)
    ///
    /// Set the default timeout in seconds (float) for new socket objects.
    /// A value of None indicates that new socket objects have no timeout.
    /// When the socket module is first imported, the default is None.
    #[function("setdefaulttimeout(object, /)")]
    fn setdefaulttimeout(object: &Object, cx: &mut Cx) -> PyResult<()> {
        let t = object::parse_timeout(object, cx)?;
        cx.state::<State>().default_timeout.set(t);
        Ok(())
    }
    /// Convert a 16-bit unsigned integer from network to host byte order.
    #[function("ntohs(integer, /)")]
    fn ntohs(integer: &Object, cx: &mut Cx) -> PyResult<u32> {
        unsigned(integer, 16, cx).map(|n| u16::from_be(n as u16).into())
    }
    /// Convert a 16-bit unsigned integer from host to network byte order.
    #[function("htons(integer, /)")]
    fn htons(integer: &Object, cx: &mut Cx) -> PyResult<u32> {
        unsigned(integer, 16, cx).map(|n| (n as u16).to_be().into())
    }
    /// Convert a 32-bit unsigned integer from network to host byte order.
    #[function("ntohl(integer, /)")]
    fn ntohl(integer: &Object, cx: &mut Cx) -> PyResult<u32> {
        unsigned(integer, 32, cx).map(u32::from_be)
    }
    /// Convert a 32-bit unsigned integer from host to network byte order.
    #[function("htonl(integer, /)")]
    fn htonl(integer: &Object, cx: &mut Cx) -> PyResult<u32> {
        unsigned(integer, 32, cx).map(u32::to_be)
    }
    /// CMSG_LEN(length) -> control message length
    ///
    /// Return the total length, without trailing padding, of an ancillary
    /// data item with associated data of the given length.
    #[function("CMSG_LEN(length, /)", nosig)]
    fn cmsg_len(length: &Object, cx: &mut Cx) -> PyResult<usize> {
        message::control_length(length, "CMSG_LEN", host::cmsg_len, cx)
    }
    /// CMSG_SPACE(length) -> buffer size
    ///
    /// Return the buffer size needed for recvmsg() to receive an ancillary
    /// data item with associated data of the given length, along with any
    /// trailing padding.
    #[function("CMSG_SPACE(length, /)", nosig)]
    fn cmsg_space(length: &Object, cx: &mut Cx) -> PyResult<usize> {
        message::control_length(length, "CMSG_SPACE", host::cmsg_space, cx)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for (name, n) in k::TABLE {
            let v = PyInt::new(*n, cx)?;
            m.add(name, &v, cx)?;
        }
        m.add("SocketType", PySocket::ty(), cx)?;
        m.add("error", exc::OSError(), cx)?;
        m.add("timeout", exc::TimeoutError(), cx)?;
        let (g, h) = (errors::gaierror(cx)?, errors::herror(cx)?);
        m.add("gaierror", &g, cx)?;
        m.add("herror", &h, cx)
    }
}
