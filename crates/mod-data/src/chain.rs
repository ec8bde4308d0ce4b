//! The order of an `OrderedDict` or a bounded `lru_cache`: a doubly linked list of keys in a vector, and for each entry of the dict's table the node of its key.
//!
//! Invariants: every live node holds a key; `entry` of a node and `by_entry` agree while `table` is the id of the dict's table. When the table is another one
//! (it grew), `sync` finds the new places. The dict may be changed behind our back (`dict.__setitem__(od, …)`), so a place counts only if the key found there is the
//! very object the node holds. Keys are handed out to be released by the caller: nothing here runs Python code.

use std::collections::HashMap;
use taipan_object::field::GcField;
use taipan_object::prelude::*;

/// No node.
pub const NIL: u32 = u32::MAX;

struct Node {
    /// Empty in free nodes.
    key: Option<Own<Object>>,
    hash: isize,
    prev: u32,
    /// In free nodes: the next free one.
    next: u32,
    /// Index of the key's entry in the dict's table.
    entry: u32,
}

/// What a node says.
pub struct NodeKey {
    pub key: Own<Object>,
    pub hash: isize,
    pub entry: usize,
}

/// The chain of keys.
pub struct Chain {
    nodes: Vec<Node>,
    free: u32,
    len: usize,
    first: u32,
    last: u32,
    by_entry: Vec<u32>,
    table: usize,
    /// Counts the changes of the order.
    pub state: usize,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { nodes: Vec::new(), free: NIL, len: 0, first: NIL, last: NIL, by_entry: Vec::new(), table: 0, state: 0 }
    }
}

impl Chain {
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.len
    }
    /// The node at one end.
    pub fn end(&self, last: bool) -> u32 {
        if last { self.last } else { self.first }
    }
    /// The neighbour of a node.
    pub fn beside(&self, n: u32, backwards: bool) -> u32 {
        self.nodes.get(n as usize).map_or(NIL, |x| if backwards { x.prev } else { x.next })
    }
    /// Key, hash and entry of a node.
    pub fn get(&self, n: u32) -> Option<NodeKey> {
        let x = self.nodes.get(n as usize)?;
        Some(NodeKey { key: x.key.clone()?, hash: x.hash, entry: x.entry as usize })
    }
    /// Whether the key of a node is this very object.
    pub fn holds(&self, n: u32, key: &Object) -> bool {
        self.nodes.get(n as usize).and_then(|x| x.key.as_ref()).is_some_and(|k| k.is(key))
    }

    fn link(&mut self, n: u32, at_end: bool) {
        let (prev, next) = if at_end { (self.last, NIL) } else { (NIL, self.first) };
        self.nodes[n as usize].prev = prev;
        self.nodes[n as usize].next = next;
        let other = if at_end { std::mem::replace(&mut self.last, n) } else { std::mem::replace(&mut self.first, n) };
        match self.nodes.get_mut(other as usize) {
            Some(o) if at_end => o.next = n,
            Some(o) => o.prev = n,
            None => (self.first, self.last) = (n, n),
        }
        self.state = self.state.wrapping_add(1);
    }
    fn unlink(&mut self, n: u32) {
        let (prev, next) = (self.nodes[n as usize].prev, self.nodes[n as usize].next);
        match self.nodes.get_mut(prev as usize) {
            Some(p) => p.next = next,
            None => self.first = next,
        }
        match self.nodes.get_mut(next as usize) {
            Some(x) => x.prev = prev,
            None => self.last = prev,
        }
        self.state = self.state.wrapping_add(1);
    }

    /// Add a key, which has entry `entry` in the dict's table, at the end.
    pub fn append(&mut self, key: Own<Object>, hash: isize, entry: usize, dict: &PyDict, cx: &Cx) {
        self.sync(dict, cx);
        let node = Node { key: Some(key), hash, prev: NIL, next: NIL, entry: entry as u32 };
        let n = match self.nodes.get_mut(self.free as usize) {
            Some(x) => {
                let n = self.free;
                self.free = std::mem::replace(x, node).next;
                n
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        };
        self.note(entry, n);
        self.len += 1;
        self.link(n, true);
    }
    /// Take a node out of the order; gives its key.
    #[must_use]
    pub fn remove(&mut self, n: u32) -> Option<Own<Object>> {
        let entry = self.nodes.get(n as usize)?.entry as usize;
        if self.by_entry.get(entry) == Some(&n) {
            self.by_entry[entry] = NIL;
        }
        self.unlink(n);
        let x = &mut self.nodes[n as usize];
        x.next = std::mem::replace(&mut self.free, n);
        self.len -= 1;
        x.key.take()
    }
    /// Move a node to one end.
    pub fn move_to(&mut self, n: u32, last: bool) {
        if (n as usize) < self.nodes.len() && self.end(last) != n {
            self.unlink(n);
            self.link(n, last);
        }
    }
    /// Forget everything; what was held is for the caller to drop.
    #[must_use]
    pub fn take(&mut self) -> Chain {
        let state = self.state.wrapping_add(1);
        std::mem::replace(self, Chain { state, ..Chain::default() })
    }

    fn note(&mut self, entry: usize, n: u32) {
        if entry >= self.by_entry.len() {
            self.by_entry.resize((entry + 1).max(self.by_entry.len() * 2).max(8), NIL);
        }
        self.by_entry[entry] = n;
    }
    /// The node of an entry of the dict's table.
    pub fn at_entry(&mut self, entry: usize, dict: &PyDict, cx: &Cx) -> Option<u32> {
        self.sync(dict, cx);
        let key = dict.entry_key(entry, cx)?;
        let n = self.by_entry.get(entry).copied().filter(|&n| n != NIL)?;
        if !self.holds(n, key) {
            self.rebuild(dict, cx);
            return self.by_entry.get(entry).copied().filter(|&n| n != NIL);
        }
        Some(n)
    }

    /// Find the places again if the dict has another table.
    fn sync(&mut self, dict: &PyDict, cx: &Cx) {
        if self.table != dict.entries_id() {
            self.rebuild(dict, cx);
        }
    }
    #[cold]
    fn rebuild(&mut self, dict: &PyDict, cx: &Cx) {
        self.table = dict.entries_id();
        let old = std::mem::take(&mut self.by_entry);
        let mut places: Vec<(usize, u32)> = Vec::with_capacity(self.len);
        // A table that grew has the same keys in the same order: walk both.
        let mut known = old.into_iter().filter(|&n| n != NIL);
        for entry in 0..dict.walk_end() {
            let Some(key) = dict.entry_key(entry, cx) else { continue };
            if let Some(n) = known.by_ref().find(|&n| self.holds(n, key)) {
                places.push((entry, n));
            }
        }
        if places.len() != self.len {
            // The dict was changed behind our back.
            places.clear();
            let ids: HashMap<usize, u32> =
                self.nodes.iter().enumerate().filter_map(|(n, x)| x.key.as_ref().map(|k| (k.as_ptr() as usize, n as u32))).collect();
            for entry in 0..dict.walk_end() {
                let n = dict.entry_key(entry, cx).and_then(|k| ids.get(&(k.as_ptr() as usize)));
                places.extend(n.map(|&n| (entry, n)));
            }
        }
        self.by_entry.resize(dict.walk_end(), NIL);
        for (entry, n) in places {
            self.by_entry[entry] = n;
            self.nodes[n as usize].entry = entry as u32;
        }
    }

    /// Bytes of the vectors.
    pub fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.by_entry.capacity() * size_of::<u32>()
    }
}

/// A chain in a cell that the collector can walk and empty.
#[derive(Default)]
pub struct ChainCell(pub std::cell::RefCell<Chain>);

impl GcField for ChainCell {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        // While it is being changed it holds what it holds: the keys then count as reachable.
        match self.0.try_borrow() {
            Ok(c) => c.nodes.iter().filter_map(|n| n.key.as_ref()).try_for_each(|k| k.traverse(v)),
            Err(_) => Ok(()),
        }
    }
    fn gc_clear(&self) {
        let old = self.0.borrow_mut().take();
        drop(old);
    }
}
