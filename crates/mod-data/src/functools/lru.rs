//! `_lru_cache_wrapper`: what `lru_cache` puts around a function.
//!
//! The dict holds the results by key; a bounded cache has a chain of its keys, the least recently used first. The user's function, `__hash__` and `__eq__` may
//! use the cache meanwhile, so after each of them nothing of what was found before counts.

use crate::chain::{ChainCell, NIL};
use std::cell::Cell;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::types::method::new_method;
use taipan_object::{attr, call, instance};

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Nothing,
    All,
    Some(usize),
}

#[pytype(
    name = "functools._lru_cache_wrapper", heap,
    gc,
    basetype,
    flags(METHOD_DESCRIPTOR),
    doc = "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n"
)]
#[repr(C)]
pub struct PyLruCache {
    head: ObjHead,
    func: Field<Object>,
    cache: Field<PyDict>,
    chain: ChainCell,
    info_type: Field<Object>,
    /// Between positional and keyword arguments in a key.
    mark: Field<Object>,
    #[gc(skip)]
    limit: Limit,
    typed: bool,
    hits: Cell<isize>,
    misses: Cell<isize>,
    attrs: InstDict,
    weak: WeakList,
    vectorcall: Vectorcall,
}

/// The interpreter's mark.
#[derive(Default)]
struct Mark(FieldCell<Object>);

fn mark(cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(m) = cx.state::<Mark>().0.own() {
        return Ok(m);
    }
    let m = call::call(taipan_object::typeobj::object_type().as_object(), &[], cx)?;
    cx.state::<Mark>().0.set(Some(m.clone()), cx);
    Ok(m)
}

impl PyLruCache {
    /// The key of a call: the only argument when it is an exact int or str, else a tuple.
    #[inline]
    fn key(&self, args: &[&Object], kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if kw.is_empty() && !self.typed {
            if let &[a] = args {
                if a.is_exact::<PyStr>() || a.is_exact::<PyInt>() {
                    return Ok(a.own());
                }
            }
            return PyTuple::from_slice(args, cx).map(Own::into_object);
        }
        let mut parts: Vec<&Object> = Vec::with_capacity((args.len() + kw.len() * 2) * 2 + 1);
        parts.extend_from_slice(args);
        if !kw.is_empty() {
            parts.push(&self.mark);
            for (k, v) in kw.iter() {
                parts.extend([k, v]);
            }
        }
        if self.typed {
            parts.extend(args.iter().map(|a| a.ty().as_object()));
            parts.extend(kw.iter().map(|(_, v)| v.ty().as_object()));
        }
        PyTuple::from_slice(&parts, cx).map(Own::into_object)
    }
    fn call_function(&self, args: &[&Object], kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.misses.set(self.misses.get() + 1);
        let (names, values) = kw.split(cx)?;
        call::call_kw(&self.func, args, values, names.as_deref(), cx)
    }
    fn hit(&self) {
        self.hits.set(self.hits.get() + 1);
    }
    fn unlimited(&self, args: &[&Object], kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let key = self.key(args, kw, cx)?;
        let hash = abstract_::hash(&key, cx)?;
        if let Some(v) = self.cache.get_with_hash(&key, hash, cx)? {
            self.hit();
            return Ok(v);
        }
        let v = self.call_function(args, kw, cx)?;
        self.cache.set_with_hash(&key, hash, v.clone(), cx)?;
        Ok(v)
    }
    fn bounded(&self, max: usize, args: &[&Object], kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let key = self.key(args, kw, cx)?;
        let hash = abstract_::hash(&key, cx)?;
        if let Some(entry) = self.cache.entry_index(&key, hash, cx)? {
            if let Some(v) = self.cache.value_at(entry as u32, cx).map(|v| v.own()) {
                let mut chain = self.chain.0.borrow_mut();
                if let Some(n) = chain.at_entry(entry, &self.cache, cx) {
                    chain.move_to(n, true);
                }
                drop(chain);
                self.hit();
                return Ok(v);
            }
        }
        let v = self.call_function(args, kw, cx)?;
        if self.cache.contains_with_hash(&key, hash, cx)? {
            // A call inside the call has stored it.
            return Ok(v);
        }
        if self.cache.len() >= max && !self.drop_oldest(cx)? {
            return Ok(v);
        }
        self.cache.set_with_hash(&key, hash, v.clone(), cx)?;
        if let Some(entry) = self.cache.entry_index(&key, hash, cx)? {
            let mut chain = self.chain.0.borrow_mut();
            if chain.at_entry(entry, &self.cache, cx).is_none() {
                chain.append(key, hash, entry, &self.cache, cx);
            }
        }
        Ok(v)
    }
    /// Forget the least recently used result. `false`: it was gone already, or there was none.
    fn drop_oldest(&self, cx: &mut Cx) -> PyResult<bool> {
        let mut chain = self.chain.0.borrow_mut();
        let oldest = chain.end(false);
        if oldest == NIL {
            return Ok(false);
        }
        let Some(k) = chain.get(oldest) else { return Ok(false) };
        let key = chain.remove(oldest);
        drop(chain);
        let old = self.cache.remove_with_hash(&k.key, k.hash, cx)?;
        drop(key);
        Ok(old.is_some())
    }
}

#[pymethods]
impl PyLruCache {
    #[new("lru_cache(user_function, maxsize, typed, cache_info_type)", nosig)]
    fn new(cls: &PyType, user_function: &Object, maxsize: &Object, typed: bool, cache_info_type: &Object, cx: &mut Cx) -> PyResult<Own<PyLruCache>> {
        if !cx.is_callable(user_function) {
            return Err(cx.type_error(format_args!("the first argument must be callable")));
        }
        let limit = if maxsize.is(none()) {
            Limit::All
        } else if number::has_index(maxsize) {
            match number::index_as_isize(maxsize, exc::OverflowError(), cx)? {
                n if n > 0 => Limit::Some(n as usize),
                _ => Limit::Nothing,
            }
        } else {
            return Err(cx.type_error(format_args!("maxsize should be integer or None")));
        };
        let (cache, mark) = (PyDict::new(cx)?, mark(cx)?);
        cx.new_object_of(
            cls,
            PyLruCache {
                head: Object::placeholder(),
                func: Field::new(user_function.own()),
                cache: Field::new(cache),
                chain: ChainCell::default(),
                info_type: Field::new(cache_info_type.own()),
                mark: Field::new(mark),
                limit,
                typed,
                hits: Cell::new(0),
                misses: Cell::new(0),
                attrs: InstDict::empty(),
                weak: WeakList::new(),
                vectorcall: Vectorcall::new(Self::VECTORCALL),
            },
        )
    }
    #[vectorcall]
    fn run(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.limit {
            Limit::Nothing => self.call_function(args.0, kw, cx),
            Limit::All => self.unlimited(args.0, kw, cx),
            Limit::Some(max) => self.bounded(max, args.0, kw, cx),
        }
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.run(args, kw, cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match obj.filter(|o| !o.is(none())) {
            Some(o) => new_method(self.as_object(), o, cx),
            None => Ok(self.own()),
        }
    }
    /// Report cache statistics
    #[method("cache_info()")]
    fn cache_info(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let max = match self.limit {
            Limit::All => none().own(),
            Limit::Nothing => PyInt::new(0, cx)?.into_object(),
            Limit::Some(n) => PyInt::new(n as i64, cx)?.into_object(),
        };
        let hits = PyInt::new(self.hits.get() as i64, cx)?;
        let misses = PyInt::new(self.misses.get() as i64, cx)?;
        let len = PyInt::new(self.cache.len() as i64, cx)?;
        call::call(&self.info_type, &[&hits, &misses, &max, &len], cx)
    }
    /// Clear the cache and cache statistics
    #[method("cache_clear()")]
    fn cache_clear(&self, cx: &mut Cx) {
        let old = self.chain.0.borrow_mut().take();
        self.hits.set(0);
        self.misses.set(0);
        self.cache.clear_items(cx);
        drop(old);
    }
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        attr::get(self.as_object(), name!(cx, "__qualname__"), cx)
    }
    #[method("__copy__(*args)", nosig)]
    fn copy(&self, _args: Args<'_>) -> Own<Object> {
        self.own()
    }
    #[method("__deepcopy__(*args)", nosig)]
    fn deepcopy(&self, _args: Args<'_>) -> Own<Object> {
        self.own()
    }
    #[getter("__dict__")]
    fn instance_dict(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDict>>> {
        instance::dict(self.as_object(), cx)
    }
    #[setter("__dict__")]
    fn set_instance_dict(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        super::set_dict(self.as_object(), value, cx)
    }
}
