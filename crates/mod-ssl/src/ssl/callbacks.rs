//! What OpenSSL calls while it works for a connection or a context.
//!
//! The calls come from threads of the interpreter that are inside OpenSSL, mostly without the GIL, which `with_gil` takes for the time of the callback. Python objects
//! are found through the `SSL` (its `_SSLSocket`, which lives as long as any call on it) and the `SSL_CTX` (`Hooks::owner`, null when the object is gone); both get a
//! reference of their own for the callback.
#![allow(unsafe_code)]

use crate::openssl::ctx::hooks_of;
use crate::openssl::table::{SSL, X509_STORE_CTX, api};
use crate::ssl::context::PyContext;
use crate::ssl::distrusted;
use crate::ssl::socket::PySslSocket;
use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr::null_mut;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use taipan_object::abstract_::buffer::has_buffer;
use taipan_object::prelude::*;
use taipan_object::thread::gil::with_gil;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::codec;
use taipan_object::{abstract_, args, call, unraisable};

/// A reference to an object behind a pointer that is no reference; none for null or a dying object.
///
/// # Safety
/// `p` is null or an object whose memory is there (it may be dying); the GIL is held.
unsafe fn living<T: PyTyped>(p: *mut Object, _cx: &Cx) -> Option<Own<T>> {
    // SAFETY: the caller's promise; a count of zero means that it is being destroyed.
    unsafe {
        let o = p.as_ref()?;
        if o.refcount() == 0 {
            return None;
        }
        o.own().downcast_own::<T>().ok()
    }
}

/// The `_SSLSocket` of a connection.
///
/// # Safety
/// `ssl` is alive; the GIL is held.
unsafe fn socket_of(ssl: *const SSL, cx: &Cx) -> Option<Own<PySslSocket>> {
    // SAFETY: the place holds null or the object, which takes itself out when it dies.
    unsafe { living((api().SSL_get_ex_data)(ssl, 0).cast(), cx) }
}

/// The password of a private key: given, or asked for.
pub struct Password {
    pub callable: Option<Own<Object>>,
    pub bytes: Vec<u8>,
    /// The exception of a callback.
    pub error: Option<Own<Object>>,
}

/// The bytes of a password object.
pub fn password_bytes(o: &Object, bad_type: &str, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let bytes = if let Some(s) = o.downcast::<PyStr>() {
        args::utf8(s, cx)?.as_bytes().to_vec()
    } else if let Some(b) = o.downcast::<PyBytes>() {
        b.as_bytes().to_vec()
    } else if o.is_a::<PyByteArray>() {
        Buffer::get(o, 0, cx)?.bytes().to_vec()
    } else {
        return Err(cx.type_error(format_args!("{bad_type}")));
    };
    if bytes.len() > i32::MAX as usize {
        return Err(cx.value_error(format_args!("password cannot be longer than {} bytes", i32::MAX)));
    }
    Ok(bytes)
}

/// `pem_password_cb`; `data` is a `Password`.
pub unsafe extern "C" fn password(buf: *mut c_char, size: c_int, _writing: c_int, data: *mut c_void) -> c_int {
    with_gil(|cx| {
        // SAFETY: `Open::with_password` passes a `Password` that lives during the call, and nobody else uses it meanwhile.
        let Some(info) = (unsafe { data.cast::<Password>().as_mut() }) else { return -1 };
        // OpenSSL may ask once more after a failure.
        if info.error.is_some() {
            return -1;
        }
        let room = usize::try_from(size).unwrap_or(0);
        let asked = (|| {
            if let Some(f) = info.callable.clone() {
                let answer = call::call(&f, &[], cx)?;
                info.bytes = password_bytes(&answer, "password callback must return a string", cx)?;
            }
            if info.bytes.len() > room {
                return Err(cx.value_error(format_args!("password cannot be longer than {size} bytes")));
            }
            Ok(())
        })();
        if let Err(r) = asked {
            info.error = Some(cx.take_raised(r));
            return -1;
        }
        // SAFETY: OpenSSL gives room for `size` bytes.
        unsafe { std::ptr::copy_nonoverlapping(info.bytes.as_ptr(), buf.cast(), info.bytes.len()) };
        info.bytes.len() as c_int
    })
}

/// Looks at each certificate of a chain that OpenSSL has accepted so far: some keys are never trusted.
pub unsafe extern "C" fn verify(ok: c_int, store: *mut X509_STORE_CTX) -> c_int {
    const UNSPECIFIED: c_int = 1;
    const REJECTED: c_int = 28;
    if ok == 0 {
        return 0;
    }
    let a = api();
    // SAFETY: OpenSSL calls with the check under way; the certificate is alive, and the key's bytes are freed here.
    unsafe {
        let cert = (a.X509_STORE_CTX_get_current_cert)(store);
        if cert.is_null() {
            return ok;
        }
        let mut key: *mut c_uchar = null_mut();
        let n = (a.i2d_X509_PUBKEY)((a.X509_get_X509_PUBKEY)(cert), &mut key);
        let mut digest = [0u8; 64];
        let mut len = 0;
        let mut done = false;
        if n > 0 && !key.is_null() {
            done = (a.EVP_Digest)(key.cast(), n as usize, digest.as_mut_ptr(), &mut len, (a.EVP_sha256)(), null_mut()) == 1;
        }
        (a.CRYPTO_free)(key.cast(), c"".as_ptr(), 0);
        let bad = match digest.first_chunk::<32>() {
            Some(digest) if done && len == 32 => distrusted::KEYS.contains(digest).then_some(REJECTED),
            _ => Some(UNSPECIFIED),
        };
        match bad {
            Some(code) => {
                (a.X509_STORE_CTX_set_error)(store, code);
                0
            }
            None => ok,
        }
    }
}

/// The protocol that a server takes of those a client offers (ALPN). Touches no object.
pub unsafe extern "C" fn protocol(ssl: *mut SSL, out: *mut *const c_uchar, len: *mut c_uchar, theirs: *const c_uchar, n: c_uint, _arg: *mut c_void) -> c_int {
    const NEGOTIATED: c_int = 1;
    const OK: c_int = 0;
    const NO_ACK: c_int = 3;
    // SAFETY: the connection and its context are alive, so are the client's bytes. The result points into the client's list (what both have is also there).
    unsafe {
        let Some(hooks) = hooks_of((api().SSL_get_SSL_CTX)(ssl)) else { return NO_ACK };
        let ours = hooks.protocols.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut p, mut l): (*mut c_uchar, c_uchar) = (null_mut(), 0);
        if (api().SSL_select_next_proto)(&mut p, &mut l, ours.as_ptr(), ours.len() as c_uint, theirs, n) != NEGOTIATED || p.is_null() {
            return NO_ACK;
        }
        // OpenSSL points into our list, which may go away before it has copied the name; the same name stands in the client's.
        let name = std::slice::from_raw_parts(p, usize::from(l));
        let mut rest = std::slice::from_raw_parts(theirs, n as usize);
        while let Some((size, tail)) = rest.split_first() {
            let Some((offer, tail)) = tail.split_at_checked(usize::from(*size)) else { break };
            if offer == name {
                *out = offer.as_ptr();
                *len = l;
                return OK;
            }
            rest = tail;
        }
        NO_ACK
    }
}

/// Writes a line to the log of secrets. Touches no object.
pub unsafe extern "C" fn secret(ssl: *const SSL, line: *const c_char) {
    // SAFETY: the connection, its context and the line are alive.
    unsafe {
        if let (Some(hooks), false) = (hooks_of((api().SSL_get_SSL_CTX)(ssl)), line.is_null()) {
            hooks.log_secret(CStr::from_ptr(line).to_bytes());
        }
    }
}

/// Report an exception that has no caller.
fn report(r: Raised, text: &str, o: Option<&Object>, cx: &mut Cx) {
    let message = match o {
        Some(o) => {
            let e = cx.take_raised(r);
            let shown = abstract_::repr(o, cx).map_or_else(|r| { cx.discard(r); String::from("?") }, |s| s.to_string_lossy());
            let _raised = cx.set_raised(e);
            text.replace("%R", &shown)
        }
        None => text.to_owned(),
    };
    unraisable::write(cx, Some(&message), None);
}

/// Ask the program about the name that a client sent (SNI).
pub unsafe extern "C" fn server_name(ssl: *mut SSL, alert: *mut c_int, _arg: *mut c_void) -> c_int {
    const HOST_NAME: c_int = 0;
    const OK: c_int = 0;
    const FATAL: c_int = 2;
    const NO_ACK: c_int = 3;
    const HANDSHAKE_FAILURE: c_int = 40;
    const INTERNAL_ERROR: c_int = 80;
    with_gil(|cx| {
        // SAFETY: the connection is alive, so is its context; the GIL is held. The name is copied at once.
        let (found, name) = unsafe {
            let socket = socket_of(ssl, cx);
            let name = (api().SSL_get_servername)(ssl, HOST_NAME);
            let name = (!name.is_null()).then(|| CStr::from_ptr(name).to_bytes().to_vec());
            (socket, name)
        };
        let fatal = |code: c_int| {
            // SAFETY: OpenSSL's own variable.
            unsafe { *alert = code };
            FATAL
        };
        let Some(socket) = found else { return fatal(INTERNAL_ERROR) };
        let Some(ctx) = socket.ctx.own() else { return NO_ACK };
        let Some(callback) = ctx.sni_callback.own() else { return NO_ACK };
        // The program's own object, if it is there.
        let shown = match (socket.owner.own(), socket.socket.own()) {
            (Some(w), _) | (None, Some(w)) => w.referent(),
            (None, None) => Some(socket.clone().into_object()),
        };
        let Some(shown) = shown else { return fatal(INTERNAL_ERROR) };
        let text = match &name {
            None => Ok(none().own()),
            Some(b) => codec::decode(b, "ascii", "strict", cx),
        };
        let text = match text {
            Ok(t) => t,
            Err(r) => {
                let e = cx.take_raised(r);
                let shown = PyBytes::new(name.as_deref().unwrap_or_default(), cx).ok();
                let r = cx.set_raised(e);
                report(r, "Exception ignored in ssl servername callback while decoding name %R", shown.as_ref().map(|b| b.as_object()), cx);
                return fatal(INTERNAL_ERROR);
            }
        };
        let answer = match call::call(&callback, &[&shown, &text, ctx.as_object()], cx) {
            Ok(a) => a,
            Err(r) => {
                report(r, "Exception ignored in ssl servername callback while calling set SNI callback %R", Some(&callback), cx);
                return fatal(HANDSHAKE_FAILURE);
            }
        };
        if answer.is_none() {
            return OK;
        }
        match abstract_::number::index(&answer, cx) {
            Ok(n) => fatal(n.to_i64().map_or(INTERNAL_ERROR, |n| n as c_int)),
            Err(r) => {
                report(r, "Exception ignored in ssl servername callback while calling set SNI callback (result=%R)", Some(&answer), cx);
                fatal(INTERNAL_ERROR)
            }
        }
    })
}

/// What kind of message it is, and the version its frame says.
fn message_kind(content: c_int, bytes: &[u8]) -> (c_int, Option<c_int>) {
    const CHANGE_CIPHER_SPEC: c_int = 20;
    const ALERT: c_int = 21;
    const HANDSHAKE: c_int = 22;
    const HEADER: c_int = 0x100;
    const INNER_CONTENT_TYPE: c_int = 0x101;
    let at = |i: usize| bytes.get(i).map_or(0, |b| c_int::from(*b));
    match content {
        CHANGE_CIPHER_SPEC => (0x101, None),
        ALERT => (at(1), None),
        HANDSHAKE | INNER_CONTENT_TYPE => (at(0), None),
        HEADER => (at(0), Some(at(1) << 8 | at(2))),
        _ => (-1, None),
    }
}

/// Show the program each message (`_msg_callback`).
pub unsafe extern "C" fn message(write: c_int, version: c_int, content: c_int, buf: *const c_void, len: usize, ssl: *mut SSL, _arg: *mut c_void) {
    with_gil(|cx| {
        // SAFETY: the connection is alive and the GIL is held; `len` bytes are there during the call.
        let (socket, bytes) = unsafe {
            let bytes: &[u8] = if buf.is_null() { &[] } else { std::slice::from_raw_parts(buf.cast(), len) };
            (socket_of(ssl, cx), bytes)
        };
        let Some(socket) = socket else { return };
        let Some(callback) = socket.ctx.own().and_then(|c| c.msg_callback.own()) else { return };
        let shown = match socket.owner.own() {
            Some(w) => w.referent(),
            None => socket.socket.own().map_or_else(|| Some(socket.clone().into_object()), |w| w.referent()),
        };
        let Some(shown) = shown else { return };
        let (kind, of_frame) = message_kind(content, bytes);
        let called = (|| {
            let way = PyStr::new_interned(if write != 0 { "write" } else { "read" }, cx)?;
            let mut number = |n: c_int| PyInt::new(n.into(), cx);
            let (v, c, k) = (number(of_frame.unwrap_or(version))?, number(content)?, number(kind)?);
            let data = PyBytes::new(bytes, cx)?;
            call::call(&callback, &[&shown, &way, &v, &c, &k, &data], cx)
        })();
        if let Err(r) = called {
            let e = cx.take_raised(r);
            socket.keep_exception(e, cx);
        }
    });
}

/// The bytes of a key that a program gave.
fn key_bytes(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    if !has_buffer(o) {
        return Err(cx.type_error(format_args!("a bytes-like object is required, not '{}'", o.ty().tp_name_str())));
    }
    Ok(Buffer::get(o, 0, cx)?.bytes().to_vec())
}

/// Copy a key to where OpenSSL wants it; 0 when it is too long.
///
/// # Safety
/// There is room for `room` bytes at `to`.
unsafe fn copy_key(key: &[u8], to: *mut c_uchar, room: c_uint) -> c_uint {
    if key.len() > room as usize {
        return 0;
    }
    // SAFETY: the caller's promise.
    unsafe { std::ptr::copy_nonoverlapping(key.as_ptr(), to, key.len()) };
    key.len() as c_uint
}

/// A text of the peer's as an argument; `None` for none.
///
/// # Safety
/// `p` is null or a C string.
unsafe fn peer_text(p: *const c_char, cx: &mut Cx) -> PyResult {
    if p.is_null() {
        return Ok(none().own());
    }
    // SAFETY: the caller's promise.
    let b = unsafe { CStr::from_ptr(p) }.to_bytes();
    if b.is_empty() { Ok(none().own()) } else { codec::decode(b, "utf-8", "strict", cx) }
}

/// The context that a connection uses now.
///
/// # Safety
/// `ssl` is alive; the GIL is held.
unsafe fn context_of(ssl: *const SSL, cx: &Cx) -> Option<Own<PyContext>> {
    // SAFETY: the caller's promise. The owner is null or an object that has its memory.
    unsafe {
        let ctx = socket_of(ssl, cx).and_then(|s| s.ctx.own());
        ctx.or_else(|| living(hooks_of((api().SSL_get_SSL_CTX)(ssl))?.owner.load(Ordering::Acquire), cx))
    }
}

/// Ask the program for a client's identity and key.
pub unsafe extern "C" fn psk_client(ssl: *mut SSL, hint: *const c_char, identity: *mut c_char, identity_room: c_uint, key: *mut c_uchar, key_room: c_uint) -> c_uint {
    with_gil(|cx| {
        // SAFETY: the connection is alive and the GIL is held.
        let Some(callback) = unsafe { context_of(ssl, cx) }.and_then(|c| c.psk_client.own()) else { return 0 };
        let asked = (|| {
            // SAFETY: OpenSSL's text.
            let hint = unsafe { peer_text(hint, cx) }?;
            let answer = call::call(&callback, &[&hint], cx)?;
            let Some(t) = answer.downcast::<PyTuple>() else {
                return Err(cx.type_error(format_args!("new style getargs format but argument is not a tuple")));
            };
            let (Some(name), Some(k), 2) = (t.get(0), t.get(1), t.len()) else {
                return Err(cx.type_error(format_args!("function takes exactly 2 arguments ({} given)", t.len())));
            };
            let name = match (name.is_none(), name.downcast::<PyStr>()) {
                (true, _) => Vec::new(),
                (_, Some(s)) => args::utf8(s, cx)?.as_bytes().to_vec(),
                _ => return Err(cx.type_error(format_args!("argument 1 must be str or None, not {}", name.ty().tp_name_str()))),
            };
            Ok((name, key_bytes(k, cx)?))
        })();
        match asked {
            Ok((name, k)) if name.len() < identity_room as usize => {
                // SAFETY: OpenSSL gives so much room; the identity ends in a zero.
                unsafe {
                    std::ptr::copy_nonoverlapping(name.as_ptr(), identity.cast(), name.len());
                    *identity.add(name.len()) = 0;
                    copy_key(&k, key, key_room)
                }
            }
            Ok(_) => 0,
            Err(r) => {
                report(r, "Exception ignored in ssl PSK client callback while calling callback %R", Some(&callback), cx);
                0
            }
        }
    })
}

/// Ask the program for the key of a client.
pub unsafe extern "C" fn psk_server(ssl: *mut SSL, identity: *const c_char, key: *mut c_uchar, key_room: c_uint) -> c_uint {
    with_gil(|cx| {
        // SAFETY: the connection is alive and the GIL is held.
        let Some(callback) = unsafe { context_of(ssl, cx) }.and_then(|c| c.psk_server.own()) else { return 0 };
        let asked = (|| {
            // SAFETY: OpenSSL's text.
            let identity = unsafe { peer_text(identity, cx) }?;
            let answer = call::call(&callback, &[&identity], cx)?;
            key_bytes(&answer, cx)
        })();
        match asked {
            // SAFETY: OpenSSL gives so much room.
            Ok(k) => unsafe { copy_key(&k, key, key_room) },
            Err(r) => {
                report(r, "Exception ignored in ssl PSK server callback while calling callback %R", Some(&callback), cx);
                0
            }
        }
    })
}
