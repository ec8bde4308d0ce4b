//! `_ssl.SSLSession`: a session of a connection, to be offered again by another one of the same context.

use crate::openssl::session::Session;
use crate::ssl::context::PyContext;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytes::PyBytes;

#[pytype(name = "_ssl.SSLSession", gc, heap, no_new, doc = "")]
#[repr(C)]
pub struct PySession {
    head: ObjHead,
    #[gc(skip)]
    pub session: Session,
    pub ctx: Field<PyContext>,
}

impl PySession {
    pub fn new(session: Session, ctx: Own<PyContext>, cx: &mut Cx) -> PyResult<Own<PySession>> {
        cx.new_object(PySession { head: Object::placeholder(), session, ctx: Field::new(ctx) })
    }
}

#[pymethods]
impl PySession {
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        match (op, other.downcast::<PySession>()) {
            (CmpOp::Eq | CmpOp::Ne, Some(other)) => from_bool((self.session.id() == other.session.id()) == (op == CmpOp::Eq)),
            _ => not_implemented().own(),
        }
    }
    /// Session creation time (seconds since epoch).
    #[getter]
    fn time(&self) -> i64 {
        self.session.time()
    }
    /// Session timeout (delta in seconds).
    #[getter]
    fn timeout(&self) -> i64 {
        self.session.timeout()
    }
    /// Ticket life time hint.
    #[getter]
    fn ticket_lifetime_hint(&self) -> u64 {
        self.session.ticket_lifetime_hint()
    }
    /// Session ID.
    #[getter]
    fn id(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        PyBytes::new(self.session.id(), cx)
    }
    /// Does the session contain a ticket?
    #[getter]
    fn has_ticket(&self) -> bool {
        self.session.has_ticket()
    }
}
