//! `_ssl._SSLContext`: the settings of connections.
//!
//! A context verifies certificates and host names as its creator asked; nothing here may make it more lenient than CPython's. The callback that refuses distrusted
//! keys is in place whatever the mode.

use crate::openssl::ctx::{Ctx, File, Method, Open, ctrl};
use crate::openssl::names::nid_of_short_name;
use crate::openssl::queue;
use crate::ssl::callbacks;
use crate::ssl::errors;
use crate::ssl::memory::PyMemoryBio;
use crate::ssl::socket::{Over, PySslSocket};
use std::cell::Cell;
use std::ffi::CString;
use std::sync::{Arc, PoisonError};
use taipan_host::consts::posix::{O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY};
use taipan_host::{AT_FDCWD, fd, fs};
use taipan_mod_net::socket::object::PySocket;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::{args, audit, fspath, warn};

/// The protocol numbers of `ssl`.
pub const TLS: i32 = 2;
pub const TLS1: i32 = 3;
pub const TLS1_1: i32 = 4;
pub const TLS1_2: i32 = 5;
pub const CLIENT: i32 = 16;
pub const SERVER: i32 = 17;
/// `CERT_…`.
const NONE: i32 = 0;
const OPTIONAL: i32 = 1;
const REQUIRED: i32 = 2;
/// `SSL_VERIFY_…`.
const PEER: i32 = 1;
const FAIL_IF_NO_PEER: i32 = 2;
/// `X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS`, `X509_V_FLAG_TRUSTED_FIRST`.
const NO_PARTIAL_WILDCARDS: u32 = 4;
const TRUSTED_FIRST: u64 = 0x8000;
/// `SSL_MODE_RELEASE_BUFFERS`.
const RELEASE_BUFFERS: i64 = 0x10;
/// `SSL_OP_ALL` without `SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS`, and what every context of CPython's has beside.
pub const OP_ALL: u64 = 0x8000_0050;
const OP_NO_SSL3: u64 = 1 << 25;
const OP_NO_COMPRESSION: u64 = 1 << 17;
const OP_CIPHER_SERVER_PREFERENCE: u64 = 1 << 22;
/// All `OP_NO_TLS…`.
const OP_NO_VERSIONS: u64 = 1 << 25 | 1 << 26 | 1 << 27 | 1 << 28 | 1 << 29;
/// What CPython takes when it is built without other wishes: forward secrecy, no weak ciphers, 112 bits at least.
pub const DEFAULT_CIPHERS: &str = "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM";
const TLS1_2_VERSION: i64 = 0x303;
const TLS1_3_VERSION: i64 = 0x304;
const TLS1_VERSION: i64 = 0x301;
/// `TLSVersion.MINIMUM_SUPPORTED` and its opposite.
pub const MINIMUM: i64 = -2;
pub const MAXIMUM: i64 = -1;

/// Lines of CPython's messages.
mod line {
    pub const NEW: u32 = 3292;
    pub const FLAGS: u32 = 3763;
    pub const CURVE: u32 = 4787;
    pub const PSK_CLIENT: u32 = 5237;
    pub const PSK_SERVER: u32 = 5349;
}

#[pytype(name = "_ssl._SSLContext", gc, heap, basetype, parts(PART, LOADING), doc = "")]
#[repr(C)]
pub struct PyContext {
    head: ObjHead,
    #[gc(skip)]
    pub ctx: Ctx,
    #[gc(skip)]
    protocol: i32,
    #[gc(skip)]
    pub check_hostname: Cell<bool>,
    #[gc(skip)]
    pub post_handshake_auth: Cell<bool>,
    pub sni_callback: FieldCell<Object>,
    pub msg_callback: FieldCell<Object>,
    pub psk_client: FieldCell<Object>,
    pub psk_server: FieldCell<Object>,
    keylog_filename: FieldCell<Object>,
}

/// `AttributeError` for `del context.name`.
fn no_delete(o: &Object, name: &str, cx: &mut Cx) -> Raised {
    cx.attribute_error(format_args!("attribute '{name}' of '{}' objects cannot be deleted", o.ty().tp_name_str()))
}

fn deprecated(what: &str, cx: &mut Cx) -> PyResult<()> {
    warn::warn(exc::DeprecationWarning(), format_args!("{what} is deprecated"), 2, cx)
}

/// A C `long`.
fn long(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    let n = number::index(o, cx)?;
    n.to_i64().ok_or_else(|| cx.overflow_error(format_args!("Python int too large to convert to C long")))
}

/// A C `int`.
fn int(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    i32::try_from(long(o, cx)?).map_err(|_| cx.overflow_error(format_args!("signed integer is greater than maximum")))
}

/// The low bits of an integer (format units `I` and `k`).
fn masked(o: &Object, cx: &mut Cx) -> PyResult<u64> {
    let n = number::index(o, cx)?;
    let mask = PyInt::new(i64::from(u32::MAX), cx)?;
    let shift = PyInt::new(32, cx)?;
    let low = number::binary(&number::AND, &n, &mask, cx)?;
    let high = number::binary(&number::RSHIFT, &n, &shift, cx)?;
    let high = number::binary(&number::AND, &high, &mask, cx)?;
    let part = |o: &Object| o.downcast::<PyInt>().and_then(PyInt::to_i64).unwrap_or(0) as u64;
    Ok(part(&high) << 32 | part(&low))
}

/// How a new context verifies and what it allows.
fn prepare(c: &Open, protocol: i32) -> bool {
    let mode = if protocol == CLIENT { PEER | FAIL_IF_NO_PEER } else { 0 };
    c.set_verify(mode, callbacks::verify);
    c.set_options(OP_ALL | OP_NO_SSL3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE);
    let ciphers = CString::new(DEFAULT_CIPHERS).unwrap_or_default();
    if !c.set_ciphers(&ciphers) {
        queue::clear();
        return false;
    }
    if matches!(protocol, TLS | CLIENT | SERVER) {
        c.control(ctrl::SET_MIN_PROTO, TLS1_2_VERSION);
    }
    c.control(ctrl::MODE, RELEASE_BUFFERS);
    c.set_post_handshake_auth(false);
    c.set_host_flags(NO_PARTIAL_WILDCARDS);
    c.set_verify_flags(TRUSTED_FIRST).is_ok()
}

impl PyContext {
    pub fn is_client_only(&self) -> bool {
        self.protocol == CLIENT
    }
    pub fn is_server_only(&self) -> bool {
        self.protocol == SERVER
    }

    fn set_mode(&self, n: i32, cx: &mut Cx) -> PyResult<()> {
        let mode = match n {
            NONE => 0,
            OPTIONAL => PEER,
            REQUIRED => PEER | FAIL_IF_NO_PEER,
            _ => return Err(cx.value_error(format_args!("invalid value for verify_mode"))),
        };
        self.ctx.quick(cx, |c| c.set_verify(mode, callbacks::verify));
        Ok(())
    }

    /// Set the lowest or highest version.
    fn set_version(&self, value: &Object, is_minimum: bool, cx: &mut Cx) -> PyResult<()> {
        let v = long(value, cx)?;
        if v > i64::from(i32::MAX) {
            return Err(cx.overflow_error(format_args!("Option is too long")));
        }
        if !matches!(self.protocol, CLIENT | SERVER | TLS) {
            return Err(cx.value_error(format_args!("The context's protocol doesn't support modification of highest and lowest version.")));
        }
        match v {
            0x300 => deprecated("ssl.TLSVersion.SSLv3", cx)?,
            0x301 => deprecated("ssl.TLSVersion.TLSv1", cx)?,
            0x302 => deprecated("ssl.TLSVersion.TLSv1_1", cx)?,
            MINIMUM | MAXIMUM | TLS1_2_VERSION | TLS1_3_VERSION => {}
            _ => return Err(cx.value_error(format_args!("Unsupported TLS/SSL version 0x{v:x}"))),
        }
        // 0 is OpenSSL's own limit.
        let (command, n) = match (is_minimum, v) {
            (true, MINIMUM) => (ctrl::SET_MIN_PROTO, 0),
            (true, MAXIMUM) => (ctrl::SET_MIN_PROTO, TLS1_3_VERSION),
            (true, v) => (ctrl::SET_MIN_PROTO, v),
            (false, MAXIMUM) => (ctrl::SET_MAX_PROTO, 0),
            (false, MINIMUM) => (ctrl::SET_MAX_PROTO, TLS1_VERSION),
            (false, v) => (ctrl::SET_MAX_PROTO, v),
        };
        if self.ctx.quick(cx, |c| c.control(command, n)) == 0 {
            queue::clear();
            return Err(cx.value_error(format_args!("Unsupported protocol version 0x{n:x}")));
        }
        Ok(())
    }

    /// A callable, or `None` for nothing.
    fn callback(value: &Object, text: &str, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if value.is_none() {
            return Ok(None);
        }
        if !cx.is_callable(value) {
            return Err(cx.type_error(format_args!("{text}")));
        }
        Ok(Some(value.own()))
    }
}

/// What a protocol number stands for.
fn method_of(protocol: i32, cx: &mut Cx) -> PyResult<Option<Method>> {
    Ok(Some(match protocol {
        TLS1 => {
            deprecated("ssl.PROTOCOL_TLSv1", cx)?;
            Method::Tls1
        }
        TLS1_1 => {
            deprecated("ssl.PROTOCOL_TLSv1_1", cx)?;
            Method::Tls1_1
        }
        TLS1_2 => {
            deprecated("ssl.PROTOCOL_TLSv1_2", cx)?;
            Method::Tls1_2
        }
        TLS => {
            deprecated("ssl.PROTOCOL_TLS", cx)?;
            Method::Tls
        }
        CLIENT => Method::Client,
        SERVER => Method::Server,
        _ => return Ok(None),
    }))
}

#[pymethods]
impl PyContext {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyContext>> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("_SSLContext() takes no keyword arguments")));
        }
        let [protocol] = args.0 else { return Err(cx.type_error(format_args!("_SSLContext expected 1 argument, got {}", args.len()))) };
        let protocol = int(protocol, cx)?;
        crate::load(cx)?;
        queue::clear();
        let made = method_of(protocol, cx)?.and_then(Ctx::new);
        let ctx = match made {
            None => return Err(cx.value_error(format_args!("invalid or unsupported protocol version {protocol}"))),
            Some(Err(_)) => return Err(errors::from_queue(line::NEW, cx)),
            Some(Ok(ctx)) => ctx,
        };
        if !ctx.quick(cx, |c| prepare(c, protocol)) {
            return Err(errors::plain("No cipher can be selected.", cx));
        }
        let new = cx.new_object_of(cls, PyContext {
            head: Object::placeholder(),
            ctx,
            protocol,
            check_hostname: Cell::new(protocol == CLIENT),
            post_handshake_auth: Cell::new(false),
            sni_callback: FieldCell::empty(),
            msg_callback: FieldCell::empty(),
            psk_client: FieldCell::empty(),
            psk_server: FieldCell::empty(),
            keylog_filename: FieldCell::empty(),
        })?;
        new.ctx.hooks.owner.store(new.as_object().as_ptr(), std::sync::atomic::Ordering::Release);
        Ok(new)
    }

    #[method("_wrap_socket(sock, server_side, server_hostname=None, *, owner=None, session=None)")]
    fn wrap_socket(&self, sock: &PySocket, server_side: bool, server_hostname: &Object, owner: &Object, session: &Object, cx: &mut Cx) -> PyResult<Own<PySslSocket>> {
        PySslSocket::new(self, Over::Socket(sock), server_side, server_hostname, owner, session, cx)
    }

    #[method("_wrap_bio(incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None)")]
    #[allow(clippy::too_many_arguments)]
    fn wrap_bio(&self, incoming: &PyMemoryBio, outgoing: &PyMemoryBio, server_side: bool, server_hostname: &Object, owner: &Object, session: &Object, cx: &mut Cx) -> PyResult<Own<PySslSocket>> {
        // CPython 3.14.10 checks this in `SSLObject` (gh-156793); the library that we embed is older.
        let named = !server_hostname.is_none() && taipan_object::abstract_::is_true(server_hostname, cx)?;
        if server_side && named {
            return Err(cx.value_error(format_args!("server_hostname can only be specified in client mode")));
        }
        if server_side && !session.is_none() {
            return Err(cx.value_error(format_args!("session can only be specified in client mode")));
        }
        if self.check_hostname.get() && !named {
            return Err(cx.value_error(format_args!("check_hostname requires server_hostname")));
        }
        PySslSocket::new(self, Over::Memory(&incoming.transport, &outgoing.transport), server_side, server_hostname, owner, session, cx)
    }

    #[method("set_ciphers(cipherlist, /)")]
    fn set_ciphers(&self, cipherlist: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let list = args::utf8(cipherlist, cx)?;
        let Ok(list) = CString::new(list.as_bytes()) else { return Err(cx.value_error(format_args!("embedded null character"))) };
        if self.ctx.quick(cx, |c| c.set_ciphers(&list)) {
            return Ok(());
        }
        queue::clear();
        Err(errors::plain("No cipher can be selected.", cx))
    }

    #[method("_set_alpn_protocols(protos, /)")]
    fn set_alpn_protocols(&self, protos: Buffer, cx: &mut Cx) -> PyResult<()> {
        let wire = protos.bytes();
        if wire.len() > u32::MAX as usize {
            return Err(cx.overflow_error(format_args!("protocols longer than {} bytes", u32::MAX)));
        }
        *self.ctx.hooks.protocols.lock().unwrap_or_else(PoisonError::into_inner) = Arc::from(wire);
        let done = self.ctx.quick(cx, |c| {
            let done = c.set_protocols(wire);
            c.on_protocols(callbacks::protocol);
            done
        });
        if !done {
            queue::clear();
            return Err(cx.memory_error());
        }
        Ok(())
    }

    #[method("set_ecdh_curve(name, /)")]
    fn set_ecdh_curve(&self, name: &Object, cx: &mut Cx) -> PyResult<()> {
        let text = fspath::to_cstring(name, cx)?;
        let nid = nid_of_short_name(&text);
        if nid == 0 {
            queue::clear();
            let shown = taipan_object::abstract_::repr(name, cx)?;
            return Err(cx.value_error(format_args!("unknown elliptic curve name {shown}")));
        }
        self.ctx.quick(cx, |c| c.set_curve(nid)).map_err(|_| errors::from_queue(line::CURVE, cx))
    }

    #[method("set_psk_client_callback(callback)")]
    fn set_psk_client_callback(&self, callback: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.protocol == SERVER {
            return Err(errors::with_text("Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context", 0, line::PSK_CLIENT, cx));
        }
        let f = PyContext::callback(callback, "callback must be callable", cx)?;
        let hook = f.as_ref().map(|_| callbacks::psk_client as crate::openssl::table::PskClientCb);
        self.psk_client.set(f, cx);
        if !self.ctx.quick(cx, |c| c.on_psk_client(hook)) {
            return Err(cx.raise_msg(exc::NotImplementedError(), format_args!("TLS-PSK is not supported by your OpenSSL version.")));
        }
        Ok(())
    }

    #[method("set_psk_server_callback(callback, identity_hint=None)")]
    fn set_psk_server_callback(&self, callback: &Object, identity_hint: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<()> {
        if self.protocol == CLIENT {
            return Err(errors::with_text("Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context", 0, line::PSK_SERVER, cx));
        }
        let f = PyContext::callback(callback, "callback must be callable", cx)?;
        let hint = match identity_hint.0 {
            Some(s) => match CString::new(args::utf8(s, cx)?.as_bytes()) {
                Ok(h) => Some(h),
                Err(_) => return Err(cx.value_error(format_args!("embedded null character"))),
            },
            None => None,
        };
        let hint = if f.is_some() { hint } else { None };
        if !self.ctx.quick(cx, |c| c.set_psk_hint(hint.as_deref())) {
            queue::clear();
            return Err(cx.value_error(format_args!("failed to set identity hint")));
        }
        let hook = f.as_ref().map(|_| callbacks::psk_server as crate::openssl::table::PskServerCb);
        self.psk_server.set(f, cx);
        self.ctx.quick(cx, |c| c.on_psk_server(hook));
        Ok(())
    }

    #[getter]
    fn check_hostname(&self) -> bool {
        self.check_hostname.get()
    }
    #[setter("check_hostname")]
    fn set_check_hostname(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "check_hostname", cx)) };
        let on = taipan_object::abstract_::is_true(v, cx)?;
        if on && self.ctx.quick(cx, |c| c.verify_mode()) == 0 {
            self.set_mode(REQUIRED, cx)?;
        }
        self.check_hostname.set(on);
        Ok(())
    }

    #[getter("_host_flags")]
    fn host_flags(&self, cx: &mut Cx) -> u32 {
        self.ctx.quick(cx, |c| c.host_flags())
    }
    #[setter("_host_flags")]
    fn set_host_flags(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "_host_flags", cx)) };
        let n = masked(v, cx)? as u32;
        self.ctx.quick(cx, |c| c.set_host_flags(n));
        Ok(())
    }

    #[getter]
    fn minimum_version(&self, cx: &mut Cx) -> i64 {
        match self.ctx.quick(cx, |c| c.control(ctrl::GET_MIN_PROTO, 0)) {
            0 => MINIMUM,
            n => n,
        }
    }
    #[setter("minimum_version")]
    fn set_minimum_version(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "minimum_version", cx)) };
        self.set_version(v, true, cx)
    }

    #[getter]
    fn maximum_version(&self, cx: &mut Cx) -> i64 {
        match self.ctx.quick(cx, |c| c.control(ctrl::GET_MAX_PROTO, 0)) {
            0 => MAXIMUM,
            n => n,
        }
    }
    #[setter("maximum_version")]
    fn set_maximum_version(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "maximum_version", cx)) };
        self.set_version(v, false, cx)
    }

    #[getter]
    fn keylog_filename(&self) -> Own<Object> {
        self.keylog_filename.own().unwrap_or_else(|| none().own())
    }
    #[setter("keylog_filename")]
    fn set_keylog_filename(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        const HEADER: &[u8] = b"# TLS secrets log file, generated by OpenSSL / Python\n";
        let Some(v) = v else { return Err(no_delete(self.as_object(), "keylog_filename", cx)) };
        self.ctx.quick(cx, |c| c.on_secret(None));
        let old = self.ctx.hooks.keylog.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(old);
        self.keylog_filename.set(None, cx);
        if v.is_none() {
            return Ok(());
        }
        let path = fspath::to_cstring(v, cx)?;
        let mode = PyStr::new("ab", cx)?;
        let zero = PyInt::new(0, cx)?;
        audit::raise("open", &[v, &mode, &zero], cx)?;
        let opened = cx.without_gil(|| {
            let file = File(fs::open(AT_FDCWD, &path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)?);
            // An empty file gets a header; what cannot be positioned does not.
            if fd::lseek(file.0, 0, 2) == Ok(0) {
                fd::write_all(file.0, HEADER)?;
            }
            Ok(file)
        });
        let file = opened.map_err(|e: taipan_host::Errno| cx.os_error(e.0, &e.message(), Some(v), None))?;
        *self.ctx.hooks.keylog.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(file));
        self.keylog_filename.set(Some(v.own()), cx);
        self.ctx.quick(cx, |c| c.on_secret(Some(callbacks::secret)));
        Ok(())
    }

    #[getter("_msg_callback")]
    fn msg_callback(&self) -> Own<Object> {
        self.msg_callback.own().unwrap_or_else(|| none().own())
    }
    #[setter("_msg_callback")]
    fn set_msg_callback(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "_msg_callback", cx)) };
        let f = PyContext::callback(v, "not a callable object", cx)?;
        let hook = f.as_ref().map(|_| callbacks::message as crate::openssl::table::MsgCb);
        self.msg_callback.set(f, cx);
        self.ctx.quick(cx, |c| c.on_message(hook));
        Ok(())
    }

    /// Set a callback that will be called when a server name is provided by the SSL/TLS client in the SNI extension.
    ///
    /// If the argument is None then the callback is disabled.  The method
    /// is called with the SSLSocket, the server name as a string, and the
    /// SSLContext object.
    ///
    /// See RFC 6066 for details of the SNI extension.
    #[getter]
    fn sni_callback(&self) -> Own<Object> {
        self.sni_callback.own().unwrap_or_else(|| none().own())
    }
    #[setter("sni_callback")]
    fn set_sni_callback(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "sni_callback", cx)) };
        if self.protocol == CLIENT {
            return Err(cx.value_error(format_args!("sni_callback cannot be set on TLS_CLIENT context")));
        }
        let f = match PyContext::callback(v, "not a callable object", cx) {
            Ok(f) => f,
            Err(r) => {
                self.ctx.quick(cx, |c| c.on_server_name(None));
                let e = cx.take_raised(r);
                self.sni_callback.set(None, cx);
                return Err(cx.set_raised(e));
            }
        };
        let hook = f.as_ref().map(|_| callbacks::server_name as crate::openssl::table::SniCb);
        self.sni_callback.set(f, cx);
        self.ctx.quick(cx, |c| c.on_server_name(hook));
        Ok(())
    }

    /// Control the number of TLSv1.3 session tickets.
    #[getter]
    fn num_tickets(&self, cx: &mut Cx) -> usize {
        self.ctx.quick(cx, |c| c.tickets())
    }
    #[setter("num_tickets")]
    fn set_num_tickets(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "num_tickets", cx)) };
        let Ok(n) = usize::try_from(long(v, cx)?) else { return Err(cx.value_error(format_args!("value must be non-negative"))) };
        if self.protocol != SERVER {
            return Err(cx.value_error(format_args!("SSLContext is not a server context.")));
        }
        if !self.ctx.quick(cx, |c| c.set_tickets(n)) {
            return Err(cx.value_error(format_args!("failed to set num tickets.")));
        }
        Ok(())
    }

    #[getter]
    fn options(&self, cx: &mut Cx) -> u64 {
        self.ctx.quick(cx, |c| c.options())
    }
    #[setter("options")]
    fn set_options(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "options", cx)) };
        let n = number::index(v, cx)?;
        if n.is_negative() {
            return Err(cx.value_error(format_args!("Cannot convert negative int")));
        }
        let width = PyInt::new(64, cx)?;
        let beyond = number::binary(&number::RSHIFT, &n, &width, cx)?;
        if taipan_object::abstract_::is_true(&beyond, cx)? {
            return Err(cx.overflow_error(format_args!("Python int too large for C unsigned long long")));
        }
        let new = masked(n.as_object(), cx)?;
        let old = self.ctx.quick(cx, |c| c.options());
        let (clear, set) = (old & !new, !old & new);
        if set & OP_NO_VERSIONS != 0 {
            warn::warn(exc::DeprecationWarning(), format_args!("ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated"), 2, cx)?;
        }
        self.ctx.quick(cx, |c| {
            c.clear_options(clear);
            c.set_options(set);
        });
        Ok(())
    }

    #[getter]
    fn post_handshake_auth(&self) -> bool {
        self.post_handshake_auth.get()
    }
    #[setter("post_handshake_auth")]
    fn set_post_handshake_auth(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("cannot delete attribute"))) };
        let on = taipan_object::abstract_::is_true(v, cx)?;
        self.post_handshake_auth.set(on);
        self.ctx.quick(cx, |c| c.set_post_handshake_auth(on));
        Ok(())
    }

    #[getter]
    fn protocol(&self) -> i32 {
        self.protocol
    }

    #[getter]
    fn verify_flags(&self, cx: &mut Cx) -> u64 {
        self.ctx.quick(cx, |c| c.verify_flags())
    }
    #[setter("verify_flags")]
    fn set_verify_flags(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "verify_flags", cx)) };
        if !v.is_a::<PyInt>() {
            let ty = if v.is_none() { "None" } else { v.ty().tp_name_str() };
            return Err(cx.type_error(format_args!("argument must be int, not {ty}")));
        }
        let new = masked(v, cx)?;
        let done = self.ctx.quick(cx, |c| {
            let old = c.verify_flags();
            let (clear, set) = (old & !new, !old & new);
            if clear != 0 {
                c.clear_verify_flags(clear)?;
            }
            if set != 0 { c.set_verify_flags(set) } else { Ok(()) }
        });
        done.map_err(|_| errors::from_queue(line::FLAGS, cx))
    }

    #[getter]
    fn verify_mode(&self, cx: &mut Cx) -> PyResult<i32> {
        match self.ctx.quick(cx, |c| c.verify_mode()) & (PEER | FAIL_IF_NO_PEER) {
            0 => Ok(NONE),
            PEER => Ok(OPTIONAL),
            3 => Ok(REQUIRED),
            _ => Err(errors::plain("invalid return value from SSL_CTX_get_verify_mode", cx)),
        }
    }
    #[setter("verify_mode")]
    fn set_verify_mode(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "verify_mode", cx)) };
        let n = int(v, cx)?;
        if n == NONE && self.check_hostname.get() {
            return Err(cx.value_error(format_args!("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")));
        }
        self.set_mode(n, cx)
    }

    /// The current security level.
    #[getter]
    fn security_level(&self, cx: &mut Cx) -> i32 {
        self.ctx.quick(cx, |c| c.security_level())
    }
}
