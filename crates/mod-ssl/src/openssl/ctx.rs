//! The settings of connections (`SSL_CTX`).
//!
//! What OpenSSL's callbacks need lies in [`Hooks`], which live exactly as long as the `SSL_CTX` (it may outlive the Python object: a connection keeps the context
//! it began with). All access to the `SSL_CTX` goes through its lock: [`Ctx::quick`] with the GIL, [`Ctx::slow`] without.
#![allow(unsafe_code)]

use super::bio;
use super::cert::{Cert, Failed};
use super::lock::Lock;
use super::queue::{self, Code};
use super::table::{AlpnCb, DH, KeylogCb, MsgCb, PasswordCb, PskClientCb, PskServerCb, SSL_CTX, SSL_METHOD, STACK, SniCb, VerifyCb, X509_VERIFY_PARAM, api};
use std::ffi::{CStr, c_int, c_long, c_uint, c_ulong, c_void};
use std::ptr::{NonNull, null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use taipan_host::{Errno, Fd, fd};
use taipan_object::prelude::*;

/// A file that is closed with its last user.
pub struct File(pub Fd);

impl Drop for File {
    fn drop(&mut self) {
        // Nobody could be told of a failure; each line was written when it came.
        _ = fd::close(self.0);
    }
}

/// What callbacks find at an `SSL_CTX`.
#[derive(Default)]
pub struct Hooks {
    /// The Python object, not owned; null when it is gone. Read and written with the GIL.
    pub owner: AtomicPtr<Object>,
    /// The protocols a server offers (ALPN), in wire form.
    pub protocols: Mutex<Arc<[u8]>>,
    /// Where secrets are logged.
    pub keylog: Mutex<Option<Arc<File>>>,
}

/// The place of `Hooks` in an `SSL_CTX`; -1 when there is none.
fn hooks_index() -> c_int {
    /// `CRYPTO_EX_INDEX_SSL_CTX`.
    const OF_CONTEXTS: c_int = 1;
    unsafe extern "C" fn free(_parent: *mut c_void, p: *mut c_void, _ad: *mut c_void, _i: c_int, _l: c_long, _arg: *mut c_void) {
        if !p.is_null() {
            // SAFETY: called once, when the SSL_CTX dies, with the count that `Ctx::new` put there.
            unsafe { drop(Arc::from_raw(p.cast::<Hooks>())) };
        }
    }
    static INDEX: OnceLock<c_int> = OnceLock::new();
    // SAFETY: a plain call.
    *INDEX.get_or_init(|| unsafe { (api().CRYPTO_get_ex_new_index)(OF_CONTEXTS, 0, null_mut(), null_mut(), null_mut(), Some(free)) })
}

/// The hooks of a context.
///
/// # Safety
/// `p` is null or an `SSL_CTX` that lives as long as the result is used.
pub unsafe fn hooks_of<'a>(p: *const SSL_CTX) -> Option<&'a Hooks> {
    if p.is_null() {
        return None;
    }
    // SAFETY: our index holds null or `Hooks`.
    unsafe { (api().SSL_CTX_get_ex_data)(p, hooks_index()).cast::<Hooks>().as_ref() }
}

/// Which method a context is made with.
#[derive(Clone, Copy)]
pub enum Method {
    Tls,
    Client,
    Server,
    Tls1,
    Tls1_1,
    Tls1_2,
}

impl Method {
    /// OpenSSL's table for it; `None` where it was left out of the build.
    fn table(self) -> Option<*const SSL_METHOD> {
        let a = api();
        // SAFETY: plain calls.
        unsafe {
            Some(match self {
                Method::Tls => (a.TLS_method)(),
                Method::Client => (a.TLS_client_method)(),
                Method::Server => (a.TLS_server_method)(),
                Method::Tls1 => a.TLSv1_method?(),
                Method::Tls1_1 => a.TLSv1_1_method?(),
                Method::Tls1_2 => a.TLSv1_2_method?(),
            })
        }
    }
}

/// An owned `SSL_CTX`.
pub struct Ctx {
    p: NonNull<SSL_CTX>,
    lock: Lock,
    pub hooks: Arc<Hooks>,
}

/// The `SSL_CTX` while its lock is held.
pub struct Open(*mut SSL_CTX);

/// What a file operation came to.
pub enum FileResult {
    Done,
    /// The errno that it left, or 0, and the newest entry of the error queue.
    Failed(Errno, Code),
}

/// `SSL_CTX_ctrl`'s commands.
pub mod ctrl {
    use std::ffi::c_int;
    pub const SET_TMP_DH: c_int = 3;
    pub const SESSION_NUMBERS: c_int = 20;
    pub const MODE: c_int = 33;
    pub const SET_SERVERNAME_CB: c_int = 53;
    pub const SET_GROUPS: c_int = 91;
    pub const SET_MIN_PROTO: c_int = 123;
    pub const SET_MAX_PROTO: c_int = 124;
    pub const GET_MIN_PROTO: c_int = 130;
    pub const GET_MAX_PROTO: c_int = 131;
}

impl Ctx {
    /// A new context, or the reason in the error queue. `None`: OpenSSL was built without the method.
    pub fn new(method: Method) -> Option<Result<Ctx, Failed>> {
        let table = method.table()?;
        let hooks: Arc<Hooks> = Arc::default();
        // SAFETY: the table is static. The hooks' count goes over to the SSL_CTX if it can be stored.
        unsafe {
            let Some(p) = NonNull::new((api().SSL_CTX_new)(table)) else { return Some(Err(Failed)) };
            let ctx = Ctx { p, lock: Lock::default(), hooks };
            let raw = Arc::into_raw(Arc::clone(&ctx.hooks));
            if (api().SSL_CTX_set_ex_data)(p.as_ptr(), hooks_index(), raw.cast_mut().cast()) != 1 {
                drop(Arc::from_raw(raw));
                return Some(Err(Failed));
            }
            Some(Ok(ctx))
        }
    }
    /// For identity and for making connections.
    pub fn as_ptr(&self) -> *mut SSL_CTX {
        self.p.as_ptr()
    }
    /// Use the context at once.
    pub fn quick<R>(&self, cx: &mut Cx, f: impl FnOnce(&Open) -> R) -> R {
        let open = Open(self.p.as_ptr());
        self.lock.quick(cx, || f(&open))
    }
    /// Use it for something that takes time, without the GIL.
    pub fn slow<R>(&self, cx: &mut Cx, f: impl FnOnce(&Open) -> R) -> R {
        let open = Open(self.p.as_ptr());
        self.lock.slow(cx, || f(&open))
    }
}

impl Drop for Ctx {
    fn drop(&mut self) {
        self.hooks.owner.store(null_mut(), Ordering::Release);
        // SAFETY: owned; connections have counts of their own.
        unsafe { (api().SSL_CTX_free)(self.p.as_ptr()) };
    }
}

impl Open {
    pub fn as_ptr(&self) -> *mut SSL_CTX {
        self.0
    }
    /// `SSL_CTX_ctrl` with a number.
    pub fn control(&self, command: c_int, n: c_long) -> c_long {
        // SAFETY: the commands above take no pointer.
        unsafe { (api().SSL_CTX_ctrl)(self.0, command, n, null_mut()) }
    }
    pub fn options(&self) -> u64 {
        // SAFETY: alive, as in all of these.
        unsafe { (api().SSL_CTX_get_options)(self.0) }
    }
    pub fn set_options(&self, n: u64) {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_options)(self.0, n) };
    }
    pub fn clear_options(&self, n: u64) {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_clear_options)(self.0, n) };
    }
    pub fn verify_mode(&self) -> c_int {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_get_verify_mode)(self.0) }
    }
    pub fn set_verify(&self, mode: c_int, f: VerifyCb) {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_verify)(self.0, mode, Some(f)) };
    }
    fn param(&self) -> *mut X509_VERIFY_PARAM {
        // SAFETY: alive; the parameters are part of it.
        unsafe { (api().SSL_CTX_get0_param)(self.0) }
    }
    pub fn verify_flags(&self) -> c_ulong {
        // SAFETY: as above.
        unsafe { (api().X509_VERIFY_PARAM_get_flags)(self.param()) }
    }
    pub fn set_verify_flags(&self, n: c_ulong) -> Result<(), Failed> {
        // SAFETY: as above.
        if unsafe { (api().X509_VERIFY_PARAM_set_flags)(self.param(), n) } == 1 { Ok(()) } else { Err(Failed) }
    }
    pub fn clear_verify_flags(&self, n: c_ulong) -> Result<(), Failed> {
        // SAFETY: as above.
        if unsafe { (api().X509_VERIFY_PARAM_clear_flags)(self.param(), n) } == 1 { Ok(()) } else { Err(Failed) }
    }
    pub fn host_flags(&self) -> c_uint {
        // SAFETY: as above.
        unsafe { (api().X509_VERIFY_PARAM_get_hostflags)(self.param()) }
    }
    pub fn set_host_flags(&self, n: c_uint) {
        // SAFETY: as above.
        unsafe { (api().X509_VERIFY_PARAM_set_hostflags)(self.param(), n) };
    }
    pub fn set_ciphers(&self, list: &CStr) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_cipher_list)(self.0, list.as_ptr()) == 1 }
    }
    /// What a client offers; false without memory.
    pub fn set_protocols(&self, wire: &[u8]) -> bool {
        // SAFETY: alive; OpenSSL copies the bytes.
        unsafe { (api().SSL_CTX_set_alpn_protos)(self.0, wire.as_ptr(), wire.len() as c_uint) == 0 }
    }
    pub fn on_protocols(&self, f: AlpnCb) {
        // SAFETY: alive; the callback finds what it needs in the hooks.
        unsafe { (api().SSL_CTX_set_alpn_select_cb)(self.0, Some(f), null_mut()) };
    }
    pub fn on_server_name(&self, f: Option<SniCb>) {
        // SAFETY: the command takes a function of this type, which OpenSSL calls as such.
        unsafe {
            let f = std::mem::transmute::<Option<SniCb>, Option<unsafe extern "C" fn()>>(f);
            (api().SSL_CTX_callback_ctrl)(self.0, ctrl::SET_SERVERNAME_CB, f);
        }
    }
    pub fn on_message(&self, f: Option<MsgCb>) {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_msg_callback)(self.0, f) };
    }
    pub fn on_secret(&self, f: Option<KeylogCb>) {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_keylog_callback)(self.0, f) };
    }
    /// False where OpenSSL has no pre-shared keys.
    pub fn on_psk_client(&self, f: Option<PskClientCb>) -> bool {
        // SAFETY: alive.
        api().SSL_CTX_set_psk_client_callback.map(|set| unsafe { set(self.0, f) }).is_some()
    }
    pub fn on_psk_server(&self, f: Option<PskServerCb>) -> bool {
        // SAFETY: alive.
        api().SSL_CTX_set_psk_server_callback.map(|set| unsafe { set(self.0, f) }).is_some()
    }
    pub fn set_psk_hint(&self, hint: Option<&CStr>) -> bool {
        // SAFETY: alive; OpenSSL copies the text.
        api().SSL_CTX_use_psk_identity_hint.is_some_and(|set| unsafe { set(self.0, hint.map_or(null(), CStr::as_ptr)) } == 1)
    }
    pub fn set_tickets(&self, n: usize) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_num_tickets)(self.0, n) == 1 }
    }
    pub fn tickets(&self) -> usize {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_get_num_tickets)(self.0) }
    }
    pub fn security_level(&self) -> c_int {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_get_security_level)(self.0) }
    }
    pub fn set_post_handshake_auth(&self, on: bool) {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_post_handshake_auth)(self.0, on.into()) };
    }
    pub fn set_curve(&self, nid: c_int) -> Result<(), Failed> {
        let mut nid = nid;
        // SAFETY: the command takes a list of one number, which lives during the call.
        let r = unsafe { (api().SSL_CTX_ctrl)(self.0, ctrl::SET_GROUPS, 1, (&raw mut nid).cast()) };
        if r == 1 { Ok(()) } else { Err(Failed) }
    }
    /// Use the Diffie-Hellman parameters in a PEM text.
    pub fn set_dh(&self, pem: &[u8]) -> Result<(), Failed> {
        // SAFETY: the BIO lives during the call; the parameters are ours until OpenSSL has copied them.
        unsafe {
            let dh: *mut DH = bio::reading(pem, |b| (api().PEM_read_bio_DHparams)(b, null_mut(), None, null_mut())).ok_or(Failed)?;
            if dh.is_null() {
                return Err(Failed);
            }
            let r = (api().SSL_CTX_ctrl)(self.0, ctrl::SET_TMP_DH, 0, dh.cast());
            (api().DH_free)(dh);
            if r == 1 { Ok(()) } else { Err(Failed) }
        }
    }
    pub fn set_default_verify_paths(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_CTX_set_default_verify_paths)(self.0) == 1 }
    }
    /// Run a function that reads files; what it leaves in errno and in the queue is the reason of a failure.
    fn on_file(f: impl FnOnce() -> c_int) -> FileResult {
        queue::clear();
        Errno(0).set();
        if f() == 1 {
            return FileResult::Done;
        }
        let e = Errno::last();
        let r = FileResult::Failed(e, queue::last());
        queue::clear();
        r
    }
    pub fn load_locations(&self, file: Option<&CStr>, folder: Option<&CStr>) -> FileResult {
        let p = |s: Option<&CStr>| s.map_or(null(), CStr::as_ptr);
        // SAFETY: alive; the names live during the call.
        Open::on_file(|| unsafe { (api().SSL_CTX_load_verify_locations)(self.0, p(file), p(folder)) })
    }
    pub fn use_chain(&self, file: &CStr) -> FileResult {
        // SAFETY: as above.
        Open::on_file(|| unsafe { (api().SSL_CTX_use_certificate_chain_file)(self.0, file.as_ptr()) })
    }
    pub fn use_key(&self, file: &CStr) -> FileResult {
        /// `SSL_FILETYPE_PEM`.
        const PEM: c_int = 1;
        // SAFETY: as above.
        Open::on_file(|| unsafe { (api().SSL_CTX_use_PrivateKey_file)(self.0, file.as_ptr(), PEM) })
    }
    /// Whether certificate and key belong together.
    pub fn check_key(&self) -> Result<(), Failed> {
        // SAFETY: alive.
        if unsafe { (api().SSL_CTX_check_private_key)(self.0) } == 1 { Ok(()) } else { Err(Failed) }
    }
    /// Run `f` with a password callback and its data in place; afterwards the old ones are back.
    pub fn with_password<R>(&self, set: Option<(PasswordCb, *mut c_void)>, f: impl FnOnce() -> R) -> R {
        let Some((callback, data)) = set else { return f() };
        let a = api();
        // SAFETY: alive; `data` lives during `f`, after which OpenSSL has forgotten it.
        unsafe {
            let old = ((a.SSL_CTX_get_default_passwd_cb)(self.0), (a.SSL_CTX_get_default_passwd_cb_userdata)(self.0));
            (a.SSL_CTX_set_default_passwd_cb)(self.0, Some(callback));
            (a.SSL_CTX_set_default_passwd_cb_userdata)(self.0, data);
            let r = f();
            (a.SSL_CTX_set_default_passwd_cb)(self.0, old.0);
            (a.SSL_CTX_set_default_passwd_cb_userdata)(self.0, old.1);
            r
        }
    }
    /// Trust the certificates of a text (PEM) or of bytes (DER, one after the other). How many there were, and what stopped the reading (no code at
    /// the end of the data).
    pub fn add_authorities(&self, data: &[u8], is_pem: bool) -> Option<(usize, Code)> {
        let a = api();
        let mut loaded = 0;
        // SAFETY: alive; the BIO lives during the call; the store takes counts of its own.
        let stopped = bio::reading(data, |b| unsafe {
            let store = (a.SSL_CTX_get_cert_store)(self.0);
            loop {
                let was_at_end = bio::at_end(b);
                let cert = if is_pem {
                    (a.PEM_read_bio_X509)(b, null_mut(), (a.SSL_CTX_get_default_passwd_cb)(self.0), (a.SSL_CTX_get_default_passwd_cb_userdata)(self.0))
                } else {
                    (a.d2i_X509_bio)(b, null_mut())
                };
                let Some(cert) = Cert::steal(cert) else {
                    let e = queue::last();
                    let at_end = if is_pem { e.is(queue::PEM, queue::NO_START_LINE) } else { was_at_end };
                    return if at_end { Code::default() } else { e };
                };
                if (a.X509_STORE_add_cert)(store, cert.as_ptr()) != 1 {
                    let e = queue::last();
                    if !e.is(queue::X509, queue::CERT_ALREADY_IN_HASH_TABLE) {
                        return e;
                    }
                    queue::clear();
                }
                loaded += 1;
            }
        })?;
        Some((loaded, stopped))
    }
    /// Look at each trusted object: its kind (1 a certificate, 2 a revocation list), and the certificate.
    pub fn each_trusted(&self, mut f: impl FnMut(c_int, Option<Cert>)) -> Result<(), Failed> {
        let a = api();
        // SAFETY: the store lives in the context. The list is a copy where OpenSSL can give one, else it is read under the store's lock.
        unsafe {
            let store = (a.SSL_CTX_get_cert_store)(self.0);
            let owned = a.X509_STORE_get1_objects;
            let locked = owned.is_none() && a.X509_STORE_lock.is_some_and(|lock| lock(store) == 1);
            let all: *mut STACK = match owned {
                Some(get) => get(store),
                None => (a.X509_STORE_get0_objects)(store),
            };
            if !all.is_null() {
                for i in 0..(a.OPENSSL_sk_num)(all) {
                    let o = (a.OPENSSL_sk_value)(all, i).cast();
                    f((a.X509_OBJECT_get_type)(o), Cert::share((a.X509_OBJECT_get0_X509)(o)));
                }
            }
            if let (true, Some(unlock)) = (locked, a.X509_STORE_unlock) {
                unlock(store);
            }
            if all.is_null() {
                return Err(Failed);
            }
            if owned.is_some() {
                (a.OPENSSL_sk_pop_free)(all, a.X509_OBJECT_free);
            }
        }
        Ok(())
    }
}

impl Hooks {
    /// Write a line to the log of secrets, if there is one.
    pub fn log_secret(&self, line: &[u8]) {
        let file = self.keylog.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(file) = file {
            // OpenSSL ignores what becomes of the line, and so does CPython.
            _ = fd::write_all(file.0, &[line, b"\n"].concat());
        }
    }
}
