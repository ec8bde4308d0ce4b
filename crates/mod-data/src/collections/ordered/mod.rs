//! `OrderedDict`: a dict with an order of its own, which `move_to_end` changes at no cost.
//!
//! The dict part holds the items, `chain` the order of the keys. Methods of `dict` called directly bypass the chain, as they do in the reference:
//! keys without a node are invisible to iteration, nodes without a key raise `KeyError`.

mod iter;
mod update;
mod views;

pub use iter::PyODictIter;
pub use views::{PyODictItems, PyODictKeys, PyODictValues};

use crate::chain::{ChainCell, NIL, NodeKey};
use iter::What;
use taipan_object::abstract_::{self, iter as abstract_iter};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::dict::{Clash, hash_key};
use taipan_object::{call, instance};

/// Dictionary that remembers insertion order
#[pytype(name = "collections.OrderedDict", base = PyDict, gc, basetype, export = "PyODict_Type")]
#[repr(C)]
pub struct PyOrderedDict {
    dict: PyDict,
    chain: ChainCell,
    attrs: InstDict,
    weak: WeakList,
}

/// Raise `KeyError(key)`.
#[cold]
fn key_error(key: &Object, cx: &mut Cx) -> Raised {
    cx.raise_arg(exc::KeyError(), key)
}

impl PyOrderedDict {
    fn empty(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyOrderedDict>> {
        cx.new_object_of(cls, PyOrderedDict { dict: PyDict::part(), chain: ChainCell::default(), attrs: InstDict::empty(), weak: WeakList::new() })
    }
    /// How often the order changed.
    fn state(&self) -> usize {
        self.chain.0.borrow().state
    }
    /// The first or last node.
    fn end(&self, last: bool) -> u32 {
        self.chain.0.borrow().end(last)
    }
    fn beside(&self, n: u32, backwards: bool) -> u32 {
        self.chain.0.borrow().beside(n, backwards)
    }
    fn node(&self, n: u32) -> Option<NodeKey> {
        self.chain.0.borrow().get(n)
    }
    /// The node of a key.
    fn find(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Option<u32>> {
        let Some(entry) = self.dict.entry_index(key, hash, cx)? else { return Ok(None) };
        Ok(self.chain.0.borrow_mut().at_entry(entry, &self.dict, cx))
    }
    /// The value of a node's key.
    fn value_of(&self, k: &NodeKey, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if !k.key.is_exact::<PyStr>() && !k.key.is_exact::<PyInt>() {
            // Such a key may hash and compare otherwise by now, which must show.
            return self.dict.get(&k.key, cx);
        }
        if self.dict.entry_key(k.entry, cx).is_some_and(|e| e.is(&k.key)) {
            if let Some(v) = self.dict.value_at(k.entry as u32, cx) {
                return Ok(Some(v.own()));
            }
        }
        self.dict.get_with_hash(&k.key, k.hash, cx)
    }
    /// `self[key] = value` in dict and chain.
    fn store(&self, key: &Object, hash: isize, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let before = self.dict.len();
        self.dict.set_with_hash(key, hash, value, cx)?;
        let (now, linked) = (self.dict.len(), self.chain.0.borrow().len());
        if now == before && now == linked {
            return Ok(());
        }
        // A new key is the last entry.
        let last = self.dict.walk_end().wrapping_sub(1);
        if now == linked + 1 && self.dict.entry_key(last, cx).is_some_and(|k| k.is(key)) && now == before + 1 {
            self.chain.0.borrow_mut().append(key.own(), hash, last, &self.dict, cx);
            return Ok(());
        }
        let Some(entry) = self.dict.entry_index(key, hash, cx)? else { return Ok(()) };
        let known = self.chain.0.borrow_mut().at_entry(entry, &self.dict, cx);
        if let (None, Some(k)) = (known, self.dict.entry_key(entry, cx).map(|k| k.own())) {
            self.chain.0.borrow_mut().append(k, hash, entry, &self.dict, cx);
        }
        Ok(())
    }
    fn forget(&self, n: u32) {
        let key = self.chain.0.borrow_mut().remove(n);
        drop(key);
    }
    /// Remove a key: its value, or the default, or `KeyError`.
    fn pop_key(&self, key: &Object, hash: isize, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut found = None;
        if let Some(n) = self.find(key, hash, cx)? {
            self.forget(n);
            found = self.dict.remove_with_hash(key, hash, cx)?;
        }
        match (found, default) {
            (Some(v), _) => Ok(v),
            (None, Some(d)) => Ok(d.own()),
            (None, None) => Err(key_error(key, cx)),
        }
    }
    fn is_plain(&self) -> bool {
        self.as_object().is_exact::<PyOrderedDict>()
    }
    fn mutated(cx: &mut Cx) -> Raised {
        cx.runtime_error(format_args!("OrderedDict mutated during iteration"))
    }
    /// Call `f` with each key in order; raises when the order changes meanwhile.
    fn each_key(&self, cx: &mut Cx, mut f: impl FnMut(NodeKey, &mut Cx) -> PyResult<()>) -> PyResult<()> {
        let state = self.state();
        let mut at = self.end(false);
        while let Some(k) = self.node(at) {
            f(k, cx)?;
            if state != self.state() {
                return Err(PyOrderedDict::mutated(cx));
            }
            at = self.beside(at, false);
        }
        Ok(())
    }
    /// Whether both have equal keys in the same order.
    fn same_order(&self, other: &PyOrderedDict, cx: &mut Cx) -> PyResult<bool> {
        let (sa, sb) = (self.state(), other.state());
        let (mut a, mut b) = (self.end(false), other.end(false));
        loop {
            match (self.node(a), other.node(b)) {
                (None, None) => return Ok(true),
                (Some(x), Some(y)) => {
                    let same = abstract_::eq(&x.key, &y.key, cx)?;
                    if self.state() != sa || other.state() != sb {
                        return Err(PyOrderedDict::mutated(cx));
                    }
                    if !same {
                        return Ok(false);
                    }
                }
                _ => return Ok(false),
            }
            (a, b) = (self.beside(a, false), other.beside(b, false));
        }
    }
}

#[pymethods]
impl PyOrderedDict {
    #[slot(tp_new)]
    fn new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyOrderedDict>> {
        PyOrderedDict::empty(cls, cx)
    }
    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if args.0.len() > 1 {
            return Err(cx.type_error(format_args!("expected at most 1 argument, got {}", args.0.len())));
        }
        update::update(self.as_object(), args.0.first().copied(), kw, cx)
    }
    #[slot(mp_ass_subscript)]
    fn assign(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let hash = hash_key(key, cx)?;
        if let Some(v) = value {
            return self.store(key, hash, v.own(), cx);
        }
        if let Some(n) = self.find(key, hash, cx)? {
            self.forget(n);
        }
        match self.dict.remove_with_hash(key, hash, cx)? {
            Some(_) => Ok(()),
            None => Err(key_error(key, cx)),
        }
    }
    /// Create a new ordered dictionary with keys from iterable and values set to value.
    #[classmethod("fromkeys(iterable, value=None)")]
    fn fromkeys(cls: &PyType, iterable: &Object, value: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let out = call::call(cls.as_object(), &[], cx)?;
        abstract_iter::for_each(iterable, cx, |k, cx| abstract_::set_item(&out, &k, Some(value), cx).map(|()| true))?;
        Ok(out)
    }
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        self.as_object().ty().tp_basicsize.get() as usize + self.dict.extra_bytes() + self.chain.0.borrow().bytes()
    }
    /// Return state information for pickling
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let me = self.as_object();
        let state = call::call_method(me, name!(cx, "__getstate__"), &[], cx)?;
        let items = call::call_method(me, name!(cx, "items"), &[], cx)?;
        let items = abstract_iter::get_iter(&items, cx)?;
        PyTuple::from_slice(&[me.ty().as_object(), PyTuple::empty().as_object(), &state, none(), &items], cx)
    }
    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[method("setdefault(key, default=None)")]
    fn setdefault(&self, key: &Object, default: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is_plain() {
            let hash = hash_key(key, cx)?;
            if let Some(v) = self.dict.get_with_hash(key, hash, cx)? {
                return Ok(v);
            }
            self.store(key, hash, default.own(), cx)?;
            return Ok(default.own());
        }
        if abstract_::sequence::contains(self.as_object(), key, cx)? {
            return abstract_::get_item(self.as_object(), key, cx);
        }
        abstract_::set_item(self.as_object(), key, Some(default), cx)?;
        Ok(default.own())
    }
    /// od.pop(key[,default]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[method("pop(key, default=<unrepresentable>)")]
    fn pop(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let hash = hash_key(key, cx)?;
        self.pop_key(key, hash, default, cx)
    }
    /// Remove and return a (key, value) pair from the dictionary.
    ///
    /// Pairs are returned in LIFO order if last is true or FIFO order if
    /// false.
    #[method("popitem(last=True)")]
    fn popitem(&self, last: bool, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Some(k) = self.node(self.end(last)) else {
            return Err(cx.raise_msg(exc::KeyError(), format_args!("dictionary is empty")));
        };
        let v = self.pop_key(&k.key, k.hash, None, cx)?;
        PyTuple::from_slice(&[&k.key, &v], cx)
    }
    /// Move an existing element to the end (or beginning if last is false).
    ///
    /// Raise KeyError if the element does not exist.
    #[method("move_to_end(key, last=True)")]
    fn move_to_end(&self, key: &Object, last: bool, cx: &mut Cx) -> PyResult<()> {
        let end = self.end(last);
        if end == NIL {
            return Err(key_error(key, cx));
        }
        if self.chain.0.borrow().holds(end, key) {
            return Ok(());
        }
        let hash = hash_key(key, cx)?;
        match self.find(key, hash, cx)? {
            Some(n) => {
                self.chain.0.borrow_mut().move_to(n, last);
                Ok(())
            }
            None => Err(key_error(key, cx)),
        }
    }
    /// Remove all items from ordered dict.
    #[method("clear()")]
    fn clear(&self, cx: &mut Cx) {
        let old = self.chain.0.borrow_mut().take();
        self.dict.clear_items(cx);
        drop(old);
    }
    /// A shallow copy of ordered dict.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is_plain() {
            let out = PyOrderedDict::empty(PyOrderedDict::ty(), cx)?;
            self.each_key(cx, |k, cx| match self.value_of(&k, cx)? {
                Some(v) => out.store(&k.key, k.hash, v, cx),
                None => Err(key_error(&k.key, cx)),
            })?;
            return Ok(out.into_object());
        }
        let out = call::call(self.as_object().ty().as_object(), &[], cx)?;
        self.each_key(cx, |k, cx| {
            let v = abstract_::get_item(self.as_object(), &k.key, cx)?;
            abstract_::set_item(&out, &k.key, Some(&v), cx)
        })?;
        Ok(out)
    }
    /// od.__reversed__() <==> reversed(od)
    #[method("__reversed__()")]
    fn reversed(&self, cx: &mut Cx) -> PyResult<Own<PyODictIter>> {
        PyODictIter::of(self, What::Keys, true, cx)
    }
    #[method("keys()")]
    fn keys(&self, cx: &mut Cx) -> PyResult<Own<PyODictKeys>> {
        PyODictKeys::of(self, cx)
    }
    #[method("items()")]
    fn items(&self, cx: &mut Cx) -> PyResult<Own<PyODictItems>> {
        PyODictItems::of(self, cx)
    }
    #[method("values()")]
    fn values(&self, cx: &mut Cx) -> PyResult<Own<PyODictValues>> {
        PyODictValues::of(self, cx)
    }
    #[method("update(*args, **kwargs)", nosig)]
    fn update(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if args.0.len() > 1 {
            return Err(cx.type_error(format_args!("update() takes at most 1 positional argument ({} given)", args.0.len())));
        }
        update::update(self.as_object(), args.0.first().copied(), kwargs, cx)
    }
    #[getter("__dict__")]
    fn instance_dict(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        match instance::dict(self.as_object(), cx)? {
            Some(d) => Ok(d),
            None => PyDict::new(cx),
        }
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyODictIter>> {
        PyODictIter::of(self, What::Keys, false, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let me = self.as_object();
        let name = me.ty().name().to_owned();
        if self.dict.is_empty() {
            return PyStr::new(&format!("{name}()"), cx);
        }
        let Some(_guard) = abstract_::repr_enter(me, cx) else { return PyStr::new("...", cx) };
        let plain = PyDict::new(cx)?;
        plain.merge_any(me, Clash::Replace, cx)?;
        let shown = abstract_::repr(&plain, cx)?;
        let (head, tail) = (PyStr::new(&format!("{name}("), cx)?, PyStr::new(")", cx)?);
        PyStr::concat_all(&[&head, &shown, &tail], cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyDict>()) else {
            return Ok(not_implemented().own());
        };
        let mut same = self.dict.equals(o, cx)?;
        if let (true, Some(o)) = (same, other.downcast::<PyOrderedDict>()) {
            same = self.same_order(o, cx)?;
        }
        Ok(from_bool(same == (op == CmpOp::Eq)))
    }
    #[slot(nb_or)]
    fn or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (me, other) = if a.is_a::<PyOrderedDict>() { (a, b) } else { (b, a) };
        if !other.is_a::<PyDict>() {
            return Ok(not_implemented().own());
        }
        let new = call::call(me.ty().as_object(), &[a], cx)?;
        update::update_from(&new, b, cx)?;
        Ok(new)
    }
    #[slot(nb_inplace_or)]
    fn ior(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        update::update_from(a, b, cx)?;
        Ok(a.own())
    }
}
