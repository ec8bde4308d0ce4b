//! Sending and receiving plain data.

use super::errors::{fail, timed_out};
use super::object::PySocket;
use super::wait::{self, For};
use taipan_host::addr::Address;
use taipan_host::fresh::Fresh;
use taipan_host::socket as host;
use taipan_object::abstract_::buffer::SIMPLE;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// How much may be asked for before the memory is taken piecewise.
const DIRECT_MAX: usize = 1 << 30;

/// Zeroed memory for a receive call; `MemoryError` when there is none.
pub fn room(n: usize, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let mut v = Vec::new();
    if n > isize::MAX as usize / 2 || v.try_reserve_exact(n).is_err() {
        return Err(cx.memory_error());
    }
    v.resize(n.min(DIRECT_MAX), 0);
    Ok(v)
}

/// A size argument that must not be negative.
pub fn size(n: isize, message: &str, cx: &mut Cx) -> PyResult<usize> {
    usize::try_from(n).map_err(|_| cx.value_error(format_args!("{message}")))
}

/// The part of a buffer that `recv_into` and `recvfrom_into` may fill: all of it for 0.
fn part<'a>(buffer: &'a mut Buffer, n: isize, name: &str, too_small: &str, cx: &mut Cx) -> PyResult<&'a mut [u8]> {
    let n = size(n, &format!("negative buffersize in {name}"), cx)?;
    let b = buffer.bytes_mut();
    let n = if n == 0 { b.len() } else { n };
    b.get_mut(..n).ok_or_else(|| cx.value_error(format_args!("{too_small}")))
}

impl PySocket {
    fn receive(&self, b: &mut [u8], flags: i32, cx: &mut Cx) -> PyResult<usize> {
        if b.is_empty() {
            return Ok(0);
        }
        let fd = self.fd.get();
        wait::call(fd, For::Input, self.timeout.get(), cx, || host::recv(fd, b, flags))
    }

    fn receive_from(&self, b: &mut [u8], flags: i32, cx: &mut Cx) -> PyResult<(usize, Address)> {
        let fd = self.fd.get();
        wait::call(fd, For::Input, self.timeout.get(), cx, || host::recvfrom(fd, b, flags))
    }
}

#[pymethods(TRANSFER)]
impl PySocket {
    /// recv(buffersize[, flags]) -> data
    ///
    /// Receive up to buffersize bytes from the socket.  For the optional flags
    /// argument, see the Unix manual.  When no data is available, block until
    /// at least one byte is available or until the remote end is closed.  When
    /// the remote end is closed and all data is read, return the empty string.
    #[method("recv(buffersize, flags=0, /)", nosig)]
    fn recv(&self, buffersize: isize, flags: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let n = size(buffersize, "negative buffersize in recv", cx)?;
        if n == 0 {
            return PyBytes::new(&[], cx);
        }
        let (fd, timeout) = (self.fd.get(), self.timeout.get());
        PyBytes::build_up_to(n, cx, |room, cx| {
            let mut room = Fresh::new(room);
            wait::call(fd, For::Input, timeout, cx, || host::recv_fresh(fd, &mut room, flags))?;
            Ok(room.filled())
        })
    }
    /// recv_into(buffer, [nbytes[, flags]]) -> nbytes_read
    ///
    /// A version of recv() that stores its data into a buffer rather than creating
    /// a new string.  Receive up to buffersize bytes from the socket.  If buffersize
    /// is not specified (or 0), receive up to the size available in the given buffer.
    #[method("recv_into(buffer, nbytes=0, flags=0)", nosig)]
    fn recv_into(&self, mut buffer: WritableBuffer, nbytes: isize, flags: i32, cx: &mut Cx) -> PyResult<usize> {
        let b = part(&mut buffer.0, nbytes, "recv_into", "buffer too small for requested bytes", cx)?;
        self.receive(b, flags, cx)
    }
    /// recvfrom(buffersize[, flags]) -> (data, address info)
    ///
    /// Like recv(buffersize, flags) but also return the sender's address info.
    #[method("recvfrom(buffersize, flags=0, /)", nosig)]
    fn recvfrom(&self, buffersize: isize, flags: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = size(buffersize, "negative buffersize in recvfrom", cx)?;
        let (fd, timeout) = (self.fd.get(), self.timeout.get());
        let mut sender = None;
        let data = PyBytes::build_up_to(n, cx, |room, cx| {
            let mut room = Fresh::new(room);
            sender = Some(wait::call(fd, For::Input, timeout, cx, || host::recvfrom_fresh(fd, &mut room, flags))?);
            Ok(room.filled())
        })?;
        let sender = match sender {
            Some(a) => self.show(&a, cx)?,
            None => none().own(),
        };
        PyTuple::from_slice(&[&data, &sender], cx)
    }
    /// recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)
    ///
    /// Like recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info.
    #[method("recvfrom_into(buffer, nbytes=0, flags=0)", nosig)]
    fn recvfrom_into(&self, mut buffer: WritableBuffer, nbytes: isize, flags: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let b = part(&mut buffer.0, nbytes, "recvfrom_into", "nbytes is greater than the length of the buffer", cx)?;
        let (got, a) = self.receive_from(b, flags, cx)?;
        let (n, a) = (PyInt::new(got as i64, cx)?, self.show(&a, cx)?);
        PyTuple::from_slice(&[&n, &a], cx)
    }
    /// send(data[, flags]) -> count
    ///
    /// Send a data string to the socket.  For the optional flags
    /// argument, see the Unix manual.  Return the number of bytes
    /// sent; this may be less than len(data) if the network is busy.
    #[method("send(data, flags=0, /)", nosig)]
    fn send(&self, data: Buffer, flags: i32, cx: &mut Cx) -> PyResult<usize> {
        let (fd, b) = (self.fd.get(), data.bytes());
        wait::call(fd, For::Output, self.timeout.get(), cx, || host::send(fd, b, flags))
    }
    /// sendall(data[, flags])
    ///
    /// Send a data string to the socket.  For the optional flags
    /// argument, see the Unix manual.  This calls send() repeatedly
    /// until all data is sent.  If an error occurs, it's impossible
    /// to tell how much data has been sent.
    #[method("sendall(data, flags=0, /)", nosig)]
    fn sendall(&self, data: Buffer, flags: i32, cx: &mut Cx) -> PyResult<()> {
        let timeout = self.timeout.get();
        let end = wait::deadline(timeout);
        let mut rest = data.bytes();
        loop {
            let fd = self.fd.get();
            let sent = match wait::attempt(fd, For::Output, timeout, end, cx, || host::send(fd, rest, flags))? {
                Ok(n) => n,
                Err(Some(e)) => return Err(fail(e, cx)),
                Err(None) => return Err(timed_out(cx)),
            };
            rest = rest.get(sent..).unwrap_or_default();
            // Handlers see signals even when no call was interrupted.
            wait::run_pending(cx)?;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }
    /// sendto(data[, flags], address) -> count
    ///
    /// Like send(data, flags) but allows specifying the destination address.
    /// For IP sockets, the address is a pair (hostaddr, port).
    #[method("sendto(*args)", nosig)]
    fn sendto(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<usize> {
        let (data, flags, target) = match args.0 {
            [d, a] => (d, None, a),
            [d, f, a] => (d, Some(f), a),
            _ => return Err(cx.type_error(format_args!("sendto() takes 2 or 3 arguments ({} given)", args.0.len()))),
        };
        let data = Buffer::get(data, SIMPLE, cx)?;
        let flags = match flags {
            Some(f) => number::index(f, cx)?.to_i64().unwrap_or(0) as i32,
            None => 0,
        };
        let a = self.address(target, "sendto", cx)?;
        taipan_object::audit::raise("socket.sendto", &[self.as_object(), target], cx)?;
        let (fd, b) = (self.fd.get(), data.bytes());
        wait::call(fd, For::Output, self.timeout.get(), cx, || host::sendto(fd, b, flags, &a))
    }
}
