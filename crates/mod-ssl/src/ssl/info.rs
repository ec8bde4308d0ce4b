//! `_SSLSocket`: what is known of a connection, and what can be changed.

use crate::openssl::conn::Cipher;
use crate::openssl::queue;
use crate::ssl::certificate;
use crate::ssl::context::PyContext;
use crate::ssl::errors;
use crate::ssl::session::PySession;
use crate::ssl::socket::{PySslSocket, change_context};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// Lines of CPython's messages.
mod line {
    pub const POST_HANDSHAKE: u32 = 2984;
}

fn text_or_none(t: Option<String>, cx: &mut Cx) -> PyResult {
    match t {
        Some(t) => PyStr::new(&t, cx).map(Own::into_object),
        None => Ok(none().own()),
    }
}

/// Name, protocol and strength.
fn cipher_tuple(c: Cipher, cx: &mut Cx) -> PyResult {
    let (name, protocol) = (text_or_none(c.name(), cx)?, text_or_none(c.protocol(), cx)?);
    let bits = PyInt::new(c.bits().0.into(), cx)?;
    PyTuple::from_slice(&[&name, &protocol, &bits], cx).map(Own::into_object)
}

fn no_delete(o: &Object, name: &str, cx: &mut Cx) -> Raised {
    cx.attribute_error(format_args!("attribute '{name}' of '{}' objects cannot be deleted", o.ty().tp_name_str()))
}

#[pymethods(INFO)]
impl PySslSocket {
    /// Returns the number of already decrypted bytes available for read, pending on the connection.
    #[method("pending()")]
    fn pending(&self, cx: &mut Cx) -> i32 {
        self.conn.quick(cx, |c| c.pending())
    }

    /// Returns the certificate for the peer.
    ///
    /// If no certificate was provided, returns None.  If a certificate was
    /// provided, but not validated, returns an empty dictionary.  Otherwise
    /// returns a dict containing information about the peer certificate.
    ///
    /// If the optional argument is True, returns a DER-encoded copy of the
    /// peer certificate, or None if no certificate was provided.  This will
    /// return the certificate even if it wasn't validated.
    #[method("getpeercert(der=False, /)")]
    fn getpeercert(&self, der: bool, cx: &mut Cx) -> PyResult {
        const PEER: i32 = 1;
        if !self.conn.quick(cx, |c| c.is_established()) {
            return Err(cx.value_error(format_args!("handshake not done yet")));
        }
        let Some(cert) = self.conn.quick(cx, |c| c.peer_certificate()) else { return Ok(none().own()) };
        if der {
            return certificate::der(&cert, cx).map(Own::into_object);
        }
        if self.conn.quick(cx, |c| c.context_verify_mode()) & PEER == 0 {
            return PyDict::new(cx).map(Own::into_object);
        }
        certificate::decode(&cert, cx)
    }

    /// Get channel binding data for current connection.
    ///
    /// Raise ValueError if the requested `cb_type` is not supported.
    /// Return bytes of the data or None if the data is not available (e.g.
    /// before the handshake).
    /// Only 'tls-unique' channel binding data from RFC 5929 is supported.
    #[method("get_channel_binding(cb_type='tls-unique')")]
    fn get_channel_binding(&self, cb_type: Option<&PyStr>, cx: &mut Cx) -> PyResult {
        if let Some(t) = cb_type.filter(|t| t.as_ascii() != Some("tls-unique")) {
            let t = t.to_string_lossy();
            return Err(cx.value_error(format_args!("'{t}' channel binding type not implemented")));
        }
        let is_server = self.is_server;
        // The first message of the handshake that ended it: the client's, unless a session was resumed.
        let data = self.conn.quick(cx, |c| c.finished(c.is_reused() == is_server));
        if data.is_empty() { Ok(none().own()) } else { PyBytes::new(&data, cx).map(Own::into_object) }
    }

    #[method("cipher()")]
    fn cipher(&self, cx: &mut Cx) -> PyResult {
        match self.conn.quick(cx, |c| c.cipher()) {
            Some(c) => cipher_tuple(c, cx),
            None => Ok(none().own()),
        }
    }

    #[method("shared_ciphers()")]
    fn shared_ciphers(&self, cx: &mut Cx) -> PyResult {
        let (Some(ours), Some(theirs)) = self.conn.quick(cx, |c| (c.ciphers(), c.client_ciphers())) else { return Ok(none().own()) };
        let out = PyList::new(cx)?;
        for c in ours.into_iter().filter(|c| theirs.iter().any(|t| t.id() == c.id())) {
            let t = cipher_tuple(c, cx)?;
            out.push(t, cx)?;
        }
        Ok(out.into_object())
    }

    #[method("version()")]
    fn version(&self, cx: &mut Cx) -> PyResult {
        let v = self.conn.quick(cx, |c| if c.is_established() { c.version() } else { None });
        text_or_none(v.filter(|v| v != "unknown"), cx)
    }

    #[method("selected_alpn_protocol()")]
    fn selected_alpn_protocol(&self, cx: &mut Cx) -> PyResult {
        match self.conn.quick(cx, |c| c.protocol()) {
            Some(p) => taipan_object::types::str::codec::decode(&p, "utf-8", "strict", cx),
            None => Ok(none().own()),
        }
    }

    #[method("compression()")]
    fn compression(&self, cx: &mut Cx) -> PyResult {
        let c = self.conn.quick(cx, |c| c.compression());
        text_or_none(c, cx)
    }

    /// Initiate TLS 1.3 post-handshake authentication
    #[method("verify_client_post_handshake()")]
    fn verify_client_post_handshake(&self, cx: &mut Cx) -> PyResult<()> {
        queue::clear();
        if self.conn.quick(cx, |c| c.request_certificate()) { Ok(()) } else { Err(errors::from_queue(line::POST_HANDSHAKE, cx)) }
    }

    #[method("get_unverified_chain()")]
    fn get_unverified_chain(&self, cx: &mut Cx) -> PyResult {
        let is_server = self.is_server;
        let chain = self.conn.quick(cx, |c| {
            if !is_server {
                return c.sent_chain();
            }
            // What a server keeps of its client lacks the client's own; a resumed session has nothing else.
            let peer = c.peer_certificate()?;
            let mut chain = c.sent_chain().unwrap_or_default();
            chain.insert(0, peer);
            Some(chain)
        });
        certificate::wrap_all(chain, cx)
    }

    #[method("get_verified_chain()")]
    fn get_verified_chain(&self, cx: &mut Cx) -> PyResult {
        let chain = self.conn.quick(cx, |c| c.verified_chain());
        certificate::wrap_all(chain, cx)
    }

    /// This changes the context associated with the SSLSocket.
    ///
    /// This is typically used from within a callback function set by the
    /// sni_callback on the SSLContext to change the certificate information
    /// associated with the SSLSocket before the cryptographic exchange
    /// handshake messages.
    #[getter]
    fn context(&self) -> Own<Object> {
        self.ctx.own().map_or_else(|| none().own(), Own::into_object)
    }
    #[setter("context")]
    fn set_context(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete(self.as_object(), "context", cx)) };
        let Some(ctx) = v.downcast::<PyContext>() else { return Err(cx.type_error(format_args!("The value must be a SSLContext"))) };
        change_context(self, ctx, cx);
        Ok(())
    }

    /// Whether this is a server-side socket.
    #[getter]
    fn server_side(&self) -> bool {
        self.is_server
    }

    /// The currently set server hostname (for SNI).
    #[getter]
    fn server_hostname(&self) -> Own<Object> {
        self.server_hostname.own().unwrap_or_else(|| none().own())
    }

    /// The Python-level owner of this object.
    ///
    /// Passed as "self" in servername callback.
    #[getter]
    fn owner(&self) -> Own<Object> {
        self.owner.own().and_then(|w| w.referent()).unwrap_or_else(|| none().own())
    }
    #[setter("owner")]
    fn replace_owner(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            Some(v) => self.set_owner(v, cx),
            None => Err(no_delete(self.as_object(), "owner", cx)),
        }
    }

    /// The underlying SSLSession object.
    #[getter]
    fn session(&self, cx: &mut Cx) -> PyResult {
        let session = self.conn.quick(cx, |c| c.session());
        match (session, self.ctx.own()) {
            (Some(s), Some(ctx)) => PySession::new(s, ctx, cx).map(Own::into_object),
            _ => Ok(none().own()),
        }
    }
    #[setter("session")]
    fn set_session(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            Some(v) => self.offer_session(v, cx),
            None => Err(no_delete(self.as_object(), "session", cx)),
        }
    }

    /// Was the client session reused during handshake?
    #[getter]
    fn session_reused(&self, cx: &mut Cx) -> bool {
        self.conn.quick(cx, |c| c.is_reused())
    }
}
