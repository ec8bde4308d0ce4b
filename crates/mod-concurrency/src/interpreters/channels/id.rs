//! `_interpchannels.ChannelID`: a channel's number, for both ends or one. The channel lives as long as there are such objects.

use super::state::{End, Refusal};
use super::{channels, refuse};
use taipan_object::abstract_::{self, CmpOp, number};
use taipan_object::prelude::*;

/// The count of `ChannelID` objects that a channel knows.
pub struct Counted {
    id: i64,
    counts: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.counts {
            taipan_object::thread::interpreters::in_destructor(self.id, |id, cx| drop(channels(cx).drop_ref(id)));
        }
    }
}

/// A channel ID identifies a channel and may be used as an int.
#[pytype(name = "_interpchannels.ChannelID", heap, no_new, doc = "A channel ID identifies a channel and may be used as an int.")]
#[repr(C)]
pub struct PyChannelId {
    head: ObjHead,
    #[gc(skip)]
    counted: Counted,
    #[gc(skip)]
    which: End,
    #[gc(skip)]
    resolve: bool,
}

/// A new object for a channel, which must exist unless `force`.
pub fn new(id: i64, end: End, force: bool, resolve: bool, cx: &mut Cx) -> PyResult<Own<PyChannelId>> {
    let counts = match channels(cx).add_ref(id) {
        Ok(()) => true,
        Err(Refusal::NotFound) if force => false,
        Err(r) => return Err(refuse(r, id, cx)),
    };
    cx.new_object(PyChannelId { head: Object::placeholder(), counted: Counted { id, counts }, which: end, resolve })
}

/// The channel and end that an argument names.
pub fn of(o: &Object, cx: &mut Cx) -> PyResult<(i64, End)> {
    if let Some(c) = o.downcast::<PyChannelId>() {
        return Ok((c.id(), c.end()));
    }
    if !number::has_index(o) {
        return Err(cx.type_error(format_args!("channel ID must be an int, got {}", o.ty().tp_name_str())));
    }
    let n = number::index(o, cx)?;
    match n.to_i64() {
        Some(n) if n >= 0 => Ok((n, End::Both)),
        None if !n.is_negative() => Err(cx.overflow_error(format_args!("int too big to convert"))),
        _ => {
            let shown = abstract_::repr(o, cx)?;
            Err(cx.value_error(format_args!("channel ID must be a non-negative int, got {shown}")))
        }
    }
}

/// `_channel_id(id, *, send=None, recv=None, force=False, _resolve=False)`
pub fn from_arguments(id: &Object, send: &Object, recv: &Object, force: bool, resolve: bool, cx: &mut Cx) -> PyResult<Own<PyChannelId>> {
    let (id, own_end) = of(id, cx)?;
    let flag = |o: &Object, cx: &mut Cx| if o.is_none() { Ok(None) } else { abstract_::is_true(o, cx).map(Some) };
    let (send, recv) = (flag(send, cx)?, flag(recv, cx)?);
    let end = match (send, recv) {
        (Some(false), Some(false)) => return Err(cx.value_error(format_args!("'send' and 'recv' cannot both be False"))),
        (None, None) => own_end,
        (Some(true), Some(true)) => End::Both,
        (Some(true), _) | (_, Some(false)) => End::Send,
        _ => End::Recv,
    };
    new(id, end, force, resolve, cx)
}

impl PyChannelId {
    pub fn id(&self) -> i64 {
        self.counted.id
    }
    pub fn end(&self) -> End {
        self.which
    }
    /// Whether the receiver gets an object of the library's class.
    pub fn resolves(&self) -> bool {
        self.resolve
    }
}

#[pymethods]
impl PyChannelId {
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let id = self.id();
        match self.which {
            End::Both => format!("ChannelID({id})"),
            End::Send => format!("ChannelID({id}, send=True)"),
            End::Recv => format!("ChannelID({id}, recv=True)"),
        }
    }
    #[slot(tp_str)]
    fn text(&self) -> String {
        self.id().to_string()
    }
    #[slot(nb_int, nb_index)]
    fn int(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        PyInt::new(self.id(), cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let n = PyInt::new(self.id(), cx)?;
        abstract_::hash(&n, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(taipan_object::types::not_implemented().own());
        }
        let equal = if let Some(c) = other.downcast::<PyChannelId>() {
            c.which == self.which && c.id() == self.id()
        } else if let Some(n) = other.downcast::<PyInt>() {
            n.to_i64() == Some(self.id())
        } else if other.ty().number().is_some_and(|n| n.nb_int.get().is_some() || n.nb_index.get().is_some() || n.nb_float.get().is_some()) {
            let n = PyInt::new(self.id(), cx)?;
            return abstract_::rich_compare(&n, other, op, cx);
        } else {
            return Ok(taipan_object::types::not_implemented().own());
        };
        Ok(taipan_object::types::boolean::from_bool(equal == (op == CmpOp::Eq)).own())
    }
    /// 'send', 'recv', or 'both'
    #[getter("end")]
    fn get_end(&self) -> &'static str {
        match self.which {
            End::Both => "both",
            End::Send => "send",
            End::Recv => "recv",
        }
    }
    /// the 'send' end of the channel
    #[getter("send")]
    fn get_send(&self, cx: &mut Cx) -> PyResult<Own<PyChannelId>> {
        new(self.id(), End::Send, true, self.resolve, cx)
    }
    /// the 'recv' end of the channel
    #[getter("recv")]
    fn get_recv(&self, cx: &mut Cx) -> PyResult<Own<PyChannelId>> {
        new(self.id(), End::Recv, true, self.resolve, cx)
    }
}
