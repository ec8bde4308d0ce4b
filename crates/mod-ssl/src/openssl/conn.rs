//! One connection (`SSL`).
//!
//! Every call that moves bytes runs without the GIL, under the connection's lock, and never waits (see `bio`); its outcome is a value, so that no later call can
//! disturb the thread's error queue.
#![allow(unsafe_code)]

use super::bio::{Transport, new_bio};
use super::cert::{Cert, Failed};
use super::lock::Lock;
use super::queue::{self, Code};
use super::session::Session;
use super::table::{COMP_METHOD, MsgCb, SSL, SSL_CIPHER, SSL_CTX, STACK, api};
use super::text_at;
use std::ffi::{CStr, c_int, c_long, c_void};
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null, null_mut};
use std::sync::Arc;
use taipan_object::prelude::*;

/// `SSL_get_error`'s answers.
pub mod error {
    pub const NONE: i32 = 0;
    pub const SSL: i32 = 1;
    pub const WANT_READ: i32 = 2;
    pub const WANT_WRITE: i32 = 3;
    pub const WANT_X509_LOOKUP: i32 = 4;
    pub const SYSCALL: i32 = 5;
    pub const ZERO_RETURN: i32 = 6;
    pub const WANT_CONNECT: i32 = 7;
}

/// `SSL_RECEIVED_SHUTDOWN`.
pub const RECEIVED_SHUTDOWN: c_int = 2;

/// What a call came to.
#[derive(Clone, Copy, Default)]
pub struct Outcome {
    /// What the function returned.
    pub ret: c_int,
    /// Bytes moved.
    pub count: usize,
    /// One of `error`.
    pub error: i32,
    /// The errno of the transport.
    pub errno: i32,
    /// The newest entry of the error queue.
    pub code: Code,
}

/// An owned `SSL` with its transports.
pub struct Conn {
    p: NonNull<SSL>,
    lock: Lock,
    input: Arc<Transport>,
    output: Arc<Transport>,
}

/// The `SSL` while its lock is held.
pub struct Open(*mut SSL);

/// A cipher suite. It is static.
#[derive(Clone, Copy)]
pub struct Cipher(*const SSL_CIPHER);

impl Conn {
    /// A connection with a context's settings; what it belongs to is stored at it for callbacks.
    pub fn new(ctx: *mut SSL_CTX, input: &Arc<Transport>, output: &Arc<Transport>) -> Result<Conn, Failed> {
        let a = api();
        // SAFETY: the context lives, and the connection takes a count of it. The BIOs go over to the connection.
        unsafe {
            let p = NonNull::new((a.SSL_new)(ctx)).ok_or(Failed)?;
            let conn = Conn { p, lock: Lock::default(), input: Arc::clone(input), output: Arc::clone(output) };
            let r = new_bio(input).ok_or(Failed)?;
            let w = match new_bio(output) {
                Some(w) => w,
                None => {
                    (a.BIO_free)(r.as_ptr());
                    return Err(Failed);
                }
            };
            (a.SSL_set_bio)(p.as_ptr(), r.as_ptr(), w.as_ptr());
            Ok(conn)
        }
    }
    /// Ask or set something, at once.
    pub fn quick<R>(&self, cx: &mut Cx, f: impl FnOnce(&Open) -> R) -> R {
        let open = Open(self.p.as_ptr());
        self.lock.quick(cx, || f(&open))
    }
    /// Run a call that moves bytes; `worked` says which results are no failure.
    fn run(&self, cx: &mut Cx, worked: fn(c_int) -> bool, f: impl FnOnce(*mut SSL, &mut usize) -> c_int) -> Outcome {
        let p = self.p.as_ptr();
        self.lock.slow(cx, || {
            queue::clear();
            self.input.take_error();
            self.output.take_error();
            let mut o = Outcome::default();
            o.ret = f(p, &mut o.count);
            if !worked(o.ret) {
                // SAFETY: alive; right after the call, in the same thread.
                o.error = unsafe { (api().SSL_get_error)(p, o.ret) };
                o.code = queue::last();
                let errnos = (self.input.take_error(), self.output.take_error());
                o.errno = if errnos.0 != 0 { errnos.0 } else { errnos.1 };
                queue::clear();
            }
            o
        })
    }
    pub fn handshake(&self, cx: &mut Cx) -> Outcome {
        // SAFETY: alive.
        self.run(cx, |r| r > 0, |p, _| unsafe { (api().SSL_do_handshake)(p) })
    }
    pub fn read(&self, into: &mut [MaybeUninit<u8>], cx: &mut Cx) -> Outcome {
        // SAFETY: alive; the memory is there during the call.
        self.run(cx, |r| r > 0, |p, n| unsafe { (api().SSL_read_ex)(p, into.as_mut_ptr().cast(), into.len(), n) })
    }
    pub fn write(&self, bytes: &[u8], cx: &mut Cx) -> Outcome {
        // SAFETY: alive; the bytes are there during the call.
        self.run(cx, |r| r > 0, |p, n| unsafe { (api().SSL_write_ex)(p, bytes.as_ptr().cast(), bytes.len(), n) })
    }
    pub fn shutdown(&self, cx: &mut Cx) -> Outcome {
        // SAFETY: alive.
        self.run(cx, |r| r >= 0, |p, _| unsafe { (api().SSL_shutdown)(p) })
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        // A connection that is freed without a shutdown takes its session with it, unless it looks shut down.
        const SENT_SHUTDOWN: c_int = 1;
        // SAFETY: owned. Callbacks must not find the dying object.
        unsafe {
            (api().SSL_set_shutdown)(self.p.as_ptr(), SENT_SHUTDOWN | (api().SSL_get_shutdown)(self.p.as_ptr()));
            (api().SSL_set_msg_callback)(self.p.as_ptr(), None);
            (api().SSL_set_ex_data)(self.p.as_ptr(), 0, null_mut());
            (api().SSL_free)(self.p.as_ptr());
        }
    }
}

/// `SSL_MODE_…`: part of a write may be done, its buffer may move, and records without data are passed over.
const MODE: c_long = 1 | 2 | 4;
const CTRL_MODE: c_int = 33;
const CTRL_SET_HOSTNAME: c_int = 55;

impl Open {
    /// Store whom the connection belongs to; see `owner_of`.
    pub fn set_owner(&self, o: *mut c_void) {
        // SAFETY: alive, as in all of these.
        unsafe { (api().SSL_set_ex_data)(self.0, 0, o) };
    }
    /// The modes that Python's connections have, and which side it is.
    pub fn prepare(&self, is_server: bool) {
        let a = api();
        // SAFETY: alive; the identifier is copied.
        unsafe {
            if is_server {
                let id = b"Python\0";
                (a.SSL_set_session_id_context)(self.0, id.as_ptr(), id.len() as u32);
            }
            (a.SSL_ctrl)(self.0, CTRL_MODE, MODE, null_mut());
        }
    }
    pub fn set_side(&self, is_server: bool) {
        // SAFETY: alive.
        unsafe { if is_server { (api().SSL_set_accept_state)(self.0) } else { (api().SSL_set_connect_state)(self.0) } }
    }
    pub fn verify_mode(&self) -> c_int {
        // SAFETY: alive.
        unsafe { (api().SSL_get_verify_mode)(self.0) }
    }
    /// Change the mode and keep the callback.
    pub fn set_verify_mode(&self, mode: c_int) {
        // SAFETY: alive.
        unsafe { (api().SSL_set_verify)(self.0, mode, (api().SSL_get_verify_callback)(self.0)) };
    }
    pub fn set_post_handshake_auth(&self) {
        // SAFETY: alive.
        unsafe { (api().SSL_set_post_handshake_auth)(self.0, 1) };
    }
    pub fn request_certificate(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_verify_client_post_handshake)(self.0) != 0 }
    }
    /// Send the server's name.
    pub fn send_name(&self, name: &CStr) -> Result<(), Failed> {
        /// `TLSEXT_NAMETYPE_host_name`.
        const HOST_NAME: c_long = 0;
        // SAFETY: alive; OpenSSL copies the name.
        let r = unsafe { (api().SSL_ctrl)(self.0, CTRL_SET_HOSTNAME, HOST_NAME, name.as_ptr().cast_mut().cast()) };
        if r == 1 { Ok(()) } else { Err(Failed) }
    }
    /// Demand that the peer's certificate is for the name or address, under the rules `flags`.
    pub fn expect(&self, flags: u32, peer: Peer<'_>) -> Result<(), Failed> {
        let a = api();
        // SAFETY: alive; the parameters are part of it and copy what they get.
        let r = unsafe {
            let param = (a.SSL_get0_param)(self.0);
            (a.X509_VERIFY_PARAM_set_hostflags)(param, flags);
            match peer {
                Peer::Name(n) => (a.X509_VERIFY_PARAM_set1_host)(param, n.as_ptr(), n.count_bytes()),
                Peer::Address(b) => (a.X509_VERIFY_PARAM_set1_ip)(param, b.as_ptr(), b.len()),
            }
        };
        if r == 1 { Ok(()) } else { Err(Failed) }
    }
    pub fn stop_read_ahead(&self) {
        // SAFETY: alive.
        unsafe { (api().SSL_set_read_ahead)(self.0, 0) };
    }
    pub fn shutdown_state(&self) -> c_int {
        // SAFETY: alive.
        unsafe { (api().SSL_get_shutdown)(self.0) }
    }
    pub fn pending(&self) -> c_int {
        // SAFETY: alive.
        unsafe { (api().SSL_pending)(self.0) }
    }
    pub fn is_established(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_is_init_finished)(self.0) != 0 }
    }
    pub fn version(&self) -> Option<String> {
        // SAFETY: alive; a constant text.
        unsafe { text_at((api().SSL_get_version)(self.0)) }
    }
    /// Code and words of what became of the peer's certificate.
    pub fn verify_result(&self) -> (c_long, Option<String>) {
        // SAFETY: alive; a constant text.
        unsafe {
            let n = (api().SSL_get_verify_result)(self.0);
            (n, text_at((api().X509_verify_cert_error_string)(n)))
        }
    }
    pub fn peer_certificate(&self) -> Option<Cert> {
        // SAFETY: alive; the count is ours.
        unsafe { Cert::steal((api().SSL_get1_peer_certificate)(self.0)) }
    }
    fn chain(&self, get: unsafe extern "C" fn(*const SSL) -> *mut STACK) -> Option<Vec<Cert>> {
        // SAFETY: alive; the stack is part of it.
        unsafe {
            let s = get(self.0);
            (!s.is_null()).then(|| Cert::of_stack(s))
        }
    }
    pub fn verified_chain(&self) -> Option<Vec<Cert>> {
        self.chain(api().SSL_get0_verified_chain)
    }
    pub fn sent_chain(&self) -> Option<Vec<Cert>> {
        self.chain(api().SSL_get_peer_cert_chain)
    }
    /// The verify mode of the context in use.
    pub fn context_verify_mode(&self) -> c_int {
        // SAFETY: alive; so is its context.
        unsafe { (api().SSL_CTX_get_verify_mode)((api().SSL_get_SSL_CTX)(self.0)) }
    }
    /// Go over to another context, which a callback of the handshake chose.
    pub fn set_context(&self, ctx: *mut SSL_CTX, on_message: Option<MsgCb>) {
        // SAFETY: both are alive; OpenSSL takes a count.
        unsafe {
            (api().SSL_set_SSL_CTX)(self.0, ctx);
            (api().SSL_set_msg_callback)(self.0, on_message);
        }
    }
    pub fn protocol(&self) -> Option<Vec<u8>> {
        let (mut p, mut n) = (null(), 0);
        // SAFETY: alive; the bytes are part of it and copied.
        unsafe {
            (api().SSL_get0_alpn_selected)(self.0, &mut p, &mut n);
            (!p.is_null()).then(|| std::slice::from_raw_parts(p, n as usize).to_vec())
        }
    }
    /// The short name of the compression in use.
    pub fn compression(&self) -> Option<String> {
        let (get, kind) = (api().SSL_get_current_compression?, api().COMP_get_type?);
        // SAFETY: alive; a constant text.
        unsafe {
            let m: *const COMP_METHOD = get(self.0);
            let nid = if m.is_null() { 0 } else { kind(m) };
            if nid == 0 { None } else { text_at((api().OBJ_nid2sn)(nid)) }
        }
    }
    fn list(s: *const STACK) -> Vec<Cipher> {
        // SAFETY: a living stack of cipher suites, or null.
        unsafe { (0..(api().OPENSSL_sk_num)(s)).map(|i| Cipher((api().OPENSSL_sk_value)(s, i).cast())).collect() }
    }
    pub fn ciphers(&self) -> Option<Vec<Cipher>> {
        // SAFETY: alive.
        let s = unsafe { (api().SSL_get_ciphers)(self.0) };
        (!s.is_null()).then(|| Open::list(s))
    }
    /// What the client offered, as its server knows.
    pub fn client_ciphers(&self) -> Option<Vec<Cipher>> {
        // SAFETY: alive.
        let s = unsafe { (api().SSL_get_client_ciphers)(self.0) };
        (!s.is_null()).then(|| Open::list(s))
    }
    pub fn cipher(&self) -> Option<Cipher> {
        // SAFETY: alive.
        let c = unsafe { (api().SSL_get_current_cipher)(self.0) };
        (!c.is_null()).then_some(Cipher(c))
    }
    pub fn is_reused(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_session_reused)(self.0) != 0 }
    }
    /// The last message of the handshake, ours or the peer's.
    pub fn finished(&self, ours: bool) -> Vec<u8> {
        let mut buf = [0u8; 128];
        let get = if ours { api().SSL_get_finished } else { api().SSL_get_peer_finished };
        // SAFETY: alive; room for so many bytes.
        let n = unsafe { get(self.0, buf.as_mut_ptr().cast(), buf.len()) };
        buf.get(..n).unwrap_or_default().to_vec()
    }
    pub fn session(&self) -> Option<Session> {
        // SAFETY: alive; the count is ours.
        unsafe { Session::steal((api().SSL_get1_session)(self.0)) }
    }
    pub fn set_session(&self, s: &Session) -> Result<(), Failed> {
        // SAFETY: both are alive; OpenSSL takes a count.
        if unsafe { (api().SSL_set_session)(self.0, s.as_ptr()) } == 1 { Ok(()) } else { Err(Failed) }
    }
}

/// Whom a client expects.
pub enum Peer<'a> {
    Name(&'a CStr),
    /// An address as bytes.
    Address(&'a [u8]),
}

/// The bytes of an IP address that is written out; `None` if it is none.
pub fn ip_bytes(text: &CStr) -> Option<Vec<u8>> {
    let a = api();
    // SAFETY: the text lives during the call; the string is copied and freed.
    unsafe {
        let s = (a.a2i_IPADDRESS)(text.as_ptr());
        if s.is_null() {
            queue::clear();
            return None;
        }
        let out = std::slice::from_raw_parts((a.ASN1_STRING_get0_data)(s), (a.ASN1_STRING_length)(s).max(0) as usize).to_vec();
        (a.ASN1_STRING_free)(s);
        Some(out)
    }
}

impl Cipher {
    pub fn id(self) -> u32 {
        // SAFETY: static, as in all of these.
        unsafe { (api().SSL_CIPHER_get_id)(self.0) }
    }
    pub fn name(self) -> Option<String> {
        // SAFETY: a constant text.
        unsafe { text_at((api().SSL_CIPHER_get_name)(self.0)) }
    }
    pub fn protocol(self) -> Option<String> {
        // SAFETY: a constant text.
        unsafe { text_at((api().SSL_CIPHER_get_version)(self.0)) }
    }
    /// The bits that count, and all bits.
    pub fn bits(self) -> (c_int, c_int) {
        let mut all = 0;
        // SAFETY: static.
        let n = unsafe { (api().SSL_CIPHER_get_bits)(self.0, &mut all) };
        (n, all)
    }
    pub fn description(self) -> String {
        let mut buf = [0u8; 512];
        // SAFETY: room for so many bytes; OpenSSL ends the text with a zero.
        unsafe { (api().SSL_CIPHER_description)(self.0, buf.as_mut_ptr().cast(), buf.len() as c_int - 1) };
        let text = CStr::from_bytes_until_nul(&buf).unwrap_or_default().to_string_lossy();
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }
    pub fn is_aead(self) -> bool {
        // SAFETY: static.
        unsafe { (api().SSL_CIPHER_is_aead)(self.0) != 0 }
    }
    /// Names of its parts: cipher, digest, key exchange, authentication.
    pub fn parts(self) -> [Option<String>; 4] {
        let a = api();
        [a.SSL_CIPHER_get_cipher_nid, a.SSL_CIPHER_get_digest_nid, a.SSL_CIPHER_get_kx_nid, a.SSL_CIPHER_get_auth_nid].map(|get| {
            // SAFETY: static; a constant text.
            unsafe {
                let nid = get(self.0);
                if nid == 0 { None } else { text_at((a.OBJ_nid2ln)(nid)) }
            }
        })
    }
}
