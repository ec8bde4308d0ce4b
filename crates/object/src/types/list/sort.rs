//! `list.sort`: the list is empty while it is sorted; keys of one plain type are compared without calls.

use super::PyList;
use crate::abstract_::{self, CmpOp};
use crate::call::call;
use crate::prelude::*;
use crate::types::float::PyFloat;
use taipan_algo_hash::timsort;

/// How all the keys can be compared.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    Float,
    Text,
    Any,
}

fn kind_of(keys: &[Own<Object>]) -> Kind {
    let one = |o: &Object| {
        if o.exact::<PyInt>().is_some_and(|i| i.to_i64().is_some()) {
            Kind::Int
        } else if o.is_exact::<PyFloat>() {
            Kind::Float
        } else if o.exact::<PyStr>().is_some_and(|s| s.kind() == 1) {
            Kind::Text
        } else {
            Kind::Any
        }
    };
    let Some(first) = keys.first() else { return Kind::Any };
    let k = one(first);
    if k != Kind::Any && keys.iter().all(|o| one(o) == k) { k } else { Kind::Any }
}

/// As `tuple.__lt__`: the first items that differ decide.
fn less_tuples(a: &PyTuple, b: &PyTuple, cx: &mut Cx) -> PyResult<bool> {
    for (x, y) in a.as_slice().iter().zip(b.as_slice()) {
        if !x.is(y) && !abstract_::eq(x, y, cx)? {
            return less(x, y, cx);
        }
    }
    Ok(a.len() < b.len())
}

fn less(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
    if let Some(v) = abstract_::compare_plain(a, b, CmpOp::Lt) {
        return Ok(v);
    }
    if let (Some(x), Some(y)) = (a.exact::<PyTuple>(), b.exact::<PyTuple>()) {
        // Tuples in tuples go as deep as the program made them.
        let _deeper = cx.enter_call(" in comparison")?;
        return less_tuples(x, y, cx);
    }
    let r = abstract_::rich_compare(a, b, CmpOp::Lt, cx)?;
    abstract_::is_true(&r, cx)
}

/// The order of the items: positions in the original sequence.
fn order(keys: &[Own<Object>], cx: &mut Cx) -> (Vec<usize>, PyResult<()>) {
    let mut at: Vec<usize> = (0..keys.len()).collect();
    let r = match kind_of(keys) {
        Kind::Int => {
            let mut v: Vec<i64> = keys.iter().map(|k| k.exact::<PyInt>().and_then(PyInt::to_i64).unwrap_or(0)).collect();
            timsort::sort_with_values(&mut v, &mut at, |a, b| Ok(a < b))
        }
        Kind::Float => {
            let mut v: Vec<f64> = keys.iter().map(|k| k.exact::<PyFloat>().map_or(0.0, |f| f.value())).collect();
            timsort::sort_with_values(&mut v, &mut at, |a, b| Ok(a < b))
        }
        Kind::Text => {
            let mut v: Vec<&[u8]> = keys.iter().map(|k| k.exact::<PyStr>().map_or(&b""[..], |s| s.raw_bytes())).collect();
            timsort::sort_with_values(&mut v, &mut at, |a, b| Ok(a < b))
        }
        Kind::Any => {
            let mut v: Vec<&Object> = keys.iter().map(|k| &**k).collect();
            timsort::sort_with_values(&mut v, &mut at, |a, b| less(a, b, cx))
        }
    };
    (at, r)
}

impl PyList {
    /// Sort in place. Raises `ValueError` when the list changes meanwhile; whatever happens, it holds a permutation of its items.
    pub fn sort(&self, key: Option<&Object>, reverse: bool, cx: &mut Cx) -> PyResult<()> {
        let block = (self.items.replace(std::ptr::null_mut()), self.allocated.replace(-1), self.head.size.replace(0));
        let n = block.2 as usize;
        // SAFETY: the block holds `n` owned references, which move into the vector.
        let mut items: Vec<Own<Object>> = unsafe { (0..n).map(|i| Own::from_raw(*block.0.add(i))).collect() };
        let result = sort_items(&mut items, key, reverse, cx);
        let changed = self.allocated.get() != -1;
        let later = (self.items.get(), self.head.size.get());
        // SAFETY: the block is still ours and has room for the same `n` references.
        unsafe {
            for (i, v) in items.into_iter().enumerate() {
                *block.0.add(i) = v.into_raw();
            }
            self.items.set(block.0);
            self.allocated.set(block.1);
            self.head.size.set(block.2);
            if changed {
                for i in (0..later.1 as usize).rev() {
                    Object::decref(*later.0.add(i));
                }
                crate::alloc::raw_free(later.0 as *mut u8);
            }
        }
        if changed && result.is_ok() {
            return Err(cx.value_error(format_args!("list modified during sort")));
        }
        result
    }
}

fn sort_items(items: &mut Vec<Own<Object>>, key: Option<&Object>, reverse: bool, cx: &mut Cx) -> PyResult<()> {
    let keys: Option<Vec<Own<Object>>> = match key {
        Some(f) => {
            let mut v = Vec::with_capacity(items.len());
            for o in items.iter() {
                v.push(call(f, &[o], cx)?);
            }
            Some(v)
        }
        None => None,
    };
    // Reversing before and after keeps equal items in their order.
    let mut keys = keys;
    if reverse {
        items.reverse();
        if let Some(k) = &mut keys {
            k.reverse();
        }
    }
    let (at, r) = order(keys.as_deref().unwrap_or(items), cx);
    let mut old: Vec<Option<Own<Object>>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(at.into_iter().filter_map(|i| old.get_mut(i).and_then(Option::take)));
    if reverse {
        items.reverse();
    }
    r
}

#[pymethods(SORT)]
impl PyList {
    /// Sort the list in ascending order and return None.
    ///
    /// The sort is in-place (i.e. the list itself is modified) and stable
    /// (i.e. the order of two equal elements is maintained).
    ///
    /// If a key function is given, apply it once to each list item and sort
    /// them, ascending or descending, according to their function values.
    ///
    /// The reverse flag can be set to sort in descending order.
    #[method("sort(*, key=None, reverse=False)")]
    fn py_sort(&self, key: &Object, reverse: bool, cx: &mut Cx) -> PyResult<()> {
        self.sort(if key.is_none() { None } else { Some(key) }, reverse, cx)
    }
}
