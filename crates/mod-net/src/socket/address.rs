//! Addresses as Python objects: `("host", port)`, paths, tuples by family.

use super::errors::{fail, plain};
use super::resolve;
use std::ffi::{CStr, CString};
use taipan_host::addr::{self, Address, Parts};
use taipan_host::consts::socket as k;
use taipan_host::netdb;
use taipan_object::abstract_::buffer::SIMPLE;
use taipan_object::abstract_::number;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;

/// A host name for the resolver: ASCII text as it is, other text in the codec `idna`.
pub fn host_name(o: &Object, cx: &mut Cx) -> PyResult<CString> {
    let bytes = if let Some(b) = o.downcast::<PyBytes>() {
        b.as_bytes().to_vec()
    } else if o.is_a::<PyByteArray>() {
        Buffer::get(o, SIMPLE, cx)?.bytes().to_vec()
    } else if let Some(s) = o.downcast::<PyStr>() {
        match s.as_ascii() {
            Some(t) => t.as_bytes().to_vec(),
            None => match idna(s, cx) {
                Ok(b) => b,
                Err(r) => {
                    cx.discard(r);
                    return Err(cx.type_error(format_args!("encoding of hostname failed")));
                }
            },
        }
    } else {
        return Err(cx.type_error(format_args!("str, bytes or bytearray expected, not {}", o.ty().tp_name_str())));
    };
    CString::new(bytes).map_err(|_| cx.type_error(format_args!("host name must not contain null character")))
}

/// Text in the codec `idna`.
pub fn idna(s: &PyStr, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let b = taipan_object::types::str::codec::encode(s, "idna", "strict", cx)?;
    Ok(b.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default())
}

/// The fields of an address tuple: between `min` and `max` of them.
fn fields<'a>(o: &'a Object, family: &str, form: &str, caller: &str, count: (usize, usize), cx: &mut Cx) -> PyResult<&'a PyTuple> {
    let Some(t) = o.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("{caller}(): {family} address must be tuple, not {}", o.ty().tp_name_str())));
    };
    if t.len() < count.0 || t.len() > count.1 {
        return Err(cx.type_error(format_args!("{family} address must be a {form}")));
    }
    Ok(t)
}

fn item(t: &PyTuple, i: usize) -> &Object {
    t.get(i).unwrap_or(none())
}

/// A field that wraps around as C's format unit `I` does; absent is 0.
fn word(t: &PyTuple, i: usize, cx: &mut Cx) -> PyResult<u64> {
    let Some(o) = t.get(i) else { return Ok(0) };
    let n = number::index(o, cx)?;
    if let Some(small) = n.to_i64() {
        return Ok(small as u64);
    }
    let digits = n.as_ref_int().digits.iter().take(3).zip([0, 30, 60]);
    let low = digits.fold(0u64, |all, (d, shift)| all | (*d as u64) << shift);
    Ok(if n.is_negative() { low.wrapping_neg() } else { low })
}

/// A field of an address tuple as a number that wraps around; absent is 0.
pub fn word_arg(t: &PyTuple, i: usize, cx: &mut Cx) -> PyResult<u64> {
    word(t, i, cx)
}

fn port(o: &Object, caller: &str, cx: &mut Cx) -> PyResult<u16> {
    let n = number::index(o, cx)?;
    match n.to_i64().map(u16::try_from) {
        Some(Ok(p)) => Ok(p),
        _ => Err(cx.overflow_error(format_args!("{caller}(): port must be 0-65535."))),
    }
}

fn flow_info(n: u64, caller: &str, cx: &mut Cx) -> PyResult<u32> {
    match u32::try_from(n) {
        Ok(n) if n <= 0xf_ffff => Ok(n),
        _ => Err(cx.overflow_error(format_args!("{caller}(): flowinfo must be 0-1048575."))),
    }
}

/// The address that `o` stands for, for a socket of this family and protocol. `caller` is named in messages.
pub fn parse(o: &Object, family: i32, protocol: i32, caller: &str, cx: &mut Cx) -> PyResult<Address> {
    match family {
        k::AF_INET => {
            let t = fields(o, "AF_INET", "pair (host, port)", caller, (2, 2), cx)?;
            let host = host_name(item(t, 0), cx)?;
            let port = port(item(t, 1), caller, cx)?;
            match resolve::set_ip(&host, family, cx)?.parts() {
                Parts::V4(ip, _) => Ok(Address::v4(ip, port)),
                _ => Err(plain("unknown address family", cx)),
            }
        }
        k::AF_INET6 => {
            let t = fields(o, "AF_INET6", "tuple (host, port[, flowinfo[, scopeid]])", caller, (2, 4), cx)?;
            let host = host_name(item(t, 0), cx)?;
            let port = port(item(t, 1), caller, cx)?;
            let (flow, scope) = (word(t, 2, cx)? as u32 as u64, word(t, 3, cx)? as u32);
            let flow = flow_info(flow, caller, cx)?;
            match resolve::set_ip(&host, family, cx)?.parts() {
                Parts::V6(ip, ..) => Ok(Address::v6(ip, port, flow, scope)),
                _ => Err(plain("unknown address family", cx)),
            }
        }
        k::AF_UNIX => unix(o, cx),
        k::AF_NETLINK => {
            let t = fields(o, "AF_NETLINK", "pair (pid, groups)", caller, (2, 2), cx)?;
            Ok(Address::netlink(word(t, 0, cx)? as u32, word(t, 1, cx)? as u32))
        }
        k::AF_VSOCK => {
            let t = fields(o, "AF_VSOCK", "pair (cid, port)", caller, (2, 2), cx)?;
            Ok(Address::vsock(word(t, 0, cx)? as u32, word(t, 1, cx)? as u32))
        }
        k::AF_PACKET => packet(o, caller, cx),
        k::AF_CAN => can(o, protocol, caller, cx),
        k::AF_ALG => alg(o, caller, cx),
        f if f as i64 == k::AF_QIPCRTR => {
            let t = fields(o, "AF_QIPCRTR", "pair (node, port)", caller, (2, 2), cx)?;
            let mut raw = vec![0; 4];
            raw[..2].copy_from_slice(&(f as u16).to_ne_bytes());
            raw.extend((word(t, 0, cx)? as u32).to_ne_bytes());
            raw.extend((word(t, 1, cx)? as u32).to_ne_bytes());
            Address::from_bytes(&raw).map_err(|e| fail(e, cx))
        }
        k::AF_TIPC => tipc(o, cx),
        _ => Err(plain(&format!("{caller}(): bad family"), cx)),
    }
}

fn unix(o: &Object, cx: &mut Cx) -> PyResult<Address> {
    let path = match o.downcast::<PyStr>() {
        Some(s) => fspath::encode(s, cx)?,
        None => Buffer::get(o, SIMPLE, cx)?.bytes().to_vec(),
    };
    Address::unix(&path).map_err(|_| plain("AF_UNIX path too long", cx))
}

/// The index of an interface by name.
fn interface(name: &[u8], cx: &mut Cx) -> PyResult<i32> {
    let name = CString::new(name).map_err(|_| cx.value_error(format_args!("embedded null character")))?;
    match cx.without_gil(|| addr::interface_index(&name)) {
        Ok(n) => Ok(n as i32),
        Err(e) => Err(fail(e, cx)),
    }
}

fn text_field(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    match o.downcast::<PyStr>().map(PyStr::to_utf8) {
        Some(Some(t)) => Ok(t),
        _ => Err(cx.type_error(format_args!("str expected, not {}", o.ty().tp_name_str()))),
    }
}

fn packet(o: &Object, caller: &str, cx: &mut Cx) -> PyResult<Address> {
    let t = fields(o, "AF_PACKET", "tuple of two to five elements", caller, (2, 5), cx)?;
    let name = text_field(item(t, 0), cx)?;
    let mut numbers = [0i32; 3];
    for (i, n) in numbers.iter_mut().enumerate() {
        if let Some(o) = t.get(i + 1) {
            *n = as_int(o, cx)?;
        }
    }
    let hardware = match t.get(4) {
        Some(o) => Buffer::get(o, SIMPLE, cx)?.bytes().to_vec(),
        None => Vec::new(),
    };
    let index = interface(&name, cx)?;
    if hardware.len() > 8 {
        return Err(cx.value_error(format_args!("Hardware address must be 8 bytes or less")));
    }
    let [protocol, kind, hatype] = numbers;
    let Ok(protocol) = u16::try_from(protocol) else {
        return Err(cx.overflow_error(format_args!("{caller}(): proto must be 0-65535.")));
    };
    Address::packet(index, protocol, kind as u8, hatype as u16, &hardware).map_err(|e| fail(e, cx))
}

fn as_int(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    match number::index(o, cx)?.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

/// `sockaddr_can` as bytes: family, interface, then what the protocol adds.
fn can_bytes(index: i32, more: &[u8], cx: &mut Cx) -> PyResult<Address> {
    let mut raw = vec![0; 4];
    raw[..2].copy_from_slice(&(k::AF_CAN as u16).to_ne_bytes());
    raw.extend(index.to_ne_bytes());
    raw.extend(more);
    raw.resize(24, 0);
    Address::from_bytes(&raw).map_err(|e| fail(e, cx))
}

fn can(o: &Object, protocol: i32, caller: &str, cx: &mut Cx) -> PyResult<Address> {
    let (form, n) = match protocol {
        k::CAN_RAW | k::CAN_BCM => ("tuple (interface, )", 1),
        k::CAN_ISOTP => ("tuple (interface, rx_id, tx_id)", 3),
        k::CAN_J1939 => ("tuple (interface, name, pgn, addr)", 4),
        _ => return Err(plain(&format!("{caller}(): unsupported CAN protocol"), cx)),
    };
    let t = fields(o, "AF_CAN", form, caller, (n, n), cx)?;
    let name = fspath::to_bytes(item(t, 0), cx)?;
    let index = match name.len() {
        0 => 0,
        1..16 => interface(&name, cx)?,
        _ => return Err(plain("AF_CAN interface name too long", cx)),
    };
    let mut more = Vec::new();
    match protocol {
        k::CAN_ISOTP => {
            more.extend((word(t, 1, cx)? as u32).to_ne_bytes());
            more.extend((word(t, 2, cx)? as u32).to_ne_bytes());
        }
        k::CAN_J1939 => {
            more.extend(word(t, 1, cx)?.to_ne_bytes());
            more.extend((word(t, 2, cx)? as u32).to_ne_bytes());
            more.push(word(t, 3, cx)? as u8);
        }
        _ => {}
    }
    can_bytes(index, &more, cx)
}

fn alg(o: &Object, caller: &str, cx: &mut Cx) -> PyResult<Address> {
    let t = fields(o, "AF_ALG", "tuple (type, name[, feat[, mask]])", caller, (2, 4), cx)?;
    let (kind, name) = (text_field(item(t, 0), cx)?, text_field(item(t, 1), cx)?);
    let (feature, mask) = (word(t, 2, cx)? as u16, word(t, 3, cx)? as u16);
    if kind.len() >= 14 {
        return Err(cx.value_error(format_args!("AF_ALG type too long.")));
    }
    if name.len() >= 64 {
        return Err(cx.value_error(format_args!("AF_ALG name too long.")));
    }
    Address::alg(&kind, &name, feature.into(), mask.into()).map_err(|e| fail(e, cx))
}

fn tipc(o: &Object, cx: &mut Cx) -> PyResult<Address> {
    let Some(t) = o.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("TIPC address must be a tuple")));
    };
    if !(4..=5).contains(&t.len()) {
        return Err(cx.type_error(format_args!("TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])")));
    }
    let kind = word(t, 0, cx)? as u32;
    let v = [word(t, 1, cx)? as u32, word(t, 2, cx)? as u32, word(t, 3, cx)? as u32];
    let scope = match t.get(4) {
        Some(_) => word(t, 4, cx)? as u8,
        None => k::TIPC_CLUSTER_SCOPE as u8,
    };
    let (v, code) = match kind as i64 {
        k::TIPC_ADDR_NAMESEQ => (v, kind as u8),
        k::TIPC_ADDR_NAME => ([v[0], v[1], 0], kind as u8),
        k::TIPC_ADDR_ID => ([v[1], v[0], 0], kind as u8),
        _ => return Err(cx.type_error(format_args!("Invalid address type"))),
    };
    let mut raw = (k::AF_TIPC as u16).to_ne_bytes().to_vec();
    raw.extend([code, scope]);
    for n in v {
        raw.extend(n.to_ne_bytes());
    }
    Address::from_bytes(&raw).map_err(|e| fail(e, cx))
}

/// An IP address as text.
pub fn ip_text(family: i32, ip: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    match netdb::ntop(family, ip) {
        Ok(t) => PyStr::from_latin1(&t, cx),
        Err(e) => Err(fail(e, cx)),
    }
}

fn interface_text(index: i32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let name = if index == 0 { Vec::new() } else { addr::interface_name(index as u32).unwrap_or_default() };
    fspath::decode(&name, cx)
}

fn tuple_of(first: Own<Object>, rest: &[i64], cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut v = vec![first];
    for n in rest {
        v.push(PyInt::new(*n, cx)?.into_object());
    }
    PyTuple::from_vec(v, cx).map(Own::into_object)
}

fn pair(a: u32, b: u32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let first = PyInt::new(a.into(), cx)?.into_object();
    tuple_of(first, &[b.into()], cx)
}

fn u32_at(raw: &[u8], at: usize) -> u32 {
    raw.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

/// An address as Python sees it; `None` when there is none.
pub fn show(a: &Address, protocol: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    match a.parts() {
        Parts::None => Ok(none().own()),
        Parts::V4(ip, port) => {
            let host = ip_text(k::AF_INET, &ip, cx)?;
            tuple_of(host.into_object(), &[port.into()], cx)
        }
        Parts::V6(ip, port, flow, scope) => {
            let host = ip_text(k::AF_INET6, &ip, cx)?;
            tuple_of(host.into_object(), &[port.into(), flow.into(), scope.into()], cx)
        }
        Parts::Unix(name) if name.first() == Some(&0) => PyBytes::new(&name, cx).map(Own::into_object),
        Parts::Unix(name) => fspath::decode(&name, cx).map(Own::into_object),
        Parts::Netlink(a, b) | Parts::Vsock(a, b) => pair(a, b, cx),
        Parts::Packet(index, protocol, kind, hardware, address) => {
            let name = interface_text(index, cx)?.into_object();
            let mut v = vec![name];
            for n in [protocol as i64, kind as i64, hardware as i64] {
                v.push(PyInt::new(n, cx)?.into_object());
            }
            v.push(PyBytes::new(&address, cx)?.into_object());
            PyTuple::from_vec(v, cx).map(Own::into_object)
        }
        Parts::Can(index) => {
            let name = interface_text(index, cx)?.into_object();
            let raw = a.bytes();
            match protocol {
                k::CAN_ISOTP => tuple_of(name, &[u32_at(raw, 8).into(), u32_at(raw, 12).into()], cx),
                k::CAN_J1939 => {
                    let id = u64::from(u32_at(raw, 8)) | u64::from(u32_at(raw, 12)) << 32;
                    let id = PyInt::from_u64(id, cx)?.into_object();
                    let pgn = PyInt::new(u32_at(raw, 16).into(), cx)?.into_object();
                    let addr = PyInt::new(raw.get(20).copied().unwrap_or(0).into(), cx)?.into_object();
                    PyTuple::from_vec(vec![name, id, pgn, addr], cx).map(Own::into_object)
                }
                _ => tuple_of(name, &[], cx),
            }
        }
        Parts::Alg(kind, name) => {
            let raw = a.bytes();
            let (kind, name) = (fspath::decode(&kind, cx)?.into_object(), fspath::decode(&name, cx)?.into_object());
            let (feat, mask) = (u32_at(raw, 16) & 0xffff, u32_at(raw, 20) & 0xffff);
            let v = vec![kind, name, PyInt::new(feat.into(), cx)?.into_object(), PyInt::new(mask.into(), cx)?.into_object()];
            PyTuple::from_vec(v, cx).map(Own::into_object)
        }
        Parts::Other(family, data) if i64::from(family) == k::AF_QIPCRTR => pair(u32_at(&data, 2), u32_at(&data, 6), cx),
        Parts::Other(family, data) if i32::from(family) == k::AF_TIPC => show_tipc(&data, cx),
        Parts::Other(family, mut data) => {
            data.resize(14, 0);
            let (n, b) = (PyInt::new(family.into(), cx)?, PyBytes::new(&data, cx)?);
            PyTuple::from_slice(&[&n, &b], cx).map(Own::into_object)
        }
    }
}

/// `data` is what follows the family: type, scope, three words.
fn show_tipc(data: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    let (kind, scope) = (data.first().copied().unwrap_or(0), data.get(1).copied().unwrap_or(0));
    let v = [u32_at(data, 2), u32_at(data, 6), u32_at(data, 10)];
    let v = match kind as i64 {
        k::TIPC_ADDR_NAMESEQ => v,
        k::TIPC_ADDR_NAME => [v[0], v[1], v[1]],
        k::TIPC_ADDR_ID => [v[1], v[0], 0],
        _ => return Err(cx.type_error(format_args!("Invalid address type"))),
    };
    let first = PyInt::new(kind.into(), cx)?.into_object();
    tuple_of(first, &[v[0].into(), v[1].into(), v[2].into(), scope.into()], cx)
}

/// Text of the host database.
pub fn db_text(b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    fspath::decode(b, cx).map(Own::into_object)
}

/// A C string from text without NUL.
pub fn c_text(s: &PyStr, cx: &mut Cx) -> PyResult<CString> {
    let b = fspath::encode(s, cx)?;
    CString::new(b).map_err(|_| cx.value_error(format_args!("embedded null character")))
}

/// The flow information of `getnameinfo`.
pub fn checked_flow(n: u32, cx: &mut Cx) -> PyResult<u32> {
    flow_info(n.into(), "getnameinfo", cx)
}

/// The empty C string.
pub const EMPTY: &CStr = c"";
