//! Names and numbers of hosts, services and protocols.
//!
//! The functions that answer from a shared buffer of the C library
//! (`getservby…`, `getprotobyname`, `gethostby…`) are kept to one thread at a
//! time by a lock of this module.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard};

use crate::addr::Address;
use crate::gate::{Access, check as allow};
use crate::Errno;

unsafe extern "C" {
    fn gethostbyname2(name: *const c_char, family: c_int) -> *mut libc::hostent;
    fn gethostbyaddr(address: *const c_void, size: libc::socklen_t, family: c_int) -> *mut libc::hostent;
    fn hstrerror(code: c_int) -> *const c_char;
    fn __h_errno_location() -> *mut c_int;
    fn inet_aton(text: *const c_char, out: *mut libc::in_addr) -> c_int;
    fn inet_pton(family: c_int, text: *const c_char, out: *mut c_void) -> c_int;
    fn inet_ntop(family: c_int, address: *const c_void, out: *mut c_char, size: libc::socklen_t) -> *const c_char;
    fn getservbyname(name: *const c_char, protocol: *const c_char) -> *mut libc::servent;
    fn getservbyport(port: c_int, protocol: *const c_char) -> *mut libc::servent;
    fn getprotobyname(name: *const c_char) -> *mut libc::protoent;
}

static SHARED_BUFFERS: Mutex<()> = Mutex::new(());

fn lock() -> MutexGuard<'static, ()> {
    SHARED_BUFFERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Why a look-up failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// An error of the operating system.
    System(Errno),
    /// An `EAI_*` code with its message (`socket.gaierror`).
    Gai(i32, Vec<u8>),
    /// An `h_errno` code with its message (`socket.herror`).
    Host(i32, Vec<u8>),
}

impl From<Errno> for LookupError {
    fn from(error: Errno) -> LookupError {
        LookupError::System(error)
    }
}

/// What look-ups return.
pub type Result<T> = core::result::Result<T, LookupError>;

/// Copy a C string; null gives nothing.
///
/// # Safety
/// `text` is null or a C string.
unsafe fn copy(text: *const c_char) -> Vec<u8> {
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

fn gai_error(code: i32) -> LookupError {
    if code == libc::EAI_SYSTEM {
        return LookupError::System(Errno::last());
    }
    // SAFETY: gai_strerror returns a static C string.
    LookupError::Gai(code, unsafe { copy(libc::gai_strerror(code)) })
}

fn host_error() -> LookupError {
    // SAFETY: the C library's own thread-local variable, and a static C string.
    unsafe {
        let code = *__h_errno_location();
        LookupError::Host(code, copy(hstrerror(code)))
    }
}

/// One answer of [`getaddrinfo`].
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct AddressInfo {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub canonical_name: Vec<u8>,
    pub address: Address,
}

/// What is asked of [`getaddrinfo`].
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Hints {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub flags: i32,
}

/// Addresses of a host and service. Blocks.
pub fn getaddrinfo(host: Option<&CStr>, service: Option<&CStr>, hints: Hints) -> Result<Vec<AddressInfo>> {
    if let Some(host) = host {
        allow(Access::Resolve(host))?;
    }
    let mut wanted = zeroed!(libc::addrinfo);
    wanted.ai_family = hints.family;
    wanted.ai_socktype = hints.kind;
    wanted.ai_protocol = hints.protocol;
    wanted.ai_flags = hints.flags;
    let mut list = null_mut();
    let (host, service) = (host.map_or(null(), CStr::as_ptr), service.map_or(null(), CStr::as_ptr));
    let code = sys!(libc::getaddrinfo(host, service, &wanted, &mut list));
    if code != 0 {
        return Err(gai_error(code));
    }
    let mut found = Vec::new();
    // SAFETY: a linked list of the C library, whose addresses have the length that it says; freed once.
    unsafe {
        let mut at = list;
        while !at.is_null() {
            let item = &*at;
            let (mut storage, room) = Address::empty();
            let size = item.ai_addrlen.min(room);
            core::ptr::copy_nonoverlapping(item.ai_addr.cast::<u8>(), (&raw mut storage).cast(), size as usize);
            found.push(AddressInfo {
                family: item.ai_family,
                kind: item.ai_socktype,
                protocol: item.ai_protocol,
                canonical_name: copy(item.ai_canonname),
                address: Address::from_c(storage, size),
            });
            at = item.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(found)
}

/// Host and service names of an address (`NI_*` flags). Blocks.
pub fn getnameinfo(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut host = [0u8; 1025];
    let mut service = [0u8; 32];
    let (raw, size) = address.as_c();
    let code = sys!(libc::getnameinfo(
        raw,
        size,
        host.as_mut_ptr().cast(),
        host.len() as libc::socklen_t,
        service.as_mut_ptr().cast(),
        service.len() as libc::socklen_t,
        flags
    ));
    if code != 0 {
        return Err(gai_error(code));
    }
    let text = |b: &[u8]| CStr::from_bytes_until_nul(b).map(|s| s.to_bytes().to_vec()).unwrap_or_default();
    Ok((text(&host), text(&service)))
}

/// What the host database says: name, aliases, addresses in network order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Host {
    pub name: Vec<u8>,
    pub aliases: Vec<Vec<u8>>,
    pub family: i32,
    pub addresses: Vec<Vec<u8>>,
}

/// Copy a host entry out of the shared buffer.
///
/// # Safety
/// `raw` is null or a valid entry, and the lock is held.
unsafe fn host_of(raw: *const libc::hostent) -> Result<Host> {
    if raw.is_null() {
        return Err(host_error());
    }
    // SAFETY: a valid entry: strings, and lists that end with null; addresses have `h_length` bytes.
    unsafe {
        let entry = &*raw;
        let mut host = Host {
            name: copy(entry.h_name),
            aliases: Vec::new(),
            family: entry.h_addrtype,
            addresses: Vec::new(),
        };
        let mut at = entry.h_aliases;
        while !at.is_null() && !(*at).is_null() {
            host.aliases.push(copy(*at));
            at = at.add(1);
        }
        let mut at = entry.h_addr_list;
        while !at.is_null() && !(*at).is_null() {
            host.addresses.push(core::slice::from_raw_parts((*at).cast::<u8>(), entry.h_length as usize).to_vec());
            at = at.add(1);
        }
        Ok(host)
    }
}

/// A host by name. Blocks.
pub fn host_by_name(name: &CStr, family: i32) -> Result<Host> {
    allow(Access::Resolve(name))?;
    let _lock = lock();
    // SAFETY: the lock keeps the shared buffer to this thread.
    unsafe { host_of(gethostbyname2(name.as_ptr(), family)) }
}

/// A host by address in network order. Blocks.
pub fn host_by_address(address: &[u8], family: i32) -> Result<Host> {
    let _lock = lock();
    // SAFETY: the lock keeps the shared buffer to this thread.
    unsafe { host_of(gethostbyaddr(address.as_ptr().cast(), address.len() as libc::socklen_t, family)) }
}

/// The port of a service (`protocol`: `tcp` or `udp`).
pub fn service_port(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let _lock = lock();
    let found = sys!(getservbyname(name.as_ptr(), protocol.map_or(null(), CStr::as_ptr)));
    // SAFETY: null or a valid entry while the lock is held.
    unsafe { found.as_ref() }.map(|entry| u16::from_be(entry.s_port as u16))
}

/// The service on a port.
pub fn service_name(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    let _lock = lock();
    let found = sys!(getservbyport(port.to_be().into(), protocol.map_or(null(), CStr::as_ptr)));
    // SAFETY: null or a valid entry while the lock is held.
    unsafe { found.as_ref().map(|entry| copy(entry.s_name)) }
}

/// The number of a protocol.
pub fn protocol_number(name: &CStr) -> Option<i32> {
    let _lock = lock();
    let found = sys!(getprotobyname(name.as_ptr()));
    // SAFETY: null or a valid entry while the lock is held.
    unsafe { found.as_ref() }.map(|entry| entry.p_proto)
}

/// An IPv4 address in any form that C's `inet_aton` takes.
pub fn aton(text: &CStr) -> Option<[u8; 4]> {
    let mut raw = libc::in_addr { s_addr: 0 };
    (sys!(inet_aton(text.as_ptr(), &mut raw)) != 0).then(|| raw.s_addr.to_ne_bytes())
}

/// An address from text; None when malformed, `EAFNOSUPPORT` for another family.
pub fn pton(family: i32, text: &CStr) -> crate::Result<Option<Vec<u8>>> {
    let mut buffer = [0u8; 16];
    match sys!(inet_pton(family, text.as_ptr(), buffer.as_mut_ptr().cast())) {
        1 => Ok(Some(buffer[..if family == libc::AF_INET { 4 } else { 16 }].to_vec())),
        0 => Ok(None),
        _ => Err(Errno::last()),
    }
}

/// An address as text; `EINVAL` when its length does not fit the family.
pub fn ntop(family: i32, address: &[u8]) -> crate::Result<Vec<u8>> {
    let expected = match family {
        libc::AF_INET => 4,
        libc::AF_INET6 => 16,
        _ => return Err(Errno::EAFNOSUPPORT),
    };
    if address.len() != expected {
        return Err(Errno::EINVAL);
    }
    let mut buffer = [0u8; 64];
    let size = buffer.len() as libc::socklen_t;
    if sys!(inet_ntop(family, address.as_ptr().cast(), buffer.as_mut_ptr().cast(), size)).is_null() {
        return Err(Errno::last());
    }
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}
