//! The module `_interpchannels`: channels between interpreters. `state` keeps them, `id` is the type `ChannelID`.

pub mod id;
pub mod state;

use super::data::{self, Shared};
use super::queues::{self, Item, unbound};
use id::PyChannelId;
use state::{Channels, End, Fate, Info, Refusal};
use std::cell::Cell;
use std::rc::Rc;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters;
use taipan_object::types::structseq::StructSeq;
use taipan_object::{attr, call};

static INFO: StructSeq = StructSeq::without_new(
    c"_interpchannels.ChannelInfo",
    c"ChannelInfo\n\nA named tuple of a channel's state.",
    &[
        ("open", "both ends are open"),
        ("closing", "send is closed, recv is non-empty"),
        ("closed", "both ends are closed"),
        ("count", "queued objects"),
        ("num_interp_send", "interpreters bound to the send end"),
        ("num_interp_send_released", "interpreters bound to the send end and released"),
        ("num_interp_recv", "interpreters bound to the send end"),
        ("num_interp_recv_released", "interpreters bound to the send end and released"),
        ("num_interp_both", "interpreters bound to both ends"),
        ("num_interp_both_released", "interpreters bound to both ends and released_from_both"),
        ("num_interp_both_send_released", "interpreters bound to both ends and released_from_the send end"),
        ("num_interp_both_recv_released", "interpreters bound to both ends and released_from_the recv end"),
        ("send_associated", "current interpreter is bound to the send end"),
        ("send_released", "current interpreter *was* bound to the send end"),
        ("recv_associated", "current interpreter is bound to the recv end"),
        ("recv_released", "current interpreter *was* bound to the recv end"),
    ],
    8,
);

/// The classes of one interpreter.
#[derive(Default)]
struct Classes {
    /// `ChannelError` and those that derive from it, in the order of `NAMES`.
    errors: [FieldCell<Object>; 5],
    /// `SendChannel` and `RecvChannel`, which a library module defines.
    ends: [FieldCell<Object>; 2],
}

const NAMES: [&str; 5] = ["ChannelError", "ChannelNotFoundError", "ChannelClosedError", "ChannelEmptyError", "ChannelNotEmptyError"];

/// All channels.
pub fn channels(cx: &Cx) -> &'static Channels {
    interpreters::shared_state::<Channels>(cx)
}

fn me(cx: &Cx) -> i64 {
    cx.interp().identity().id.get()
}

/// Raise what a refusal means.
pub fn refuse(r: Refusal, id: i64, cx: &mut Cx) -> Raised {
    let (class, text) = match r {
        Refusal::NotFound => (1, format!("channel {id} not found")),
        Refusal::Closed => (2, format!("channel {id} is closed")),
        Refusal::ClosedWaiting => (2, format!("channel {id} has closed")),
        Refusal::Empty => (3, format!("channel {id} is empty")),
        Refusal::NotEmpty => (4, format!("channel {id} may not be closed if not empty (try force=True)")),
        Refusal::TimedOut => return cx.raise_msg(exc::TimeoutError(), format_args!("timed out")),
    };
    let c = cx.state::<Classes>().errors[class].own();
    match c.as_ref().and_then(|c| c.downcast::<PyType>()) {
        Some(c) => cx.raise_msg(c, format_args!("{text}")),
        None => cx.runtime_error(format_args!("{text}")),
    }
}

fn done<T>(r: Result<T, Refusal>, id: i64, cx: &mut Cx) -> PyResult<T> {
    r.map_err(|r| refuse(r, id, cx))
}

/// A channel or one of its ends on the way to another interpreter.
pub struct Sent {
    id: i64,
    end: End,
    /// It was an object of the library's class.
    high_level: bool,
}

/// Whether the object is a channel's number or end.
pub fn is_shareable(o: &Object, cx: &Cx) -> bool {
    o.is_exact::<PyChannelId>() || end_class(o, cx).is_some()
}

fn end_class(o: &Object, cx: &Cx) -> Option<End> {
    let ends = &cx.state::<Classes>().ends;
    let is = |i: usize| ends[i].own().is_some_and(|c| o.ty().as_object().is(&c));
    match (is(0), is(1)) {
        (true, _) => Some(End::Send),
        (_, true) => Some(End::Recv),
        _ => None,
    }
}

/// Take a channel's number or end out of its interpreter; None for other objects.
pub fn send(o: &Object, cx: &mut Cx) -> PyResult<Option<Sent>> {
    if let Some(c) = o.exact::<PyChannelId>() {
        return Ok(Some(Sent { id: c.id(), end: c.end(), high_level: c.resolves() }));
    }
    if end_class(o, cx).is_none() {
        return Ok(None);
    }
    let id = attr::get_text(o, "_id", cx)?;
    match id.downcast::<PyChannelId>() {
        Some(c) => Ok(Some(Sent { id: c.id(), end: c.end(), high_level: true })),
        None => Err(cx.type_error(format_args!("'_id' attribute must be an _interpchannels.ChannelID object, not {}", id.ty().tp_name_str()))),
    }
}

impl Sent {
    /// The object in the current interpreter.
    pub fn make(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let id = id::new(self.id, self.end, true, false, cx)?.into_object();
        if !self.high_level || self.end == End::Both {
            return Ok(id);
        }
        let at = usize::from(self.end == End::Recv);
        let class = match cx.state::<Classes>().ends[at].own() {
            Some(c) => c,
            None => {
                // Importing it registers them; the public module does not exist yet.
                if let Err(r) = cx.import("concurrent.interpreters._channels") {
                    cx.discard(r);
                    cx.import("test.support.channels")?;
                }
                match cx.state::<Classes>().ends[at].own() {
                    Some(c) => c,
                    None => return Ok(id),
                }
            }
        };
        call::call(&class, &[&id], cx)
    }
}

/// The end that flags name; none or both mean both.
fn end_of(send: bool, recv: bool) -> End {
    match (send, recv) {
        (true, false) => End::Send,
        (false, true) => End::Recv,
        _ => End::Both,
    }
}

/// How long to wait, from `blocking` and `timeout`: None: not at all.
fn patience(blocking: bool, timeout: &Object, cx: &mut Cx) -> PyResult<Option<crate::wait::Patience>> {
    let timeout = Some(timeout).filter(|t| !t.is_none());
    if let Some(t) = timeout {
        // -1 is no special value here.
        let n = taipan_builtins::timeval::nanos_from_seconds(t, taipan_builtins::timeval::Round::Up, cx)?;
        if n < 0 {
            return Err(cx.value_error(format_args!("timeout value must be a non-negative number")));
        }
    }
    let p = crate::wait::Patience::from_args(blocking, timeout, cx)?;
    Ok(Some(p).filter(|p| *p != crate::wait::Patience::Never))
}

/// Add a value, and wait for it to be received if so wished.
fn put(id: i64, data: Shared, unbound: i32, patience: Option<crate::wait::Patience>, cx: &mut Cx) -> PyResult<()> {
    let item = Item { data: Some(data), from: me(cx), unbound };
    let Some(p) = patience else {
        let r = channels(cx).send(id, item, None);
        return done(r.map_err(|(e, _item)| e), id, cx);
    };
    let fate = Rc::new(Cell::new(Fate::Waiting));
    let r = channels(cx).send(id, item, Some(fate.clone()));
    done(r.map_err(|(e, _item)| e), id, cx)?;
    let now = || taipan_host::clock::nanos(taipan_host::clock::MONOTONIC);
    let deadline = if let crate::wait::Patience::For(n) = p { Some(now().saturating_add(n)) } else { None };
    loop {
        match fate.get() {
            Fate::Received => return Ok(()),
            Fate::Dropped => return Err(refuse(Refusal::ClosedWaiting, id, cx)),
            Fate::Waiting => {}
        }
        let late = deadline.is_some_and(|d| now() >= d);
        let signalled = crate::wait::run_pending(cx);
        if late || signalled.is_err() {
            let e = signalled.err().map(|r| cx.take_raised(r));
            drop(channels(cx).give_up(id, &fate));
            return Err(match e {
                Some(e) => cx.set_raised(e),
                None => refuse(Refusal::TimedOut, id, cx),
            });
        }
        // The receiver holds the GIL when it takes the item: nothing can wake us sooner.
        cx.without_gil(|| std::thread::sleep(std::time::Duration::from_micros(200)));
    }
}

fn info_object(i: &Info, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let flag = |b: bool| taipan_object::types::boolean::from_bool(b).own();
    let mut v = vec![flag(i.open), flag(i.closing), flag(i.closed)];
    for n in [i.count].iter().chain(&i.send).chain(&i.recv).chain(&i.both) {
        v.push(PyInt::new(*n, cx)?.into_object());
    }
    v.extend([i.send_associated, i.send_released, i.recv_associated, i.recv_released].map(flag));
    INFO.make(v, cx)
}

fn interpreter_ended(id: i64, cx: &mut Cx) {
    drop(channels(cx).interpreter_ended(id));
}

#[pymodule(
    name = "_interpchannels",
    types(PyChannelId),
    doc = "This module provides primitive operations to manage Python interpreters.\nThe 'interpreters' module provides a more convenient interface."
)]
pub mod module {
    use super::*;

    /// channel_create(unboundop) -> cid
    ///
    /// Create a new cross-interpreter channel and return a unique generated ID.
    #[function("create(unboundop=-1, fallback=-1)", nosig)]
    fn create(unboundop: i32, fallback: i32, cx: &mut Cx) -> PyResult<Own<PyChannelId>> {
        let unbound = queues::unbound_op(unboundop, unbound::REPLACE, cx)?;
        let fallback = queues::fallback(fallback, 1, cx)?;
        let id = channels(cx).create(unbound, fallback);
        id::new(id, End::Both, false, false, cx)
    }
    /// channel_destroy(cid)
    ///
    /// Close and finalize the channel.  Afterward attempts to use the channel
    /// will behave as though it never existed.
    #[function("destroy(cid)", nosig)]
    fn destroy(cid: &Object, cx: &mut Cx) -> PyResult<()> {
        let (id, _) = id::of(cid, cx)?;
        let r = channels(cx).destroy(id);
        done(r, id, cx).map(drop)
    }
    /// channel_list_all() -> [cid]
    ///
    /// Return the list of all IDs for active channels.
    #[function("list_all()", nosig)]
    fn list_all(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        for (id, unbound, fallback) in channels(cx).all() {
            let id = id::new(id, End::Both, false, false, cx)?;
            let (u, f) = (PyInt::new(unbound.into(), cx)?, PyInt::new(fallback.into(), cx)?);
            let t = PyTuple::from_slice(&[&id, &u, &f], cx)?;
            l.push(t.into_object(), cx)?;
        }
        Ok(l)
    }
    /// channel_list_interpreters(cid, *, send) -> [id]
    ///
    /// Return the list of all interpreter IDs associated with an end of the channel.
    ///
    /// The 'send' argument should be a boolean indicating whether to use the send or
    /// receive end.
    #[function("list_interpreters(cid, *, send)", nosig)]
    fn list_interpreters(cid: &Object, send: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let (id, _) = id::of(cid, cx)?;
        let l = PyList::new(cx)?;
        for i in interpreters::all(cx).into_iter().rev() {
            let who = i.identity().id.get();
            let r = channels(cx).is_associated(id, who, send);
            if done(r, id, cx)? {
                let n = PyInt::new(who, cx)?;
                l.push(n.into_object(), cx)?;
            }
        }
        Ok(l)
    }
    /// channel_send(cid, obj, *, blocking=True, timeout=None)
    ///
    /// Add the object's data to the channel's queue.
    /// By default this waits for the object to be received.
    #[function("send(cid, obj, unboundop=-1, fallback=-1, *, blocking=True, timeout=None)", nosig)]
    fn send_(cid: &Object, obj: &Object, unboundop: i32, fallback: i32, blocking: bool, timeout: &Object, cx: &mut Cx) -> PyResult<()> {
        let (id, _) = id::of(cid, cx)?;
        let patience = patience(blocking, timeout, cx)?;
        let r = channels(cx).defaults(id);
        let (unbound, may_pickle) = done(r, id, cx)?;
        let unbound = queues::unbound_op(unboundop, unbound, cx)?;
        let may_pickle = queues::fallback(fallback, may_pickle, cx)?;
        let data = data::share(obj, may_pickle != 0, cx)?;
        put(id, data, unbound, patience, cx)
    }
    /// channel_send_buffer(cid, obj, *, blocking=True, timeout=None)
    ///
    /// Add the object's buffer to the channel's queue.
    /// By default this waits for the object to be received.
    #[function("send_buffer(cid, obj, unboundop=-1, fallback=-1, *, blocking=True, timeout=None)", nosig)]
    fn send_buffer(cid: &Object, obj: &Object, unboundop: i32, fallback: i32, blocking: bool, timeout: &Object, cx: &mut Cx) -> PyResult<()> {
        let (id, _) = id::of(cid, cx)?;
        let patience = patience(blocking, timeout, cx)?;
        let r = channels(cx).defaults(id);
        let (unbound, may_pickle) = done(r, id, cx)?;
        let unbound = queues::unbound_op(unboundop, unbound, cx)?;
        let may_pickle = queues::fallback(fallback, may_pickle, cx)?;
        let view = taipan_object::types::memoryview::PyMemoryView::from_object(obj, cx)?;
        let data = data::share(view.as_object(), may_pickle != 0, cx)?;
        put(id, data, unbound, patience, cx)
    }
    /// channel_recv(cid, [default]) -> (obj, unboundop)
    ///
    /// Return a new object from the data at the front of the channel's queue.
    ///
    /// If there is nothing to receive then raise ChannelEmptyError, unless
    /// a default value is provided.  In that case return it.
    #[function("recv(cid, default=None)", nosig)]
    fn recv(cid: &Object, #[default(None)] default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (id, _) = id::of(cid, cx)?;
        match channels(cx).receive(id, me(cx)) {
            Ok(item) => queues::received(&item, cx),
            Err(r) => match default.filter(|_| r == Refusal::Empty) {
                Some(d) => PyTuple::from_slice(&[d, none()], cx),
                None => Err(refuse(r, id, cx)),
            },
        }
    }
    /// channel_close(cid, *, send=None, recv=None, force=False)
    ///
    /// Close the channel for all interpreters.
    ///
    /// If the channel is empty then the keyword args are ignored and both
    /// ends are immediately closed.  Otherwise, if 'force' is True then
    /// all queued items are released and both ends are immediately
    /// closed.
    ///
    /// If the channel is not empty *and* 'force' is False then following
    /// happens:
    ///
    ///  * recv is True (regardless of send):
    ///    - raise ChannelNotEmptyError
    ///  * recv is None and send is None:
    ///    - raise ChannelNotEmptyError
    ///  * send is True and recv is not True:
    ///    - fully close the 'send' end
    ///    - close the 'recv' end to interpreters not already receiving
    ///    - fully close it once empty
    ///
    /// Closing an already closed channel results in a ChannelClosedError.
    ///
    /// Once the channel's ID has no more ref counts in any interpreter
    /// the channel will be destroyed.
    #[function("close(cid, *, send=False, recv=False, force=False)", nosig)]
    fn close(cid: &Object, send: bool, recv: bool, force: bool, cx: &mut Cx) -> PyResult<()> {
        let (id, _) = id::of(cid, cx)?;
        let r = channels(cx).close(id, end_of(send, recv), force);
        done(r, id, cx).map(drop)
    }
    /// channel_release(cid, *, send=None, recv=None, force=True)
    ///
    /// Close the channel for the current interpreter.  'send' and 'recv'
    /// (bool) may be used to indicate the ends to close.  By default both
    /// ends are closed.  Closing an already closed end is a noop.
    #[function("release(cid, *, send=False, recv=False, force=False)", nosig)]
    fn release(cid: &Object, send: bool, recv: bool, force: bool, cx: &mut Cx) -> PyResult<()> {
        let _ = force;
        let (id, _) = id::of(cid, cx)?;
        let r = channels(cx).release(id, me(cx), end_of(send, recv));
        done(r, id, cx)
    }
    /// get_count(cid)
    ///
    /// Return the number of items in the channel.
    #[function("get_count(cid)", nosig)]
    fn get_count(cid: &Object, cx: &mut Cx) -> PyResult<usize> {
        let (id, _) = id::of(cid, cx)?;
        let r = channels(cx).count(id);
        done(r, id, cx)
    }
    /// get_info(cid)
    ///
    /// Return details about the channel.
    #[function("get_info(cid)", nosig)]
    fn get_info(cid: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (id, _) = id::of(cid, cx)?;
        let r = channels(cx).info(id, me(cx));
        let i = done(r, id, cx)?;
        info_object(&i, cx)
    }
    /// get_channel_defaults(cid)
    ///
    /// Return the channel's default values, set when it was created.
    #[function("get_channel_defaults(cid)", nosig)]
    fn get_channel_defaults(cid: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (id, _) = id::of(cid, cx)?;
        let r = channels(cx).defaults(id);
        let (u, f) = done(r, id, cx)?;
        let (u, f) = (PyInt::new(u.into(), cx)?, PyInt::new(f.into(), cx)?);
        PyTuple::from_slice(&[&u, &f], cx)
    }
    #[function("_channel_id(id, *, send=None, recv=None, force=False, _resolve=False)", nosig, doc = "")]
    fn channel_id(id: &Object, send: &Object, recv: &Object, force: bool, _resolve: bool, cx: &mut Cx) -> PyResult<Own<PyChannelId>> {
        id::from_arguments(id, send, recv, force, _resolve, cx)
    }
    #[function("_register_end_types(send, recv)", nosig, doc = "")]
    fn register_end_types(send: &Object, recv: &Object, cx: &mut Cx) -> PyResult<()> {
        for (o, name) in [(send, "send"), (recv, "recv")] {
            if !o.is_a::<PyType>() {
                return Err(cx.type_error(format_args!("expected a type for '{name}'")));
            }
        }
        let ends = &cx.state::<Classes>().ends;
        ends[0].set(Some(send.own()), cx);
        ends[1].set(Some(recv.own()), cx);
        Ok(())
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let mut base = taipan_object::types::exc::RuntimeError().as_object().own();
        for (i, name) in NAMES.iter().enumerate() {
            let b = base.downcast::<PyType>().unwrap_or(taipan_object::types::exc::RuntimeError());
            let c = taipan_builtins::new_exception(&format!("_interpchannels.{name}"), b, cx)?;
            m.add(name, &c, cx)?;
            cx.state::<Classes>().errors[i].set(Some(c.clone()), cx);
            if i == 0 {
                base = c;
            }
        }
        let t = INFO.ty(cx)?;
        m.add("ChannelInfo", t, cx)?;
        interpreters::on_end(interpreter_ended);
        Ok(())
    }
}
