//! Channels as the main interpreter keeps them: items, and which interpreters hold which end. No Python code runs here.

use super::super::data::Shared;
use super::super::queues::Item;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Why something cannot be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    NotFound,
    Closed,
    /// Closed while somebody waited.
    ClosedWaiting,
    Empty,
    NotEmpty,
    TimedOut,
}

/// One end, or both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Both,
    Send,
    Recv,
}

impl End {
    pub fn sends(self) -> bool {
        self != End::Recv
    }
    pub fn receives(self) -> bool {
        self != End::Send
    }
}

/// What a sender that waits learns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Waiting,
    Received,
    Dropped,
}

/// An item and whoever waits for it to be received.
struct Sent {
    item: Item,
    waiter: Option<Rc<Cell<Fate>>>,
}

impl Sent {
    fn tell(&self, fate: Fate) {
        if let Some(w) = &self.waiter {
            w.set(fate);
        }
    }
}

/// An interpreter at an end.
struct Holder {
    id: i64,
    open: bool,
}

/// What a channel is while it is not closed.
struct Body {
    items: VecDeque<Sent>,
    send: Vec<Holder>,
    recv: Vec<Holder>,
    /// The send end is closed; what is left can be received.
    closing: bool,
    open: bool,
}

fn hold(list: &mut Vec<Holder>, id: i64) -> Result<(), Refusal> {
    match list.iter().find(|h| h.id == id) {
        Some(h) if !h.open => Err(Refusal::Closed),
        Some(_) => Ok(()),
        None => {
            list.push(Holder { id, open: true });
            Ok(())
        }
    }
}

fn release(list: &mut Vec<Holder>, id: i64, associate: bool) {
    match list.iter_mut().find(|h| h.id == id) {
        Some(h) => h.open = false,
        None if associate => list.push(Holder { id, open: false }),
        None => {}
    }
}

impl Body {
    /// Open as long as an end is, or nobody has used one yet.
    fn is_held(&self) -> bool {
        let all = || self.send.iter().chain(&self.recv);
        all().any(|h| h.open) || all().next().is_none()
    }
    fn drop_items(&mut self, dead: &mut Vec<Shared>) {
        for s in self.items.drain(..) {
            s.tell(Fate::Dropped);
            dead.extend(s.item.data);
        }
    }
}

struct Channel {
    id: i64,
    /// `ChannelID` objects.
    refs: i64,
    unbound: i32,
    fallback: i32,
    /// None once closed.
    body: Option<Body>,
}

/// What `get_info` tells.
#[derive(Default, Clone, Copy)]
pub struct Info {
    pub open: bool,
    pub closing: bool,
    pub closed: bool,
    pub count: i64,
    /// Interpreters at the send end, the receive end, both: with it open, released; for both: all open, both released, one of them released.
    pub send: [i64; 2],
    pub recv: [i64; 2],
    pub both: [i64; 4],
    pub send_associated: bool,
    pub send_released: bool,
    pub recv_associated: bool,
    pub recv_released: bool,
}

/// All channels, newest first. What dies is handed out, to be dropped when nothing is borrowed.
#[derive(Default)]
pub struct Channels {
    list: RefCell<Vec<Channel>>,
    next_id: Cell<i64>,
}

impl Channels {
    pub fn create(&self, unbound: i32, fallback: i32) -> i64 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        let body = Body { items: VecDeque::new(), send: Vec::new(), recv: Vec::new(), closing: false, open: true };
        self.list.borrow_mut().insert(0, Channel { id, refs: 0, unbound, fallback, body: Some(body) });
        id
    }

    fn with<R>(&self, id: i64, f: impl FnOnce(&mut Channel) -> Result<R, Refusal>) -> Result<R, Refusal> {
        let mut list = self.list.borrow_mut();
        f(list.iter_mut().find(|c| c.id == id).ok_or(Refusal::NotFound)?)
    }

    fn with_body<R>(&self, id: i64, f: impl FnOnce(&mut Body) -> Result<R, Refusal>) -> Result<R, Refusal> {
        self.with(id, |c| f(c.body.as_mut().filter(|b| b.open).ok_or(Refusal::Closed)?))
    }

    pub fn exists(&self, id: i64) -> bool {
        self.list.borrow().iter().any(|c| c.id == id)
    }

    /// Numbers and defaults of all channels that are not closed.
    pub fn all(&self) -> Vec<(i64, i32, i32)> {
        self.list.borrow().iter().filter(|c| c.body.is_some()).map(|c| (c.id, c.unbound, c.fallback)).collect()
    }

    pub fn defaults(&self, id: i64) -> Result<(i32, i32), Refusal> {
        self.with(id, |c| if c.body.as_ref().is_some_and(|b| b.open) { Ok((c.unbound, c.fallback)) } else { Err(Refusal::Closed) })
    }

    /// A `ChannelID` object more.
    pub fn add_ref(&self, id: i64) -> Result<(), Refusal> {
        self.with(id, |c| {
            c.refs += 1;
            Ok(())
        })
    }

    /// A `ChannelID` object less; the last one takes the channel with it.
    pub fn drop_ref(&self, id: i64) -> Vec<Shared> {
        let last = self.with(id, |c| {
            c.refs -= 1;
            Ok(c.refs <= 0)
        });
        if last == Ok(true) { self.destroy(id).unwrap_or_default() } else { Vec::new() }
    }

    pub fn destroy(&self, id: i64) -> Result<Vec<Shared>, Refusal> {
        let mut dead = Vec::new();
        let mut list = self.list.borrow_mut();
        let at = list.iter().position(|c| c.id == id).ok_or(Refusal::NotFound)?;
        if let Some(mut b) = list.remove(at).body {
            b.drop_items(&mut dead);
        }
        Ok(dead)
    }

    /// Add an item; `waiter` learns what becomes of it. Refused items come back.
    pub fn send(&self, id: i64, item: Item, waiter: Option<Rc<Cell<Fate>>>) -> Result<(), (Refusal, Item)> {
        let mut item = Some(item);
        let r = self.with_body(id, |b| {
            if b.closing {
                return Err(Refusal::Closed);
            }
            let from = item.as_ref().map_or(0, |i| i.from);
            hold(&mut b.send, from)?;
            b.items.extend(item.take().map(|item| Sent { item, waiter }));
            Ok(())
        });
        match (r, item) {
            (Err(e), Some(i)) => Err((e, i)),
            _ => Ok(()),
        }
    }

    /// The sender does not wait any longer: its item goes.
    pub fn give_up(&self, id: i64, waiter: &Rc<Cell<Fate>>) -> Vec<Shared> {
        let mut dead = Vec::new();
        // A channel that is gone has dropped the item.
        let _gone = self.with_body(id, |b| {
            if let Some(at) = b.items.iter().position(|s| s.waiter.as_ref().is_some_and(|w| Rc::ptr_eq(w, waiter))) {
                dead.extend(b.items.remove(at).and_then(|s| s.item.data));
            }
            Ok(())
        });
        dead
    }

    /// Take the oldest item.
    pub fn receive(&self, id: i64, by: i64) -> Result<Item, Refusal> {
        self.with(id, |c| {
            let b = c.body.as_mut().filter(|b| b.open).ok_or(Refusal::Closed)?;
            hold(&mut b.recv, by)?;
            let next = b.items.pop_front();
            if b.closing && b.items.is_empty() {
                c.body = None;
            }
            let s = next.ok_or(Refusal::Empty)?;
            s.tell(Fate::Received);
            Ok(s.item)
        })
    }

    pub fn count(&self, id: i64) -> Result<usize, Refusal> {
        self.with_body(id, |b| Ok(b.items.len()))
    }

    /// Close for all interpreters.
    pub fn close(&self, id: i64, end: End, force: bool) -> Result<Vec<Shared>, Refusal> {
        let mut dead = Vec::new();
        self.with(id, |c| {
            let b = c.body.as_mut().ok_or(Refusal::Closed)?;
            if !b.open || (!force && end == End::Send && b.closing) {
                return Err(Refusal::Closed);
            }
            if !force && !b.items.is_empty() {
                if end != End::Send {
                    return Err(Refusal::NotEmpty);
                }
                b.closing = true;
                return Ok(());
            }
            b.drop_items(&mut dead);
            c.body = None;
            Ok(())
        })?;
        Ok(dead)
    }

    /// Close an end for one interpreter.
    pub fn release(&self, id: i64, by: i64, end: End) -> Result<(), Refusal> {
        self.with_body(id, |b| {
            if end.sends() {
                release(&mut b.send, by, true);
            }
            if end.receives() {
                release(&mut b.recv, by, true);
            }
            b.open = b.is_held();
            Ok(())
        })
    }

    /// Whether an interpreter is at an end.
    pub fn is_associated(&self, id: i64, who: i64, sends: bool) -> Result<bool, Refusal> {
        self.with_body(id, |b| {
            if sends && b.closing {
                return Err(Refusal::Closed);
            }
            Ok((if sends { &b.send } else { &b.recv }).iter().any(|h| h.id == who && h.open))
        })
    }

    pub fn info(&self, id: i64, me: i64) -> Result<Info, Refusal> {
        self.with(id, |c| {
            let mut i = Info::default();
            let Some(b) = c.body.as_ref().filter(|b| b.open) else {
                i.closed = true;
                return Ok(i);
            };
            (i.open, i.closing) = (!b.closing, b.closing);
            i.count = b.items.len() as i64;
            let state = |list: &[Holder], id: i64| list.iter().find(|h| h.id == id).map(|h| h.open);
            for s in &b.send {
                match (s.open, state(&b.recv, s.id)) {
                    (open, None) => i.send[usize::from(!open)] += 1,
                    (true, Some(true)) => i.both[0] += 1,
                    (false, Some(false)) => i.both[1] += 1,
                    (false, Some(true)) => i.both[2] += 1,
                    (true, Some(false)) => i.both[3] += 1,
                }
            }
            for r in b.recv.iter().filter(|r| state(&b.send, r.id).is_none()) {
                i.recv[usize::from(!r.open)] += 1;
            }
            (i.send_associated, i.send_released) = (state(&b.send, me) == Some(true), state(&b.send, me) == Some(false));
            (i.recv_associated, i.recv_released) = (state(&b.recv, me) == Some(true), state(&b.recv, me) == Some(false));
            Ok(i)
        })
    }

    /// An interpreter has ended.
    pub fn interpreter_ended(&self, id: i64) -> Vec<Shared> {
        let mut dead = Vec::new();
        for c in self.list.borrow_mut().iter_mut() {
            let Some(b) = &mut c.body else { continue };
            b.items.retain_mut(|s| {
                let stays = s.item.outlive(id, &mut dead);
                if !stays {
                    s.tell(Fate::Dropped);
                }
                stays
            });
            release(&mut b.send, id, false);
            release(&mut b.recv, id, false);
            b.open = b.is_held();
        }
        dead
    }
}
