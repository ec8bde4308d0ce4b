//! Names and numbers of hosts, services, protocols and interfaces: the functions of `_socket` that ask the resolver.

use super::address::{self, db_text, host_name, idna, ip_text, word_arg};
use super::errors::{fail, lookup_failed, plain};
use std::ffi::{CStr, CString};
use taipan_host::addr::{self, Address, Parts};
use taipan_host::consts::socket as k;
use taipan_host::netdb::{self, AddressInfo, Hints};
use taipan_host::{Errno, Result as HostResult};
use taipan_object::prelude::*;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, audit, fspath};

/// The IP address of a host name: numbers are read directly, names resolved.
pub fn set_ip(name: &CStr, family: i32, cx: &mut Cx) -> PyResult<Address> {
    let bytes = name.to_bytes();
    if bytes.is_empty() {
        return wildcard(family, cx);
    }
    if bytes == b"<broadcast>" || bytes == b"255.255.255.255" {
        if family != k::AF_INET && family != k::AF_UNSPEC {
            return Err(plain("address family mismatched", cx));
        }
        return Ok(Address::v4([255; 4], 0));
    }
    if let Some(a) = numeric(name, family) {
        return Ok(a);
    }
    let hints = Hints { family, ..Hints::default() };
    let found = cx.without_gil(|| netdb::getaddrinfo(Some(name), None, hints)).map_err(|e| lookup_failed(e, cx))?;
    found.first().map(|i| i.address).ok_or_else(|| plain("unknown address family", cx))
}

/// The address that stands for all interfaces.
fn wildcard(family: i32, cx: &mut Cx) -> PyResult<Address> {
    let hints = Hints { family, kind: k::SOCK_DGRAM, protocol: 0, flags: k::AI_PASSIVE };
    let found = cx.without_gil(|| netdb::getaddrinfo(None, Some(c"0"), hints)).map_err(|e| lookup_failed(e, cx))?;
    match found.as_slice() {
        [one] => Ok(one.address),
        [] => Err(plain("unsupported address family", cx)),
        _ => Err(plain("wildcard resolved to multiple address", cx)),
    }
}

/// An address written in numbers.
fn numeric(name: &CStr, family: i32) -> Option<Address> {
    if family == k::AF_UNSPEC || family == k::AF_INET {
        if let Ok(Some(ip)) = netdb::pton(k::AF_INET, name) {
            return Some(Address::v4(ip.try_into().ok()?, 0));
        }
    }
    if (family == k::AF_UNSPEC || family == k::AF_INET6) && !name.to_bytes().contains(&b'%') {
        if let Ok(Some(ip)) = netdb::pton(k::AF_INET6, name) {
            return Some(Address::v6(ip.try_into().ok()?, 0, 0, 0));
        }
    }
    None
}

/// A host argument in the codec `idna` (format unit `et`).
fn encoded_host(o: &Object, func: &str, cx: &mut Cx) -> PyResult<CString> {
    let bytes = match o.downcast::<PyStr>() {
        Some(s) => idna(s, cx)?,
        None if o.is_a::<PyBytes>() || o.is_a::<PyByteArray>() => return host_name(o, cx),
        None => return Err(cx.type_error(format_args!("{func}() argument 1 must be str, bytes or bytearray, not {}", o.ty().tp_name_str()))),
    };
    CString::new(bytes).map_err(|_| cx.type_error(format_args!("{func}() argument 1 must be encoded string without null bytes, not str")))
}

fn host_tuple(h: &netdb::Host, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let (aliases, addresses) = (PyList::new(cx)?, PyList::new(cx)?);
    for a in &h.aliases {
        let t = db_text(a, cx)?;
        aliases.push(t, cx)?;
    }
    for a in &h.addresses {
        let t = ip_text(h.family, a, cx)?;
        addresses.push(t.into_object(), cx)?;
    }
    let name = db_text(&h.name, cx)?;
    PyTuple::from_slice(&[&name, &aliases, &addresses], cx)
}

fn ip_of(a: &Address) -> Option<(i32, Vec<u8>)> {
    match a.parts() {
        Parts::V4(ip, _) => Some((k::AF_INET, ip.to_vec())),
        Parts::V6(ip, ..) => Some((k::AF_INET6, ip.to_vec())),
        _ => None,
    }
}

/// The host argument of `getaddrinfo`.
fn info_host(o: &Object, cx: &mut Cx) -> PyResult<Option<CString>> {
    let bytes = if o.is_none() {
        return Ok(None);
    } else if let Some(s) = o.downcast::<PyStr>() {
        idna(s, cx)?
    } else if let Some(b) = o.downcast::<PyBytes>() {
        b.as_bytes().to_vec()
    } else {
        return Err(cx.type_error(format_args!("getaddrinfo() argument 1 must be string or None")));
    };
    Ok(Some(until_nul(bytes)))
}

/// What C sees of bytes: up to the first NUL.
fn until_nul(mut b: Vec<u8>) -> CString {
    if let Some(i) = b.iter().position(|c| *c == 0) {
        b.truncate(i);
    }
    CString::new(b).unwrap_or_default()
}

/// The port argument of `getaddrinfo`.
fn info_port(o: &Object, cx: &mut Cx) -> PyResult<Option<CString>> {
    if o.is_none() {
        return Ok(None);
    }
    let text = if o.is_a::<PyInt>() { Some(abstract_::str(o, cx)?) } else { None };
    let bytes = if let Some(s) = text.as_deref().or_else(|| o.downcast::<PyStr>()) {
        let b = taipan_object::types::str::codec::encode(s, "utf-8", "strict", cx)?;
        b.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default()
    } else if let Some(b) = o.downcast::<PyBytes>() {
        b.as_bytes().to_vec()
    } else {
        return Err(plain("Int or String expected", cx));
    };
    Ok(Some(until_nul(bytes)))
}

fn info_tuple(i: &AddressInfo, protocol: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let address = address::show(&i.address, protocol, cx)?;
    let name = db_text(&i.canonical_name, cx)?;
    let mut v = Vec::with_capacity(5);
    for n in [i.family, i.kind, i.protocol] {
        v.push(PyInt::new(n.into(), cx)?.into_object());
    }
    v.extend([name, address]);
    PyTuple::from_vec(v, cx).map(Own::into_object)
}

/// The address of `getnameinfo`: from numbers only.
fn name_info_address(t: &PyTuple, cx: &mut Cx) -> PyResult<Address> {
    let bad = |cx: &mut Cx| cx.type_error(format_args!("getnameinfo(): illegal sockaddr argument"));
    if t.len() < 2 || t.len() > 4 {
        return Err(bad(cx));
    }
    let Some(host) = t.get(0).and_then(|o| o.downcast::<PyStr>()) else { return Err(bad(cx)) };
    let host = address::c_text(host, cx)?;
    let port = i32::try_from(word_arg(t, 1, cx)? as i64).unwrap_or(-1);
    let flow = address::checked_flow(word_arg(t, 2, cx)? as u32, cx)?;
    let scope = word_arg(t, 3, cx)? as u32;
    audit::raise("socket.getnameinfo", &[t], cx)?;
    let service = CString::new(port.to_string()).unwrap_or_default();
    let hints = Hints { family: k::AF_UNSPEC, kind: k::SOCK_DGRAM, protocol: 0, flags: k::AI_NUMERICHOST };
    let found = cx.without_gil(|| netdb::getaddrinfo(Some(&host), Some(&service), hints)).map_err(|e| lookup_failed(e, cx))?;
    let [one] = found.as_slice() else { return Err(plain("sockaddr resolved to multiple addresses", cx)) };
    match one.address.parts() {
        Parts::V4(..) if t.len() != 2 => Err(plain("IPv4 sockaddr must be 2 tuple", cx)),
        Parts::V6(ip, port, ..) => Ok(Address::v6(ip, port, flow, scope)),
        _ => Ok(one.address),
    }
}

fn system<T>(r: HostResult<T>, cx: &mut Cx) -> PyResult<T> {
    r.map_err(|e| fail(e, cx))
}

/// Functions of the module that look something up.
#[pyfunctions]
pub mod functions {
    use super::*;

    /// gethostname() -> string
    ///
    /// Return the current host name.
    #[function("gethostname()", nosig)]
    fn gethostname(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        audit::raise("socket.gethostname", &[], cx)?;
        match cx.without_gil(taipan_host::sysinfo::hostname) {
            Ok(n) => fspath::decode(&n, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// sethostname(name)
    ///
    /// Sets the hostname to name.
    #[function("sethostname(name, /)", nosig)]
    fn sethostname(name: &Object, cx: &mut Cx) -> PyResult<()> {
        let text = fspath::to_bytes(name, cx)?;
        audit::raise("socket.sethostname", &[name], cx)?;
        system(taipan_host::sysinfo::set_hostname(&text), cx)
    }
    /// gethostbyname(host) -> address
    ///
    /// Return the IP address (a string of the form '255.255.255.255') for a host.
    #[function("gethostbyname(host, /)", nosig)]
    fn gethostbyname(host: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let name = encoded_host(host, "gethostbyname", cx)?;
        let shown = db_text(name.to_bytes(), cx)?;
        audit::raise("socket.gethostbyname", &[&shown], cx)?;
        let a = set_ip(&name, k::AF_INET, cx)?;
        match ip_of(&a) {
            Some((family, ip)) => ip_text(family, &ip, cx),
            None => Err(plain("unknown address family", cx)),
        }
    }
    /// gethostbyname_ex(host) -> (name, aliaslist, addresslist)
    ///
    /// Return the true host name, a list of aliases, and a list of IP addresses,
    /// for a host.  The host argument is a string giving a host name or IP number.
    #[function("gethostbyname_ex(host, /)", nosig)]
    fn gethostbyname_ex(host: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let name = encoded_host(host, "gethostbyname_ex", cx)?;
        let shown = db_text(name.to_bytes(), cx)?;
        audit::raise("socket.gethostbyname", &[&shown], cx)?;
        set_ip(&name, k::AF_INET, cx)?;
        let h = cx.without_gil(|| netdb::host_by_name(&name, k::AF_INET)).map_err(|e| lookup_failed(e, cx))?;
        host_tuple(&h, cx)
    }
    /// gethostbyaddr(host) -> (name, aliaslist, addresslist)
    ///
    /// Return the true host name, a list of aliases, and a list of IP addresses,
    /// for a host.  The host argument is a string giving a host name or IP number.
    #[function("gethostbyaddr(host, /)", nosig)]
    fn gethostbyaddr(host: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let name = encoded_host(host, "gethostbyaddr", cx)?;
        let shown = db_text(name.to_bytes(), cx)?;
        audit::raise("socket.gethostbyaddr", &[&shown], cx)?;
        let a = set_ip(&name, k::AF_UNSPEC, cx)?;
        let Some((family, ip)) = ip_of(&a) else { return Err(plain("unsupported address family", cx)) };
        let h = cx.without_gil(|| netdb::host_by_address(&ip, family)).map_err(|e| lookup_failed(e, cx))?;
        host_tuple(&h, cx)
    }
    /// getservbyname(servicename[, protocolname]) -> integer
    ///
    /// Return a port number from a service name and protocol name.
    /// The optional protocol name, if given, should be 'tcp' or 'udp',
    /// otherwise any protocol will match.
    #[function("getservbyname(servicename, protocolname=None, /)", nosig)]
    fn getservbyname(servicename: &PyStr, #[default(None)] protocolname: Option<&PyStr>, cx: &mut Cx) -> PyResult<u16> {
        let name = address::c_text(servicename, cx)?;
        let protocol = protocolname.map(|p| address::c_text(p, cx)).transpose()?;
        let shown = db_text(protocol.as_deref().unwrap_or(address::EMPTY).to_bytes(), cx)?;
        audit::raise("socket.getservbyname", &[servicename, &shown], cx)?;
        let port = cx.without_gil(|| netdb::service_port(&name, protocol.as_deref()));
        port.ok_or_else(|| plain("service/proto not found", cx))
    }
    /// getservbyport(port[, protocolname]) -> string
    ///
    /// Return the service name from a port number and protocol name.
    /// The optional protocol name, if given, should be 'tcp' or 'udp',
    /// otherwise any protocol will match.
    #[function("getservbyport(port, protocolname=None, /)", nosig)]
    fn getservbyport(port: i32, #[default(None)] protocolname: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let protocol = protocolname.map(|p| address::c_text(p, cx)).transpose()?;
        let Ok(n) = u16::try_from(port) else {
            return Err(cx.overflow_error(format_args!("getservbyport: port must be 0-65535.")));
        };
        let shown = db_text(protocol.as_deref().unwrap_or(address::EMPTY).to_bytes(), cx)?;
        let number = PyInt::new(port.into(), cx)?;
        audit::raise("socket.getservbyport", &[&number, &shown], cx)?;
        match cx.without_gil(|| netdb::service_name(n, protocol.as_deref())) {
            Some(name) => fspath::decode(&name, cx),
            None => Err(plain("port/proto not found", cx)),
        }
    }
    /// getprotobyname(name) -> integer
    ///
    /// Return the protocol number for the named protocol.  (Rarely used.)
    #[function("getprotobyname(name, /)", nosig)]
    fn getprotobyname(name: &PyStr, cx: &mut Cx) -> PyResult<i32> {
        let name = address::c_text(name, cx)?;
        let n = cx.without_gil(|| netdb::protocol_number(&name));
        n.ok_or_else(|| plain("protocol not found", cx))
    }
    /// Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.
    #[function("inet_aton(ip_addr, /)")]
    fn inet_aton(ip_addr: &PyStr, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let text = address::c_text(ip_addr, cx)?;
        match netdb::aton(&text) {
            Some(ip) => PyBytes::new(&ip, cx),
            None => Err(plain("illegal IP address string passed to inet_aton", cx)),
        }
    }
    /// Convert an IP address from 32-bit packed binary format to string format.
    #[function("inet_ntoa(packed_ip, /)")]
    fn inet_ntoa(packed_ip: Buffer, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if packed_ip.bytes().len() != 4 {
            return Err(plain("packed IP wrong length for inet_ntoa", cx));
        }
        ip_text(k::AF_INET, packed_ip.bytes(), cx)
    }
    /// inet_pton(af, ip) -> packed IP address string
    ///
    /// Convert an IP address from string format to a packed string suitable
    /// for use with low-level network functions.
    #[function("inet_pton(af, ip, /)", nosig)]
    fn inet_pton(af: i32, ip: &PyStr, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let text = address::c_text(ip, cx)?;
        match netdb::pton(af, &text) {
            Ok(Some(b)) => PyBytes::new(&b, cx),
            Ok(None) => Err(plain("illegal IP address string passed to inet_pton", cx)),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// inet_ntop(af, packed_ip) -> string formatted IP address
    ///
    /// Convert a packed IP address of the given family to string format.
    #[function("inet_ntop(af, packed_ip, /)", nosig)]
    fn inet_ntop(af: i32, packed_ip: Buffer, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match netdb::ntop(af, packed_ip.bytes()) {
            Ok(t) => PyStr::from_latin1(&t, cx),
            Err(Errno::EAFNOSUPPORT) => Err(cx.value_error(format_args!("unknown address family {af}"))),
            Err(Errno::EINVAL) => Err(cx.value_error(format_args!("invalid length of packed IP address string"))),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// getaddrinfo(host, port [, family, type, proto, flags])
    ///     -> list of (family, type, proto, canonname, sockaddr)
    ///
    /// Resolve host and port into addrinfo struct.
    #[function("getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)", nosig)]
    fn getaddrinfo(host: &Object, port: &Object, family: i32, r#type: i32, proto: i32, flags: i32, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let name = info_host(host, cx)?;
        let service = info_port(port, cx)?;
        if audit::is_active() {
            let mut numbers = Vec::new();
            for n in [family, r#type, proto] {
                numbers.push(PyInt::new(n.into(), cx)?);
            }
            let [f, t, p] = numbers.as_slice() else { return PyList::new(cx) };
            audit::raise("socket.getaddrinfo", &[host, port, f, t, p], cx)?;
        }
        let hints = Hints { family, kind: r#type, protocol: proto, flags };
        let found = cx.without_gil(|| netdb::getaddrinfo(name.as_deref(), service.as_deref(), hints)).map_err(|e| lookup_failed(e, cx))?;
        let list = PyList::new(cx)?;
        for i in &found {
            let t = info_tuple(i, proto, cx)?;
            list.push(t, cx)?;
        }
        Ok(list)
    }
    /// getnameinfo(sockaddr, flags) --> (host, port)
    ///
    /// Get host and port for a sockaddr.
    #[function("getnameinfo(sockaddr, flags, /)", nosig)]
    fn getnameinfo(sockaddr: &Object, flags: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Some(t) = sockaddr.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("getnameinfo() argument 1 must be a tuple")));
        };
        let a = name_info_address(t, cx)?;
        let (host, service) = cx.without_gil(|| netdb::getnameinfo(&a, flags)).map_err(|e| lookup_failed(e, cx))?;
        let (host, service) = (db_text(&host, cx)?, db_text(&service, cx)?);
        PyTuple::from_slice(&[&host, &service], cx)
    }
    /// if_nameindex()
    ///
    /// Returns a list of network interface information (index, name) tuples.
    #[function("if_nameindex()", nosig)]
    fn if_nameindex(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let found = cx.without_gil(addr::interfaces);
        let list = PyList::new(cx)?;
        for (index, name) in system(found, cx)? {
            let (n, t) = (PyInt::new(index.into(), cx)?, db_text(&name, cx)?);
            let pair = PyTuple::from_slice(&[&n, &t], cx)?;
            list.push(pair.into_object(), cx)?;
        }
        Ok(list)
    }
    /// Returns the interface index corresponding to the interface name if_name.
    #[function("if_nametoindex(oname, /)")]
    fn if_nametoindex(oname: &Object, cx: &mut Cx) -> PyResult<u32> {
        let name = fspath::to_cstring(oname, cx)?;
        let r = cx.without_gil(|| addr::interface_index(&name));
        system(r, cx)
    }
    /// Returns the interface name corresponding to the interface index if_index.
    #[function("if_indextoname(if_index, /)")]
    fn if_indextoname(if_index: u32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match addr::interface_name(if_index) {
            Ok(name) => fspath::decode(&name, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
}
