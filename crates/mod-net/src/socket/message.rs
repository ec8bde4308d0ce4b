//! `sendmsg` and `recvmsg`: several buffers at once, with ancillary data.

use super::errors::plain;
use super::object::PySocket;
use super::transfer::{room, size};
use super::wait::{self, For};
use taipan_host::consts::socket as k;
use taipan_host::socket::{self as host, Message};
use taipan_object::abstract_::buffer::{SIMPLE, WRITABLE};
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::audit;

/// The largest control buffer (`SOCKLEN_T_LIMIT`).
const CONTROL_MAX: isize = i32::MAX as isize;

/// An ancillary message with its data still in the program's buffer.
type Ancillary = (i32, i32, Buffer);

fn control_size(n: isize, cx: &mut Cx) -> PyResult<usize> {
    match usize::try_from(n) {
        Ok(m) if n <= CONTROL_MAX => Ok(m),
        _ => Err(cx.value_error(format_args!("invalid ancillary data buffer length"))),
    }
}

/// The items of an argument that must be iterable.
fn items(o: &Object, message: &str, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    if o.ty().tp_iter.get().is_none() && !iter::is_sequence(o) {
        return Err(cx.type_error(format_args!("{message}")));
    }
    iter::collect(o, cx)
}

fn data_buffers(o: &Object, cx: &mut Cx) -> PyResult<Vec<Buffer>> {
    let v = items(o, "sendmsg() argument 1 must be an iterable", cx)?;
    let mut out = Vec::with_capacity(v.len());
    for o in &v {
        out.push(Buffer::get(o, SIMPLE, cx)?);
    }
    Ok(out)
}

fn as_int(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    match number::index(o, cx)?.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => Err(cx.overflow_error(format_args!("signed integer is greater than maximum"))),
    }
}

fn ancillary(o: &Object, cx: &mut Cx) -> PyResult<Vec<Ancillary>> {
    let v = items(o, "sendmsg() argument 2 must be an iterable", cx)?;
    let mut out = Vec::with_capacity(v.len());
    let mut total = 0usize;
    for o in &v {
        const NAME: &str = "[sendmsg() ancillary data items]()";
        let Some(t) = o.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("{NAME} argument must be 3-item tuple, not {}", o.ty().tp_name_str())));
        };
        let [level, kind, data] = t.as_slice() else {
            return Err(cx.type_error(format_args!("{NAME} argument must be tuple of length 3, not {}", t.len())));
        };
        let (level, kind) = (as_int(level, cx)?, as_int(kind, cx)?);
        let data = Buffer::get(data, SIMPLE, cx)?;
        let Some(space) = host::cmsg_space(data.bytes().len()) else {
            return Err(plain("ancillary data item too large", cx));
        };
        total = total.saturating_add(space);
        if total > CONTROL_MAX as usize {
            return Err(plain("too much ancillary data", cx));
        }
        out.push((level, kind, data));
    }
    Ok(out)
}

impl PySocket {
    fn send_message(&self, buffers: &[Buffer], control: &[(i32, i32, &[u8])], flags: i32, address: Option<&Object>, cx: &mut Cx) -> PyResult<usize> {
        let to = match address {
            Some(a) if !a.is_none() => Some(self.address(a, "sendmsg", cx)?),
            _ => None,
        };
        audit::raise("socket.sendmsg", &[self.as_object(), address.unwrap_or(none())], cx)?;
        let data: Vec<&[u8]> = buffers.iter().map(Buffer::bytes).collect();
        let fd = self.fd.get();
        wait::call(fd, For::Output, self.timeout.get(), cx, || host::sendmsg(fd, &data, control, flags, to.as_ref()))
    }

    fn receive_message(&self, buffers: &mut [&mut [u8]], control: usize, flags: i32, cx: &mut Cx) -> PyResult<Message> {
        let fd = self.fd.get();
        wait::call(fd, For::Input, self.timeout.get(), cx, || host::recvmsg(fd, buffers, control, flags))
    }

    /// (data or size, ancillary messages, flags, address).
    fn message_tuple(&self, first: Own<Object>, m: &Message, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let list = PyList::new(cx)?;
        for (level, kind, data) in &m.ancillary {
            let (l, t, d) = (PyInt::new((*level).into(), cx)?, PyInt::new((*kind).into(), cx)?, PyBytes::new(data, cx)?);
            let t = PyTuple::from_slice(&[&l, &t, &d], cx)?;
            list.push(t.into_object(), cx)?;
        }
        let flags = PyInt::new(m.flags.into(), cx)?;
        let address = self.show(&m.address, cx)?;
        PyTuple::from_vec(vec![first, list.into_object(), flags.into_object(), address], cx)
    }
}

/// Close descriptors that came with a message that cannot be delivered.
fn close_rights(m: &Message) {
    for (level, kind, data) in &m.ancillary {
        if *level == k::SOL_SOCKET && *kind == k::SCM_RIGHTS {
            for fd in data.chunks_exact(4) {
                if let Ok(raw) = fd.try_into() {
                    _ = taipan_host::fd::close(i32::from_ne_bytes(raw));
                }
            }
        }
    }
}

#[pymethods(MESSAGES)]
impl PySocket {
    /// recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)
    ///
    /// Receive normal data (up to bufsize bytes) and ancillary data from the
    /// socket.  ancbufsize sets the size of the internal buffer for the ancillary
    /// data; it defaults to 0.  The return value is a 4-tuple: the data, a list of
    /// (cmsg_level, cmsg_type, cmsg_data) tuples, the flags and the address.
    #[method("recvmsg(bufsize, ancbufsize=0, flags=0, /)", nosig)]
    fn recvmsg(&self, bufsize: isize, ancbufsize: isize, flags: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = size(bufsize, "negative buffer size in recvmsg()", cx)?;
        let control = control_size(ancbufsize, cx)?;
        let mut b = room(n, cx)?;
        let m = self.receive_message(&mut [&mut b], control, flags, cx)?;
        let made = PyBytes::new(b.get(..m.size).unwrap_or_default(), cx).and_then(|d| self.message_tuple(d.into_object(), &m, cx));
        if made.is_err() {
            close_rights(&m);
        }
        made
    }
    /// recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)
    ///
    /// Receive normal data and ancillary data from the socket, scattering the
    /// non-ancillary data into a series of buffers.
    #[method("recvmsg_into(buffers, ancbufsize=0, flags=0, /)", nosig)]
    fn recvmsg_into(&self, buffers: &Object, ancbufsize: isize, flags: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = items(buffers, "recvmsg_into() argument 1 must be an iterable", cx)?;
        let mut held = Vec::with_capacity(v.len());
        for o in &v {
            match Buffer::get(o, WRITABLE, cx) {
                Ok(b) => held.push(b),
                Err(r) => {
                    cx.discard(r);
                    return Err(cx.type_error(format_args!("recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers")));
                }
            }
        }
        let control = control_size(ancbufsize, cx)?;
        let mut parts: Vec<&mut [u8]> = held.iter_mut().map(Buffer::bytes_mut).collect();
        let m = self.receive_message(&mut parts, control, flags, cx)?;
        let made = PyInt::new(m.size as i64, cx).and_then(|n| self.message_tuple(n.into_object(), &m, cx));
        if made.is_err() {
            close_rights(&m);
        }
        made
    }
    /// sendmsg(buffers[, ancdata[, flags[, address]]]) -> count
    ///
    /// Send normal and ancillary data to the socket, gathering the
    /// non-ancillary data from a series of buffers and concatenating it into
    /// a single message.
    #[method("sendmsg(buffers, ancdata=None, flags=0, address=None, /)", nosig)]
    fn sendmsg(&self, buffers: &Object, #[default(None)] ancdata: Option<&Object>, flags: i32, #[default(None)] address: Option<&Object>, cx: &mut Cx) -> PyResult<usize> {
        let data = data_buffers(buffers, cx)?;
        let held = match ancdata {
            Some(a) => ancillary(a, cx)?,
            None => Vec::new(),
        };
        let control: Vec<_> = held.iter().map(|(l, t, d)| (*l, *t, d.bytes())).collect();
        self.send_message(&data, &control, flags, address, cx)
    }
    /// sendmsg_afalg([msg], *, op[, iv[, assoclen[, flags=MSG_MORE]]])
    ///
    /// Set operation mode, IV and length of associated data for an AF_ALG
    /// operation socket.
    #[method("sendmsg_afalg(msg=None, *, op=-1, iv=None, assoclen=-1, flags=0)", nosig)]
    fn sendmsg_afalg(&self, msg: &Object, op: i32, iv: &Object, assoclen: i32, flags: i32, cx: &mut Cx) -> PyResult<usize> {
        if self.family.get() != k::AF_ALG {
            return Err(plain("algset is only supported for AF_ALG", cx));
        }
        if op < 0 {
            return Err(cx.type_error(format_args!("Invalid or missing argument 'op'")));
        }
        if assoclen < -1 {
            return Err(cx.type_error(format_args!("assoclen must be positive")));
        }
        let mut control = vec![(k::SOL_ALG, k::ALG_SET_OP, (op as u32).to_ne_bytes().to_vec())];
        if !iv.is_none() {
            let iv = Buffer::get(iv, SIMPLE, cx)?;
            let mut raw = (iv.bytes().len() as u32).to_ne_bytes().to_vec();
            raw.extend(iv.bytes());
            control.push((k::SOL_ALG, k::ALG_SET_IV, raw));
        }
        if assoclen >= 0 {
            control.push((k::SOL_ALG, k::ALG_SET_AEAD_ASSOCLEN, (assoclen as u32).to_ne_bytes().to_vec()));
        }
        let data = if msg.is_none() { Vec::new() } else { data_buffers(msg, cx)? };
        let borrowed: Vec<_> = control.iter().map(|(l, t, d)| (*l, *t, d.as_slice())).collect();
        let views: Vec<&[u8]> = data.iter().map(Buffer::bytes).collect();
        let fd = self.fd.get();
        wait::call(fd, For::Output, self.timeout.get(), cx, || host::sendmsg(fd, &views, &borrowed, flags, None))
    }
}

/// Size of a control message, for `CMSG_LEN` and `CMSG_SPACE`.
pub fn control_length(n: &Object, name: &str, f: fn(usize) -> Option<usize>, cx: &mut Cx) -> PyResult<usize> {
    let n = number::index(n, cx)?.to_i64().and_then(|n| usize::try_from(n).ok());
    n.and_then(f).ok_or_else(|| cx.overflow_error(format_args!("{name}() argument out of range")))
}
