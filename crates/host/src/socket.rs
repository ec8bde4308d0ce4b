//! Sockets. Every call may block unless the socket does not; timeouts are the
//! caller's work with [`crate::poll::wait_one`].

use crate::fresh::Fresh;
use core::mem::MaybeUninit;

use crate::addr::Address;
use crate::gate::{Access, check as allow};
use crate::sys::{check, count, done};
use crate::{Fd, Result};

/// Make a socket, close-on-exec.
pub fn socket(family: i32, kind: i32, protocol: i32) -> Result<Fd> {
    allow(Access::Socket(family))?;
    check(sys!(libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol)))
}

/// Make two connected sockets, close-on-exec.
pub fn socketpair(family: i32, kind: i32, protocol: i32) -> Result<(Fd, Fd)> {
    let mut ends = [0; 2];
    done(sys!(libc::socketpair(family, kind | libc::SOCK_CLOEXEC, protocol, ends.as_mut_ptr())))?;
    Ok((ends[0], ends[1]))
}

/// Give the socket its own address.
pub fn bind(fd: Fd, address: &Address) -> Result<()> {
    allow(Access::Address(address.bytes()))?;
    let (raw, size) = address.as_c();
    done(sys!(libc::bind(fd, raw, size)))
}

/// Connect. Blocks; `EINTR` leaves the connection in progress: wait until it is writable, then [`pending_error`].
pub fn connect(fd: Fd, address: &Address) -> Result<()> {
    allow(Access::Address(address.bytes()))?;
    let (raw, size) = address.as_c();
    done(sys!(libc::connect(fd, raw, size)))
}

/// Take the error of an asynchronous operation (`SO_ERROR`).
pub fn pending_error(fd: Fd) -> Result<()> {
    match crate::sockopt::get_int(fd, libc::SOL_SOCKET, libc::SO_ERROR)? {
        0 => Ok(()),
        code => Err(crate::Errno(code)),
    }
}

/// Take connections, with so many waiting at most.
pub fn listen(fd: Fd, backlog: i32) -> Result<()> {
    done(sys!(libc::listen(fd, backlog)))
}

/// Take one connection: its descriptor (close-on-exec) and the peer's address. Blocks.
pub fn accept(fd: Fd) -> Result<(Fd, Address)> {
    let (mut storage, mut size) = Address::empty();
    let new = check(sys!(libc::accept4(fd, (&raw mut storage).cast(), &mut size, libc::SOCK_CLOEXEC)))?;
    Ok((new, Address::from_c(storage, size)))
}

/// End one or both directions (`SHUT_*`).
pub fn shutdown(fd: Fd, how: i32) -> Result<()> {
    done(sys!(libc::shutdown(fd, how)))
}

/// The socket's own address.
pub fn local_address(fd: Fd) -> Result<Address> {
    let (mut storage, mut size) = Address::empty();
    done(sys!(libc::getsockname(fd, (&raw mut storage).cast(), &mut size)))?;
    Ok(Address::from_c(storage, size))
}

/// The peer's address.
pub fn peer_address(fd: Fd) -> Result<Address> {
    let (mut storage, mut size) = Address::empty();
    done(sys!(libc::getpeername(fd, (&raw mut storage).cast(), &mut size)))?;
    Ok(Address::from_c(storage, size))
}

/// Receive, with `MSG_*` flags. May block.
pub fn recv(fd: Fd, buf: &mut [u8], flags: i32) -> Result<usize> {
    count(sys!(libc::recv(fd, buf.as_mut_ptr().cast(), buf.len(), flags)))
}

/// [`recv`] into memory that holds nothing yet. May block.
pub fn recv_uninit(fd: Fd, buf: &mut [MaybeUninit<u8>], flags: i32) -> Result<usize> {
    count(sys!(libc::recv(fd, buf.as_mut_ptr().cast(), buf.len(), flags)))
}

/// [`recv`] from the start of fresh memory. May block.
pub fn recv_fresh(fd: Fd, into: &mut Fresh<'_>, flags: i32) -> Result<usize> {
    into.fill(|room| recv_uninit(fd, room, flags))
}

/// Receive with the sender's address. May block.
pub fn recvfrom(fd: Fd, buf: &mut [u8], flags: i32) -> Result<(usize, Address)> {
    let (mut storage, mut size) = Address::empty();
    let n = count(sys!(libc::recvfrom(fd, buf.as_mut_ptr().cast(), buf.len(), flags, (&raw mut storage).cast(), &mut size)))?;
    Ok((n, Address::from_c(storage, size)))
}

/// [`recvfrom`] from the start of fresh memory. May block.
pub fn recvfrom_fresh(fd: Fd, into: &mut Fresh<'_>, flags: i32) -> Result<Address> {
    let (mut storage, mut size) = Address::empty();
    into.fill(|room| count(sys!(libc::recvfrom(fd, room.as_mut_ptr().cast(), room.len(), flags, (&raw mut storage).cast(), &mut size))))?;
    Ok(Address::from_c(storage, size))
}

/// Send, with `MSG_*` flags; how much was taken. Never raises `SIGPIPE` where Python ignores it. May block.
pub fn send(fd: Fd, buf: &[u8], flags: i32) -> Result<usize> {
    count(sys!(libc::send(fd, buf.as_ptr().cast(), buf.len(), flags)))
}

/// Send to an address. May block.
pub fn sendto(fd: Fd, buf: &[u8], flags: i32, address: &Address) -> Result<usize> {
    allow(Access::Address(address.bytes()))?;
    let (raw, size) = address.as_c();
    count(sys!(libc::sendto(fd, buf.as_ptr().cast(), buf.len(), flags, raw, size)))
}

/// One ancillary message: level, type, data.
pub type Ancillary = (i32, i32, Vec<u8>);

/// What [`recvmsg`] returns.
#[derive(Clone, Debug)]
pub struct Message {
    /// Bytes received.
    pub size: usize,
    /// Ancillary messages, a truncated last one among them.
    pub ancillary: Vec<Ancillary>,
    /// `MSG_*` flags.
    pub flags: i32,
    /// The sender's address.
    pub address: Address,
}

/// Space that an ancillary message of this size takes without padding at the end; None on overflow.
pub fn cmsg_len(size: usize) -> Option<usize> {
    let size = u32::try_from(size).ok().filter(|n| *n <= i32::MAX as u32 - 64)?;
    Some(sys!(libc::CMSG_LEN(size)) as usize)
}

/// Space that an ancillary message of this size takes with padding; None on overflow.
pub fn cmsg_space(size: usize) -> Option<usize> {
    let size = u32::try_from(size).ok().filter(|n| *n <= i32::MAX as u32 - 64)?;
    Some(sys!(libc::CMSG_SPACE(size)) as usize)
}

/// Receive into several buffers, with ancillary messages of at most `ancillary_max` bytes in all. May block.
pub fn recvmsg(fd: Fd, buffers: &mut [&mut [u8]], ancillary_max: usize, flags: i32) -> Result<Message> {
    let mut vectors: Vec<libc::iovec> =
        buffers.iter_mut().map(|b| libc::iovec { iov_base: b.as_mut_ptr().cast(), iov_len: b.len() }).collect();
    // u64 words: control data must be aligned like its header.
    let mut control = vec![0u64; ancillary_max.div_ceil(8)];
    let (mut storage, size) = Address::empty();
    let mut header = zeroed!(libc::msghdr);
    header.msg_name = (&raw mut storage).cast();
    header.msg_namelen = size;
    header.msg_iov = vectors.as_mut_ptr();
    header.msg_iovlen = vectors.len();
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = ancillary_max;
    let size = count(sys!(libc::recvmsg(fd, &mut header, flags | libc::MSG_CMSG_CLOEXEC)))?;
    Ok(Message {
        size,
        ancillary: ancillary_of(&header),
        flags: header.msg_flags & !libc::MSG_CMSG_CLOEXEC,
        address: Address::from_c(storage, header.msg_namelen),
    })
}

fn ancillary_of(header: &libc::msghdr) -> Vec<Ancillary> {
    let mut found = Vec::new();
    let end = header.msg_control as usize + header.msg_controllen;
    // SAFETY: the kernel wrote well-formed messages up to `msg_controllen`; a truncated last one is cut at the end.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(header);
        while !at.is_null() {
            let data = libc::CMSG_DATA(at);
            let head = data as usize - at as usize;
            let length = ((*at).cmsg_len as usize).saturating_sub(head).min(end.saturating_sub(data as usize));
            let bytes = core::slice::from_raw_parts(data, length).to_vec();
            found.push(((*at).cmsg_level, (*at).cmsg_type, bytes));
            at = libc::CMSG_NXTHDR(header, at);
        }
    }
    found
}

/// Send several buffers with ancillary messages. May block.
pub fn sendmsg(
    fd: Fd,
    buffers: &[&[u8]],
    ancillary: &[(i32, i32, &[u8])],
    flags: i32,
    address: Option<&Address>,
) -> Result<usize> {
    if let Some(address) = address {
        allow(Access::Address(address.bytes()))?;
    }
    let mut vectors: Vec<libc::iovec> =
        buffers.iter().map(|b| libc::iovec { iov_base: b.as_ptr().cast_mut().cast(), iov_len: b.len() }).collect();
    let space: usize = ancillary.iter().map(|(_, _, data)| sys!(libc::CMSG_SPACE(data.len() as u32)) as usize).sum();
    let mut control = vec![0u64; space.div_ceil(8)];
    let mut header = zeroed!(libc::msghdr);
    if let Some(address) = address {
        let (raw, size) = address.as_c();
        header.msg_name = raw.cast_mut().cast();
        header.msg_namelen = size;
    }
    header.msg_iov = vectors.as_mut_ptr();
    header.msg_iovlen = vectors.len();
    if space > 0 {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = space;
        put_ancillary(&header, ancillary);
    }
    count(sys!(libc::sendmsg(fd, &header, flags)))
}

fn put_ancillary(header: &libc::msghdr, messages: &[(i32, i32, &[u8])]) {
    // SAFETY: the control buffer has exactly the space that the messages take, so every step stays inside.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(header);
        for (level, kind, data) in messages {
            if at.is_null() {
                return;
            }
            (*at).cmsg_level = *level;
            (*at).cmsg_type = *kind;
            (*at).cmsg_len = libc::CMSG_LEN(data.len() as u32) as _;
            core::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(at), data.len());
            at = libc::CMSG_NXTHDR(header, at);
        }
    }
}
