//! `hamt`: an immutable mapping with cheap changed copies, a trie over the bits of the keys' hashes. Contexts keep their variables in it.
//!
//! A node is never changed once it can be reached, so maps share what they have in common. Each level takes five bits of a 32-bit hash, the lowest first;
//! below the last level lie nodes for keys whose hashes are equal, which are searched one by one. Nodes are objects: the collector counts their references once.

use std::cell::{Cell, RefCell};
use taipan_object::abstract_;
use taipan_object::field::{GcField, Visit};
use taipan_object::prelude::*;

const BITS: u32 = 5;
/// Levels that the hash tells apart; below them equal hashes meet.
const LEVELS: u32 = 32_u32.div_ceil(BITS);

/// A place of a node: without a key, the value is the node below.
type Entry = (Option<Own<Object>>, Own<Object>);

/// Inner node (`bitmap` says which places are filled; entries in their order) or, on the last level, keys of one hash.
#[pytype(name = "hamt_node", gc, no_new, doc = "")]
#[repr(C)]
pub struct Node {
    head: ObjHead,
    bitmap: u32,
    entries: RefCell<Vec<Entry>>,
}

#[pymethods]
impl Node {}

fn new_node(bitmap: u32, entries: Vec<Entry>, cx: &mut Cx) -> PyResult<Own<Node>> {
    cx.new_object(Node { head: Object::placeholder(), bitmap, entries: RefCell::new(entries) })
}

/// Which five bits count on a level.
fn place(hash: u32, level: u32) -> u32 {
    1 << (hash >> (level * BITS) & 31)
}

/// A key with its hash, folded to 32 bits.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    key: &'a Object,
    hash: u32,
}

impl<'a> Key<'a> {
    /// Hash a key. Errors: the key's own.
    pub fn new(key: &'a Object, cx: &mut Cx) -> PyResult<Key<'a>> {
        let h = abstract_::hash(key, cx)? as u64;
        Ok(Key { key, hash: (h ^ h >> 32) as u32 })
    }
}

/// What became of a node when a key was taken out.
enum Without {
    Absent,
    Empty,
    /// One entry is left, which goes up into the node above.
    One(Entry),
    Node(Own<Node>),
}

/// What became of a node when a value was put in; whether the key is new.
enum With {
    Same,
    Node(Own<Node>, bool),
}

impl Node {
    /// A copy of the entries; comparing keys may run code, so nothing is borrowed meanwhile.
    fn entry(&self, at: usize) -> Option<Entry> {
        self.entries.borrow().get(at).cloned()
    }

    /// Where the entry of a place is, if it is filled, or would be.
    fn slot(&self, bit: u32) -> (bool, usize) {
        (self.bitmap & bit != 0, (self.bitmap & (bit - 1)).count_ones() as usize)
    }

    /// Index of a key among equal hashes.
    fn search(&self, key: &Object, cx: &mut Cx) -> PyResult<Option<usize>> {
        let mut at = 0;
        while let Some((k, _)) = self.entry(at) {
            if let Some(k) = k
                && abstract_::eq(key, &k, cx)?
            {
                return Ok(Some(at));
            }
            at += 1;
        }
        Ok(None)
    }

    /// The entry of a place or, on the last level, of a key.
    fn locate(&self, key: Key<'_>, level: u32, cx: &mut Cx) -> PyResult<Option<usize>> {
        if level == LEVELS {
            return self.search(key.key, cx);
        }
        let (filled, at) = self.slot(place(key.hash, level));
        Ok(filled.then_some(at))
    }

    fn find(&self, key: Key<'_>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let mut node: Own<Node> = self.new_ref();
        for level in 0..=LEVELS {
            let Some(at) = node.locate(key, level, cx)? else { return Ok(None) };
            match node.entry(at) {
                Some((None, below)) => match below.downcast_own::<Node>() {
                    Ok(n) => node = n,
                    Err(_) => return Ok(None),
                },
                Some((Some(k), v)) => return Ok(abstract_::eq(key.key, &k, cx)?.then_some(v)),
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// A copy with one entry replaced, put in or taken out.
    fn changed(&self, bitmap: u32, cx: &mut Cx, change: impl FnOnce(&mut Vec<Entry>)) -> PyResult<Own<Node>> {
        let mut entries = Vec::with_capacity(self.entries.borrow().len() + 1);
        entries.extend(self.entries.borrow().iter().cloned());
        change(&mut entries);
        new_node(bitmap, entries, cx)
    }

    fn with(&self, key: Key<'_>, value: &Object, level: u32, cx: &mut Cx) -> PyResult<With> {
        let new: Entry = (Some(key.key.own()), value.own());
        let last = level == LEVELS;
        let bit = if last { 0 } else { place(key.hash, level) };
        let Some(at) = self.locate(key, level, cx)? else {
            let at = if last { self.entries.borrow().len() } else { self.slot(bit).1 };
            return Ok(With::Node(self.changed(self.bitmap | bit, cx, |e| e.insert(at, new))?, true));
        };
        let Some((old_key, old)) = self.entry(at) else { return Ok(With::Same) };
        let (entry, added) = match old_key {
            None => match old.downcast::<Node>() {
                Some(below) => match below.with(key, value, level + 1, cx)? {
                    With::Same => return Ok(With::Same),
                    With::Node(n, added) => ((None, n.into_object()), added),
                },
                None => return Ok(With::Same),
            },
            Some(k) if last || abstract_::eq(key.key, &k, cx)? => {
                if old.is(value) {
                    return Ok(With::Same);
                }
                ((Some(k), new.1), false)
            }
            // Two keys in one place: both go one level down.
            Some(k) => {
                let other = Key::new(&k, cx)?;
                let below = Node::pair(other, &old, key, value, level + 1, cx)?;
                ((None, below.into_object()), true)
            }
        };
        let n = self.changed(self.bitmap, cx, |e| {
            if let Some(x) = e.get_mut(at) {
                *x = entry;
            }
        })?;
        Ok(With::Node(n, added))
    }

    /// A node of two different keys.
    fn pair(a: Key<'_>, va: &Object, b: Key<'_>, vb: &Object, level: u32, cx: &mut Cx) -> PyResult<Own<Node>> {
        let mut entries: Vec<Entry> = vec![(Some(a.key.own()), va.own()), (Some(b.key.own()), vb.own())];
        if level == LEVELS {
            return new_node(0, entries, cx);
        }
        let (x, y) = (place(a.hash, level), place(b.hash, level));
        if x == y {
            let below = Node::pair(a, va, b, vb, level + 1, cx)?;
            return new_node(x, vec![(None, below.into_object())], cx);
        }
        if x > y {
            entries.swap(0, 1);
        }
        new_node(x | y, entries, cx)
    }

    fn without(&self, key: Key<'_>, level: u32, cx: &mut Cx) -> PyResult<Without> {
        let Some(at) = self.locate(key, level, cx)? else { return Ok(Without::Absent) };
        let bit = if level == LEVELS { 0 } else { place(key.hash, level) };
        let replacement = match self.entry(at) {
            Some((None, below)) => match below.downcast::<Node>() {
                Some(below) => match below.without(key, level + 1, cx)? {
                    Without::Absent => return Ok(Without::Absent),
                    Without::Empty => None,
                    Without::One(e) => Some(e),
                    Without::Node(n) => Some((None, n.into_object())),
                },
                None => return Ok(Without::Absent),
            },
            Some((Some(k), _)) if level == LEVELS || abstract_::eq(key.key, &k, cx)? => None,
            _ => return Ok(Without::Absent),
        };
        let bitmap = if replacement.is_some() { self.bitmap } else { self.bitmap & !bit };
        let n = self.changed(bitmap, cx, |e| match replacement {
            Some(r) => {
                if let Some(x) = e.get_mut(at) {
                    *x = r;
                }
            }
            None => drop(e.remove(at)),
        })?;
        let left = n.entries.borrow().len();
        Ok(match (left, n.entry(0)) {
            (0, _) => Without::Empty,
            (1, Some(e)) if e.0.is_some() && level > 0 => Without::One(e),
            _ => Without::Node(n),
        })
    }
}

#[pytype(name = "hamt", gc, doc = "")]
#[repr(C)]
pub struct PyHamt {
    head: ObjHead,
    root: FieldCell<Node>,
    count: Cell<usize>,
    weak: WeakList,
}

/// A mapping without keys.
pub fn new_hamt(cx: &mut Cx) -> PyResult<Own<PyHamt>> {
    make(None, 0, cx)
}

fn make(root: Option<Own<Node>>, count: usize, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
    cx.new_object(PyHamt { head: Object::placeholder(), root: FieldCell::new(root), count: Cell::new(count), weak: WeakList::new() })
}

impl PyHamt {
    /// The value of a key.
    pub fn find(&self, key: Key<'_>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        match self.root.own() {
            Some(root) => root.find(key, cx),
            None => Ok(None),
        }
    }
    /// A map that has this value too; this map itself when it has it already.
    pub fn with(&self, key: Key<'_>, value: &Object, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
        let root = match self.root.own() {
            Some(root) => root,
            None => {
                let n = new_node(place(key.hash, 0), vec![(Some(key.key.own()), value.own())], cx)?;
                return make(Some(n), 1, cx);
            }
        };
        match root.with(key, value, 0, cx)? {
            With::Same => Ok(self.new_ref()),
            With::Node(n, added) => make(Some(n), self.count.get() + usize::from(added), cx),
        }
    }
    /// A map without a key; this map itself when it has not got it.
    pub fn without(&self, key: Key<'_>, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
        let Some(root) = self.root.own() else { return Ok(self.new_ref()) };
        match root.without(key, 0, cx)? {
            Without::Absent => Ok(self.new_ref()),
            Without::Empty | Without::One(_) => make(None, 0, cx),
            Without::Node(n) => make(Some(n), self.count.get().saturating_sub(1), cx),
        }
    }
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.count.get()
    }
    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether two maps have equal keys and values.
    pub fn equals(&self, other: &PyHamt, cx: &mut Cx) -> PyResult<bool> {
        if self.len() != other.len() {
            return Ok(false);
        }
        let walk = Walk::new(self);
        while let Some((k, v)) = walk.step() {
            let key = Key::new(&k, cx)?;
            match other.find(key, cx)? {
                Some(w) if abstract_::eq(&v, &w, cx)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

#[pymethods]
impl PyHamt {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
        new_hamt(cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash_not_implemented(self, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyHamt>()) else { return Ok(not_implemented().own()) };
        (self.equals(o, cx)? == (op == CmpOp::Eq)).into_return(cx)
    }
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let k = Key::new(key, cx)?;
        match self.find(k, cx)? {
            Some(v) => Ok(v),
            None => Err(cx.raise_arg(exc::KeyError(), key)),
        }
    }
    #[slot(sq_contains)]
    fn contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        let k = Key::new(key, cx)?;
        Ok(self.find(k, cx)?.is_some())
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Keys>> {
        self.keys(cx)
    }
    #[method("get(key, default=None, /)")]
    fn get(&self, key: &Object, default: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let k = Key::new(key, cx)?;
        Ok(self.find(k, cx)?.unwrap_or_else(|| default.own()))
    }
    #[method("set(key, value, /)")]
    fn set(&self, key: &Object, value: &Object, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
        let k = Key::new(key, cx)?;
        self.with(k, value, cx)
    }
    #[method("delete(key, /)")]
    fn delete(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<PyHamt>> {
        let k = Key::new(key, cx)?;
        self.without(k, cx)
    }
    #[method("keys()")]
    pub fn keys(&self, cx: &mut Cx) -> PyResult<Own<Keys>> {
        cx.new_object(Keys { head: Object::placeholder(), walk: Walk::new(self) })
    }
    #[method("values()")]
    pub fn values(&self, cx: &mut Cx) -> PyResult<Own<Values>> {
        cx.new_object(Values { head: Object::placeholder(), walk: Walk::new(self) })
    }
    #[method("items()")]
    pub fn items(&self, cx: &mut Cx) -> PyResult<Own<Items>> {
        cx.new_object(Items { head: Object::placeholder(), walk: Walk::new(self) })
    }
}

/// A way through all entries: the nodes above the next one, each with the place to go on at.
struct Walk {
    map: Own<PyHamt>,
    path: RefCell<Vec<(Own<Node>, usize)>>,
}

impl GcField for Walk {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.map.traverse(v)?;
        self.path.traverse(v)
    }
    fn gc_clear(&self) {
        self.path.gc_clear();
    }
}

impl Walk {
    fn new(map: &PyHamt) -> Walk {
        Walk { map: map.new_ref(), path: RefCell::new(map.root.own().into_iter().map(|n| (n, 0)).collect()) }
    }
    /// The next key and value.
    fn step(&self) -> Option<(Own<Object>, Own<Object>)> {
        loop {
            let mut path = self.path.borrow_mut();
            let (node, at) = path.last_mut()?;
            let entry = node.entry(*at);
            *at += 1;
            match entry {
                Some((Some(k), v)) => return Some((k, v)),
                Some((None, below)) => {
                    if let Ok(n) = below.downcast_own::<Node>() {
                        path.push((n, 0));
                    }
                }
                None => {
                    let done = path.pop();
                    // The map holds its nodes, so this frees nothing that could look here.
                    drop(path);
                    drop(done);
                }
            }
        }
    }
}

/// Iterator over a map's keys; its length is the map's.
#[pytype(name = "keys", gc, no_new, doc = "")]
#[repr(C)]
pub struct Keys {
    head: ObjHead,
    walk: Walk,
}

#[pymethods]
impl Keys {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.walk.map.len()
    }
    #[slot(tp_iternext)]
    fn next(&self) -> PyResult<Option<Own<Object>>> {
        Ok(self.walk.step().map(|e| e.0))
    }
}

/// Iterator over a map's values.
#[pytype(name = "values", gc, no_new, doc = "")]
#[repr(C)]
pub struct Values {
    head: ObjHead,
    walk: Walk,
}

#[pymethods]
impl Values {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.walk.map.len()
    }
    #[slot(tp_iternext)]
    fn next(&self) -> PyResult<Option<Own<Object>>> {
        Ok(self.walk.step().map(|e| e.1))
    }
}

/// Iterator over a map's keys with their values.
#[pytype(name = "items", gc, no_new, doc = "")]
#[repr(C)]
pub struct Items {
    head: ObjHead,
    walk: Walk,
}

#[pymethods]
impl Items {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.walk.map.len()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        match self.walk.step() {
            Some((k, v)) => Ok(Some(PyTuple::from_slice(&[&k, &v], cx)?.into_object())),
            None => Ok(None),
        }
    }
}

/// Ready the types.
pub fn ready(cx: &mut Cx) -> PyResult<()> {
    for s in [Node::SPEC, PyHamt::SPEC, Keys::SPEC, Values::SPEC, Items::SPEC] {
        taipan_object::typeobj::ready_static(s, cx)?;
    }
    Ok(())
}
