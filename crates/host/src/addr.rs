//! Socket addresses: C's `sockaddr` family as one Rust value.

use core::ffi::CStr;

use crate::{Errno, Result};

/// The largest address.
const STORAGE: usize = size_of::<libc::sockaddr_storage>();

/// A socket address as the bytes of its C form.
#[derive(Clone, Copy)]
pub struct Address {
    storage: libc::sockaddr_storage,
    size: usize,
}

/// A socket address taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// IPv4 address and port.
    V4([u8; 4], u16),
    /// IPv6 address, port, flow information, scope id.
    V6([u8; 16], u16, u32, u32),
    /// A path, or an abstract name that starts with NUL; empty when unnamed.
    Unix(Vec<u8>),
    /// `AF_NETLINK`: process id, groups.
    Netlink(u32, u32),
    /// `AF_VSOCK`: context id, port.
    Vsock(u32, u32),
    /// `AF_PACKET`: interface index, protocol, packet type, hardware type, hardware address.
    Packet(i32, u16, u8, u16, Vec<u8>),
    /// `AF_CAN`: interface index.
    Can(i32),
    /// `AF_ALG`: type, name.
    Alg(Vec<u8>, Vec<u8>),
    /// No address at all (an unbound or connected peer that has none).
    None,
    /// Another family, with the bytes after the family.
    Other(u16, Vec<u8>),
}

impl Address {
    /// An address to be filled by the kernel.
    pub(crate) fn empty() -> (libc::sockaddr_storage, libc::socklen_t) {
        (zeroed!(libc::sockaddr_storage), STORAGE as libc::socklen_t)
    }

    pub(crate) fn from_c(storage: libc::sockaddr_storage, size: libc::socklen_t) -> Address {
        Address { storage, size: (size as usize).min(STORAGE) }
    }

    pub(crate) fn as_c(&self) -> (*const libc::sockaddr, libc::socklen_t) {
        ((&raw const self.storage).cast(), self.size as libc::socklen_t)
    }

    /// Make one from a C struct.
    fn from_struct<T: Copy>(raw: T, size: usize) -> Address {
        const { assert!(size_of::<T>() <= STORAGE) };
        let mut storage = zeroed!(libc::sockaddr_storage);
        // SAFETY: `T` is one of C's address structs, no larger than the storage, which is aligned for all of them.
        unsafe { (&raw mut storage).cast::<T>().write(raw) };
        Address { storage, size }
    }

    /// Read it as a C struct; the caller has looked at the family.
    fn as_struct<T: Copy>(&self) -> T {
        const { assert!(size_of::<T>() <= STORAGE) };
        // SAFETY: the storage is larger than and aligned for `T`, and all its bytes are initialised.
        unsafe { (&raw const self.storage).cast::<T>().read() }
    }

    /// An IPv4 address.
    pub fn v4(ip: [u8; 4], port: u16) -> Address {
        let mut raw = zeroed!(libc::sockaddr_in);
        raw.sin_family = libc::AF_INET as u16;
        raw.sin_port = port.to_be();
        raw.sin_addr.s_addr = u32::from_ne_bytes(ip);
        Address::from_struct(raw, size_of::<libc::sockaddr_in>())
    }

    /// An IPv6 address.
    pub fn v6(ip: [u8; 16], port: u16, flow: u32, scope: u32) -> Address {
        let mut raw = zeroed!(libc::sockaddr_in6);
        raw.sin6_family = libc::AF_INET6 as u16;
        raw.sin6_port = port.to_be();
        raw.sin6_flowinfo = flow.to_be();
        raw.sin6_addr.s6_addr = ip;
        raw.sin6_scope_id = scope;
        Address::from_struct(raw, size_of::<libc::sockaddr_in6>())
    }

    /// A Unix socket: a path, or an abstract name that starts with NUL. `ENAMETOOLONG` when it does not fit.
    pub fn unix(path: &[u8]) -> Result<Address> {
        let mut raw = zeroed!(libc::sockaddr_un);
        let room = raw.sun_path.len();
        // An empty name asks the kernel to choose an abstract one.
        let is_abstract = path.is_empty() || path[0] == 0;
        // A path needs its NUL; an abstract name is counted.
        if path.len() > room || (!is_abstract && path.len() >= room) {
            return Err(Errno::ENAMETOOLONG);
        }
        raw.sun_family = libc::AF_UNIX as u16;
        for (to, from) in raw.sun_path.iter_mut().zip(path) {
            *to = *from as core::ffi::c_char;
        }
        let head = core::mem::offset_of!(libc::sockaddr_un, sun_path);
        let size = head + path.len() + usize::from(!is_abstract);
        Ok(Address::from_struct(raw, size))
    }

    /// A netlink address.
    pub fn netlink(pid: u32, groups: u32) -> Address {
        let mut raw = zeroed!(libc::sockaddr_nl);
        raw.nl_family = libc::AF_NETLINK as u16;
        raw.nl_pid = pid;
        raw.nl_groups = groups;
        Address::from_struct(raw, size_of::<libc::sockaddr_nl>())
    }

    /// A virtual machine socket.
    pub fn vsock(cid: u32, port: u32) -> Address {
        let mut raw = zeroed!(libc::sockaddr_vm);
        raw.svm_family = libc::AF_VSOCK as u16;
        raw.svm_cid = cid;
        raw.svm_port = port;
        Address::from_struct(raw, size_of::<libc::sockaddr_vm>())
    }

    /// A link-layer address.
    pub fn packet(interface: i32, protocol: u16, kind: u8, hardware: u16, address: &[u8]) -> Result<Address> {
        let mut raw = zeroed!(libc::sockaddr_ll);
        raw.sll_addr.get_mut(..address.len()).ok_or(Errno::EINVAL)?.copy_from_slice(address);
        raw.sll_family = libc::AF_PACKET as u16;
        raw.sll_ifindex = interface;
        raw.sll_protocol = protocol.to_be();
        raw.sll_pkttype = kind;
        raw.sll_hatype = hardware;
        raw.sll_halen = address.len() as u8;
        Ok(Address::from_struct(raw, size_of::<libc::sockaddr_ll>()))
    }

    /// A CAN interface.
    pub fn can(interface: i32) -> Address {
        let mut raw = zeroed!(libc::sockaddr_can);
        raw.can_family = libc::AF_CAN as u16;
        raw.can_ifindex = interface;
        Address::from_struct(raw, size_of::<libc::sockaddr_can>())
    }

    /// A kernel crypto algorithm; `EINVAL` when a name does not fit.
    pub fn alg(kind: &[u8], name: &[u8], feature: u32, mask: u32) -> Result<Address> {
        let mut raw = zeroed!(libc::sockaddr_alg);
        if kind.len() >= raw.salg_type.len() || name.len() >= raw.salg_name.len() {
            return Err(Errno::EINVAL);
        }
        raw.salg_family = libc::AF_ALG as u16;
        raw.salg_type[..kind.len()].copy_from_slice(kind);
        raw.salg_name[..name.len()].copy_from_slice(name);
        raw.salg_feat = feature;
        raw.salg_mask = mask;
        Ok(Address::from_struct(raw, size_of::<libc::sockaddr_alg>()))
    }

    /// An address given as the bytes of its C struct; `EINVAL` when it is too long.
    pub fn from_bytes(raw: &[u8]) -> Result<Address> {
        if raw.len() > STORAGE {
            return Err(Errno::EINVAL);
        }
        let mut storage = zeroed!(libc::sockaddr_storage);
        // SAFETY: the storage has room for `raw.len()` bytes, and any bytes are valid in it.
        unsafe { core::ptr::copy_nonoverlapping(raw.as_ptr(), (&raw mut storage).cast::<u8>(), raw.len()) };
        Ok(Address { storage, size: raw.len() })
    }

    /// The family.
    pub fn family(&self) -> i32 {
        self.storage.ss_family.into()
    }

    /// The bytes of the C struct.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the storage is plain initialised memory of at least `size` bytes.
        unsafe { core::slice::from_raw_parts((&raw const self.storage).cast(), self.size) }
    }

    /// Take it apart.
    pub fn parts(&self) -> Parts {
        if self.size < size_of::<libc::sa_family_t>() {
            return Parts::None;
        }
        match self.family() {
            libc::AF_INET => {
                let raw = self.as_struct::<libc::sockaddr_in>();
                Parts::V4(raw.sin_addr.s_addr.to_ne_bytes(), u16::from_be(raw.sin_port))
            }
            libc::AF_INET6 => {
                let raw = self.as_struct::<libc::sockaddr_in6>();
                let flow = u32::from_be(raw.sin6_flowinfo);
                Parts::V6(raw.sin6_addr.s6_addr, u16::from_be(raw.sin6_port), flow, raw.sin6_scope_id)
            }
            libc::AF_UNIX => self.unix_name(),
            libc::AF_NETLINK => {
                let raw = self.as_struct::<libc::sockaddr_nl>();
                Parts::Netlink(raw.nl_pid, raw.nl_groups)
            }
            libc::AF_VSOCK => {
                let raw = self.as_struct::<libc::sockaddr_vm>();
                Parts::Vsock(raw.svm_cid, raw.svm_port)
            }
            libc::AF_PACKET => {
                let raw = self.as_struct::<libc::sockaddr_ll>();
                let length = (raw.sll_halen as usize).min(raw.sll_addr.len());
                let address = raw.sll_addr[..length].to_vec();
                Parts::Packet(raw.sll_ifindex, u16::from_be(raw.sll_protocol), raw.sll_pkttype, raw.sll_hatype, address)
            }
            libc::AF_CAN => Parts::Can(self.as_struct::<libc::sockaddr_can>().can_ifindex),
            libc::AF_ALG => {
                let raw = self.as_struct::<libc::sockaddr_alg>();
                let text = |b: &[u8]| b.iter().copied().take_while(|c| *c != 0).collect();
                Parts::Alg(text(&raw.salg_type), text(&raw.salg_name))
            }
            family => Parts::Other(family as u16, self.bytes()[size_of::<libc::sa_family_t>()..].to_vec()),
        }
    }

    fn unix_name(&self) -> Parts {
        let head = core::mem::offset_of!(libc::sockaddr_un, sun_path);
        let name = self.bytes().get(head..).unwrap_or_default();
        if name.first() == Some(&0) {
            return Parts::Unix(name.to_vec());
        }
        Parts::Unix(name.iter().copied().take_while(|c| *c != 0).collect())
    }
}

impl core::fmt::Debug for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.parts().fmt(f)
    }
}

/// The index of a network interface.
pub fn interface_index(name: &CStr) -> Result<u32> {
    match sys!(libc::if_nametoindex(name.as_ptr())) {
        0 => Err(Errno::last()),
        index => Ok(index),
    }
}

/// The name of a network interface.
pub fn interface_name(index: u32) -> Result<Vec<u8>> {
    let mut buffer = [0u8; libc::IF_NAMESIZE + 1];
    if sys!(libc::if_indextoname(index, buffer.as_mut_ptr().cast())).is_null() {
        return Err(Errno::last());
    }
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}

/// All network interfaces: (index, name).
pub fn interfaces() -> Result<Vec<(u32, Vec<u8>)>> {
    let list = sys!(libc::if_nameindex());
    if list.is_null() {
        return Err(Errno::last());
    }
    let mut found = Vec::new();
    // SAFETY: the list ends with an entry of index 0 and is freed once.
    unsafe {
        let mut at = list;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            found.push(((*at).if_index, CStr::from_ptr((*at).if_name).to_bytes().to_vec()));
            at = at.add(1);
        }
        libc::if_freenameindex(list);
    }
    Ok(found)
}
