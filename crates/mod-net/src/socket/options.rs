//! Socket options: ints, bytes, or nothing with a length.

use super::errors::fail;
use super::object::PySocket;
use taipan_host::consts::socket as k;
use taipan_host::sockopt as host;
use taipan_object::abstract_::buffer::SIMPLE;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

fn int_of(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    match number::index(o, cx)?.to_i64() {
        Some(n) if i32::try_from(n).is_ok() => Ok(n as i32),
        Some(n) if n < 0 => Err(cx.overflow_error(format_args!("signed integer is less than minimum"))),
        _ => Err(cx.overflow_error(format_args!("signed integer is greater than maximum"))),
    }
}

/// `setsockopt(level, option, value)` or `setsockopt(level, option, None, length)`.
pub fn set(s: &PySocket, args: &[&Object], cx: &mut Cx) -> PyResult<()> {
    let fd = s.fd.get();
    let (level, option, value, length) = match args {
        [l, o, v] => (l, o, v, None),
        [l, o, v, n] if v.is_none() => (l, o, v, Some(n)),
        _ => return Err(cx.type_error(format_args!("setsockopt() takes exactly 3 arguments ({} given)", args.len()))),
    };
    let (level, option) = (int_of(level, cx)?, int_of(option, cx)?);
    if let Some(n) = length {
        let n = number::index(n, cx)?.to_i64().unwrap_or(-1) as u32;
        return host::set_none(fd, level, option, n).map_err(|e| fail(e, cx));
    }
    let int = if number::has_index(value) { number::index(value, cx)?.to_i64() } else { None };
    let r = match int {
        // Virtual machine sockets have options of 64 bits.
        Some(n) if s.family.get() == k::AF_VSOCK && n >= 0 => host::set_bytes(fd, level, option, &(n as u64).to_ne_bytes()),
        Some(n) if i32::try_from(n).is_ok() => host::set_int(fd, level, option, n as i32),
        _ => host::set_bytes(fd, level, option, Buffer::get(value, SIMPLE, cx)?.bytes()),
    };
    r.map_err(|e| fail(e, cx))
}

/// An option that is a number.
pub fn get_int(s: &PySocket, level: i32, option: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    if s.family.get() == k::AF_VSOCK {
        let b = host::get_bytes(s.fd.get(), level, option, 8).map_err(|e| fail(e, cx))?;
        let mut word = [0; 8];
        word.iter_mut().zip(b).for_each(|(to, from)| *to = from);
        return PyInt::from_u64(u64::from_ne_bytes(word), cx).map(Own::into_object);
    }
    match host::get_int(s.fd.get(), level, option) {
        Ok(n) => PyInt::new(n.into(), cx).map(Own::into_object),
        Err(e) => Err(fail(e, cx)),
    }
}

/// An option as bytes.
pub fn get_bytes(s: &PySocket, level: i32, option: i32, size: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    match host::get_bytes(s.fd.get(), level, option, size) {
        Ok(b) => PyBytes::new(&b, cx).map(Own::into_object),
        Err(e) => Err(fail(e, cx)),
    }
}
